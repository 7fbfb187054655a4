"""What nothing can be planned with is refused by name. Ways that contradict themselves are flagged: see :mod:`geo_server.routing.safe_side`."""

import math

import numpy as np
import shapely

from geo_server.domain.errors import InvalidInput
from geo_server.domain.faults import Fault, find_broken
from geo_server.domain.places import Floorplan, Opening, Transition, Zone
from geo_server.routing.zones import is_walkable

OVERLAP_M2 = 0.5
"""Zones of a level that share more than this contradict each other; less is a drawing's want of care."""

NAMED = 5
"""Faults that a refusal names; the rest are counted."""


def check_floorplan(floorplan: Floorplan) -> None:
    """Refuse a floorplan that nothing can be planned with.

    Raises:
        InvalidInput: With the first faults by name.
    """
    faults = find_broken(floorplan) or [
        *_bad_zones(floorplan),
        *_bad_openings(floorplan.openings),
        *_bad_transitions(floorplan.transitions),
        *_bad_surroundings(floorplan),
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
        Fault("bad-opening", opening.id, f"Opening {opening.id} has a line, a width or a lock delay that cannot be.")
        for opening in openings
        if not _finite(opening.line) or not _is_measure(opening.width_m) or not _is_measure(opening.lock_delay_s)
    ]


def _bad_transitions(transitions: tuple[Transition, ...]) -> list[Fault]:
    bad = [
        Fault("bad-transition", way.id, f"Transition {way.id} has length_m {way.length_m}, or no place.")
        for way in transitions
        if not (0 < way.length_m < math.inf and _finite(way.geometry))
    ]
    steps = [
        Fault("bad-transition", way.id, f"Transition {way.id} has steps of {way.riser_m} by {way.tread_m} m.")
        for way in transitions
        if not all(size is None or _is_measure(size) for size in (way.riser_m, way.tread_m))
    ]
    return bad + steps


def _bad_surroundings(floorplan: Floorplan) -> list[Fault]:
    """Levels, outlines, walls and assembly points in places that are none."""
    levels = [
        Fault("bad-level", level.id, f"Level {level.name} ({level.id}) is shifted, or has an outline, to no place.")
        for level in floorplan.levels
        if not all(map(math.isfinite, level.shift_m))
        or not (level.id not in floorplan.outlines or _finite(floorplan.outlines[level.id]))
    ]
    walls = [
        Fault("bad-wall", wall.id, f"Wall {wall.id} has a line or a thickness that cannot be.")
        for wall in floorplan.walls
        if not _finite(wall.line) or not _is_measure(wall.thickness_m)
    ]
    points = [
        Fault("bad-assembly-point", point.id, f"Assembly point {point.name} ({point.id}) is at no place.")
        for point in floorplan.assembly_points
        if not _finite(point.point)
    ]
    return levels + walls + points


def _finite(geometry: shapely.Geometry) -> bool:
    return not geometry.is_empty and bool(np.isfinite(shapely.get_coordinates(geometry)).all())


def _is_measure(figure: float) -> bool:
    return 0 <= figure < math.inf


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
