"""Outlines that stand on the floor of a room: courts of a gymnasium, stages, counters. All lengths in metres.

Walls have a thickness. What thin lines enclose in the middle of a room, with no door into it, is a part of that room,
whatever is drawn in it.
"""

from collections.abc import Collection, Sequence

import shapely
from shapely import Point, Polygon, STRtree

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.openings import FoundOpening

FILLED_SHARE = 0.97
"""What lies within thin lines fills the hole that they leave in a room to this share; between walls it fills less."""


def absorb_islands(
    zones: Sequence[Polygon],
    openings: Sequence[FoundOpening],
    kept: Collection[int],
    loose: Collection[int],
    thick: float,
) -> tuple[list[Polygon], list[FoundOpening], list[Finding]]:
    """Zones with those that stand on their floor joined to them; indices stay as they were.

    Args:
        zones: None overlapping; empty ones do not count.
        openings: Between them.
        kept: Indices of zones that stay: stairs, and rooms that somebody outlined.
        loose: Indices of outlines that may be drawn on a floor even where walls are single lines.
        thick: Usual thickness of the walls; 0 where they are single lines.

    Returns:
        The zones, an absorbed one empty; the openings that are left; what was told.
    """
    result, gone, findings = list(zones), set[int](), list[Finding]()
    places = STRtree([zone.representative_point() if not zone.is_empty else Point() for zone in zones])
    for index in sorted(range(len(zones)), key=lambda i: zones[i].area):
        for ring in zones[index].interiors:
            hole = Polygon(ring)
            inside = {i for i in places.query(hole, predicate="contains").tolist() if i not in gone}
            marks = inside and (thick > 0 or inside <= set(loose)) and not inside & set(kept)
            if not marks or _is_entered(inside, openings):
                continue
            islands = [result[i] for i in sorted(inside)]
            if sum(island.area for island in islands) < FILLED_SHARE * hole.area:
                continue
            joined = shapely.union_all([result[index], hole], grid_size=0.001)
            if isinstance(joined, Polygon):
                result[index] = joined
                gone |= inside
                at = hole.representative_point()
                findings.append(make_finding("island-absorbed", at=(at.x, at.y), count=len(inside)))
    cleared = [Polygon() if i in gone else zone for i, zone in enumerate(result)]
    return cleared, [o for o in openings if not gone & set(o.sides)], findings


def _is_entered(inside: Collection[int], openings: Sequence[FoundOpening]) -> bool:
    """Whether something leads into some zones from elsewhere."""
    return any(len({side in inside for side in opening.sides}) == 2 for opening in openings)
