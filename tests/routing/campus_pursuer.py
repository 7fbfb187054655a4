"""A pursuer on a campus, again by means of its own: two levels, yards, open ground, stairs and an elevator.

On each level it moves in one true shape along exact shortest ways (Dijkstra over every vertex at which a way can bend, sight
lines tested by shapely alone): zones and doorways, and on the ground all that is not building. It starts anywhere in a disc or
in a polygon, whichever walls cross that. Whether it meets somebody is asked of shapely only where it would be in time if no
wall were between.
"""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, Level, TransitionCategory, ZoneCategory

ELEVATOR_MPS = 2.5
WALL_M = 0.15
AROUND_M = 30.0
RIM_M = 0.5
"""Between places at which it comes out of a polygon."""

HARDLY_S = 1e-9
"""What a way of no length takes, so that a sparse matrix keeps it."""

Floats = npt.NDArray[np.float64]


class CampusGround:
    """Where one can be on a campus whose ground level has ordinal 0, and all straight ways there from bend to bend."""

    def __init__(self, floorplan: Floorplan) -> None:
        self.floorplan = floorplan
        self.shapes = {level.id: free_shape(floorplan, level) for level in floorplan.levels}
        self.free = {level: shape.buffer(1e-6, join_style="mitre") for level, shape in self.shapes.items()}
        for free in self.free.values():
            shapely.prepare(free)
        ends: dict[UUID, list[tuple[float, float]]] = {level: [] for level in self.shapes}
        self.flights = []
        for t in floorplan.transitions:
            both = [floorplan.zone_by_id[zone].level_id for zone in t.zones]
            self.flights.append((t, [(level, len(ends[level])) for level in both]))
            for level, end in zip(both, (0, -1), strict=True):
                ends[level].append(t.geometry.coords[end])
        self.places = {
            level: np.concatenate([np.array(ends[level]).reshape(-1, 2), bends(shape)])
            for level, shape in self.shapes.items()
        }
        counts = [len(places) for places in self.places.values()]
        self.first = dict(zip(self.places, np.cumsum([0, *counts[:-1]]).tolist(), strict=True))
        self.tails, self.heads, self.metres = (
            np.concatenate(parts) for parts in zip(*map(self._straight, self.places), strict=True)
        )

    def _straight(self, level: UUID) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
        places, first = self.places[level], self.first[level]
        a, b = np.triu_indices(len(places), 1)
        seen = self.sees(level, places[a], places[b])
        a, b = a[seen], b[seen]
        return a + first, b + first, np.hypot(*(places[a] - places[b]).T)

    def sees(self, level: UUID, one: Floats, other: Floats) -> npt.NDArray[np.bool_]:
        """Whether straight ways from some places to as many others are free."""
        lines = shapely.linestrings(np.stack([one, other], axis=1))
        return np.asarray(shapely.covers(self.free[level], lines), dtype=np.bool_)

    def pursuer(self, level_id: UUID, within: BaseGeometry, rim: list[Point], speed_mps: float) -> "CampusPursuer":
        """Whoever is somewhere in a shape, wherever one can be there.

        Args:
            level_id: The level.
            within: The shape; it is there from the first, in all of it.
            rim: Places at which it comes out.
            speed_mps: How fast it moves.
        """
        out = shapely.get_coordinates(rim).reshape(-1, 2)
        places = self.places[level_id]
        n = sum(len(one) for one in self.places.values())
        a, b = (side.ravel() for side in np.indices((len(out), len(places))))
        apart = np.where(self.sees(level_id, out[a], places[b]), np.hypot(*(out[a] - places[b]).T), np.inf)
        begun_s = apart.reshape(len(out), len(places)).min(axis=0, initial=np.inf) / speed_mps
        begun_s[shapely.intersects(within, shapely.points(places))] = 0.0
        starts = np.flatnonzero(np.isfinite(begun_s))
        tails, heads, seconds = [self.tails], [self.heads], [self.metres / speed_mps]
        for flight, ((low, foot), (high, head)) in self.flights:
            rides = flight.category is TransitionCategory.ELEVATOR
            tails.append(np.array([self.first[low] + foot]))
            heads.append(np.array([self.first[high] + head]))
            seconds.append(np.array([flight.length_m / (ELEVATOR_MPS if rides else speed_mps)]))
        tails.append(np.full(len(starts), n))
        heads.append(starts + self.first[level_id])
        seconds.append(begun_s[starts])
        weights = np.maximum(np.concatenate(seconds), HARDLY_S)
        graph = csr_array((weights, (np.concatenate(tails), np.concatenate(heads))), shape=(n + 1, n + 1))
        (there_s,) = dijkstra(graph, directed=False, indices=[n])
        sources = {
            level: (
                np.concatenate([one, out]) if level == level_id else one,
                np.concatenate(
                    [there_s[self.first[level] :][: len(one)], np.zeros(len(out) if level == level_id else 0)]
                ),
            )
            for level, one in self.places.items()
        }
        return CampusPursuer(self, speed_mps, level_id, within, sources)


