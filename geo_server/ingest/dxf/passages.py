"""Lines that go through doorways: escape routes, dimensions, axes, edges of carpets. No wall does. All lengths in metres.

Terminology:
    doorway: from the hinge of a leaf, which is drawn open, to where the leaf meets its jamb.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.captions import lines_of
from geo_server.ingest.dxf.curves import Arc
from geo_server.ingest.dxf.drawing import Points, Stroke
from geo_server.ingest.dxf.segments import Segments, grouped, segments_of

MIDDLE = (0.2, 0.8)
"""Where between hinge and jamb a line goes through."""
ACROSS = 0.87
"""Cosine of the least angle between a doorway and what goes through it."""
LEAST_DEG, MOST_DEG = 60.0, 115.0
"""How far the leaf of a doorway stands open."""
LEAF = 0.1
"""The ends of a leaf are this near to hinge and tip, as a share of its length."""
TOUCH_M = 0.03
MARK_M = 1.0
"""Arrowheads are no larger than this."""


def find_passages(strokes: Sequence[Stroke], arcs: Sequence[Arc]) -> npt.NDArray[np.bool_]:
    """Which strokes go through a doorway or end in the middle of one, go on from one that does, or mark it.

    Args:
        strokes: Among which lines through doorways are, and the leaves.
        arcs: That may be swings of leaves.
    """
    found = np.zeros(len(strokes), dtype=np.bool_)
    segments = segments_of(strokes)
    doorways = _doorways(segments, [arc for arc in arcs if LEAST_DEG <= arc.sweep_deg <= MOST_DEG])
    if len(doorways) == 0:
        return found
    owner = np.repeat(np.arange(len(strokes)), [len(stroke.points) - 1 for stroke in strokes])
    places = shapely.linestrings(doorways)
    line, doorway = STRtree(places).query(
        shapely.linestrings(segments.reshape(-1, 2, 2)), predicate="dwithin", distance=TOUCH_M
    )
    along = np.abs((_units(segments[line].reshape(-1, 2, 2)) * _units(doorways[doorway])).sum(axis=1))
    found[owner[line[along < ACROSS]]] = True
    return _with_marks(strokes, _gone_on(strokes, found)) if found.any() else found


def _doorways(segments: Segments, arcs: Sequence[Arc]) -> Points:
    """The middle parts of the doorways of arcs that have one leaf, shape (n, 2, 2)."""
    if not arcs or len(segments) == 0:
        return np.empty((0, 2, 2))
    ends = segments.reshape(-1, 2, 2)
    tree = STRtree(shapely.points(ends[:, 0])), STRtree(shapely.points(ends[:, 1]))
    found = []
    for arc in arcs:
        near = [_has_line(tree, ends, arc, tip) for tip in (arc.start, arc.end)]
        if near[0] != near[1]:
            hinge, jamb = np.array(arc.centre), np.array(arc.end if near[0] else arc.start)
            found.append([hinge + share * (jamb - hinge) for share in MIDDLE])
    return np.array(found).reshape(-1, 2, 2)


def _has_line(trees: tuple[STRtree, STRtree], ends: Points, arc: Arc, tip: tuple[float, float]) -> bool:
    """Whether a line goes from the centre of an arc to one of its ends."""
    reach = LEAF * arc.radius
    for side in (0, 1):
        at_hinge = trees[side].query(shapely.Point(arc.centre), predicate="dwithin", distance=reach)
        if (np.hypot(*(ends[at_hinge, 1 - side] - np.array(tip)).T) <= reach).any():
            return True
    return False


def _units(lines: Points) -> Points:
    steps = lines[:, 1] - lines[:, 0]
    return np.asarray(steps / np.maximum(np.hypot(*steps.T), 1e-9)[:, None])


def _gone_on(strokes: Sequence[Stroke], found: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Those found, and the strokes that go on from their ends where no third one meets them."""
    ends = shapely.points(np.array([stroke.points[[0, -1]] for stroke in strokes]).reshape(-1, 2))
    end, stroke = STRtree(lines_of(strokes)).query(ends, predicate="dwithin", distance=TOUCH_M)
    others = end // 2 != stroke
    end, stroke = end[others], stroke[others]
    alone = np.bincount(end, minlength=len(ends))[end] == 1
    pairs = np.stack([end[alone] // 2, stroke[alone]])
    back = set(zip(pairs[1].tolist(), pairs[0].tolist(), strict=True))
    mutual = np.array([pair in back for pair in zip(*pairs.tolist(), strict=True)], dtype=np.bool_)
    group = grouped(len(strokes), pairs[0][mutual], pairs[1][mutual])
    return np.isin(group, group[found])


def _with_marks(strokes: Sequence[Stroke], found: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Those found, and the small things that touch them, or others that do, and nothing else: arrowheads."""
    lines = lines_of(strokes)
    bounds = shapely.bounds(lines)
    small = ~found & ((bounds[:, 2:] - bounds[:, :2]).max(axis=1) <= MARK_M)
    one, other = STRtree(lines).query(lines[small], predicate="dwithin", distance=TOUCH_M)
    one = np.flatnonzero(small)[one]
    inside = small[other]
    group = grouped(len(strokes), one[inside], other[inside])
    held = np.isin(group, group[one[~inside & ~found[other]]])
    touching = np.isin(group, group[one[found[other]]])
    return np.asarray(found | (small & touching & ~held))
