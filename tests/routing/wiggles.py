"""Rooms as drawings have them: edges that dip away from wide gaps, vertices nearly in line, and outlines of 50 to 100 vertices."""

import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point, Polygon

from geo_server.domain.places import Floorplan, Opening, OpeningCategory

DIP_M = 0.03
"""What edges dip at doors: less than half a wall, so that doorways still reach their rooms."""

WAVE_M = 0.25
"""What they do elsewhere."""

NEAR_M = 0.6
WALL_M = 0.11
"""A gap is in the middle of a wall, no farther than this from either zone."""

Xy = npt.NDArray[np.float64]


def drawn_as_it_is(floorplan: Floorplan, rng: random.Random) -> Floorplan:
    """The same floorplan with some doors made wide gaps, and most rooms no longer of straight edges: always within their old ones."""
    openings = tuple(_widened(floorplan, opening, rng) for opening in floorplan.openings)
    doors = shapely.multilinestrings([opening.line for opening in openings])
    zones = tuple(replace(zone, polygon=wiggled(zone.polygon, doors, rng)) for zone in floorplan.zones)
    return replace(floorplan, zones=zones, openings=openings)


def _widened(floorplan: Floorplan, opening: Opening, rng: random.Random) -> Opening:
    """Half of all doors between two zones as gaps, as wide as the wall that both share allows."""
    if None in opening.zones or rng.random() < 0.5:
        return opening
    sides = [floorplan.zone_by_id[zone_id].polygon for zone_id in opening.zones if zone_id is not None]
    begin, end = np.array(opening.line.coords)
    step = (end - begin) / np.hypot(*(end - begin))
    for metres in np.arange(4.0, opening.line.length, -0.3):
        line = LineString([begin, begin + step * metres])
        if all(shapely.distance(side, Point(xy)) < WALL_M for side in sides for xy in line.segmentize(0.3).coords):
            return replace(opening, line=line, category=OpeningCategory.GAP, width_m=line.length)
    return opening


def wiggled(polygon: Polygon, doors: shapely.MultiLineString, rng: random.Random) -> Polygon:
    """A polygon within another, with more vertices; the same one where that would not be one polygon."""
    kind = rng.choice(["straight", "dips", "nearly in line", "waves", "waves"])
    oriented = shapely.orient_polygons(polygon)
    shell, *holes = [
        _ring(np.array(ring.coords), kind, doors, rng) for ring in (oriented.exterior, *oriented.interiors)
    ]
    found = Polygon(shell, holes)
    return found if found.is_valid else polygon


def _ring(xy: Xy, kind: str, doors: shapely.MultiLineString, rng: random.Random) -> Xy:
    """A ring whose inside is on the left, with further vertices on the left of its edges."""
    vertices = []
    for begin, end in pairwise(xy):
        length = float(np.hypot(*(end - begin)))
        left = np.array([begin[1] - end[1], end[0] - begin[0]]) / length
        vertices.append(begin)
        for share in sorted(rng.uniform(0.06, 0.94) for _ in range(_count(kind, rng))):
            place = begin + (end - begin) * share
            most_m = min(DIP_M if doors.distance(Point(place)) < NEAR_M else WAVE_M, 0.04 * length)
            vertices.append(place + left * _inwards(kind, most_m, rng))
    return np.array(vertices)


def _count(kind: str, rng: random.Random) -> int:
    return {"straight": 0, "dips": rng.choice([0, 1, 3]), "nearly in line": 3}.get(kind, rng.randint(12, 25))


def _inwards(kind: str, most_m: float, rng: random.Random) -> float:
    if kind == "nearly in line":
        return rng.choice([0.0, 1e-9, 1e-6, 1e-4])
    return min(DIP_M, most_m) if kind == "dips" else rng.uniform(0, most_m)
