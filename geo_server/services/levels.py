"""Which level an observation lies on, from what a person can say: a place on the map, a storey, perhaps a building."""

import math
from collections.abc import Sequence
from uuid import UUID

import shapely
from shapely import Point

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Floorplan, Level
from geo_server.domain.regions import Region, region_within

FARTHEST_M = 10_000.0
"""A site's frame is right to 2 mm per km within this distance of its origin (see ``domain.frame``)."""


def place_observed(at: tuple[float, float], frame: SiteFrame, *, where: str = "at") -> Point:
    """A lon, lat place in site metres.

    Raises:
        InvalidInput: It is farther from the site than anything of the site can be.
    """
    east, north = frame.coordinates_to_metres([at])[0]
    distance_m = math.hypot(east, north)
    if not distance_m <= FARTHEST_M:
        raise InvalidInput(
            f"The place {at[0]}, {at[1]} is more than {FARTHEST_M / 1000:.0f} km from the site.",
            where=where,
            advice="Give longitude first, then latitude.",
        )
    return Point(east, north)


def region_observed(
    at: tuple[float, float] | None, radius_m: float, polygon: Sequence[tuple[float, float]] | None, frame: SiteFrame
) -> Region:
    """Where somebody saw a threat, in site metres.

    Args:
        at: A lon, lat place, or None.
        radius_m: How far off it may be.
        polygon: In place of both: lon, lat vertices in order, or None.
        frame: Frame of the site.

    Raises:
        InvalidInput: Neither a place nor a polygon, or both; one far from the site; a polygon that is none.
    """
    if at is not None and polygon is not None:
        raise InvalidInput(
            "A threat was seen at a place or in a polygon, not both.", where="polygon", advice="Leave one out."
        )
    if polygon is not None:
        vertices = [place_observed(vertex, frame, where="polygon") for vertex in polygon]
        return region_within([(vertex.x, vertex.y) for vertex in vertices], where="polygon")
    if at is None:
        raise InvalidInput("Where the threat was seen is not said.", where="at", advice="Give at, or polygon.")
    return Region(place_observed(at, frame), radius_m)


def load_level(floorplan: Floorplan, point: Point, ordinal: int, building: str | None) -> Level:
    """The level with an ordinal that a place lies on.

    Args:
        floorplan: What is published.
        point: In site metres.
        ordinal: The storey.
        building: Name of the building, or None: the one whose zones are nearest.

    Raises:
        InvalidInput: No building has that storey, or there is no such building.
    """
    named = {found.id for found in floorplan.buildings if building in {None, found.name, str(found.id)}}
    if building is not None and not named:
        known = ", ".join(found.name for found in floorplan.buildings) or "none"
        raise InvalidInput(f"There is no building {building!r}.", where="building", advice=f"Buildings: {known}.")
    levels = [level for level in floorplan.levels_at(ordinal) if building is None or level.building_id in named]
    if not levels:
        known = ", ".join(str(number) for number in sorted({level.ordinal for level in floorplan.levels})) or "none"
        raise InvalidInput(
            f"There is no level {ordinal} on the published map.", where="ordinal", advice=f"Levels: {known}."
        )
    return min(levels, key=lambda level: _distance_m(floorplan, level.id, point))


def _distance_m(floorplan: Floorplan, level_id: UUID, point: Point) -> float:
    polygons = [zone.polygon for zone in floorplan.zones if zone.level_id == level_id]
    return float(shapely.distance(polygons, point).min()) if polygons else math.inf
