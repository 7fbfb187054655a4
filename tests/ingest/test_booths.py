"""Cubicles belong to their restroom, and a crossed-out opening in the floor to no zone."""

import pytest

from tests.ingest.sketch import ROOMS, Sketch
from tests.ingest.test_dxf import read


def with_cubicle(*, name: str = "") -> Sketch:
    """The wing with a cubicle of 1.2 m by 1.4 m in the corner of room 101, its door to the room."""
    sketch = Sketch().draw()
    for start, end in [((1.4, 6.4), (1.4, 7.8)), ((1.4, 6.4), (1.2, 6.4)), ((0.5, 6.4), (0.2, 6.4))]:
        sketch.line(start, end, "A-WALL")
    sketch.door((0.5, 6.4), (1.2, 6.4), (0.5, 5.7))
    if name:
        sketch.text(name, 0.8, 7.2, height=0.1)
    return sketch


def test_a_nameless_cubicle_is_a_part_of_the_room_that_its_door_opens_to() -> None:
    plan = read(with_cubicle()).floorplan
    assert sorted(zone.name for zone in plan.zones) == sorted(ROOMS)
    room = next(zone for zone in plan.zones if zone.name == "101")
    assert room.polygon.area == pytest.approx(ROOMS["101"].area, rel=0.02)
    assert len(plan.openings) == 4


def test_a_cubicle_with_a_name_stays_a_zone() -> None:
    plan = read(with_cubicle(name="CLOSET")).floorplan
    assert sorted(zone.name for zone in plan.zones) == sorted([*ROOMS, "CLOSET"])
    assert len(plan.openings) == 5


@pytest.mark.parametrize(("diagonals", "void"), [(2, 8.4), (1, 0.0)])
def test_a_rectangle_crossed_by_both_diagonals_is_an_opening_in_the_floor(diagonals: int, void: float) -> None:
    sketch = Sketch().draw()
    corners = [(3.0, 0.9), (9.0, 0.9), (9.0, 2.3), (3.0, 2.3)]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        sketch.line(start, end, "X-1")
    for index in range(diagonals):
        sketch.line(corners[index], corners[index + 2], "X-1")
    zone = next(zone for zone in read(sketch).floorplan.zones if zone.name == "LIBRARY")
    assert zone.polygon.area == pytest.approx(ROOMS["LIBRARY"].area - void, rel=0.02)
