"""What is wrong with a floorplan for planning: refused by name, never planned around silently."""

import math

import shapely

from geo_server.domain.errors import InvalidInput
from geo_server.domain.faults import Fault, find_faults
from geo_server.domain.places import Floorplan, Opening, Transition, Zone
from geo_server.routing.zones import is_walkable

OVERLAP_M2 = 0.5
"""Zones of a level that share more than this contradict each other; less is a drawing's want of care."""

NAMED = 5
"""Faults that a refusal names; the rest are counted."""


def check_floorplan(floorplan: Floorplan) -> None:
    """Refuse a floorplan that contradicts itself.

    Raises:
        InvalidInput: With the first faults by name.
    """
    faults = find_faults(floorplan) or [
        *_bad_zones(floorplan),
        *_bad_openings(floorplan.openings),
        *_bad_transitions(floorplan.transitions),
    ]
    faults = faults or _overlaps(floorplan)
    if faults:
        more = f" (and {len(faults) - NAMED} more)" if len(faults) > NAMED else ""
        raise InvalidInput(
            " ".join(fault.message for fault in faults[:NAMED]) + more,
            where=f"floorplan: {faults[0].code}",
            advice="Mend the floorplan document and plan again.",
        )


def _bad_zones(floorplan: Floorplan) -> list[Fault]:
    return [
        Fault("bad-zone", zone.id, f"Zone {zone.name} ({zone.id}) has no valid polygon: {_why(zone)}.")
        for zone in floorplan.zones
        if not is_walkable(zone.polygon)
    ]


def _why(zone: Zone) -> str:
    return "empty" if zone.polygon.is_empty else str(shapely.is_valid_reason(zone.polygon)).lower()


def _bad_openings(openings: tuple[Opening, ...]) -> list[Fault]:
    return [
        Fault("bad-opening", opening.id, f"Opening {opening.id} has a line or a lock delay that is not a number.")
        for opening in openings
        if not _finite(opening.line) or not 0 <= opening.lock_delay_s < math.inf
    ]


def _bad_transitions(transitions: tuple[Transition, ...]) -> list[Fault]:
    return [
        Fault("bad-transition", way.id, f"Transition {way.id} has length_m {way.length_m}, or no place.")
        for way in transitions
        if not (0 < way.length_m < math.inf and _finite(way.geometry))
    ]


def _finite(geometry: shapely.Geometry) -> bool:
    return not geometry.is_empty and all(math.isfinite(bound) for bound in geometry.bounds)


def _overlaps(floorplan: Floorplan) -> list[Fault]:
    zones = floorplan.zones
    tree = shapely.STRtree([zone.polygon for zone in zones])
    faults = []
    for i, zone in enumerate(zones):
        for j in sorted(int(j) for j in tree.query(zone.polygon, predicate="intersects") if j > i):
            other = zones[j]
            if other.level_id == zone.level_id and zone.polygon.intersection(other.polygon).area > OVERLAP_M2:
                words = f"Zones {zone.name} ({zone.id}) and {other.name} ({other.id}) overlap."
                faults.append(Fault("zones-overlap", zone.id, words))
    return faults
