"""Least sums over graphs, by scipy: patterns are sorted once, and a new plan only puts other weights into the same places.

Most nodes of a building are ends: doors of rooms with no other door, which no shortest way leads through. So scipy gets only
the nodes between, and one pass over the pairs that lead to an end finishes the work. Which nodes are ends is for the
caller to know; a way may begin at one all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo_server.routing.visibility import Bools, Floats, Ints

ROUNDING = 1e-9
Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class _Rows:
    """Some pairs of a list, sorted by one of their nodes.

    Args:
        order: Positions in the list, shape (p,).
        others: The other node of each, shape (p,).
        firsts: Where the pairs of each node begin, shape (k,).
        nodes: The nodes that have any, in order, shape (k,).
    """

    order: Ints
    others: Ints
    firsts: Ints
    nodes: Ints

    @cached_property
    def counts(self) -> Ints:
        """Pairs of each node."""
        return np.diff(np.append(self.firsts, len(self.order)))

    @cached_property
    def owners(self) -> Ints:
        """The node of each pair, shape (p,)."""
        return np.repeat(self.nodes, self.counts)

    def trace(self, by: Floats, sums: Floats, before: Ints) -> None:
        """Note for each node the first other node by which it has its sum."""
        least = np.flatnonzero((by == sums[self.owners]) & (by < np.inf))[::-1]
        before[self.owners[least]] = self.others[least]

    def trace_others(self, by: Floats, sums: Floats, before: Ints) -> None:
        """Note for each other node the first node by which it has its sum, scipy's rounding aside."""
        least = np.flatnonzero(by <= np.minimum(sums[self.others] + ROUNDING, np.finfo(np.float64).max))[::-1]
        before[self.others[least]] = self.owners[least]


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which of n nodes are joined, without weights; c of them are no ends.

    Args:
        size: n.
        inner: Numbers of the nodes that are no ends, shape (c,).
        order: Position in the list it was made from of each pair between those, sorted as scipy wants it.
        columns: Which of the inner nodes each such pair leads to.
        rows: Where each inner node's pairs begin, shape (c + 1,).
        into: Pairs from inner nodes to ends, by end.
        out_of: Pairs from ends, by end.
    """

    size: int
    inner: Ints
    order: Ints
    columns: Int32s
    rows: Int32s
    into: _Rows
    out_of: _Rows

    def sums(self, weights: Floats, starts: Floats) -> Floats:
        """The least sum of a start and the weights of a way from it, for every node, shape (n,).

        Args:
            weights: Of all pairs, in the order of the list.
            starts: Shape (n,); infinite where nothing starts.

        Returns:
            Infinite where no way leads.
        """
        sums = self._begun(weights, starts)
        sums[self.inner], _ = self._between(weights, sums[self.inner])
        self._finish(weights, sums)
        return sums

    def spread(self, weights: Floats, starts: Floats) -> tuple[Floats, Ints]:
        """:meth:`sums`, and the node before each on that way; negative where a way begins, or none leads."""
        sums, before = self._begun(weights, starts), np.full(self.size, -1, dtype=np.int64)
        sums[self.inner], inner_before = self._between(weights, sums[self.inner])
        known = inner_before >= 0
        before[self.inner[known]] = self.inner[inner_before[known]]
        by = self._finish(weights, sums)
        self.into.trace(by, sums, before)
        if self._starts_at_ends(starts):
            at_start = before[self.out_of.others] < 0
            by = np.repeat(starts[self.out_of.nodes], self.out_of.counts) + weights[self.out_of.order]
            self.out_of.trace_others(np.where(at_start, by, np.inf), sums, before)
        before[np.isfinite(starts) & (starts <= sums)] = -1
        return sums, before

    def _starts_at_ends(self, starts: Floats) -> bool:
        return bool(len(self.out_of.nodes) and np.isfinite(starts[self.out_of.nodes]).any())

    def _begun(self, weights: Floats, starts: Floats) -> Floats:
        """Starts, with those at ends carried on to the nodes that they are joined to: ways go on through no other end."""
        begun, rows = starts.copy(), self.out_of
        if self._starts_at_ends(starts):
            np.minimum.at(begun, rows.others, np.repeat(starts[rows.nodes], rows.counts) + weights[rows.order])
        return begun

    def _finish(self, weights: Floats, sums: Floats) -> Floats:
        """Carry sums on from inner nodes to ends, written into ``sums``; and what they are by each pair."""
        rows = self.into
        by = sums[rows.others] + weights[rows.order]
        if len(rows.nodes):
            sums[rows.nodes] = np.minimum(sums[rows.nodes], np.minimum.reduceat(by, rows.firsts))
        return by

    def _between(self, weights: Floats, starts: Floats) -> tuple[Floats, Int32s]:
        """Sums among inner nodes. Scipy knows no starts with values of their own, so a further node is joined to them."""
        count, chosen = len(self.inner), np.flatnonzero(np.isfinite(starts))
        if not len(chosen):
            return np.full(count, np.inf), np.full(count, -1, dtype=np.int32)
        first = starts[chosen].min()
        matrix = csr_array(
            (
                np.concatenate([weights[self.order], starts[chosen] - first]),
                np.concatenate([self.columns, chosen.astype(np.int32)]),
                np.append(self.rows, np.int32(len(self.columns) + len(chosen))),
            ),
            shape=(count + 1, count + 1),
        )
        sums, before = dijkstra(matrix, indices=[count], return_predecessors=True)
        return sums[0, :count] + first, np.where(before[0, :count] == count, -1, before[0, :count])

    def to_each(self, weights: Floats, starts: Ints) -> tuple[Floats, Int32s]:
        """Least sums from each of some nodes by itself, and the node before each on that way, both shape (starts, n)."""
        both = [self.spread(weights, np.where(np.arange(self.size) == start, 0.0, np.inf)) for start in starts.tolist()]
        sums = np.array([one for one, _ in both]).reshape(len(starts), self.size)
        return sums, np.array([one for _, one in both], dtype=np.int32).reshape(len(starts), self.size)


def build_pattern(tails: Ints, heads: Ints, ends: Bools) -> Pattern:
    """The pattern of a list of pairs. No pair may be listed twice.

    Args:
        tails: Where each pair leads from.
        heads: Where it leads to.
        ends: Of each node, whether no least way goes on through it, shape (n,).
    """
    inner = np.flatnonzero(~ends)
    place = np.cumsum(~ends) - 1
    between = np.flatnonzero(~ends[tails] & ~ends[heads])
    order = between[np.lexsort((heads[between], tails[between]))]
    rows = np.searchsorted(place[tails[order]], np.arange(len(inner) + 1)).astype(np.int32)
    return Pattern(
        len(ends),
        inner,
        order,
        place[heads[order]].astype(np.int32),
        rows,
        _sorted_by(heads, tails, np.flatnonzero(~ends[tails] & ends[heads])),
        _sorted_by(tails, heads, np.flatnonzero(ends[tails])),
    )


def _sorted_by(keys: Ints, others: Ints, chosen: Ints) -> _Rows:
    """Chosen pairs sorted by one of their nodes, then by the other."""
    order = chosen[np.lexsort((others[chosen], keys[chosen]))]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(keys[order]) != 0
    firsts = np.flatnonzero(first)
    return _Rows(order, others[order], firsts, keys[order[firsts]])


def view(array: Floats | Ints) -> Sequence[float]:
    """An array as a sequence of Python's own numbers, each made when it is looked up."""
    return cast("Sequence[float]", array.data)
