"""Corrections that a person makes to what was read: the rest of the floorplan stays as it was, and stays sound."""

from dataclasses import replace
from uuid import UUID, uuid4, uuid5

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, box

from geo_server.domain.edits import (
    AddOpening,
    AddTransition,
    ChangeOpening,
    ChangeZone,
    Edit,
    MergeZones,
    RemoveOpening,
    RemoveTransition,
    RemoveZone,
    SplitZone,
    apply_edit,
    apply_edits,
    carry_edits,
)
from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput, NotFound
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import Floorplan, OpeningCategory, TransitionCategory, ZoneCategory
from geo_server.domain.ways_out import zones_without_way_out
from tests.export.floorplans import school, uid

PLAN = school(DrawingFrame())
ROOM, NEXT, CORRIDOR, ABOVE = uid("101"), uid("102"), uid("corridor"), uid("201")


def zones_of(plan: Floorplan, opening_id: UUID) -> tuple[UUID | None, UUID | None]:
    return plan.opening_by_id[opening_id].zones


def test_a_zone_takes_the_name_and_use_that_a_person_gives_it_and_keeps_the_rest() -> None:
    edited = apply_edit(PLAN, ChangeZone(uuid4(), ROOM, name=" Lab ", category=ZoneCategory.ASSEMBLY, alias=""))
    before, after = PLAN.zone_by_id[ROOM], edited.zone_by_id[ROOM]
    assert after == replace(before, name="Lab", category=ZoneCategory.ASSEMBLY, alias=None)
    assert [zone.id for zone in edited.zones] == [zone.id for zone in PLAN.zones]
    assert PLAN.zone_by_id[ROOM] is before


def test_merging_joins_the_outlines_and_every_door_leads_into_the_zone_that_stays() -> None:
    edited = apply_edit(PLAN, MergeZones(uuid4(), (ROOM, NEXT)))
    assert edited.zone_by_id[ROOM].polygon.equals(box(0, 3, 16, 10))
    assert NEXT not in edited.zone_by_id
    assert zones_of(edited, uid("d2")) == (ROOM, CORRIDOR)


def test_a_door_between_merged_zones_is_gone() -> None:
    edited = apply_edit(PLAN, MergeZones(uuid4(), (CORRIDOR, ROOM)))
    assert uid("d1") not in edited.opening_by_id
    assert zones_of(edited, uid("d2")) == (NEXT, CORRIDOR)


def test_zones_on_both_sides_of_a_wall_are_merged_over_it_but_not_over_a_neighbour() -> None:
    apart = replace(
        PLAN,
        zones=tuple(replace(zone, polygon=box(8.4, 3, 16, 10)) if zone.id == NEXT else zone for zone in PLAN.zones),
    )
    merged = apply_edit(apart, MergeZones(uuid4(), (ROOM, NEXT))).zone_by_id[ROOM].polygon
    assert merged.area == pytest.approx(16 * 7)
    assert merged.intersection(PLAN.zone_by_id[CORRIDOR].polygon).area == pytest.approx(0)


def test_a_zone_is_split_and_each_door_goes_with_its_part() -> None:
    split = SplitZone(uuid4(), CORRIDOR, ((8, -1), (8, 4)), "Corridor east")
    edited = apply_edit(PLAN, split)
    east = uuid5(split.id, "zone")
    kept, new = edited.zone_by_id[CORRIDOR].polygon, edited.zone_by_id[east].polygon
    assert {kept.bounds, new.bounds} == {(0, 0, 8, 3), (8, 0, 16, 3)}
    east_id, west_id = (east, CORRIDOR) if new.bounds[0] == 8 else (CORRIDOR, east)
    assert zones_of(edited, uid("exit")) == (east_id, None)
    assert zones_of(edited, uid("d1")) == (ROOM, west_id)
    assert edited.transition_by_id[uid("stairs")].zones == (west_id, ABOVE)


@pytest.mark.parametrize(("passable", "cut_off"), [(True, 0), (False, 2)])
def test_people_leave_a_split_corridor_across_the_line_only_if_nothing_stands_there(
    passable: bool, cut_off: int
) -> None:
    """Room 101 and the room above hang on the part without the exit."""
    edited = apply_edit(PLAN, SplitZone(uuid4(), CORRIDOR, ((8, -1), (8, 4)), "East", passable=passable))
    assert len(zones_without_way_out(edited)) == cut_off


