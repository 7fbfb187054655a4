"""Where ways begin: the first nodes of each zone, and the walks to them from the place that its ways are measured from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_server.routing.visibility import Floats, Ints
from geo_server.routing.walks import Walk


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


@dataclass(frozen=True, eq=False)
class AllStarts:
    """The s starts of all zones, zone by zone.

    Args:
        nodes: Number of the node of each, shape (s,).
        seconds: What the walk there takes, shape (s,).
        spread_s: By how much the walk from elsewhere in the zone can take longer, shape (s,).
        metres: Length of the walk, shape (s,).
        owners: Positions of the zones that have any, shape (k,).
        firsts: Where those of each of these begin, shape (k,).
    """

    nodes: Ints
    seconds: Floats
    spread_s: Floats
    metres: Floats
    owners: Ints
    firsts: Ints


def list_starts(by_zone: Sequence[Sequence[Start]]) -> AllStarts:
    """The starts of all zones, given those of each."""
    starts = [start for zone in by_zone for start in zone]
    owners = [number for number, zone in enumerate(by_zone) if zone]
    counts = np.array([len(by_zone[number]) for number in owners], dtype=np.int64)
    return AllStarts(
        np.array([start.node for start in starts], dtype=np.int64),
        np.array([start.seconds for start in starts]),
        np.array([start.spread_s for start in starts]),
        np.array([start.walk.metres for start in starts]),
        np.array(owners, dtype=np.int64),
        np.cumsum(counts) - counts,
    )
