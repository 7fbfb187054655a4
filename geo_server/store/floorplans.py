"""Floorplans in the database: a draft's places are written when it is placed, and what is published is read back.

The life of a revision (draft, published, superseded) is told in :mod:`geo_server.store.revisions`.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from geo_server.domain.errors import DatabaseUnavailable, InvalidInput
from geo_server.domain.faults import find_broken
from geo_server.domain.frame import Placement, SiteFrame
from geo_server.domain.places import AssemblyPoint, Building, Floorplan, Level, Site
from geo_server.domain.states import RevisionState
from geo_server.store.conflicts import refusing_bad_values
from geo_server.store.contents import ASSETS, CONTENTS, OPENINGS, TRANSITIONS, WALLS, ZONES, Content, T
from geo_server.store.database import Database
from geo_server.store.geometry import decode_all, encode
from geo_server.store.lists import is_one_of
from geo_server.store.revisions import BAD_DRAWING, lock_draft
from geo_server.store.tables import (
    REVISION_TABLES,
    assembly_points,
    buildings,
    floorplan_revisions,
    levels,
    revision_levels,
    zones,
)

_NOT_READ = {"site_id", "revision_id", "area_m2", "geom_3857"}
"""Columns that say nothing that the floorplan does not know already: half of the time of reading it."""

_PUBLISHED = floorplan_revisions.c.state == RevisionState.PUBLISHED.value


def place_draft(c: Connection, revision_id: UUID, floorplan: Floorplan, placement: Placement | None) -> None:
    """Write the places of a draft, in place of those that an earlier placing wrote.

    Levels belong to the building: one that it has already, by ordinal, is used again whatever its id here.

    Args:
        c: A connection inside a transaction.
        revision_id: The draft.
        floorplan: One building, in site metres.
        placement: How the drawing was put on the ground; None when it was in lon, lat to begin with.

    Raises:
        NotFound: There is no such revision.
        Conflict: It is no draft any more.
        InvalidInput: The floorplan is not placed, contradicts itself, or has a value that cannot be.
    """
    frame = _check(floorplan)
    draft = lock_draft(c, revision_id)
    revision = {"site_id": draft["site_id"], "revision_id": revision_id}
    drop_places(c, revision_id)
    with refusing_bad_values("floorplan", BAD_DRAWING):
        level_ids = _add_levels(c, draft["site_id"], draft["building_id"], floorplan.levels)
        _insert(c, revision_levels, [revision | row for row in _level_rows(floorplan, frame, level_ids)])
        for content in CONTENTS:
            _insert(c, content.table, [revision | row for row in content.rows(floorplan, frame, level_ids)])
    c.execute(
        update(floorplan_revisions)
        .where(floorplan_revisions.c.id == revision_id)
        .values(placed_at=func.clock_timestamp(), placement=None if placement is None else asdict(placement))
    )


def drop_places(c: Connection, revision_id: UUID) -> None:
    """Delete what the placing of a draft wrote."""
    for table in reversed(REVISION_TABLES):
        c.execute(delete(table).where(table.c.revision_id == revision_id))


def analyse(database: Database) -> None:
    """Have the database count anew what floorplans hold: without that it reads tiles 2.5 times as slowly after a first
    import, until its own daemon comes round. What was published stays so if it cannot."""
    with suppress(DatabaseUnavailable), database.transaction() as c:
        c.execute(text(f"ANALYZE {', '.join(table.name for table in REVISION_TABLES)}"))


def load_floorplan(c: Connection, site: Site) -> Floorplan:
    """Everything that is published on a site, in site metres, with its assembly points.

    The revisions are chosen first and their rows never change, so the answer is consistent even while another one is
    being published.
    """
    chosen = (
        select(floorplan_revisions.c.id, buildings.c.id.label("building_id"), buildings.c.name)
        .join_from(floorplan_revisions, buildings, floorplan_revisions.c.building_id == buildings.c.id)
        .where(floorplan_revisions.c.site_id == site.id, _PUBLISHED)
        .order_by(buildings.c.name)
    )
    published = c.execute(chosen).all()
    revision_ids = [row.id for row in published]
    own_levels, outlines = _load_levels(c, revision_ids, site.frame)
    return Floorplan(
        frame=site.frame,
        levels=own_levels,
        zones=_load(c, ZONES, revision_ids, site.frame),
        openings=_load(c, OPENINGS, revision_ids, site.frame),
        transitions=_load(c, TRANSITIONS, revision_ids, site.frame),
        walls=_load(c, WALLS, revision_ids, site.frame),
        assets=_load(c, ASSETS, revision_ids, site.frame),
        assembly_points=_load_assembly_points(c, site),
        buildings=tuple(Building(row.building_id, row.name) for row in published),
        site=site,
        outlines=outlines,
    )


def has_zone(c: Connection, site_id: UUID, zone_id: UUID) -> bool:
    """Whether a site's published map has a zone."""
    return zone_id in present_zones(c, site_id, {zone_id})


