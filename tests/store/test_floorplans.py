from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from shapely.geometry.base import BaseGeometry
from sqlalchemy import event, func, select

from geo_server.domain.errors import Conflict, InvalidInput
from geo_server.domain.frame import DrawingFrame, Placement
from geo_server.domain.places import AssemblyPoint, Building, Floorplan, Level
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import has_zone, load_floorplan, place_draft
from geo_server.store.revisions import publish
from geo_server.store.sites import add_assembly_point, add_building
from geo_server.store.tables import REVISION_TABLES, levels
from tests.store.samples import FRAME, a_floorplan, a_room_with_a_pillar, an_id, draft, found, published

NOWHERE = Placement(0.0, 0.0, 0.0)


def alike(one: Any, other: Any) -> bool:
    """Equal in every field, places to the millimetre."""
    if isinstance(one, BaseGeometry):
        return bool(one.geom_type == other.geom_type and one.equals_exact(other, 1e-3))
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(other) and all(
            alike(getattr(one, f.name), getattr(other, f.name)) for f in fields(one)
        )
    return bool(one == other)


def all_alike(ones: Iterable[Any], others: Iterable[Any]) -> bool:
    """The same things whatever their order."""
    mine, theirs = ({thing.id: thing for thing in things} for things in (ones, others))
    return mine.keys() == theirs.keys() and all(alike(mine[key], theirs[key]) for key in mine)


def rows_of(c: Connection, revision_id: UUID) -> list[int]:
    return [
        c.scalar(select(func.count()).select_from(table).where(table.c.revision_id == revision_id)) or 0
        for table in REVISION_TABLES
    ]


def test_a_published_floorplan_is_read_as_it_was_written(database: Database) -> None:
    site, building = found(database)
    written = a_floorplan()
    gate = AssemblyPoint(uuid4(), FRAME.to_metres(FRAME.to_lonlat(written.assets[0].point)), "Gate")
    with database.transaction() as c:
        published(c, site, building, written)
        add_assembly_point(c, site.id, gate, site.frame)
    with database.snapshot() as c:
        read = load_floorplan(c, site)
    assert [replace(level, building_id=None) for level in read.levels] == list(written.levels)
    assert {level.building_id for level in read.levels} == {building.id}
    for kind in ("zones", "openings", "transitions", "walls", "assets"):
        assert all_alike(getattr(read, kind), getattr(written, kind)), kind
    assert all_alike(read.assembly_points, [gate])
    assert read.outlines.keys() == written.outlines.keys()
    assert all(alike(read.outlines[key], outline) for key, outline in written.outlines.items())
    assert (read.site, read.frame, read.buildings) == (site, site.frame, (building,))


def test_a_zone_with_a_hole_keeps_it(database: Database) -> None:
    site, building = found(database)
    written = a_room_with_a_pillar()
    with database.transaction() as c:
        published(c, site, building, written)
        read = load_floorplan(c, site)
    assert all_alike(read.zones, written.zones)


def test_a_floorplan_is_read_in_a_handful_of_statements(database: Database) -> None:
    site, building = found(database)
    statements: list[str] = []
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
        event.listen(c, "before_cursor_execute", lambda *call: statements.append(call[2]))
        load_floorplan(c, site)
    assert len(statements) <= 8


