"""A map for the public: where buildings stand and the grounds around them. What is inside is on no such map.

SVG in site metres with y downwards, so that a place on it is ``(x, -y)`` of the site.
"""

import html
from collections.abc import Iterable, Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, ZoneCategory

MARGIN_M = 15.0
SEAM_M = 0.6
"""Zones of a building that are not farther apart than a wall is thick belong to one outline."""
CORNERS_M = 0.3
"""An outline may be off by so much: nobody needs its niches."""

Bounds = tuple[float, float, float, float]


def map_bounds(floorplan: Floorplan) -> Bounds | None:
    """West, south, east, north of what the map shows, in site metres; None of an empty one."""
    shown = [*_buildings(floorplan), *_grounds(floorplan)]
    if not shown:
        return None
    west, south, east, north = (float(edge) for edge in shapely.total_bounds([shape for _, shape in shown]))
    return west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M


def outline_map(floorplan: Floorplan) -> str:
    """The map as an SVG element with the class ``outline-map``; empty text when there is nothing to show."""
    bounds = map_bounds(floorplan)
    if bounds is None:
        return ""
    west, south, east, north = bounds
    size = max(east - west, north - south) / 28
    drawn = [
        *(_path(shape, "grounds") for _, shape in _grounds(floorplan)),
        *(_path(shape, "building") for _, shape in _buildings(floorplan)),
        *(_name(name, shape, size) for name, shape in _buildings(floorplan)),
    ]
    box = f"{west:.1f} {-north:.1f} {east - west:.1f} {north - south:.1f}"
    return f'<svg class="outline-map" viewBox="{box}" role="img" aria-label="Map of the site">{"".join(drawn)}</svg>'


def _buildings(floorplan: Floorplan) -> Iterator[tuple[str, BaseGeometry]]:
    level_ids = {building.id: set[object]() for building in floorplan.buildings}
    for level in floorplan.levels:
        if level.building_id in level_ids:
            level_ids[level.building_id].add(level.id)
    for building in floorplan.buildings:
        inside = [
            zone.polygon
            for zone in floorplan.zones
            if zone.level_id in level_ids[building.id] and zone.category is not ZoneCategory.OUTDOOR
        ]
        if inside:
            yield building.name, _outline(inside)


def _grounds(floorplan: Floorplan) -> Iterator[tuple[str, BaseGeometry]]:
    for zone in floorplan.zones:
        if zone.category is ZoneCategory.OUTDOOR:
            yield zone.name, zone.polygon


def _outline(polygons: Iterable[BaseGeometry]) -> BaseGeometry:
    """The outer edge of rooms taken together; courts stay open, walls between rooms are not told."""
    grown = shapely.union_all([shapely.buffer(polygon, SEAM_M, join_style="mitre") for polygon in polygons])
    return shapely.simplify(shapely.buffer(grown, -SEAM_M, join_style="mitre"), CORNERS_M)


def _path(shape: BaseGeometry, kind: str) -> str:
    rings = [ring for polygon in shapely.get_parts([shape]).tolist() for ring in (polygon.exterior, *polygon.interiors)]
    lines = ("M" + "L".join(f"{x:.1f} {-y:.1f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
    return f'<path class="{kind}" fill-rule="evenodd" d="{"".join(lines)}"/>'


def _name(name: str, shape: BaseGeometry, size: float) -> str:
    spot = shape.representative_point()
    return f'<text x="{spot.x:.1f}" y="{-spot.y:.1f}" font-size="{size:.1f}">{html.escape(name)}</text>'
