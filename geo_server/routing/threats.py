"""Where threats are on the floorplan, and how far each is, at least, from the nodes around it.

A threat is somewhere in a disc. Every zone that the disc overlaps is seeded at its true distances: from a door or corner
straight to the disc, or round corners; never the distance to the centre less the radius, which is wrong when a wall
crosses the disc. That straight ways to the nearest point of the disc suffice follows as for lines (``visibility``),
because a disc is convex: what blocks the way while its end slides through the disc is a corner in sight.

A threat in the open walks in a straight line to any door that leads there.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, Zone, ZoneCategory
from geo_server.routing.chase import OPEN
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.graph import ground_line, opening_node
from geo_server.routing.visibility import Floats
from geo_server.routing.zones import ZoneWays

SNAP_M = 5.0
"""A threat inside a building but in no zone (in a wall, in space that nobody drew) is put into zones this near."""

WALL_M = 1.0
"""How far beyond the nearest zone such a threat is taken to reach, so that it is on both sides of a wall."""

NEAR_M = 4 * SNAP_M
"""A threat beside an upper level that nobody can step out of may be in that level's zones when they are this near."""

FARTHEST_OUTDOORS_M = 20_000.0
"""A threat farther than this from every zone is a slip of the hand. It is more than a site can be across, so that no place
that was recorded on a site stops the plan of all other threats."""


@dataclass(frozen=True)
class Seed:
    """A zone that a threat may be in.

    Args:
        ways: The zone.
        radius_m: Radius of the disc there.
        corners_m: Least metres from the disc to the zone's corners, shape (n,).
        terminals_m: Least metres from the disc to the zone's terminals, shape (k,).
    """

    ways: ZoneWays
    radius_m: float
    corners_m: Floats
    terminals_m: Floats


@dataclass(frozen=True)
class LocatedThreat:
    """A threat on the floorplan.

    Args:
        seeds: The zones that it may be in.
        doors_m: Least metres over open ground to doors that lead there, by node; empty when it is indoors.
        note: What had to be assumed about its place; empty when nothing.
    """

    threat: Threat
    seeds: tuple[Seed, ...]
    doors_m: dict[str, float]
    note: str

    def approaches(self, compiled: CompiledFloorplan) -> Iterator[tuple[int, str, float]]:
        """Nodes that it comes to first: each with the side that it comes from and the least metres."""
        for seed in self.seeds:
            side = OPEN if seed.ways.zone.category is ZoneCategory.OUTDOOR else str(seed.ways.zone_id)
            for node, metres in zip(compiled.zone_nodes[seed.ways.zone_id], seed.terminals_m.tolist(), strict=True):
                yield node, side, metres
        for name, metres in self.doors_m.items():
            yield compiled.index[name], OPEN, metres


def locate(compiled: CompiledFloorplan, threat: Threat) -> LocatedThreat:
    """Put a threat onto the floorplan.

    A level that the floorplan does not have, or on which it has no zones, tells nothing of the height that the threat is
    at: it is then taken to be on every level at once, which is never later anywhere than the truth.

    Raises:
        InvalidInput: It is nowhere near a zone, there is no zone at all, or a figure is not a number.
    """
    floorplan = compiled.floorplan
    _check_figures(threat, f"threat {threat.id}")
    walkable = {zone.level_id for zone in floorplan.zones}
    if threat.level_id in walkable:
        return _locate_on_level(compiled, threat)
    if not walkable:
        raise InvalidInput(
            "The floorplan has no zones.", where=f"threat {threat.id}", advice="Plan with one that has some."
        )
    return _locate_anywhere(compiled, threat, sorted(walkable, key=str))


def _locate_anywhere(compiled: CompiledFloorplan, threat: Threat, level_ids: list[UUID]) -> LocatedThreat:
    """On each of several levels at once."""
    found = [_locate_on_level(compiled, replace(threat, level_id=level_id)) for level_id in level_ids]
    seeds = {seed.ways.zone_id: seed for one in found for seed in one.seeds}
    doors_m: dict[str, float] = {}
    for one in found:
        for node, metres in one.doors_m.items():
            doors_m[node] = min(metres, doors_m.get(node, math.inf))
    note = (
        f"Threat {threat.id} was seen on a level that has no zones here; it is taken to be on any level at its place."
    )
    return LocatedThreat(threat, tuple(seeds.values()), doors_m, note)


