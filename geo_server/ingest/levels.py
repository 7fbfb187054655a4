"""Levels of one building: laid over each other, and joined by stairs and elevators.

Terminology:
    core: a stairwell or an elevator shaft, which stands at one place on every level that it serves.
"""

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.moving import NO_SHIFT, Shift
from geo_server.domain.places import (
    Building,
    Floorplan,
    Level,
    Transition,
    TransitionCategory,
    Zone,
    ZoneCategory,
)
from geo_server.domain.rises import RISER_M, TREAD_M, transition_length
from geo_server.ingest.alignment import Points, align_shift
from geo_server.ingest.identity import IdMaker

LEAST_OVERLAP = 0.2
"""Cores that lie over each other by this share of the smaller one are one core."""
LEAST_AGREEMENT = 0.3
"""Share of corners that must fall on corners for an alignment to be believed."""

_CORES: dict[ZoneCategory, TransitionCategory] = {
    ZoneCategory.STAIRS: TransitionCategory.STAIRS,
    ZoneCategory.ELEVATOR: TransitionCategory.ELEVATOR,
    ZoneCategory.RAMP: TransitionCategory.RAMP,
}


@dataclass(frozen=True, slots=True)
class Core:
    """A zone of a core.

    Args:
        laid: Its outline, with its level shifted over the others.
    """

    zone: Zone
    level: Level
    laid: Polygon


def find_transitions(levels: Sequence[Level], zones: Sequence[Zone], ids: IdMaker) -> list[Transition]:
    """Transitions between cores of neighbouring levels that lie over each other once the levels are shifted.

    Neighbours are the nearest ordinals that some level has: nothing passes a level that is there.
    """
    by_id = {level.id: level for level in levels}
    cores: dict[int, list[Core]] = {level.ordinal: [] for level in levels}
    for zone in zones:
        if zone.category in _CORES and zone.level_id in by_id:
            core = _core(zone, by_id)
            cores[core.level.ordinal].append(core)
    return [
        _transition(low, high, ids)
        for below, above in pairwise(sorted(cores))
        for low, high in _stacked(cores[below], cores[above])
    ]


def ways_past(floorplan: Floorplan, ordinals: Set[int]) -> set[UUID]:
    """Ids of the transitions between cores that lie over each other which pass one of some levels.

    While nobody knew those levels, the cores above and below them were neighbours.

    Args:
        floorplan: Of one building.
        ordinals: Levels that it does not have.
    """
    past = set()
    for way in floorplan.transitions:
        low, high = (_core(floorplan.zone_by_id[zone_id], floorplan.level_by_id) for zone_id in way.zones)
        passes = any(low.level.ordinal < ordinal < high.level.ordinal for ordinal in ordinals)
        if passes and _CORES.get(low.zone.category) is way.category and _is_one(low, high):
            past.add(way.id)
    return past


def _core(zone: Zone, level_by_id: Mapping[UUID, Level]) -> Core:
    level = level_by_id[zone.level_id]
    return Core(zone, level, shapely.transform(zone.polygon, lambda xy: xy + np.asarray(level.shift_m)))


def _stacked(below: Sequence[Core], above: Sequence[Core]) -> Iterator[tuple[Core, Core]]:
    tree = STRtree([core.laid for core in above])
    for low in below:
        for index in sorted(tree.query(low.laid, predicate="intersects").tolist()):
            if _is_one(low, above[index]):
                yield low, above[index]


def _is_one(low: Core, high: Core) -> bool:
    """Whether two zones are one core on two levels."""
    shared = low.laid.intersection(high.laid).area
    return low.zone.category is high.zone.category and shared >= LEAST_OVERLAP * min(low.laid.area, high.laid.area)


def _transition(low: Core, high: Core, ids: IdMaker) -> Transition:
    lower, upper, zone, other = low.level, high.level, low.zone, high.zone
    category = _CORES[zone.category]
    at = low.laid.intersection(high.laid).representative_point()
    foot = at.x - lower.shift_m[0], at.y - lower.shift_m[1]
    head = at.x - upper.shift_m[0], at.y - upper.shift_m[1]
    geometry = Point(foot) if math.dist(foot, head) < 1e-6 else LineString([foot, head])
    stairs = category is TransitionCategory.STAIRS
    return Transition(
        ids.make("transition", lower.ordinal, upper.ordinal, zone.id, other.id),
        lower.id,
        geometry,
        (zone.id, other.id),
        category,
        transition_length(category, upper.ordinal - lower.ordinal),
        riser_m=RISER_M if stairs else None,
        tread_m=TREAD_M if stairs else None,
        step_free=not stairs,
    )


