"""How far it is to the farthest place of a zone.

In a polygon without holes the least distance from a straight door is convex along every straight line, so that no place is
farther than the farthest vertex. Behind a column two ways meet, and the farthest place can be anywhere.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from geo_server.routing.sightlines import places_along, visible_area
from geo_server.routing.visibility import Floats, Vertex
from geo_server.routing.zones import ZoneWays

ON_M = 1e-3
"""A vertex so near to what is seen is seen."""


MOST_CORNERS = 100
"""With more, to look around from all of them takes longer than knowing it saves."""


def farthest_m(ways: ZoneWays) -> Floats:
    """Metres from each terminal to the farthest place of a zone indoors, shape (k,); infinite where it has columns, or very many corners.

    Never less than the least metres of a threat, and at most half the spacing more.
    """
    polygon = ways.zone.polygon
    corners = ways.space.corners
    if polygon.interiors or not ways.nodes or len(corners) > MOST_CORNERS:
        return np.full(len(ways.nodes), np.inf)
    vertices = shapely.points(shapely.get_coordinates(polygon.exterior)[:-1])
    if not len(corners):
        straight: Floats = shapely.distance(ways.regions[:, None], vertices[None, :])
        return np.asarray(straight.max(axis=1))
    round_corners = _sight_m(ways, [(x, y) for x, y in corners.tolist()], vertices)
    around = (ways.corners_m[:, :, None] + round_corners[None, :, :]).min(axis=1)
    straight = np.array([_sight_m(ways, places_along(region), vertices).min(axis=0) for region in ways.regions])
    return np.asarray(np.minimum(around, straight).max(axis=1))


def _sight_m(ways: ZoneWays, places: Sequence[Vertex], vertices: Floats) -> Floats:
    """Straight metres from places to vertices, infinite where these are not seen, shape (places, v)."""
    seen = np.array([visible_area(ways.space, x, y) for x, y in places], dtype=object)
    sees = shapely.dwithin(seen[:, None], vertices[None, :], ON_M)
    return np.where(sees, shapely.distance(shapely.points(places)[:, None], vertices[None, :]), np.inf)
