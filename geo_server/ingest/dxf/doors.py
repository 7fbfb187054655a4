"""Door symbols: a quarter arc and the chord that closes it, from hinge to latch. All lengths in metres.

The arc of a door has two ends: one is the latch, where the leaf meets the wall when it is shut; the other is the tip
of the open leaf. Which is which is told by the wall: beyond the latch and behind the hinge it goes on in the chord's
direction, and along the chord itself there is none. Leaf and arc are never barriers.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.curves import Arc, outlines_of
from geo_server.ingest.dxf.drawing import Points, Stroke, Vertex
from geo_server.ingest.dxf.profile import is_door_block
from geo_server.ingest.dxf.segments import Segments, as_lines, segments_of
from geo_server.ingest.dxf.standing import LATCH_M, Standing
from geo_server.ingest.dxf.swings import Swing

AT_WALL_M = 0.35
"""How far from the wall a hinge may be drawn."""
ALONG_SHARE = 0.6
"""A wall runs on through a doorway that lies along it for more than this share."""
WIDE_DEG = 60
"""Tables have no side that is a narrower arc."""
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


@dataclass(frozen=True, slots=True)
class Refused:
    """A swing that is no door.

    Args:
        doubtful: It stands at a wall as a door might.
    """

    swing: Swing
    doubtful: bool


def find_doors(
    swings: Sequence[Swing], strokes: Sequence[Stroke], segments: Segments, door_layers: Collection[str] = ()
) -> tuple[list[DoorSymbol], list[Arc], list[Refused]]:
    """Door symbols that stand at walls.

    A table of two straight sides and an arc that is pushed to a wall looks like a door that was drawn on it. So where
    most doors stand in gaps or at ends of walls one that does not, and where most have leaves one that has none and no
    gap, is a door only where a layer or a block says so.

    Args:
        swings: Of leaves.
        strokes: Those that may draw leaves.
        segments: Barriers.
        door_layers: Layers of doors.

    Returns:
        The doors, the arcs that belong to them, and the swings that are no doors.
    """
    if not swings or len(segments) == 0:
        return [], [], [Refused(swing, doubtful=False) for swing in swings]
    barriers = Standing(segments, segments_of(strokes))
    pairs = _double_doors(swings, barriers)
    paired = {index for pair in pairs for index in pair[:2]}
    single = [(swing, _single_door(swing, barriers)) for index, swing in enumerate(swings) if index not in paired]
    placed = [(swing, door) for swing, door in single if door is not None]
    refused = [Refused(swing, doubtful=False) for swing, door in single if door is None]
    odd = _odd_ones(placed, len(pairs), barriers, door_layers)
    refused += [Refused(swing, doubtful=True) for (swing, _), is_odd in zip(placed, odd, strict=True) if is_odd]
    placed = [pair for pair, is_odd in zip(placed, odd, strict=True) if not is_odd]
    doors = [*(door for *_, door in pairs), *(door for _, door in placed)]
    arcs = [*(swings[index].arc for index in sorted(paired)), *(swing.arc for swing, _ in placed)]
    return _without_twins(doors), arcs, refused


def _odd_ones(
    placed: Sequence[tuple[Swing, DoorSymbol]], pairs: int, standing: Standing, door_layers: Collection[str]
) -> list[bool]:
    """Which doors are drawn unlike most others, with nothing that says that they are doors."""
    unsaid = [not _is_said(swing.stroke, door_layers) for swing, _ in placed]
    odd = [False] * len(placed)
    bare = [_is_bare(swing.arc, door, standing) for swing, door in placed]
    through = [
        door.on_wall and not standing.ends_at(door.end, swing.arc.radius, swing.arc.centre) for swing, door in placed
    ]
    for unlike in (through, bare):
        if len(placed) + pairs > 2 * sum(unlike):
            odd = [was or (is_unlike and mute) for was, is_unlike, mute in zip(odd, unlike, unsaid, strict=True)]
    return odd


def _is_bare(arc: Arc, door: DoorSymbol, standing: Standing) -> bool:
    """Whether an arc has no leaf, and lies beside a wall and not in a gap."""
    if arc.sweep_deg < WIDE_DEG or any(standing.has_leaf(arc.centre, tip) for tip in (arc.start, arc.end)):
        return False
    return standing.covers(door.start, door.end, arc.radius, AT_WALL_M) > ALONG_SHARE


def _is_said(stroke: Stroke, door_layers: Collection[str]) -> bool:
    """Whether a layer or a block says that a stroke draws a door."""
    return (stroke.layer in door_layers and stroke.role is None) or (bool(stroke.block) and is_door_block(stroke.block))


def about_refused(refused: Sequence[Refused]) -> list[Finding]:
    """One finding for each layer with swings that stand at no wall, and one for each that stands on one."""
    apart: dict[str, list[Swing]] = defaultdict(list)
    findings = []
    for one in refused:
        stroke, at = one.swing.stroke, one.swing.arc.centre
        if one.doubtful:
            findings.append(make_finding("door-doubtful", at=at, layer=stroke.layer, handle=stroke.handle))
        else:
            apart[stroke.layer].append(one.swing)
    for layer, swings in sorted(apart.items()):
        first = swings[0]
        told = make_finding(
            "door-unplaced", at=first.arc.centre, layer=layer, handle=first.stroke.handle, count=len(swings)
        )
        findings.append(told)
    return findings


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


def _double_doors(swings: Sequence[Swing], barriers: Standing) -> list[tuple[int, int, DoorSymbol]]:
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


def _stands(door: DoorSymbol, hinges: Sequence[Vertex], barriers: Standing) -> bool:
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


def _single_door(swing: Swing, barriers: Standing) -> DoorSymbol | None:
    arc, stroke = swing.arc, swing.stroke
    if barriers.distance(arc.centre, arc.radius, arc.centre) > AT_WALL_M:
        return None
    scores = [(_latch_score(arc, tip, other, barriers), tip) for tip, other in _tips(arc)]
    score, latch = max(scores)
    if score <= -1.0:
        return None
    on_wall = barriers.covers(arc.centre, latch, arc.radius) > ALONG_SHARE
    return DoorSymbol(arc.centre, latch, 1, stroke.handle, stroke.layer, stroke.block, on_wall)


def _tips(arc: Arc) -> tuple[tuple[Vertex, Vertex], tuple[Vertex, Vertex]]:
    return (arc.start, arc.end), (arc.end, arc.start)


def _latch_score(arc: Arc, tip: Vertex, other: Vertex, barriers: Standing) -> float:
    """How well one end of a door's arc fits as its latch; -9 when it cannot be."""
    away = barriers.distance(tip, arc.radius, arc.centre)
    if away > LATCH_M:
        return -9.0
    unit = np.subtract(tip, arc.centre) / math.dist(tip, arc.centre)
    beyond = _vertex(np.array(tip) + 0.15 * unit)
    behind = _vertex(np.array(arc.centre) - 0.15 * unit)
    score = 2.0 - 3.0 * away + barriers.goes_on(beyond, unit) + barriers.goes_on(behind, unit)
    covered = barriers.covers(arc.centre, tip, arc.radius) > ALONG_SHARE
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
