"""The spaces of a level with an index, and what lies on both sides of a door.

Which spaces a door joins is found by looking a little way to both sides of its wall, so it does not matter whether
neighbours share an edge or leave the wall's thickness between them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point

from geo_server.domain.places import Level
from geo_server.ingest.spaces.values import Space

ON_WALL_M = 0.35
"""A door may lie this far from the outline of a space: doors are often mapped on one face of a thick wall."""

PROBES_M = (0.03, 0.1, 0.25, 0.45, 0.7)
"""How far to both sides of a door to look for a space, nearest first. The last passes a wall of 70 cm."""

Direction = npt.NDArray[np.float64]
"""A unit vector, shape (2,)."""


@dataclass(frozen=True, slots=True)
class LevelIndex:
    """The spaces of one level, found by place."""

    ordinal: int
    level_id: UUID
    spaces: Sequence[Space]
    tree: shapely.STRtree
    edges: shapely.STRtree

    def space_at(self, point: Point) -> Space | None:
        """The first space that a point lies in."""
        hits = self.tree.query(point, "intersects")
        return self.spaces[int(min(hits))] if len(hits) else None

    def wall_at(self, point: Point) -> Direction | None:
        """The direction of the wall that a point lies on; None when none is near."""
        nearest = self.edges.query_nearest(point, max_distance=ON_WALL_M)
        return None if len(nearest) == 0 else _wall_direction(self.spaces[int(min(nearest))], point)

    def sides(self, point: Point, wall: Direction, probes_m: Sequence[float] = PROBES_M) -> list[Space | None]:
        """The spaces to the left and to the right of a wall at a point."""
        return [self._first_space(point, wall, sign, probes_m) for sign in (1, -1)]

    def _first_space(self, point: Point, wall: Direction, sign: int, probes_m: Sequence[float]) -> Space | None:
        across = np.array([-wall[1], wall[0]]) * sign
        for depth in probes_m:
            space = self.space_at(Point(point.x + across[0] * depth, point.y + across[1] * depth))
            if space is not None:
                return space
        return None


def index_levels(spaces: Sequence[Space], levels: Iterable[Level]) -> dict[UUID, LevelIndex]:
    """An index for each level that holds spaces, by the id of the level."""
    by_level: defaultdict[UUID, list[Space]] = defaultdict(list)
    for space in spaces:
        by_level[space.zone.level_id].append(space)
    return {
        level.id: LevelIndex(
            level.ordinal,
            level.id,
            by_level[level.id],
            shapely.STRtree([space.zone.polygon for space in by_level[level.id]]),
            shapely.STRtree([space.zone.polygon.boundary for space in by_level[level.id]]),
        )
        for level in levels
        if level.id in by_level
    }


def direction_of(line: LineString) -> Direction | None:
    """From the first vertex of a line to its last; None when they are one."""
    first, last = np.array(line.coords[0][:2]), np.array(line.coords[-1][:2])
    length = float(np.linalg.norm(last - first))
    return None if length == 0 else np.asarray((last - first) / length)


def _wall_direction(space: Space, point: Point) -> Direction:
    """Unit vector of the longest stretch of outline through a point."""
    rings = [space.zone.polygon.exterior, *space.zone.polygon.interiors]
    segments = [LineString(pair) for ring in rings for pair in pairwise(ring.coords)]
    away = shapely.distance(np.array(segments), point)
    through = [s for s, d in zip(segments, away, strict=True) if d <= min(away) + 0.02 and s.length > 0]
    corners = shapely.get_coordinates(max(through, key=lambda s: s.length))
    along = corners[1] - corners[0]
    return np.asarray(along / np.linalg.norm(along))
