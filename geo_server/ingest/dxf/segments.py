"""Straight segments as arrays, and wall ends found in them: independent of any unit.

Terminology:
    cap: the short edge that closes the end of a double-line wall.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.drawing import Points, Stroke, Vertex

Segments = npt.NDArray[np.float64]
"""Shape (n, 4): x1, y1, x2, y2."""
_Index = npt.NDArray[np.intp]
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
    """Segments joined at their ends. An end has a number: twice its segment's, one more at its second point.

    Args:
        segments: Noded: they touch at ends only.
        grain: Ends closer than this are one.
    """

    def __init__(self, segments: Segments, grain: float) -> None:
        self.segments = segments
        self.sizes = lengths(segments)
        self.keys = np.round(segments / grain).astype(np.int64)
        steps = segments[:, 2:] - segments[:, :2]
        units = steps / np.where(self.sizes > 0, self.sizes, 1.0)[:, None]
        self.away = np.stack([units, -units], axis=1).reshape(-1, 2)
        """Unit vector along the segment of each end, away from it."""
        self.points = segments.reshape(-1, 2)
        """Place of each end."""
        self.ends, self.first, self.count = self._corners()

    def _corners(self) -> tuple[_Index, _Index, _Index]:
        """Ends sorted by corner, where in them each corner begins, and how many ends it has.

        Segments within one grain have no ends.
        """
        real = np.flatnonzero(np.repeat((self.keys[:, :2] != self.keys[:, 2:]).any(axis=1), 2))
        at = self.keys.reshape(-1, 2)[real]
        order = np.lexsort((at[:, 1], at[:, 0]))
        begins = np.concatenate([[True], (np.diff(at[order], axis=0) != 0).any(axis=1)])[: len(order)]
        first = np.flatnonzero(begins)
        return real[order], first, np.diff(np.append(first, len(order)))

    @cached_property
    def partner(self) -> _Index:
        """For each end the only other one at its corner, -1 when there is none or more than one."""
        partner = np.full(len(self.points), -1, dtype=np.intp)
        pairs = self.first[self.count == 2]
        one, other = self.ends[pairs], self.ends[pairs + 1]
        partner[one], partner[other] = other, one
        return partner

    @property
    def free(self) -> _Index:
        """Ends that are alone, in order."""
        return np.sort(self.ends[self.first[self.count == 1]])

    def meeting(self, least: int) -> list[_Index]:
        """The ends at each corner where at least so many meet."""
        return [self.ends[k : k + n] for k, n in zip(self.first, self.count, strict=True) if n >= least]

    def places(self, most: int) -> npt.NDArray[np.int64]:
        """Corners where at most so many segments meet, in grains, in the order of the segments."""
        at = np.sort(self.ends[self.first[self.count <= most]])
        return np.asarray(self.keys.reshape(-1, 2)[at], dtype=np.int64)


def find_caps(corners: Corners, widest: float = np.inf, deep: float = DEEP) -> list[WallEnd]:
    """Ends of double-line walls: an edge between two longer edges that leave it at right angles to the same side.

    Args:
        corners: Of noded segments.
        widest: A longer edge is no end of a wall.
        deep: A wall runs back from its end by at least this share of its thickness, on one face by ``DEEP``.
    """
    sizes, partner = corners.sizes, corners.partner.reshape(-1, 2)
    edges = np.flatnonzero((sizes <= widest) & (partner >= 0).all(axis=1) & (partner[:, 0] // 2 != partner[:, 1] // 2))
    one, other, along = corners.away[partner[edges, 0]], corners.away[partner[edges, 1]], corners.away[2 * edges]
    square = np.maximum(np.abs((one * along).sum(axis=1)), np.abs((other * along).sum(axis=1))) < 0.35
    alike = square & ((one * other).sum(axis=1) > 0.85)
    found = []
    runs = _Runs(corners)
    for index, first, second in zip(edges[alike].tolist(), one[alike], other[alike], strict=True):
        size = float(sizes[index])
        deeps = [runs.length(end, size) for end in partner[index].tolist()]
        if min(deeps) >= deep * size and max(deeps) >= DEEP * size:
            middle = (corners.points[2 * index] + corners.points[2 * index + 1]) / 2
            out = -(first + second) / np.hypot(*(first + second))
            found.append(WallEnd(_vertex(middle), _vertex(out), size, min(deeps)))
    return found


class _Runs:
    """How far the faces of walls run on."""

    def __init__(self, corners: Corners) -> None:
        gently = (corners.away[corners.partner] * corners.away).sum(axis=1) <= -GENTLE
        self.onward = np.where(gently, corners.partner, -1).tolist()
        self.sizes = corners.sizes.tolist()

    def length(self, end: int, enough: float) -> float:
        """How far a face runs from one end of its first segment: a round one in many pieces, as far as enough."""
        total = float(self.sizes[end // 2])
        while total < enough and (end := self.onward[end ^ 1]) >= 0:
            total += float(self.sizes[end // 2])
        return total


def find_dangles(corners: Corners, shortest: float = 0.0) -> list[WallEnd]:
    """Ends of segments that touch no other."""
    ends = corners.free[corners.sizes[corners.free // 2] >= shortest]
    return [
        WallEnd(at, ahead, 0.0, size)
        for at, ahead, size in zip(
            map(tuple, corners.points[ends].tolist()),
            map(tuple, (-corners.away[ends]).tolist()),
            corners.sizes[ends // 2].tolist(),
            strict=True,
        )
    ]


def cap_gaps(caps: list[WallEnd]) -> npt.NDArray[np.float64]:
    """Distances between caps that face each other, at most 30 wall widths apart."""
    if len(caps) < 2:
        return np.empty(0)
    at, ahead = np.array([cap.at for cap in caps]), np.array([cap.direction for cap in caps])
    width = np.array([cap.width for cap in caps])
    before = shapely.buffer(shapely.points(at + ahead * width[:, None] * 15), width * 15)
    one, other = STRtree(shapely.points(at)).query(before, predicate="intersects")
    step = at[other] - at[one]
    away = (step * ahead[one]).sum(axis=1)
    aside = np.abs(step[:, 0] * ahead[one, 1] - step[:, 1] * ahead[one, 0])
    back = (ahead[one] * ahead[other]).sum(axis=1)
    facing = (one != other) & (away > 0) & (aside <= 0.5 * width[one]) & (back <= -0.95)
    nearest = np.full(len(caps), np.inf)
    np.minimum.at(nearest, one[facing], away[facing])
    return np.asarray(nearest[np.isfinite(nearest)], dtype=np.float64)


def _vertex(point: Points) -> Vertex:
    return float(point[0]), float(point[1])
