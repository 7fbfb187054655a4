"""Where one loss cuts zones off: what every way out of a zone leads through.

Method: the dominators of the graph that is walked from the outside inwards (Cooper, Harvey and Kennedy 2001, by
networkx). A node dominates a zone if every way from the outside to it leads through that node. By Menger's theorem a zone
has two ways out that share no opening and no transition exactly if none of those dominates it.

Terminology:
    choke: an opening, a transition or a zone that dominates some zone.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import isfinite
from uuid import UUID

import networkx as nx
import numpy as np

from geo_server.routing.network import Network
from geo_server.routing.nodes import NodeKind

OUTSIDE = "outside"


@dataclass(frozen=True)
class Chokes:
    """What all ways out lead through.

    Args:
        passed: By zone with a way out, every choke on its ways, in the order they are passed: openings, transitions, zones.
        cut_off: By choke, the zones that have no way out without it, itself not counted.
        doors: By zone, how many openings and transitions it can be left by.
    """

    passed: dict[UUID, tuple[UUID, ...]]
    cut_off: dict[UUID, tuple[UUID, ...]]
    doors: dict[UUID, int]


def find_chokes(network: Network) -> Chokes:
    """The chokes of a network: with the speeds of its people, and without what is closed there."""
    graph = inward_graph(network)
    before = nx.immediate_dominators(graph, OUTSIDE)
    zones = network.compiled.floorplan.zone_by_id
    passed: dict[UUID, tuple[UUID, ...]] = {}
    cut_off: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for zone_id in sorted(zones.keys() & before.keys(), key=str):
        chain, node = [], before[zone_id]
        while node != OUTSIDE:
            chain.append(node)
            node = before[node]
        passed[zone_id] = tuple(chain)
        for choke in chain:
            cut_off[choke].append(zone_id)
    doors = {zone_id: graph.in_degree(zone_id) for zone_id in zones}
    return Chokes(passed, {choke: tuple(zone_ids) for choke, zone_ids in cut_off.items()}, doors)


def inward_graph(network: Network) -> nx.DiGraph:
    """The ways out turned round: from ``outside`` over exits, zones and transitions. Nodes are their ids.

    Whoever is in a closed zone leaves it, as in a plan; nobody passes through.
    """
    compiled, graph = network.compiled, nx.DiGraph()
    graph.add_node(OUTSIDE)
    graph.add_nodes_from(compiled.zones)
    graph.add_edges_from((OUTSIDE, compiled.subjects[node]) for node in np.flatnonzero(network.sinks).tolist())
    leaving, coming = _climbed(network)
    for zone_id, starts in network.starts.items():
        for node in (start.node for start in starts):
            is_opening = compiled.node_kinds[node] is NodeKind.OPENING
            if is_opening or node in leaving:
                graph.add_edge(compiled.subjects[node], zone_id)
            if (is_opening or node in coming) and zone_id not in network.closed:
                graph.add_edge(zone_id, compiled.subjects[node])
    return graph


def _climbed(network: Network) -> tuple[set[int], set[int]]:
    """Feet and heads from which people can take the transition, and those that they can come to by it."""
    compiled = network.compiled
    subjects = compiled.subjects
    taken = [
        (tail, head)
        for tail, head, seconds in zip(
            compiled.tails.tolist(), compiled.heads.tolist(), network.edge_s.tolist(), strict=True
        )
        if subjects[tail] == subjects[head] and isfinite(seconds)
    ]
    return {tail for tail, _ in taken}, {head for _, head in taken}
