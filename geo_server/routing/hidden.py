"""The way with the fewest seconds in sight of the threat that is still in time everywhere.

Constrained shortest paths are hard in general, but few edges lie in sight, so few labels a node are worth keeping: a label
is in sight for so long and late by so much, and none that is worse in both than another goes on. Labels are taken by what
is in sight, then by time, each with what is left to an end where no deadline binds (A*, by one pass of scipy that has
both in one number). The first label at an end is the answer.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

import numpy as np

from geo_server.routing.exposure import Sight
from geo_server.routing.fields import EPSILON_S, exit_distances
from geo_server.routing.trails import Network
from geo_server.routing.visibility import Floats

BASE = 2.0**26
"""Milliseconds in sight count so much more than milliseconds: sums are exact up to 37 hours in sight and 18 of time."""

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
    def _exposed_ms(self) -> Floats:
        """Whole milliseconds in sight of each pair of nodes, at most, shape (p,)."""
        chosen = self.network.edge_of_pair
        seconds = np.where(np.isfinite(self.network.pair_s), self.network.pair_s, 0.0)
        return np.ceil(self.sight.shares[chosen] * seconds * 1000)

    @cached_property
    def _exposed(self) -> list[float]:
        exposed: list[float] = self._exposed_ms.tolist()
        return exposed

    @cached_property
    def _left(self) -> tuple[list[float], list[float]]:
        """From each node to an end if no deadline counted: least milliseconds in sight, and the seconds of that way."""
        both = self._exposed_ms * BASE + np.ceil(self.network.pair_s * 1000)
        sums = exit_distances(self.network.compiled, both, self.network.sinks)
        reached = np.isfinite(sums)
        exposed = np.where(reached, np.floor(np.where(reached, sums, 0.0) / BASE), np.inf)
        seconds = np.where(
            reached, (np.where(reached, sums, 0.0) - np.where(reached, exposed, 0.0) * BASE) / 1000, np.inf
        )
        return exposed.tolist(), seconds.tolist()

    def find(self, starts: Iterable[tuple[int, float, float]]) -> tuple[int, ...]:
        """The nodes of the way with the fewest seconds in sight, of several the quickest; empty when none is found.

        Args:
            starts: First nodes, each with the second of arrival there and the seconds in sight until then.
        """
        labels, neighbours, pair_s = (
            _Labels(self.latest, *self._left),
            self.network.compiled.neighbours,
            self.network.pair_seconds,
        )
        for node, at, exposed_s in starts:
            labels.reach(node, at, np.ceil(exposed_s * 1000), -1)
        while labels.heap and len(labels.before) < MOST_LABELS:
            label, at, exposed, node = labels.take()
            if label < 0:
                continue
            if self.network.sinks[node]:
                return labels.back_from(label)
            for head, pair in neighbours[node]:
                labels.reach(head, at + pair_s[pair], exposed + self._exposed[pair], label)
        return ()


@dataclass(frozen=True)
class _Labels:
    """What a search has found so far.

    Args:
        latest: Latest departure of each node.
        exposed_left: Least milliseconds in sight from each node to an end.
        seconds_left: Seconds of that way.
        soonest: By node, the second of its last label that was taken: all later labels are as much in sight or more.
        before: By label, its node and the label that it came from.
        heap: Labels to take, by what they are in sight up to an end and then by time.
    """

    latest: Sequence[float]
    exposed_left: Sequence[float]
    seconds_left: Sequence[float]
    soonest: dict[int, float] = field(default_factory=dict)
    before: list[tuple[int, int]] = field(default_factory=list)
    heap: list[tuple[float, float, int, float, float, int]] = field(default_factory=list)

    def reach(self, node: int, at: float, exposed: float, before: int) -> None:
        """Add a label, unless it is too late or none the better for its time."""
        if at > self.latest[node] + EPSILON_S or at >= self.soonest.get(node, inf) or self.seconds_left[node] == inf:
            return
        self.before.append((node, before))
        key = exposed + self.exposed_left[node], at + self.seconds_left[node]
        heapq.heappush(self.heap, (*key, len(self.before) - 1, at, exposed, node))

    def take(self) -> tuple[int, float, float, int]:
        """The next label with its second, milliseconds in sight and node; a negative one if it is as good as gone."""
        _, _, label, at, exposed, node = heapq.heappop(self.heap)
        if at >= self.soonest.get(node, inf):
            return -1, at, exposed, node
        self.soonest[node] = at
        return label, at, exposed, node

    def back_from(self, label: int) -> tuple[int, ...]:
        """The nodes that a label came by."""
        nodes = []
        while label >= 0:
            node, label = self.before[label]
            nodes.append(node)
        return tuple(reversed(nodes))