def _locate_on_level(compiled: CompiledFloorplan, threat: Threat) -> LocatedThreat:
    """On a level that has zones."""
    floorplan = compiled.floorplan
    zones = _zones_beside(floorplan, threat)
    off = shapely.distance(np.asarray([zone.polygon for zone in zones], dtype=object), threat.point)
    if _indoors(zones, off):
        return LocatedThreat(threat, _seeds(compiled, zones, off, threat, threat.radius_m), {}, "")
    if off.min() <= SNAP_M and _in_building(floorplan, zones, threat):
        radius_m = max(threat.radius_m, float(off.min()) + WALL_M)
        note = f"Threat {threat.id} is in no zone; it is taken to be anywhere within {radius_m:.1f} m."
        return LocatedThreat(threat, _seeds(compiled, zones, off, threat, radius_m), {}, note)
    return _locate_outdoors(compiled, threat, zones, off)


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


def _indoors(zones: list[Zone], off: Floats) -> bool:
    """Whether its very centre is on a zone that is not in the open. A disc that only laps into one does not make it so."""
    touched = [zone.category for zone, metres in zip(zones, off, strict=True) if metres <= 1e-6]
    return bool(touched) and ZoneCategory.OUTDOOR not in touched


def _in_building(floorplan: Floorplan, zones: list[Zone], threat: Threat) -> bool:
    outline: BaseGeometry | None = floorplan.outlines.get(threat.level_id)
    if outline is None:
        polygons = [zone.polygon for zone in zones if zone.polygon.distance(threat.point) <= NEAR_M]
        outline = shapely.union_all(polygons).buffer(WALL_M, join_style="mitre").buffer(-WALL_M / 2, join_style="mitre")
    return bool(outline.intersects(threat.point))


def _seeds(
    compiled: CompiledFloorplan, zones: list[Zone], off: Floats, threat: Threat, radius_m: float
) -> tuple[Seed, ...]:
    reached = [zone for zone, metres in zip(zones, off, strict=True) if metres <= max(radius_m, 1e-6)]
    return tuple(_seed(compiled.zones[zone.id], threat.point, radius_m) for zone in reached)


def _seed(ways: ZoneWays, centre: Point, radius_m: float) -> Seed:
    corners = _to_disc(ways, shapely.points(ways.space.corners), centre, radius_m)
    if len(corners):
        corners = (corners[:, None] + ways.space.metres).min(axis=0)
    terminals = _to_disc(ways, ways.regions, centre, radius_m)
    if len(corners) and len(terminals):
        terminals = np.minimum(terminals, (ways.corners_m + corners[None]).min(axis=1))
    return Seed(ways, radius_m, corners, terminals)


def _to_disc(ways: ZoneWays, places: npt.NDArray[np.object_], centre: Point, radius_m: float) -> Floats:
    """Straight ways from places of a zone to a disc: 0 inside it, infinite where walls are between."""
    if not len(places):
        return np.zeros(0)
    ends = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(places, centre), 0))
    middle = np.array([centre.x, centre.y])
    apart = np.linalg.norm(ends - middle, axis=1)
    outside = apart > radius_m
    scale = np.divide(radius_m, apart, out=np.ones_like(apart), where=apart > 0)
    rim = middle + (ends - middle) * np.minimum(scale, 1.0)[:, None]
    lines = shapely.linestrings(np.stack([ends, rim], axis=1))
    return np.where(outside, ways.space.open_lengths(np.asarray(lines, dtype=object), outside), 0.0)


def _locate_outdoors(compiled: CompiledFloorplan, threat: Threat, zones: list[Zone], off: Floats) -> LocatedThreat:
    """A threat in the open. Beside a level without doors to the outside it may be in the nearest zones as well.

    On such a level somebody has tapped beside a wall, into a void, or with the wrong level on the screen.
    """
    floorplan = compiled.floorplan
    level = floorplan.level_by_id[threat.level_id]
    nearest_m = float(off.min())
    if nearest_m > FARTHEST_OUTDOORS_M:
        raise InvalidInput(
            f"The threat at {threat.point.x:.2f}, {threat.point.y:.2f} is {nearest_m:.1f} m from the nearest zone of "
            f"level {level.name!r}.",
            where=f"threat {threat.id}",
            advice="Put it on a zone, or in the open near one.",
        )
    doors = [o for o in floorplan.openings if compiled.graph.nodes[opening_node(o.id)]["outside"]]
    place = shapely.transform(threat.point, lambda xy: xy + level.shift_m)
    metres = {
        opening_node(o.id): max(0.0, float(ground_line(floorplan, o).distance(place)) - threat.radius_m) for o in doors
    }
    radius_m, note = threat.radius_m, f"Threat {threat.id} is in the open."
    if nearest_m <= NEAR_M and not any(floorplan.ordinal(o.level_id) == level.ordinal for o in doors):
        radius_m = max(radius_m, nearest_m + WALL_M)
        note = (
            f"Threat {threat.id} is in no zone of {level.name}, which has no door to the outside; it is taken to be in the "
            f"open, or anywhere within {radius_m:.1f} m on that level."
        )
    return LocatedThreat(threat, _seeds(compiled, zones, off, threat, radius_m), metres, note)
