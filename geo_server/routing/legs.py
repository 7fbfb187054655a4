"""A trail as lines on levels, with the latest arrival at every vertex."""

from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from geo_server.domain.routes import Leg, Vertex
from geo_server.routing.compiled import KINDS, CompiledFloorplan
from geo_server.routing.trails import Trail, once_a_trail


@dataclass
class _Draft:
    """A leg that is being put together."""

    level_id: UUID
    coordinates: list[Vertex] = field(default_factory=list)
    arrive_s: list[float] = field(default_factory=list)
    opening_ids: list[UUID] = field(default_factory=list)

    def walk(self, line: tuple[Vertex, ...], from_s: float, to_s: float) -> None:
        """Add a line walked between two moments; its first vertex is known already except on a new leg."""
        xy = np.asarray(line)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
        share = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(along))
        times = (from_s + share * (to_s - from_s)).tolist()
        times[-1] = to_s
        skip = 1 if self.coordinates else 0
        self.coordinates.extend(line[skip:])
        self.arrive_s.extend(times[skip:])

    def close(self, transition_id: UUID | None = None) -> Leg:
        """The finished leg."""
        return Leg(self.level_id, tuple(self.coordinates), tuple(self.arrive_s), tuple(self.opening_ids), transition_id)


@once_a_trail
def build_legs(trail: Trail) -> tuple[Leg, ...]:
    """The legs of a trail: one a level, each but the last ending where it takes a transition."""
    compiled, legs = trail.compiled, list[Leg]()
    draft = _Draft(trail.zone.level_id)
    draft.walk(trail.walk.line, 0.0, trail.arrive_s[0])
    _pass(compiled, draft, trail.nodes[0])
    for position, edge in enumerate(trail.edges, start=1):
        node, from_s, to_s = trail.nodes[position], trail.arrive_s[position - 1], trail.arrive_s[position]
        kind = KINDS[compiled.kinds[edge]]
        if kind in {"walk", "refuge"}:
            names = compiled.nodes[compiled.tails[edge]], compiled.nodes[compiled.heads[edge]], compiled.keys[edge]
            # On the round from door to door of a refuge it is not said when each is locked, only by when all are.
            draft.walk(compiled.graph.edges[names]["line"], from_s if kind == "walk" else to_s, to_s)
            _pass(compiled, draft, node)
            continue
        legs.append(draft.close(compiled.subjects[node]))
        arrived = compiled.graph.nodes[compiled.nodes[node]]
        draft = _Draft(UUID(arrived["level_id"]), [(arrived["x"], arrived["y"])], [to_s])
    return (*legs, draft.close())


def _pass(compiled: CompiledFloorplan, draft: _Draft, node: int) -> None:
    if compiled.nodes[node].startswith("opening:"):
        draft.opening_ids.append(compiled.subjects[node])
