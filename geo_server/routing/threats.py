"""Where threats are on the floorplan, and how far each is, at least, from the nodes around it.

A threat is somewhere in a disc. Every zone that the disc overlaps is seeded at its true distances: from a door or corner
straight to the disc, or round corners; never the distance to the centre less the radius, which is wrong when a wall
crosses the disc. A straight way to the disc is shortest where the rim is nearest. While its end slides there along the rim
(a disc is convex), it may touch a corner, and then the way is one by that corner (as for lines, see ``visibility``); or its
end may come to a wall, so where walls cross the rim is tried too.

A threat in the open walks in a straight line to any door that leads there. It is in the open as well as indoors where
its disc laps over the outline of the building or into a yard: it is somewhere in the disc, and nobody knows where.

A threat where nobody drew anything (on a level without zones, in a void of a building) may come by ways that nobody drew
either. It is taken to come straight, through walls and floors: never later anywhere than the truth, whatever is there.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, Zone, ZoneCategory
from geo_server.routing.chase import OPEN
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.graph import refuge_node
from geo_server.routing.outline import TOUCH_M, WALL_M, is_all_inside, is_in_building
from geo_server.routing.sightlines import edges
from geo_server.routing.visibility import Floats
from geo_server.routing.zones import ZoneWays

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
        centre: Centre of the disc, in the coordinates of the zone's level.
        radius_m: Radius of the disc there.
        corners_m: Least metres from the disc to the zone's corners, shape (n,).
        terminals_m: Least metres from the disc to the zone's terminals, shape (k,).
        held: Whether walls hold it.
    """

    ways: ZoneWays
    centre: Point
    radius_m: float
    corners_m: Floats
    terminals_m: Floats
    held: bool = True

    @property
    def inside(self) -> bool:
        """Whether the disc is on the zone."""
        return bool(self.ways.zone.polygon.distance(self.centre) <= max(self.radius_m, TOUCH_M))


@dataclass(frozen=True)
class LocatedThreat:
    """A threat on the floorplan.

    Args:
        seeds: The zones that it may be in, or come into through walls.
        radius_m: Radius of the disc that is used: never less than the threat's own.
        ground: Centre of the disc, its level laid over the others, when it can be in the open; None when surely indoors.
        note: What had to be assumed about its place; empty when nothing.
    """

    threat: Threat
    seeds: tuple[Seed, ...]
    radius_m: float
    ground: Point | None
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
            for name, place in compiled.ground.items():
                yield compiled.index[name], OPEN, max(0.0, float(place.distance(self.ground)) - self.radius_m)


def locate(compiled: CompiledFloorplan, threat: Threat) -> LocatedThreat:
    """Put a threat onto the floorplan, wherever it is: no place stops the plan for all other threats.

    Raises:
        InvalidInput: A figure is not a number.
    """
    _check_figures(threat, f"threat {threat.id}")
    # Of several threats one is seen again at a time, and all others are where they were.
    place = threat.level_id, threat.point.x, threat.point.y, threat.radius_m
    located: LocatedThreat = compiled.workings.located.get(place, lambda: _locate(compiled, threat))
    return replace(located, threat=threat)


def _locate(compiled: CompiledFloorplan, threat: Threat) -> LocatedThreat:
    """:func:`locate`, by place and radius."""
    floorplan = compiled.floorplan
    if all(zone.level_id != threat.level_id for zone in floorplan.zones):
        return _locate_unmapped(compiled, threat, "was seen on a level that has no zones here")
    level = floorplan.level_by_id[threat.level_id]
    zones = _zones_beside(floorplan, threat)
    off = shapely.distance(np.asarray([zone.polygon for zone in zones], dtype=object), threat.point)
    on_ground = any(compiled.graph.nodes[node]["ordinal"] == level.ordinal for node in compiled.ground)
    indoors, radius_m, note = bool(off.min() <= TOUCH_M), threat.radius_m, ""
    if not indoors and is_in_building(zones, threat.point, floorplan.outlines.get(threat.level_id)):
        if off.min() > SNAP_M:
            return _locate_unmapped(compiled, threat, f"is {off.min():.1f} m from any zone, inside the building")
        indoors, radius_m = True, max(radius_m, float(off.min()) + WALL_M)
        note = f"It is in no zone; it is taken to be anywhere within {radius_m:.1f} m."
    if not indoors and not on_ground:
        return _locate_unmapped(compiled, threat, f"is in no zone of {level.name}, which has no door to the outside")
    reached = [zone for zone, metres in zip(zones, off, strict=True) if metres <= max(radius_m, TOUCH_M)]
    yard = any(zone.category is ZoneCategory.OUTDOOR for zone in reached)
    ground = None
    if yard or (on_ground and not is_all_inside(zones, threat.point, radius_m, compiled.ground_on(level))):
        ground = Point(np.array([threat.point.x, threat.point.y]) + level.shift_m)
        note = f"{note} {_in_the_open(reached, off, indoors=indoors)}".strip()
    seeds = tuple(_seed(compiled.zones[zone.id], threat.point, radius_m) for zone in reached)
    return LocatedThreat(threat, seeds, radius_m, ground, note)


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
    ground = np.array([threat.point.x, threat.point.y]) + (level.shift_m if level else (0.0, 0.0))
    seeds = tuple(
        _straight_seed(ways, Point(ground - floorplan.level_by_id[ways.zone.level_id].shift_m), threat.radius_m)
        for ways in compiled.zones.values()
    )
    off = np.array([seed.ways.zone.polygon.distance(seed.centre) for seed in seeds], ndmin=1)
    far = _how_far(off) if len(off) else ""
    note = f"It {why}{far}; it is taken to come straight, through walls and floors."
    return LocatedThreat(threat, seeds, threat.radius_m, Point(ground), note)


