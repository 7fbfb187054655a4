"""The way with the fewest seconds in sight of the threat that is still in time everywhere, of several the quickest.

Constrained shortest paths are hard in general, but few edges lie in sight, so few labels a node are worth keeping: a label
is in sight for so long and late by so much, and none that is worse in both than another goes on. Labels are taken by what
is in sight, then by time, each with what is left to an end where no deadline binds (A*, by one pass of scipy that has
both in one number, rounded down). The first label at an end is the answer.

The quickest edge between two nodes need not be the least in sight, and a way past a door that no shortest way leads through may
be less in sight than the direct one: so all edges are tried, and no node is left out.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

import numpy as np

from geo_server.routing.exposure import Sight
from geo_server.routing.fields import EPSILON_S
from geo_server.routing.network import Network
from geo_server.routing.visibility import Floats

Way = tuple[tuple[int, ...], tuple[int, ...]]
"""Nodes, and the edges between them."""

BASE = 2.0**26
"""Milliseconds in sight count so much more than milliseconds: sums are exact up to 37 hours in sight and 18 of time."""

US = 1_000_000
"""Sight is compared in whole microseconds: sums in another order must not be told apart."""

MOST_LABELS = 100_000
"""A search that took so many gives up."""


@dataclass(frozen=True, eq=False)
class HiddenWays:
    """Ways of a network by their seconds in sight.

    Args:
        network: What people can use; its sinks are the ends.
        sight: What threats see.
        latest: Latest departure of each node to those ends.
    """

    network: Network
    sight: Sight
    latest: Sequence[float]

    @cached_property
    def _exposed_us(self) -> Floats:
        """Whole microseconds in sight of each edge, shape (m,)."""
        usable = np.isfinite(self.network.edge_s)
        return np.round(self.sight.shares * np.where(usable, self.network.edge_s, 0.0) * US)

    @cached_property
    def _edges(self) -> list[tuple[float, float]]:
        """Seconds of each edge, and microseconds of them in sight."""
        return list(zip(self.network.edge_s.tolist(), self._exposed_us.tolist(), strict=True))

    @cached_property
    def _left(self) -> tuple[list[float], list[float]]:
        """From each node to an end if no deadline counted: least microseconds in sight, and the seconds of that way; at most."""
        compiled, sinks = self.network.compiled, self.network.sinks
        both = np.floor(self._exposed_us / 1000) * BASE + np.floor(self.network.edge_s * 1000)
        sums = compiled.backward_by_any.sums(compiled.paired(both), np.where(sinks, 0.0, np.inf))
        reached = np.isfinite(sums)
        exposed = np.floor(np.where(reached, sums, 0.0) / BASE)
        seconds = np.where(reached, (np.where(reached, sums, 0.0) - exposed * BASE) / 1000, np.inf)
        return (exposed * 1000).tolist(), seconds.tolist()

    def find(self, starts: Iterable[tuple[int, float, float]]) -> Way | None:
        """The nodes and edges of the way with the fewest seconds in sight, of several the quickest.

        Args:
            starts: First nodes, each with the second of arrival there and the seconds in sight until then.

        Returns:
            None when no way is in time, or too many would have to be tried.
        """
        labels, leaving, edges = _Labels(self.latest, *self._left), self.network.compiled.leaving, self._edges
        for node, at, exposed_s in starts:
            labels.reach(node, at, round(exposed_s * US), -1, -1)
        while labels.heap and len(labels.before) < MOST_LABELS:
            label, at, exposed, node = labels.take()
            if label < 0:
                continue
            if self.network.sinks[node]:
                return labels.back_from(label)
            for head, edge in leaving[node]:
                seconds, seen = edges[edge]
                labels.reach(head, at + seconds, exposed + seen, label, edge)
        return None


@dataclass(frozen=True)
class _Labels:
    """What a search has found so far.

    Args:
        latest: Latest departure of each node.
        exposed_left: Least microseconds in sight from each node to an end.
        seconds_left: Seconds of that way.
        soonest: By node, the second of its last label that was taken: all later labels are as much in sight or more.
        before: By label, its node, and the label and the edge that it came from.
        heap: Labels to take, by what they are in sight up to an end and then by time.
    """

    latest: Sequence[float]
    exposed_left: Sequence[float]
    seconds_left: Sequence[float]
    soonest: dict[int, float] = field(default_factory=dict)
    before: list[tuple[int, int, int]] = field(default_factory=list)
    heap: list[tuple[float, float, int, float, float, int]] = field(default_factory=list)

    def reach(self, node: int, at: float, exposed: float, before: int, edge: int) -> None:
        """Add a label, unless it is too late or none the better for its time."""
        if at > self.latest[node] + EPSILON_S or at >= self.soonest.get(node, inf) or self.seconds_left[node] == inf:
            return
        self.before.append((node, before, edge))
        key = exposed + self.exposed_left[node], at + self.seconds_left[node]
        heapq.heappush(self.heap, (*key, len(self.before) - 1, at, exposed, node))

    def take(self) -> tuple[int, float, float, int]:
        """The next label with its second, microseconds in sight and node; a negative one if it is as good as gone."""
        _, _, label, at, exposed, node = heapq.heappop(self.heap)
        if at >= self.soonest.get(node, inf):
            return -1, at, exposed, node
        self.soonest[node] = at
        return label, at, exposed, node

    def back_from(self, label: int) -> Way:
        """The nodes and edges that a label came by."""
        nodes, edges = [], []
        while label >= 0:
            node, label, edge = self.before[label]
            nodes.append(node)
            edges.append(edge)
        return tuple(reversed(nodes)), tuple(reversed(edges[:-1]))
