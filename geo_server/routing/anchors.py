"""Ways from one place: a person's place in a zone in the stead of the place of that zone that is farthest from its doors."""

from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from shapely import Point

from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Zone
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.walks import build_walker
from geo_server.routing.zones import ZoneWays


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where somebody is.

    Args:
        level_id: The level.
        point: The place, in the floorplan's metres.
    """

    level_id: UUID
    point: Point


def anchored(compiled: CompiledFloorplan, anchor: Anchor) -> tuple[CompiledFloorplan, UUID]:
    """The same floorplan with the ways of one zone measured from a place in it, and that zone.

    Raises:
        InvalidInput: The place is in no zone of its level.
    """
    ways = compiled.zones[_zone_at(compiled, anchor).id]
    zones = {**compiled.zones, ways.zone_id: _from(compiled, ways, anchor.point)}
    return replace(compiled, ways=replace(compiled.ways, zones=zones)), ways.zone_id


def _zone_at(compiled: CompiledFloorplan, anchor: Anchor) -> Zone:
    on_level = (zone for zone in compiled.floorplan.zones if zone.level_id == anchor.level_id)
    found = sorted((zone for zone in on_level if zone.polygon.covers(anchor.point)), key=lambda zone: str(zone.id))
    if not found:
        raise InvalidInput(
            f"No zone is at {anchor.point.x:.2f}, {anchor.point.y:.2f}.", where="from", advice="Give a place in a zone."
        )
    return found[0]


def _from(compiled: CompiledFloorplan, ways: ZoneWays, place: Point) -> ZoneWays:
    near = [number for number in range(len(ways.nodes)) if number not in ways.dangling]
    told = [compiled.graph.nodes[ways.nodes[number]] for number in near]
    walker = build_walker(ways.zone.polygon, ways.space)
    walks = walker.walks_from(place, [Point(one["x"], one["y"]) for one in told]) if near else []
    starts = dict(zip(near, walks, strict=True))
    return replace(
        ways,
        starts=tuple(starts.get(number) for number in range(len(ways.nodes))),
        spread_m=tuple(np.zeros(len(ways.nodes)).tolist()),
    )
