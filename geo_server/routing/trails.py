"""Routes as sequences of nodes, and what is true of them: length, times, and how far ahead of the threat they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import NamedTuple
from uuid import UUID

import numpy as np

from geo_server.domain.incidents import Closure
from geo_server.routing.compiled import Bools, CompiledFloorplan
from geo_server.routing.profiles import Profile
from geo_server.routing.visibility import Floats, Ints
from geo_server.routing.walks import Walk
from geo_server.routing.zones import ZoneWays


@dataclass(frozen=True)
class Network:
    """The graph as one group of people can use it: with their speeds, and without what is closed.

    Args:
        edge_s: Seconds of each edge, shape (m,); infinite where it cannot be used.
        sinks: Whether a node is an exit that is open, shape (n,).
        shut: Whether a node itself is closed, shape (n,).
    """

    compiled: CompiledFloorplan
    profile: Profile
    edge_s: Floats
    sinks: Bools
    shut: Bools

    @cached_property
    def pair_s(self) -> Floats:
        """Seconds of each pair of nodes, shape (p,)."""
        return self.compiled.paired(self.edge_s)

    @cached_property
    def edge_of_pair(self) -> Ints:
        """The edge that each pair of nodes is walked by: its quickest, the first of several."""
        groups = self.compiled.groups
        owner = np.repeat(np.arange(len(groups)), np.diff(np.append(groups, len(self.edge_s))))
        quickest = np.flatnonzero(self.edge_s == self.pair_s[owner])[::-1]
        chosen = groups.copy()
        chosen[owner[quickest]] = quickest
        return chosen

    def edge(self, tail: int, head: int) -> int:
        """The edge that people take from a node to the next."""
        return int(self.edge_of_pair[self.compiled.pair_number[tail, head]])

    def starts(self, ways: ZoneWays) -> list["Start"]:
        """First nodes of a zone that are open, by number of the node."""
        nodes, mps = self.compiled.zone_nodes[ways.zone_id], self.profile.level_mps
        return sorted(
            Start(node, walk, walk.metres / mps, spread / mps)
            for node, walk, spread in zip(nodes, ways.starts, ways.spread_m, strict=True)
            if walk is not None and not self.shut[node]
        )


class Start(NamedTuple):
    """How people of a zone come to one of its first nodes.

    Args:
        node: Number of the node.
        walk: From the zone's start.
        seconds: What that walk takes.
        spread_s: By how much the walk from elsewhere in the zone can take longer.
    """

    node: int
    walk: Walk
    seconds: float
    spread_s: float

    @property
    def latest_s(self) -> float:
        """Seconds from departure by which everybody of the zone is there."""
        return self.seconds + self.spread_s


@dataclass(frozen=True, slots=True)
class Trail:
    """One way out of a zone.

    Args:
        walk: From the start to the first node.
        nodes: Numbers of its nodes in order; the last is an exit.
        edges: Numbers of the edges between them.
        arrive_s: Seconds from departure at which each node is reached from the start, at the latest.
        metres: Its length.
        spread_s: By how much people from elsewhere in the zone can be later than that.
    """

    walk: Walk
    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    arrive_s: tuple[float, ...]
    metres: float
    spread_s: float

    @property
    def exit(self) -> int:
        """Number of the exit."""
        return self.nodes[-1]

    @property
    def seconds(self) -> float:
        """How long it takes, at most."""
        return self.arrive_s[-1]

    def slack(self, arrivals: Sequence[float]) -> tuple[float, int]:
        """The latest departure at which no threat is first anywhere, wherever in the zone people leave from; and the
        node that decides it."""
        least, node = min((arrivals[node] - at, node) for node, at in zip(self.nodes, self.arrive_s, strict=True))
        return least - self.spread_s, node


def build_network(compiled: CompiledFloorplan, profile: Profile, closures: Iterable[Closure] = ()) -> Network:
    """The graph for a profile, without what closures shut."""
    closed = {closure.subject_id for closure in closures}
    seconds = compiled.occupant_s(profile)
    shut = np.array([subject in closed for subject in compiled.subjects], dtype=np.bool_)
    if closed:
        through = np.array([_is_closed(key, closed) for key in compiled.keys], dtype=np.bool_)
        seconds = np.where(through | shut[compiled.tails] | shut[compiled.heads], inf, seconds)
    return Network(compiled, profile, seconds, compiled.exits & ~shut, shut)


def _is_closed(key: str, closed: set[UUID]) -> bool:
    return key != "outdoors" and UUID(key) in closed


def build_trail(network: Network, start: Start, nodes: Sequence[int]) -> Trail:
    """A trail along given nodes; the first is the start's."""
    walk = start.walk
    edges = tuple(network.edge(tail, head) for tail, head in pairwise(nodes))
    seconds = [walk.metres / network.profile.level_mps, *(float(network.edge_s[edge]) for edge in edges)]
    metres = walk.metres + sum(float(network.compiled.occupant_m[edge]) for edge in edges)
    return Trail(walk, tuple(nodes), edges, tuple(np.cumsum(seconds).tolist()), metres, start.spread_s)


def follow(following: Sequence[int], node: int) -> list[int]:
    """The nodes from one to the sink that it leads to."""
    nodes = [node]
    while following[nodes[-1]] != nodes[-1]:
        nodes.append(following[nodes[-1]])
    return nodes