@given(st.floats(0.5, 15.5), st.floats(-3, 3), st.booleans())
def test_the_parts_of_a_zone_cover_it_and_do_not_overlap(x: float, slant: float, passable: bool) -> None:
    line = ((x - slant, -1.0), (x + slant, 4.0))
    try:
        edited = apply_edit(PLAN, SplitZone(uuid4(), CORRIDOR, line, "Part", passable=passable))
    except InvalidInput:
        pieces = shapely.get_parts(
            shapely.polygonize([shapely.union_all([box(0, 0, 16, 3).exterior, LineString(line)])])
        )
        assert min(piece.area for piece in pieces) < 0.5 or len(pieces) != 2
        return
    (new,) = {zone.id for zone in edited.zones} - {zone.id for zone in PLAN.zones}
    one, other = edited.zone_by_id[CORRIDOR].polygon, edited.zone_by_id[new].polygon
    assert one.area >= other.area
    assert one.intersection(other).area == pytest.approx(0, abs=1e-9)
    assert one.union(other).symmetric_difference(box(0, 0, 16, 3)).area == pytest.approx(0, abs=1e-9)
    gaps = [opening for opening in edited.openings if opening.category is OpeningCategory.GAP]
    assert sum(gap.width_m for gap in gaps) == pytest.approx(one.intersection(other).length if passable else 0)


def test_a_removed_zone_takes_its_stairs_and_its_outer_doors_with_it() -> None:
    edited = apply_edit(PLAN, RemoveZone(uuid4(), CORRIDOR))
    assert uid("exit") not in edited.opening_by_id
    assert zones_of(edited, uid("d1")) == (ROOM, None)
    assert edited.transitions == ()


def test_a_door_drawn_on_a_wall_finds_the_zones_on_its_sides() -> None:
    edit = AddOpening(uuid4(), uid("ground"), ((8, 5), (8, 5.9)))
    opening = apply_edit(PLAN, edit).opening_by_id[uuid5(edit.id, "opening")]
    assert set(opening.zones) == {ROOM, NEXT}
    assert opening.width_m == pytest.approx(0.9)
    assert not opening.exit


def test_a_door_drawn_in_an_outer_wall_is_an_exit_unless_told_otherwise() -> None:
    line = ((0.0, 5.0), (0.0, 6.0))
    for told, expected in [(None, True), (False, False)]:
        edit = AddOpening(uuid4(), uid("ground"), line, exit=told)
        opening = apply_edit(PLAN, edit).opening_by_id[uuid5(edit.id, "opening")]
        assert set(opening.zones) == {ROOM, None}
        assert opening.exit is expected


def test_an_opening_can_be_corrected_and_taken_away() -> None:
    edited = apply_edit(PLAN, ChangeOpening(uuid4(), uid("exit"), exit=False, number="", lock_delay_s=60, width_m=2))
    changed = edited.opening_by_id[uid("exit")]
    assert (changed.exit, changed.number, changed.lock_delay_s, changed.width_m) == (False, None, 60, 2)
    assert changed.category is OpeningCategory.EMERGENCY_EXIT
    assert uid("exit") not in apply_edit(edited, RemoveOpening(uuid4(), uid("exit"))).opening_by_id


def test_levels_are_joined_where_the_zones_lie_over_each_other() -> None:
    edit = AddTransition(uuid4(), (ROOM, ABOVE), TransitionCategory.RAMP)
    ramp = apply_edit(PLAN, edit).transition_by_id[uuid5(edit.id, "transition")]
    assert PLAN.zone_by_id[ROOM].polygon.contains(ramp.geometry)
    assert PLAN.zone_by_id[ABOVE].polygon.contains(ramp.geometry)
    assert ramp.step_free
    assert ramp.length_m > 12 * 3
    assert apply_edit(PLAN, RemoveTransition(uuid4(), uid("stairs"))).transitions == ()


def test_levels_drawn_beside_each_other_are_joined_from_one_zone_into_the_other() -> None:
    aside = replace(
        PLAN,
        levels=tuple(replace(level, shift_m=(-50.0, 0.0)) if level.ordinal == 1 else level for level in PLAN.levels),
        zones=tuple(replace(zone, polygon=box(50, 0, 66, 10)) if zone.id == ABOVE else zone for zone in PLAN.zones),
    )
    edit = AddTransition(uuid4(), (CORRIDOR, ABOVE), TransitionCategory.STAIRS)
    line = apply_edit(aside, edit).transition_by_id[uuid5(edit.id, "transition")].geometry
    foot, head = shapely.get_coordinates(line)
    assert aside.zone_by_id[CORRIDOR].polygon.contains(shapely.Point(foot))
    assert head - foot == pytest.approx([50, 0])


NOBODY = uuid4()


