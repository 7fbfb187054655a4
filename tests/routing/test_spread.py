"""By how much anyone of a zone can be later at a door than who walks from its start: never more than is said."""

import pytest
import shapely
from shapely import Point, Polygon

from geo_server.domain.places import Zone
from geo_server.routing.visibility import build_space
from geo_server.routing.walks import build_walker
from tests.routing.plans import grid_building, uid

L_SHAPE = Polygon([(0, 0), (12, 0), (12, 3), (3, 3), (3, 12), (0, 12)])


def zones() -> list[Zone]:
    """An L and the rooms of some buildings, with notches and columns."""
    return [Zone(uid("l"), uid("L0"), L_SHAPE, "L"), *(zone for seed in range(3) for zone in grid_building(seed).zones)]


@pytest.mark.parametrize("zone", zones(), ids=lambda zone: zone.name)
def test_a_walk_with_clearance_from_any_corner_of_a_zone_is_at_most_the_start_walk_and_its_spread(zone: Zone) -> None:
    walker = build_walker(zone.polygon, build_space(zone.polygon))
    west, south, _, _ = zone.polygon.bounds
    doors = [Point(west, south + 1), Point(west + 2, south)]
    walks, spreads = walker.starts(doors)
    for xy in shapely.get_coordinates(zone.polygon).tolist():
        for number, (walk, spread) in enumerate(zip(walks, spreads, strict=True)):
            found = walker.walks([doors[number], Point(xy)]).get((1, 0))
            assert walk
            assert found
            assert found.metres <= walk.metres + spread + 1e-6
