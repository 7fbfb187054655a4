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

SIDES_M = 0.3, 1.3
"""Shortest and longest side of a cabinet; what is thinner is the panel of a partition."""
LEAST_CABINETS = 3
"""So many in a row are no columns."""
SAME_M = 0.03
"""Boxes that touch, and sides of one length, differ by no more."""
AGAINST_M, AGAINST_SHARE = 0.1, 0.5
"""What stands end to end is a wall in pieces, unless another line runs so near to it along this share of its length."""


def find_cabinets(strokes: Sequence[Stroke]) -> npt.NDArray[np.bool_]:
    """Which strokes draw cabinets in rows, or lie in them.

    Args:
        strokes: In metres; each cabinet is a closed rectangle.
    """
    sizes_of = {k: size for k, stroke in enumerate(strokes) if (size := _box_size(stroke)) is not None}
    found = np.zeros(len(strokes), dtype=np.bool_)
    if len(sizes_of) < LEAST_CABINETS:
        return found
    which, sizes = np.array(list(sizes_of)), np.array(list(sizes_of.values()))
    shapes = shapely.polygons([strokes[k].points for k in sizes_of])
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    one, other = STRtree(shapes).query(shapes, predicate="dwithin", distance=SAME_M)
    like = (one != other) & (np.abs(sizes[one] - sizes[other]) < SAME_M).all(axis=1)
    one, other = one[like], other[like]
    steps = np.abs(np.hypot(*(middles[other] - middles[one]).T)[:, None] - sizes[one]) < SAME_M
    beside = steps.any(axis=1)
    group = grouped(len(shapes), one[beside], other[beside])
    on_long_sides = np.bincount(group[one], weights=steps[:, 0], minlength=len(shapes)) > 0
    lines, rows = lines_of(strokes), []
    for row in np.flatnonzero(np.bincount(group, minlength=len(shapes)) >= LEAST_CABINETS).tolist():
        members = group == row
        if on_long_sides[row] or _stands_against(shapes[members], np.delete(lines, which[members])):
            rows.append(shapely.union_all(shapes[members], grid_size=GRAIN_M))
    if rows:
        area = shapely.buffer(shapely.union_all(rows, grid_size=GRAIN_M), SAME_M)
        shapely.prepare(area)
        found[shapely.covers(area, lines)] = True
    return found


def _stands_against(boxes: npt.NDArray[np.object_], others: npt.NDArray[np.object_]) -> bool:
    """Whether other lines run along boxes that are set end to end, and do not just stop at them."""
    around = shapely.buffer(shapely.union_all(boxes, grid_size=GRAIN_M), AGAINST_M, join_style="mitre")
    shapely.prepare(around)
    along = shapely.length(shapely.intersection(others[shapely.intersects(around, others)], around)).sum()
    return bool(along >= AGAINST_SHARE * around.length / 2)


def _box_size(stroke: Stroke) -> tuple[float, float] | None:
    """Shorter and longer side of a rectangle of a cabinet's size; None for anything else."""
    if len(stroke.points) != 5 or not stroke.closed:
        return None
    (a, b), (c, d) = (stroke.points[1] - stroke.points[0]), (stroke.points[2] - stroke.points[1])
    short, long = sorted((math.hypot(a, b), math.hypot(c, d)))
    square = abs(a * c + b * d) <= 0.02 * short * long
    return (short, long) if square and SIDES_M[0] - GRAIN_M <= short and long <= SIDES_M[1] else None
