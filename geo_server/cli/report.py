"""The report of ``geo-server inspect`` as JSON values. Described in ``docs/formats/report.md``, with a JSON Schema."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from enum import StrEnum

from geo_server.domain.confidence import UNSURE
from geo_server.domain.findings import Finding, Severity
from geo_server.domain.places import Floorplan, Level, Zone
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.result import ImportResult


def report(result: ImportResult, name: str) -> dict[str, object]:
    """The report.

    Args:
        result: What was read.
        name: Of the file.
    """
    plan = result.floorplan
    return {
        "file": name,
        "format": result.format,
        "frame": "lon-lat" if plan.placed else "drawing-metres",
        "scale": {
            "metres_per_unit": result.scale.metres_per_unit,
            "confidence": round(result.scale.confidence, 3),
            "evidence": list(result.scale.evidence),
        },
        "georeference": None if result.georeference is None else asdict(result.georeference),
        "levels": [_level(plan, level) for level in plan.levels],
        "transitions": count_each(transition.category for transition in plan.transitions),
        "without_way_out": [
            {"id": str(zone.id), "name": zone.name, "ordinal": plan.ordinal(zone.level_id)}
            for zone in zones_without_way_out(plan)
        ],
        "findings": [asdict(finding) for finding in sorted_findings(result.findings)],
        "totals": dict(result.totals),
    }


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first, then what was fixed, then notes; in the order of the intake within each."""
    rank = {severity: index for index, severity in enumerate(Severity)}
    return sorted(findings, key=lambda finding: rank[finding.severity])


def count_each(categories: Iterable[StrEnum]) -> dict[str, int]:
    """How many there are of each category, the most frequent first."""
    return {category.value: count for category, count in Counter(categories).most_common()}


def unsure_zones(zones: Iterable[Zone]) -> list[tuple[float, Zone]]:
    """Zones that a person should compare with the drawing, with their confidence; the least sure first."""
    found = [(zone.confidence.value, zone) for zone in zones if zone.confidence and zone.confidence.value < UNSURE]
    return sorted(found, key=lambda pair: pair[0])


def _level(plan: Floorplan, level: Level) -> dict[str, object]:
    zones = [zone for zone in plan.zones if zone.level_id == level.id]
    openings = [opening for opening in plan.openings if opening.level_id == level.id]
    return {
        "id": str(level.id),
        "ordinal": level.ordinal,
        "name": level.name,
        "zones": len(zones),
        "zones_by_category": count_each(zone.category for zone in zones),
        "unsure": [{"id": str(zone.id), "name": zone.name, "confidence": value} for value, zone in unsure_zones(zones)],
        "area_m2": round(sum(zone.polygon.area for zone in zones), 1),
        "openings": len(openings),
        "openings_by_category": count_each(opening.category for opening in openings),
        "exits": sum(1 for opening in openings if opening.exit),
        "transitions_up": sum(1 for transition in plan.transitions if transition.level_id == level.id),
        "walls": sum(1 for wall in plan.walls if wall.level_id == level.id),
        "assets": count_each(asset.category for asset in plan.assets if asset.level_id == level.id),
    }
