"""Contradictions inside a floorplan are found by name."""

from dataclasses import replace
from uuid import UUID, uuid4

from shapely import LineString, Point, box

from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame, SiteFrame
from geo_server.domain.places import Floorplan, Level, Opening, Transition, TransitionCategory, Zone

GROUND, UPPER = Level(uuid4(), None, 0, "Ground"), Level(uuid4(), None, 1, "Upper")
ROOM = Zone(uuid4(), GROUND.id, box(0, 0, 5, 5), "101")
HALL = Zone(uuid4(), GROUND.id, box(5, 0, 10, 5), "Hall")
ABOVE = Zone(uuid4(), UPPER.id, box(5, 0, 10, 5), "Hall above")
DOOR = Opening(uuid4(), GROUND.id, LineString([(5, 2), (5, 3)]), (ROOM.id, HALL.id))
EXIT = Opening(uuid4(), GROUND.id, LineString([(10, 2), (10, 3)]), (HALL.id, None), exit=True)
STAIR = Transition(uuid4(), GROUND.id, Point(9, 4), (HALL.id, ABOVE.id), TransitionCategory.STAIRS, 6.0)
PLAN = Floorplan(DrawingFrame(), (GROUND, UPPER), (ROOM, HALL, ABOVE), (DOOR, EXIT), (STAIR,))


def codes(floorplan: Floorplan) -> list[str]:
    return [fault.code for fault in find_faults(floorplan)]


def test_a_sound_floorplan_has_no_faults() -> None:
    assert codes(PLAN) == []


def test_an_opening_into_a_zone_that_is_not_there_is_named() -> None:
    stranger = uuid4()
    faults = find_faults(replace(PLAN, openings=(replace(DOOR, zones=(ROOM.id, stranger)), EXIT)))
    assert [fault.subject for fault in faults] == [DOOR.id]
    assert str(stranger) in faults[0].message


def test_a_stair_to_a_zone_that_is_not_there_is_named() -> None:
    assert codes(replace(PLAN, zones=(ROOM, HALL))) == ["unknown-zone"]


def test_an_id_given_twice_is_named_whatever_carries_it() -> None:
    assert codes(replace(PLAN, openings=(replace(DOOR, id=ROOM.id), EXIT))) == ["repeated-id"]


def test_a_thing_on_a_level_that_is_not_there_is_named() -> None:
    faults = find_faults(replace(PLAN, levels=(GROUND,)))
    assert [(fault.code, fault.subject) for fault in faults] == [("unknown-level", ABOVE.id)]


def test_an_opening_with_nothing_on_either_side_is_named() -> None:
    assert codes(replace(PLAN, openings=(replace(DOOR, zones=(None, None)), EXIT))) == ["joins-nothing"]


def test_stairs_that_go_down_from_their_foot_are_named_within_a_building_but_not_between_two() -> None:
    """On a hillside level 1 of one building may lie below level 0 of its neighbour."""
    down = replace(STAIR, level_id=UPPER.id, zones=(ABOVE.id, HALL.id))
    assert codes(replace(PLAN, transitions=(down,))) == ["upside-down"]
    beside = replace(GROUND, building_id=uuid4())
    assert codes(replace(PLAN, levels=(beside, UPPER), transitions=(down,))) == []


def test_a_floorplan_knows_its_things_by_id_and_level() -> None:
    assert PLAN.zone_by_id[HALL.id] is HALL
    assert PLAN.opening_by_id[EXIT.id].exit
    assert PLAN.ordinal(UPPER.id) == 1
    assert PLAN.levels_at(1) == (UPPER,)
    assert PLAN.levels_at(7) == ()
    assert not PLAN.placed
    assert replace(PLAN, frame=SiteFrame(0, 0)).placed
    assert isinstance(next(iter(PLAN.level_by_id)), UUID)
