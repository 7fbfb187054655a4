"""In sight of the threat: for how many seconds of a way, and by which way for the fewest.

Seconds are counted where a way lies in what can be seen from the last known place of a threat: of each zone that it may
be in, the place nearest to the middle of its disc. It is a measure, no guarantee: a threat moves on and looks around
corners. A flight of stairs counts whole if its foot or its head is in sight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.edges import KINDS
from geo_server.routing.nodes import NodeKind
from geo_server.routing.sightlines import join
from geo_server.routing.threats import LocatedThreat
from geo_server.routing.trails import Trail
from geo_server.routing.visibility import Floats, Vertex

FLIGHTS = [KINDS.index(kind) for kind in ("stairs_up", "stairs_down", "ramp")]
"""Kinds of edges that lead from level to level."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What threats can see from where they were last known to be.

    Args:
        compiled: The floorplan.
        areas: By zone that any of it may lie in; zones of one scene share theirs.
    """

    compiled: CompiledFloorplan
    areas: dict[UUID, BaseGeometry]

    def seconds(self, trail: Trail) -> float:
        """Seconds of a way in sight; waits at a door count as the walk to it does."""
        shares = np.array([self.share(trail.zone_id, trail.walk.line), *self.shares[list(trail.edges)]])
        return float(shares @ np.diff([0.0, *trail.arrive_s]))

    @cached_property
    def shares(self) -> Floats:
        """What of each edge is in sight, shape (m,), 0 to 1."""
        found = np.zeros(len(self.compiled.keys))
        for zone_id, area in self.areas.items():
            lines = {edge: self._line(edge) for edge in self.compiled.edges_through.get(str(zone_id), [])}
            walked = [edge for edge, line in lines.items() if len(line)]
            found[walked] = _parts([lines[edge] for edge in walked], area)
        for edge in np.flatnonzero(np.isin(self.compiled.kinds, FLIGHTS)).tolist():
            found[edge] = any(self._sees(node) for node in (self.compiled.tails[edge], self.compiled.heads[edge]))
        return found

    def share(self, zone_id: UUID, line: Sequence[Vertex]) -> float:
        """What of a line in a zone is in sight, 0 to 1."""
        area = self.areas.get(zone_id)
        return 0.0 if area is None else float(_parts([line], area)[0])

    def _line(self, edge: int) -> Sequence[Vertex]:
        compiled = self.compiled
        tail, head = compiled.nodes[compiled.tails[edge]], compiled.nodes[compiled.heads[edge]]
        line: Sequence[Vertex] = compiled.graph.edges[tail, head, compiled.keys[edge]]["line"]
        return line

    def _sees(self, node: int) -> bool:
        told = self.compiled.graph.nodes[self.compiled.nodes[node]]
        flight = self.compiled.floorplan.transition_by_id[self.compiled.subjects[node]]
        area = self.areas.get(flight.zones[0 if told["kind"] == NodeKind.FOOT else 1])
        return area is not None and bool(area.intersects(Point(told["x"], told["y"])))


def find_sight(compiled: CompiledFloorplan, located: Sequence[LocatedThreat]) -> Sight | None:
    """What threats can see; None without a threat, or where one is in no zone, so that nobody can tell."""
    looking = [[seed for seed in one.seeds if seed.inside and seed.held] for one in located]
    if not looking or not all(looking):
        return None
    areas: dict[UUID, BaseGeometry] = {}
    for seed in (seed for seeds in looking for seed in seeds):
        scene = compiled.scenery.of(seed.ways.zone_id)
        seen = scene.seen_from(seed.ways.zone.polygon, seed.there.middle)
        seen = join([seen, areas.get(seed.ways.zone_id, shapely.Polygon())])
        areas.update(dict.fromkeys(scene.zone_ids, seen))
    return Sight(compiled, areas)


def _parts(lines: Sequence[Sequence[Vertex]], area: BaseGeometry) -> Floats:
    """What part of each line lies in an area, shape (lines,)."""
    if not lines:
        return np.zeros(0)
    drawn = np.array([LineString(line) for line in lines], dtype=object)
    lengths = shapely.length(drawn)
    inside = shapely.length(shapely.intersection(drawn, area))
    shares: Floats = shapely.intersects(drawn, area).astype(np.float64)
    np.divide(inside, lengths, out=shares, where=lengths > 0)
    return shares
