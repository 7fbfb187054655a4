"""Booths: tiny nameless spaces behind one door, such as toilet cubicles, which are parts of the room that they open to.

Nobody is told what to do in a cubicle by itself, and people write the area of a restroom with its cubicles. All lengths
in metres.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

import shapely
from shapely import Point, Polygon, STRtree

from geo_server.domain.places import OpeningCategory
from geo_server.ingest.dxf.labels import Stamp
from geo_server.ingest.dxf.openings import FoundOpening

LARGEST_M2 = 2.0
THROUGH_M = 0.15
"""How far a doorway reaches to both sides of its line: through a thin partition."""


def absorb_booths(
    zones: Sequence[Polygon], openings: Sequence[FoundOpening], kept: Collection[int], stamps: Sequence[Stamp]
) -> tuple[list[Polygon], list[FoundOpening], int]:
    """Zones with booths joined to the rooms that their only door leads to; indices of zones stay as they were.

    Args:
        zones: None overlapping.
        openings: Between them.
        kept: Indices of zones that stay: stairs, and rooms that somebody outlined.
        stamps: What texts say; a zone that one stands in is no booth.

    Returns:
        The zones, an absorbed one empty; the openings that are left; how many booths there were.
    """
    ways: dict[int, list[FoundOpening]] = defaultdict(list)
    for opening in openings:
        for side in {side for side in opening.sides if side is not None}:
            ways[side].append(opening)
    said = STRtree([Point(stamp.at) for stamp in stamps])
    result, gone = list(zones), set[int]()
    for booth, zone in enumerate(zones):
        host = _host(booth, ways[booth])
        if host is None or booth in kept or host in gone or zone.area >= LARGEST_M2 or zones[host].area < LARGEST_M2:
            continue
        if len(said.query(zone, predicate="intersects")):
            continue
        doorway = ways[booth][0].line.buffer(THROUGH_M, cap_style="flat")
        joined = shapely.union_all([result[host], zone, free_part(doorway, result, {host, booth})], grid_size=0.001)
        if isinstance(joined, Polygon):
            result[host], result[booth] = joined, Polygon()
            gone.add(booth)
    left = [opening for opening in openings if not gone & set(opening.sides)]
    return result, left, len(gone)


def _host(booth: int, ways: Sequence[FoundOpening]) -> int | None:
    """The zone that the only way out of a booth leads to, when that is a door."""
    if len(ways) != 1 or ways[0].category is not OpeningCategory.DOOR:
        return None
    return next((side for side in ways[0].sides if side != booth), None)


def free_part(doorway: Polygon, zones: Sequence[Polygon], of: Collection[int]) -> shapely.Geometry:
    """What of a doorway lies in no other zone."""
    others = [zones[i] for i in STRtree(list(zones)).query(doorway).tolist() if i not in of]
    return doorway.difference(shapely.union_all(others)) if others else doorway


def without_gaps(
    zones: Sequence[Polygon], openings: Sequence[FoundOpening], stairs: Collection[int]
) -> tuple[list[Polygon], list[FoundOpening], set[int]]:
    """The zones that are not empty, with openings and stairs numbered anew."""
    place: dict[int | None, int | None] = {None: None}
    for index, zone in enumerate(zones):
        if not zone.is_empty:
            place[index] = len(place) - 1
    moved = [replace(o, sides=(place[o.sides[0]], place[o.sides[1]])) for o in openings]
    renumbered = {new for index in stairs if (new := place.get(index)) is not None}
    return [zone for zone in zones if not zone.is_empty], moved, renumbered
