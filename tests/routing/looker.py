"""Who looks from a place, by means of its own: rays to places along a route, each tried by shapely against every wall.

It shares no code with the planner. A ray is stopped by any edge of a zone, but not in a gap or at a transparent wall, and
by any opaque wall.
"""

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, OpeningCategory
from geo_server.domain.routes import Leg

STEP_M = 0.02
"""Places along a route are so far apart."""


class Looker:
    """Looks from places on the only level of a floorplan."""

    def __init__(self, floorplan: Floorplan, eyes: list[Point]) -> None:
        gaps = [o.line.buffer(0.25, cap_style="flat") for o in floorplan.openings if o.category is OpeningCategory.GAP]
        glass = [w.line.buffer(w.thickness_m / 2 + 0.01, cap_style="flat") for w in floorplan.walls if w.transparent]
        through = shapely.union_all([*gaps, *glass])
        edges = [zone.polygon.boundary for zone in floorplan.zones]
        opaque = [wall.line for wall in floorplan.walls if not wall.transparent]
        self.stops: BaseGeometry = shapely.union_all([*edges, *opaque]) - through
        shapely.prepare(self.stops)
        self.eyes = np.array(eyes, dtype=object)

    def sees(self, places: list[Point]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Whether each place is seen from any eye."""
        rays = shapely.shortest_line(self.eyes[:, None], np.array(places, dtype=object)[None, :])
        return np.asarray(~shapely.intersects(self.stops, rays).all(axis=0), dtype=np.bool_)

    def seconds(self, legs: tuple[Leg, ...]) -> float:
        """Seconds of a route in sight."""
        return sum(self._of_leg(leg) for leg in legs)

    def _of_leg(self, leg: Leg) -> float:
        line = LineString(leg.coordinates)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(np.asarray(leg.coordinates), axis=0).T))])
        bounds = np.linspace(0.0, line.length, 1 + max(1, round(line.length / STEP_M)))
        middles = [line.interpolate(metres) for metres in (bounds[1:] + bounds[:-1]) / 2]
        taken = np.diff(np.interp(bounds, along, leg.arrive_s))
        return float(taken[self.sees(middles)].sum())
