"""Wall linework mended before rooms are looked for: corners stitched, open wall ends capped, chords of doors joined to
their walls. All lengths in metres."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.noding import GRAIN_M
from geo_server.ingest.dxf.segments import Corners, Segments, as_lines, find_dangles
from geo_server.ingest.dxf.walls import THICKEST_M, Bridge

ALIKE = 0.97
"""Ends of walls look the same way when the cosine of the angle between them is at least this."""
JAMB_M = 0.4
"""What stands by itself and is no larger is the jamb of a door and no wall."""
STITCH_M = 0.025
"""Corners that miss each other by less are one."""
JOINED_M = 0.07
"""Two free ends of walls that are nearest to each other, and nearer than this, were meant to meet."""


def stitch(segments: Segments) -> Segments:
    """Segments that join what misses by less than 25 mm: corners drawn carelessly, ends that stop short of a line.

    Args:
        segments: Noded barriers.
    """
    corners = Corners(segments, GRAIN_M)
    rows = [*_joined_corners(corners), *_joined_dangles(corners)]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _joined_corners(corners: Corners) -> list[tuple[float, ...]]:
    keys = corners.places(2)
    at = keys * GRAIN_M
    short = corners.keys[corners.sizes < 2 * STITCH_M].tolist()
    joined = {frozenset(((a, b), (c, d))) for a, b, c, d in short}
    one, other = STRtree(shapely.points(at)).query(shapely.points(at), predicate="dwithin", distance=STITCH_M)
    pairs = zip(one[one < other].tolist(), other[one < other].tolist(), strict=True)
    return [(*at[i], *at[j]) for i, j in pairs if frozenset((tuple(keys[i]), tuple(keys[j]))) not in joined]


def _joined_dangles(corners: Corners) -> list[tuple[float, ...]]:
    """From each dangling end to the nearest other line, and a little beyond, so that rounding cannot part them."""
    lines, ends = as_lines(corners.segments), corners.free
    points = shapely.points(corners.points[ends])
    which, line = STRtree(lines).query(points, predicate="dwithin", distance=STITCH_M)
    other = line != ends[which] // 2
    ways = shapely.get_coordinates(shapely.shortest_line(points[which[other]], lines[line[other]])).reshape(-1, 2, 2)
    steps = ways[:, 1] - ways[:, 0]
    sizes = np.hypot(*steps.T)
    apart = sizes > 0
    beyond = ways[apart, 1] + steps[apart] / sizes[apart, None] * 4 * GRAIN_M
    return [tuple(row) for row in np.hstack([ways[apart, 0], beyond]).tolist()]


def join_free_ends(segments: Segments) -> list[Bridge]:
    """Bridges between two free ends that are nearest to each other: walls that were drawn too short to meet at a corner.

    Straight ahead of neither is the other, so that no bridge would close what is open between them. Ends that look the
    same way are the two faces of one wall, see :func:`cap_open_ends`.

    Args:
        segments: Noded barriers, stitched.
    """
    corners = Corners(segments, GRAIN_M)
    ends = corners.free[corners.sizes[corners.free // 2] > 2 * JOINED_M]
    if len(ends) < 2:
        return []
    at = corners.points[ends]
    one, other = STRtree(shapely.points(at)).query(shapely.points(at), predicate="dwithin", distance=JOINED_M)
    beside = (corners.away[ends[one]] * corners.away[ends[other]]).sum(axis=1) > ALIKE
    one, other = one[(one < other) & ~beside], other[(one < other) & ~beside]
    apart = np.hypot(*(at[other] - at[one]).T)
    pairs = zip(apart.tolist(), one.tolist(), other.tolist(), strict=True)
    taken, joined = set[int](), []
    for _, i, j in sorted(pairs):
        if not {i, j} & taken:
            taken |= {i, j}
            (x, y), (u, v) = at[[i, j]].tolist()
            joined.append(Bridge((x, y), (u, v)))
    return joined


def cap_open_ends(segments: Segments) -> Segments:
    """Caps for double-line walls that are drawn open: between two dangling ends side by side that look the same way.

    Without them a room leaks through the insides of walls into its neighbours.

    Args:
        segments: Noded barriers.
    """
    ends = find_dangles(Corners(segments, GRAIN_M), 0.03)
    if len(ends) < 2:
        return np.empty((0, 4), dtype=np.float64)
    at, ahead = np.array([end.at for end in ends]), np.array([end.direction for end in ends])
    tree = STRtree(shapely.points(at))
    one, other = tree.query(shapely.points(at), predicate="dwithin", distance=THICKEST_M)
    step = at[other] - at[one]
    along = np.abs((step * ahead[one]).sum(axis=1))
    aside = np.hypot(step[:, 0], step[:, 1])
    fits = (one != other) & ((ahead[one] * ahead[other]).sum(axis=1) > ALIKE)
    fits &= (along < np.maximum(0.03, 0.35 * aside)) & (aside > 0.02)
    nearest: dict[int, tuple[float, int]] = {}
    for i, j, distance in zip(one[fits].tolist(), other[fits].tolist(), aside[fits].tolist(), strict=True):
        nearest[i] = min(nearest.get(i, (np.inf, -1)), (distance, j))
    rows = [
        (*ends[i].at, *ends[j].at)
        for i, (_, j) in sorted(nearest.items())
        if i < j and nearest.get(j, (0.0, -1))[1] == i
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def connect(chords: Sequence[Bridge], segments: Segments, reach: float) -> Segments:
    """Segments that join the ends of chords to the barriers: straight on when one is met, else to the nearest.

    A jamb that hangs together with no wall, as in a block of a door, is passed through.
    """
    lines = as_lines(segments)
    tree = STRtree(lines)
    rows = []
    for chord in chords:
        for end, other in ((chord.start, chord.end), (chord.end, chord.start)):
            at = shapely.Point(end)
            near = np.asarray(tree.query(at, predicate="dwithin", distance=reach), dtype=np.intp)
            jamb = _loose_jamb(at, near, lines, tree)
            standing = np.setdiff1d(near, jamb)
            if len(standing) and (len(jamb) or shapely.distance(lines[standing], at).min() > GRAIN_M / 2):
                target = _landing(end, other, lines[standing], reach)
                rows.append((*end, *target))
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _loose_jamb(
    at: shapely.Point, near: npt.NDArray[np.intp], lines: npt.NDArray[np.object_], tree: STRtree
) -> npt.NDArray[np.intp]:
    """The lines of the jamb that a place lies on, when they hang together with nothing larger; else none."""
    jamb: npt.NDArray[np.intp] = near[shapely.distance(lines[near], at) <= GRAIN_M / 2]
    while len(jamb):
        touched = np.unique(tree.query(lines[jamb], predicate="dwithin", distance=GRAIN_M / 2)[1])
        low_x, low_y, high_x, high_y = shapely.total_bounds(lines[touched])
        if max(high_x - low_x, high_y - low_y) > JAMB_M:
            return jamb[:0]
        if len(touched) == len(jamb):
            break
        jamb = touched
    return jamb


def _landing(end: Vertex, other: Vertex, lines: npt.NDArray[np.object_], reach: float) -> Vertex:
    at, step = shapely.Point(end), np.subtract(end, other)
    ahead = np.array(end) + step / (np.hypot(*step) or 1.0) * reach
    ray = shapely.LineString([end, ahead])
    hits = [hit for line in lines if not (hit := ray.intersection(line)).is_empty]
    if hits:
        point = shapely.shortest_line(at, min(hits, key=at.distance)).coords[-1]
    else:
        point = shapely.shortest_line(at, min(lines, key=at.distance)).coords[-1]
    return float(point[0]), float(point[1])
