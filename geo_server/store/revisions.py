"""Floorplan revisions: drafts as they were read, and how they come into force.

Lock order: the building or the revision first, the site's row (its counters) last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.findings import Finding, Severity
from geo_server.domain.frame import Placement
from geo_server.domain.states import RevisionState
from geo_server.store.conflicts import refusing_bad_values
from geo_server.store.counters import count_up
from geo_server.store.tables import buildings, floorplan_revisions, levels, revision_levels, sites

BAD_DRAWING = "Look at the findings of the import, mend the drawing and import it again."


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of a building's floorplan, without its contents.

    Args:
        number: 1, 2, ... within its building.
        placed: Its places have been written, in lon, lat.
        source_name: Name of the file that it came from.
        source_sha256: SHA-256 of that file, in hex.
        placement: How the drawing was put on the ground; None before that, and for a file that was in lon, lat.
        created_by: A person's id; None is the operator at the command line.
        published_by: The same.
        signed_by: Who takes responsibility for publishing it in spite of what it lacks; None when nothing is lacking.
    """

    id: UUID
    site_id: UUID
    building_id: UUID
    number: int
    state: RevisionState
    placed: bool
    source_name: str
    source_sha256: str
    findings: tuple[Finding, ...]
    placement: Placement | None
    created_at: datetime
    created_by: UUID | None
    published_at: datetime | None
    published_by: UUID | None
    signed_by: str | None


_REVISION = select(
    *(column for column in floorplan_revisions.c if column.name not in {"document", "placed_at"}),
    floorplan_revisions.c.placed_at.is_not(None).label("placed"),
)


def add_draft(
    c: Connection,
    *,
    site_id: UUID,
    building_id: UUID,
    document: Mapping[str, Any],
    findings: Sequence[Finding],
    source_name: str,
    source_sha256: str,
    created_by: UUID | None,
) -> Revision:
    """Keep what was read from a file as the next draft of a building.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        building_id: A building of the site.
        document: The floorplan document as read: drawing metres, or lon, lat.
        findings: What the intake noticed.
        source_name: Name of the file.
        source_sha256: SHA-256 of the file, in hex.
        created_by: A person's id; None is the operator at the command line.

    Raises:
        NotFound: The site has no such building.
        InvalidInput: Something in it cannot be kept, such as a NUL character in a text.
    """
    _lock_building(c, site_id, building_id)
    latest = select(func.max(floorplan_revisions.c.number)).where(floorplan_revisions.c.building_id == building_id)
    revision_id = uuid4()
    row = {
        "id": revision_id,
        "site_id": site_id,
        "building_id": building_id,
        "number": (c.scalar(latest) or 0) + 1,
        "state": RevisionState.DRAFT.value,
        "document": dict(document),
        "findings": [asdict(finding) for finding in findings],
        "source_name": source_name,
        "source_sha256": source_sha256,
        "created_by": created_by,
    }
    with refusing_bad_values(source_name, BAD_DRAWING):
        c.execute(insert(floorplan_revisions).values(row))
    return load_revision(c, site_id, revision_id)


