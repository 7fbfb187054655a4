"""A revised drawing, read again: what is still the same room keeps its id, what is new gets one, nothing is mixed up."""

from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from geo_server.domain.differences import compare
from geo_server.domain.edits import AddOpening, ChangeZone, MergeZones, RemoveOpening, SplitZone, apply_edits
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame
from geo_server.domain.matching import keep_ids
from geo_server.domain.moving import with_ids
from geo_server.domain.places import Floorplan
from tests.export.floorplans import floorplans, school, uid

PLAN = school(DrawingFrame())


def read_again(plan: Floorplan, dx: float = 0.0, dy: float = 0.0) -> Floorplan:
    """The same building with all new ids, moved."""
    fresh: dict[UUID, UUID] = {}
    again = with_ids(plan, lambda old: fresh.setdefault(old, uuid4()))

    def moved(geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, lambda xy: xy + np.array([dx, dy]))

    return replace(
        again,
        zones=tuple(replace(zone, polygon=moved(zone.polygon)) for zone in again.zones),
        openings=tuple(replace(opening, line=moved(opening.line)) for opening in again.openings),
        transitions=tuple(replace(t, geometry=moved(t.geometry)) for t in again.transitions),
    )


def places_of(plan: Floorplan) -> set[UUID]:
    ways = {way.id for way in plan.openings} | {way.id for way in plan.transitions}
    return ways | {level.id for level in plan.levels} | {zone.id for zone in plan.zones}


@given(st.floats(-1000, 1000), st.floats(-1000, 1000))
@settings(deadline=None)
def test_a_drawing_read_again_keeps_every_id_wherever_its_sheet_has_gone(dx: float, dy: float) -> None:
    kept = keep_ids(PLAN, read_again(PLAN, dx, dy)).floorplan
    assert places_of(kept) == places_of(PLAN)
    assert {zone.id: zone.name for zone in kept.zones} == {zone.id: zone.name for zone in PLAN.zones}
    assert find_faults(kept) == []


def test_a_wall_that_moved_a_little_leaves_the_rooms_their_ids() -> None:
    def shifted(plan: Floorplan) -> Floorplan:
        boxes = {"101": box(0, 3, 8.5, 10), "102": box(8.5, 3, 16, 10)}
        return replace(
            plan, zones=tuple(replace(z, polygon=boxes.get(z.name, z.polygon), name=f"{z.name}a") for z in plan.zones)
        )

    kept = keep_ids(PLAN, read_again(shifted(PLAN))).floorplan
    assert kept.zone_by_id[uid("101")].name == "101a"
    differences = compare(PLAN, kept)
    assert (differences.added, differences.removed) == ((), ())
    areas = {change.after.id: change.fields.get("area_m2") for change in differences.changed}
    assert areas[uid("101")] == (56.0, 59.5)
    assert areas[uid("corridor")] is None


def test_a_room_that_was_divided_leaves_its_id_to_neither_half_and_its_neighbours_theirs() -> None:
    halves = apply_edits(PLAN, [SplitZone(uuid4(), uid("101"), ((4, 0), (4, 11)), "101b")])
    kept = keep_ids(PLAN, read_again(halves)).floorplan
    assert uid("101") not in kept.zone_by_id
    assert uid("102") in kept.zone_by_id
    assert len(compare(PLAN, kept).added) == 2
    assert find_faults(kept) == []


def test_two_rooms_that_changed_places_do_not_keep_the_wrong_id() -> None:
    """The place decides, not the name: people, doors and closures are where the room is."""
    swapped = replace(
        PLAN, zones=tuple(replace(z, name={"101": "102", "102": "101"}.get(z.name, z.name)) for z in PLAN.zones)
    )
    kept = keep_ids(PLAN, read_again(swapped)).floorplan
    assert kept.zone_by_id[uid("101")].name == "102"


@given(floorplans())
@settings(deadline=None, max_examples=40)
def test_any_floorplan_read_again_stays_sound_and_differs_in_nothing_that_it_kept(plan: Floorplan) -> None:
    faults = {(fault.code, fault.subject) for fault in find_faults(plan)}
    assert not faults
    kept = keep_ids(plan, read_again(plan)).floorplan
    assert find_faults(kept) == []
    assert len(kept.zones) == len(plan.zones)


def test_what_was_added_removed_and_changed_is_told_and_the_rest_is_counted() -> None:
    edited = apply_edits(
        PLAN,
        [
            ChangeZone(uuid4(), uid("101"), name="Lab"),
            RemoveOpening(uuid4(), uid("d2")),
            AddOpening(uuid4(), uid("ground"), ((8, 5), (8, 6))),
        ],
    )
    differences = compare(PLAN, edited)
    assert [type(thing).__name__ for thing in differences.added] == ["Opening"]
    assert [thing.id for thing in differences.removed] == [uid("d2")]
    (change,) = differences.changed
    assert change.fields == {"name": ("101", "Lab")}
    assert differences.unchanged == len(PLAN.zones) - 1 + len(PLAN.openings) - 1 + len(PLAN.transitions)
    assert compare(PLAN, PLAN).unchanged == differences.unchanged + 2


def test_merged_zones_are_one_that_grew_and_one_that_is_gone() -> None:
    differences = compare(PLAN, apply_edits(PLAN, [MergeZones(uuid4(), (uid("101"), uid("102")))]))
    assert [thing.id for thing in differences.removed] == [uid("102")]
    assert {change.after.id for change in differences.changed} == {uid("101"), uid("d2")}


def test_twin_stairs_keep_each_its_own_id_wherever_the_sheet_has_gone_and_in_whatever_order_they_are_read() -> None:
    stairs = PLAN.transitions[0]
    twin = replace(stairs, id=uid("twin"), geometry=shapely.LineString([(12, 1), (14, 1)]))
    older = replace(PLAN, transitions=(stairs, twin))
    again = read_again(older, 9.0)
    matched = keep_ids(older, replace(again, transitions=again.transitions[::-1]))
    feet = {way.id: way.geometry.coords[0][0] for way in matched.floorplan.transitions}
    assert feet == {stairs.id: 10.0, twin.id: 21.0}
    assert find_faults(matched.floorplan) == []


def test_how_each_level_lies_to_what_it_was_is_told_where_a_zone_is_the_same() -> None:
    matched = keep_ids(PLAN, read_again(PLAN, 9.0, -2.5))
    assert set(matched.laid) == {uid("ground"), uid("upper")}
    assert matched.shifts[uid("ground")] == (9.0, -2.5)
    assert all(abs(laid.scale - 1) < 1e-9 for laid in matched.laid.values())
    elsewhere = replace(PLAN, zones=tuple(replace(z, polygon=box(0, 0, 1, 1), name=str(z.id)) for z in PLAN.zones))
    assert keep_ids(PLAN, read_again(elsewhere)).laid == {}
