"""One level: from its strokes and texts to zones, openings and walls without ids. All lengths in metres."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Polygon, STRtree

from geo_server.domain.places import OpeningCategory, ZoneCategory
from geo_server.domain.progress import Stage
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf import labels as texts
from geo_server.ingest.dxf.annotations import without_annotations
from geo_server.ingest.dxf.areas import DrawnArea, find_areas, grow_shafts
from geo_server.ingest.dxf.barriers import Barriers, find_barriers
from geo_server.ingest.dxf.bays import divide_zones
from geo_server.ingest.dxf.booths import absorb_booths, without_gaps
from geo_server.ingest.dxf.closing import Closed, close_level
from geo_server.ingest.dxf.confidence import find_doubts, weigh_zones
from geo_server.ingest.dxf.content import FoundZone, LevelContent
from geo_server.ingest.dxf.cubicles import absorb_cubicles
from geo_server.ingest.dxf.drawing import Label, Stroke
from geo_server.ingest.dxf.finishes import without_finishes
from geo_server.ingest.dxf.islands import absorb_islands
from geo_server.ingest.dxf.openings import (
    FoundOpening,
    FoundOpenings,
    fill_gaps,
    find_openings,
    footprint_of,
    healed,
    zones_beside,
)
from geo_server.ingest.dxf.polygonize import inscribed_radius, without_tentacles
from geo_server.ingest.dxf.profile import category_of, stroke_role
from geo_server.ingest.dxf.recover import find_leaks
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import Segments, as_lines, segments_of
from geo_server.ingest.dxf.short_numbers import find_short_numbers
from geo_server.ingest.dxf.stairs import cut_flights, entries_on_walls, find_flights
from geo_server.ingest.dxf.surroundings import without_surroundings
from geo_server.ingest.dxf.walls import (
    Bridge,
)
from geo_server.ingest.telling import begin

NARROW_M = 1.3
"""An unnamed space without a way in is the inside of a wall when it is narrower than this, where doors are drawn."""
SHAFT_M2, BOOTH_M2 = 4.0, 2.0
"""An unnamed space without a way in is dropped when it is smaller than this: with doors drawn, without any drawn."""


def read_level(strokes: Sequence[Stroke], labels: Sequence[Label], roles: Mapping[str, Role]) -> LevelContent:
    """Zones, openings and walls of one level.

    Args:
        strokes: Its linework, in metres.
        labels: Its texts.
        roles: What layers are for.
    """
    content = LevelContent()
    areas, outlines, repairs = find_areas(strokes, roles)
    content.findings += repairs
    barriers = find_barriers(strokes, roles, outlines)
    stamps, told = without_finishes(texts.find_stamps(labels))
    content.findings += told
    closed = close_level(barriers, [s.at for s in stamps if s.names or s.number])
    content.doors_drawn = len(closed.doors)
    content.findings += [*closed.findings, *healed([*closed.bridges, *closed.joined])]
    begin(Stage.ROOMS)
    areas = grow_shafts(areas, closed.faces.rooms)
    polygons, drawn = _zones(closed, areas, barriers, stamps)
    divided, bays = divide_zones(polygons[len(drawn) :], stamps)
    on_stairs = [s for s in strokes if stroke_role(s, roles) is Role.STAIRS]
    polygons, stairs, steps = cut_flights([*polygons[: len(drawn)], *divided], find_flights(on_stairs))
    closures = fill_gaps([*closed.bridges, *bays], closed.doors, closed.still, barriers.unsaid, closed.segments)
    footprint = footprint_of([*polygons, *closed.faces.polygons])
    found = find_openings(closures, closed.doors, polygons, footprint, closed.segments)
    _step_on(steps, polygons, found)
    _enter_stairwells(on_stairs, stairs, polygons, found)
    content.findings += found.findings
    polygons, openings, booths = absorb_booths(polygons, found.openings, {*stairs, *range(len(drawn))}, stamps)
    kept = {*stairs, *range(len(drawn))}
    polygons, openings, stamps, told = absorb_cubicles(polygons, openings, kept, stamps)
    content.findings += told
    polygons, openings, told = without_surroundings(polygons, openings, kept, stamps)
    content.findings += told
    loose = {index for index, area in drawn.items() if not area.said}
    kept = {*stairs, *drawn.keys()} - loose
    polygons, openings, told = absorb_islands(polygons, openings, kept, loose, closed.thickness)
    content.findings += told
    polygons, openings, stairs = without_gaps(polygons, openings, stairs)
    if absorbed := booths + closed.faces.absorbed:
        content.findings.append(make_finding("niche-absorbed", count=absorbed))
    begin(Stage.LABELS)
    ways = [LineString([bridge.start, bridge.end]) for bridge in closed.bridges]
    naming = without_annotations(texts.without_door_tags(stamps, ways), polygons, ways)
    zones = _named(polygons, stairs, drawn, naming, content)
    zones = _categorised(_numbered(zones, find_short_numbers(labels, polygons, ways)), openings)
    zones, content.openings = _without_shafts(zones, openings, content)
    solid = np.vstack([barriers.all, segments_of(on_stairs)])
    content.zones = weigh_zones(zones, content.openings, solid, barriers.door_lines, closures)
    content.findings += find_doubts(content.zones)
    content.walls = _wall_lines(closed.segments, barriers.glazing)
    return content


def _zones(
    closed: Closed, areas: Sequence[DrawnArea], barriers: Barriers, stamps: Sequence[texts.Stamp]
) -> tuple[list[Polygon], dict[int, DrawnArea]]:
    """Polygons of zones: outlined rooms first, which are returned apart too, then what walls enclose, then leaks."""
    radius = min(0.3, max(0.1, 0.55 * closed.thickness))
    leaks = find_leaks(closed.segments, closed.faces.polygons, closed.bridges, [s.at for s in stamps if s.names])
    rooms = [*closed.faces.rooms, *leaks]
    taken = [area.polygon for area in areas] + list(barriers.voids)
    tree = STRtree(taken)
    result = [area.polygon for area in areas]
    for room in rooms:
        over = [taken[i] for i in tree.query(room, predicate="intersects").tolist()]
        rest = shapely.difference(room, shapely.union_all(over), grid_size=0.001) if over else room
        for part in shapely.get_parts(rest):
            if isinstance(part, Polygon) and part.area > (2.0 if over else 0.5):
                result.extend(without_tentacles(part, 0.3 if over else radius))
    return result, dict(enumerate(areas))


def _step_on(steps: Sequence[LineString], zones: Sequence[Polygon], found: FoundOpenings) -> None:
    """Add the ways onto flights that were cut out of a larger zone."""
    if not steps:
        return
    ends = [shapely.get_coordinates(step)[[0, -1]].tolist() for step in steps]
    bridges = [Bridge((start[0], start[1]), (end[0], end[1])) for start, end in ends]
    for step, sides in zip(steps, zones_beside(bridges, zones), strict=True):
        if None not in sides and sides[0] != sides[1]:
            found.openings.append(FoundOpening(step, sides, OpeningCategory.GAP, exit=False))


def _enter_stairwells(
    strokes: Sequence[Stroke], stairs: set[int], zones: Sequence[Polygon], found: FoundOpenings
) -> None:
    """Assume a way into each stairwell that has none, where a tread lies in the plane of its wall."""
    entered = {side for opening in found.openings for side in opening.sides}
    for index in sorted(stairs - entered):
        entries = entries_on_walls(strokes, zones[index])
        before = len(found.openings)
        _step_on(entries, zones, found)
        for opening in found.openings[before:]:
            middle = opening.line.centroid
            found.findings.append(make_finding("stairs-entry-assumed", at=(middle.x, middle.y)))


def _named(
    polygons: Sequence[Polygon],
    stairs: set[int],
    drawn: Mapping[int, DrawnArea],
    stamps: Sequence[texts.Stamp],
    content: LevelContent,
) -> list[FoundZone]:
    outlined = {area.polygon.wkb: area for area in drawn.values()}
    assigned, outside = texts.assign(stamps, polygons)
    content.findings += [
        make_finding("label-outside", f"The text {s.name or s.number!r} lies in no zone.", at=s.at)
        for s in outside
        if category_of(s.name) is not None or s.number
    ]
    zones = []
    for index, polygon in enumerate(polygons):
        on_stairs = index in stairs
        zone = FoundZone(polygon, category=ZoneCategory.STAIRS if on_stairs else None, treads=on_stairs)
        area = outlined.get(polygon.wkb)
        if area is not None:
            zone = replace(zone, name=area.name, category=zone.category or area.category, outlined=True)
        if index in assigned:
            zone = _stamped(zone, assigned[index], content)
        zones.append(zone)
    return zones


def _numbered(zones: Sequence[FoundZone], numbers: Mapping[int, str]) -> list[FoundZone]:
    """Zones without a name named by their short numbers."""
    return [
        replace(zone, name=numbers[index], category=zone.category or ZoneCategory.ROOM)
        if index in numbers and not zone.name
        else zone
        for index, zone in enumerate(zones)
    ]


def _stamped(zone: FoundZone, stamps: Sequence[texts.Stamp], content: LevelContent) -> FoundZone:
    best = texts.best_stamp(stamps)
    if texts.named_count(stamps) > 1:
        content.findings.append(make_finding("several-names", at=best.at, count=len(stamps)))
    if best.area_m2 and abs(zone.polygon.area / best.area_m2 - 1) > 0.1:
        words = f"Written area {best.area_m2:.1f} m², outline {zone.polygon.area:.1f} m²."
        content.findings.append(make_finding("area-differs", words, at=best.at))
    number = zone.name or best.number
    name, alias = (number, best.name or None) if number else (best.name, None)
    category = category_of(best.name) or zone.category
    if zone.category is ZoneCategory.STAIRS and category not in {ZoneCategory.ELEVATOR, ZoneCategory.RAMP}:
        category = ZoneCategory.STAIRS
    if category is None and (name or alias):
        category = ZoneCategory.ROOM
    names = texts.names_inside(stamps, zone.polygon)
    return replace(zone, name=name, alias=alias, category=category, area_m2=best.area_m2, names=names)


def _categorised(zones: Sequence[FoundZone], openings: Sequence[FoundOpening]) -> list[FoundZone]:
    """Zones without a category by their shape: long and with many doors is a corridor."""
    ways = [0] * len(zones)
    for opening in openings:
        for side in opening.sides:
            if side is not None:
                ways[side] += 1
    radii = inscribed_radius([zone.polygon for zone in zones])
    result = []
    for zone, count, radius in zip(zones, ways, radii.tolist(), strict=True):
        long = zone.polygon.area / max(4 * radius * radius, 0.01)
        if zone.category is None and count >= 4 and long >= 2.5:
            zone = replace(zone, category=ZoneCategory.CORRIDOR)  # noqa: PLW2901 - the better known one
        result.append(zone)
    return result


def _without_shafts(
    zones: Sequence[FoundZone], openings: Sequence[FoundOpening], content: LevelContent
) -> tuple[list[FoundZone], list[FoundOpening]]:
    """Drop small or narrow unnamed zones that nothing leads into: shafts, and the insides of thick walls."""
    reached = {side for opening in openings for side in opening.sides if side is not None}
    least = SHAFT_M2 if content.doors_drawn else BOOTH_M2
    unknown = [i for i, z in enumerate(zones) if i not in reached and not z.name and z.category is None]
    radii = inscribed_radius([zones[index].polygon for index in unknown])
    narrow = (radii <= NARROW_M / 2) & (content.doors_drawn > 0)
    small = np.array([zones[index].polygon.area < least for index in unknown], dtype=np.bool_)
    dropped = set(np.array(unknown, dtype=np.intp)[narrow | small].tolist())
    kept = [index for index in range(len(zones)) if index not in dropped]
    if len(kept) < len(zones):
        content.findings.append(make_finding("shaft-dropped", count=len(zones) - len(kept)))
    place = {old: new for new, old in enumerate(kept)}
    moved = [replace(o, sides=(_moved(o.sides[0], place), _moved(o.sides[1], place))) for o in openings]
    return [zones[index] for index in kept], moved


def _moved(side: int | None, place: Mapping[int, int]) -> int | None:
    return None if side is None else place[side]


def _wall_lines(segments: Segments, glazing: Segments) -> list[tuple[LineString, bool]]:
    """Barriers as lines, merged where they run on."""
    merged = shapely.line_merge(shapely.multilinestrings(as_lines(segments))) if len(segments) else None
    lines = [part for part in shapely.get_parts(merged) if part.length > 0.05] if merged is not None else []
    if not lines:
        return []
    panes = shapely.union_all(shapely.buffer(as_lines(glazing), 0.005)) if len(glazing) else None
    return [(line, panes is not None and bool(panes.covers(line))) for line in lines]
