"""Open ground between the outside doors of a site: ways round its buildings.

Terminology:
    footprint: the indoor zones of the levels that have outside doors, with the walls between and around them. A void that
        no outside door leads to is part of it.
    ground: what is left around the footprints. A courtyard is ground by itself: nobody walks there from outside.
    foot: the place on the ground that is nearest to a door.

Footprints are grown by the clearance and then made of fewer corners, by less than the clearance: what is walked is free.
Cars and slopes are not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, Opening, Zone, ZoneCategory
from geo_server.routing.outline import with_walls_closed, without_voids
from geo_server.routing.visibility import Floats, Space, shortest_way, vertex_of
from geo_server.routing.walks import CLEARANCE_M, Walk, without_repeats

SIMPLER_M = 0.8 * CLEARANCE_M
"""Corners that stand out less than this are left out."""

AROUND_M = 12_000.0
"""Ground reaches so far beyond all buildings: farther than any place that is taken for one of the site."""

FARTHEST_M = 3.0
"""A place deeper in a building than this is not outside."""


@dataclass(frozen=True, eq=False)
class Grounds:
    """The ground around some buildings.

    Args:
        spaces: Where one can walk, each connected in itself, the largest first; None where there is no building.
        fences: What the step from a place to its foot does not cross.
    """

    spaces: tuple[Space, ...] | None
    fences: BaseGeometry = field(default_factory=shapely.GeometryCollection)

    def walks(self, starts: Sequence[Point], ends: Sequence[Point]) -> list[list[Walk | None]]:
        """The shortest ways from some places to some others; None where no way leads over the ground."""
        if self.spaces is None:
            return [[_straight(start, end) for end in ends] for start in starts]
        found: list[list[Walk | None]] = [[None for _ in ends] for _ in starts]
        for space in self.spaces:
            here, there = self._on_ground(space, starts), self._on_ground(space, ends)
            for i, start in here.items():
                for j, end in there.items():
                    walk, known = _walk(space, start, end), found[i][j]
                    if walk is not None and (known is None or walk.metres < known.metres):
                        found[i][j] = walk
        return found

    def is_outside(self, place: Point) -> bool:
        """Whether a place is on the ground, or at most in a doorway."""
        return self.spaces is None or any(self._foot(space, place) is not None for space in self.spaces)

    def is_come_to(self, place: Point) -> bool:
        """Whether a place is on the largest ground, or at most in a doorway: that is where the world is."""
        return self.spaces is None or self._foot(self.spaces[0], place) is not None

    def _on_ground(self, space: Space, places: Sequence[Point]) -> dict[int, "_Stand"]:
        """Those of some places that have a foot, by position."""
        feet = {number: foot for number, place in enumerate(places) if (foot := self._foot(space, place)) is not None}
        sights = space.sights(list(feet.values()))
        around = space.to_corners(sights)
        return {
            number: _Stand(places[number], foot, sights[row], around[row])
            for row, (number, foot) in enumerate(feet.items())
        }

    def _foot(self, space: Space, place: Point) -> Point | None:
        """The nearest place on the ground; None where that is not near, or behind a fence."""
        step = shapely.shortest_line(space.polygon, place)
        near = step.length <= FARTHEST_M and not step.intersects(self.fences)
        return shapely.get_point(step, 0) if near else None


@dataclass(frozen=True)
class _Stand:
    """A place with its foot, and what is seen from there; ``around`` has the shortest ways to all corners."""

    place: Point
    foot: Point
    sights: Floats
    around: Floats


def _walk(space: Space, start: _Stand, end: _Stand) -> Walk | None:
    straight = space.open_lengths(np.array([shapely.shortest_line(start.foot, end.foot)], dtype=object))
    metres, corners = shortest_way(space, start.sights, start.around, end.sights, float(straight[0]))
    if not np.isfinite(metres):
        return None
    line = without_repeats(
        [vertex_of(start.place), vertex_of(start.foot), *corners, vertex_of(end.foot), vertex_of(end.place)]
    )
    return Walk(float(LineString(line).length), line, clear=True)


def free_ground(solid: BaseGeometry, simpler_m: float = SIMPLER_M) -> list[Polygon] | None:
    """The parts of the ground around what nobody walks through, with clearance from it; None where there is nothing.

    Args:
        solid: What nobody walks through.
        simpler_m: Corners that stand out less than this are left out; less than the clearance.
    """
    if solid.is_empty:
        return None
    grown = solid.buffer(CLEARANCE_M, join_style="mitre").simplify(simpler_m)
    world = shapely.box(*solid.buffer(AROUND_M).bounds)
    return [part for part in shapely.get_parts(world - grown) if isinstance(part, Polygon)]


def build_footprint(floorplan: Floorplan, doors: Sequence[BaseGeometry]) -> BaseGeometry:
    """The footprint of all buildings, each level laid over the others."""
    indoors = shapely.union_all([shape for _, shape in ground_zones(floorplan, outdoor=False)])
    return without_voids(with_walls_closed(indoors), doors)


def ground_zones(floorplan: Floorplan, *, outdoor: bool) -> list[tuple[Zone, BaseGeometry]]:
    """The zones that are in the open or indoors, of levels with outside doors, each laid over the ground."""
    levels = {
        o.level_id: floorplan.level_by_id[o.level_id].shift_m for o in floorplan.openings if o.exit or None in o.zones
    }
    return [
        (zone, shapely.transform(zone.polygon, lambda xy, shift=levels[zone.level_id]: xy + shift))
        for zone in floorplan.zones
        if zone.level_id in levels and (zone.category is ZoneCategory.OUTDOOR) is outdoor
    ]


def ground_line(floorplan: Floorplan, opening: Opening) -> LineString:
    """An opening's line with its level laid over the other levels of its building."""
    shift = floorplan.level_by_id[opening.level_id].shift_m
    return shapely.transform(opening.line, lambda xy: xy + shift)


def line_on(floorplan: Floorplan, opening: Opening, level_id: UUID) -> LineString:
    """An opening's line in the coordinates of a level: its own, but for doors between buildings and contradictions."""
    shift = floorplan.level_by_id[level_id].shift_m
    if shift == floorplan.level_by_id[opening.level_id].shift_m:
        return opening.line
    return shapely.transform(ground_line(floorplan, opening), lambda xy: xy - shift)


def _straight(start: Point, end: Point) -> Walk:
    return Walk(float(start.distance(end)), (vertex_of(start), vertex_of(end)), clear=True)
