"""Straight segments as arrays, and wall ends found in them: independent of any unit.

Terminology:
    cap: the short edge that closes the end of a double-line wall.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.drawing import Points, Stroke, Vertex

Segments = npt.NDArray[np.float64]
"""Shape (n, 4): x1, y1, x2, y2."""
DEEP = 0.8
"""A wall runs back from its end by at least this share of its thickness."""
GENTLE = 0.97
"""The cosine of the turn from one piece of a round wall to the next is at least this."""


@dataclass(frozen=True, slots=True)
class WallEnd:
    """Where a wall ends: a cap's middle or a dangling end.

    Args:
        direction: Unit vector away from the wall.
        width: Length of the cap; 0 at a dangling end.
        depth: How far the wall runs back from its end at least.
    """

    at: Vertex
    direction: Vertex
    width: float
    depth: float


def segments_of(strokes: Iterable[Stroke]) -> Segments:
    """All segments of some strokes, those without length left out."""
    runs = [stroke.points for stroke in strokes]
    if not runs:
        return np.empty((0, 4), dtype=np.float64)
    points = np.concatenate(runs)
    inside = np.ones(len(points), dtype=np.bool_)
    inside[np.cumsum([len(run) for run in runs]) - 1] = False
    rows = np.hstack([points[:-1], points[1:]])[inside[:-1]]
    return np.asarray(rows[lengths(rows) > 0], dtype=np.float64)


def lengths(segments: Segments) -> npt.NDArray[np.float64]:
    """Length of each segment."""
    return np.asarray(np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1]), dtype=np.float64)


def as_lines(segments: Segments) -> npt.NDArray[np.object_]:
    """Segments as an array of LineStrings."""
    return np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), dtype=object)


def extent(points: Points) -> tuple[float, float]:
    """Width and height that hold 96 % of some points; strays do not count."""
    if len(points) == 0:
        return 0.0, 0.0
    low, high = np.percentile(points, [2, 98], axis=0)
    return float(high[0] - low[0]), float(high[1] - low[1])


def grouped(count: int, one: npt.NDArray[np.intp], other: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """A number for each of some things, the same for those that pairs join, directly or through others.

    Args:
        count: How many things there are.
        one: Of each pair, the first.
        other: Of each pair, the second.
    """
    group = np.arange(count)
    while True:
        least = group.copy()
        np.minimum.at(least, one, group[other])
        np.minimum.at(least, other, group[one])
        least = least[least]
        if (least == group).all():
            return np.asarray(group, dtype=np.intp)
        group = least


class Corners:
    """Segments joined at their ends.

    Args:
        segments: Noded: they touch at ends only.
        grain: Ends closer than this are one.
    """

    def __init__(self, segments: Segments, grain: float) -> None:
        self.segments = segments
        self.keys = np.round(segments / grain).astype(np.int64)
        self.at: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for index, (a, b, c, d) in enumerate(self.keys.tolist()):
            if (a, b) != (c, d):
                self.at[a, b].append((index, 0))
                self.at[c, d].append((index, 1))

    def key(self, index: int, end: int) -> tuple[int, int]:
        """Which corner an end of a segment lies at."""
        row = self.keys[index]
        return int(row[2 * end]), int(row[2 * end + 1])

    def point(self, index: int, end: int) -> Points:
        """An end of a segment."""
        return np.asarray(self.segments[index, 2 * end : 2 * end + 2], dtype=np.float64)

    def away(self, index: int, end: int) -> Points:
        """Unit vector along a segment, away from one of its ends."""
        step = self.point(index, 1 - end) - self.point(index, end)
        return np.asarray(step / (np.hypot(*step) or 1.0), dtype=np.float64)

    def neighbour(self, index: int, end: int) -> tuple[int, int] | None:
        """The only other segment at an end, with its end there; None when there is none or more than one."""
        here = [other for other in self.at[self.key(index, end)] if other[0] != index]
        return here[0] if len(here) == 1 else None


def find_caps(corners: Corners, widest: float = np.inf, deep: float = DEEP) -> list[WallEnd]:
    """Ends of double-line walls: an edge between two longer edges that leave it at right angles to the same side.

    Args:
        corners: Of noded segments.
        widest: A longer edge is no end of a wall.
        deep: A wall runs back from its end by at least this share of its thickness, on one face by ``DEEP``.
    """
    found = []
    sizes = lengths(corners.segments)
    for index in np.flatnonzero(sizes <= widest).tolist():
        sides = corners.neighbour(index, 0), corners.neighbour(index, 1)
        if sides[0] is None or sides[1] is None or sides[0][0] == sides[1][0]:
            continue
        first, second = corners.away(*sides[0]), corners.away(*sides[1])
        along = corners.away(index, 0)
        square = max(abs(first @ along), abs(second @ along)) < 0.35
        if not square or first @ second <= 0.85:
            continue
        runs = [_run_length(corners, sizes, side, float(sizes[index])) for side in (sides[0], sides[1])]
        depth = min(runs)
        if depth >= deep * sizes[index] and max(runs) >= DEEP * sizes[index]:
            middle = (corners.point(index, 0) + corners.point(index, 1)) / 2
            out = -(first + second) / np.hypot(*(first + second))
            found.append(WallEnd(_vertex(middle), _vertex(out), float(sizes[index]), depth))
    return found


def _run_length(corners: Corners, sizes: npt.NDArray[np.float64], start: tuple[int, int], enough: float) -> float:
    """How far the face of a wall runs from an end of one of its segments: a round one in many pieces, as far as enough."""
    (index, end), total = start, float(sizes[start[0]])
    while total < enough:
        onward = corners.neighbour(index, 1 - end)
        if onward is None or float(corners.away(*onward) @ corners.away(index, 1 - end)) > -GENTLE:
            break
        index, end = onward
        total += float(sizes[index])
    return total


def find_dangles(corners: Corners, shortest: float = 0.0) -> list[WallEnd]:
    """Ends of segments that touch no other."""
    sizes = lengths(corners.segments)
    return [
        WallEnd(_vertex(corners.point(*here[0])), _vertex(-corners.away(*here[0])), 0.0, float(sizes[here[0][0]]))
        for here in corners.at.values()
        if len(here) == 1 and sizes[here[0][0]] >= shortest
    ]


def cap_gaps(caps: list[WallEnd]) -> npt.NDArray[np.float64]:
    """Distances between caps that face each other, at most 30 wall widths apart."""
    if len(caps) < 2:
        return np.empty(0)
    tree = STRtree(shapely.points([cap.at for cap in caps]))
    gaps = []
    for index, cap in enumerate(caps):
        ahead = np.array(cap.at) + np.array(cap.direction) * cap.width * 15
        near = tree.query(shapely.Point(ahead).buffer(cap.width * 15), predicate="intersects")
        facing = [d for other in near.tolist() if other != index and (d := _facing(cap, caps[other])) is not None]
        if facing:
            gaps.append(min(facing))
    return np.array(gaps)


def _facing(cap: WallEnd, other: WallEnd) -> float | None:
    step = np.subtract(other.at, cap.at)
    ahead = float(step @ cap.direction)
    aside = abs(float(step[0] * cap.direction[1] - step[1] * cap.direction[0]))
    if ahead <= 0 or aside > 0.5 * cap.width or np.dot(cap.direction, other.direction) > -0.95:
        return None
    return ahead


def _vertex(point: Points) -> Vertex:
    return float(point[0]), float(point[1])