def present_zones(c: Connection, site_id: UUID, zone_ids: Collection[UUID]) -> set[UUID]:
    """Those of some zones that a site's published map has."""
    statement = (
        select(zones.c.id)
        .join_from(zones, floorplan_revisions, zones.c.revision_id == floorplan_revisions.c.id)
        .where(floorplan_revisions.c.site_id == site_id, _PUBLISHED, is_one_of(zones.c.id, zone_ids))
    )
    return set(c.scalars(statement))


def _check(floorplan: Floorplan) -> SiteFrame:
    if not isinstance(floorplan.frame, SiteFrame):
        raise InvalidInput(
            "The floorplan is in drawing metres.", advice="Place it with two or more control points first."
        )
    faults = find_broken(floorplan)
    if faults:
        raise InvalidInput(
            f"{faults[0].message} ({len(faults)} contradiction(s) in all.)",
            where=f"{faults[0].code} {faults[0].subject}",
            advice="Import the drawing again, or mend the floorplan document.",
        )
    ordinals = [level.ordinal for level in floorplan.levels]
    if len(set(ordinals)) < len(ordinals):
        raise InvalidInput(
            f"Two levels of the building have the same ordinal: {sorted(ordinals)}.",
            where="ordinal",
            advice="Give each level of the building its own ordinal.",
        )
    return floorplan.frame


def _add_levels(c: Connection, site_id: UUID, building_id: UUID, own: Sequence[Level]) -> dict[UUID, UUID]:
    """Give the building the levels that it lacks; returns the stored id for each level of the floorplan."""
    c.execute(select(buildings.c.id).where(buildings.c.id == building_id).with_for_update(key_share=True))
    present = c.execute(select(levels.c.ordinal, levels.c.id).where(levels.c.building_id == building_id))
    stored: dict[int, UUID] = {row.ordinal: row.id for row in present}
    taken = set(stored.values())
    lacking = [level for level in own if level.ordinal not in stored]
    for level in lacking:
        stored[level.ordinal] = uuid4() if level.id in taken else level.id
    common = {"site_id": site_id, "building_id": building_id}
    rows = [common | {"id": stored[level.ordinal], "ordinal": level.ordinal, "name": level.name} for level in lacking]
    _insert(c, levels, rows)
    return {level.id: stored[level.ordinal] for level in own}


def _level_rows(floorplan: Floorplan, frame: SiteFrame, level_ids: dict[UUID, UUID]) -> list[dict[str, Any]]:
    return [
        {
            "level_id": level_ids[level.id],
            "name": level.name,
            "geom": encode(floorplan.outlines[level.id], frame) if level.id in floorplan.outlines else None,
        }
        for level in floorplan.levels
    ]


def _insert(c: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        c.execute(insert(table), rows)


def _load(c: Connection, content: Content[T], revision_ids: Sequence[UUID], frame: SiteFrame) -> tuple[T, ...]:
    table = content.table
    statement = select(*(column for column in table.c if column.name not in _NOT_READ))
    statement = statement.where(table.c.revision_id.in_(revision_ids)).order_by(table.c.id)
    rows = c.execute(statement).mappings().all()
    geometries = decode_all([row["geom"] for row in rows], frame)
    return tuple(content.from_row(row, geometry) for row, geometry in zip(rows, geometries, strict=True))


def _load_levels(
    c: Connection, revision_ids: Sequence[UUID], frame: SiteFrame
) -> tuple[tuple[Level, ...], dict[UUID, Any]]:
    statement = (
        select(levels.c.id, levels.c.building_id, levels.c.ordinal, revision_levels.c.name, revision_levels.c.geom)
        .join_from(revision_levels, levels, revision_levels.c.level_id == levels.c.id)
        .join(buildings, levels.c.building_id == buildings.c.id)
        .where(revision_levels.c.revision_id.in_(revision_ids))
        .order_by(buildings.c.name, levels.c.ordinal)
    )
    rows = c.execute(statement).all()
    outlines = decode_all([row.geom for row in rows], frame)
    return (
        tuple(Level(row.id, row.building_id, row.ordinal, row.name) for row in rows),
        {row.id: outline for row, outline in zip(rows, outlines, strict=True) if outline is not None},
    )


def _load_assembly_points(c: Connection, site: Site) -> tuple[AssemblyPoint, ...]:
    statement = select(assembly_points.c.id, assembly_points.c.name, assembly_points.c.geom)
    rows = c.execute(statement.where(assembly_points.c.site_id == site.id).order_by(assembly_points.c.name)).all()
    points = decode_all([row.geom for row in rows], site.frame)
    return tuple(AssemblyPoint(row.id, point, row.name) for row, point in zip(rows, points, strict=True))
