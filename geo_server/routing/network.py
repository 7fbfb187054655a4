"""The graph as one group of people can use it, with all that does not depend on threats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite
from typing import cast
from uuid import UUID

import numpy as np
import numpy.typing as npt

from geo_server.domain.incidents import Closure
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.fields import exit_distances, next_nodes
from geo_server.routing.nodes import refuge_node
from geo_server.routing.profiles import Profile
from geo_server.routing.sparse import view
from geo_server.routing.starts import AllStarts, Start, list_starts
from geo_server.routing.visibility import Bools, Floats, Ints
from geo_server.routing.walks import Walk
from geo_server.routing.workings import Drawer, Workings
from geo_server.routing.zones import ZoneWays

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
    """

    compiled: CompiledFloorplan
    profile: Profile
    edge_s: Floats
    sinks: Bools
    shut: Bools
    closed: frozenset[UUID] = frozenset()

    @cached_property
    def workings(self) -> Workings:
        """What was worked out on it for earlier plans."""
        return Workings()

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


NETWORKS: Drawer[tuple[Profile, frozenset[UUID]], Network] = Drawer(4)
"""Networks that stay with a floorplan, by people and what is closed: with no door closed and with some, for a few groups of people
or incidents."""


def build_network(compiled: CompiledFloorplan, profile: Profile, closures: Iterable[Closure] = ()) -> Network:
    """The graph for a profile, without what closures shut."""
    closed = frozenset(closure.subject_id for closure in closures)
    networks = compiled.workings.of(NETWORKS)
    return networks.get((profile, closed), lambda: _build_network(compiled, profile, closed))


def _build_network(compiled: CompiledFloorplan, profile: Profile, closed: frozenset[UUID]) -> Network:
    seconds = compiled.occupant_s(profile).copy()
    shut = np.zeros(len(compiled.nodes), dtype=np.bool_)
    for subject_id in closed:
        shut[compiled.nodes_of.get(subject_id, [])] = True
        seconds[compiled.edges_through.get(str(subject_id), [])] = inf
    if shut.any():
        seconds[shut[compiled.tails] | shut[compiled.heads]] = inf
    return Network(compiled, profile, seconds, compiled.exits & ~shut, shut, closed)
