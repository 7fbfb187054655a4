"""How a threat moves from door to door: as the graph has it, but never through the same zone twice in a row.

The least way between two doors counts from any point of one to any point of the other. Two such ways through one zone,
added up at a door beside them, leave out the width of that door; in a corridor with a door every few metres that is a
quarter of its length. The way through the zone is there by itself, so nothing is lost by leaving such sums out.

Terminology:
    side: what lies on one side of a node: a zone, a transition, or the open (yards are in the open).
    state: a node that is about to be left on one of its sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.routing.visibility import Floats, Ints

OPEN = "outdoors"


@dataclass(frozen=True)
class Chase:
    """States and the edges between them: s states, m edges of the graph, p pairs of states.

    Args:
        states: Number of each state by node and side.
        heads: Node that each edge leads to, shape (m,).
        before: State in which each edge is taken, shape (m,).
        pair_order: Edges sorted by pair.
        groups: First of each pair in that order, shape (p,).
        pair_tails: State before each pair, shape (p,).
        pair_heads: State after each pair, shape (p,).
        onwards: The state in which a node is left by who came to it on one of its sides.
    """

    states: dict[tuple[int, str], int]
    heads: Ints
    before: Ints
    pair_order: Ints
    groups: Ints
    pair_tails: Ints
    pair_heads: Ints
    onwards: dict[tuple[int, str], int]

    def spread(self, starts: Floats, seconds: Floats) -> Floats:
        """Earliest arrivals in each state, shape (s,), from given times in some of them.

        Scipy knows no starts with times of their own, so a further state is joined to them.

        Args:
            starts: Shape (s,); infinite where nothing starts.
            seconds: Of each edge, shape (m,).
        """
        chosen = np.flatnonzero(np.isfinite(starts))
        if not len(chosen):
            return np.full(len(starts), np.inf)
        s, first = len(starts), starts[chosen].min()
        pair_s = np.minimum.reduceat(seconds[self.pair_order], self.groups) if len(self.groups) else np.zeros(0)
        weights = np.concatenate([pair_s, starts[chosen] - first])
        tails = np.concatenate([self.pair_tails, np.full(len(chosen), s)])
        heads = np.concatenate([self.pair_heads, chosen])
        found = dijkstra(csr_array((weights, (tails, heads)), shape=(s + 1, s + 1)), indices=np.array([s]))
        return np.asarray(found[0, :s] + first, dtype=np.float64)


def build_chase(floorplan: Floorplan, nodes: Sequence[str], keys: Sequence[str], tails: Ints, heads: Ints) -> Chase:
    """The states of a graph.

    Args:
        floorplan: What the graph was made from.
        nodes: Names of its nodes.
        keys: Zone, transition or ``outdoors`` of each edge.
        tails: Number of each edge's tail.
        heads: Number of each edge's head.
    """
    sides = side_names(floorplan, keys)
    both = [_sides(floorplan, node) for node in nodes]
    states = {state: number for number, state in enumerate(_states(both))}
    onwards = {}
    for node, (one, other) in enumerate(both):
        onwards[node, one], onwards[node, other] = states[node, other], states[node, one]
    before = np.array([states[state] for state in zip(tails.tolist(), sides, strict=True)], dtype=np.int64)
    after = np.array([onwards.get(arrival, -1) for arrival in zip(heads.tolist(), sides, strict=True)], dtype=np.int64)
    order = np.lexsort((after, before))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(before[order]) != 0) | (np.diff(after[order]) != 0)
    groups = np.flatnonzero(first)
    firsts = order[groups]
    return Chase(states, heads, before, order, groups, before[firsts], after[firsts], onwards)


def side_names(floorplan: Floorplan, keys: Sequence[str]) -> list[str]:
    """The side that each key of an edge means: itself, or the open for yards."""
    yards = {str(zone.id) for zone in floorplan.zones if zone.category is ZoneCategory.OUTDOOR}
    return [OPEN if key in yards else key for key in keys]


def _states(both: list[tuple[str, str]]) -> list[tuple[int, str]]:
    """Every node with each of its sides."""
    return sorted({(node, side) for node, sides in enumerate(both) for side in sides})


def _sides(floorplan: Floorplan, node: str) -> tuple[str, str]:
    kind, _, text = node.partition(":")
    if kind == "opening":
        zones = [OPEN if zone_id is None else str(zone_id) for zone_id in floorplan.opening_by_id[UUID(text)].zones]
        one, other = side_names(floorplan, zones)
        return one, other
    transition = floorplan.transition_by_id[UUID(text)]
    zone_id = transition.zones[0 if kind == "foot" else 1]
    return side_names(floorplan, [str(zone_id)])[0], text
