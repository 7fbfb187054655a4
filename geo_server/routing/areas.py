"""Where threats can be by given moments, as areas of walkable space: never through walls.

A zone is taken whole once a threat had time for half of its outline, as no two places of it are farther apart, or for the
way from where it came in to the farthest place. In any other the area is what can be seen from the places where a threat
starts, comes in or turns a corner, within the metres it has left there. A corner that a threat is at sooner by a way that
does not go on round it adds nothing: what is behind it is reached sooner by another.

Where that takes too long (:mod:`geo_server.routing.rims`) no wall within a zone holds a threat that begins in it: an area that has
all of the exact one, and never goes beyond the zone.

What is cheap was measured: circles are made and cut with what is seen many in one call, and joined exactly, each cluster of
zones that touch or overlap by itself. Zones with walls between them have nothing to join, and to find that out again for a
whole level was most of the work.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import shapely
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.routes import ReachArea
from geo_server.routing.all_zones import AllZones
from geo_server.routing.chase import OPEN
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.fields import Arrivals
from geo_server.routing.rims import let_go
from geo_server.routing.sightlines import (
    CIRCUMSCRIBED,
    ROUND,
    area_before,
    area_before_disc,
    join,
    overlap,
    overlaps,
    visible_area,
)
from geo_server.routing.threats import LocatedThreat, Seed
from geo_server.routing.visibility import Bools, Floats, Ints
from geo_server.routing.whereabouts import rim_within
from geo_server.routing.zones import ZoneWays

MOMENTS_S = (0.0, 15.0, 30.0, 60.0)
"""Seconds from the plan's moment that areas are given for."""

AT_ONCE_S = 1e-6
"""Moments that differ by less are one."""


@dataclass(frozen=True)
class _Source:
    """A place from which a threat goes straight on: a disc, a polygon, a door or a point; and when it can be there.

    Args:
        held: Whether walls hold it.
        begun: Whether it was there from the first.
        rim: Whether it is an edge of a polygon in which it was.
    """

    place: BaseGeometry
    at_s: float
    radius_m: float = 0.0
    held: bool = True
    begun: bool = False
    rim: bool = False


@dataclass(frozen=True)
class _Piece:
    """A part of a zone: what is seen from a source, within some metres of its place; and the zone's cluster."""

    cluster: int
    seen: BaseGeometry
    place: BaseGeometry
    metres: float


def reach_areas(
    compiled: CompiledFloorplan,
    threats: Sequence[tuple[LocatedThreat, float, float]],
    arrivals: Arrivals,
    moments_s: Sequence[float] = MOMENTS_S,
) -> tuple[ReachArea, ...]:
    """Areas that any threat can be in by each moment, by level in the order of their ids.

    Args:
        compiled: The floorplan.
        threats: Each with the second at which it was at its place, and its speed.
        arrivals: Earliest arrivals of any threat.
        moments_s: Seconds from the plan's moment.
    """
    if not threats:
        return ()
    speed_mps = max(speed for _, _, speed in threats)
    seeds = _seeds_by_zone(threats)
    begun, whole = _begun_and_whole(compiled, seeds, arrivals, np.array(moments_s), speed_mps)
    pieces: dict[tuple[int, UUID], list[_Piece]] = defaultdict(list)
    zones = compiled.all_zones
    numbers = np.flatnonzero((begun & ~whole).any(axis=0)).tolist()
    loose = let_go(zones, numbers, seeds)
    for number in numbers:
        ways = zones.ways[number]
        if zones.yards[number]:
            sources, whole_s = _over_ground(compiled, ways, threats, arrivals), math.inf
        else:
            entered = _entered(compiled, ways, arrivals)
            whole_s = float(min(entered + zones.farthest(number) / speed_mps, default=math.inf))
            sources = _sources(zones, number, seeds.get(ways.zone_id, ()), entered, speed_mps)
            sources = [_loosened(source) for source in sources if not source.rim] if number in loose else sources
        for k, moment_s in enumerate(moments_s):
            if moment_s >= whole_s:
                whole[k, number] = True
                continue
            left = [(source, (moment_s - source.at_s) * speed_mps) for source in sources if source.at_s <= moment_s]
            whole[k, number] = any(source.held and metres >= ways.zone.polygon.length / 2 for source, metres in left)
            if not whole[k, number]:
                cluster = int(zones.clusters[number])
                pieces[k, ways.zone.level_id] += [_piece(cluster, ways, source, metres) for source, metres in left]
    return tuple(
        ReachArea(level_id, moment_s, area)
        for k, moment_s in enumerate(moments_s)
        for level_id, on_level in zones.by_level.items()
        if not (area := _area(zones, on_level[whole[k, on_level]], pieces[k, level_id])).is_empty
    )


