"""Zones of one level never overlap: the smaller space wins, as a room drawn on a hall is cut out of the hall."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.confidence import Confidence, Evidence, Reason, weigh
from geo_server.domain.findings import Finding
from geo_server.domain.places import ZoneCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.spaces.values import Space

LEAST_ZONE_M2 = 0.25
"""A space smaller than this, or a rest that is left of an overlapped one, holds nobody."""

LEAST_CUT = 0.01
"""Losing a smaller share of its area does not make an outline less sure."""
TOLD_OVERLAP_M2 = 0.1
"""Overlaps below this come from rounded coordinates and are cut without a word."""


def free_of_overlaps(spaces: Sequence[Space], ordinal: int) -> tuple[list[Space], list[Finding]]:
    """The spaces of one level without what lies under smaller ones, in their order; and what was cut.

    How much that was is also how sure they are: somebody drew each of them.
    """
    ordered = sorted(spaces, key=lambda s: (s.zone.polygon.area, s.source))
    tree = shapely.STRtree([space.zone.polygon for space in ordered])
    kept: list[Space] = []
    findings: list[Finding] = []
    for rank, space in enumerate(ordered):
        smaller = [ordered[i].zone.polygon for i in tree.query(space.zone.polygon, "intersects") if i < rank]
        cut, lost = _cut(space.zone.polygon, smaller)
        middle = space.zone.polygon.centroid
        if lost > TOLD_OVERLAP_M2:
            message = f"{lost:.1f} m² of a space lie under smaller ones and were cut."
            at = (middle.x, middle.y)
            findings.append(make_finding("areas-overlap", message, at=at, ordinal=ordinal, handle=space.source))
        if cut is not None:
            confidence = _confidence(lost / space.zone.polygon.area)
            kept.append(replace(space, zone=replace(space.zone, polygon=cut, confidence=confidence)))
    order = {space.zone.id: rank for rank, space in enumerate(spaces)}
    return sorted(kept, key=lambda s: order[s.zone.id]), findings


def _confidence(lost: float) -> Confidence:
    cut = [Evidence(Reason.CUT, round(lost, 3))] if lost > LEAST_CUT else []
    return weigh([Evidence(Reason.DRAWN), *cut])


def _cut(polygon: Polygon, smaller: Sequence[Polygon]) -> tuple[Polygon | None, float]:
    """What is left of a polygon: its largest piece, or None; and the area that it lost."""
    rest: BaseGeometry = polygon - shapely.union_all(smaller) if smaller else polygon
    pieces = [piece for piece in shapely.get_parts(rest) if isinstance(piece, Polygon)]
    largest = max(pieces, key=lambda piece: piece.area, default=None)
    if largest is None or largest.area < LEAST_ZONE_M2:
        return None, polygon.area
    return largest, polygon.area - largest.area


def named(spaces: Sequence[Space]) -> list[Space]:
    """Spaces of one level; those without a name are numbered by category."""
    counts: Counter[ZoneCategory] = Counter()
    found = []
    for space in spaces:
        zone = space.zone
        if not zone.name:
            counts[zone.category] += 1
            title = "Space" if zone.category is ZoneCategory.UNSPECIFIED else zone.category.value.capitalize()
            zone = replace(zone, name=f"{title} {counts[zone.category]}")
        found.append(replace(space, zone=zone))
    return found
