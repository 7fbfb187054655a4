"""Ways that contradict themselves, as they are planned with: no reason to leave a campus without a plan, and none to trust them.

Nobody is sent through them, and a threat may come through them between any two of the spaces that they are said to join or are
drawn at. Which way is up on stairs that are upside down is told by :mod:`geo_server.routing.flights`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from uuid import UUID, uuid5

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.faults import find_wrong_ways, unusable_ways
from geo_server.domain.places import Floorplan, Opening, Transition
from geo_server.routing.zones import FARTHEST_JOIN_M

EITHER_WAY = "Whoever walks it is given the time that it takes up, either way."
NOBODY_SENT = "Nobody is sent through it, but a threat may come."


@dataclass(frozen=True)
class Planned:
    """A floorplan as it is planned with.

    Args:
        floorplan: The one given, with what a threat may come through in place of ways that contradict themselves; what is added
            has ids of its own.
        unusable: Ids of the openings and transitions that nobody is sent through.
        flags: Sentences on them.
    """

    floorplan: Floorplan
    unusable: frozenset[UUID] = frozenset()
    flags: tuple[str, ...] = ()


def take_safely(floorplan: Floorplan) -> Planned:
    """A floorplan with its contradictions taken on the safe side."""
    wrong, unusable = find_wrong_ways(floorplan), unusable_ways(floorplan)
    if not wrong:
        return Planned(floorplan)
    flags = tuple(f"{one.message} {NOBODY_SENT if one.subject in unusable else EITHER_WAY}" for one in wrong)
    doors = [door for o in floorplan.openings if o.id in unusable for door in _doors(floorplan, o)]
    flights = [flight for t in floorplan.transitions if t.id in unusable for flight in _flights(floorplan, t)]
    planned = replace(
        floorplan,
        openings=(*(o for o in floorplan.openings if o.id not in unusable), *doors),
        transitions=(*(t for t in floorplan.transitions if t.id not in unusable), *flights),
    )
    return Planned(planned, unusable | {door.id for door in doors} | {flight.id for flight in flights}, flags)


def _doors(floorplan: Floorplan, opening: Opening) -> Iterator[Opening]:
    """Doors between any two of what an opening may join, without locks: nobody says which side they are on."""
    said = set(opening.zones) | ({None} if opening.exit else set())
    levels = {opening.level_id} | {floorplan.zone_by_id[zone_id].level_id for zone_id in said if zone_id is not None}
    sides = said | _near(floorplan, opening.line, opening.level_id, levels)
    if len(sides) == 1:
        sides.add(None)
    pairs = list(combinations(sorted(sides, key=str), 2))
    known = next((pair for pair in pairs if set(pair) == set(opening.zones)), pairs[0])
    for pair in pairs:
        own_id = opening.id if pair == known else uuid5(opening.id, str(pair))
        yield replace(opening, id=own_id, zones=pair, exit=False, lock_delay_s=0.0)


def _flights(floorplan: Floorplan, way: Transition) -> Iterator[Transition]:
    """A transition as it is given, and from a zone that it joins with itself to all that its ends are drawn at on other levels."""
    yield way
    if way.zones[0] != way.zones[1]:
        return
    own = floorplan.level_by_id[floorplan.zone_by_id[way.zones[0]].level_id]
    levels = {level.id for level in floorplan.levels if level.building_id == own.building_id} - {own.id}
    for zone_id in sorted(_near(floorplan, way.geometry, own.id, levels), key=str):
        yield replace(way, id=uuid5(way.id, str(zone_id)), zones=(way.zones[0], zone_id))


def _near(floorplan: Floorplan, drawn: BaseGeometry, level_id: UUID, levels: set[UUID]) -> set[UUID]:
    """Ids of the zones of some levels that something drawn on a level lies at, with the levels laid over each other."""
    shift = np.asarray(floorplan.level_by_id[level_id].shift_m)
    laid = {
        other: shapely.transform(drawn, lambda xy, by=shift - floorplan.level_by_id[other].shift_m: xy + by)
        for other in levels
    }
    return {
        zone.id
        for zone in floorplan.zones
        if zone.level_id in levels and shapely.dwithin(zone.polygon, laid[zone.level_id], FARTHEST_JOIN_M)
    }