def lock_latest_revision(c: Connection, site_id: UUID, building_id: UUID) -> Revision | None:
    """The latest revision of a building that was not discarded; nobody adds a later one until the transaction ends.

    Raises:
        NotFound: The site has no such building.
    """
    _lock_building(c, site_id, building_id)
    kept = floorplan_revisions.c.state != RevisionState.DISCARDED.value
    statement = _REVISION.where(floorplan_revisions.c.building_id == building_id, kept)
    row = c.execute(statement.order_by(floorplan_revisions.c.number.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _revision(row)


def publish(c: Connection, revision_id: UUID, *, by: UUID | None, signed_by: str | None = None) -> int:
    """Bring a placed draft into force in place of the revision of its building that was.

    Args:
        c: A connection inside a transaction.
        revision_id: The draft.
        by: A person's id; None is the operator at the command line.
        signed_by: Who takes responsibility for what it lacks, or None.

    Returns:
        The new floorplan_rev of the site.

    Raises:
        NotFound: There is no such revision.
        Conflict: It is no draft any more, or was not placed.
    """
    draft = lock_draft(c, revision_id)
    if draft["placed_at"] is None:
        raise Conflict(
            f"Revision {draft['number']} is not placed on the ground yet.",
            advice="Give two or more control points, look at the residuals, then publish.",
        )
    site, building = draft["site_id"], draft["building_id"]
    rev, _ = count_up(c, site, sites.c.floorplan_rev)
    in_force = (floorplan_revisions.c.building_id == building) & (
        floorplan_revisions.c.state == RevisionState.PUBLISHED.value
    )
    c.execute(update(floorplan_revisions).where(in_force).values(state=RevisionState.SUPERSEDED.value))
    c.execute(
        update(floorplan_revisions)
        .where(floorplan_revisions.c.id == revision_id)
        .values(
            state=RevisionState.PUBLISHED.value,
            published_at=func.clock_timestamp(),
            published_by=by,
            signed_by=signed_by,
        )
    )
    c.execute(
        update(levels)
        .where(levels.c.id == revision_levels.c.level_id, revision_levels.c.revision_id == revision_id)
        .values(name=revision_levels.c.name)
    )
    return rev


def discard(c: Connection, revision_id: UUID) -> None:
    """Note that nobody wants a draft.

    Raises:
        NotFound: There is no such revision.
        Conflict: It is no draft any more.
    """
    lock_draft(c, revision_id)
    discarded = {"state": RevisionState.DISCARDED.value}
    c.execute(update(floorplan_revisions).where(floorplan_revisions.c.id == revision_id).values(discarded))


def load_revision(c: Connection, site_id: UUID, revision_id: UUID) -> Revision:
    """A revision of a site.

    Raises:
        NotFound: The site has no such revision.
    """
    where = (floorplan_revisions.c.site_id == site_id) & (floorplan_revisions.c.id == revision_id)
    row = c.execute(_REVISION.where(where)).mappings().one_or_none()
    if row is None:
        raise NotFound(
            f"The site has no floorplan revision {revision_id}.",
            where="revision_id",
            advice="See the list of revisions.",
        )
    return _revision(row)


def list_revisions(c: Connection, site_id: UUID) -> list[Revision]:
    """The revisions of a site, latest first."""
    statement = _REVISION.where(floorplan_revisions.c.site_id == site_id)
    order = (floorplan_revisions.c.created_at.desc(), floorplan_revisions.c.number.desc())
    return [_revision(row) for row in c.execute(statement.order_by(*order)).mappings()]


def find_published(c: Connection, building_id: UUID) -> Revision | None:
    """The revision of a building that is in force, or None."""
    published = floorplan_revisions.c.state == RevisionState.PUBLISHED.value
    row = c.execute(_REVISION.where(floorplan_revisions.c.building_id == building_id, published)).mappings()
    found = row.one_or_none()
    return None if found is None else _revision(found)


def load_document(c: Connection, revision_id: UUID) -> dict[str, Any]:
    """The floorplan document of a revision, as it was read.

    Raises:
        NotFound: There is no such revision.
    """
    statement = select(floorplan_revisions.c.document).where(floorplan_revisions.c.id == revision_id)
    document: dict[str, Any] | None = c.scalar(statement)
    if document is None:
        raise NotFound(f"There is no floorplan revision {revision_id}.")
    return document


def lock_draft(c: Connection, revision_id: UUID) -> RowMapping:
    """The row of a draft, locked until the transaction ends.

    Raises:
        NotFound: There is no such revision.
        Conflict: It is no draft any more.
    """
    statement = select(
        floorplan_revisions.c.site_id,
        floorplan_revisions.c.building_id,
        floorplan_revisions.c.number,
        floorplan_revisions.c.state,
        floorplan_revisions.c.placed_at,
    ).where(floorplan_revisions.c.id == revision_id)
    row = c.execute(statement.with_for_update(key_share=True)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no floorplan revision {revision_id}.")
    if row["state"] != RevisionState.DRAFT:
        raise Conflict(
            f"Revision {row['number']} is {row['state']}; only a draft can be changed.",
            advice="Import the drawing again to get a new draft.",
        )
    return row


def _lock_building(c: Connection, site_id: UUID, building_id: UUID) -> None:
    building = select(buildings.c.id).where(buildings.c.site_id == site_id, buildings.c.id == building_id)
    if c.execute(building.with_for_update(key_share=True)).one_or_none() is None:
        raise NotFound(f"The site has no building {building_id}.", where="building")


def _revision(row: RowMapping) -> Revision:
    fields = dict(row)
    fields["state"] = RevisionState(row["state"])
    fields["findings"] = tuple(_finding(raw) for raw in row["findings"])
    fields["placement"] = None if row["placement"] is None else _placement(row["placement"])
    return Revision(**fields)


def _finding(raw: Mapping[str, Any]) -> Finding:
    return Finding(**{**raw, "severity": Severity(raw["severity"])})


def _placement(raw: Mapping[str, Any]) -> Placement:
    return Placement(**{**raw, "residuals_m": tuple(raw["residuals_m"])})