def _seeds_by_zone(threats: Sequence[tuple[LocatedThreat, float, float]]) -> dict[UUID, list[tuple[float, Seed]]]:
    """Where threats may be in each zone, each with the second."""
    found: dict[UUID, list[tuple[float, Seed]]] = defaultdict(list)
    for located, at_s, _ in threats:
        for seed in located.seeds:
            found[seed.ways.zone_id].append((at_s, seed))
    return found


def _begun_and_whole(
    compiled: CompiledFloorplan,
    seeds: Mapping[UUID, Sequence[tuple[float, Seed]]],
    arrivals: Arrivals,
    moments_s: Floats,
    speed_mps: float,
) -> tuple[Bools, Bools]:
    """Whether a threat may be in each zone by each moment, and whether it had time for all of it, both shape (moments, zones).

    Where no wall holds a threat that comes in, in yards and straight through walls, the one may be so and nothing is said of
    the other.
    """
    zones = compiled.all_zones
    first_s, loose = zones.entered(arrivals.states), zones.yards.copy()
    for zone_id, inside in seeds.items():
        number = zones.numbers[zone_id]
        first_s[number] = min(first_s[number], *(at_s for at_s, _ in inside))
        loose[number] |= any(not seed.held for _, seed in inside)
    first_s[loose] = -np.inf
    begun = first_s <= moments_s[:, None]
    whole = begun & ~loose & ((moments_s[:, None] - first_s) * speed_mps >= zones.half_outlines_m)
    return begun, whole


