"""What plans ask of a floorplan whatever the threat is, worked out before there is one: the first plan is not to wait for it."""

from geo_server.routing.all_zones import AllZones
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.sightlines import area_before, visible_area


def work_ahead(compiled: CompiledFloorplan, some: slice) -> None:
    """Leave with a floorplan how far it is within some of its zones, and what is seen from their doors and corners.

    Some hundredths of a second a zone with many corners.
    """
    zones = compiled.all_zones
    for number in range(len(zones.ways))[some]:
        if not zones.yards[number]:
            zones.farthest(number)
            zones.facing(number)
            _look_around(zones, number)


def _look_around(zones: AllZones, number: int) -> None:
    """From the doors and corners of a zone. One without corners is seen whole from anywhere in it."""
    ways = zones.ways[number]
    if len(ways.space.corners):
        for region in ways.regions:
            area_before(ways.space, region)
        for x, y in ways.space.corners.tolist():
            visible_area(ways.space, x, y)
