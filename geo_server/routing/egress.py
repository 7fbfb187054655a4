"""People placed on the ways out: who waits where, who is sent to another exit, and when the last is out."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from uuid import UUID

from geo_server.domain.routes import Egress, ExitLoad, RouteStatus, Share
from geo_server.routing.crowds import Group, Links, delayed, links, passed, spread, waits, waits_if_moved
from geo_server.routing.trails import Trail

Judge = Callable[[Trail], bool]
"""Whether a way is safe for its whole zone."""


@dataclass(frozen=True)
class Crowd:
    """People on their ways.

    Args:
        groups: Every zone with a way has one or more, some of nobody.
        flow: Persons a second through each passage, at most.
        come: Where people come to each passage from.
        wait_s: Seconds waited at each passage, at most.
    """

    groups: Sequence[Group]
    flow: Mapping[UUID, float]
    come: Mapping[UUID, Links]
    wait_s: Mapping[UUID, float]

    @cached_property
    def of_zone(self) -> dict[UUID, list[Group]]:
        """Groups of each zone, that of most people first."""
        found: defaultdict[UUID, list[Group]] = defaultdict(list)
        for group in sorted(self.groups, key=lambda group: (-group.people, group.trail.seconds, group.trail.exit)):
            found[group.zone_id].append(group)
        return found

    def delayed(self, trail: Trail) -> Trail:
        """A way with the waits on it."""
        return delayed(trail, self.wait_s)

    def delayed_if_taken(self, trail: Trail) -> Trail:
        """A way with the waits on it if all people of its zone took that one, and all others theirs."""
        moved = Group(trail.zone_id, trail, self._people_of(trail.zone_id))
        return delayed(trail, waits_if_moved(self.come, self._gone(trail.zone_id), moved, self.flow, self.wait_s))

    def _people_of(self, zone_id: UUID) -> int:
        return sum(group.people for group in self.of_zone.get(zone_id, ()))

    def _gone(self, zone_id: UUID) -> dict[UUID, Links]:
        """Where the people of a zone come from."""
        found = self._of_those.get(zone_id)
        if found is None:
            found = self._of_those[zone_id] = links(self.of_zone.get(zone_id, ()))
        return found

    @cached_property
    def _of_those(self) -> dict[UUID, dict[UUID, Links]]:
        """That, for the zones that were asked for."""
        return {}

    def sent(self, trail: Trail) -> "Crowd":
        """The same with all people of a way's zone on that way: only what passes their ways, old and new, is counted anew."""
        left = self.of_zone[trail.zone_id]
        moved = Group(trail.zone_id, trail, self._people_of(trail.zone_id))
        groups = [*(group for group in self.groups if group.zone_id != trail.zone_id), moved]
        changed = passed(trail.course).union(*(passed(group.trail.course) for group in left))
        near = links(group for group in groups if not changed.isdisjoint(passed(group.trail.course)))
        come = {at: near.get(at, {}) for at in changed}
        return Crowd(groups, self.flow, {**self.come, **come}, {**self.wait_s, **waits(come, self.flow)})

    def safe_zones(self, is_safe: Judge) -> set[UUID]:
        """Zones of which everybody is on a way that is safe, waits included."""
        unsafe = {group.zone_id for group in self.groups if not is_safe(self.delayed(group.trail))}
        return self.of_zone.keys() - unsafe

    def is_safe(self, zone_id: UUID, is_safe: Judge) -> bool:
        """Whether everybody of a zone is on such a way."""
        return all(is_safe(self.delayed(group.trail)) for group in self.of_zone[zone_id])

    def safe_people(self, is_safe: Judge) -> int:
        """How many are on a way that is safe, waits included."""
        return sum(group.people for group in self.groups if is_safe(self.delayed(group.trail)))

    def clear_s(self) -> float:
        """Seconds until the last one is out, reaction time aside, at the latest."""
        return max((_latest_s(self, group) for group in self.groups if group.people), default=0.0)