def _area(zones: AllZones, whole: Ints, pieces: Sequence[_Piece]) -> Polygon | MultiPolygon:
    """What some zones of a level, by their positions, and pieces of others are together."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for number in whole.tolist():
        numbers[int(zones.clusters[number])].append(number)
    cut: dict[int, list[BaseGeometry]] = defaultdict(list)
    for cluster, part in _cut(pieces):
        cut[cluster].append(part)
    clusters = sorted(numbers.keys() | cut.keys())
    return _polygons([_join(zones, numbers.get(cluster, []), cut.get(cluster, [])) for cluster in clusters])


def _join(zones: AllZones, whole: list[int], cut: list[BaseGeometry]) -> BaseGeometry:
    """Zones of one cluster, by their positions, and pieces of others in it, as one shape."""
    parts = [zones.ways[number].zone.polygon for number in whole]
    if len(parts) + len(cut) == 1:
        return [*parts, *cut][0]
    if cut:
        return join([*parts, *cut])
    # Zones that threats had time for are the same at the next moment, and after the next sighting.
    return zones.joined.get(tuple(whole), lambda: join(parts))


def _sources(
    zones: AllZones, number: int, seeds: Sequence[tuple[float, Seed]], entered: Floats, speed_mps: float
) -> list[_Source]:
    """Doors, corners and discs of a zone indoors, by its position, each with the earliest second of a threat there."""
    ways = zones.ways[number]
    corners, facing = np.full((2, len(ways.space.corners)), np.inf)
    if len(entered) and len(corners):
        corners = (entered[:, None] + ways.corners_m / speed_mps).min(axis=0)
        facing = (entered[:, None] + zones.facing(number) / speed_mps).min(axis=0)
    inside = np.full(len(entered), np.inf)
    for at_s, seed in seeds:
        inside = np.minimum(inside, at_s + seed.terminals_m / speed_mps)
        corners = np.minimum(corners, at_s + seed.corners_m / speed_mps)
    doors = _where_entered(ways, entered, inside, speed_mps)
    turned = np.where(corners <= facing + AT_ONCE_S, corners, np.inf)
    return [
        *(_Source(ways.regions[k], float(doors[k])) for k in np.flatnonzero(np.isfinite(doors))),
        *(source for at_s, seed in seeds for source in _at_start(ways, seed, at_s)),
        *(_Source(Point(ways.space.corners[n]), float(turned[n])) for n in np.flatnonzero(np.isfinite(turned))),
    ]


def _over_ground(
    compiled: CompiledFloorplan,
    ways: ZoneWays,
    threats: Sequence[tuple[LocatedThreat, float, float]],
    arrivals: Arrivals,
) -> list[_Source]:
    """What a threat comes straight from into a yard: places in the open, and every way that leads there."""
    level = compiled.floorplan.level_by_id[ways.zone.level_id]
    sources = [
        _Source((there := located.ground.moved(-np.array(level.shift_m))).core, at_s, there.radius_m)
        for located, at_s, _ in threats
        if located.ground is not None
    ]
    for (node, _), place in zip(compiled.ground.items(), compiled.ground_on(level), strict=True):
        at_s = float(arrivals.states[compiled.chase.states[compiled.index[node], OPEN]])
        if math.isfinite(at_s):
            sources.append(_Source(place, at_s))
    return [replace(source, held=False) for source in sources]


def _entered(compiled: CompiledFloorplan, ways: ZoneWays, arrivals: Arrivals) -> Floats:
    """Earliest seconds at which a threat comes into a zone by each of its terminals, shape (k,)."""
    states = [compiled.chase.states[node, str(ways.zone_id)] for node in compiled.zone_nodes[ways.zone_id]]
    entered: Floats = arrivals.states[states] + np.array(ways.lock_s)
    return entered


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


def _piece(cluster: int, ways: ZoneWays, source: _Source, metres: float) -> _Piece:
    around_m = (source.radius_m + metres) * CIRCUMSCRIBED
    return _Piece(cluster, _seen(ways, source), source.place, around_m)


def _cut(pieces: Sequence[_Piece]) -> Iterable[tuple[int, BaseGeometry]]:
    """The areas of some pieces, of those whose circle meets what is seen, each with its cluster."""
    places = np.array([piece.place for piece in pieces], dtype=object)
    seen = np.array([piece.seen for piece in pieces], dtype=object)
    metres = np.array([piece.metres for piece in pieces])
    near = shapely.dwithin(seen, places, metres)
    areas = overlaps(seen[near], shapely.buffer(places[near], metres[near], quad_segs=ROUND))
    return zip((pieces[number].cluster for number in np.flatnonzero(near).tolist()), areas, strict=True)


def _seen(ways: ZoneWays, source: _Source) -> BaseGeometry:
    if not (source.held and len(ways.space.corners)):
        return ways.zone.polygon
    if source.radius_m > 0 and isinstance(source.place, Point):
        return area_before_disc(ways.space, source.place, source.radius_m)
    if isinstance(source.place, Point):
        return visible_area(ways.space, source.place.x, source.place.y)
    return overlap(source.place, ways.zone.polygon) if source.begun else area_before(ways.space, source.place)


def _at_start(ways: ZoneWays, seed: Seed, at_s: float) -> list[_Source]:
    """Where a threat begins: of a polygon what of it is in the zone, and its edges there, as of doors."""
    core = seed.there.core
    begun = [_Source(core, at_s, seed.there.radius_m, held=seed.held, begun=True)]
    if isinstance(core, Point) or not (seed.held and len(ways.space.corners)):
        return begun
    return begun + [_Source(edge, at_s, rim=True) for edge in rim_within(ways.space, core)]


def _loosened(source: _Source) -> _Source:
    """Whoever was in a zone from the first as somebody whom no wall in it holds: where a threat can be is in that area too."""
    return replace(source, held=False) if source.begun else source


def _polygons(geometries: Sequence[BaseGeometry]) -> Polygon | MultiPolygon:
    parts = [part for part in shapely.get_parts(geometries) if isinstance(part, Polygon) and part.area > 0]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
