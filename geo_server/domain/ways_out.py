"""Which zones have a way out on foot, by openings and stairs alone: a check before publishing, not a route.

Elevators do not count: they stop in an emergency. Nor do ways that contradict themselves: nobody is sent through them. Distances, locks and threats do not matter here; the engine of
routes looks at those.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Set
from uuid import UUID

from geo_server.domain.accountability import OCCUPIED
from geo_server.domain.faults import unusable_ways
from geo_server.domain.places import Floorplan, TransitionCategory, Zone


def zones_with_way_out(floorplan: Floorplan) -> frozenset[UUID]:
    """Ids of the zones from which an exit can be reached on foot."""
    neighbours: defaultdict[UUID, set[UUID]] = defaultdict(set)
    unusable = unusable_ways(floorplan)
    for one, two in _passages(floorplan, unusable):
        neighbours[one].add(two)
        neighbours[two].add(one)
    exits = [opening for opening in floorplan.openings if opening.exit and opening.id not in unusable]
    reached = {zone_id for opening in exits for zone_id in opening.zones if zone_id}
    waiting = deque(reached)
    while waiting:
        found = neighbours[waiting.popleft()] - reached
        reached |= found
        waiting.extend(found)
    return frozenset(reached)


def zones_without_way_out(floorplan: Floorplan) -> tuple[Zone, ...]:
    """Zones where people stay and from which no exit can be reached on foot, in the floorplan's order."""
    reached = zones_with_way_out(floorplan)
    return tuple(zone for zone in floorplan.zones if zone.category in OCCUPIED and zone.id not in reached)


def _passages(floorplan: Floorplan, unusable: Set[UUID]) -> Iterator[tuple[UUID, UUID]]:
    for opening in floorplan.openings:
        one, two = opening.zones
        if one is not None and two is not None and opening.id not in unusable:
            yield one, two
    for transition in floorplan.transitions:
        if transition.category is not TransitionCategory.ELEVATOR and transition.id not in unusable:
            yield transition.zones