def build_crowd(groups: Sequence[Group], flow: Mapping[UUID, float]) -> Crowd:
    """People on their ways, with the waits that come of it."""
    come = links(groups)
    return Crowd(groups, flow, come, waits(come, flow))


def place_people(
    trails: Mapping[UUID, Trail],
    people: Mapping[UUID, int],
    flow: Mapping[UUID, float],
    options: Callable[[Group], Sequence[Trail]],
    is_safe: Judge,
) -> Crowd:
    """Everybody on the way of their zone; or some on another, where all are out sooner and no fewer are safe.

    Args:
        trails: The way of each zone that has one.
        people: How many are in each zone; where nothing is said nobody is.
        flow: Persons a second through each passage.
        options: Other ways that a group may take.
        is_safe: Judges a way.
    """
    groups = [Group(zone_id, trail, people.get(zone_id, 0)) for zone_id, trail in trails.items()]
    plain = build_crowd(groups, flow)
    nobody = [group for group in groups if not group.people]
    parted = build_crowd([*spread(groups, options, flow), *nobody], flow)
    better = parted.clear_s() < plain.clear_s() and parted.safe_people(is_safe) >= plain.safe_people(is_safe)
    return parted if better else plain


def account(
    crowd: Crowd,
    people: Mapping[UUID, int],
    ends: Sequence[UUID],
    *,
    reaction_s: float,
    status_of: Callable[[Group], RouteStatus],
    margin_of: Callable[[Trail], float | None],
    is_safe: Judge,
) -> Egress:
    """The figures of a crowd.

    Args:
        crowd: People on their ways.
        people: How many are in each zone.
        ends: All open ends of ways.
        reaction_s: Seconds until people start to walk.
        status_of: How good the way of a group is where it is safe.
        margin_of: The margin of a way.
        is_safe: Judges a way.
    """
    total = sum(people.values())
    placed = [group for group in crowd.groups if group.people]
    rate = sum(crowd.flow.get(end, 0.0) for end in ends)
    exits = _exits(crowd, placed, reaction_s)
    return Egress(
        people=total,
        without_way=total - sum(group.people for group in placed),
        clearance_s=max((load.clearance_s for load in exits), default=None),
        least_s=total / rate + reaction_s if rate and total else None,
        exits=exits,
        shares={
            zone_id: tuple(_share(crowd, group, status_of(group), margin_of, is_safe) for group in groups)
            for zone_id, groups in crowd.of_zone.items()
            if groups[0].people
        },
    )


def _exits(crowd: Crowd, placed: Sequence[Group], reaction_s: float) -> tuple[ExitLoad, ...]:
    by_end: defaultdict[UUID, list[Group]] = defaultdict(list)
    for group in placed:
        by_end[group.trail.compiled.subjects[group.trail.exit]].append(group)
    found = [
        ExitLoad(
            end,
            sum(group.people for group in groups),
            crowd.flow.get(end),
            max(_latest_s(crowd, group) for group in groups) + reaction_s,
        )
        for end, groups in by_end.items()
    ]
    return tuple(sorted(found, key=lambda load: (-load.clearance_s, str(load.exit_id))))


def _latest_s(crowd: Crowd, group: Group) -> float:
    return crowd.delayed(group.trail).latest_s


def _share(
    crowd: Crowd, group: Group, status: RouteStatus, margin_of: Callable[[Trail], float | None], is_safe: Judge
) -> Share:
    trail = crowd.delayed(group.trail)
    margin_s = margin_of(trail)
    return Share(
        trail.compiled.subjects[trail.exit],
        group.people,
        trail.metres,
        trail.seconds,
        trail.queue_s,
        margin_s if margin_s is None or isfinite(margin_s) else None,
        status if is_safe(trail) else RouteStatus.NO_GUARANTEED_ROUTE,
    )
