"""Plans as they were made: kept byte for byte, so that an ETag means something, and gzip-packed by whoever made them."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Select, insert, select, update

from geo_server.domain.errors import NotFound
from geo_server.store.tables import plans

PLANS_KEPT = 50
"""Plans of an incident whose document is kept: the latest ones, a megabyte or two each.

Of older ones the row stays: which plan was in force when, what it knew of, and the hash of all its inputs. Those inputs
(sightings, closures, floorplans) are never deleted, so that an older plan can be made again, after those before it whose ways
it may have kept, and held against its hash.
"""


GZIP_LEVEL = 3
"""A fifth of the bytes in 8 ms for a megabyte; the next level takes half as long again for a tenth less."""


def pack(document: bytes) -> bytes:
    """A document or a reach as it is kept: the same bytes of the same ones."""
    return gzip.compress(document, GZIP_LEVEL, mtime=0)


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as it was made, without its document.

    Args:
        seq: Number of the last event that the plan knows of.
        floorplan_rev: The site's ``floorplan_rev`` that it was made on.
        parameters_hash: Same hash, same document.
        etag: Entity tag of the document, as packed.
        made_for_at: The moment that its seconds count from.
        reach_etag: Entity tag of its reach, the areas where threats can be, which are drawn after it; None until then.
    """

    id: UUID
    site_id: UUID
    incident_id: UUID
    seq: int
    floorplan_rev: int
    parameters_hash: str
    etag: str
    made_for_at: datetime
    reach_etag: str | None

    @property
    def whole_etag(self) -> str:
        """Entity tag of the document with its reach."""
        return f"{self.etag}-{self.reach_etag}"


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
    reach: bytes | None = None,
) -> StoredPlan:
    """Keep a plan, its document and its reach as packed, the reach where it is known already, and forget the documents of those that many others have replaced.

    One a ``seq`` of an incident; the caller holds the incident's lock.
    """
    values = {
        "id": uuid4(),
        "site_id": site_id,
        "incident_id": incident_id,
        "seq": seq,
        "floorplan_rev": floorplan_rev,
        "parameters_hash": parameters_hash,
        "etag": _tag(document),
        "made_for_at": made_for_at,
        "document": document,
        **_reach_values(reach),
    }
    stored = StoredPlan(**c.execute(insert(plans).values(values).returning(*_HEAD)).mappings().one())
    latest = select(plans.c.seq).where(plans.c.incident_id == incident_id).order_by(plans.c.seq.desc())
    oldest_kept = latest.offset(PLANS_KEPT - 1).limit(1).scalar_subquery()
    replaced = (plans.c.incident_id == incident_id) & (plans.c.seq < oldest_kept) & plans.c.document.is_not(None)
    c.execute(update(plans).where(replaced).values(document=None, reach=None))
    return stored


def add_reach(c: Connection, plan_id: UUID, reach: bytes) -> StoredPlan | None:
    """Keep the reach of a plan, as packed; None when it has one already."""
    statement = update(plans).where(plans.c.id == plan_id, plans.c.reach_etag.is_(None)).values(_reach_values(reach))
    row = c.execute(statement.returning(*_HEAD)).mappings().one_or_none()
    return None if row is None else StoredPlan(**row)


def _reach_values(reach: bytes | None) -> dict[str, object]:
    return {"reach": reach, "reach_etag": None if reach is None else _tag(reach)}


def _tag(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()[:32]


def find_latest_plan(c: Connection, incident_id: UUID, *, at: datetime | None = None) -> StoredPlan | None:
    """The plan of an incident that knows most, or with ``at`` did at that moment; None when none was made yet."""
    statement = select(*_HEAD).where(plans.c.incident_id == incident_id)
    if at is not None:
        statement = statement.where(plans.c.made_at <= at)
    return _first(c, statement)


def find_latest_reach(c: Connection, incident_id: UUID) -> StoredPlan | None:
    """Of the plans of an incident that have their reach, the one that knows most; None when none has."""
    return _first(c, select(*_HEAD).where(plans.c.incident_id == incident_id, plans.c.reach.is_not(None)))


def _first(c: Connection, statement: Select[Any]) -> StoredPlan | None:
    row = c.execute(statement.order_by(plans.c.seq.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else StoredPlan(**row)


def load_packed_document(c: Connection, plan_id: UUID) -> bytes:
    """The document of a plan, as packed.

    Raises:
        NotFound: There is no such plan, or its document is no longer kept.
    """
    document: bytes | None = c.scalar(select(plans.c.document).where(plans.c.id == plan_id))
    if document is None:
        raise NotFound(f"There is no document of a plan {plan_id}.")
    return document


def load_plan_document(c: Connection, plan_id: UUID) -> bytes:
    """:func:`load_packed_document`, as UTF-8 JSON."""
    return gzip.decompress(load_packed_document(c, plan_id))


def load_packed_reach(c: Connection, plan_id: UUID) -> bytes | None:
    """The reach of a plan, as packed; None when it is not drawn yet, or no longer kept."""
    reach: bytes | None = c.scalar(select(plans.c.reach).where(plans.c.id == plan_id))
    return reach


def load_reach(c: Connection, plan_id: UUID) -> bytes | None:
    """:func:`load_packed_reach`, as UTF-8 JSON."""
    packed = load_packed_reach(c, plan_id)
    return None if packed is None else gzip.decompress(packed)
