"""Plans as they were made: kept byte for byte, so that an ETag means something."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select, update

from geo_server.domain.errors import NotFound
from geo_server.store.tables import plans

PLANS_KEPT = 50
"""Plans of an incident whose document is kept: the latest ones, a megabyte or two each.

Of older ones the row stays: which plan was in force when, what it knew of, and the hash of all its inputs. Those inputs
(sightings, closures, floorplans) are never deleted, so that an older plan can be made again, after those before it whose ways
it may have kept, and held against its hash.
"""


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as it was made, without its document.

    Args:
        seq: Number of the last event that the plan knows of.
        floorplan_rev: The site's ``floorplan_rev`` that it was made on.
        parameters_hash: Same hash, same document.
        etag: Entity tag of the document.
        made_for_at: The moment that its seconds count from.
    """

    id: UUID
    site_id: UUID
    incident_id: UUID
    seq: int
    floorplan_rev: int
    parameters_hash: str
    etag: str
    made_for_at: datetime


_HEAD = [plans.c[name] for name in StoredPlan.__dataclass_fields__]


def add_plan(
    c: Connection,
    *,
    site_id: UUID,
    incident_id: UUID,
    seq: int,
    floorplan_rev: int,
    parameters_hash: str,
    made_for_at: datetime,
    document: bytes,
) -> StoredPlan:
    """Keep a plan, its document in UTF-8 JSON, and forget the documents of those that many others have replaced.

    One a ``seq`` of an incident; the caller holds the incident's lock.
    """
    values = {
        "id": uuid4(),
        "site_id": site_id,
        "incident_id": incident_id,
        "seq": seq,
        "floorplan_rev": floorplan_rev,
        "parameters_hash": parameters_hash,
        "etag": hashlib.sha256(document).hexdigest()[:32],
        "made_for_at": made_for_at,
        "document": document,
    }
    stored = StoredPlan(**c.execute(insert(plans).values(values).returning(*_HEAD)).mappings().one())
    latest = select(plans.c.seq).where(plans.c.incident_id == incident_id).order_by(plans.c.seq.desc())
    oldest_kept = latest.offset(PLANS_KEPT - 1).limit(1).scalar_subquery()
    replaced = (plans.c.incident_id == incident_id) & (plans.c.seq < oldest_kept) & plans.c.document.is_not(None)
    c.execute(update(plans).where(replaced).values(document=None))
    return stored


def find_latest_plan(c: Connection, incident_id: UUID, *, at: datetime | None = None) -> StoredPlan | None:
    """The plan of an incident that knows most, or with ``at`` did at that moment; None when none was made yet."""
    statement = select(*_HEAD).where(plans.c.incident_id == incident_id)
    if at is not None:
        statement = statement.where(plans.c.made_at <= at)
    row = c.execute(statement.order_by(plans.c.seq.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else StoredPlan(**row)


def load_plan_document(c: Connection, plan_id: UUID) -> bytes:
    """The document of a plan, UTF-8 JSON.

    Raises:
        NotFound: There is no such plan, or its document is no longer kept.
    """
    document: bytes | None = c.scalar(select(plans.c.document).where(plans.c.id == plan_id))
    if document is None:
        raise NotFound(f"There is no document of a plan {plan_id}.")
    return document
