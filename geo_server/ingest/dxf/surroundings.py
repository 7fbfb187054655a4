"""The ground around a building, where lines go all round it: the edge of a path, of a lawn, of the site."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import Point, Polygon, STRtree

from geo_server.domain.findings import Finding
from geo_server.domain.places import OpeningCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.labels import Stamp
from geo_server.ingest.dxf.openings import FoundOpening

LEAST_WITHIN = 3
"""What goes round fewer zones goes round a yard or a core, and is a corridor."""
WITHIN_SHARE = 0.98


def without_surroundings(
    zones: Sequence[Polygon], openings: Sequence[FoundOpening], kept: Collection[int], stamps: Sequence[Stamp]
) -> tuple[list[Polygon], list[FoundOpening], list[Finding]]:
    """Zones without nameless ones that go round all others, and what leads into them as ways out; indices stay.

    What a door leads out of, or a gap where no doors are drawn, is a corridor round inner rooms and stays.

    Args:
        zones: None overlapping; empty ones do not count.
        openings: Between them.
        kept: Indices of zones that stay: stairs, and rooms that somebody outlined.
        stamps: What texts say; a zone that one stands in stays.

    Returns:
        The zones, those around the others empty; the openings that are left; what was left out.
    """
    said = STRtree([Point(stamp.at) for stamp in stamps if stamp.names or stamp.number])
    result, left, findings = list(zones), list(openings), list[Finding]()
    for index in sorted(range(len(zones)), key=lambda i: -_held(zones[i]).area):
        if index in kept or not zones[index].interiors or not _goes_round(index, result):
            continue
        led_out = any(opening.exit and index in opening.sides for opening in left)
        if not led_out and len(said.query(zones[index], predicate="intersects")) == 0:
            result[index] = Polygon()
            left = [led for opening in left if (led := _led_out(opening, index)) is not None]
            at = zones[index].representative_point()
            findings.append(make_finding("ground-left-out", at=(at.x, at.y)))
    return result, left, findings


def _held(zone: Polygon) -> Polygon:
    return Polygon(zone.exterior)


def _goes_round(index: int, zones: Sequence[Polygon]) -> bool:
    """Whether nearly all other zones lie in the holes of one."""
    holes = shapely.union_all([Polygon(ring) for ring in zones[index].interiors])
    others = np.array([zone for i, zone in enumerate(zones) if i != index and not zone.is_empty], dtype=object)
    inside = shapely.covers(holes, shapely.point_on_surface(others))
    areas = shapely.area(others)
    return int(inside.sum()) >= LEAST_WITHIN and bool(areas[inside].sum() >= WITHIN_SHARE * areas.sum())


def _led_out(opening: FoundOpening, ground: int) -> FoundOpening | None:
    """An opening into the ground as an exit; None for a gap, which may be a window, and between pieces of ground."""
    if ground not in opening.sides:
        return opening
    one, other = (None if side == ground else side for side in opening.sides)
    if (one is None and other is None) or opening.category is OpeningCategory.GAP:
        return None
    return replace(opening, sides=(one, other), exit=True)
