"""Open ground between the outside doors of a site: ways round its buildings.

Terminology:
    footprint: the indoor zones of the levels that have outside doors, with the walls between and around them. A void that
        no outside door leads to is part of it.
    ground: what is left around the footprints. A courtyard is ground by itself: nobody walks there from outside.

Footprints are grown by the clearance and then made of fewer corners, by less than the clearance: what is walked is free.
Fences, cars and slopes are not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.routing.outline import WALL_M
from geo_server.routing.visibility import Space, Vertex, build_space, shortest_way
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
        space: Where one can walk, connected with the world outside; None where there is no building.
    """

    space: Space | None

    def walks(self, start: Point, ends: list[Point]) -> list[Walk | None]:
        """The shortest way from a place to each of some others; None where no way leads over the ground."""
        if self.space is None:
            return [_straight(start, end) for end in ends]
        here = self._foot(start)
        if here is None:
            return [None for _ in ends]
        sights = self.space.sights([here])
        around = self.space.to_corners(sights)

        def walk_to(end: Point) -> Walk | None:
            foot = self._foot(end)
            if foot is None or self.space is None:
                return None
            straight = self.space.open_lengths(np.array([shapely.shortest_line(here, foot)], dtype=object))
            metres, corners = shortest_way(
                self.space, sights[0], around[0], self.space.sights([foot])[0], float(straight[0])
            )
            if not np.isfinite(metres):
                return None
            line = without_repeats([_xy(start), _xy(here), *corners, _xy(foot), _xy(end)])
            return Walk(float(LineString(line).length), line, clear=True)

        return [walk_to(end) for end in ends]

    def is_outside(self, place: Point) -> bool:
        """Whether a place is on the ground, or at most in a doorway."""
        return self.space is None or self._foot(place) is not None

    def _foot(self, place: Point) -> Point | None:
        """The nearest place on the ground; None where that is not near."""
        assert self.space is not None
        foot = shapely.get_point(shapely.shortest_line(self.space.polygon, place), 0)
        return foot if foot.distance(place) <= FARTHEST_M else None


def build_grounds(floorplan: Floorplan, doors: Sequence[BaseGeometry]) -> Grounds:
    """The ground of a floorplan.

    Args:
        floorplan: The floorplan.
        doors: Its ways to the outside, laid over the ground.
    """
    footprint = _footprint(floorplan, doors)
    if footprint.is_empty:
        return Grounds(None)
    grown = footprint.buffer(CLEARANCE_M, join_style="mitre").simplify(SIMPLER_M)
    world = shapely.box(*footprint.buffer(AROUND_M).bounds)
    free = [part for part in shapely.get_parts(world - grown) if isinstance(part, Polygon)]
    return Grounds(build_space(max(free, key=lambda part: float(part.area))))


def _footprint(floorplan: Floorplan, doors: Sequence[BaseGeometry]) -> BaseGeometry:
    levels = {
        o.level_id: floorplan.level_by_id[o.level_id].shift_m for o in floorplan.openings if o.exit or None in o.zones
    }
    indoors = [
        shapely.transform(zone.polygon, lambda xy, shift=levels[zone.level_id]: xy + shift)
        for zone in floorplan.zones
        if zone.level_id in levels and zone.category is not ZoneCategory.OUTDOOR
    ]
    closed = shapely.union_all(indoors).buffer(WALL_M / 2, join_style="mitre").buffer(-WALL_M / 2, join_style="mitre")
    voids = [Polygon(ring) for part in shapely.get_parts(closed) for ring in part.interiors]
    places = np.asarray(doors, dtype=object)
    return shapely.union_all([closed, *(v for v in voids if not shapely.dwithin(places, v, WALL_M).any())])


def _straight(start: Point, end: Point) -> Walk:
    return Walk(float(start.distance(end)), (_xy(start), _xy(end)), clear=True)


def _xy(point: Point) -> Vertex:
    return (float(point.x), float(point.y))
