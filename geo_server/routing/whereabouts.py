"""Where a threat may be, and how far it is from there, at least, to the places of a zone.

Terminology:
    core: a place or a polygon. A threat may be wherever that is within a radius: in a disc, or in a polygon (radius 0).

Straight ways begin in the part of it that is in the zone; never do they count the distance to the core less the radius, which
is wrong where a wall crosses a disc. A straight way to a disc is shortest where the rim is nearest. While its end slides there
along the rim (a disc is convex), it may touch a corner, and then the way is one by that corner (as for lines, see
``visibility``); or its end may come to a wall, so where walls cross the rim is tried too. Whoever leaves a polygon crosses one
of its edges within the zone: those are lines, and each is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.routing.sightlines import CIRCUMSCRIBED, ROUND, edges
from geo_server.routing.visibility import Floats, Space


@dataclass(frozen=True)
class Whereabouts:
    """Where a threat may be, in the coordinates of one level.

    Args:
        middle: Where it was last known to be: the place, or one inside the polygon.
        core: The same place, or the polygon.
        radius_m: How far from the core it may be; 0 for a polygon.
    """

    middle: Point
    core: Point | Polygon
    radius_m: float

    def moved(self, shift_m: Sequence[float] | npt.NDArray[np.float64]) -> "Whereabouts":
        """The same in other coordinates."""
        middle, core = (shapely.transform(shape, lambda xy: xy + shift_m) for shape in (self.middle, self.core))
        return Whereabouts(middle, core, self.radius_m)

    def grown_to(self, radius_m: float) -> "Whereabouts":
        """All within at least a radius of the core."""
        if isinstance(self.core, Point):
            return Whereabouts(self.middle, self.core, max(self.radius_m, radius_m))
        return Whereabouts(self.middle, self.core.buffer(radius_m * CIRCUMSCRIBED, quad_segs=ROUND), 0.0)

    def with_all_of(self, areas: Sequence[Polygon]) -> "Whereabouts":
        """There or in some areas that it touches, and whatever these lie around."""
        own = (
            self.core
            if isinstance(self.core, Polygon)
            else self.core.buffer(self.radius_m * CIRCUMSCRIBED, quad_segs=ROUND)
        )
        joined = shapely.union_all([own, *areas])
        parts = [Polygon(part.exterior) for part in shapely.get_parts(joined) if isinstance(part, Polygon)]
        return Whereabouts(self.middle, max(parts, key=lambda part: part.area), 0.0)

    def metres_to(self, places: Sequence[BaseGeometry] | npt.NDArray[np.object_]) -> Floats:
        """Straight metres to some places, whatever stands in between; 0 to where it may be, shape (places,)."""
        if not len(places):
            return np.zeros(0)
        apart: Floats = shapely.distance(np.asarray(places, dtype=object), self.core)
        return np.asarray(np.maximum(apart - self.radius_m, 0.0))

    def straight_m(self, space: Space, places: npt.NDArray[np.object_]) -> Floats:
        """Straight ways in a space from where it may be there to places of it: 0 there, infinite where walls are between."""
        if not len(places):
            return np.zeros(0)
        if isinstance(self.core, Point):
            return _from_disc(space, places, self.core, self.radius_m)
        return _from_polygon(space, places, self.core)


def _from_polygon(space: Space, places: npt.NDArray[np.object_], polygon: Polygon) -> Floats:
    outside = shapely.distance(places, polygon) > 0
    left_by = rim_within(space, polygon)
    metres = np.full(len(places), np.inf)
    if outside.any() and len(left_by):
        metres[outside] = space.open_lengths(shapely.shortest_line(places[outside, None], left_by[None, :])).min(axis=1)
    return np.where(outside, metres, 0.0)


def rim_within(space: Space, polygon: Polygon) -> npt.NDArray[np.object_]:
    """The edges of a polygon as far as they are in a space: straight lines, or the place where it only touches."""
    inside = shapely.intersection(polygon.boundary, space.grown)
    lines = [LineString(pair) for part in shapely.get_parts(inside) for pair in _pairs(part)]
    return np.asarray(lines, dtype=object)


def _pairs(part: BaseGeometry) -> Floats:
    xy = shapely.get_coordinates(part)
    return np.stack([xy[:-1], xy[1:]], axis=1) if len(xy) > 1 else np.stack([xy, xy], axis=1)


def _from_disc(space: Space, places: npt.NDArray[np.object_], centre: Point, radius_m: float) -> Floats:
    """The ways end where the rim is nearest or, where a wall crosses the disc before that, where it crosses the rim."""
    ends = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(places, centre), 0))
    middle = np.array([centre.x, centre.y])
    apart = np.linalg.norm(ends - middle, axis=1)
    outside = apart > radius_m
    scale = np.divide(radius_m, apart, out=np.ones_like(apart), where=apart > 0)
    rim = middle + (ends - middle) * np.minimum(scale, 1.0)[:, None]
    lines = shapely.linestrings(np.stack([ends, rim], axis=1))
    nearest = space.open_lengths(np.asarray(lines, dtype=object), outside)
    crossings = shapely.points(_on_rim(space.polygon, middle, radius_m))
    if len(crossings):
        to_walls = space.open_lengths(shapely.shortest_line(places[:, None], crossings[None, :]))
        nearest = np.minimum(nearest, to_walls.min(axis=1))
    return np.where(outside, nearest, 0.0)


def _on_rim(polygon: Polygon, middle: Floats, radius_m: float) -> Floats:
    """Where a polygon's edges cross the rim of a disc, shape (n, 2): roots of |start + share * edge - middle| = radius."""
    starts, ends = edges(polygon)
    edge, off = ends - starts, starts - middle
    a, b, c = (edge * edge).sum(axis=1), (edge * off).sum(axis=1), (off * off).sum(axis=1) - radius_m**2
    met = (b * b - a * c >= 0) & (a > 0)
    root = np.sqrt((b * b - a * c)[met])
    shares = np.stack([(-b[met] - root) / a[met], (-b[met] + root) / a[met]])
    on_edge = (shares >= 0) & (shares <= 1)
    return np.asarray((starts[met] + shares[..., None] * edge[met])[on_edge], dtype=np.float64)
