"""Levels of one building: laid over each other, and joined by stairs and elevators.

Terminology:
    core: a stairwell or an elevator shaft, which stands at one place on every level that it serves.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.moving import Shift
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


def find_transitions(levels: Sequence[Level], zones: Sequence[Zone], ids: IdMaker) -> list[Transition]:
    """Transitions between cores of neighbouring levels that lie over each other once the levels are shifted."""
    order = sorted(levels, key=lambda level: level.ordinal)
    cores: dict[Level, list[tuple[Zone, Polygon]]] = {
        level: [(z, _shifted(z.polygon, level)) for z in zones if z.level_id == level.id and z.category in _CORES]
        for level in order
    }
    found = []
    for lower, upper in pairwise(order):
        tree = STRtree([polygon for _, polygon in cores[upper]])
        for zone, polygon in cores[lower]:
            for index in sorted(tree.query(polygon, predicate="intersects").tolist()):
                other, above = cores[upper][index]
                shared = polygon.intersection(above)
                enough = shared.area >= LEAST_OVERLAP * min(polygon.area, above.area)
                if enough and zone.category is other.category:
                    found.append(_transition((lower, upper), zone, other, shared.representative_point(), ids))
    return found


def _shifted(polygon: Polygon, level: Level) -> Polygon:
    return shapely.transform(polygon, lambda xy: xy + np.asarray(level.shift_m))


def _transition(levels: tuple[Level, Level], zone: Zone, other: Zone, at: Point, ids: IdMaker) -> Transition:
    lower, upper = levels
    category = _CORES[zone.category]
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
        transition_length(category, max(1, upper.ordinal - lower.ordinal)),
        riser_m=RISER_M if stairs else None,
        tread_m=TREAD_M if stairs else None,
        step_free=not stairs,
    )


def join_levels(floorplans: Sequence[Floorplan], building: Building | None = None) -> Floorplan:
    """One building from floorplans that hold some of its levels each.

    Args:
        floorplans: In drawing metres, each with its own levels. Levels that do not lie over the first floorplan's are
            shifted onto it, by their cores and outer walls.
        building: The building that they make.

    Returns:
        One floorplan with all levels, and transitions between cores that lie over each other.
    """
    if not floorplans:
        return Floorplan(DrawingFrame(), buildings=(building,) if building else ())
    building_id = building.id if building else None
    fixed = floorplans[0]
    levels: list[Level] = []
    for plan in floorplans:
        shift = (0.0, 0.0) if plan is fixed else _shift_between(fixed, plan)
        levels += [
            replace(
                level,
                building_id=building_id or level.building_id,
                shift_m=(level.shift_m[0] + shift[0], level.shift_m[1] + shift[1]),
            )
            for level in plan.levels
        ]
    zones = [zone for plan in floorplans for zone in plan.zones]
    transitions = {t.zones: t for t in find_transitions(levels, zones, IdMaker())}
    transitions |= {t.zones: t for plan in floorplans for t in plan.transitions}
    return Floorplan(
        frame=fixed.frame,
        levels=tuple(sorted(levels, key=lambda level: level.ordinal)),
        zones=tuple(zones),
        openings=tuple(o for plan in floorplans for o in plan.openings),
        transitions=tuple(transitions.values()),
        walls=tuple(w for plan in floorplans for w in plan.walls),
        assets=tuple(a for plan in floorplans for a in plan.assets),
        assembly_points=tuple(p for plan in floorplans for p in plan.assembly_points),
        buildings=(building,) if building else fixed.buildings,
        outlines={k: v for plan in floorplans for k, v in plan.outlines.items()},
    )


def _shift_between(fixed: Floorplan, moving: Floorplan) -> Shift:
    """The shift that lays one floorplan over another; none when they lie over each other already or nothing fits."""
    if _cores_meet(fixed, moving):
        return 0.0, 0.0
    ours, theirs = _corners(fixed), _corners(moving)
    shift, agreement = align_shift(ours, theirs)
    return shift if agreement >= LEAST_AGREEMENT else (0.0, 0.0)


def _cores_meet(one: Floorplan, other: Floorplan) -> bool:
    """Whether most cores of the floorplan with fewer of them lie over a core of the other."""
    ours = [_laid(zone, one) for zone in one.zones if zone.category in _CORES]
    theirs = [_laid(zone, other) for zone in other.zones if zone.category in _CORES]
    few, many = sorted([ours, theirs], key=len)
    if not few:
        return False
    tree = STRtree(many)
    met = sum(
        any(many[i].intersection(core).area > LEAST_OVERLAP * core.area for i in tree.query(core).tolist())
        for core in few
    )
    return met > len(few) / 2


def _laid(zone: Zone, plan: Floorplan) -> Polygon:
    return _shifted(zone.polygon, plan.level_by_id[zone.level_id])


def _corners(plan: Floorplan) -> Points:
    parts = [
        shapely.get_coordinates(wall.line)[[0, -1]] + np.asarray(plan.level_by_id[wall.level_id].shift_m)
        for wall in plan.walls
    ]
    return np.vstack(parts) if parts else np.empty((0, 2), dtype=np.float64)
