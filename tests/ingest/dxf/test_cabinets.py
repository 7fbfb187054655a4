"""Boxes of one size in a row: lockers and cupboards, or a partition in panels."""

import numpy as np
import pytest
import shapely
from shapely import box

from geo_server.ingest.dxf.cabinets import find_cabinets
from geo_server.ingest.dxf.drawing import Points, Stroke

FACES = list(np.array([[(-1, 0), (9, 0)], [(-1, -0.2), (9, -0.2)]], dtype=np.float64))
"""A wall below what stands in a row."""
ENDS = list(np.array([[(0, -3), (0, 3)], [(6, -3), (6, 3)]], dtype=np.float64))
"""Walls from which a row reaches to the other."""


def strokes(*lines: Points) -> list[Stroke]:
    return [Stroke(line, "0", "1F") for line in lines]


def row(wide: float, deep: float, count: int = 5) -> list[Points]:
    """Boxes side by side along the x axis."""
    return [shapely.get_coordinates(box(wide * i, 0, wide * (i + 1), deep)) for i in range(count)]


@pytest.mark.parametrize("turn_deg", [0, 33])
@pytest.mark.parametrize(
    ("boxes", "walls", "cabinets"),
    [
        (row(0.3, 0.5), [], True),
        (row(0.8, 0.4), FACES, True),
        ([*row(0.8, 0.4), *(points - (0, 0.4) for points in row(0.8, 0.4))], [], True),
        (row(1.2, 0.1), ENDS, False),
        (row(1.2, 0.2), ENDS, False),
        (row(1.2, 0.3), ENDS, False),
        (row(0.2, 0.4), FACES, False),
        (row(0.3, 0.5, 2), FACES, False),
    ],
)
def test_cabinets_stand_side_by_side_or_against_a_wall_and_panels_end_to_end(
    boxes: list[Points], walls: list[Points], cabinets: bool, turn_deg: float
) -> None:
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    drawn = strokes(*(line @ [[cos, sin], [-sin, cos]] for line in [*boxes, *walls]))
    assert find_cabinets(drawn).tolist() == [cabinets] * len(boxes) + [False] * len(walls)