def test_a_site_without_anything_published_has_an_empty_floorplan(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        revision = draft(c, site, building)
        place_draft(c, revision.id, a_floorplan(), NOWHERE)
        read = load_floorplan(c, site)
    assert read == Floorplan(frame=site.frame, site=site)


def test_nothing_of_a_draft_shows_before_it_is_published(database: Database) -> None:
    site, building = found(database)
    first = a_floorplan()
    renamed = replace(first, levels=tuple(replace(level, name=f"New {level.ordinal}") for level in first.levels))
    with database.transaction() as c:
        published(c, site, building, first)
        revision = draft(c, site, building)
        place_draft(c, revision.id, replace(renamed, zones=first.zones[:3], openings=(), transitions=()), NOWHERE)
        before = load_floorplan(c, site)
        publish(c, revision.id, by=None)
        after = load_floorplan(c, site)
    assert [level.name for level in before.levels] == ["Level 0", "Level 1"]
    assert len(before.zones) == 6
    assert [level.name for level in after.levels] == ["New 0", "New 1"]
    assert all_alike(after.zones, first.zones[:3])


def test_levels_are_shared_by_the_revisions_of_a_building_and_may_be_added(database: Database) -> None:
    site, building = found(database)
    first = a_floorplan("first")
    again = a_floorplan("again")
    attic = Level(an_id("attic"), None, 2, "Attic")
    with database.transaction() as c:
        published(c, site, building, first)
        published(c, site, building, replace(again, levels=(*again.levels, attic)))
        read = load_floorplan(c, site)
        stored = c.scalar(select(func.count()).select_from(levels))
    assert [level.id for level in read.levels] == [*(level.id for level in first.levels), attic.id]
    assert {zone.level_id for zone in read.zones} == {level.id for level in first.levels}
    assert stored == 3


def test_a_level_whose_id_now_stands_for_another_storey_gets_a_new_one(database: Database) -> None:
    site, building = found(database)
    first = a_floorplan()
    raised = replace(first, levels=tuple(replace(level, ordinal=level.ordinal + 1) for level in first.levels))
    with database.transaction() as c:
        published(c, site, building, first)
        published(c, site, building, raised)
        read = load_floorplan(c, site)
    assert [level.ordinal for level in read.levels] == [1, 2]
    assert {read.ordinal(zone.level_id) for zone in read.zones} == {1, 2}


def test_two_buildings_stand_side_by_side(database: Database) -> None:
    site, building = found(database)
    gym = Building(uuid4(), "Gym")
    with database.transaction() as c:
        add_building(c, site.id, gym)
        published(c, site, building, a_floorplan("main"))
        published(c, site, gym, a_floorplan("gym", east=60))
        read = load_floorplan(c, site)
    assert [house.name for house in read.buildings] == ["Gym", "Main"]
    assert len(read.zones) == 12
    assert len(read.levels_at(0)) == 2


def test_sites_do_not_see_each_other(database: Database) -> None:
    north, building = found(database, "north")
    south, _ = found(database, "south")
    plan = a_floorplan()
    with database.transaction() as c:
        published(c, north, building, plan)
        assert load_floorplan(c, south).zones == ()
        assert not has_zone(c, south.id, plan.zones[0].id)


def test_a_zone_is_found_when_it_is_published(database: Database) -> None:
    site, building = found(database)
    plan = a_floorplan()
    with database.transaction() as c:
        revision = draft(c, site, building)
        place_draft(c, revision.id, plan, NOWHERE)
        before = has_zone(c, site.id, plan.zones[0].id)
        publish(c, revision.id, by=None)
        after = has_zone(c, site.id, plan.zones[0].id)
    assert (before, after) == (False, True)


def test_placing_a_draft_again_replaces_what_was_written(database: Database) -> None:
    site, building = found(database)
    plan = a_floorplan()
    with database.transaction() as c:
        revision = draft(c, site, building)
        place_draft(c, revision.id, plan, NOWHERE)
        first = rows_of(c, revision.id)
        place_draft(c, revision.id, a_floorplan(east=50), NOWHERE)
        second = rows_of(c, revision.id)
        place_draft(c, revision.id, a_room_with_a_pillar(), NOWHERE)
        third = rows_of(c, revision.id)
    assert first == second == [2, 6, 5, 2, 1, 1]
    assert third == [1, 1, 0, 0, 0, 0]


def test_a_revision_in_force_cannot_be_placed_again(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        revision = published(c, site, building, a_floorplan())
        with pytest.raises(Conflict, match="published"):
            place_draft(c, revision.id, a_floorplan(), NOWHERE)


def broken(plan: Floorplan) -> list[tuple[Floorplan, str]]:
    way_out = plan.openings[-1]
    return [
        (replace(plan, frame=DrawingFrame()), "drawing metres"),
        (replace(plan, openings=(replace(way_out, zones=(uuid4(), None)),)), "not given"),
        (replace(plan, levels=plan.levels[:1]), "not given"),
        (replace(plan, levels=(plan.levels[0], replace(plan.levels[1], ordinal=0))), "same ordinal"),
        (replace(plan, openings=(replace(way_out, width_m=0.0),)), "ck_openings_width_m_positive"),
        (replace(plan, zones=(replace(plan.zones[0], name=" "), *plan.zones[1:])), "ck_zones_name_not_blank"),
        (replace(plan, zones=(replace(plan.zones[0], capacity=-1), *plan.zones[1:])), "capacity_not_negative"),
        (replace(plan, zones=(replace(plan.zones[0], name="1\x004"), *plan.zones[1:])), "NUL"),
    ]


def test_a_floorplan_that_cannot_be_is_refused_and_leaves_nothing(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        revision = draft(c, site, building)
    for plan, words in broken(a_floorplan()):
        with pytest.raises(InvalidInput, match=words), database.transaction() as c:
            place_draft(c, revision.id, plan, NOWHERE)
        with database.snapshot() as c:
            assert rows_of(c, revision.id) == [0] * 6


def test_ids_of_another_building_are_refused(database: Database) -> None:
    site, building = found(database)
    gym = Building(uuid4(), "Gym")
    with database.transaction() as c:
        add_building(c, site.id, gym)
        published(c, site, building, a_floorplan())
    with pytest.raises(InvalidInput, match="levels"), database.transaction() as c:
        published(c, site, gym, a_floorplan())
