"""Assembly points: where on the ground they are, and how people walk there from the exits, round all buildings.

Terminology:
    yard, fence: see :mod:`geo_server.routing.fences`.
    spot: an assembly point in the coordinates of one level: that of the yard that it lies in, else that of the nearest exit.

An assembly point in a yard is joined with all ways into that yard, like any door of it. From exits to those that no fence
keeps apart, people walk over open ground (:mod:`geo_server.routing.grounds`). One that nobody can walk to, such as one that
lies inside a building, is no node: it is flagged by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import AssemblyPoint, Floorplan, Opening, Zone, ZoneCategory
from geo_server.routing.fences import Laid, fenced_yards, free_walls
from geo_server.routing.grounds import (
    FARTHEST_M,
    Grounds,
    build_footprint,
    free_ground,
    ground_line,
    ground_zones,
)
from geo_server.routing.outline import TOUCH_M, WALL_M
from geo_server.routing.visibility import build_space
from geo_server.routing.walks import Walk

FACADE_M = 0.5
"""Zones end at the inner face of their walls: buildings are taken to reach so much farther. An assumption."""

SIMPLER_M = 0.1
"""Corners of the ground that stand out less than this are left out."""

THROUGH_M = 0.3
"""A step from a door to the ground may cross so much of a zone: doors are drawn a little inside."""


@dataclass(frozen=True)
class Spot:
    """Where people gather.

    Args:
        point: The assembly point, with its place on the ground.
        level_id: The level whose coordinates it is given in.
        place: Its place there.
        yard_id: The yard that it lies in, or None.
        walks: Ways over open ground by the exit that they begin at, in the coordinates of that exit's level.
    """

    point: AssemblyPoint
    level_id: UUID
    place: Point
    yard_id: UUID | None
    walks: dict[UUID, Walk] = field(default_factory=dict)


def find_spots(floorplan: Floorplan) -> tuple[list[Spot], list[str]]:
    """The assembly points that people can walk to, in the order of their ids, and sentences on the others."""
    points = sorted(floorplan.assembly_points, key=lambda point: str(point.id))
    exits = sorted((opening for opening in floorplan.openings if opening.exit), key=lambda opening: str(opening.id))
    if not points:
        return [], []
    yards = [_yard_at(floorplan, point.point) for point in points]
    fenced = fenced_yards(floorplan, exits)
    walks = _walks(floorplan, exits, fenced, [point.point for point in points])
    spots, flags = [], []
    for point, yard, by_exit in zip(points, yards, walks, strict=True):
        if yard is None and not by_exit:
            flags.append(f"Assembly point {point.name} ({point.id}): no way there over the ground is known.")
            continue
        level = floorplan.level_by_id[yard.level_id if yard else _nearest(floorplan, exits, point.point).level_id]
        place = shapely.transform(point.point, lambda xy, shift=level.shift_m: xy - shift)
        spots.append(Spot(point, level.id, place, yard.id if yard else None, by_exit))
    return spots, flags


def _nearest(floorplan: Floorplan, exits: Sequence[Opening], place: Point) -> Opening:
    return min(exits, key=lambda opening: (ground_line(floorplan, opening).distance(place), str(opening.id)))


def _yard_at(floorplan: Floorplan, place: Point) -> Zone | None:
    """The yard that a place lies in; of several the one nearest to the main entrance's level."""
    found = [
        zone
        for zone in floorplan.zones
        if zone.category is ZoneCategory.OUTDOOR
        and shapely.transform(place, lambda xy, at=zone.level_id: xy - floorplan.level_by_id[at].shift_m).within(
            zone.polygon
        )
    ]
    return min(found, key=lambda zone: (abs(floorplan.ordinal(zone.level_id)), str(zone.id)), default=None)


def _walks(
    floorplan: Floorplan, exits: Sequence[Opening], fenced: Sequence[Laid], places: Sequence[Point]
) -> list[dict[UUID, Walk]]:
    """Ways from the exits to each of some places, over open ground."""
    lines = [ground_line(floorplan, door) for door in exits]
    centres = [line.interpolate(0.5, normalized=True) for line in lines]
    footprint = build_footprint(floorplan, [*lines, *places])
    walls = free_walls(floorplan, footprint) - shapely.union_all([line.buffer(WALL_M / 2) for line in lines])
    built = footprint.buffer(FACADE_M, join_style="mitre")
    solid = shapely.union_all([built, *(shape for _, shape in fenced), walls])
    barriers = _Barriers(floorplan, fenced, walls)
    found: list[dict[UUID, Walk]] = []
    for walks in _grounds(solid, places).walks(places, centres):
        kept = {
            door.id: _on_level(floorplan, door, walk.reversed())
            for door, walk in zip(exits, walks, strict=True)
            if walk is not None and barriers.let(walk, door)
        }
        found.append(kept)
    return found


def _grounds(solid: BaseGeometry, places: Sequence[Point]) -> Grounds:
    """The ground as far as it is near to some of the places."""
    free = free_ground(solid, SIMPLER_M)
    if free is None:
        return Grounds(None)
    near = [part for part in free if shapely.dwithin(part, np.asarray(places, dtype=object), FARTHEST_M).any()]
    return Grounds(tuple(build_space(part) for part in near))


class _Barriers:
    """What a way's first and last step, between a place and the ground, must not cross."""

    def __init__(self, floorplan: Floorplan, fenced: Sequence[Laid], walls: BaseGeometry) -> None:
        self._zones = [*ground_zones(floorplan, outdoor=False), *fenced]
        self._tree = shapely.STRtree([shape for _, shape in self._zones])
        self._walls = walls

    def let(self, walk: Walk, door: Opening) -> bool:
        """Whether a way from an assembly point to an exit steps through no wall."""
        first, last = LineString(walk.line[:2]), LineString(walk.line[-2:])
        if first.intersects(self._walls) or last.intersects(self._walls):
            return False
        return not (self._crosses(first, ()) or self._crosses(last, door.zones))

    def _crosses(self, step: LineString, own: Sequence[UUID | None]) -> bool:
        for number in self._tree.query(step):
            zone, shape = self._zones[number]
            if shape.intersection(step).length > (THROUGH_M if zone.id in own else TOUCH_M):
                return True
        return False


def _on_level(floorplan: Floorplan, door: Opening, walk: Walk) -> Walk:
    """A way over the ground in the coordinates of a door's level."""
    east, north = floorplan.level_by_id[door.level_id].shift_m
    return Walk(walk.metres, tuple((x - east, y - north) for x, y in walk.line), walk.clear)
