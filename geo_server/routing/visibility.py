"""Exact shortest paths inside one polygon with holes: the visibility graph over its reflex corners.

Terminology:
    space: a polygon in which one can walk; its holes are columns and inner walls.
    corner: a vertex where the inside angle is over 180 degrees. A shortest path bends at corners only.
    terminal: where a path begins or ends: a point, or a line of which any point will do.
    sight: the straight way from a terminal to a corner, of its least length, or infinite where walls are between.

That sights of least length suffice for a line as terminal: slide the end of a path's first piece along the (straight)
line towards the nearest point of the corner it leads to. The piece gets shorter until it is there, or until it touches
another corner, and then the path is one that leads to that corner first. For discs and polygons see
``whereabouts``.

Method: Lozano-Pérez and Wesley 1979, with edges that are not tangent at a corner left out. Lengths are metres.
A wall thinner than 2 mm inside one polygon is not seen (:data:`TOLERANCE_M`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.routing.kept import Kept

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Vertex: TypeAlias = tuple[float, float]

TOLERANCE_M = 1e-3
"""A straight way may leave the polygon by this much: terminals lie on its boundary only up to rounding."""

FLAT = 1e-6
"""Sine of the turn below which three vertices are in one line."""

SEEN_KEPT = 1000
"""Areas that stay with a space: more than a long corridor has corners and samples of doors."""

SHORTEST_M = 1e-9
"""What a way of no length counts, so that a sparse matrix keeps it."""


def vertex_of(point: Point) -> Vertex:
    """A point as a vertex."""
    return (float(point.x), float(point.y))


@dataclass(frozen=True, eq=False)
class Space:
    """A polygon with the shortest paths between its corners.

    Args:
        polygon: Where one can walk.
        grown: The polygon, larger by the tolerance; prepared.
        corners: Shape (n, 2).
        before: Vertex before each corner, shape (n, 2).
        after: Vertex after each corner, shape (n, 2).
        metres: Shortest path between corners, shape (n, n); infinite where there is none.
        previous: Corner before the last on it, shape (n, n); negative where there is none.
    """

    polygon: Polygon
    grown: BaseGeometry
    corners: Floats
    before: Floats
    after: Floats
    metres: Floats
    previous: npt.NDArray[np.int32]

    @cached_property
    def seen(self) -> Kept[Vertex | BaseGeometry, BaseGeometry]:
        """Areas that can be seen from places and lines in it (see :mod:`geo_server.routing.sightlines`)."""
        return Kept(SEEN_KEPT)

    def sights(self, terminals: Sequence[BaseGeometry] | npt.NDArray[np.object_]) -> Floats:
        """Least straight way from each terminal to each corner, shape (terminals, corners)."""
        count, n = len(terminals), len(self.corners)
        if not count or not n:
            return np.full((count, n), np.inf)
        shapes = np.asarray(terminals, dtype=object)
        if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
            starts = np.broadcast_to(shapely.get_coordinates(shapes)[:, None], (count, n, 2))
        else:
            lines = shapely.shortest_line(shapes[:, None], shapely.points(self.corners)[None])
            starts = shapely.get_coordinates(shapely.get_point(lines, 0)).reshape(count, n, 2)
        # Most ways end at their corner: only those that go on are made lines of.
        useful = self._tangent(starts)
        _, corner = np.nonzero(useful)
        sights = np.full((count, n), np.inf)
        sights[useful] = self.open_lengths(lines_between(starts[useful], self.corners[corner]))
        return sights

    def open_lengths(self, lines: npt.NDArray[np.object_], wanted: npt.NDArray[np.bool_] | None = None) -> Floats:
        """Lengths of straight lines, infinite for those that meet a wall or are not wanted."""
        wanted = np.ones(lines.shape, dtype=bool) if wanted is None else wanted
        lengths = np.full(lines.shape, np.inf)
        chosen = lines[wanted]
        lengths[wanted] = np.where(shapely.covers(self.grown, chosen), shapely.length(chosen), np.inf)
        return lengths

    def to_corners(self, sights: Floats) -> Floats:
        """Shortest way from each terminal to each corner, shape (terminals, corners), from the terminals' sights."""
        if not sights.size:
            return sights
        return np.stack([(row[:, None] + self.metres).min(axis=0) for row in sights])

    def _tangent(self, starts: Floats) -> npt.NDArray[np.bool_]:
        """Whether a way from a start to a corner can go on round it: both neighbours lie on one side, or in line."""
        way = self.corners[None] - starts
        side_before = _cross(way, (self.before - self.corners)[None])
        side_after = _cross(way, (self.after - self.corners)[None])
        slack = TOLERANCE_M * (np.linalg.norm(way, axis=-1) + 1.0)
        same = side_before * side_after >= 0
        return np.asarray(same | (np.abs(side_before) < slack) | (np.abs(side_after) < slack), dtype=np.bool_)


