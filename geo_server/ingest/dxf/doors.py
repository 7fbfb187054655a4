"""Door symbols: a quarter arc and the chord that closes it, from hinge to latch. All lengths in metres.

The arc of a door has two ends: one is the latch, where the leaf meets the wall when it is shut; the other is the tip
of the open leaf. Which is which is told by the wall: beyond the latch and behind the hinge it goes on in the chord's
direction, and along the chord itself there is none. Leaf and arc are never barriers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.curves import Arc, outlines_of
from geo_server.ingest.dxf.drawing import Points, Stroke, Vertex
from geo_server.ingest.dxf.segments import Segments, as_lines, lengths, segments_of
from geo_server.ingest.dxf.swings import Swing

AT_WALL_M = 0.35
"""How far from the wall a hinge may be drawn."""
ALONG_M = 0.13
"""How far from a wall that runs on through the opening a chord may be drawn."""
LATCH_M = 0.65
"""How far from the wall a latch may be drawn: a side panel may stand between them."""


TWIN_M = 0.2
"""Chords whose ends are nearer to each other stand in one doorway."""


@dataclass(frozen=True, slots=True)
class DoorSymbol:
    """A door as drawn.

    Args:
        start: Hinge.
        end: Latch, or the other hinge of a double door.
        leaves: 1 or 2.
        on_wall: The wall runs on through the opening, so that the chord needs no bridge.
        block: Name of the block that it came in, or empty.
    """

    start: Vertex
    end: Vertex
    leaves: int
    handle: str
    layer: str
    block: str = ""
    on_wall: bool = False


class _Barriers:
    """Barriers, asked by place; and the lines that may be leaves of doors."""

    def __init__(self, segments: Segments, leaves: Segments) -> None:
        self.leaves = leaves
        self.leaf_sizes = lengths(leaves)
        self.leaf_tree = STRtree(as_lines(leaves))
        self.segments = segments
        self.lines = as_lines(segments)
        self.tree = STRtree(self.lines)
        self.sizes = lengths(segments)

    def near(self, at: Vertex, distance: float) -> npt.NDArray[np.intp]:
        return np.asarray(self.tree.query(shapely.Point(at), predicate="dwithin", distance=distance), dtype=np.intp)

    def distance(self, at: Vertex, leaf: float, hinge: Vertex) -> float:
        """To the nearest barrier that is no leaf of this door."""
        near = self.near(at, LATCH_M)
        near = near[~self._leaflike(near, leaf, hinge)]
        if len(near) == 0:
            return math.inf
        return float(shapely.distance(self.lines[near], shapely.Point(at)).min())

    def _leaflike(self, which: npt.NDArray[np.intp], leaf: float, hinge: Vertex) -> npt.NDArray[np.bool_]:
        close = shapely.distance(self.lines[which], shapely.Point(hinge)) < 0.08
        return np.asarray(close & (np.abs(self.sizes[which] / leaf - 1) < 0.12), dtype=np.bool_)

    def has_leaf(self, hinge: Vertex, tip: Vertex) -> bool:
        """Whether a line of about a leaf's length is drawn from near the hinge towards a tip."""
        size = math.dist(hinge, tip)
        unit = np.subtract(tip, hinge) / (size or 1.0)
        near = np.asarray(self.leaf_tree.query(shapely.LineString([hinge, tip]), predicate="dwithin", distance=0.08))
        near = near[np.abs(self.leaf_sizes[near] / size - 0.95) < 0.25]
        if len(near) == 0:
            return False
        steps = (self.leaves[near, 2:] - self.leaves[near, :2]) / self.leaf_sizes[near, None]
        ends = np.stack([self.leaves[near, :2], self.leaves[near, 2:]])
        at_hinge = np.hypot(*(ends - np.array(hinge)).transpose(2, 0, 1)).min(axis=0) < 0.2
        return bool(((np.abs(steps @ unit) > 0.985) & at_hinge).any())

    def _parallel(self, which: npt.NDArray[np.intp], step: Points) -> npt.NDArray[np.bool_]:
        steps = (self.segments[which, 2:] - self.segments[which, :2]) / self.sizes[which, None]
        return np.asarray(np.abs(steps @ (step / np.hypot(*step))) > 0.97, dtype=np.bool_)

    def goes_on(self, at: Vertex, direction: Points) -> bool:
        """Whether a barrier runs in a direction around a place."""
        near = self.near(at, 0.12)
        if len(near) == 0:
            return False
        steps = (self.segments[near, 2:] - self.segments[near, :2]) / self.sizes[near, None]
        return bool((np.abs(steps @ direction) > 0.97).any())

    def covers(self, start: Vertex, end: Vertex, leaf: float) -> float:
        """Share of a chord's middle part that lies along barriers."""
        first, last = np.array(start), np.array(end)
        chord = shapely.LineString([first + 0.15 * (last - first), last - 0.15 * (last - first)])
        near = np.asarray(self.tree.query(chord, predicate="dwithin", distance=ALONG_M), dtype=np.intp)
        near = near[~self._leaflike(near, leaf, start)]
        near = near[self._parallel(near, last - first)]
        if len(near) == 0:
            return 0.0
        band = shapely.union_all(shapely.buffer(self.lines[near], ALONG_M, cap_style="flat"))
        return float(chord.intersection(band).length / (chord.length or 1.0))


