"""Where threats can be by given moments, as areas of walkable space: never through walls.

A zone is taken whole once a threat had time for half of its outline: no two places of it are farther apart. In any other the area is what can be seen from
the places where a threat comes in or turns a corner, within the metres it has left there. A door's line is sampled, and
each sample given half the spacing more, so the area never leaves out what a threat can reach by a straight way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.routes import ReachArea
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.sightlines import visible_area
from geo_server.routing.threats import LocatedThreat
from geo_server.routing.visibility import Floats
from geo_server.routing.zones import ZoneWays

MOMENTS_S = (0.0, 15.0, 30.0, 60.0)
"""Seconds from the plan's moment that areas are given for."""

SPACING_M = 0.5
"""Between samples of a door's line or a disc's rim."""

ROUND = 16
"""Segments of a quarter circle."""


@dataclass(frozen=True)
class _Source:
    """A place from which a threat goes straight on, and when it can be there."""

    place: BaseGeometry
    at_s: float
    slack_m: float


def reach_areas(
    compiled: CompiledFloorplan,
    threats: Sequence[tuple[LocatedThreat, float, float]],
    arrivals: Floats,
    moments_s: Sequence[float] = MOMENTS_S,
) -> tuple[ReachArea, ...]:
    """Areas that any threat can be in by each moment, by level in the order of their ids.

    Args:
        compiled: The floorplan.
        threats: Each with the second at which it was at its place, and its speed.
        arrivals: Earliest arrival of any threat at each node.
        moments_s: Seconds from the plan's moment.
    """
    if not threats:
        return ()
    speed_mps = max(speed for _, _, speed in threats)
    parts: dict[tuple[float, str], list[BaseGeometry]] = {}
    for ways in compiled.zones.values():
        sources = _sources(compiled, ways, threats, arrivals, speed_mps)
        for moment_s in moments_s:
            area = _area(ways, sources, moment_s, speed_mps)
            if not area.is_empty:
                parts.setdefault((moment_s, str(ways.zone.level_id)), []).append(area)
    return tuple(
        ReachArea(UUID(level_id), moment_s, area)
        for (moment_s, level_id), found in sorted(parts.items())
        if not (area := _polygons(shapely.union_all(found))).is_empty
    )


def _sources(
    compiled: CompiledFloorplan,
    ways: ZoneWays,
    threats: Sequence[tuple[LocatedThreat, float, float]],
    arrivals: Floats,
    speed_mps: float,
) -> list[_Source]:
    """Doors, corners and discs of a zone, each with the earliest second of a threat there."""
    entered = arrivals[compiled.zone_nodes[ways.zone_id]] + np.array(ways.lock_s)
    corners = np.full(len(ways.space.corners), np.inf)
    if len(entered) and len(corners):
        corners = (entered[:, None] + ways.corners_m / speed_mps).min(axis=0)
    seeds = [(located, at_s, seed) for located, at_s, _ in threats for seed in located.seeds if seed.ways is ways]
    inside = np.full(len(entered), np.inf)
    for _, at_s, seed in seeds:
        inside = np.minimum(inside, at_s + seed.terminals_m / speed_mps)
        corners = np.minimum(corners, at_s + seed.corners_m / speed_mps)
    sources = [
        _Source(place, float(at), SPACING_M / 2)
        for region, at in zip(ways.regions, _where_entered(ways, entered, inside, speed_mps), strict=True)
        if np.isfinite(at)
        for place in _samples(region)
    ]
    sources += [_Source(_disc(located.threat.point, seed.radius_m), at_s, 0.0) for located, at_s, seed in seeds]
    sources += [
        _Source(Point(xy), float(at), 0.0)
        for xy, at in zip(ways.space.corners, corners, strict=True)
        if np.isfinite(at)
    ]
    return sources


def _where_entered(ways: ZoneWays, entered: Floats, inside: Floats, speed_mps: float) -> Floats:
    """The times at doors, but infinite where a threat comes to a door from within the zone: that adds no area.

    Args:
        ways: The zone.
        entered: Seconds at which a threat comes in through each terminal, if it comes that way.
        inside: Seconds at which one that is in the zone from the first is at each terminal.
        speed_mps: Its speed.
    """
    if not len(entered):
        return entered
    through = entered[:, None] + ways.threat_m / speed_mps
    earlier = entered[:, None] < entered[None, :] - 1e-9
    through = np.minimum(np.where(earlier, through, np.inf).min(axis=0), inside)
    return np.where(entered < through - 1e-9, entered, np.inf)


def _area(ways: ZoneWays, sources: list[_Source], moment_s: float, speed_mps: float) -> BaseGeometry:
    zone = ways.zone.polygon
    parts: list[BaseGeometry] = []
    for source in sources:
        metres = (moment_s - source.at_s) * speed_mps
        if metres < 0:
            continue
        if metres >= zone.length / 2:
            return zone
        around = source.place.buffer(metres + source.slack_m, ROUND)
        parts.append(_seen(ways, source, around))
    return shapely.union_all(parts) if parts else Polygon()


def _seen(ways: ZoneWays, source: _Source, around: BaseGeometry) -> BaseGeometry:
    if _is_convex(ways):
        return ways.zone.polygon.intersection(around)
    if isinstance(source.place, Point):
        return visible_area(ways.space, source.place).intersection(around)
    inside = ways.zone.polygon.intersection(source.place)
    rims = [visible_area(ways.space, place) for place in _samples(inside)]
    return shapely.union_all([inside, *(rim.intersection(around) for rim in rims)])


def _disc(centre: Point, radius_m: float) -> BaseGeometry:
    return centre.buffer(radius_m, ROUND) if radius_m > 0 else centre


def _is_convex(ways: ZoneWays) -> bool:
    return not len(ways.space.corners)


def _samples(region: BaseGeometry) -> list[Point]:
    """Points along a door's line, or the rim of an area, no farther apart than the spacing."""
    if isinstance(region, Point):
        return [region]
    rim = region if region.geom_type == "LineString" else region.boundary
    return [Point(xy) for xy in shapely.get_coordinates(shapely.segmentize(rim, SPACING_M))]


def _polygons(geometry: BaseGeometry) -> Polygon | MultiPolygon:
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon) and part.area > 0]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
