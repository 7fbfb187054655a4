"""What the edges of zones are made of: walls, doors, or gaps that were closed on nobody's word."""

import numpy as np
import pytest
from shapely import box

from geo_server.ingest.dxf.edges import measure_edges
from geo_server.ingest.dxf.walls import Bridge, Filling

ROOM = box(0, 0, 6, 4)
WALLS = np.array([[0, 0, 6, 0], [6, 0, 6, 4], [6, 4, 0, 4], [0, 4, 0, 3], [0, 1, 0, 0]], dtype=np.float64)
GAP = Bridge((0, 1), (0, 3))


@pytest.mark.parametrize(
    ("closure", "drawn", "widest"),
    [
        (GAP, 0.9, 2.0),
        (Bridge(GAP.start, GAP.end, symbol=0), 1.0, 0.0),
        (Bridge(GAP.start, GAP.end, filled=Filling.WINDOW), 1.0, 0.0),
        (Bridge((2, 4), (4, 4)), 0.9, 0.0),
    ],
    ids=["gap", "door", "window", "elsewhere"],
)
def test_a_gap_that_nothing_fills_is_the_part_of_an_edge_that_is_not_drawn(
    closure: Bridge, drawn: float, widest: float
) -> None:
    (edge,) = measure_edges([ROOM], WALLS, [closure], [False])
    assert edge.drawn == pytest.approx(drawn, abs=0.01)
    assert edge.widest_m == pytest.approx(widest)


def test_edges_of_no_zone_are_none() -> None:
    assert measure_edges([], WALLS, [GAP], []) == []


def test_a_zone_without_a_line_around_it_is_drawn_to_no_part() -> None:
    (edge,) = measure_edges([ROOM], np.empty((0, 4)), [], [True])
    assert edge.drawn == 0


@pytest.mark.parametrize(("settled", "drawn"), [(True, 1.0), (False, 0.9)])
def test_an_edge_that_is_shared_with_a_zone_that_somebody_outlined_is_drawn(settled: bool, drawn: float) -> None:
    edge, _ = measure_edges([ROOM, box(-3, 0, 0, 4)], WALLS, [GAP], [False, settled])
    assert edge.drawn == pytest.approx(drawn, abs=0.01)
