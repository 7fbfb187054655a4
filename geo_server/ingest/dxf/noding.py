"""Linework made one arrangement: ends welded, lines cut where they meet, straight runs in one piece. All in metres.

Terminology:
    weld: to let ends that miss each other, or the line that they should stand on, by no more than a pen's width meet.
    node: to cut segments where they cross, so that they touch at ends only.
"""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.segments import Segments, as_lines, lengths

GRAIN_M = 0.001
"""Coordinates are snapped to a millimetre."""
NEAR_M = 2 * GRAIN_M
"""Lines that are farther apart do not change each other by being snapped."""
WELD_M = 0.006
"""Ends that miss by less are one: half the thickness of a pane, and more than rounding and turning a drawing cost."""


def node(segments: Segments) -> Segments:
    """Segments cut where they cross, snapped to a millimetre, each once.

    The snapping is left to the noder, which cuts a line at every end that rounds to the same cell (Hobby 1999): rounded
    beforehand, an end on a slanting line would miss it. Most segments meet others at common ends and nowhere else; these
    are rounded without it, which takes a fifth of the time.
    """
    segments = _once(segments)
    if len(segments) == 0:
        return segments
    cut = _to_cut(segments)
    alone = np.floor(segments[~cut] / GRAIN_M + 0.5) / round(1 / GRAIN_M)  # as GEOS rounds
    return np.vstack([alone, _segments(shapely.union_all(as_lines(segments[cut]), grid_size=GRAIN_M))])


def _to_cut(segments: Segments) -> npt.NDArray[np.bool_]:
    """Which segments come near to another one elsewhere than at one end that both have."""
    lines = as_lines(segments)
    one, other = STRtree(lines).query(lines, predicate="dwithin", distance=NEAR_M)
    one, other = one[one < other], other[one < other]
    keys = np.round(segments / GRAIN_M).astype(np.int64).reshape(-1, 2, 2)
    same = (keys[one][:, :, None] == keys[other][:, None]).all(axis=3)
    points = segments.reshape(-1, 2, 2)
    far = same.sum(axis=(1, 2)) == 1
    for here, there, shared in ((one, other, same.any(axis=2)), (other, one, same.any(axis=1))):
        free = points[here, np.where(shared[:, 0], 1, 0)]
        far &= shapely.distance(shapely.points(free), lines[there]) > NEAR_M
    cut = np.zeros(len(segments), dtype=np.bool_)
    cut[one[~far]] = cut[other[~far]] = True
    return cut


def node_with(noded: Segments, added: Segments) -> Segments:
    """As :func:`node` of both together, where only what is near to the added segments has to be cut.

    Args:
        noded: As :func:`node` returns them.
        added: Any segments.
    """
    if len(added) == 0:
        return _once(noded)
    lines, near = as_lines(noded), as_lines(added)
    tree = STRtree(lines)
    for _ in range(2):  # what is cut moves by a grain, and what lies along it with it
        cut = np.unique(tree.query(near, predicate="dwithin", distance=NEAR_M)[1])
        near = lines[cut]
    return _once(np.vstack([np.delete(noded, cut, axis=0), node(np.vstack([noded[cut], added]))]))


def straighten_noded(noded: Segments) -> Segments:
    """Noded segments straightened, and noded again where that changed them."""
    straight = straighten(noded)
    keys = [np.ascontiguousarray(_keys(rows)).view("V32").ravel() for rows in (noded, straight)]
    known = np.isin(keys[1], keys[0])
    return node_with(straight[known], straight[~known])


def _once(segments: Segments) -> Segments:
    """Segments in a fixed order, those that are the same to a millimetre once, those without length never."""
    keys = _keys(segments)
    _, first = np.unique(keys, axis=0, return_index=True)
    return np.asarray(segments[first[(keys[first, :2] != keys[first, 2:]).any(axis=1)]], dtype=np.float64)