def find_doors(
    swings: Sequence[Swing], strokes: Sequence[Stroke], segments: Segments
) -> tuple[list[DoorSymbol], list[Arc], int]:
    """Door symbols that stand at walls.

    Args:
        swings: Of leaves.
        strokes: Those that may draw leaves.
        segments: Barriers.

    Returns:
        The doors, the arcs that belong to them, and how many swings stand at no wall.
    """
    if not swings or len(segments) == 0:
        return [], [], len(swings)
    barriers = _Barriers(segments, segments_of(strokes))
    pairs = _double_doors(swings, barriers)
    paired = {index for pair in pairs for index in pair[:2]}
    doors = [door for *_, door in pairs]
    arcs = [swings[index].arc for index in sorted(paired)]
    stray = 0
    for index, swing in enumerate(swings):
        if index in paired:
            continue
        door = _single_door(swing, barriers)
        if door is None:
            stray += 1
        else:
            doors.append(door)
            arcs.append(swing.arc)
    return _without_twins(doors), arcs, stray


def _without_twins(doors: Sequence[DoorSymbol]) -> list[DoorSymbol]:
    """One door for each doorway: leaves that swing both ways have two arcs, and some symbols are drawn twice."""
    kept: list[DoorSymbol] = []
    for door in doors:
        if not any(_is_twin(door, other) for other in kept):
            kept.append(door)
    return kept


def _is_twin(door: DoorSymbol, other: DoorSymbol) -> bool:
    """Whether two chords lie in one another: the ends of both within a hand's breadth, whichever way round."""
    return any(
        math.dist(door.start, start) < TWIN_M and math.dist(door.end, end) < TWIN_M
        for start, end in ((other.start, other.end), (other.end, other.start))
    )


def _double_doors(swings: Sequence[Swing], barriers: _Barriers) -> list[tuple[int, int, DoorSymbol]]:
    """Two swings whose latches meet between two hinges."""
    tips = [(index, tip) for index, swing in enumerate(swings) for tip in (swing.arc.start, swing.arc.end)]
    tree = STRtree(shapely.points([tip for _, tip in tips]))
    first, second = tree.query(shapely.points([tip for _, tip in tips]), predicate="dwithin", distance=0.2)
    found: list[tuple[int, int, DoorSymbol]] = []
    taken: set[int] = set()
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        i, j = tips[a][0], tips[b][0]
        if i < j and not {i, j} & taken and _meet(swings[i].arc, swings[j].arc, tips[a][1]):
            door = _pair(swings[i], swings[j])
            others = [swing.arc.centre for k, swing in enumerate(swings) if k not in {i, j}]
            if _stands(door, others, barriers):
                found.append((i, j, door))
                taken |= {i, j}
    return found


def _stands(door: DoorSymbol, hinges: Sequence[Vertex], barriers: _Barriers) -> bool:
    """Whether a double door stands between walls, or between a wall and the post of another door beside it."""
    at_wall = [barriers.distance(end, 1e9, end) <= AT_WALL_M for end in (door.start, door.end)]
    at_post = [any(math.dist(end, hinge) <= AT_WALL_M for hinge in hinges) for end in (door.start, door.end)]
    return any(at_wall) and all(wall or post for wall, post in zip(at_wall, at_post, strict=True))


