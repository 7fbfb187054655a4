"""A pursuer on a campus, again by means of its own: two levels, yards, open ground, stairs and an elevator.

On each level it moves in one true shape along exact shortest ways (Dijkstra over every vertex, sight lines tested by
shapely alone): zones and doorways, and on the ground all that is not building. It starts anywhere in a disc, whichever
walls cross that.
"""

from itertools import combinations
from uuid import UUID

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, Level, TransitionCategory, ZoneCategory

ELEVATOR_MPS = 2.5
WALL_M = 0.15
AROUND_M = 30.0


class CampusPursuer:
    """Earliest seconds at any place of a campus whose ground level has ordinal 0."""

    def __init__(self, floorplan: Floorplan, level_id: UUID, beginnings: list[Point], speed_mps: float) -> None:
        self.speed_mps = speed_mps
        shapes = {level.id: free_shape(floorplan, level) for level in floorplan.levels}
        self.free = {level: shape.buffer(1e-6, join_style="mitre") for level, shape in shapes.items()}
        for free in self.free.values():
            shapely.prepare(free)
        ends = [
            (
                t,
                [
                    (floorplan.zone_by_id[z].level_id, Point(t.geometry.coords[k]))
                    for z, k in zip(t.zones, (0, -1), strict=True)
                ],
            )
            for t in floorplan.transitions
        ]
        self.points = {
            level: np.concatenate(
                [
                    shapely.points(shapely.get_coordinates(shape)),
                    np.array([p for _, both in ends for at, p in both if at == level], dtype=object),
                    np.array(beginnings if level == level_id else [], dtype=object),
                ]
            )
            for level, shape in shapes.items()
        }
        graph = nx.Graph()
        for level, points in self.points.items():
            pairs = np.array(list(combinations(range(len(points)), 2)))
            lines = shapely.shortest_line(points[pairs[:, 0]], points[pairs[:, 1]])
            open_ = shapely.covers(self.free[level], lines)
            for (a, b), metres in zip(pairs[open_].tolist(), shapely.length(lines[open_]).tolist(), strict=True):
                graph.add_edge((level, a), (level, b), seconds=metres / speed_mps)
        for transition, ((low, foot), (high, head)) in ends:
            rides = transition.category is TransitionCategory.ELEVATOR
            seconds = transition.length_m / (ELEVATOR_MPS if rides else speed_mps)
            graph.add_edge(self._number(low, foot), self._number(high, head), seconds=seconds)
        starts = {self._number(level_id, place) for place in beginnings}
        found = nx.multi_source_dijkstra_path_length(graph, starts & set(graph), weight="seconds")
        self.seconds = {
            level: np.array([found.get((level, n), np.inf) for n in range(len(points))])
            for level, points in self.points.items()
        }

    def _number(self, level: UUID, place: Point) -> tuple[UUID, int]:
        return level, int(np.argmin(shapely.distance(self.points[level], place)))

    def seconds_to_each(self, level: UUID, places: list[Point]) -> npt.NDArray[np.float64]:
        """Seconds to each of some places of a level; infinite where it never comes."""
        lines = shapely.shortest_line(self.points[level][:, None], np.asarray(places, dtype=object)[None, :])
        straight_s = shapely.length(lines) / self.speed_mps
        there = np.where(shapely.covers(self.free[level], lines), self.seconds[level][:, None] + straight_s, np.inf)
        return np.asarray(there.min(axis=0), dtype=np.float64)


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
    grown = shapely.union_all(indoors).buffer(0.5, join_style="mitre").buffer(WALL_M - 0.5, join_style="mitre")
    return MultiPolygon([Polygon(part.exterior) for part in shapely.get_parts(grown)])


def places_in_disc(free: BaseGeometry, centre: Point, radius_m: float) -> list[Point]:
    """The centre and two rings of a disc, as far as one can be there."""
    rings = [centre.buffer(radius_m * part, quad_segs=6) for part in (0.5, 0.999)] if radius_m else []
    places = [centre, *(Point(xy) for ring in rings for xy in ring.exterior.coords[:-1])]
    return [place for place in places if free.covers(place)]
