"""Where threats are on the floorplan, and how far each is, at least, from the nodes around it.

A threat is somewhere in a disc or in a polygon (:mod:`geo_server.routing.whereabouts`). Every zone that this overlaps is seeded
at its true distances: straight from the part of it that is in the zone to a door or corner, or round corners.

A threat in the open walks in a straight line to any door that leads there. It is in the open as well as indoors where
its disc or polygon laps over the outline of the building or into a yard: it is somewhere in there, and nobody knows where.

A threat where nobody drew anything (on a level without zones, in a void of a building) may come by ways that nobody drew
either. It is taken to come straight, through walls and floors: never later anywhere than the truth, whatever is there.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, Zone, ZoneCategory
from geo_server.routing.chase import OPEN
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.nodes import refuge_node
from geo_server.routing.outline import TOUCH_M, WALL_M, is_all_inside, is_in_building
from geo_server.routing.visibility import Floats
from geo_server.routing.whereabouts import Whereabouts
from geo_server.routing.workings import Drawer
from geo_server.routing.zones import ZoneWays, is_walkable

SNAP_M = 5.0
"""A threat inside a building but in no zone (in a wall, in space that nobody drew) is put into zones this near, and is
taken to reach as far as a wall beyond the nearest, so that it is on both sides of one."""

FAR_M = 20_000.0
"""A threat farther than this from every zone is probably a slip of the hand, and is noted as one."""


@dataclass(frozen=True)
class Seed:
    """A zone that a threat may be in, or come into straight through its walls.

    Args:
        ways: The zone.
        there: Where the threat may be, in the coordinates of the zone's level.
        corners_m: Least metres from there to the zone's corners, shape (n,).
        terminals_m: Least metres from there to the zone's terminals, shape (k,).
        held: Whether walls hold it.
    """

    ways: ZoneWays
    there: Whereabouts
    corners_m: Floats
    terminals_m: Floats
    held: bool = True

    @property
    def inside(self) -> bool:
        """Whether the threat may be in the zone."""
        return bool(self.there.metres_to([self.ways.zone.polygon])[0] <= TOUCH_M)


@dataclass(frozen=True)
class LocatedThreat:
    """A threat on the floorplan.

    Args:
        seeds: The zones that it may be in, or come into through walls.
        ground: Where it may be, its level laid over the others, when it can be in the open; None when surely indoors.
        note: What had to be assumed about its place; empty when nothing.
    """

    threat: Threat
    seeds: tuple[Seed, ...]
    ground: Whereabouts | None
    note: str

    def approaches(self, compiled: CompiledFloorplan) -> Iterator[tuple[int, str, float]]:
        """Nodes that it comes to first: each with the side that it comes from and the least metres."""
        for seed in self.seeds:
            side = OPEN if seed.ways.zone.category is ZoneCategory.OUTDOOR else str(seed.ways.zone_id)
            for node, metres in zip(compiled.zone_nodes[seed.ways.zone_id], seed.terminals_m.tolist(), strict=True):
                yield node, side, metres
            refuge = compiled.index.get(refuge_node(seed.ways.zone_id))
            if refuge is not None and (seed.inside or not seed.held):
                # It may be in there, or nothing is known to keep it out.
                yield refuge, side, 0.0
        if self.ground is not None:
            apart_m = self.ground.metres_to(list(compiled.ground.values())).tolist()
            for name, metres in zip(compiled.ground, apart_m, strict=True):
                yield compiled.index[name], OPEN, metres


LOCATED: Drawer[tuple[UUID, Point, float, Polygon | None], LocatedThreat] = Drawer(64)
"""Places of threats that stay with a floorplan: of several threats one is seen again at a time."""


def locate(compiled: CompiledFloorplan, threat: Threat) -> LocatedThreat:
    """Put a threat onto the floorplan, wherever it is: no place stops the plan for all other threats.

    Raises:
        InvalidInput: A figure is not a number.
    """
    _check_figures(threat, f"threat {threat.id}")
    # Of several threats one is seen again at a time, and all others are where they were.
    place = threat.level_id, threat.point, threat.radius_m, threat.polygon
    located = compiled.workings.of(LOCATED).get(place, lambda: _locate(compiled, threat))
    return replace(located, threat=threat)


def _locate(compiled: CompiledFloorplan, threat: Threat) -> LocatedThreat:
    """:func:`locate`, by where it was seen."""
    floorplan, there = compiled.floorplan, _whereabouts(threat)
    if all(zone.level_id != threat.level_id for zone in floorplan.zones):
        return _locate_unmapped(compiled, threat, "was seen on a level that has no zones here")
    level = floorplan.level_by_id[threat.level_id]
    zones = _zones_beside(floorplan, threat)
    shapes = np.asarray([zone.polygon for zone in zones], dtype=object)
    off = shapely.distance(shapes, there.core)
    on_ground = any(compiled.graph.nodes[node]["ordinal"] == level.ordinal for node in compiled.ground)
    indoors, note = bool(off.min() <= TOUCH_M), ""
    undrawn = _far_from(shapes[off <= SNAP_M], there.core)
    if not undrawn.is_empty and is_in_building(zones, undrawn, floorplan.outlines.get(threat.level_id)):
        apart_m = max(float(off.min()), SNAP_M)
        return _locate_unmapped(compiled, threat, f"can be {apart_m:.1f} m from any zone, inside the building")
    if not indoors and is_in_building(zones, there.middle, floorplan.outlines.get(threat.level_id)):
        indoors, around_m = True, max(there.radius_m, float(off.min()) + WALL_M)
        there, note = there.grown_to(around_m), f"It is in no zone; it is taken to be anywhere within {around_m:.1f} m."
    if not indoors and not on_ground:
        return _locate_unmapped(compiled, threat, f"is in no zone of {level.name}, which has no door to the outside")
    there, reached, closed = _through_walls_of_closed(compiled, zones, there)
    if closed:
        names = ", ".join(zone.name for zone in closed)
        note = f"{note} It may be in {names}, of which no door is on the map: it is taken to be anywhere in or around that.".strip()
    yard = any(zone.category is ZoneCategory.OUTDOOR for zone in reached)
    ground = None
    if yard or (on_ground and not is_all_inside(zones, there.core, there.radius_m, compiled.ground_on(level))):
        ground = there.moved(level.shift_m)
        note = f"{note} {_in_the_open(reached, off, indoors=indoors)}".strip()
    seeds = tuple(_seed(compiled.zones[zone.id], there) for zone in reached)
    return LocatedThreat(threat, seeds, ground, note)


def _through_walls_of_closed(
    compiled: CompiledFloorplan, zones: list[Zone], there: Whereabouts
) -> tuple[Whereabouts, list[Zone], list[Zone]]:
    """Where a threat may be that can be in zones without doors: nobody gets into such a room, so it has one that nobody drew.

    Returns:
        Those zones and a wall's thickness around them too; the zones that this reaches; those of them without doors.
    """
    shapes = np.asarray([zone.polygon for zone in zones], dtype=object)
    closed: list[Zone] = []
    while True:
        reached = [zone for zone, metres in zip(zones, there.metres_to(shapes), strict=True) if metres <= TOUCH_M]
        more = [zone for zone in reached if zone not in closed and _is_closed(compiled.zones[zone.id])]
        if not more:
            return there, reached, closed
        closed += more
        there = there.with_all_of([zone.polygon.buffer(WALL_M) for zone in more])


def _is_closed(ways: ZoneWays) -> bool:
    return not ways.nodes and ways.zone.category is not ZoneCategory.OUTDOOR


def _far_from(near: npt.NDArray[np.object_], core: Point | Polygon) -> BaseGeometry:
    """What of a place or polygon is farther from some zones than is put into them."""
    if len(near) and isinstance(core, Point):
        return Point()
    return core - shapely.union_all(shapely.buffer(near, SNAP_M))


def _whereabouts(threat: Threat) -> Whereabouts:
    if threat.polygon is None:
        return Whereabouts(threat.point, threat.point, threat.radius_m)
    return Whereabouts(threat.point, threat.polygon, 0.0)


def _in_the_open(reached: list[Zone], off: Floats, *, indoors: bool) -> str:
    if indoors and any(zone.category is not ZoneCategory.OUTDOOR for zone in reached):
        return "It may be outside the building as well."
    return f"It is in the open{_how_far(off)}."


def _how_far(off: Floats) -> str:
    nearest_m = float(off.min())
    return f", {nearest_m / 1000:.0f} km from the nearest zone: check its place" if nearest_m > FAR_M else ""


def _locate_unmapped(compiled: CompiledFloorplan, threat: Threat, why: str) -> LocatedThreat:
    """A threat that may come straight, through walls and floors, into every zone."""
    floorplan = compiled.floorplan
    level = floorplan.level_by_id.get(threat.level_id)
    ground = _whereabouts(threat).moved(level.shift_m if level else (0.0, 0.0))
    seeds = tuple(
        _straight_seed(ways, ground.moved(-np.array(floorplan.level_by_id[ways.zone.level_id].shift_m)))
        for ways in compiled.zones.values()
    )
    off = np.array([seed.ways.zone.polygon.distance(seed.there.core) for seed in seeds], ndmin=1)
    far = _how_far(off) if len(off) else ""
    note = f"It {why}{far}; it is taken to come straight, through walls and floors."
    return LocatedThreat(threat, seeds, ground, note)


def _check_figures(threat: Threat, where: str) -> None:
    figures = {"x": threat.point.x, "y": threat.point.y, "radius_m": threat.radius_m, "speed_mps": threat.speed_mps}
    for name, figure in figures.items():
        if not math.isfinite(figure) or (name in {"radius_m", "speed_mps"} and figure < 0):
            raise InvalidInput(
                f"{name} is {figure}.", where=where, advice="Give a finite number; a radius or speed is not negative."
            )
    if threat.polygon is not None and not is_walkable(threat.polygon):
        raise InvalidInput(
            "polygon is none.", where=where, advice="Give a valid polygon of some area, in finite numbers."
        )


def _zones_beside(floorplan: Floorplan, threat: Threat) -> list[Zone]:
    """Zones that a threat on its level could be in: on a placed site those of all buildings at its ordinal."""
    ordinal = floorplan.ordinal(threat.level_id)
    levels = {level.id for level in floorplan.levels_at(ordinal)} if floorplan.placed else {threat.level_id}
    return sorted((zone for zone in floorplan.zones if zone.level_id in levels), key=lambda zone: str(zone.id))


def _seed(ways: ZoneWays, there: Whereabouts) -> Seed:
    corners = there.straight_m(ways.space, shapely.points(ways.space.corners))
    if len(corners):
        corners = (corners[:, None] + ways.space.metres).min(axis=0)
    terminals = there.straight_m(ways.space, ways.regions)
    if len(corners) and len(terminals):
        terminals = np.minimum(terminals, (ways.corners_m + corners[None]).min(axis=1))
    return Seed(ways, there, corners, terminals)


def _straight_seed(ways: ZoneWays, there: Whereabouts) -> Seed:
    """A zone at straight distances, whatever stands in between."""
    corners, terminals = there.metres_to(shapely.points(ways.space.corners)), there.metres_to(ways.regions)
    return Seed(ways, there, corners, terminals, held=False)
