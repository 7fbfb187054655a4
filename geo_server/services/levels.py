"""Which level an observation lies on, from what a person can say: a place on the map, a storey, perhaps a building."""

import math
from uuid import UUID

import shapely
from shapely import Point

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Floorplan, Level

FARTHEST_M = 10_000.0
"""A site's frame is right to 2 mm per km within this distance of its origin (see ``domain.frame``)."""


def place_observed(at: tuple[float, float], frame: SiteFrame) -> Point:
    """A lon, lat place in site metres.

    Raises:
        InvalidInput: It is farther from the site than anything of the site can be.
    """
    east, north = frame.coordinates_to_metres([at])[0]
    distance_m = math.hypot(east, north)
    if not distance_m <= FARTHEST_M:
        raise InvalidInput(
            f"The place {at[0]}, {at[1]} is more than {FARTHEST_M / 1000:.0f} km from the site.",
            where="at",
            advice="Give longitude first, then latitude.",
        )
    return Point(east, north)


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