@pytest.mark.parametrize(
    ("edit", "refusal", "where"),
    [
        (ChangeZone(uuid4(), NOBODY, name="x"), NotFound, "zone_id"),
        (ChangeZone(uuid4(), ROOM, name="  "), InvalidInput, "name"),
        (ChangeZone(uuid4(), ROOM, capacity=-1), InvalidInput, "capacity"),
        (MergeZones(uuid4(), (ROOM, ROOM)), InvalidInput, "zone_ids"),
        (MergeZones(uuid4(), (ROOM, ABOVE)), InvalidInput, "zone_ids"),
        (SplitZone(uuid4(), ROOM, ((0, 20), (20, 20)), "x"), InvalidInput, "line"),
        (SplitZone(uuid4(), ROOM, ((4, 5), (4, 6)), "x"), InvalidInput, "line"),
        (SplitZone(uuid4(), ROOM, ((4, 2), (4, 11)), " "), InvalidInput, "name"),
        (RemoveZone(uuid4(), NOBODY), NotFound, "zone_id"),
        (AddOpening(uuid4(), NOBODY, ((0, 0), (1, 0))), NotFound, "level_id"),
        (AddOpening(uuid4(), uid("ground"), ((4, 5), (4, 6))), InvalidInput, "line"),
        (AddOpening(uuid4(), uid("ground"), ((400, 5), (400, 6))), InvalidInput, "line"),
        (AddOpening(uuid4(), uid("ground"), ((8, 5), (8, 5.1))), InvalidInput, "line"),
        (AddOpening(uuid4(), uid("ground"), ((8, 5), (8, 6), (8, 5))), InvalidInput, "line"),
        (ChangeOpening(uuid4(), NOBODY), NotFound, "opening_id"),
        (ChangeOpening(uuid4(), uid("exit"), width_m=0.0), InvalidInput, "width_m"),
        (ChangeOpening(uuid4(), uid("exit"), lock_delay_s=-1.0), InvalidInput, "lock_delay_s"),
        (RemoveOpening(uuid4(), NOBODY), NotFound, "opening_id"),
        (AddTransition(uuid4(), (ABOVE, ROOM), TransitionCategory.STAIRS), InvalidInput, "zone_ids"),
        (AddTransition(uuid4(), (ROOM, ABOVE), TransitionCategory.STAIRS, -3.0), InvalidInput, "length_m"),
        (RemoveTransition(uuid4(), NOBODY), NotFound, "transition_id"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(edit: Edit, refusal: type[GeoServerError], where: str) -> None:
    with pytest.raises(refusal) as caught:
        apply_edit(PLAN, edit)
    assert caught.value.where == where
    assert caught.value.advice


def test_a_way_to_another_building_may_lead_to_any_ordinal_when_somebody_says_how_long_it_is() -> None:
    """On a hillside level 1 may lie below the neighbour's level 0."""
    (upper,) = (level for level in PLAN.levels if level.id == PLAN.zone_by_id[ABOVE].level_id)
    beside = replace(
        PLAN, levels=tuple(replace(one, building_id=uuid4()) if one == upper else one for one in PLAN.levels)
    )
    ramp = AddTransition(uuid4(), (ABOVE, ROOM), TransitionCategory.RAMP, 12.0)
    added = apply_edit(beside, ramp).transition_by_id[uuid5(ramp.id, "transition")]
    assert (added.zones, added.length_m) == ((ABOVE, ROOM), 12.0)
    with pytest.raises(InvalidInput, match="in another building") as caught:
        apply_edit(beside, replace(ramp, length_m=None))
    assert caught.value.where == "length_m"


def test_corrections_that_are_right_together_are_made_again_whatever_lay_in_between() -> None:
    """The door was said to be an exit before the zone behind it was said to be a yard."""
    door = next(o for o in PLAN.openings if set(o.zones) == {ROOM, CORRIDOR})
    edits: list[Edit] = [
        ChangeOpening(uuid4(), door.id, exit=True),
        ChangeZone(uuid4(), CORRIDOR, category=ZoneCategory.OUTDOOR),
    ]
    assert find_faults(apply_edits(PLAN, edits)) == []
    assert carry_edits(PLAN, PLAN, edits, lambda line, _: line).lost == ()
    with pytest.raises(Conflict, match="is an exit"):
        apply_edit(PLAN, edits[0])


def test_the_same_edit_twice_is_a_conflict_not_two_doors() -> None:
    edit = AddOpening(uuid4(), uid("ground"), ((8, 5), (8, 5.9)))
    with pytest.raises(Conflict):
        apply_edits(PLAN, [edit, edit])


def test_edits_made_one_after_the_other_build_on_each_other_and_leave_a_sound_floorplan() -> None:
    split = SplitZone(uuid4(), CORRIDOR, ((8, -1), (8, 4)), "East")
    east = uuid5(split.id, "zone")
    edited = apply_edits(
        PLAN,
        [
            split,
            ChangeZone(uuid4(), east, category=ZoneCategory.SERVICE),
            AddOpening(uuid4(), uid("ground"), ((8, 1), (8, 2))),
            MergeZones(uuid4(), (ROOM, NEXT)),
        ],
    )
    assert edited.zone_by_id[east].category is ZoneCategory.SERVICE
    assert find_faults(edited) == []
    assert zones_without_way_out(edited) == ()