def _meet(one: Arc, other: Arc, latch: Vertex) -> bool:
    between = math.dist(one.centre, other.centre)
    straight = abs(between - one.radius - other.radius) < 0.2
    same_side = _side(one, other.centre) * _side(other, one.centre) < 0
    return straight and same_side and abs(math.dist(one.centre, latch) - one.radius) < 0.05


def _side(arc: Arc, towards: Vertex) -> float:
    """On which side of the line from the hinge to a place the arc's middle lies."""
    middle = (arc.start[0] + arc.end[0]) / 2, (arc.start[1] + arc.end[1]) / 2
    return (towards[0] - arc.centre[0]) * (middle[1] - arc.centre[1]) - (towards[1] - arc.centre[1]) * (
        middle[0] - arc.centre[0]
    )


def _pair(one: Swing, other: Swing) -> DoorSymbol:
    stroke = one.stroke
    return DoorSymbol(one.arc.centre, other.arc.centre, 2, stroke.handle, stroke.layer, stroke.block)


def _single_door(swing: Swing, barriers: _Barriers) -> DoorSymbol | None:
    arc, stroke = swing.arc, swing.stroke
    if barriers.distance(arc.centre, arc.radius, arc.centre) > AT_WALL_M:
        return None
    scores = [(_latch_score(arc, tip, other, barriers), tip) for tip, other in _tips(arc)]
    score, latch = max(scores)
    if score <= -1.0:
        return None
    on_wall = barriers.covers(arc.centre, latch, arc.radius) > 0.6
    return DoorSymbol(arc.centre, latch, 1, stroke.handle, stroke.layer, stroke.block, on_wall)


def _tips(arc: Arc) -> tuple[tuple[Vertex, Vertex], tuple[Vertex, Vertex]]:
    return (arc.start, arc.end), (arc.end, arc.start)


def _latch_score(arc: Arc, tip: Vertex, other: Vertex, barriers: _Barriers) -> float:
    """How well one end of a door's arc fits as its latch; -9 when it cannot be."""
    away = barriers.distance(tip, arc.radius, arc.centre)
    if away > LATCH_M:
        return -9.0
    unit = np.subtract(tip, arc.centre) / math.dist(tip, arc.centre)
    beyond = _vertex(np.array(tip) + 0.15 * unit)
    behind = _vertex(np.array(arc.centre) - 0.15 * unit)
    score = 2.0 - 3.0 * away + barriers.goes_on(beyond, unit) + barriers.goes_on(behind, unit)
    covered = barriers.covers(arc.centre, tip, arc.radius) > 0.6
    if covered and not barriers.has_leaf(arc.centre, other):
        score -= 2.5
    if barriers.has_leaf(arc.centre, tip) and not covered:
        score -= 2.0
    return score


def _vertex(point: Points) -> Vertex:
    return float(point[0]), float(point[1])


def without_doors(segments: Segments, arcs: Sequence[Arc], doors: Sequence[DoorSymbol]) -> Segments:
    """Barriers without the swings and leaves of doors that were drawn on wall layers.

    Args:
        segments: Barriers.
        arcs: Arcs of ``doors``.
        doors: Door symbols.
    """
    if len(segments) == 0 or not arcs:
        return segments
    lines, swings = as_lines(segments), outlines_of(arcs)
    tips = np.array([(arc.start, arc.end) for arc in arcs]).reshape(-1, 2)
    hinges = np.repeat(np.array([arc.centre for arc in arcs]), 2, axis=0)
    radii = np.repeat([arc.radius for arc in arcs], 2)[:, None]
    latches = shapely.multipoints(np.array([point for door in doors for point in (door.start, door.end)]))
    opened = shapely.distance(latches, shapely.points(tips)) > 0.02
    beyond = tips + 0.08 * (tips - hinges) / radii
    leaves = shapely.linestrings(np.stack([hinges, beyond], axis=1)[opened])
    bands = shapely.union(shapely.buffer(leaves, 0.08, cap_style="flat"), shapely.buffer(leaves, 0.02))
    drop = np.zeros(len(segments), dtype=np.bool_)
    tree = STRtree(lines)
    for drawn, band, reach in ((swings, shapely.buffer(swings, 0.03), 0.02), (leaves, bands, 0.07)):
        which, line = tree.query(band, predicate="contains")
        drop[line[shapely.distance(drawn[which], lines[line]) <= reach]] = True
    return np.asarray(segments[~drop], dtype=np.float64)
