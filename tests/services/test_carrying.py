"""What was known of a building, joined to a newer reading of some of it. Values in, values out: no database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4, uuid5

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from geo_server.domain.edits import AddOpening, Edit, SplitZone
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame, Frame, Placement, SiteFrame
from geo_server.domain.moving import with_ids
from geo_server.domain.places import (
    Building,
    Floorplan,
    Level,
    Opening,
    Transition,
    TransitionCategory,
    Zone,
    ZoneCategory,
)
from geo_server.services.drawings import ReadBuilding
from geo_server.services.joining import Basis, JoinedBuilding, join_to_basis

SITE = SiteFrame(10.0, 50.0)
SCHOOL = Building(uuid4(), "School")
ROOMS = {name: box(6.0 * i, 0, 6.0 * i + 6, 5) for i, name in enumerate("ABCD")}
HALL = {"Hall": box(0, 0, 30, 3)}
CORE = {"Stairs": box(20, 3, 24, 8)}
ROOMS_BESIDE = {
    f"Room {name}": shapely.transform(room, lambda xy: xy + np.array([0, 3])) for name, room in ROOMS.items()
}
CATEGORIES = {"Stairs": ZoneCategory.STAIRS, "Lift": ZoneCategory.ELEVATOR, "Hall": ZoneCategory.CORRIDOR}

Rooms = Mapping[str, shapely.Polygon]


def level_id(ordinal: int) -> UUID:
    return uuid5(SCHOOL.id, f"level {ordinal}")


def zone_id(ordinal: int, name: str) -> UUID:
    return uuid5(level_id(ordinal), name)


def plan(levels: Mapping[int, Rooms], ways: Sequence[Transition] = (), frame: Frame | None = None) -> Floorplan:
    """Rooms by ordinal and name; a room whose name begins with a category is of that."""
    zones = [
        Zone(zone_id(n, name), level_id(n), polygon, name, CATEGORIES.get(name.split()[0], ZoneCategory.ROOM))
        for n, rooms in levels.items()
        for name, polygon in rooms.items()
    ]
    return Floorplan(
        frame or DrawingFrame(),
        levels=tuple(Level(level_id(n), SCHOOL.id, n, f"Floor {n}") for n in levels),
        zones=tuple(zones),
        transitions=tuple(ways),
        buildings=(SCHOOL,),
    )


def way(lower: tuple[int, str], upper: tuple[int, str], x: float = 5.0, category: str = "stairs") -> Transition:
    zones = zone_id(*lower), zone_id(*upper)
    return Transition(
        uuid4(), level_id(lower[0]), LineString([(x, 1), (x + 3, 1)]), zones, TransitionCategory(category), 7.0
    )


def read_again(floorplan: Floorplan, dx: float = 0.0, times: float = 1.0, unit: float = 1.0) -> Floorplan:
    """The same rooms under new ids, scaled and then moved to the east, in a drawing of another unit."""
    fresh: dict[UUID, UUID] = {}

    def moved(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, lambda xy: xy * times + np.array([dx, 0.0]))

    again = with_ids(floorplan, lambda old: fresh.setdefault(old, uuid4()))
    return replace(
        again,
        frame=DrawingFrame(unit),
        zones=tuple(replace(zone, polygon=moved(zone.polygon)) for zone in again.zones),
        openings=tuple(replace(opening, line=moved(opening.line)) for opening in again.openings),
        transitions=(),
    )


def join(
    older: Floorplan,
    newer: Floorplan,
    *edits: Edit,
    placed: Placement | None = None,
    by_file: Placement | None = None,
    keep_others: bool = True,
) -> JoinedBuilding:
    read = ReadBuilding(SCHOOL, (), newer, (), levels_told=True, placement=by_file)
    joined = join_to_basis(read, Basis(1, older, placed, (), edits), SITE, keep_others=keep_others)
    assert find_faults(joined.floorplan) == []
    return joined


def told(joined: JoinedBuilding, code: str) -> list[str]:
    return [finding.message for finding in joined.read.findings if finding.code == code]


def ways_of(joined: JoinedBuilding) -> list[tuple[int, int, str]]:
    """Ordinals and category of each transition."""
    at = {zone.id: joined.floorplan.ordinal(zone.level_id) for zone in joined.floorplan.zones}
    return sorted((at[one.zones[0]], at[one.zones[1]], str(one.category)) for one in joined.floorplan.transitions)


def door(ordinal: int = 0) -> AddOpening:
    """Between rooms A and B."""
    return AddOpening(uuid4(), level_id(ordinal), ((6, 2), (6, 3)))


def the_door(joined: JoinedBuilding) -> Opening:
    (opening,) = joined.floorplan.openings
    return opening


@pytest.mark.parametrize("dx", [6.0, 12.0, -6.0, 0.0, 137.2])
def test_a_door_that_a_person_added_moves_with_the_sheet(dx: float) -> None:
    """By the width of a room it would land in another wall, and between the first room and outside become an exit."""
    older = plan({0: ROOMS})
    joined = join(older, read_again(older, dx), door())
    opening = the_door(joined)
    assert opening.zones == (zone_id(0, "A"), zone_id(0, "B"))
    assert not opening.exit
    assert opening.line.equals_exact(LineString([(6 + dx, 2), (6 + dx, 3)]), 1e-9)
    assert told(joined, "correction-lost") == []


def test_a_zone_that_a_person_divided_is_divided_at_the_same_place_of_a_sheet_that_moved() -> None:
    older = plan({0: ROOMS})
    split = SplitZone(uuid4(), zone_id(0, "B"), ((8, -1), (8, 6)), "Store")
    behind = AddOpening(uuid4(), level_id(0), ((8, 2), (8, 3)))
    joined = join(older, read_again(older, 6.0), split, behind)
    areas = {zone.name: zone.polygon.area for zone in joined.floorplan.zones}
    assert (areas["B"], areas["Store"]) == (pytest.approx(20), pytest.approx(10))
    assert {joined.floorplan.zone_by_id[z].name for z in the_door(joined).zones if z} == {"B", "Store"}


def test_a_door_between_zones_that_are_not_there_any_more_is_lost_and_told() -> None:
    older = plan({0: ROOMS})
    newer = plan({0: {name: polygon for name, polygon in ROOMS.items() if name != "A"}})
    edit = door()
    joined = join(older, read_again(newer), edit)
    assert joined.floorplan.openings == ()
    assert [str(edit.id) in message for message in told(joined, "correction-lost")] == [True]


@pytest.mark.parametrize("times", [0.3048, 1.02, 1.1])
def test_lines_of_a_drawing_that_was_read_in_a_wrong_unit_are_lost_and_told(times: float) -> None:
    older = plan({0: ROOMS})
    split = SplitZone(uuid4(), zone_id(0, "B"), ((8, -1), (8, 7)), "Store")
    joined = join(older, read_again(older, times=times, unit=times), split, door())
    assert joined.edits == ()
    assert len(told(joined, "correction-lost")) == 2


def test_lines_stay_when_the_same_level_comes_in_a_file_of_another_unit() -> None:
    """One building has one unit on record, whatever its other levels were drawn in."""
    older = plan({0: ROOMS, 1: ROOMS})
    joined = join(older, read_again(plan({1: ROOMS}), 6.0, unit=0.001), door(1), door(0))
    lines = {joined.floorplan.ordinal(o.level_id): o.line.coords[0][0] for o in joined.floorplan.openings}
    assert lines == {0: pytest.approx(6), 1: pytest.approx(12)}


def test_lines_on_a_level_of_which_nothing_is_the_same_are_lost_and_told() -> None:
    joined = join(plan({0: ROOMS}), plan({0: {"X": box(0, 0, 60, 60)}}), door())
    assert len(told(joined, "correction-lost")) == 1


def test_lines_on_a_kept_level_are_put_on_the_ground_with_it() -> None:
    placed = Placement(90.0, 100.0, 50.0)
    joined = join(plan({0: ROOMS}), plan({1: HALL}, frame=SITE), door(), placed=placed)
    assert the_door(joined).zones == (zone_id(0, "A"), zone_id(0, "B"))
    ends = placed.place_coordinates([(6, 2), (6, 3)])
    assert np.allclose(the_door(joined).line.coords, ends)


def test_stairs_and_an_elevator_between_two_corridors_are_both_there_after_another_level_came_in() -> None:
    ways = [way((0, "Hall"), (1, "Hall")), way((0, "Hall"), (1, "Hall"), 12.0, "elevator")]
    ways.append(way((0, "Hall"), (1, "Hall"), 20.0))
    joined = join(plan({0: HALL, 1: HALL}, ways), plan({2: HALL}))
    assert {one.id for one in joined.floorplan.transitions} == {one.id for one in ways}


@pytest.mark.parametrize("again", [0, 1])
def test_ways_that_no_core_shows_come_back_with_a_level_that_is_read_again(again: int) -> None:
    ways = [way((0, "Hall"), (1, "Hall")), way((0, "Hall"), (1, "Hall"), 12.0, "elevator")]
    older = plan({0: HALL | ROOMS_BESIDE, 1: HALL | ROOMS_BESIDE}, ways)
    joined = join(older, read_again(plan({again: HALL | ROOMS_BESIDE}), 40.0))
    assert {one.id for one in joined.floorplan.transitions} == {one.id for one in ways}
    stairs = joined.floorplan.transition_by_id[ways[0].id]
    foot, head = stairs.geometry.coords[0][0], stairs.geometry.coords[-1][0]
    assert (foot, head) == ((pytest.approx(45), 8) if again == 0 else (5, pytest.approx(48)))
    assert told(joined, "transition-lost") == []


def test_a_way_whose_zone_is_gone_is_told() -> None:
    older = plan({0: HALL, 1: HALL}, [way((0, "Hall"), (1, "Hall"))])
    joined = join(older, plan({1: {"X": box(0, 0, 60, 60)}}))
    assert joined.floorplan.transitions == ()
    assert told(joined, "transition-lost") == ["The stairs from 'Hall' to 'Hall'."]


def test_stairs_that_are_found_again_keep_what_was_known_of_them() -> None:
    known = replace(way((0, "Stairs"), (1, "Stairs"), 21.0), riser_m=0.15, tread_m=0.3)
    joined = join(plan({0: CORE, 1: CORE}, [known]), read_again(plan({1: CORE})))
    (stairs,) = joined.floorplan.transitions
    assert (stairs.id, stairs.length_m, stairs.riser_m) == (known.id, 7.0, 0.15)


def test_levels_brought_in_as_0_2_1_have_stairs_between_neighbours_alone() -> None:
    bottom_and_top = join(plan({0: CORE}), plan({2: CORE}))
    assert ways_of(bottom_and_top) == [(0, 2, "stairs")]
    assert ways_of(join(bottom_and_top.read.floorplan, plan({1: CORE}))) == [(0, 1, "stairs"), (1, 2, "stairs")]


def test_stairs_that_would_pass_a_level_without_stairs_are_gone_and_told() -> None:
    bottom_and_top = join(plan({0: CORE}), plan({2: CORE}))
    joined = join(bottom_and_top.read.floorplan, plan({1: HALL}))
    assert ways_of(joined) == []
    assert told(joined, "transition-lost") == ["The stairs from 'Stairs' to 'Stairs'."]


def test_an_elevator_that_was_said_to_pass_a_level_still_does_when_that_is_read_again() -> None:
    lift = {"Lift": box(20, 3, 22, 5)}
    express = way((0, "Lift"), (2, "Lift"), 21.0, "elevator")
    older = plan({0: HALL | lift, 1: HALL, 2: HALL | lift}, [express])
    assert ways_of(join(older, read_again(plan({1: HALL})))) == [(0, 2, "elevator")]


def test_a_point_that_is_one_place_on_both_levels_becomes_two_when_one_level_moves() -> None:
    shaft = replace(way((0, "Hall"), (1, "Hall")), geometry=Point(5, 1))
    joined = join(
        plan({0: HALL | ROOMS_BESIDE, 1: HALL | ROOMS_BESIDE}, [shaft]),
        read_again(plan({1: HALL | ROOMS_BESIDE}), 40.0),
    )
    (moved,) = joined.floorplan.transitions
    assert np.allclose(shapely.get_coordinates(moved.geometry), [(5, 1), (45, 1)])


def test_where_a_file_says_it_is_counts_only_where_its_axes_hold() -> None:
    """Levels that are kept have axes of their own: the file's place would put them, and it, somewhere else."""
    older, newer = plan({0: ROOMS}), read_again(plan({1: ROOMS}), 500.0)
    says, stands = Placement(0.0, 1000.0, 0.0), Placement(10.0, 20.0, 0.0)
    unplaced, placed = join(older, newer, by_file=says), join(older, newer, by_file=says, placed=stands)
    assert unplaced.placement is None
    assert len(told(unplaced, "georeference-unusable")) == 1
    assert placed.placement == stands
    assert told(placed, "georeference-unusable") == []
    assert join(older, newer, by_file=says, placed=stands, keep_others=False).placement == says
