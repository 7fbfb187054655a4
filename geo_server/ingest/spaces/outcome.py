"""What is said of a floorplan that was made of spaces: walls around them, and which of them cannot be left."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

import shapely
from shapely import LineString

from geo_server.domain.findings import Finding
from geo_server.domain.places import Floorplan, Opening, Wall, ZoneCategory
from geo_server.domain.ways_out import zones_with_way_out
from geo_server.domain.wording import counted
from geo_server.ingest.codes import make_finding
from geo_server.ingest.spaces.values import Space


def walls_around(spaces: Sequence[Space], openings: Sequence[Opening], make_id: Callable[..., UUID]) -> list[Wall]:
    """Outlines of spaces with the openings taken out: walls without thickness, each edge once."""
    walls: list[Wall] = []
    for level_id in dict.fromkeys(space.zone.level_id for space in spaces):
        outlines = shapely.union_all([s.zone.polygon.boundary for s in spaces if s.zone.level_id == level_id])
        holes = shapely.union_all([o.line.buffer(0.03) for o in openings if o.level_id == level_id])
        for part in shapely.get_parts(shapely.line_merge(outlines - holes)):
            if isinstance(part, LineString) and part.length >= 0.05:
                walls.append(Wall(make_id("wall", level_id, len(walls)), level_id, part))
    return walls


def cut_off(floorplan: Floorplan, spaces: Sequence[Space], no_exit: str) -> list[Finding]:
    """Findings for zones that cannot be left on foot.

    Args:
        floorplan: Made of the spaces.
        spaces: Its zones with their sources.
        no_exit: What to say when nothing leads out.
    """
    doors = {zone_id for opening in floorplan.openings for zone_id in opening.zones}
    unknown, untold = _doors_unknown(floorplan, spaces, doors)
    if not any(opening.exit for opening in floorplan.openings):
        return [*unknown, make_finding("no-exit", no_exit)]
    reached = zones_with_way_out(floorplan)
    findings = []
    for space in spaces:
        zone = space.zone
        if zone.id not in reached and zone.id not in untold and zone.category is not ZoneCategory.ELEVATOR:
            code = "zone-cut-off" if zone.id in doors else "zone-without-door"
            middle = zone.polygon.representative_point()
            ordinal = floorplan.ordinal(zone.level_id)
            message = f"Zone {zone.name} on level {ordinal} has no way out."
            findings.append(make_finding(code, message, at=(middle.x, middle.y), ordinal=ordinal, handle=space.source))
    return [*unknown, *findings]


def _doors_unknown(
    floorplan: Floorplan, spaces: Sequence[Space], doors: Collection[UUID | None]
) -> tuple[list[Finding], set[UUID]]:
    """A finding for each level that has doors for fewer than half of its spaces, and the spaces that it stands for."""
    findings: list[Finding] = []
    untold: set[UUID] = set()
    for level in floorplan.levels:
        zones = [space.zone for space in spaces if space.zone.level_id == level.id]
        without = {zone.id for zone in zones if zone.id not in doors}
        if len(without) > max(1, len(zones) / 2):
            words = f"No door is known of {len(without):,} of {counted(len(zones), 'space')} of level {level.ordinal}."
            findings.append(make_finding("doors-unknown", words, ordinal=level.ordinal, count=len(without)))
            untold |= without
    return findings, untold
