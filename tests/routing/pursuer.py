"""A pursuer that knows everything, by means of its own: it shares no code with the planner.

It moves through the union of all zones of one level and the doorways between them, along exact shortest ways (Dijkstra
over every vertex of that shape, sight lines tested by shapely alone), and in the open straight from exit to exit.
"""

import itertools

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan


class Pursuer:
    """Earliest arrivals at any place of a level, in metres walked."""

    def __init__(self, floorplan: Floorplan, beginnings: list[Point]) -> None:
        doorways = [opening.line.buffer(0.25, cap_style="flat") for opening in floorplan.openings]
        free: BaseGeometry = shapely.union_all([*(zone.polygon for zone in floorplan.zones), *doorways])
        self.free = free.buffer(1e-6)
        shapely.prepare(self.free)
        polygons = [part for part in shapely.get_parts(free) if isinstance(part, Polygon)]
        rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
        vertices = [xy for ring in rings for xy in ring.coords[:-1]]
        exits = [xy for o in floorplan.openings if o.exit for xy in o.line.segmentize(0.25).coords]
        self.points = shapely.points([*vertices, *exits, *((p.x, p.y) for p in beginnings)])
        graph = nx.Graph()
        pairs = np.array(list(itertools.combinations(range(len(self.points)), 2)))
        lines = shapely.shortest_line(self.points[pairs[:, 0]], self.points[pairs[:, 1]])
        seen = pairs[shapely.covers(self.free, lines)]
        out = range(len(vertices), len(vertices) + len(exits))
        for a, b in itertools.chain(seen.tolist(), itertools.combinations(out, 2)):
            graph.add_edge(a, b, metres=self.points[a].distance(self.points[b]))
        starts = range(len(vertices) + len(exits), len(self.points))
        found = nx.multi_source_dijkstra_path_length(graph, set(starts) & set(graph), weight="metres")
        self.metres = np.array([found.get(n, np.inf) for n in range(len(self.points))])

    def metres_to(self, places: list[Point]) -> float:
        """Metres to the nearest of some places."""
        return float(self.metres_to_each(places).min())

    def metres_to_each(self, places: list[Point]) -> npt.NDArray[np.float64]:
        lines = shapely.shortest_line(self.points[:, None], np.asarray(places, dtype=object)[None, :])
        metres = np.where(shapely.covers(self.free, lines), self.metres[:, None] + shapely.length(lines), np.inf)
        return np.asarray(metres.min(axis=0), dtype=np.float64)