def lines_between(starts: Floats, ends: Floats) -> npt.NDArray[np.object_]:
    """Straight lines from some places to as many others, shape (n,)."""
    return np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)


def build_space(polygon: Polygon) -> Space:
    """The space of a polygon. Any orientation of its rings; repeated vertices do no harm."""
    grown = polygon.buffer(TOLERANCE_M, join_style="mitre")
    shapely.prepare(grown)
    corners, before, after = reflex(polygon)
    n = len(corners)
    empty = np.zeros((n, n))
    bare = Space(polygon, grown, corners, before, after, empty, empty.astype(np.int32))
    if n == 0:
        return bare
    seen = bare.sights(shapely.points(corners))
    both = np.isfinite(seen) & np.isfinite(seen.T)
    np.fill_diagonal(both, val=False)
    tail, head = np.nonzero(both)
    matrix = csr_array((np.maximum(seen[tail, head], SHORTEST_M), (tail, head)), shape=(n, n))
    metres, previous = dijkstra(matrix, directed=True, return_predecessors=True)
    return Space(polygon, grown, corners, before, after, metres, previous)


def shortest_way(
    space: Space, sights_from: Floats, from_corners: Floats, sights_to: Floats, straight: float
) -> tuple[float, list[Vertex]]:
    """The shortest way between two terminals.

    Args:
        space: Their space.
        sights_from: Sights of the first, shape (corners,).
        from_corners: Its shortest ways to all corners, shape (corners,).
        sights_to: Sights of the second.
        straight: Length of the straight way between them, infinite where walls are between.

    Returns:
        Metres, and the corners passed in order. Infinite and none when there is no way.
    """
    if not len(space.corners):
        return straight, []
    sums = from_corners + sights_to
    last = int(np.argmin(sums))
    if not sums[last] < straight:
        return straight, []
    first = int(np.argmin(sights_from + space.metres[:, last]))
    passed = [last]
    while passed[-1] != first:
        passed.append(int(space.previous[first, passed[-1]]))
    return float(sums[last]), [(float(x), float(y)) for x, y in space.corners[passed[::-1]]]


def reflex(polygon: Polygon) -> tuple[Floats, Floats, Floats]:
    """Reflex corners with the vertices before and after them, each shape (n, 2). The inside lies to the left."""
    corners, before, after = [], [], []
    oriented = shapely.orient_polygons(polygon)
    for ring in (oriented.exterior, *oriented.interiors):
        xy = np.asarray(shapely.get_coordinates(ring)[:-1])
        xy = xy[np.any(xy != np.roll(xy, 1, axis=0), axis=1)]
        back, ahead = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
        turn = _cross(xy - back, ahead - xy)
        scale = np.linalg.norm(xy - back, axis=1) * np.linalg.norm(ahead - xy, axis=1)
        bends = turn < -FLAT * scale
        corners.append(xy[bends])
        before.append(back[bends])
        after.append(ahead[bends])
    return np.concatenate(corners), np.concatenate(before), np.concatenate(after)


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], dtype=np.float64)