@dataclass(frozen=True, eq=False)
class CampusPursuer:
    """Earliest seconds at any place of a campus.

    Args:
        sources: By level: places from which it goes on straight, shape (v, 2), and the seconds at which it is there.
    """

    ground: CampusGround
    speed_mps: float
    level_id: UUID
    within: BaseGeometry
    sources: dict[UUID, tuple[Floats, Floats]]

    def seconds_to_each(self, level: UUID, places: list[Point]) -> Floats:
        """Seconds to each of some places of a level; infinite where it never comes."""
        return self._soonest(level, shapely.get_coordinates(places).reshape(-1, 2), np.full(len(places), np.inf))

    def ahead(self, level: UUID, places: Floats, left_s: Floats) -> float:
        """Least seconds by which it is later than others at some places; infinite where it is nowhere sooner.

        Args:
            level: The level.
            places: Shape (p, 2).
            left_s: When the others have left them.
        """
        return float((self._soonest(level, places, left_s) - left_s).min(initial=np.inf))

    def _soonest(self, level: UUID, places: Floats, before_s: Floats) -> Floats:
        """Seconds to places, infinite where it is not there before some moment, shape (p,)."""
        origins, at_s = self.sources[level]
        metres = np.hypot(*(origins[:, None] - places[None]).transpose(2, 0, 1))
        seconds = at_s[:, None] + metres / self.speed_mps
        tail, head = np.nonzero(seconds < before_s[None])
        seen = self.ground.sees(level, origins[tail], places[head])
        soonest = np.full(len(places), np.inf)
        np.minimum.at(soonest, head[seen], seconds[tail[seen], head[seen]])
        if level == self.level_id:
            soonest[shapely.intersects(self.within, shapely.points(places))] = 0.0
        return soonest


def bends(shape: BaseGeometry) -> Floats:
    """The vertices of a shape at which a shortest way in it can bend: where its inside is more than a half turn."""
    found = []
    for polygon in shapely.get_parts(shape):
        for ring, is_hole in [(polygon.exterior, False), *((hole, True) for hole in polygon.interiors)]:
            xy = np.asarray(ring.coords)[:-1]
            back, on = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
            to_left = back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0]
            found.append(xy[to_left < 0 if ring.is_ccw is not is_hole else to_left > 0])
    return np.concatenate(found)


def free_shape(floorplan: Floorplan, level: Level) -> BaseGeometry:
    """Where one can be on a level: zones, doorways, and on the ground whatever is not building."""
    zones = [zone for zone in floorplan.zones if zone.level_id == level.id]
    doorways = [o.line.buffer(0.25, cap_style="flat") for o in floorplan.openings if o.level_id == level.id]
    shapes: list[BaseGeometry] = [*(zone.polygon for zone in zones), *doorways]
    if level.ordinal == 0:
        shapes.append(shapely.box(*footprint(floorplan, level).buffer(AROUND_M).bounds) - footprint(floorplan, level))
    return shapely.union_all(shapes)


def footprint(floorplan: Floorplan, level: Level) -> BaseGeometry:
    """The indoor zones of a level with the walls between and around them; nothing in it is open ground."""
    indoors = [z.polygon for z in floorplan.zones if z.level_id == level.id and z.category is not ZoneCategory.OUTDOOR]
    zones = shapely.union_all(indoors)
    # Shrunk with mitred corners a jagged outline loses more than it was grown by.
    shrunk = zones.buffer(0.5, join_style="mitre").buffer(WALL_M - 0.5, join_style="mitre")
    grown = shapely.union(shrunk, zones.buffer(WALL_M, join_style="mitre"))
    return MultiPolygon([Polygon(part.exterior) for part in shapely.get_parts(grown)])


def places_in_disc(free: BaseGeometry, centre: Point, radius_m: float) -> list[Point]:
    """The centre and two rings of a disc, as far as one can be there."""
    rings = [centre.buffer(radius_m * part, quad_segs=6) for part in (0.5, 0.999)] if radius_m else []
    places = [centre, *(Point(xy) for ring in rings for xy in ring.exterior.coords[:-1])]
    return [place for place in places if free.covers(place)]


def places_in_polygon(free: BaseGeometry, polygon: Polygon) -> list[Point]:
    """Places all round what of a polygon one can be in."""
    inside = shapely.get_parts(free & polygon)
    rims = [part.boundary for part in inside if isinstance(part, Polygon)]
    return [Point(xy) for rim in rims for xy in shapely.get_coordinates(shapely.segmentize(rim, RIM_M)).tolist()]


def chase(ground: CampusGround, danger: Threat) -> CampusPursuer:
    """The pursuer from anywhere in the disc or polygon of a threat, as fast as that is."""
    free = ground.shapes[danger.level_id]
    if danger.polygon is not None:
        within: BaseGeometry = danger.polygon & free
        return ground.pursuer(danger.level_id, within, places_in_polygon(free, danger.polygon), danger.speed_mps)
    within = danger.point.buffer(danger.radius_m * 0.999) & free
    rim = places_in_disc(free, danger.point, danger.radius_m)
    return ground.pursuer(danger.level_id, within, rim, danger.speed_mps)
