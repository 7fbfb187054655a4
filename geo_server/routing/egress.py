"""People placed on the ways out: who waits where, who is sent to another exit, and when the last is out."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from uuid import UUID

import numpy as np

from geo_server.domain.routes import Egress, ExitLoad, RouteStatus, Share
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.crowds import (
    Group,
    Links,
    links,
    links_of_zones,
    waits,
    waits_if_moved,
)
from geo_server.routing.spreading import Other, spread
from geo_server.routing.trails import Trail
from geo_server.routing.visibility import Bools, Floats, Ints
from geo_server.routing.way_table import WayTable, stack, tabulate, with_waits

Judge = Callable[[WayTable], Bools]
"""Which ways are safe for their whole zones."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """People on their ways.

    Args:
        groups: Every zone with a way has one or more, some of nobody.
        table: Their ways, in the same order.
    """

    groups: Sequence[Group]
    table: WayTable

    @property
    def compiled(self) -> CompiledFloorplan:
        """The floorplan."""
        return self.table.compiled

    @cached_property
    def people(self) -> Ints:
        """How many each group has, shape (g,)."""
        return np.array([group.people for group in self.groups], dtype=np.int64)

    @cached_property
    def come(self) -> Links:
        """Where people come to each passage from."""
        return links(self.table, self.people)

    @cached_property
    def wait_s(self) -> Floats:
        """Seconds waited at each passage, at most, shape (q,)."""
        return waits(self.come, self.compiled.passages)

    @cached_property
    def waited(self) -> Floats:
        """Seconds waited at each node of each way, shape (g, h)."""
        return self.table.at_nodes(self.wait_s[self.table.steps.passages])

    @cached_property
    def late(self) -> WayTable:
        """The ways with the waits on them."""
        return self.table.delayed(self.waited)

    @cached_property
    def trails(self) -> list[Trail]:
        """The same as trails."""
        return with_waits([group.trail for group in self.groups], self.waited)

    @cached_property
    def ends_s(self) -> list[float]:
        """Seconds until the last one of each group is out, reaction time aside, at the latest."""
        ends_s: list[float] = (self.late.seconds + self.late.spread_s).tolist()
        return ends_s

    @cached_property
    def of_zone(self) -> dict[UUID, list[int]]:
        """Positions of the groups of each zone, that of most people first."""
        found: defaultdict[UUID, list[int]] = defaultdict(list)
        groups = self.groups
        order = sorted(
            range(len(groups)), key=lambda k: (-groups[k].people, groups[k].trail.seconds, groups[k].trail.exit)
        )
        for position in order:
            found[groups[position].zone_id].append(position)
        return found

    @cached_property
    def people_of_zones(self) -> Ints:
        """How many each zone has, shape (z,)."""
        counts = np.bincount(self.table.zones, self.people, len(self.compiled.zones))
        return counts.astype(np.int64)

    @cached_property
    def own(self) -> Links:
        """Where the people of each zone come to each passage from."""
        return links_of_zones(self.table, self.people)

    def waits_if_taken(self, table: WayTable) -> Floats:
        """Seconds waited at each node of some ways, each as if all people of its zone took it, and all others theirs."""
        return waits_if_moved(table, self.people_of_zones, self.come, self.own, self.wait_s)

    def delayed_if_taken(self, trails: Sequence[Trail]) -> list[Trail]:
        """Some trails with those waits on them."""
        return with_waits(trails, self.waits_if_taken(tabulate(self.compiled, trails)))

    def sent(self, trail: Trail) -> "Crowd":
        """The same with all people of a way's zone on that way."""
        number = self.compiled.all_zones.numbers[trail.zone_id]
        stay = np.flatnonzero(self.table.zones != number)
        moved = Group(trail.zone_id, trail, int(self.people_of_zones[number]))
        groups = [*(self.groups[position] for position in stay.tolist()), moved]
        return Crowd(groups, stack(self.table.of(stay), tabulate(self.compiled, [trail])))

    def safe_zones(self, are_safe: Judge) -> set[UUID]:
        """Zones of which everybody is on a way that is safe, waits included."""
        safe = are_safe(self.late).tolist()
        return self.of_zone.keys() - {group.zone_id for group, one in zip(self.groups, safe, strict=True) if not one}

    def safe_people(self, are_safe: Judge) -> int:
        """How many are on a way that is safe, waits included."""
        return int(self.people[are_safe(self.late)].sum())

    def clear_s(self) -> float:
        """Seconds until the last one is out, reaction time aside, at the latest."""
        return max((at for at, group in zip(self.ends_s, self.groups, strict=True) if group.people), default=0.0)


