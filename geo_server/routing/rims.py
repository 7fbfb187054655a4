"""What it takes to look around from all edges of threats' polygons, and where that is too much.

A threat that is somewhere in a large polygon may come out of it along hundreds of metres, into zones of hundreds of vertices: four
halls of 400 vertices under a star of 100 took minutes. So the cost is reckoned before anything is looked at, in figures that do not
depend on the machine or on what is known already: the same input gives the same areas.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import shapely
from shapely import Point

from geo_server.routing.all_zones import AllZones
from geo_server.routing.sightlines import SPACING_M
from geo_server.routing.threats import Seed

MOST_US = 2_000_000
"""Microseconds that looking around from the edges of threats' polygons may take in a plan, as they are reckoned here."""

LOOK_US, RAYS_AN_US = 500, 10
"""What a look around takes beside its rays, and how many times a ray meets an edge in a microsecond, with all that is made of what is
seen. Measured."""


def let_go(zones: AllZones, numbers: Sequence[int], seeds: Mapping[UUID, Sequence[tuple[float, Seed]]]) -> set[int]:
    """Zones in which no wall is to hold a threat that begins there, because to look around from all of its edges takes too long:
    those in which it takes longest, until the others take no more than they may.

    Args:
        zones: All zones.
        numbers: Positions of some.
        seeds: Where threats may be in zones, by their ids, each with the second.
    """
    costs = {n: sum(_looks_us(seed) for _, seed in seeds.get(zones.ways[n].zone_id, ())) for n in numbers}
    left_us = sum(costs.values())
    found: set[int] = set()
    for number in sorted(numbers, key=lambda n: (-costs[n], n)):
        if left_us <= MOST_US:
            break
        found.add(number)
        left_us -= costs[number]
    return found


def _looks_us(seed: Seed) -> float:
    """About how many microseconds it takes to look around from the edges of a threat's polygon in a zone."""
    space, core = seed.ways.space, seed.there.core
    if isinstance(core, Point) or not (seed.held and len(space.corners)):
        return 0.0
    rim = shapely.intersection(core.boundary, space.grown)
    edges = shapely.get_num_coordinates(space.polygon)
    looks = rim.length / SPACING_M + 2 * shapely.get_num_coordinates(rim)
    return float(looks * (LOOK_US + edges * (edges + 2 * len(space.corners)) / RAYS_AN_US))
