"""What of a level is inside the building, judged by its zones: where nobody drew anything, and at its edge.

Terminology:
    void: space inside a building that nobody drew, with zones all round it.
    courtyard: such a space that a door to the outside leads to, or a wide one.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Zone, ZoneCategory

WALL_M = 1.0
"""No wall is thicker."""

VOID_M = 20.0
"""A place with zones all round it, each this near, is in a void of the building; a wider gap is a courtyard."""

TOUCH_M = 1e-6
"""What is this near is touched."""


def is_in_building(zones: Iterable[Zone], place: BaseGeometry, drawn: BaseGeometry | None) -> bool:
    """Whether a place that is on no zone, or some of it, is in a wall or a void of the building all the same.

    Args:
        zones: Zones of the level.
        place: A point or an area, in the level's coordinates.
        drawn: The level's outline, where one is known.
    """
    if drawn is not None:
        return bool(drawn.intersects(place))
    grown = with_walls_closed(_joined(zones, place, VOID_M), around_m=WALL_M / 2)
    outline = shapely.multipolygons(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(grown))))
    return bool(outline.intersects(place))


def is_all_inside(zones: Iterable[Zone], core: BaseGeometry, radius_m: float, doors: Sequence[BaseGeometry]) -> bool:
    """Whether no place within some metres of another can be in the open: the zones that are indoors cover it, with the walls between them.

    An outline that somebody drew does not count here: it may hold more than the building.

    Args:
        zones: Zones of the level.
        core: A point or an area, in the level's coordinates.
        radius_m: Metres around it.
        doors: Ways to the outside, in the same coordinates. A void that one leads to is a courtyard.
    """
    zoned = _joined(zones, core, VOID_M + radius_m)
    solid = without_voids(with_walls_closed(zoned), doors)
    return bool(solid.buffer(TOUCH_M).covers(core) and solid.boundary.distance(core) >= radius_m - TOUCH_M)


def with_walls_closed(shape: BaseGeometry, around_m: float = 0.0) -> BaseGeometry:
    """A shape and some metres around it, with the walls in it closed.

    To shrink with mitred corners takes away too much where an outline is jagged, so all that lies that near is put back.
    """
    grown = shape.buffer(around_m + WALL_M / 2, join_style="mitre").buffer(-WALL_M / 2, join_style="mitre")
    near = shape.buffer(around_m, join_style="mitre")
    # A union of what only rounding tells apart would have vertices that nobody drew.
    return grown if grown.buffer(TOUCH_M, join_style="mitre").covers(near) else shapely.union(grown, near)


def without_voids(shape: BaseGeometry, doors: Sequence[BaseGeometry]) -> MultiPolygon:
    """A shape with its voids filled, but for courtyards: those that a door to the outside leads to."""
    places = np.asarray(doors, dtype=object)
    parts = _areas(shape)
    voids = [Polygon(ring) for part in parts for ring in part.interiors]
    filled = [void for void in voids if not shapely.dwithin(places, void, WALL_M).any()]
    return MultiPolygon(_areas(shapely.union_all([*parts, *filled])))


def _areas(shape: BaseGeometry) -> list[Polygon]:
    """Its polygons: where edges nearly meet, a union leaves lines beside them."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]


def _joined(zones: Iterable[Zone], place: BaseGeometry, within_m: float) -> BaseGeometry:
    """The zones near a place that are indoors, as one shape."""
    indoors = [zone.polygon for zone in zones if zone.category is not ZoneCategory.OUTDOOR]
    return shapely.union_all([polygon for polygon in indoors if polygon.distance(place) <= within_m])
