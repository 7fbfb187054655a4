"""From wall linework to a closed arrangement: node it, and bridge the gaps that doors and drawing habits leave.

Nobody draws closed rooms. So what closes a room is put in first: the chord of each door symbol, then a bridge from
each wall end straight ahead to what it meets. All lengths in metres.

Terminology:
    barrier: a segment that people cannot walk through: wall, column, glazing.
    bridge: a straight line put across a gap.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.noding import GRAIN_M
from geo_server.ingest.dxf.segments import DEEP, Corners, Segments, WallEnd, as_lines, find_caps, find_dangles

REACH_M = 2.4
"""The widest gap without a symbol that is bridged: a double door with its frame."""
DOORWAY_M, STUBBY = 1.45, 1.25
"""What ends after less than 1.25 times its thickness is a post or a column: from one, no gap wider than a doorway is
bridged, because bays between columns are open."""
NIB = 0.1
"""A wall that sticks out by less than its thickness, but by this share of it, ends there when another end faces it."""
STUB_M = 0.1
"""Shorter pieces of lines that end nowhere end no wall."""
HEALED_M = 0.15
"""A narrower gap is a slip of the pen."""
THICKEST_M = 0.65
"""The thickest wall whose end is recognised."""
INSIDE_SHARE, HALF_PEN_M = 0.65, 0.02
"""A bridge lies inside a wall when this share of it is accompanied on both sides, farther away than a pen's width."""


class Filling(StrEnum):
    """What is drawn in a gap that has no door arc."""

    NOTHING = "nothing"
    DOOR = "door"
    WINDOW = "window"
    UNKNOWN = "unknown"
    """The drawing shows no doors at all, so a gap may be one."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A line across a gap.

    Args:
        symbol: Index of the door symbol that it is the chord of, or None.
        filled: What else is drawn in it.
    """

    start: Vertex
    end: Vertex
    symbol: int | None = None
    filled: Filling = Filling.NOTHING

    @property
    def width_m(self) -> float:
        """Its length."""
        return float(np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]))

    @property
    def middle(self) -> Vertex:
        """Its middle."""
        return (self.start[0] + self.end[0]) / 2, (self.start[1] + self.end[1]) / 2


def bridge_segments(bridges: Sequence[Bridge]) -> Segments:
    """Bridges as segments."""
    return np.array([(*b.start, *b.end) for b in bridges], dtype=np.float64).reshape(-1, 4)


def wall_thickness(segments: Segments) -> float:
    """The usual thickness of double-line walls, by their caps; 0 when there are none."""
    widths = np.array([cap.width for cap in find_caps(Corners(segments, GRAIN_M), THICKEST_M) if cap.width > 0.03])
    return float(np.median(widths)) if len(widths) >= 3 else 0.0


def find_bridges(segments: Segments, walls: Segments, posts: BaseGeometry) -> list[Bridge]:
    """A bridge from each wall end to what lies straight ahead of it within reach.

    Args:
        segments: Noded barriers and chords of doors.
        walls: The barriers alone, noded.
        posts: Around what stands free in a room and ends no wall.
    """
    corners = Corners(segments, GRAIN_M)
    ends = [*find_caps(corners, THICKEST_M, NIB), *_loose_ends(corners, Corners(walls, GRAIN_M))]
    shapely.prepare(posts)
    ends = [end for end in ends if not shapely.intersects_xy(posts, *end.at)]
    if not ends:
        return []
    starts = np.array([end.at for end in ends])
    ahead = np.array([end.direction for end in ends])
    reach = _ray_lengths(segments, starts, ahead)
    stubby = np.array([end.depth < STUBBY * end.width for end in ends])
    reach[stubby & (reach > DOORWAY_M)] = np.inf
    facing = _facing_ends(ends, starts, ahead)
    only_facing = np.array([end.depth < DEEP * end.width for end in ends])
    bridges: dict[tuple[int, ...], Bridge] = {}
    for index in range(len(ends)):
        target = _target(index, starts, ahead, reach, facing) if index in facing or not only_facing[index] else None
        if target is not None:
            bridge = Bridge((float(starts[index, 0]), float(starts[index, 1])), target)
            bridges.setdefault(_identity(bridge), bridge)
    return list(bridges.values())


