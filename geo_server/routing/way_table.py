"""Many ways at once, a row each: what is asked of all ways of all zones is asked of the whole table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from operator import add

import numpy as np

from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.network import Network
from geo_server.routing.trails import Trail
from geo_server.routing.visibility import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Steps:
    """The c passages of all ways of a table, way by way.

    Args:
        rows: Which way, shape (c,).
        columns: Position of the node at which one is through.
        passages: Which passage.
        before: The one before, negative where people come from their zone.
        walk_s: Seconds from there.
    """

    rows: Ints
    columns: Ints
    passages: Ints
    before: Ints
    walk_s: Floats


@dataclass(frozen=True, eq=False)
class WayTable:
    """r ways of at most h nodes. Behind its end a way stays at its last node.

    Args:
        compiled: The floorplan.
        zones: Position of each way's zone, shape (r,).
        nodes: Numbers of the nodes, shape (r, h).
        edges: The edge that leads to each, shape (r, h); negative at the first and behind the end.
        arrive_s: Seconds from departure at which each node is reached from the zone's start, at the latest, shape (r, h).
        metres: Length of each, shape (r,).
        spread_s: By how much people from elsewhere in the zone can be later, shape (r,).
    """

    compiled: CompiledFloorplan
    zones: Ints
    nodes: Ints
    edges: Ints
    arrive_s: Floats
    metres: Floats
    spread_s: Floats

    def __len__(self) -> int:
        return len(self.zones)

    @property
    def exits(self) -> Ints:
        """Number of each way's exit, shape (r,)."""
        return self.nodes[:, -1]

    @property
    def seconds(self) -> Floats:
        """How long each takes, at most, shape (r,)."""
        return self.arrive_s[:, -1]

    def slack(self, arrivals: Floats) -> Floats:
        """The latest departure by each at which no threat is first anywhere, wherever in the zone people leave from, shape (r,).

        Args:
            arrivals: Earliest second of a threat at each node, shape (n,).
        """
        ahead: Floats = (arrivals[self.nodes] - self.arrive_s).min(axis=1) - self.spread_s
        return ahead

    def tightest(self, arrivals: Floats) -> Ints:
        """The node that decides each slack, of several that with the smallest number, shape (r,)."""
        ahead = arrivals[self.nodes] - self.arrive_s
        deciding = ahead == ahead.min(axis=1)[:, None]
        nodes: Ints = np.where(deciding, self.nodes, len(self.compiled.nodes)).min(axis=1)
        return nodes

    @cached_property
    def steps(self) -> Steps:
        """The passages of all ways."""
        passages = self.compiled.passages
        through = (self.edges >= 0) & (passages.doors[self.nodes] | passages.flights[self.edges])
        through[:, 0] = passages.doors[self.nodes[:, 0]]
        rows, columns = np.nonzero(through)
        numbers, at_s = passages.of_node[self.nodes[rows, columns]], self.arrive_s[rows, columns]
        first = np.diff(rows, prepend=-1) != 0
        before, left_s = np.where(first, -1, np.roll(numbers, 1)), np.where(first, 0.0, np.roll(at_s, 1))
        return Steps(rows, columns, numbers, before, at_s - left_s)

    def at_nodes(self, of_steps: Floats) -> Floats:
        """Something of each step at its node, and nothing at all others, shape (r, h)."""
        found = np.zeros(self.nodes.shape)
        found[self.steps.rows, self.steps.columns] = of_steps
        return found

    def delayed(self, wait_s: Floats) -> "WayTable":
        """The same ways with seconds waited at each node, shape (r, h): every node is reached so much later."""
        return replace(self, arrive_s=self.arrive_s + np.cumsum(wait_s, axis=1))

    def of(self, rows: Ints | Bools) -> "WayTable":
        """Some of the ways."""
        return WayTable(
            self.compiled,
            self.zones[rows],
            self.nodes[rows],
            self.edges[rows],
            self.arrive_s[rows],
            self.metres[rows],
            self.spread_s[rows],
        )

    def widened(self, width: int) -> "WayTable":
        """The same ways with room for so many nodes."""
        more = width - self.nodes.shape[1]
        if more <= 0:
            return self
        return replace(
            self,
            nodes=np.hstack([self.nodes, np.repeat(self.nodes[:, -1:], more, axis=1)]),
            edges=np.pad(self.edges, ((0, 0), (0, more)), constant_values=-1),
            arrive_s=np.hstack([self.arrive_s, np.repeat(self.arrive_s[:, -1:], more, axis=1)]),
        )


