"""Openings in the floor, by the sign that draughtsmen use the world over: a rectangle with both diagonals.

All lengths in metres.
"""

from collections.abc import Iterable

import numpy as np
import shapely
from shapely import Polygon, STRtree

from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.noding import straighten
from geo_server.ingest.dxf.segments import as_lines, lengths, segments_of

LEAST_M2 = 8.0
"""Smaller crossed rectangles are elevators, shafts and cupboards."""
SHORTEST_M = 4.0
APART_M = 0.05
"""How far the middles of two diagonals, and their lengths, may differ."""
BESIDE_M, DRAWN_SHARE = 0.2, 0.8
"""How near to the rectangle its sides are drawn, and how much of them."""


def find_crossed(strokes: Iterable[Stroke]) -> list[Polygon]:
    """Rectangles that both their diagonals cross out."""
    segments = straighten(segments_of(strokes))
    tree = STRtree(as_lines(segments))
    long = segments[lengths(segments) >= SHORTEST_M]
    middles = shapely.points((long[:, :2] + long[:, 2:]) / 2)
    sizes = lengths(long)
    one, other = STRtree(middles).query(middles, predicate="dwithin", distance=APART_M)
    like = (one < other) & (np.abs(sizes[one] - sizes[other]) < APART_M)
    found = []
    for i, j in zip(one[like].tolist(), other[like].tolist(), strict=True):
        corners = [long[i, :2], long[j, :2], long[i, 2:], long[j, 2:]]
        rectangle = Polygon(corners)
        if rectangle.area >= LEAST_M2 and _has_sides(rectangle, as_lines(segments), tree):
            found.append(rectangle)
    return found


def _has_sides(rectangle: Polygon, lines: np.ndarray[tuple[int], np.dtype[np.object_]], tree: STRtree) -> bool:
    """Whether lines run along the sides of a rectangle."""
    near = lines[tree.query(rectangle.exterior, predicate="dwithin", distance=BESIDE_M)]
    beside = near[shapely.within(near, rectangle.exterior.buffer(BESIDE_M))]
    drawn = shapely.union_all(shapely.buffer(beside, BESIDE_M)) if len(beside) else Polygon()
    return bool(rectangle.exterior.intersection(drawn).length >= DRAWN_SHARE * rectangle.length)
