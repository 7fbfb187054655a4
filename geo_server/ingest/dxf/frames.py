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

from geo_server.ingest.dxf.curves import Arc, outline_of
from geo_server.ingest.dxf.doors import AT_WALL_M
from geo_server.ingest.dxf.noding import weld
from geo_server.ingest.dxf.segments import Segments, as_lines

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
    standing = weld(door_lines[~_swept(door_lines, arcs)])
    groups = _groups(standing)
    ends = [point for arc in arcs for point in (arc.centre, arc.start, arc.end)]
    joined = _near(standing, shapely.points(ends), AT_WALL_M)
    fast = _near(standing, as_lines(walls), TOUCH_M)
    good = set(groups[joined].tolist()) & set(groups[fast].tolist())
    return np.asarray(standing[np.isin(groups, list(good))], dtype=np.float64)


def _swept(segments: Segments, arcs: Sequence[Arc]) -> npt.NDArray[np.bool_]:
    """Which segments lie in the sector of a leaf, jambs beside hinge and latch excepted."""
    sectors = []
    for arc in arcs:
        sector = shapely.Polygon([arc.centre, *outline_of(arc).coords]).buffer(LEAF_M)
        jambs = shapely.MultiPoint([arc.centre, arc.start, arc.end]).buffer(JAMB_M)
        sectors.append(sector.difference(jambs))
    middles = shapely.points((segments[:, :2] + segments[:, 2:]) / 2)
    which = STRtree(sectors).query(middles, predicate="intersects")[0]
    swept = np.zeros(len(segments), dtype=np.bool_)
    swept[which] = True
    return swept


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