def _keys(segments: Segments) -> npt.NDArray[np.int64]:
    """Ends of segments in whole grains, the lower left one first."""
    keys = np.round(segments / GRAIN_M).astype(np.int64)
    swap = (keys[:, 0] > keys[:, 2]) | ((keys[:, 0] == keys[:, 2]) & (keys[:, 1] > keys[:, 3]))
    keys[swap] = keys[swap][:, [2, 3, 0, 1]]
    return keys


def weld(segments: Segments, reach: float = WELD_M) -> Segments:
    """Segments whose ends meet where they miss by less than a reach, and that are cut where an end lies on them.

    Args:
        segments: Barriers as drawn.
        reach: In metres.
    """
    if len(segments) == 0:
        return segments
    ends = _joined(segments.reshape(-1, 2), reach).reshape(-1, 4)
    ends = ends[lengths(ends) > GRAIN_M / 2]
    if len(ends) == 0:
        return np.empty((0, 4), dtype=np.float64)
    corners = np.unique(ends.reshape(-1, 2), axis=0)
    on_line, corner = STRtree(shapely.points(corners)).query(as_lines(ends), predicate="dwithin", distance=reach)
    pieces = _through(ends, on_line, corners[corner])
    return np.asarray(pieces[lengths(pieces) > GRAIN_M / 2], dtype=np.float64)


def straighten(segments: Segments, bend: float = 0.002) -> Segments:
    """Segments with those that continue each other in a straight line made one; what merely crosses stays as it is."""
    if len(segments) == 0:
        return segments
    runs = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(as_lines(segments))))
    return _segments(shapely.simplify(runs, bend))


def _segments(lines: object) -> Segments:
    coordinates, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    same = owner[1:] == owner[:-1]
    return np.asarray(np.hstack([coordinates[:-1], coordinates[1:]])[same], dtype=np.float64)


def _joined(points: npt.NDArray[np.float64], reach: float) -> npt.NDArray[np.float64]:
    """Points moved onto the one nearby where most ends meet already."""
    places, which, ends = np.unique(np.round(points / 1e-6), axis=0, return_inverse=True, return_counts=True)
    places, which = places * 1e-6, which.reshape(-1)
    one, other = STRtree(shapely.points(places)).query(shapely.points(places), predicate="dwithin", distance=reach)
    near: dict[int, list[int]] = defaultdict(list)
    crowded = np.bincount(one, minlength=len(places))[one] > 1
    for i, j in zip(one[crowded].tolist(), other[crowded].tolist(), strict=True):
        near[i].append(j)
    weight = np.bincount(one, weights=ends[other], minlength=len(places))
    target = np.arange(len(places))
    taken = np.zeros(len(places), dtype=np.bool_)
    for i in sorted(near, key=lambda i: -weight[i]):
        if not taken[i]:
            group = [j for j in near[i] if not taken[j]]
            target[group], taken[group] = i, True
    return np.asarray(places[target][which], dtype=np.float64)


def _through(segments: Segments, which: npt.NDArray[np.intp], stops: npt.NDArray[np.float64]) -> Segments:
    """Segments led through points on them, in order.

    Args:
        segments: Shape (n, 4).
        which: Segment of each stop, shape (m,).
        stops: Shape (m, 2).
    """
    starts, ends = segments[:, :2], segments[:, 2:]
    steps = ends - starts
    along = ((stops - starts[which]) * steps[which]).sum(axis=1) / (steps * steps).sum(axis=1)[which]
    inner = (along > 0) & (along < 1)
    all_lines = np.arange(len(segments))
    owner = np.concatenate([all_lines, which[inner], all_lines])
    place = np.concatenate([np.full(len(segments), -1.0), along[inner], np.full(len(segments), 2.0)])
    order = np.lexsort((place, owner))
    points, owner = np.concatenate([starts, stops[inner], ends])[order], owner[order]
    rows = np.hstack([points[:-1], points[1:]])[owner[1:] == owner[:-1]]
    return np.asarray(rows, dtype=np.float64)
