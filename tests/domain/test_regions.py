"""A region that somebody drew: what is taken, and what is refused by name."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo_server.domain.errors import InvalidInput
from geo_server.domain.regions import MOST_VERTICES, WIDEST_M, region_within

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]


def test_a_ring_may_be_closed_or_not_and_run_either_way_round() -> None:
    shapes = [
        region_within(ring, where="polygon").polygon for ring in (SQUARE, [*SQUARE, SQUARE[0]], list(reversed(SQUARE)))
    ]
    assert all(shape is not None and shape.equals(shapes[0]) for shape in shapes)


@given(
    st.lists(st.tuples(st.floats(0.1, 1.0), st.floats(0.05, 0.3)), min_size=3, max_size=20),
    st.floats(1.0, 200.0),
)
def test_the_disc_holds_the_polygon_and_its_middle_is_in_it(steps: list[tuple[float, float]], widest_m: float) -> None:
    turns, turn = [], 0.0
    for far, step in steps:
        turn += step
        turns.append((far * widest_m * math.cos(turn * 6.28 / 6.1), far * widest_m * math.sin(turn * 6.28 / 6.1)))
    try:
        region = region_within(turns, where="polygon")
    except InvalidInput:
        return
    assert region.polygon is not None
    assert region.polygon.covers(region.point)
    assert region.polygon.hausdorff_distance(region.point) <= region.radius_m + 1e-9


@pytest.mark.parametrize(
    ("ring", "says"),
    [
        ([], "A polygon of 0 vertices"),
        (SQUARE[:2], "A polygon of 2 vertices"),
        ([(math.cos(k), math.sin(k)) for k in range(MOST_VERTICES + 1)], "A polygon of 101 vertices"),
        ([*SQUARE, (math.nan, 1.0)], "A vertex is no place"),
        ([(0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)], "Self-intersection"),
        ([(0.0, 0.0), (5.0, 0.0), (10.0, 0.0)], "no polygon of some area"),
        ([(0.0, 0.0), (3 * WIDEST_M, 0.0), (0.0, 1.0)], "reaches 1000 m"),
    ],
)
def test_what_is_no_region_is_refused(ring: list[tuple[float, float]], says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        region_within(ring, where="polygon")
    assert refused.value.where == "polygon"


def test_the_middle_of_a_bent_polygon_is_a_place_in_it() -> None:
    bent = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (19.0, 20.0), (19.0, 1.0), (0.0, 1.0)]
    region = region_within(bent, where="polygon")
    assert region.polygon is not None
    assert region.polygon.covers(region.point)
    assert not region.polygon.covers(Point(region.polygon.centroid))
