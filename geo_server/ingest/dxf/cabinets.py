"""Lockers and cupboards: boxes of one size side by side. All lengths in metres."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.captions import lines_of
from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.noding import GRAIN_M
from geo_server.ingest.dxf.segments import grouped

SIDES_M = 0.15, 1.3
"""Shortest and longest side of a cabinet."""
LEAST_CABINETS = 3
"""So many in a row are no columns."""
SAME_M = 0.03
"""Boxes that touch, and sides of one length, differ by no more."""


def find_cabinets(strokes: Sequence[Stroke]) -> npt.NDArray[np.bool_]:
    """Which strokes draw cabinets in rows, or lie in them.

    Args:
        strokes: In metres; each cabinet is a closed rectangle.
    """
    sizes_of = {k: size for k, stroke in enumerate(strokes) if (size := _box_size(stroke)) is not None}
    found = np.zeros(len(strokes), dtype=np.bool_)
    if len(sizes_of) < LEAST_CABINETS:
        return found
    shapes = shapely.polygons([strokes[k].points for k in sizes_of])
    sizes, middles = np.array(list(sizes_of.values())), shapely.get_coordinates(shapely.centroid(shapes))
    one, other = STRtree(shapes).query(shapes, predicate="dwithin", distance=SAME_M)
    like = (one != other) & (np.abs(sizes[one] - sizes[other]) < SAME_M).all(axis=1)
    one, other = one[like], other[like]
    step = np.hypot(*(middles[other] - middles[one]).T)
    beside = (np.abs(step[:, None] - sizes[one]) < SAME_M).any(axis=1)
    group = grouped(len(shapes), one[beside], other[beside])
    in_row = np.bincount(group, minlength=len(shapes))[group] >= LEAST_CABINETS
    if in_row.any():
        rows = shapely.buffer(shapely.union_all(shapes[in_row], grid_size=GRAIN_M), SAME_M)
        shapely.prepare(rows)
        found[shapely.covers(rows, lines_of(strokes))] = True
    return found


def _box_size(stroke: Stroke) -> tuple[float, float] | None:
    """Shorter and longer side of a rectangle of a cabinet's size; None for anything else."""
    if len(stroke.points) != 5 or not stroke.closed:
        return None
    (a, b), (c, d) = (stroke.points[1] - stroke.points[0]), (stroke.points[2] - stroke.points[1])
    short, long = sorted((math.hypot(a, b), math.hypot(c, d)))
    square = abs(a * c + b * d) <= 0.02 * short * long
    return (short, long) if square and SIDES_M[0] <= short and long <= SIDES_M[1] else None
