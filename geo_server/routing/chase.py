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

import numpy as np

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.routing.nodes import NodeKind, read_node
from geo_server.routing.sparse import Pattern, build_pattern
from geo_server.routing.visibility import Floats, Ints

OPEN = "outdoors"


@dataclass(frozen=True)
class Chase:
    """States and the edges between them: s states, m edges of the graph, p pairs of states.

    Args:
        states: Number of each state by node and side, in the order of the nodes.
        firsts: First state of each node.
        order: Edges sorted by pair.
        groups: First of each pair in that order, shape (p,).
        pairs: The pairs of states.
        onwards: The state in which a node is left by who came to it on one of its sides.
    """

    states: dict[tuple[int, str], int]
    firsts: Ints
    order: Ints
    groups: Ints
    pairs: Pattern
    onwards: dict[tuple[int, str], int]

    def paired(self, seconds: Floats) -> Floats:
        """Least of each pair of states, shape (p,), from the seconds of each edge, shape (m,)."""
        return np.minimum.reduceat(seconds[self.order], self.groups) if len(self.groups) else np.zeros(0)

    def spread(self, starts: Floats, pair_s: Floats) -> Floats:
        """Earliest arrivals in each state, shape (s,), from given times in some of them.

        Args:
            starts: Shape (s,); infinite where nothing starts.
            pair_s: Seconds of each pair, shape (p,).
        """
        return self.pairs.sums(pair_s, starts)

    def at_nodes(self, states: Floats) -> Floats:
        """Earliest arrivals at each node, shape (n,), from those in its states."""
        return np.asarray(np.minimum.reduceat(states, self.firsts)) if len(states) else states


def build_chase(both: Sequence[tuple[str, str]], sides: Sequence[str], tails: Ints, heads: Ints) -> Chase:
    """The states of a graph.

    Args:
        both: The two sides of each node.
        sides: The side on which each edge lies.
        tails: Number of each edge's tail.
        heads: Number of each edge's head.
    """
    states = {state: number for number, state in enumerate(_states(both))}
    onwards = {}
    for node, (one, other) in enumerate(both):
        onwards[node, one], onwards[node, other] = states[node, other], states[node, one]
    before = np.array([states[state] for state in zip(tails.tolist(), sides, strict=True)], dtype=np.int64)
    after = np.array([onwards[arrival] for arrival in zip(heads.tolist(), sides, strict=True)], dtype=np.int64)
    order = np.lexsort((after, before))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(before[order]) != 0) | (np.diff(after[order]) != 0)
    groups = np.flatnonzero(first)
    firsts = np.searchsorted([node for node, _ in states], np.arange(len(both)))
    left = before[order[groups]]
    # From a room without another door nobody goes on.
    pairs = build_pattern(left, after[order[groups]], np.bincount(left, minlength=len(states)) == 0)
    return Chase(states, firsts, order, groups, pairs, onwards)


def side_names(floorplan: Floorplan, keys: Sequence[str]) -> list[str]:
    """The side that each key of an edge means: itself, or the open for yards."""
    yards = {str(zone.id) for zone in floorplan.zones if zone.category is ZoneCategory.OUTDOOR}
    return [OPEN if key in yards else key for key in keys]


def _states(both: Sequence[tuple[str, str]]) -> list[tuple[int, str]]:
    """Every node with each of its sides."""
    return sorted({(node, side) for node, sides in enumerate(both) for side in sides})


def node_sides(floorplan: Floorplan, nodes: Sequence[str]) -> list[tuple[str, str]]:
    """What lies on the two sides of each node; the same twice where an opening joins the open with a yard."""
    return [_sides(floorplan, node) for node in nodes]


def _sides(floorplan: Floorplan, node: str) -> tuple[str, str]:
    kind, subject_id = read_node(node)
    if kind is NodeKind.OPENING:
        zones = [OPEN if zone_id is None else str(zone_id) for zone_id in floorplan.opening_by_id[subject_id].zones]
        one, other = side_names(floorplan, zones)
        return one, other
    if kind is NodeKind.REFUGE:
        return str(subject_id), node
    if kind is NodeKind.ASSEMBLY_POINT:
        return OPEN, OPEN
    zone_id = floorplan.transition_by_id[subject_id].zones[0 if kind is NodeKind.FOOT else 1]
    return side_names(floorplan, [str(zone_id)])[0], str(subject_id)
