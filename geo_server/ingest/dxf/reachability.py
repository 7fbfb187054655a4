"""Zones that nothing leads into, and zones from which no exit can be reached."""

from collections import defaultdict
from uuid import UUID

from geo_server.domain.findings import Finding
from geo_server.domain.places import Floorplan, Zone, ZoneCategory
from geo_server.ingest.codes import make_finding

_ELSEWHERE = frozenset({ZoneCategory.STAIRS, ZoneCategory.ELEVATOR, ZoneCategory.RAMP})


def find_cut_off(plan: Floorplan) -> list[Finding]:
    """Findings for zones without a way in or out.

    A stairwell of a drawing that holds one level only counts as a way out: what lies beyond it is in another file.
    """
    neighbours: dict[UUID, set[UUID]] = defaultdict(set)
    exits: set[UUID] = set()
    joined: set[UUID] = set()
    for opening in plan.openings:
        one, other = opening.zones
        if one is not None and other is not None:
            neighbours[one].add(other)
            neighbours[other].add(one)
        joined |= {zone for zone in opening.zones if zone is not None}
        if opening.exit:
            exits |= {zone for zone in opening.zones if zone is not None}
    for transition in plan.transitions:
        neighbours[transition.zones[0]].add(transition.zones[1])
        neighbours[transition.zones[1]].add(transition.zones[0])
    if len(plan.levels) == 1:
        exits |= {zone.id for zone in plan.zones if zone.category in _ELSEWHERE}
    if not exits and plan.zones:
        return [make_finding("no-exit"), *_doorless(plan, joined)]
    reached = _reached(exits, neighbours)
    cut_off = [z for z in plan.zones if z.id not in reached and z.id in joined]
    return [*_doorless(plan, joined), *(_at_zone("zone-cut-off", zone, plan) for zone in cut_off)]


def _doorless(plan: Floorplan, joined: set[UUID]) -> list[Finding]:
    return [_at_zone("zone-without-door", zone, plan) for zone in plan.zones if zone.id not in joined]


def _at_zone(code: str, zone: Zone, plan: Floorplan) -> Finding:
    what = "No opening leads into" if code == "zone-without-door" else "No exit can be reached from"
    point = zone.polygon.representative_point()
    return make_finding(code, f"{what} {zone.name}.", at=(point.x, point.y), ordinal=plan.ordinal(zone.level_id))


def _reached(start: set[UUID], neighbours: dict[UUID, set[UUID]]) -> set[UUID]:
    reached, queue = set(start), list(start)
    while queue:
        for zone in neighbours[queue.pop()] - reached:
            reached.add(zone)
            queue.append(zone)
    return reached
