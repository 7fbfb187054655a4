"""An exit is reached through doors and stairs, never by elevator."""

from uuid import UUID, uuid4

import pytest
from shapely import LineString, Point, box

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import (
    Floorplan,
    Level,
    Opening,
    Transition,
    TransitionCategory,
    Zone,
    ZoneCategory,
)
from geo_server.domain.ways_out import zones_with_way_out, zones_without_way_out

GROUND = Level(uuid4(), None, 0, "Ground")
UPPER = Level(uuid4(), None, 1, "Upper")
DOOR = LineString([(0, 0), (1, 0)])


def _zone(level: Level, category: ZoneCategory = ZoneCategory.ROOM) -> Zone:
    return Zone(uuid4(), level.id, box(0, 0, 1, 1), "Z", category)


def _door(one: UUID | None, two: UUID | None, *, leads_out: bool = False) -> Opening:
    return Opening(uuid4(), GROUND.id, DOOR, (one, two), exit=leads_out)


def test_a_room_leaves_through_its_neighbour() -> None:
    room, hall = _zone(GROUND), _zone(GROUND, ZoneCategory.CORRIDOR)
    plan = Floorplan(
        DrawingFrame(), (GROUND,), (room, hall), (_door(room.id, hall.id), _door(None, hall.id, leads_out=True))
    )
    assert zones_with_way_out(plan) == {room.id, hall.id}
    assert zones_without_way_out(plan) == ()


def test_an_exit_between_two_rooms_is_no_way_out_because_nobody_is_sent_through_it() -> None:
    room, hall = _zone(GROUND), _zone(GROUND, ZoneCategory.CORRIDOR)
    plan = Floorplan(DrawingFrame(), (GROUND,), (room, hall), (_door(room.id, hall.id, leads_out=True),))
    assert zones_with_way_out(plan) == frozenset()


def test_a_door_to_the_unknown_is_no_way_out() -> None:
    room = _zone(GROUND)
    plan = Floorplan(DrawingFrame(), (GROUND,), (room,), (_door(room.id, None),))
    assert zones_without_way_out(plan) == (room,)


@pytest.mark.parametrize(
    ("category", "leaves"),
    [(TransitionCategory.STAIRS, True), (TransitionCategory.RAMP, True), (TransitionCategory.ELEVATOR, False)],
)
def test_an_upper_room_leaves_by_stairs_and_ramps_but_not_by_elevator(
    category: TransitionCategory, leaves: bool
) -> None:
    below, above = _zone(GROUND), _zone(UPPER)
    way = Transition(uuid4(), GROUND.id, Point(0, 0), (below.id, above.id), category, 6.0)
    plan = Floorplan(DrawingFrame(), (GROUND, UPPER), (below, above), (_door(below.id, None, leads_out=True),), (way,))
    assert (above in zones_without_way_out(plan)) is not leaves


def test_a_corridor_that_is_cut_off_is_not_reported_because_nobody_stays_there() -> None:
    corridor = _zone(GROUND, ZoneCategory.CORRIDOR)
    assert zones_without_way_out(Floorplan(DrawingFrame(), (GROUND,), (corridor,))) == ()