def build_crowd(compiled: CompiledFloorplan, groups: Sequence[Group]) -> Crowd:
    """People on their ways."""
    return Crowd(groups, tabulate(compiled, [group.trail for group in groups]))


def place_people(
    compiled: CompiledFloorplan,
    trails: Mapping[UUID, Trail],
    people: Mapping[UUID, int],
    others: Mapping[UUID, Sequence[Other]],
    are_safe: Judge,
) -> Crowd:
    """Everybody on the way of their zone; or some on another, where all are out sooner and no fewer are safe.

    Args:
        compiled: The floorplan.
        trails: The way of each zone that has one.
        people: How many are in each zone; where nothing is said nobody is.
        others: Other ways that each zone may take.
        are_safe: Judges ways.
    """
    groups = [Group(zone_id, trail, people.get(zone_id, 0)) for zone_id, trail in trails.items()]
    plain = build_crowd(compiled, groups)
    nobody = [group for group in groups if not group.people]
    parted = build_crowd(compiled, [*spread(groups, others, compiled.passages), *nobody])
    better = parted.clear_s() < plain.clear_s() and parted.safe_people(are_safe) >= plain.safe_people(are_safe)
    return parted if better else plain


def account(
    crowd: Crowd,
    people: Mapping[UUID, int],
    ends: Sequence[int],
    *,
    reaction_s: float,
    status_of: Callable[[Group], RouteStatus],
    slack: Floats,
    are_safe: Judge,
) -> Egress:
    """The figures of a crowd.

    Args:
        crowd: People on their ways.
        people: How many are in each zone.
        ends: Nodes of all open ends of ways.
        reaction_s: Seconds until people start to walk.
        status_of: How good the way of a group is where it is safe.
        slack: Latest departure of each group at which no threat is first anywhere, shape (g,).
        are_safe: Judges ways.
    """
    total = sum(people.values())
    passages = crowd.compiled.passages
    flow = passages.flow[passages.of_node[list(ends)]]
    rate = sum(flow[np.isfinite(flow)].tolist())
    exits = _exits(crowd, reaction_s)
    shares = _Shares(crowd, (slack - reaction_s).tolist(), are_safe(crowd.late).tolist(), status_of)
    return Egress(
        people=total,
        without_way=total - int(crowd.people.sum()),
        clearance_s=max((load.clearance_s for load in exits), default=None),
        least_s=total / rate + reaction_s if rate and total else None,
        exits=exits,
        shares={
            zone_id: tuple(shares.of(position) for position in positions)
            for zone_id, positions in crowd.of_zone.items()
            if crowd.groups[positions[0]].people
        },
    )


def _exits(crowd: Crowd, reaction_s: float) -> tuple[ExitLoad, ...]:
    passages = crowd.compiled.passages
    by_end: defaultdict[int, list[int]] = defaultdict(list)
    for position, group in enumerate(crowd.groups):
        if group.people:
            by_end[int(passages.of_node[group.trail.way_out])].append(position)
    found = [
        ExitLoad(
            passages.ids[end],
            sum(crowd.groups[position].people for position in positions),
            float(passages.flow[end]) if isfinite(passages.flow[end]) else None,
            max(crowd.ends_s[position] for position in positions) + reaction_s,
        )
        for end, positions in by_end.items()
    ]
    return tuple(sorted(found, key=lambda load: (-load.clearance_s, str(load.exit_id))))


@dataclass(frozen=True)
class _Shares:
    """The ways of groups as they are told.

    Args:
        crowd: People on their ways.
        margin_s: Of each group; infinite without a threat.
        safe: Whether the way of each is.
        status_of: How good the way of a group is where it is safe.
    """

    crowd: Crowd
    margin_s: Sequence[float]
    safe: Sequence[bool]
    status_of: Callable[[Group], RouteStatus]

    def of(self, position: int) -> Share:
        """That of one group."""
        group, trail, margin_s = self.crowd.groups[position], self.crowd.trails[position], self.margin_s[position]
        return Share(
            trail.compiled.subjects[trail.exit],
            group.people,
            trail.metres,
            trail.seconds,
            trail.queue_s,
            margin_s if isfinite(margin_s) else None,
            self.status_of(group) if self.safe[position] else RouteStatus.NO_GUARANTEED_ROUTE,
        )
