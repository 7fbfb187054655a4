"""How far it is to the farthest place of a zone.

In a polygon without holes the least distance from a straight door is convex along every straight line, so that no place is
farther than the farthest vertex. Behind a column two ways meet, and the farthest place can be anywhere.
"""

from functools import lru_cache

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo_server.routing.sightlines import visible_area
from geo_server.routing.visibility import Floats
from geo_server.routing.zones import ZoneWays

SPACING_M = 0.5
"""Between places of a door that stand for all of it."""

ON_M = 1e-3
"""A vertex so near to what is seen is seen."""


def farthest_m(ways: ZoneWays) -> Floats:
    """Metres from each terminal to the farthest place of a zone indoors, shape (k,); infinite where it has columns.

    Never less than the least metres of a threat, and at most half the spacing more.
    """
    polygon = ways.zone.polygon
    if polygon.interiors or not ways.nodes:
        return np.full(len(ways.nodes), np.inf)
    vertices = shapely.points(shapely.get_coordinates(polygon.exterior)[:-1])
    corners = ways.space.corners
    if not len(corners):
        straight: Floats = shapely.distance(ways.regions[:, None], vertices[None, :])
        return np.asarray(straight.max(axis=1))
    round_corners = _sight_m(ways, shapely.points(corners), vertices)
    around = (ways.corners_m[:, :, None] + round_corners[None, :, :]).min(axis=1)
    straight = np.array([_from_door_m(ways, region, vertices) for region in ways.regions])
    return np.asarray(np.minimum(around, straight).max(axis=1))


def _from_door_m(ways: ZoneWays, region: BaseGeometry, vertices: Floats) -> Floats:
    """Straight metres from a door to each vertex, infinite where no place of it sees that, shape (v,)."""
    metres = _sight_m(ways, np.array(samples(region), dtype=object), vertices)
    return np.asarray(metres.min(axis=0))


def _sight_m(ways: ZoneWays, places: Floats, vertices: Floats) -> Floats:
    """Straight metres from places to vertices, infinite where these are not seen, shape (places, v)."""
    seen = np.array([visible_area(ways.space, x, y) for x, y in shapely.get_coordinates(places).tolist()], dtype=object)
    sees = shapely.dwithin(seen[:, None], vertices[None, :], ON_M)
    return np.where(sees, shapely.distance(places[:, None], vertices[None, :]), np.inf)


@lru_cache(maxsize=10_000)
def samples(region: BaseGeometry) -> tuple[Point, ...]:
    """Points along where a terminal is entered, no farther apart than the spacing."""
    line = region.boundary if region.geom_type in {"Polygon", "MultiPolygon"} else region
    return tuple(shapely.points(shapely.get_coordinates(shapely.segmentize(line, SPACING_M))))
