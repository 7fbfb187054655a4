"""Routes as sequences of nodes, and what is true of them: length, times, and how far ahead of the threat they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from math import inf, isfinite
from typing import cast
from uuid import UUID

import numpy as np
import numpy.typing as npt

from geo_server.domain.incidents import Closure
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.courses import Course, find_course
from geo_server.routing.fields import exit_distances, next_nodes
from geo_server.routing.nodes import NodeKind, refuge_node
from geo_server.routing.profiles import Profile
from geo_server.routing.sparse import view
from geo_server.routing.starts import AllStarts, Start, list_starts
from geo_server.routing.visibility import Bools, Floats, Ints
from geo_server.routing.walks import Walk
from geo_server.routing.zones import ZoneWays

TRAILS_KEPT = 20_000
"""Trails that stay with a network: from one sighting to the next most zones keep theirs."""

LARGEST_TREES = 10_000_000
"""Entries of the trees to each exit by itself, 12 bytes each. With hundreds of rooms to hide in on a campus it is more."""


@dataclass(frozen=True, eq=False)
class Network:
    """The graph as one group of people can use it: with their speeds, and without what is closed.

    All that does not depend on threats is found once, so that the next sighting costs only what it changes.

    Args:
        edge_s: Seconds of each edge, shape (m,); infinite where it cannot be used.
        sinks: Whether a node is an exit that is open, shape (n,).
        shut: Whether a node itself is closed, shape (n,).
        closed: Ids of the openings, transitions and zones that are.
        trails: The trails that were asked for, by zone and nodes.
    """

    compiled: CompiledFloorplan
    profile: Profile
    edge_s: Floats
    sinks: Bools
    shut: Bools
    closed: frozenset[UUID] = frozenset()
    trails: dict[tuple[UUID, tuple[int, ...]], "Trail"] = field(default_factory=dict)

    @cached_property
    def pair_s(self) -> Floats:
        """Seconds of each pair of nodes, shape (p,)."""
        return self.compiled.paired(self.edge_s)

    @cached_property
    def pair_seconds(self) -> list[float]:
        """The same as a list, for passes in Python."""
        seconds: list[float] = self.pair_s.tolist()
        return seconds

    @cached_property
    def distances(self) -> Floats:
        """Least time from each node to an exit, shape (n,)."""
        return exit_distances(self.compiled, self.pair_s, self.sinks)

    @cached_property
    def following(self) -> Ints:
        """The node after each on its shortest route, shape (n,)."""
        return next_nodes(self.compiled, self.pair_s, self.distances, self.sinks)

    @cached_property
    def sink_list(self) -> list[bool]:
        """The sinks, for passes in Python."""
        sinks: list[bool] = self.sinks.tolist()
        return sinks

    @cached_property
    def distance_list(self) -> list[float]:
        """The distances, for searches."""
        distances: list[float] = self.distances.tolist()
        return distances

    @cached_property
    def distance_view(self) -> Sequence[float]:
        """The distances, where few are looked up."""
        return view(self.distances)

    @cached_property
    def following_view(self) -> Sequence[int]:
        """The nodes after each, where few are looked up."""
        return cast("Sequence[int]", view(self.following))

    @cached_property
    def edge_of_pair(self) -> Ints:
        """The edge that each pair of nodes is walked by: its quickest, the first of several."""
        groups = self.compiled.groups
        owner = np.repeat(np.arange(len(groups)), np.diff(np.append(groups, len(self.edge_s))))
        quickest = np.flatnonzero(self.edge_s == self.pair_s[owner])[::-1]
        chosen = groups.copy()
        chosen[owner[quickest]] = quickest
        return chosen

    @cached_property
    def onward(self) -> dict[int, list[tuple[float, int]]]:
        """The ways from each exit to assembly points, nearest first: seconds if nothing were closed, and the edge."""
        compiled = self.compiled
        unclosed = compiled.occupant_s(self.profile)
        best: dict[tuple[int, int], tuple[float, float, int]] = {}
        for edge in compiled.edges_to_points:
            if isfinite(unclosed[edge]):
                pair = int(compiled.tails[edge]), int(compiled.heads[edge])
                told = float(self.edge_s[edge]), float(unclosed[edge]), edge
                best[pair] = min(told, best.get(pair, told))
        found: dict[int, list[tuple[float, int]]] = {}
        for (tail, _), (_, seconds, edge) in sorted(best.items(), key=lambda one: (one[1][1], one[0])):
            found.setdefault(tail, []).append((seconds, edge))
        return found

    @cached_property
    def trees_to(self) -> Ints:
        """The open exits that have a tree each: all, or none where all would take too much memory."""
        exits = np.flatnonzero(self.sinks)
        return exits if len(exits) * len(self.sinks) <= LARGEST_TREES else exits[:0]

    @cached_property
    def exit_trees(self) -> tuple[Floats, npt.NDArray[np.int32]]:
        """Least time from each node to each open exit, and the node after it on the way, each shape (e, n)."""
        return self.compiled.backward.to_each(self.pair_s, self.trees_to)

    @cached_property
    def edge_list(self) -> list[int]:
        """The edge of each pair, where few are looked up one by one."""
        edges: list[int] = self.edge_of_pair.tolist()
        return edges

    @cached_property
    def edge_seconds(self) -> list[float]:
        """Seconds of each edge, likewise."""
        seconds: list[float] = self.edge_s.tolist()
        return seconds

    def edge(self, tail: int, head: int) -> int:
        """The edge that people take from a node to the next."""
        return self.edge_list[self.compiled.pair_number[tail, head]]

    def edges_between(self, tails: Ints, heads: Ints) -> Ints:
        """:meth:`edge` of many joined nodes."""
        compiled = self.compiled
        pairs = np.searchsorted(compiled.pair_keys, tails * len(compiled.nodes) + heads)
        return self.edge_of_pair[pairs]

    @cached_property
    def all_starts(self) -> AllStarts:
        """First nodes of all zones that are open."""
        return list_starts([self.starts[zone_id] for zone_id in self.compiled.zones])

    @cached_property
    def to_exits(self) -> tuple[Floats, Ints]:
        """Least time from each zone's start to each open exit, shape (z, e), and by which of all starts that is."""
        starts, distances = self.all_starts, self.exit_trees[0]
        least = np.full((len(self.compiled.zones), len(distances)), inf)
        first = np.zeros(least.shape, dtype=np.int64)
        if len(starts.nodes) and len(distances):
            totals = (distances[:, starts.nodes] + starts.seconds).T
            least[starts.owners] = np.minimum.reduceat(totals, starts.firsts)
            rows = np.repeat(starts.owners, np.diff(np.append(starts.firsts, len(totals))))
            numbers = np.where(totals == least[rows], np.arange(len(totals))[:, None], len(totals))
            first[starts.owners] = np.minimum.reduceat(numbers, starts.firsts)
        return least, first

    @cached_property
    def starts(self) -> dict[UUID, list[Start]]:
        """First nodes of each zone that are open, by number of the node."""
        unclosed = build_network(self.compiled, self.profile)
        if unclosed is not self:
            return {z: [s for s in starts if not self.shut[s.node]] for z, starts in unclosed.starts.items()}
        return {zone_id: self._starts(ways) for zone_id, ways in self.compiled.zones.items()}

    def _starts(self, ways: ZoneWays) -> list[Start]:
        nodes, mps = self.compiled.zone_nodes[ways.zone_id], self.profile.level_mps
        starts = [
            Start(node, walk, walk.metres / mps, spread / mps)
            for node, walk, spread in zip(nodes, ways.starts, ways.spread_m, strict=True)
            if walk is not None
        ]
        return sorted([*starts, *self._stays(ways)])

    def _stays(self, ways: ZoneWays) -> list[Start]:
        """That people who are in a refuge that they need not lock are there."""
        compiled = self.compiled
        node = compiled.index.get(refuge_node(ways.zone_id))
        if node is None or compiled.locks[compiled.heads == node].any():
            return []
        place = (compiled.graph.nodes[compiled.nodes[node]]["x"], compiled.graph.nodes[compiled.nodes[node]]["y"])
        return [Start(node, Walk(0.0, (place, place), clear=True), 0.0, 0.0)]


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """One way out of a zone, with its times.

    Args:
        course: The way as it lies.
        arrive_s: Seconds from departure at which each node is reached from the start, at the latest.
        spread_s: By how much people from elsewhere in the zone can be later than that.
        queue_s: What of that they wait at doors and stairs, at most (see :mod:`geo_server.routing.crowds`).
    """

    course: Course
    arrive_s: tuple[float, ...]
    spread_s: float
    queue_s: float = 0.0

    @property
    def compiled(self) -> CompiledFloorplan:
        """The floorplan."""
        return self.course.compiled

    @property
    def zone_id(self) -> UUID:
        """The zone."""
        return self.course.zone_id

    @property
    def walk(self) -> Walk:
        """From the start to the first node."""
        return self.course.walk

    @property
    def nodes(self) -> tuple[int, ...]:
        """Numbers of its nodes in order; the last is an exit."""
        return self.course.nodes

    @property
    def edges(self) -> tuple[int, ...]:
        """Numbers of the edges between them."""
        return self.course.edges

    @property
    def metres(self) -> float:
        """Its length."""
        return self.course.metres

    @property
    def exit(self) -> int:
        """Number of the exit."""
        return self.course.exit

    @property
    def way_out(self) -> int:
        """The node of the exit that is left by: where the way ends or, of one to an assembly point, the node before that."""
        nodes = self.course.nodes
        to_point = self.compiled.node_kinds[nodes[-1]] is NodeKind.ASSEMBLY_POINT
        return nodes[-2] if to_point and len(nodes) > 1 else nodes[-1]

    @property
    def seconds(self) -> float:
        """How long it takes, at most."""
        return self.arrive_s[-1]

    @property
    def latest_s(self) -> float:
        """How long everybody of its zone needs, at most: from wherever in it they are."""
        return self.seconds + self.spread_s

    @property
    def way(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Its nodes and edges: the same of two trails of a zone that are one way."""
        return self.nodes, self.edges

    def slack(self, arrivals: Sequence[float]) -> tuple[float, int]:
        """The latest departure at which no threat is first anywhere, wherever in the zone people leave from; and the
        node that decides it."""
        least, node = min((arrivals[node] - at, node) for node, at in zip(self.nodes, self.arrive_s, strict=True))
        return least - self.spread_s, node


def build_network(compiled: CompiledFloorplan, profile: Profile, closures: Iterable[Closure] = ()) -> Network:
    """The graph for a profile, without what closures shut."""
    closed = frozenset(closure.subject_id for closure in closures)
    network: Network = compiled.workings.networks.get(
        (profile, closed), lambda: _build_network(compiled, profile, closed)
    )
    return network


def _build_network(compiled: CompiledFloorplan, profile: Profile, closed: frozenset[UUID]) -> Network:
    seconds = compiled.occupant_s(profile).copy()
    shut = np.zeros(len(compiled.nodes), dtype=np.bool_)
    for subject_id in closed:
        shut[compiled.nodes_of.get(subject_id, [])] = True
        seconds[compiled.edges_through.get(str(subject_id), [])] = inf
    if shut.any():
        seconds[shut[compiled.tails] | shut[compiled.heads]] = inf
    return Network(compiled, profile, seconds, compiled.exits & ~shut, shut, closed)


def find_trail(network: Network, zone_id: UUID, nodes: tuple[int, ...]) -> Trail:
    """The trail of a zone along given nodes, by the quickest edges; the first is one of its first nodes."""
    found = network.trails.get((zone_id, nodes))
    if found is None:
        if len(network.trails) >= TRAILS_KEPT:
            network.trails.clear()
        edges = tuple(network.edge(tail, head) for tail, head in pairwise(nodes))
        found = network.trails[zone_id, nodes] = build_trail(network, zone_id, nodes, edges)
    return found


def build_trail(network: Network, zone_id: UUID, nodes: tuple[int, ...], edges: tuple[int, ...]) -> Trail:
    """The trail of a zone along given nodes and the edges between them."""
    start = next(start for start in network.starts[zone_id] if start.node == nodes[0])
    course = find_course(network.compiled, zone_id, start.walk, nodes, edges)
    return timed_trail(network, course, start.spread_s)


def timed_trail(network: Network, course: Course, spread_s: float) -> Trail:
    """A way with the times of a network's people."""
    walked_s = course.walk.metres / network.profile.level_mps
    seconds = (network.edge_seconds[edge] for edge in course.edges)
    return Trail(course, tuple(accumulate(seconds, initial=walked_s)), spread_s)


def follow(following: Sequence[int], node: int) -> tuple[int, ...]:
    """The nodes from one to the sink that it leads to."""
    nodes = [node]
    while following[nodes[-1]] != nodes[-1]:
        nodes.append(following[nodes[-1]])
    return tuple(nodes)