def stack(one: WayTable, other: WayTable) -> WayTable:
    """The ways of two tables of one floorplan, the second's below the first's."""
    width = max(one.nodes.shape[1], other.nodes.shape[1])
    a, b = one.widened(width), other.widened(width)
    return WayTable(
        one.compiled,
        np.concatenate([a.zones, b.zones]),
        np.concatenate([a.nodes, b.nodes]),
        np.concatenate([a.edges, b.edges]),
        np.concatenate([a.arrive_s, b.arrive_s]),
        np.concatenate([a.metres, b.metres]),
        np.concatenate([a.spread_s, b.spread_s]),
    )


def tabulate(compiled: CompiledFloorplan, trails: Sequence[Trail]) -> WayTable:
    """Some trails as a table, in their order."""
    lengths = np.array([len(trail.nodes) for trail in trails], dtype=np.int64)
    width = int(lengths.max(initial=1))
    there = np.arange(width) < lengths[:, None]
    last = np.maximum(lengths - 1, 0)[:, None]
    nodes, arrive_s = np.zeros(there.shape, dtype=np.int64), np.zeros(there.shape)
    nodes[there] = np.fromiter(chain.from_iterable(trail.nodes for trail in trails), np.int64)
    arrive_s[there] = np.fromiter(chain.from_iterable(trail.arrive_s for trail in trails), np.float64)
    edges = np.full(there.shape, -1, dtype=np.int64)
    edges[:, 1:][there[:, 1:]] = np.fromiter(chain.from_iterable(trail.edges for trail in trails), np.int64)
    numbers = compiled.all_zones.numbers
    return WayTable(
        compiled,
        np.array([numbers[trail.zone_id] for trail in trails], dtype=np.int64),
        np.where(there, nodes, np.take_along_axis(nodes, last, axis=1)),
        edges,
        np.where(there, arrive_s, np.take_along_axis(arrive_s, last, axis=1)),
        np.array([trail.metres for trail in trails]),
        np.array([trail.spread_s for trail in trails]),
    )


def tabulate_shortest(network: Network, zones: Ints, exits: Ints) -> WayTable:
    """The shortest ways of some zones, each to an exit that it has a way to.

    Args:
        network: What people can use.
        zones: Positions of the zones, shape (r,).
        exits: Positions among the exits of :attr:`~geo_server.routing.network.Network.trees_to`, shape (r,).
    """
    compiled, starts, following = network.compiled, network.all_starts, network.exit_trees[1]
    first = network.to_exits[1][zones, exits]
    ends, way = network.trees_to[exits], [starts.nodes[first]]
    while (way[-1] != ends).any():
        way.append(np.where(way[-1] == ends, ends, following[exits, way[-1]]))
    nodes = np.stack(way, axis=1)
    moves = nodes[:, 1:] != nodes[:, :-1]
    edges = np.full(nodes.shape, -1, dtype=np.int64)
    edges[:, 1:][moves] = network.edges_between(nodes[:, :-1][moves], nodes[:, 1:][moves])
    return WayTable(
        compiled,
        zones,
        nodes,
        edges,
        np.cumsum(_column(starts.seconds[first], edges, network.edge_s), axis=1),
        starts.metres[first] + np.cumsum(_column(np.zeros(len(first)), edges, compiled.occupant_m), axis=1)[:, -1],
        starts.spread_s[first],
    )


def with_waits(trails: Iterable[Trail], wait_s: Floats) -> list[Trail]:
    """Some trails with seconds waited at each node, shape (r, h): every node is reached so much later, at the latest."""
    found = []
    for trail, waited in zip(trails, np.cumsum(wait_s, axis=1).tolist(), strict=True):
        arrive_s = tuple(map(add, trail.arrive_s, waited))
        found.append(Trail(trail.course, arrive_s, trail.spread_s, waited[-1]))
    return found


def _column(first: Floats, edges: Ints, of_edge: Floats) -> Floats:
    """What each way adds at each of its nodes, shape (r, h): something at the first, and then of the edge that leads there."""
    added = np.zeros(edges.shape)
    walked = edges >= 0
    added[walked] = of_edge[edges[walked]]
    added[:, 0] = first
    return added
