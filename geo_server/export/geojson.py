"""A floorplan as its GeoJSON document (RFC 7946): what ``ingest.document`` reads back without loss.

Terminology:
    document: the FeatureCollection of DESIGN section 4, described in ``docs/formats/floorplan.md``.
    item: a feature before its geometry has crossed to lon, lat: id, geometry in metres, properties.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.confidence import Confidence
from geo_server.domain.document import DRAWING_METRES, LONLAT_DECIMALS, METRES_DECIMALS, FeatureType
from geo_server.domain.frame import Coordinates, DrawingFrame, Frame
from geo_server.domain.places import Floorplan, Level, Opening, Site, Transition, Zone

Document = dict[str, Any]


class _Item(NamedTuple):
    id: UUID
    geometry: BaseGeometry | None
    properties: Document


def floorplan_document(floorplan: Floorplan) -> Document:
    """The floorplan document: plain JSON values.

    Coordinates are lon, lat with 7 decimals when the floorplan is placed, else drawing metres with 3. A geometry that
    rounding would break (a sliver, a very short line) keeps more decimals. Exterior rings run counter-clockwise.

    Args:
        floorplan: In site metres or drawing metres.
    """
    items = list(_items(floorplan))
    geometries = _written([item.geometry for item in items], floorplan.frame)
    features = [
        {"type": "Feature", "id": str(item.id), "geometry": geometry, "properties": item.properties}
        for item, geometry in zip(items, geometries, strict=True)
    ]
    return {"type": "FeatureCollection", **_header(floorplan), "features": features}


def _header(floorplan: Floorplan) -> Document:
    frame = floorplan.frame
    if isinstance(frame, DrawingFrame):
        return {"frame": DRAWING_METRES, "metres_per_unit": frame.metres_per_unit}
    return {} if floorplan.site else {"origin": [frame.lon, frame.lat]}


def _items(floorplan: Floorplan) -> Iterator[_Item]:
    place = _places(floorplan)
    if floorplan.site:
        yield _Item(floorplan.site.id, _site_point(floorplan), _site_properties(floorplan.site))
    for building in floorplan.buildings:
        yield _Item(building.id, None, {"feature_type": FeatureType.BUILDING.value, "name": building.name})
    for level in floorplan.levels:
        yield _Item(level.id, floorplan.outlines.get(level.id), _level_properties(level))
    for zone in floorplan.zones:
        yield _Item(zone.id, zone.polygon, {**_zone_properties(zone), **place[zone.level_id]})
    for opening in floorplan.openings:
        yield _Item(opening.id, opening.line, {**_opening_properties(opening), **place[opening.level_id]})
    for transition in floorplan.transitions:
        properties = {**_transition_properties(transition), **place[transition.level_id]}
        yield _Item(transition.id, transition.geometry, properties)
    yield from _things(floorplan, place)


def _things(floorplan: Floorplan, place: dict[UUID, Document]) -> Iterator[_Item]:
    for wall in floorplan.walls:
        solid = {"thickness_m": wall.thickness_m, "transparent": wall.transparent}
        yield _Item(wall.id, wall.line, {"feature_type": FeatureType.WALL.value, **solid, **place[wall.level_id]})
    for asset in floorplan.assets:
        named = {"category": asset.category.value, "name": asset.name}
        yield _Item(asset.id, asset.point, {"feature_type": FeatureType.ASSET.value, **named, **place[asset.level_id]})
    for point in floorplan.assembly_points:
        yield _Item(point.id, point.point, {"feature_type": FeatureType.ASSEMBLY_POINT.value, "name": point.name})


def _places(floorplan: Floorplan) -> dict[UUID, Document]:
    """What says on which level a thing lies: its ordinal, and no more than is needed to be unmistakable."""
    many = len({level.building_id for level in floorplan.levels}) > 1
    twins = Counter((level.building_id, level.ordinal) for level in floorplan.levels)
    places = {}
    for level in floorplan.levels:
        place: Document = {"ordinal": level.ordinal}
        if many:
            place["building"] = _text(level.building_id)
        if twins[level.building_id, level.ordinal] > 1:
            place["level"] = str(level.id)
        places[level.id] = place
    return places


def _site_point(floorplan: Floorplan) -> BaseGeometry | None:
    if isinstance(floorplan.frame, DrawingFrame) or floorplan.site is None:
        return None
    origin = (floorplan.site.frame.lon, floorplan.site.frame.lat)
    return shapely.Point(floorplan.frame.coordinates_to_metres([origin])[0])


def _site_properties(site: Site) -> Document:
    return {
        "feature_type": FeatureType.SITE.value,
        "name": site.name,
        "slug": site.slug,
        "timezone": site.timezone,
        "origin": [site.frame.lon, site.frame.lat],
    }


def _level_properties(level: Level) -> Document:
    properties: Document = {
        "feature_type": FeatureType.LEVEL.value,
        "name": level.name,
        "ordinal": level.ordinal,
        "building": _text(level.building_id),
    }
    if level.shift_m != (0.0, 0.0):
        properties["shift_m"] = list(level.shift_m)
    return properties


def _zone_properties(zone: Zone) -> Document:
    return {
        "feature_type": FeatureType.ZONE.value,
        "name": zone.name,
        "alias": zone.alias,
        "category": zone.category.value,
        "lockable": zone.lockable,
        "capacity": zone.capacity,
        "area_m2": round(zone.polygon.area, 2),
        **_confidence_properties(zone.confidence),
    }


def _confidence_properties(confidence: Confidence | None) -> Document:
    if confidence is None:
        return {}
    reasons = [{"code": one.reason.value, "measure": one.measure, "words": one.words} for one in confidence.reasons]
    return {"confidence": confidence.value, "confidence_reasons": reasons}


def _opening_properties(opening: Opening) -> Document:
    return {
        "feature_type": FeatureType.OPENING.value,
        "category": opening.category.value,
        "width_m": opening.width_m,
        "zones": [_text(zone_id) for zone_id in opening.zones],
        "exit": opening.exit,
        "number": opening.number,
        "lock_delay_s": opening.lock_delay_s,
    }


def _transition_properties(transition: Transition) -> Document:
    return {
        "feature_type": FeatureType.TRANSITION.value,
        "category": transition.category.value,
        "zones": [str(zone_id) for zone_id in transition.zones],
        "length_m": transition.length_m,
        "riser_m": transition.riser_m,
        "tread_m": transition.tread_m,
        "step_free": transition.step_free,
    }


def _text(thing_id: UUID | None) -> str | None:
    return None if thing_id is None else str(thing_id)


def _written(geometries: Sequence[BaseGeometry | None], frame: Frame) -> list[Document | None]:
    """Geometries as GeoJSON values, all at once: one projection call instead of one a feature."""
    exact = np.array(geometries, dtype=object)
    decimals = METRES_DECIMALS
    if not isinstance(frame, DrawingFrame):
        exact, decimals = shapely.transform(exact, frame.coordinates_to_lonlat), LONLAT_DECIMALS
    rounded = _rounded(exact, decimals)
    for more in (decimals + 3, decimals + 6):
        broken = ~shapely.is_missing(rounded) & ~shapely.is_valid(rounded)
        rounded[broken] = _rounded(exact[broken], more)
    texts = shapely.to_geojson(shapely.orient_polygons(rounded))
    return [None if text is None else orjson.loads(text) for text in texts]


def _rounded(geometries: Any, decimals: int) -> Any:  # noqa: ANN401 - shapely has no types: arrays of geometries
    def to_grid(xy: Coordinates) -> Coordinates:
        return np.round(xy, decimals) + 0.0  # adding zero turns -0.0 into 0.0

    return shapely.transform(geometries, to_grid)
