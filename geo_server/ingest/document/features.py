"""Features of a floorplan document: type, id and geometry checked, properties still unread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from geo_server.domain.document import FeatureType
from geo_server.domain.errors import InvalidInput
from geo_server.ingest.document.fields import Fields
from geo_server.ingest.document.geometry import GeometryReader

GEOMETRIES: dict[FeatureType, tuple[str, ...]] = {
    FeatureType.SITE: ("Point",),
    FeatureType.BUILDING: ("Polygon", "MultiPolygon"),
    FeatureType.LEVEL: ("Polygon", "MultiPolygon"),
    FeatureType.ZONE: ("Polygon",),
    FeatureType.OPENING: ("LineString",),
    FeatureType.TRANSITION: ("LineString", "Point"),
    FeatureType.WALL: ("LineString",),
    FeatureType.ASSET: ("Point",),
    FeatureType.ASSEMBLY_POINT: ("Point",),
}
"""GeoJSON types that a feature may have."""

WITHOUT_PLACE = frozenset({FeatureType.SITE, FeatureType.BUILDING, FeatureType.LEVEL})
"""Features whose geometry may be null."""


@dataclass(slots=True)
class Feature:
    """One feature.

    Args:
        geometry: In the document's coordinates, until it is moved into site metres.
        fields: Its properties.
        where: Index and id, for refusals.
    """

    id: UUID
    type: FeatureType
    geometry: BaseGeometry | None
    fields: Fields
    where: str


def read_features(values: Sequence[object], geometries: GeometryReader) -> Iterator[Feature]:
    """The features of a document.

    Raises:
        InvalidInput: Not a feature, an unknown type, no id or one that another feature has, a wrong geometry.
    """
    seen: dict[UUID, str] = {}
    for index, value in enumerate(values):
        feature = _feature(value, f"features[{index}]", geometries)
        if feature.id in seen:
            raise InvalidInput(
                f"The id {feature.id} is given twice.",
                where=f"{seen[feature.id]} and {feature.where}",
                advice="Give every feature an id of its own.",
            )
        seen[feature.id] = feature.where
        yield feature


def _feature(value: object, place: str, geometries: GeometryReader) -> Feature:
    if not isinstance(value, Mapping) or value.get("type") != "Feature":
        raise InvalidInput("This is not a GeoJSON Feature.", where=place, advice='Give {"type": "Feature", …}.')
    thing_id = Fields(value, place).required_id("id")
    where = f"{place} (id {thing_id})"
    properties = value.get("properties")
    if not isinstance(properties, Mapping):
        raise InvalidInput("The feature has no properties.", where=where, advice="Give at least a feature_type.")
    fields = Fields(properties, where)
    kind = fields.choice("feature_type", FeatureType)
    geometry = value.get("geometry")
    if geometry is None and kind in WITHOUT_PLACE:
        return Feature(thing_id, kind, None, fields, where)
    return Feature(thing_id, kind, geometries.read(geometry, GEOMETRIES[kind], where), fields, where)
