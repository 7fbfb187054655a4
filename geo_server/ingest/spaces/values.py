"""What a format hands over: a space and a door with the name of the object that each came from.

Terminology:
    source: what the file calls an object, so that a finding leads back to it.
"""

from dataclasses import dataclass

from shapely import LineString, Point

from geo_server.domain.places import OpeningCategory, Zone


@dataclass(frozen=True, slots=True)
class Space:
    """A zone, in the metres of its floorplan, with what its file says beyond.

    Args:
        source: The object of the file.
        open_sided: Without walls of its own: one walks in across a shared edge.
    """

    zone: Zone
    source: str
    open_sided: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """A way through a wall, whose zones are still to be found.

    Args:
        source: The object of the file.
        at: A point on the wall, or a line along it from jamb to jamb, in metres.
        width_m: Clear width; None takes the length of the line, or a common door's.
        leads_out: True or False when the file says whether it leads out of the building; None leaves it to what lies
            on its two sides.
    """

    source: str
    at: Point | LineString
    category: OpeningCategory = OpeningCategory.DOOR
    width_m: float | None = None
    leads_out: bool | None = None
    number: str | None = None
