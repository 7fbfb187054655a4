"""Which strokes of a level are barriers, which may draw doors, and which are voids. All lengths in metres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.hatching import without_hatching
from geo_server.ingest.dxf.profile import stroke_role
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import Segments, as_lines, lengths, segments_of
from geo_server.ingest.dxf.voids import find_crossed

LONGEST_LEAF_M = 2.4
"""A straight line on a door layer that is longer than any leaf is a wall or a glass front."""
LEAST_OUTLINE_M = 2.0
"""Shorter outlines on room layers are fixtures."""

FREE_M = 0.05
"""A column that is no nearer than this to any wall stands free."""
SAGITTA_M = 0.005
"""How far a curve may be from the segments that stand for it."""

_SOLID = frozenset({Role.WALL, Role.COLUMN})
_WITH_DOORS = (Role.DOOR, Role.GLAZING, Role.WALL)
"""Roles of layers that leaves and swings are drawn on: some offices draw doors and windows on one layer."""


@dataclass(frozen=True)
class Barriers:
    """What people cannot walk through.

    Args:
        walls: Segments of walls and columns.
        glazing: Segments of windows and glass fronts.
        doors: Strokes that may draw doors.
        voids: Openings in the floor.
        door_lines: Short straight segments on door layers: leaves, frames, thresholds.
        unsaid: Segments on layers that say nothing, which may draw windows.
        posts: Around columns that no wall touches.
        door_layers: Layers of doors and windows.
    """

    walls: Segments
    glazing: Segments
    doors: tuple[Stroke, ...]
    voids: tuple[Polygon, ...]
    door_lines: Segments
    unsaid: Segments
    posts: BaseGeometry
    door_layers: frozenset[str]

    @property
    def all(self) -> Segments:
        """Walls and glazing."""
        return np.vstack([self.walls, self.glazing])


def find_barriers(strokes: Sequence[Stroke], roles: Mapping[str, Role], outlines: Sequence[Stroke]) -> Barriers:
    """Sort the strokes of a level.

    Args:
        strokes: Of one level.
        roles: What layers are for.
        outlines: Strokes on room layers that outline no room, and so are walls.
    """
    by_role: dict[Role, list[Stroke]] = {role: [] for role in Role}
    for stroke in strokes:
        by_role[stroke_role(stroke, roles)].append(stroke)
    door_segments = segments_of(by_role[Role.DOOR])
    boxes = segments_of([s for s in by_role[Role.DOOR] if s.closed and len(s.points) == 5])
    long = (lengths(door_segments) > LONGEST_LEAF_M) & ~_among(door_segments, boxes)
    solid = without_hatching([stroke for role in _SOLID for stroke in by_role[role]])
    walls = _simple_segments([*solid, *by_role[Role.VOID], *(s for s in outlines if _length(s) >= LEAST_OUTLINE_M)])
    drawn = [s for role, of_role in by_role.items() if role is not Role.EXCLUDE for s in of_role if not s.block]
    voids = [p for s in by_role[Role.VOID] if s.closed and (p := Polygon(s.points)).is_valid and p.area > 0.5]
    return Barriers(
        walls=np.vstack([walls, door_segments[long]]),
        glazing=_simple_segments(by_role[Role.GLAZING]),
        doors=(*(s for role in _WITH_DOORS for s in by_role[role]), *(s for s in by_role[Role.UNKNOWN] if s.block)),
        voids=(*voids, *find_crossed(drawn)),
        door_lines=door_segments[~long],
        unsaid=segments_of(by_role[Role.UNKNOWN]),
        posts=_posts(by_role[Role.COLUMN], segments_of([*by_role[Role.WALL], *by_role[Role.GLAZING]])),
        door_layers=frozenset(layer for layer, role in roles.items() if role in {Role.DOOR, Role.GLAZING}),
    )


def _posts(columns: Sequence[Stroke], walls: Segments) -> BaseGeometry:
    """Outlines of columns that stand free, however they are drawn."""
    if not columns:
        return shapely.MultiLineString()
    lines = np.array([shapely.LineString(column.points) for column in columns], dtype=object)
    parts = shapely.get_parts(shapely.union_all(shapely.buffer(lines, FREE_M)))
    free = np.ones(len(parts), dtype=np.bool_)
    free[shapely.STRtree(parts).query(as_lines(walls), predicate="intersects")[1]] = False
    return shapely.union_all(parts[free])


def _simple_segments(strokes: Sequence[Stroke]) -> Segments:
    """Segments of strokes whose curves are drawn with no more points than 5 mm ask for."""
    strokes = list(strokes)
    curved = [index for index, stroke in enumerate(strokes) if len(stroke.points) > 6]
    lines = shapely.linestrings(
        np.concatenate([np.empty((0, 2)), *(strokes[index].points for index in curved)]),
        indices=np.repeat(np.arange(len(curved)), [len(strokes[index].points) for index in curved]),
    )
    for index, line in zip(curved, shapely.simplify(lines, SAGITTA_M), strict=True):
        strokes[index] = replace(strokes[index], points=shapely.get_coordinates(line))
    return segments_of(strokes)


def _among(segments: Segments, others: Segments) -> npt.NDArray[np.bool_]:
    """Which segments are sides of boxes: the track of an overhead door, the panel of a sliding one."""
    known = {tuple(row) for row in others.tolist()}
    return np.array([tuple(row) in known for row in segments.tolist()], dtype=np.bool_)


def _length(stroke: Stroke) -> float:
    return float(shapely.length(shapely.linestrings(stroke.points)))
