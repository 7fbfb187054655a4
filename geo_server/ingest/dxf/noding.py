"""Linework made one arrangement: ends welded, lines cut where they meet, straight runs in one piece. All in metres.

Terminology:
    weld: to let ends that miss each other, or the line that they should stand on, by no more than a pen's width meet.
    node: to cut segments where they cross, so that they touch at ends only.
"""

from collections import Counter, defaultdict

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.segments import Segments, as_lines, lengths

GRAIN_M = 0.001
"""Coordinates are snapped to a millimetre."""
WELD_M = 0.006
"""Ends that miss by less are one: half the thickness of a pane, and more than rounding and turning a drawing cost."""


def node(segments: Segments) -> Segments:
    """Segments cut where they cross, snapped to a millimetre, each once.

    The snapping is left to the noder, which cuts a line at every end that rounds to the same cell (Hobby 1999): rounded
    beforehand, an end on a slanting line would miss it.
    """
    keys = np.round(segments / GRAIN_M).astype(np.int64)
    swap = (keys[:, 0] > keys[:, 2]) | ((keys[:, 0] == keys[:, 2]) & (keys[:, 1] > keys[:, 3]))
    keys[swap] = keys[swap][:, [2, 3, 0, 1]]
    _, first = np.unique(keys, axis=0, return_index=True)
    first = first[(keys[first, :2] != keys[first, 2:]).any(axis=1)]
    if len(first) == 0:
        return np.empty((0, 4), dtype=np.float64)
    return _segments(shapely.union_all(as_lines(segments[first]), grid_size=GRAIN_M))


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
    stops: dict[int, list[int]] = defaultdict(list)
    for line, stop in zip(on_line.tolist(), corner.tolist(), strict=True):
        stops[line].append(stop)
    pieces = np.vstack([_through(ends[line], corners[stops[line]]) for line in range(len(ends))])
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
    for i, j in zip(one.tolist(), other.tolist(), strict=True):
        near[i].append(j)
    weight = Counter({i: int(sum(ends[j] for j in group)) for i, group in near.items()})
    target = np.arange(len(places))
    taken = np.zeros(len(places), dtype=np.bool_)
    for i, _ in weight.most_common():
        if not taken[i]:
            group = [j for j in near[i] if not taken[j]]
            target[group], taken[group] = i, True
    return np.asarray(places[target][which], dtype=np.float64)


def _through(segment: npt.NDArray[np.float64], stops: npt.NDArray[np.float64]) -> Segments:
    """A segment led through points on it, in order."""
    start, end = segment[:2], segment[2:]
    along = (stops - start) @ (end - start) / float((end - start) @ (end - start))
    order = stops[np.argsort(along, kind="stable")][(np.sort(along) > 0) & (np.sort(along) < 1)]
    run = np.vstack([start, order, end])
    return np.hstack([run[:-1], run[1:]])
