"""Nodes that no least way of people goes on through: most doors of rooms.

Such a node lies on ways through one zone only, and between any two of its neighbours the zone has a direct way that is no
longer than by it. That is so of nearly all doors of a zone, but not by definition: a walk with clearance can be longer than
one past a door where it is too narrow for that. So it is tried for each, in metres: within a zone all walk at one speed.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from geo_server.routing.visibility import Bools, Floats, Ints

ROUNDING_M = 1e-9
AT_ONCE = 1_000_000
"""Sums that are tried in one piece."""


def find_ends(tails: Ints, heads: Ints, keys: Sequence[str], metres: Floats, exits: Bools) -> Bools:
    """Whether each node is such an end, shape (n,).

    Args:
        tails: Tail of each edge, shape (m,).
        heads: Head of each edge.
        keys: The zone or transition that it leads through.
        metres: Its length for people; infinite where they do not walk.
        exits: Whether a node is an end of ways out: those are never left out, shape (n,).
    """
    walked = np.flatnonzero(np.isfinite(metres))
    numbers: dict[str, int] = {}
    zones = np.array([numbers.setdefault(keys[edge], len(numbers)) for edge in walked.tolist()], dtype=np.int64)
    lowest, highest = np.full(len(exits), len(numbers)), np.full(len(exits), -1)
    for nodes in (tails[walked], heads[walked]):
        np.minimum.at(lowest, nodes, zones)
        np.maximum.at(highest, nodes, zones)
    ends: Bools = (lowest == highest) & ~exits
    for edges in _by_zone(walked, zones):
        ends[_passed(tails[edges], heads[edges], metres[edges], ends)] = False
    return ends


def _by_zone(walked: Ints, zones: Ints) -> Iterator[Ints]:
    """The edges of each zone."""
    order = np.argsort(zones, kind="stable")
    yield from np.split(walked[order], np.flatnonzero(np.diff(zones[order])) + 1)


def _passed(tails: Ints, heads: Ints, metres: Floats, ends: Bools) -> Ints:
    """Nodes of one zone that would be ends, but that some way through it is shorter by than direct."""
    nodes, places = np.unique(np.concatenate([tails, heads]), return_inverse=True)
    count = len(nodes)
    tried = np.flatnonzero(ends[nodes])
    direct = np.full((count, count), np.inf)
    direct[places[: len(tails)], places[len(tails) :]] = metres
    np.fill_diagonal(direct, 0.0)
    passed = [
        piece[(direct[:, None, :] > direct[:, piece, None] + direct[None, piece, :] + ROUNDING_M).any(axis=(0, 2))]
        for piece in np.array_split(tried, 1 + count * count * len(tried) // AT_ONCE)
    ]
    return np.asarray(nodes[np.concatenate(passed)], dtype=np.int64)
