"""Levels without ids to one floorplan with ids, names for all zones, and assets."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.findings import Finding
from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import (
    Asset,
    Floorplan,
    Level,
    Opening,
    Wall,
    Zone,
    ZoneCategory,
)
from geo_server.domain.wording import counted
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.content import FoundZone, LevelContent
from geo_server.ingest.dxf.drawing import BlockUse, Vertex
from geo_server.ingest.dxf.profile import asset_of
from geo_server.ingest.dxf.reachability import find_cut_off
from geo_server.ingest.dxf.views import View
from geo_server.ingest.identity import IdMaker
from geo_server.ingest.levels import find_transitions

_TITLES: dict[ZoneCategory | None, str] = {
    ZoneCategory.CORRIDOR: "Corridor",
    ZoneCategory.STAIRS: "Stairs",
    ZoneCategory.ELEVATOR: "Elevator",
    ZoneCategory.RAMP: "Ramp",
    ZoneCategory.RESTROOM: "Restroom",
    ZoneCategory.OUTDOOR: "Outdoor area",
}


@dataclass(frozen=True)
class LevelPart:
    """One level as read: where it stands in the drawing, what it holds, and which objects lie in it."""

    view: View
    content: LevelContent
    sources: frozenset[int]


def assemble(
    parts: Sequence[LevelPart], blocks: Sequence[BlockUse], metres_per_unit: float, origin: Vertex
) -> tuple[Floorplan, list[Finding]]:
    """One floorplan from the levels of a drawing.

    Args:
        parts: Levels, in metres from ``origin``.
        blocks: Block uses of the drawing.
        metres_per_unit: Length of a drawing unit.
        origin: Added to every coordinate.
    """
    ids = IdMaker()
    levels: list[Level] = []
    zones: list[Zone] = []
    openings: list[Opening] = []
    walls: list[Wall] = []
    assets: list[Asset] = []
    findings: list[Finding] = []
    for part in sorted(parts, key=lambda p: p.view.ordinal):
        if not part.content.zones:
            findings.append(make_finding("view-ignored", f"View {part.view.title!r} encloses no space."))
            continue
        level = _level(part.view, ids)
        levels.append(level)
        zoned = _zones(part.content, level, ids, findings)
        zones += zoned
        openings += _openings(part.content, level, [zone.id for zone in zoned], ids)
        walls += [
            Wall(ids.make("wall", level.ordinal, *line.bounds), level.id, line, 0.0, clear)
            for line, clear in part.content.walls
        ]
        assets += _assets(blocks, part.view, level, ids)
        findings += [replace(f, ordinal=level.ordinal) for f in part.content.findings]
    transitions = find_transitions(levels, zones, ids)
    plan = Floorplan(
        frame=DrawingFrame(metres_per_unit),
        levels=tuple(levels),
        zones=tuple(zones),
        openings=tuple(openings),
        transitions=tuple(transitions),
        walls=tuple(walls),
        assets=tuple(assets),
    )
    findings += find_cut_off(plan)
    return moved(plan, origin), [_moved_finding(f, origin) for f in findings]


def _level(view: View, ids: IdMaker) -> Level:
    return Level(
        ids.make("level", view.ordinal), None, view.ordinal, view.title or f"Level {view.ordinal}", view.shift_m
    )


def _zones(content: LevelContent, level: Level, ids: IdMaker, findings: list[Finding]) -> list[Zone]:
    made_up: Counter[str] = Counter()
    zones = []
    for found in content.zones:
        name = found.name or _made_up(found, made_up)
        centre = found.polygon.centroid
        zone_id = ids.make("zone", level.ordinal, found.name, centre.x, centre.y)
        category = found.category or ZoneCategory.UNSPECIFIED
        zones.append(Zone(zone_id, level.id, found.polygon, name, category, found.alias, confidence=found.confidence))
    if made_up:
        count = sum(made_up.values())
        words = f"Without a name in the drawing, and numbered: {counted(count, 'zone')}."
        findings.append(make_finding("name-made-up", words, ordinal=level.ordinal, count=count))
    return zones


def _made_up(zone: FoundZone, counts: Counter[str]) -> str:
    title = _TITLES.get(zone.category, "Zone")
    counts[title] += 1
    return f"{title} {counts[title]}"


def _openings(content: LevelContent, level: Level, zone_ids: Sequence[UUID], ids: IdMaker) -> list[Opening]:
    result = []
    for found in content.openings:
        middle = found.line.centroid
        one, other = (zone_ids[side] if side is not None else None for side in found.sides)
        result.append(
            Opening(
                ids.make("opening", level.ordinal, middle.x, middle.y),
                level.id,
                found.line,
                (one, other),
                found.category,
                round(float(found.line.length), 3),
                found.exit,
                found.number,
            )
        )
    return result


def _assets(blocks: Sequence[BlockUse], view: View, level: Level, ids: IdMaker) -> list[Asset]:
    found = []
    for block in blocks:
        category = asset_of(block.name)
        at = Point(block.at)
        if category is not None and view.outline.distance(at) <= 2.0:
            asset_id = ids.make("asset", level.ordinal, category, at.x, at.y)
            found.append(Asset(asset_id, level.id, at, category, block.name))
    return found


def moved(plan: Floorplan, by: Vertex) -> Floorplan:
    """A floorplan with something added to every coordinate."""
    if by == (0.0, 0.0):
        return plan

    def move(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, lambda xy: xy + np.asarray(by))

    def move_polygon(polygon: Polygon) -> Polygon:
        return shapely.transform(polygon, lambda xy: xy + np.asarray(by))

    return replace(
        plan,
        zones=tuple(replace(z, polygon=move_polygon(z.polygon)) for z in plan.zones),
        openings=tuple(replace(o, line=move(o.line)) for o in plan.openings),
        transitions=tuple(replace(t, geometry=move(t.geometry)) for t in plan.transitions),
        walls=tuple(replace(w, line=move(w.line)) for w in plan.walls),
        assets=tuple(replace(a, point=move(a.point)) for a in plan.assets),
    )


def _moved_finding(finding: Finding, by: Vertex) -> Finding:
    if finding.x is None or finding.y is None:
        return finding
    return replace(finding, x=finding.x + by[0], y=finding.y + by[1])
