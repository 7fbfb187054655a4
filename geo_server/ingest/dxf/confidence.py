"""How sure each zone of a level is: what is known of it, as evidence. All lengths in metres."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from geo_server.domain.confidence import UNSURE, Confidence, Evidence, Reason, weigh
from geo_server.domain.findings import Finding
from geo_server.domain.places import OpeningCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.content import FoundZone
from geo_server.ingest.dxf.edges import LEAST_GAP_M, Edge, is_door, measure_edges
from geo_server.ingest.dxf.openings import FoundOpening
from geo_server.ingest.dxf.segmentation import Likeness, compare, segment
from geo_server.ingest.dxf.segments import Segments
from geo_server.ingest.dxf.walls import Bridge, bridge_segments

LEAST_ALIKE = 0.8
"""From this intersection over union on, the segmentation agrees with a zone."""
MOST = 99.0
"""A larger measure says no more."""
DISPUTED = frozenset({Reason.JOINS, Reason.DIVIDES})


def weigh_zones(
    zones: Sequence[FoundZone],
    openings: Sequence[FoundOpening],
    solid: Segments,
    frames: Segments,
    closures: Sequence[Bridge],
) -> list[FoundZone]:
    """The zones of a level with their confidence. Those that somebody outlined are not cross-checked, and neither are
    stairs, which are no free space to the segmentation.

    Args:
        zones: Of a level.
        openings: Between them.
        solid: Walls, columns, glazing and treads as drawn.
        frames: Frames and thresholds of doors as drawn.
        closures: What closed the gaps of walls.
    """
    doors = bridge_segments([bridge for bridge in closures if is_door(bridge)])
    polygons = [zone.polygon for zone in zones]
    entered = {side for opening in openings if opening.category is OpeningCategory.DOOR for side in opening.sides}
    edges = measure_edges(polygons, np.vstack([solid, frames]), closures, [z.outlined or z.treads for z in zones])
    regions = segment(np.vstack([solid, doors]), polygons)
    alike = compare(regions, polygons) if regions is not None else [None] * len(zones)
    return [
        replace(zone, confidence=weigh(_evidence(zone, index in entered, edge, likeness)))
        for index, (zone, edge, likeness) in enumerate(zip(zones, edges, alike, strict=True))
    ]


def _evidence(zone: FoundZone, has_door: bool, edge: Edge, likeness: Likeness | None) -> Iterator[Evidence]:
    if zone.area_m2:
        yield _measured(Reason.WRITTEN_AREA, abs(zone.polygon.area / zone.area_m2 - 1))
    if zone.names > 1:
        yield _measured(Reason.SEVERAL_NAMES, zone.names)
    elif zone.names:
        yield Evidence(Reason.NAMED)
    if has_door:
        yield Evidence(Reason.DOOR_DRAWN)
    if zone.outlined:
        yield Evidence(Reason.DRAWN)
    else:
        yield from _found_by_walls(edge, None if zone.treads else likeness)
    if zone.treads:
        yield Evidence(Reason.TREADS)


def _found_by_walls(edge: Edge, likeness: Likeness | None) -> Iterator[Evidence]:
    yield _measured(Reason.EDGE_DRAWN, edge.drawn)
    if edge.widest_m >= LEAST_GAP_M:
        yield _measured(Reason.EDGE_ASSUMED, edge.widest_m)
    if likeness is not None:
        disputed = Reason.JOINS if likeness.runs_on else Reason.DIVIDES
        yield _measured(Reason.AGREES if likeness.alike >= LEAST_ALIKE else disputed, likeness.alike)


def _measured(reason: Reason, measure: float) -> Evidence:
    return Evidence(reason, round(min(measure, MOST), 3))


def find_doubts(zones: Sequence[FoundZone]) -> list[Finding]:
    """Findings about zones that are not sure, and about the others that the segmentation sees otherwise."""
    found = []
    for zone in zones:
        code = _doubt(zone.confidence)
        if zone.confidence is None or code is None:
            continue
        inside = zone.polygon.representative_point()
        words = " ".join(one.words for one in zone.confidence.reasons if one.weight < 0)
        title = f"Zone {zone.name}" if zone.name else f"A zone of {zone.polygon.area:.0f} m²"
        message = f"{title}: {zone.confidence.value:.0%} sure. {words}"
        found.append(make_finding(code, message, at=(inside.x, inside.y)))
    return found


def _doubt(confidence: Confidence | None) -> str | None:
    if confidence is None:
        return None
    if confidence.value < UNSURE:
        return "zone-unsure"
    return "zone-disputed" if any(one.reason in DISPUTED for one in confidence.reasons) else None
