"""Plans as they were made: kept byte for byte, so that an ETag means something."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select

from geo_server.store.tables import plans


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as it was made.

    Args:
        seq: Number of the last event that the plan knows of.
        floorplan_rev: Edition of the site's map that it was made on.
        parameters_hash: Same hash, same document.
        document: UTF-8 JSON.
    """

    id: UUID
    site_id: UUID
    incident_id: UUID
    seq: int
    floorplan_rev: int
    parameters_hash: str
    document: bytes
    made_at: datetime


def add_plan(
    c: Connection,
    *,
    site_id: UUID,
    incident_id: UUID,
    seq: int,
    floorplan_rev: int,
    parameters_hash: str,
    document: bytes,
) -> StoredPlan:
    """Keep a plan. One a ``seq`` of an incident; the caller holds the incident's lock."""
    statement = insert(plans).values(
        id=uuid4(),
        site_id=site_id,
        incident_id=incident_id,
        seq=seq,
        floorplan_rev=floorplan_rev,
        parameters_hash=parameters_hash,
        document=document,
    )
    return StoredPlan(**c.execute(statement.returning(plans)).mappings().one())


def find_latest_plan(c: Connection, incident_id: UUID) -> StoredPlan | None:
    """The plan of an incident that knows most, or None when none was made yet."""
    statement = select(plans).where(plans.c.incident_id == incident_id).order_by(plans.c.seq.desc()).limit(1)
    row = c.execute(statement).mappings().one_or_none()
    return None if row is None else StoredPlan(**row)