def _check_figures(threat: Threat, where: str) -> None:
    figures = {"x": threat.point.x, "y": threat.point.y, "radius_m": threat.radius_m, "speed_mps": threat.speed_mps}
    for name, figure in figures.items():
        if not math.isfinite(figure) or (name in {"radius_m", "speed_mps"} and figure < 0):
            raise InvalidInput(
                f"{name} is {figure}.", where=where, advice="Give a finite number; a radius or speed is not negative."
            )


def _zones_beside(floorplan: Floorplan, threat: Threat) -> list[Zone]:
    """Zones that a threat on its level could be in: on a placed site those of all buildings at its ordinal."""
    ordinal = floorplan.ordinal(threat.level_id)
    levels = {level.id for level in floorplan.levels_at(ordinal)} if floorplan.placed else {threat.level_id}
    return sorted((zone for zone in floorplan.zones if zone.level_id in levels), key=lambda zone: str(zone.id))


def _seed(ways: ZoneWays, centre: Point, radius_m: float) -> Seed:
    corners = _to_disc(ways, shapely.points(ways.space.corners), centre, radius_m)
    if len(corners):
        corners = (corners[:, None] + ways.space.metres).min(axis=0)
    terminals = _to_disc(ways, ways.regions, centre, radius_m)
    if len(corners) and len(terminals):
        terminals = np.minimum(terminals, (ways.corners_m + corners[None]).min(axis=1))
    return Seed(ways, centre, radius_m, corners, terminals)


def _straight_seed(ways: ZoneWays, centre: Point, radius_m: float) -> Seed:
    """A zone at straight distances, whatever stands in between."""
    corners, terminals = (
        np.maximum(shapely.distance(places, centre) - radius_m, 0.0) if len(places) else np.zeros(0)
        for places in (shapely.points(ways.space.corners), ways.regions)
    )
    return Seed(ways, centre, radius_m, corners, terminals, held=False)


def _to_disc(ways: ZoneWays, places: npt.NDArray[np.object_], centre: Point, radius_m: float) -> Floats:
    """Straight ways from places of a zone to a disc: 0 inside it, infinite where walls are between.

    They end where the rim is nearest or, where a wall crosses the disc before that, where it crosses the rim.
    """
    if not len(places):
        return np.zeros(0)
    ends = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(places, centre), 0))
    middle = np.array([centre.x, centre.y])
    apart = np.linalg.norm(ends - middle, axis=1)
    outside = apart > radius_m
    scale = np.divide(radius_m, apart, out=np.ones_like(apart), where=apart > 0)
    rim = middle + (ends - middle) * np.minimum(scale, 1.0)[:, None]
    lines = shapely.linestrings(np.stack([ends, rim], axis=1))
    nearest = ways.space.open_lengths(np.asarray(lines, dtype=object), outside)
    crossings = shapely.points(_on_rim(ways.zone.polygon, middle, radius_m))
    if len(crossings):
        to_walls = ways.space.open_lengths(shapely.shortest_line(places[:, None], crossings[None, :]))
        nearest = np.minimum(nearest, to_walls.min(axis=1))
    return np.where(outside, nearest, 0.0)


def _on_rim(polygon: Polygon, middle: Floats, radius_m: float) -> Floats:
    """Where a polygon's edges cross the rim of a disc, shape (n, 2): roots of |start + share * edge - middle| = radius."""
    starts, ends = edges(polygon)
    edge, off = ends - starts, starts - middle
    a, b, c = (edge * edge).sum(axis=1), (edge * off).sum(axis=1), (off * off).sum(axis=1) - radius_m**2
    met = (b * b - a * c >= 0) & (a > 0)
    root = np.sqrt((b * b - a * c)[met])
    shares = np.stack([(-b[met] - root) / a[met], (-b[met] + root) / a[met]])
    on_edge = (shares >= 0) & (shares <= 1)
    return np.asarray((starts[met] + shares[..., None] * edge[met])[on_edge], dtype=np.float64)