def _loose_ends(corners: Corners, walls: Corners) -> list[WallEnd]:
    """Dangling ends of lines that are no mere stubs; one may be left of a line that the chord of a door was led to."""
    found = {end.at: end for end in find_dangles(walls, STUB_M)} | {
        end.at: end for end in find_dangles(corners, STUB_M)
    }
    free = set(map(tuple, corners.points[corners.free].tolist()))
    return [end for at, end in found.items() if at in free]


def _identity(bridge: Bridge) -> tuple[int, ...]:
    first, second = sorted([bridge.start, bridge.end])
    return tuple(round(v / 0.02) for v in (*first, *second))


def _target(
    index: int,
    starts: npt.NDArray[np.float64],
    ahead: npt.NDArray[np.float64],
    reach: npt.NDArray[np.float64],
    facing: dict[int, tuple[float, int]],
) -> Vertex | None:
    """Where the bridge from a wall end lands: on an end that faces it, else where the ray hits."""
    if index in facing and facing[index][0] <= reach[index] + 0.05:
        other = starts[facing[index][1]]
        return float(other[0]), float(other[1])
    if not np.isfinite(reach[index]):
        return None
    end = starts[index] + ahead[index] * reach[index]
    return float(end[0]), float(end[1])


def _ray_lengths(
    segments: Segments, starts: npt.NDArray[np.float64], ahead: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How far each ray gets before it meets a segment; infinite when it meets none within reach."""
    lines = as_lines(segments)
    rays = shapely.linestrings(np.stack([starts + ahead * 0.002, starts + ahead * REACH_M], axis=1))
    which, hit = STRtree(lines).query(rays, predicate="intersects")
    meets = shapely.intersection(rays[which], lines[hit])
    distance = shapely.distance(shapely.points(starts[which]), meets)
    reach = np.full(len(starts), np.inf)
    np.minimum.at(reach, which, np.where(distance > 0.0015, distance, np.inf))
    return reach


def _facing_ends(
    ends: Sequence[WallEnd], starts: npt.NDArray[np.float64], ahead: npt.NDArray[np.float64]
) -> dict[int, tuple[float, int]]:
    """For each end, the nearest end that looks back at it, nearly straight ahead; in a round wall as far aside as the
    wall turns between the two.
    """
    tree = STRtree(shapely.points(starts))
    found: dict[int, tuple[float, int]] = {}
    centres = shapely.points(starts + ahead * REACH_M / 2)
    for index, other in zip(*tree.query(centres, predicate="dwithin", distance=REACH_M / 2 + 0.1), strict=True):
        step = starts[other] - starts[index]
        along = float(step @ ahead[index])
        aside = abs(float(step[0] * ahead[index][1] - step[1] * ahead[index][0]))
        back = -float(ahead[index] @ ahead[other])
        turned = along * math.tan(math.acos(min(1.0, max(0.0, back))) / 2)
        allowed = max(0.08, 0.5 * min(ends[index].width, ends[other].width), turned + GRAIN_M)
        if 0.002 < along <= REACH_M and aside <= allowed and back > 0.94:
            found[int(index)] = min(found.get(int(index), (np.inf, 0)), (along, int(other)))
    return found


def runs_beside(bridge: Bridge, segments: Segments, tree: STRtree, distance: float) -> float:
    """Share of a bridge that segments accompany: parallel to it and within a distance."""
    spans, _ = _spans(bridge, segments, tree, distance)
    if len(spans) == 0:
        return 0.0
    return float(shapely.union_all(shapely.box(spans[:, 0], 0.0, spans[:, 1], 1.0)).area / bridge.width_m)


def full_runs(bridge: Bridge, segments: Segments, tree: STRtree, distance: float) -> npt.NDArray[np.float64]:
    """How far to the left of a bridge each segment lies that accompanies it from end to end, shape (n,)."""
    spans, aside = _spans(bridge, segments, tree, distance)
    return aside[spans[:, 1] - spans[:, 0] >= 0.9 * bridge.width_m]


def faces_beside(bridge: Bridge, barriers: Segments, tree: STRtree) -> npt.NDArray[np.float64]:
    """How far to the left of a bridge each face of the wall lies that goes on beyond its ends, shape (n,)."""
    beyond = HEALED_M / bridge.width_m * (np.array(bridge.end) - np.array(bridge.start))
    first, last = np.array(bridge.start) - beyond, np.array(bridge.end) + beyond
    longer = Bridge((float(first[0]), float(first[1])), (float(last[0]), float(last[1])))
    spans, aside = _spans(longer, barriers, tree, THICKEST_M)
    outside = (
        np.minimum(spans[:, 1], HEALED_M) - spans[:, 0],
        spans[:, 1] - np.maximum(spans[:, 0], longer.width_m - HEALED_M),
    )
    return aside[np.maximum(*outside) > HEALED_M / 2]


def _spans(
    bridge: Bridge, segments: Segments, tree: STRtree, distance: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """From where to where each segment near a bridge and parallel to it runs along it, shape (n, 2), and how far to its
    left its middle lies, shape (n,).
    """
    if len(segments) == 0 or bridge.width_m < GRAIN_M:
        return np.empty((0, 2), dtype=np.float64), np.empty(0, dtype=np.float64)
    near = tree.query(shapely.LineString([bridge.start, bridge.end]), predicate="dwithin", distance=distance)
    start = np.array(bridge.start)
    along = (np.array(bridge.end) - start) / bridge.width_m
    chosen = segments[near]
    steps = chosen[:, 2:] - chosen[:, :2]
    parallel = np.abs(steps @ along) > 0.96 * np.hypot(steps[:, 0], steps[:, 1])
    ends = np.stack([(chosen[:, :2] - start) @ along, (chosen[:, 2:] - start) @ along], axis=1)[parallel]
    spans = np.clip(np.sort(ends, axis=1), 0.0, bridge.width_m)
    away = ((chosen[:, :2] + chosen[:, 2:]) / 2 - start)[parallel]
    aside = along[0] * away[:, 1] - along[1] * away[:, 0]
    beside = spans[:, 1] > spans[:, 0]
    return np.asarray(spans[beside], dtype=np.float64), np.asarray(aside[beside], dtype=np.float64)


def needed_bridges(
    bridges: Sequence[Bridge], closed: Segments, barriers: Segments, distance: float = THICKEST_M
) -> list[Bridge]:
    """Bridges without those across gaps that a door's chord or glazing closes already, and those inside a wall. A slip of the
    pen holds no window: what runs beside it is a mullion or a jamb.

    Args:
        bridges: From ends of walls.
        closed: Chords and glazing.
        barriers: Noded.
        distance: How far from a bridge what closes its gap may be.
    """
    tree, around = STRtree(as_lines(closed)), STRtree(as_lines(barriers))
    return [
        bridge
        for bridge in bridges
        if (bridge.width_m < HEALED_M or runs_beside(bridge, closed, tree, distance) < 0.6)
        and not _is_walled(bridge, barriers, around)
    ]


def _is_walled(bridge: Bridge, barriers: Segments, tree: STRtree) -> bool:
    """Whether a barrier runs where a bridge is put already, or both faces of a wall accompany it, as where a pane is drawn
    inside a wall that runs on.
    """
    spans, aside = _spans(bridge, barriers, tree, THICKEST_M / 2)
    boxes = shapely.box(spans[:, 0], 0.0, spans[:, 1], 1.0)
    left, on, right = (
        shapely.union_all(boxes[side]).area > INSIDE_SHARE * bridge.width_m
        for side in (aside > HALF_PEN_M, np.abs(aside) <= HALF_PEN_M, aside < -HALF_PEN_M)
    )
    return bool(on or (left and right))
