"""All zones of a floorplan as arrays, for what is asked of each of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import ZoneCategory
from geo_server.routing.chase import Chase
from geo_server.routing.farthest import farthest_m
from geo_server.routing.kept import Kept
from geo_server.routing.visibility import Bools, Floats, Ints
from geo_server.routing.zones import ZoneWays, facing_m

JOINED_KEPT = 64
"""Sets of zones that stay as one shape: those that threats had time for, level by level."""


@dataclass(frozen=True, eq=False)
class AllZones:
    """z zones by their positions, and the t terminals of those that are indoors, zone by zone.

    Args:
        ways: The zones.
        numbers: Position of each.
        by_level: Positions of the zones of each level, in the order of the levels' ids.
        yards: Whether each is in the open, shape (z,).
        half_outlines_m: Half of each outline, shape (z,): no two places of a zone are farther apart.
        states: The state in which a threat comes in by each terminal (see :mod:`geo_server.routing.chase`), shape (t,).
        lock_s: Seconds that each terminal holds a threat that comes in, shape (t,).
        owners: The zones that have terminals, shape (k,).
        firsts: Where the terminals of each of those begin, shape (k,).
        clusters: Number of each one's cluster, shape (z,): zones of a level that touch or overlap, and those that these touch.
        joined: Sets of zones as one shape.
    """

    ways: Sequence[ZoneWays]
    numbers: Mapping[UUID, int]
    by_level: Mapping[UUID, Ints]
    yards: Bools
    half_outlines_m: Floats
    states: Ints
    lock_s: Floats
    owners: Ints
    firsts: Ints
    clusters: Ints
    joined: Kept[tuple[int, ...], BaseGeometry] = field(default_factory=lambda: Kept(JOINED_KEPT))
    _farthest_m: dict[int, Floats] = field(default_factory=dict)
    _facing_m: dict[int, Floats] = field(default_factory=dict)

    def farthest(self, number: int) -> Floats:
        """Metres from each terminal of a zone, by its position, to the farthest place; see :func:`farthest_m`."""
        if number not in self._farthest_m:
            self._farthest_m[number] = farthest_m(self.ways[number])
        return self._farthest_m[number]

    def facing(self, number: int) -> Floats:
        """Metres from each terminal of a zone, by its position, to the corners; see :func:`facing_m`."""
        if number not in self._facing_m:
            self._facing_m[number] = facing_m(self.ways[number])
        return self._facing_m[number]

    def entered(self, state_s: Floats) -> Floats:
        """Earliest second at which a threat comes into each zone by a terminal, shape (z,); infinite where none does.

        Args:
            state_s: Earliest second in each state, shape (s,).
        """
        found = np.full(len(self.ways), np.inf)
        if len(self.owners):
            found[self.owners] = np.minimum.reduceat(state_s[self.states] + self.lock_s, self.firsts)
        return found


def list_zones(zones: Mapping[UUID, ZoneWays], zone_nodes: Mapping[UUID, Sequence[int]], chase: Chase) -> AllZones:
    """All zones of a floorplan.

    Args:
        zones: The zones, in their order.
        zone_nodes: Numbers of each zone's terminals.
        chase: The states that those can be in.
    """
    ways = tuple(zones.values())
    levels = [one.zone.level_id for one in ways]
    yards = np.array([one.zone.category is ZoneCategory.OUTDOOR for one in ways], dtype=np.bool_)
    owners = [number for number, one in enumerate(ways) if one.nodes and not yards[number]]
    counts = [len(ways[number].nodes) for number in owners]
    states = [
        chase.states[node, str(ways[number].zone_id)] for number in owners for node in zone_nodes[ways[number].zone_id]
    ]
    return AllZones(
        ways,
        {zone_id: number for number, zone_id in enumerate(zones)},
        {at: np.flatnonzero([level == at for level in levels]) for at in sorted(set(levels), key=str)},
        yards,
        np.array([one.zone.polygon.length / 2 for one in ways]),
        np.array(states, dtype=np.int64),
        np.array([held_s for number in owners for held_s in ways[number].lock_s]),
        np.array(owners, dtype=np.int64),
        np.cumsum([0, *counts[:-1]]),
        _clusters(ways),
    )


def _clusters(ways: Sequence[ZoneWays]) -> Ints:
    polygons = np.array([one.zone.polygon for one in ways], dtype=object)
    levels = np.array([str(one.zone.level_id) for one in ways])
    one, other = STRtree(polygons).query(polygons, predicate="intersects")
    same = levels[one] == levels[other]
    touching = coo_array((np.ones(same.sum()), (one[same], other[same])), shape=(len(ways), len(ways)))
    found: Ints = connected_components(touching, directed=False)[1].astype(np.int64)
    return found
