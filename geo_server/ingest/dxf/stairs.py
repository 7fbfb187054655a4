"""Flights of stairs: runs of parallel treads, and the zones that they make. All lengths in metres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon, STRtree

from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.noding import straighten
from geo_server.ingest.dxf.segments import as_lines, lengths, segments_of

LEAST_TREADS = 4
TREAD_M = (0.2, 0.45)
"""Depths of treads."""
WIDTH_M = (0.6, 8.0)
"""Widths of flights."""
ENTRY_M = (0.8, 6.0)
"""Widths of ways onto stairs."""
ON_WALL_M = 0.05
"""A tread this close to a wall lies in its plane."""
MARGIN_M = 0.25
"""A flight that is cut out of a zone reaches this far beyond its treads."""
WHOLE_SHARE = 0.3
"""A zone that flights cover to this share is a stairwell; in a larger zone they are cut out as a zone of their own."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight of stairs.

    Args:
        polygon: What its treads cover.
        ends: Its first and last tread.
    """

    polygon: Polygon
    ends: tuple[LineString, LineString]
    treads: int


def find_flights(strokes: Sequence[Stroke]) -> list[Flight]:
    """Runs of at least four parallel segments of like length, a tread's depth apart."""
    segments = straighten(segments_of(strokes))
    sizes = lengths(segments)
    segments = segments[(sizes >= WIDTH_M[0]) & (sizes <= WIDTH_M[1])]
    if len(segments) < LEAST_TREADS:
        return []
    lines, sizes = as_lines(segments), lengths(segments)
    middles = (segments[:, :2] + segments[:, 2:]) / 2
    units = (segments[:, 2:] - segments[:, :2]) / sizes[:, None]
    parent = np.arange(len(segments))
    first, second = STRtree(shapely.points(middles)).query(
        shapely.points(middles), predicate="dwithin", distance=TREAD_M[1]
    )
    away = middles[second] - middles[first]
    across = np.abs(away[:, 0] * units[first, 1] - away[:, 1] * units[first, 0])
    parallel = np.abs((units[first] * units[second]).sum(axis=1)) > 0.98
    like = np.abs(sizes[first] / sizes[second] - 1) < 0.35
    joined = (across >= TREAD_M[0] / 4) & (across <= TREAD_M[1]) & parallel & like & (first < second)
    for one, other in zip(first[joined].tolist(), second[joined].tolist(), strict=True):
        parent[_root(parent, other)] = _root(parent, one)
    roots = np.array([_root(parent, index) for index in range(len(segments))])
    flights = []
    for root in np.unique(roots):
        members = np.flatnonzero(roots == root)
        flight = _flight(lines[members], middles[members], units[root])
        if flight is not None:
            flights.append(flight)
    return sorted(flights, key=lambda f: f.polygon.bounds)


def _root(parent: np.ndarray[tuple[int], np.dtype[np.intp]], index: int) -> int:
    while parent[index] != index:
        index = int(parent[index])
    return index


def _flight(lines: np.ndarray[tuple[int], np.dtype[np.object_]], middles: object, unit: object) -> Flight | None:
    across = np.asarray(middles) @ np.array([-np.asarray(unit)[1], np.asarray(unit)[0]])
    treads = len(np.unique(np.round(across / 0.05)))
    hull = shapely.convex_hull(shapely.union_all(lines))
    if treads < LEAST_TREADS or not isinstance(hull, Polygon) or hull.area < 0.8:
        return None
    return Flight(hull, (lines[int(across.argmin())], lines[int(across.argmax())]), treads)


def cut_flights(
    zones: Sequence[Polygon], flights: Sequence[Flight]
) -> tuple[list[Polygon], set[int], list[LineString]]:
    """Zones with flights cut out of those that are more than a stairwell.

    Returns:
        The zones, the indices of those that are stairs, and the lines where one steps onto a flight that was cut out.
    """
    result: list[Polygon] = []
    stairs: set[int] = set()
    steps: list[LineString] = []
    tree = STRtree([flight.polygon for flight in flights])
    for zone in zones:
        inside = [flights[i] for i in sorted(tree.query(zone, predicate="intersects").tolist())]
        inside = [f for f in inside if f.polygon.intersection(zone).area > 0.6 * f.polygon.area]
        covered = sum(f.polygon.intersection(zone).area for f in inside)
        if not inside:
            result.append(zone)
        elif covered >= WHOLE_SHARE * zone.area:
            stairs.add(len(result))
            result.append(zone)
        else:
            rest, cut = _cut(zone, [f.polygon for f in inside])
            result.extend(rest)
            stairs |= set(range(len(result), len(result) + len(cut)))
            result.extend(cut)
            steps.extend(_edge(end, f) for f in inside for end in f.ends)
    return result, stairs, steps


def _edge(tread: LineString, flight: Flight) -> LineString:
    """The first or last tread of a flight moved to where the zone of the flight ends."""
    ends = shapely.get_coordinates(tread)
    along = (ends[1] - ends[0]) / tread.length
    out = np.array([-along[1], along[0]])
    away = ends.mean(axis=0) - shapely.get_coordinates(flight.polygon.centroid)[0]
    return LineString(ends + out * (MARGIN_M if float(out @ away) > 0 else -MARGIN_M))


def _cut(zone: Polygon, flights: Sequence[Polygon]) -> tuple[list[Polygon], list[Polygon]]:
    """A zone without its flights, and the flights; flights beside each other are one."""
    grown = shapely.buffer(np.array(flights), MARGIN_M, join_style="mitre")
    merged = shapely.intersection(shapely.union_all(grown), zone)
    merged = shapely.set_precision(merged, 0.001)
    rest = shapely.difference(zone, merged, grid_size=0.001)
    parts = [p for p in shapely.get_parts(rest) if isinstance(p, Polygon) and p.area > 0.5]
    return parts, [p for p in shapely.get_parts(merged) if isinstance(p, Polygon) and p.area > 0.8]


def entries_on_walls(strokes: Sequence[Stroke], stairwell: Polygon) -> list[LineString]:
    """Treads and landing edges that lie on the outline of a stairwell.

    A stairwell that nobody can enter is drawn wrong; where a tread lies in the plane of its wall, the wall was most
    likely drawn over the way in.

    Args:
        strokes: On layers of stairs.
        stairwell: Its polygon.
    """
    segments = segments_of(strokes)
    sizes = lengths(segments)
    lines = as_lines(segments[(sizes >= ENTRY_M[0]) & (sizes <= ENTRY_M[1])])
    band = stairwell.exterior.buffer(ON_WALL_M, cap_style="flat")
    on_wall = lines[shapely.within(lines, band)]
    merged = shapely.line_merge(shapely.union_all(on_wall, grid_size=0.001)) if len(on_wall) else None
    parts = shapely.get_parts(merged) if merged is not None else []
    return [part for part in parts if isinstance(part, LineString) and ENTRY_M[0] <= part.length <= ENTRY_M[1]]
