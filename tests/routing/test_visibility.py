"""Shortest ways inside a polygon are exact: known lengths, and a search that shares nothing with the product."""

import heapq
import itertools
import math
import random

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.affinity import rotate, scale

from geo_server.routing.visibility import build_space, shortest_way
from geo_server.routing.walks import build_walker


def shortest(polygon: Polygon, a: Point | LineString, b: Point | LineString) -> float:
    space = build_space(polygon)
    sights = space.sights([a, b])
    to_corners = space.to_corners(sights)
    straight = space.open_lengths(np.asarray([shapely.shortest_line(a, b)], dtype=object))[0]
    return shortest_way(space, sights[0], to_corners[0], sights[1], float(straight))[0]


def oracle(polygon: Polygon, a: Point, b: Point) -> float:
    """Dijkstra over all vertices of the polygon, reflex or not, with every pair tested by shapely alone."""
    rings = (polygon.exterior, *polygon.interiors)
    points = [a, b, *(Point(xy) for ring in rings for xy in ring.coords[:-1])]
    grown = polygon.buffer(1e-6)
    open_pairs = {
        (i, j): points[i].distance(points[j])
        for i, j in itertools.permutations(range(len(points)), 2)
        if grown.covers(LineString([points[i], points[j]]))
    }
    best = {0: 0.0}
    heap = [(0.0, 0)]
    while heap:
        metres, i = heapq.heappop(heap)
        if i == 1:
            return metres
        for (tail, head), length in open_pairs.items():
            if tail == i and metres + length < best.get(head, math.inf):
                best[head] = metres + length
                heapq.heappush(heap, (metres + length, head))
    return math.inf


def comb(rng: random.Random) -> Polygon:
    """A hall with niches and columns, turned by some angle."""
    hall = box(0, 0, 20, 6)
    for k in range(4):
        hall = hall.union(box(k * 5 + rng.uniform(0, 1), 6, k * 5 + rng.uniform(2, 4), 6 + rng.uniform(1, 6)))
    for k in range(3):
        x, y = 3 + k * 6 + rng.uniform(0, 2), rng.uniform(1, 3)
        hall = hall.difference(box(x, y, x + rng.uniform(0.5, 2), y + rng.uniform(0.5, 2)))
    turned = rotate(hall, rng.uniform(0, 90))
    assert isinstance(turned, Polygon)
    return turned


def a_place(polygon: Polygon, rng: random.Random) -> Point:
    west, south, east, north = polygon.bounds
    while True:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if polygon.contains(point):
            return point


def test_the_way_round_one_corner_has_its_known_length() -> None:
    corner = Polygon([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])
    assert shortest(corner, Point(10, 1), Point(1, 10)) == pytest.approx(2 * math.hypot(8, 1))


def test_the_way_round_a_column_has_its_known_length() -> None:
    room = Polygon(box(0, 0, 10, 10).exterior, [box(4, 4, 6, 6).exterior])
    assert shortest(room, Point(0, 5), Point(10, 5)) == pytest.approx(2 * math.hypot(4, 1) + 2)


def test_two_doors_in_a_straight_hall_are_as_far_as_their_nearest_ends() -> None:
    hall = box(0, 0, 30, 4)
    assert shortest(hall, LineString([(1, 0), (2, 0)]), LineString([(11, 0), (12, 0)])) == pytest.approx(9)


@pytest.mark.parametrize("seed", range(12))
def test_shortest_ways_equal_a_search_over_all_vertices(seed: int) -> None:
    rng = random.Random(seed)
    polygon = comb(rng)
    a, b = a_place(polygon, rng), a_place(polygon, rng)
    assert shortest(polygon, a, b) == pytest.approx(oracle(polygon, a, b), abs=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_mirroring_a_polygon_changes_no_length(seed: int) -> None:
    rng = random.Random(seed)
    polygon = comb(rng)
    a, b = a_place(polygon, rng), a_place(polygon, rng)
    mirrored = [scale(thing, xfact=-1, origin=(0, 0)) for thing in (polygon, a, b)]
    assert shortest(*mirrored) == pytest.approx(shortest(polygon, a, b))


@pytest.mark.parametrize("seed", range(6))
def test_a_line_as_terminal_is_never_farther_than_any_of_its_points(seed: int) -> None:
    rng = random.Random(seed)
    polygon = comb(rng)
    edge = LineString(list(polygon.exterior.coords)[:2])
    goal = a_place(polygon, rng)
    along = min(shortest(polygon, edge.interpolate(share, normalized=True), goal) for share in np.linspace(0, 1, 41))
    assert along - edge.length / 40 <= shortest(polygon, edge, goal) <= along + 1e-6


def test_a_walk_keeps_its_clearance_where_that_fits() -> None:
    corner = Polygon([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])
    walk = build_walker(corner, build_space(corner)).walks([Point(10, 1), Point(1, 10)])[0, 1]
    assert walk.clear
    assert LineString(walk.line).distance(Point(2, 2)) >= 0.3 - 1e-9
    assert walk.metres > 2 * math.hypot(8, 1)


def test_a_walk_through_a_narrow_passage_gives_up_its_clearance() -> None:
    narrow = box(0, 0, 4, 4).union(box(4, 1.8, 6, 2.2)).union(box(6, 0, 10, 4))
    assert isinstance(narrow, Polygon)
    walk = build_walker(narrow, build_space(narrow)).walks([Point(0, 2), Point(10, 2)])[0, 1]
    assert not walk.clear
    assert walk.metres == pytest.approx(10)


def test_the_start_of_a_corridor_with_doors_at_both_ends_is_in_its_middle() -> None:
    corridor = box(0, 0, 60, 2)
    walks, spreads = build_walker(corridor, build_space(corridor)).starts([Point(0, 1), Point(60, 1)])
    start = walks[0]
    assert start is not None
    assert start.line[0][0] == pytest.approx(30, abs=0.2)
    # From the corner (60, 0) with 0.3 m of clearance: to (59.7, 0.3), on to (0.3, 1) and out.
    farthest = 0.3 * math.sqrt(2) + math.hypot(59.4, 0.7) + 0.3
    assert spreads[0] == pytest.approx(farthest - start.metres, abs=1e-6)


def test_the_start_of_a_room_with_one_door_is_its_farthest_corner_and_nobody_is_farther() -> None:
    room = box(0, 0, 6, 8)
    walks, spreads = build_walker(room, build_space(room)).starts([Point(1, 0)])
    start = walks[0]
    assert start is not None
    assert start.line[0] == (6.0, 8.0)
    assert spreads == [0.0]
