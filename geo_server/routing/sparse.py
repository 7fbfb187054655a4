"""Graphs as scipy wants them, sorted once: a new plan only puts other weights into the same places."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo_server.routing.visibility import Floats, Ints

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which of n nodes are joined, without weights.

    Args:
        order: Position in the list it was made from of each entry, shape (p,).
        columns: Node that each entry leads to, shape (p,).
        rows: Where each node's entries begin, shape (n + 1,).
    """

    order: Ints
    columns: Int32s
    rows: Int32s

    def matrix(self, weights: Floats) -> csr_array:
        """Weights, in the order of the list that the pattern was made from, as a matrix of shape (n, n)."""
        n = len(self.rows) - 1
        return csr_array((weights[self.order], self.columns, self.rows), shape=(n, n))

    def spread(self, weights: Floats, starts: Floats) -> tuple[Floats, Int32s]:
        """The least sum of a start and the weights of a way from it, for every node; and the node before it on that way.

        Scipy knows no starts with values of their own, so a further node is joined to them.

        Args:
            weights: As for :meth:`matrix`.
            starts: Shape (n,); infinite where nothing starts.

        Returns:
            Sums, infinite where no way leads, and nodes, negative or n where a way begins. Both of shape (n,).
        """
        n, chosen = len(self.rows) - 1, np.flatnonzero(np.isfinite(starts))
        if not len(chosen):
            return np.full(n, np.inf), np.full(n, -1, dtype=np.int32)
        first = starts[chosen].min()
        matrix = csr_array(
            (
                np.concatenate([weights[self.order], starts[chosen] - first]),
                np.concatenate([self.columns, chosen.astype(np.int32)]),
                np.append(self.rows, np.int32(len(self.columns) + len(chosen))),
            ),
            shape=(n + 1, n + 1),
        )
        sums, previous = dijkstra(matrix, indices=np.array([n]), return_predecessors=True)
        return np.asarray(sums[0, :n] + first, dtype=np.float64), np.asarray(previous[0, :n], dtype=np.int32)


def build_pattern(tails: Ints, heads: Ints, n: int) -> Pattern:
    """The pattern of a list of pairs among n nodes. No pair may be listed twice."""
    order = np.lexsort((heads, tails))
    rows = np.searchsorted(tails[order], np.arange(n + 1)).astype(np.int32)
    return Pattern(order, heads[order].astype(np.int32), rows)
