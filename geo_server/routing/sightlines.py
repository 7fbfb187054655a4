"""What can be seen from a place inside a polygon: the area that straight ways reach.

Method: rays to every vertex, and beside each corner one to its either side; each ends where it first meets an edge. Of n
vertices it costs n² operations in numpy. Units are metres.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.routing.visibility import Floats, Space, Vertex, reflex

SPACING_M = 0.5
"""A line looks around from places on it that are no farther apart."""

GRID_M = 1e-4
"""Areas that cannot be joined or cut exactly have their vertices on a grid of this."""

BESIDE_RAD = 1e-6
"""Angle between a ray that meets a corner and one that passes it."""

INSET_M = 1e-4
"""A place on the boundary is moved inwards by this before it looks around."""


IN_LINE_M = 1e-6
"""Rays that end in one line with their neighbours to this are left out."""

ROUND = 8
"""Segments of a quarter circle."""

CIRCUMSCRIBED = 1 / math.cos(math.pi / 4 / ROUND)
"""What a circle of such segments is widened by, so that it leaves nothing out."""

AT_ONCE = 2_000_000
"""Rays times edges that are worked on in one piece: 16 MB an array."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """A polygon to look around in.

    Args:
        polygon: Where sight passes.
    """

    polygon: Polygon

    @cached_property
    def edges(self) -> tuple[Floats, Floats]:
        """Starts and ends of its edges."""
        return edges(self.polygon)

    @cached_property
    def corners(self) -> Floats:
        """Where sight goes past an edge, shape (n, 2)."""
        return reflex(self.polygon)[0]

    def seen_from(self, x: float, y: float) -> BaseGeometry:
        """The area that can be seen from a place on it, in metres."""
        return _swept(*self.edges, self.corners, _inside(self.polygon, x, y), 0.0)


def visible_area(space: Space, x: float, y: float) -> BaseGeometry:
    """The area that can be seen from a place on a space, in metres."""
    return space.seen.get((x, y), lambda: _in_space(space, _inside(space.polygon, x, y), 0.0))


def area_before(space: Space, region: BaseGeometry) -> BaseGeometry:
    """The area that can be seen from somewhere on a line of a space, or on the outline of a part of it, in metres."""
    return space.seen.get(region, lambda: join([visible_area(space, *place) for place in places_along(region)]))


def join(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Some areas as one. Edges that nearly lie in one line can defeat the exact way; then on a grid, which cannot be."""
    try:
        return shapely.union_all(shapes)
    except shapely.GEOSException:
        return shapely.union_all(shapes, grid_size=GRID_M)


def places_along(region: BaseGeometry) -> list[Vertex]:
    """Where a line, or the outline of an area, looks around from."""
    line = region.boundary if region.geom_type in {"Polygon", "MultiPolygon"} else region
    return [(x, y) for x, y in shapely.get_coordinates(shapely.segmentize(line, SPACING_M)).tolist()]


def overlap(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """What two areas have in common, as exactly as :func:`join`."""
    return overlaps(np.array([one], dtype=object), np.array([other], dtype=object))[0]


def overlaps(some: npt.NDArray[np.object_], others: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """What each of some areas has in common with its other one, as exactly as :func:`join`."""
    try:
        return np.asarray(shapely.intersection(some, others))
    except shapely.GEOSException:
        return np.asarray(shapely.intersection(some, others, grid_size=GRID_M))


def area_before_disc(space: Space, centre: Point, radius_m: float) -> BaseGeometry:
    """The disc, and the area that straight ways out of it reach in a space: of each place the one from its nearest point there.

    Walls inside the disc do not count: what is behind them is in the disc too.
    """
    before = _in_space(space, np.array([centre.x, centre.y]), radius_m)
    disc = centre.buffer(radius_m * CIRCUMSCRIBED, quad_segs=ROUND)
    return overlap(join([before, disc]), space.polygon)


def _in_space(space: Space, eye: Floats, radius_m: float) -> BaseGeometry:
    return _swept(*edges(space.polygon), space.corners, eye, radius_m)


def _swept(starts: Floats, ends: Floats, corners: Floats, eye: Floats, radius_m: float) -> BaseGeometry:
    """What rays from a place meet, walls nearer than the radius left out."""
    towards = np.arctan2(starts[:, 1] - eye[1], starts[:, 0] - eye[0])
    past = np.arctan2(corners[:, 1] - eye[1], corners[:, 0] - eye[0])
    angles = np.unique(np.concatenate([towards, past - BESIDE_RAD, past + BESIDE_RAD]))
    rays = np.column_stack([np.cos(angles), np.sin(angles)])
    pieces = np.array_split(rays, 1 + len(rays) * len(starts) // AT_ONCE)
    metres = np.concatenate([_first_hits(eye, piece, starts, ends, radius_m) for piece in pieces])
    met = np.isfinite(metres)
    seen = eye + rays[met] * metres[met, None]
    area = Polygon(seen).simplify(IN_LINE_M) if len(seen) >= 3 else Polygon()
    return area if area.is_valid else shapely.make_valid(area)


def _inside(polygon: Polygon, x: float, y: float) -> Floats:
    """The place itself, or one beside it that is well inside."""
    place = Point(x, y)
    inner = polygon.buffer(-INSET_M, join_style="mitre")
    if inner.is_empty or inner.covers(place):
        return np.array([x, y])
    return np.asarray(shapely.get_coordinates(shapely.shortest_line(inner, place))[0])


def edges(polygon: Polygon) -> tuple[Floats, Floats]:
    """Starts and ends of all edges of a polygon's rings, each shape (n, 2)."""
    rings = [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]
    return np.concatenate([ring[:-1] for ring in rings]), np.concatenate([ring[1:] for ring in rings])


def _first_hits(eye: Floats, rays: Floats, starts: Floats, ends: Floats, radius_m: float) -> Floats:
    """Metres along each ray to the first edge that it meets beyond the radius, shape (rays,)."""
    edge, gap = ends - starts, starts - eye
    across = rays[:, :1] * edge[None, :, 1] - rays[:, 1:] * edge[None, :, 0]
    gap_cross_edge = gap[:, 0] * edge[:, 1] - gap[:, 1] * edge[:, 0]
    gap_cross_ray = gap[None, :, 0] * rays[:, 1:] - gap[None, :, 1] * rays[:, :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = gap_cross_edge[None] / across
        share = gap_cross_ray / across
        hit = (across != 0) & (along > radius_m) & (share >= -1e-12) & (share <= 1 + 1e-12)
    return np.asarray(np.where(hit, along, np.inf).min(axis=1), dtype=np.float64)