def join_levels(floorplans: Sequence[Floorplan], building: Building | None = None) -> Floorplan:
    """One building from floorplans that hold some of its levels each.

    Args:
        floorplans: In one frame, each with its own levels. Levels in drawing metres that do not lie over the first
            floorplan's are shifted onto it, by their cores and outer walls.
        building: The building that they make.

    Returns:
        One floorplan with all levels and all their transitions, and others between cores of different floorplans that lie
        over each other.
    """
    if not floorplans:
        return Floorplan(DrawingFrame(), buildings=(building,) if building else ())
    building_id = building.id if building else None
    fixed = floorplans[0]
    levels: list[Level] = []
    for plan in floorplans:
        shift = NO_SHIFT if plan is fixed or plan.placed else _shift_between(fixed, plan)
        levels += [
            replace(
                level,
                building_id=building_id or level.building_id,
                shift_m=(level.shift_m[0] + shift[0], level.shift_m[1] + shift[1]),
            )
            for level in plan.levels
        ]
    zones = [zone for plan in floorplans for zone in plan.zones]
    return Floorplan(
        frame=fixed.frame,
        levels=tuple(sorted(levels, key=lambda level: level.ordinal)),
        zones=tuple(zones),
        openings=tuple(o for plan in floorplans for o in plan.openings),
        transitions=(*_given(floorplans), *_found_between(floorplans, levels, zones)),
        walls=tuple(w for plan in floorplans for w in plan.walls),
        assets=tuple(a for plan in floorplans for a in plan.assets),
        assembly_points=tuple(p for plan in floorplans for p in plan.assembly_points),
        buildings=(building,) if building else fixed.buildings,
        outlines={k: v for plan in floorplans for k, v in plan.outlines.items()},
    )


def _given(floorplans: Sequence[Floorplan]) -> list[Transition]:
    """The transitions of the floorplans, but none that passes a level which another floorplan has."""
    ordinals = {level.ordinal for plan in floorplans for level in plan.levels}
    given = []
    for plan in floorplans:
        past = ways_past(plan, ordinals - {level.ordinal for level in plan.levels})
        given += [way for way in plan.transitions if way.id not in past]
    return given


def _found_between(
    floorplans: Sequence[Floorplan], levels: Sequence[Level], zones: Sequence[Zone]
) -> Iterator[Transition]:
    """Transitions that none of the floorplans could know of: each of their zones is of another one."""
    of = {zone.id: number for number, plan in enumerate(floorplans) for zone in plan.zones}
    for way in find_transitions(levels, zones, IdMaker()):
        if of[way.zones[0]] != of[way.zones[1]]:
            yield way


def _shift_between(fixed: Floorplan, moving: Floorplan) -> Shift:
    """The shift that lays one floorplan over another; none when they lie over each other already or nothing fits."""
    if _cores_meet(fixed, moving):
        return NO_SHIFT
    ours, theirs = _corners(fixed), _corners(moving)
    shift, agreement = align_shift(ours, theirs)
    return shift if agreement >= LEAST_AGREEMENT else NO_SHIFT


def _cores_meet(one: Floorplan, other: Floorplan) -> bool:
    """Whether most cores of the floorplan with fewer of them lie over a core of the other."""
    ours = [_core(zone, one.level_by_id).laid for zone in one.zones if zone.category in _CORES]
    theirs = [_core(zone, other.level_by_id).laid for zone in other.zones if zone.category in _CORES]
    few, many = sorted([ours, theirs], key=len)
    if not few:
        return False
    tree = STRtree(many)
    met = sum(
        any(many[i].intersection(core).area > LEAST_OVERLAP * core.area for i in tree.query(core).tolist())
        for core in few
    )
    return met > len(few) / 2


def _corners(plan: Floorplan) -> Points:
    parts = [
        shapely.get_coordinates(wall.line)[[0, -1]] + np.asarray(plan.level_by_id[wall.level_id].shift_m)
        for wall in plan.walls
    ]
    return np.vstack(parts) if parts else np.empty((0, 2), dtype=np.float64)
