"""The farthest place of a zone is as far as a search says that shares nothing with the product, and no other is farther."""

import itertools
import random

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.affinity import rotate

from geo_server.domain.places import Zone, ZoneCategory
from geo_server.routing.farthest import farthest_m
from geo_server.routing.sightlines import SPACING_M
from geo_server.routing.zones import Terminal, build_zone_ways
from tests.routing.plans import uid
from tests.routing.test_visibility import oracle


def hall(rng: random.Random) -> Polygon:
    """A hall with niches and without columns, turned by some angle."""
    made = box(0, 0, 14, 4)
    for k in range(rng.randint(0, 3)):
        made = made.union(box(k * 5 + rng.uniform(0, 1), 3, k * 5 + rng.uniform(2, 4), 5 + rng.uniform(1, 6)))
    turned = rotate(made, rng.uniform(0, 90))
    assert isinstance(turned, Polygon)
    return turned


def door(polygon: Polygon, rng: random.Random) -> LineString:
    """A metre of some wall that is long enough."""
    corners = polygon.exterior.coords
    edges = [LineString(pair) for pair in itertools.pairwise(corners)]
    edge = rng.choice([edge for edge in edges if edge.length > 1.5])
    at = rng.uniform(0, edge.length - 1)
    return LineString([edge.interpolate(at), edge.interpolate(at + 1)])


@pytest.mark.parametrize("seed", range(6))
def test_no_place_is_farther_and_some_place_is_as_far(seed: int) -> None:
    rng = random.Random(f"farthest {seed}")
    polygon = hall(rng)
    doors = [door(polygon, rng) for _ in range(2)]
    zone = Zone(uid("hall"), uid("L0"), polygon, "Hall", ZoneCategory.ROOM)
    found = farthest_m(build_zone_ways(zone, [Terminal(f"door {k}", line) for k, line in enumerate(doors)]))

    west, south, east, north = polygon.bounds
    places = [Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(8)]
    places = [place for place in places if polygon.covers(place)]
    vertices = [Point(xy) for xy in polygon.exterior.coords[:-1]]
    for line, metres in zip(doors, found.tolist(), strict=True):
        stops = [Point(xy) for xy in shapely.segmentize(line, 0.25).coords]
        far = [min(oracle(polygon, stop, place) for stop in stops) for place in (*vertices, *places)]
        assert max(far) <= metres + 0.25
        assert metres <= max(far) + SPACING_M / 2 + 0.01


def test_behind_a_column_nothing_is_said() -> None:
    ring = box(0, 0, 10, 10).difference(box(3, 3, 7, 7))
    zone = Zone(uid("ring"), uid("L0"), ring, "Ring", ZoneCategory.ROOM)
    found = farthest_m(build_zone_ways(zone, [Terminal("door", LineString([(4, 0), (6, 0)]))]))
    assert np.isinf(found).all()
