"""Frames of doors: the short pieces of wall, jambs and posts that are drawn on the layer of the doors. All in metres.

What is drawn with a door is either its leaf, which moves and is no barrier, or its frame, which stands. Leaf, handle,
swing and threshold lie in the sector that the leaf sweeps; frames lie beside it and join the doorway to the walls.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.curves import Arc, outlines_of
from geo_server.ingest.dxf.doors import AT_WALL_M
from geo_server.ingest.dxf.noding import weld
from geo_server.ingest.dxf.segments import Segments, as_lines, lengths

LEAF_M = 0.12
"""How far beside the swept sector a leaf and its handle are drawn."""
JAMB_M = 0.2
"""How far from the hinge and from the latch the jambs lie."""
TOUCH_M = 0.03
"""A frame stands this near to its wall."""


def find_frames(door_lines: Segments, arcs: Sequence[Arc], walls: Segments) -> Segments:
    """Segments on layers of doors that stand fast: joined to walls and to the hinge or latch of a swing.

    Args:
        door_lines: Straight segments on layers of doors.
        arcs: Swings of leaves.
        walls: Barriers on other layers.
    """
    if len(door_lines) == 0 or not arcs or len(walls) == 0:
        return np.empty((0, 4), dtype=np.float64)
    swept = in_sectors(door_lines, arcs)
    frames = _joined_to_walls(door_lines[~swept], arcs, walls)
    lining = _linings(door_lines, swept, arcs, np.vstack([walls, frames]))
    return _joined_to_walls(door_lines[~swept | lining], arcs, walls) if lining.any() else frames


def _joined_to_walls(standing: Segments, arcs: Sequence[Arc], walls: Segments) -> Segments:
    """Those of some segments that hang together with walls and with the hinge or latch of a swing."""
    welded = weld(standing)
    groups = _groups(welded)
    ends = [point for arc in arcs for point in (arc.centre, arc.start, arc.end)]
    joined = _near(welded, shapely.points(ends), AT_WALL_M)
    fast = _near(welded, as_lines(walls), TOUCH_M)
    good = set(groups[joined].tolist()) & set(groups[fast].tolist())
    return np.asarray(welded[np.isin(groups, list(good))], dtype=np.float64)


def _linings(
    segments: Segments, swept: npt.NDArray[np.bool_], arcs: Sequence[Arc], fast: Segments
) -> npt.NDArray[np.bool_]:
    """Which swept segments line the recess that an open leaf stands in: beside the leaf, from its hinge to a wall.

    The far end of a leaf is free; a threshold, which ends at walls too, lies where no leaf is drawn.

    Args:
        segments: On layers of doors.
        swept: Which of them lie in sectors of leaves.
        arcs: Swings of leaves.
        fast: What stands: walls, and frames that are joined to them.
    """
    points = segments.reshape(-1, 2)
    held = _near_points(points, as_lines(fast), TOUCH_M).reshape(-1, 2)
    joined = held | _near_points(points, as_lines(segments[~swept]), TOUCH_M).reshape(-1, 2)
    sizes = np.maximum(lengths(segments), 1e-9)
    steps = (segments[:, 2:] - segments[:, :2]) / sizes[:, None]
    tree = STRtree(as_lines(segments))
    lining = np.zeros(len(segments), dtype=np.bool_)
    for arc in arcs:
        for tip in (arc.start, arc.end):
            leaf = shapely.LineString([arc.centre, tip])
            near = np.asarray(tree.query(leaf, predicate="dwithin", distance=LEAF_M), dtype=np.intp)
            along = steps[near] @ np.subtract(tip, arc.centre) / arc.radius
            near, along = near[swept[near] & (np.abs(along) > 0.97)], along[swept[near] & (np.abs(along) > 0.97)]
            far = np.where(along > 0, 1, 0)
            ends_free = ~held[near, far]
            if (np.abs(sizes[near[ends_free]] / arc.radius - 1) < 0.2).any():
                lining[near[~ends_free & joined[near, 1 - far]]] = True
    return lining


def in_sectors(segments: Segments, arcs: Sequence[Arc]) -> npt.NDArray[np.bool_]:
    """Which segments lie in the sector of a leaf, jambs beside hinge and latch excepted."""
    if not arcs:
        return np.zeros(len(segments), dtype=np.bool_)
    hinges = np.array([arc.centre for arc in arcs])
    ends = np.array([(arc.centre, arc.start, arc.end) for arc in arcs])
    runs = shapely.get_coordinates(outlines_of(arcs)).reshape(len(arcs), -1, 2)
    sectors = shapely.buffer(shapely.polygons(np.concatenate([hinges[:, None], runs], axis=1)), LEAF_M)
    jambs = shapely.buffer(shapely.multipoints(ends), JAMB_M)
    sectors = shapely.difference(sectors, jambs)
    middles = shapely.points((segments[:, :2] + segments[:, 2:]) / 2)
    which = STRtree(sectors).query(middles, predicate="intersects")[0]
    swept = np.zeros(len(segments), dtype=np.bool_)
    swept[which] = True
    return swept


def _near_points(points: Segments, others: npt.NDArray[np.object_], distance: float) -> npt.NDArray[np.bool_]:
    near = np.zeros(len(points), dtype=np.bool_)
    near[STRtree(others).query(shapely.points(points), predicate="dwithin", distance=distance)[0]] = True
    return near


def _near(segments: Segments, others: npt.NDArray[np.object_], distance: float) -> npt.NDArray[np.bool_]:
    near = np.zeros(len(segments), dtype=np.bool_)
    near[STRtree(others).query(as_lines(segments), predicate="dwithin", distance=distance)[0]] = True
    return near


def _groups(segments: Segments) -> npt.NDArray[np.intp]:
    """A number for each segment, the same for those that hang together by their ends."""
    at: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(segments.tolist()):
        at[tuple(row[:2])].append(index)
        at[tuple(row[2:])].append(index)
    group = np.full(len(segments), -1, dtype=np.intp)
    for first in range(len(segments)):
        waiting = [first] if group[first] < 0 else []
        while waiting:
            index = waiting.pop()
            if group[index] < 0:
                group[index] = first
                row = segments[index].tolist()
                waiting += at[tuple(row[:2])] + at[tuple(row[2:])]
    return group
