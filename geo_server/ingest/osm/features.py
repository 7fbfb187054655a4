"""OpenStreetMap objects as tagged geometry, from GeoJSON. Longitude and latitude; nothing is interpreted here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.spaces.sound import is_lonlat, read_geometry, sound_parts

MOST_VERTICES = 2_000_000
"""Vertices in one file. A main station with all its levels has 30,000."""


@dataclass(frozen=True, slots=True)
class OsmFeature:
    """One object.

    Args:
        id: Such as ``way/870541202``; unique in its file.
        tags: Keys and values, as written.
        geometry: Point, LineString or valid Polygon in lon, lat.
    """

    id: str
    tags: Mapping[str, str]
    geometry: BaseGeometry


def features_of_geojson(document: Mapping[str, Any], name: str) -> tuple[list[OsmFeature], list[Finding]]:
    """The objects of a FeatureCollection, with findings for those that were repaired or left out.

    Tags are the properties, or the object under ``tags`` in them.

    Raises:
        UnreadableFile: No list of features.
    """
    raw = document.get("features")
    if not isinstance(raw, list):
        raise UnreadableFile(
            "There is no list of features.",
            where=name,
            advice="Give a GeoJSON FeatureCollection of OpenStreetMap data.",
        )
    pairs = [
        (_identity(item, index), _tags(item), read_geometry(item.get("geometry") if isinstance(item, dict) else None))
        for index, item in enumerate(raw)
    ]
    return clean_features(pairs, name)


def clean_features(
    raw: Sequence[tuple[str, dict[str, str], BaseGeometry | None]], name: str
) -> tuple[list[OsmFeature], list[Finding]]:
    """Objects with sound geometry: closed lines of rooms become polygons, several parts become several objects.

    Raises:
        UnreadableFile: More than ``MOST_VERTICES``.
    """
    features: list[OsmFeature] = []
    findings: list[Finding] = []
    seen: set[str] = set()
    vertices = 0
    for given_id, tags, geometry in raw:
        if geometry is None or not is_lonlat(geometry):
            findings.append(make_finding("not-finite", f"{given_id} has no usable geometry.", handle=given_id))
            continue
        vertices += int(shapely.get_num_coordinates(geometry))
        if vertices > MOST_VERTICES:
            raise UnreadableFile(f"More than {MOST_VERTICES} vertices.", where=name, advice="Cut out one building.")
        parts, repaired = sound_parts(_closed(geometry, tags))
        if repaired:
            findings.append(make_finding("area-repaired", handle=given_id))
        for index, part in enumerate(parts):
            part_id = given_id if index == 0 else f"{given_id}#{index}"
            if part_id not in seen:
                seen.add(part_id)
                features.append(OsmFeature(part_id, tags, part))
    return features, findings


def _identity(item: object, index: int) -> str:
    if not isinstance(item, dict):
        return f"feature {index}"
    properties = item.get("properties")
    given = properties if isinstance(properties, dict) else {}
    return str(item.get("id") or given.get("@id") or given.get("id") or f"feature {index}")


def _tags(item: object) -> dict[str, str]:
    properties = item.get("properties") if isinstance(item, dict) else None
    if not isinstance(properties, dict):
        return {}
    nested = properties.get("tags")
    source = nested if isinstance(nested, dict) else properties
    return {str(key): str(value) for key, value in source.items() if isinstance(value, str | int | float)}


def _closed(geometry: BaseGeometry, tags: Mapping[str, str]) -> BaseGeometry:
    """A closed line around a room is the room."""
    is_space = tags.get("indoor") in {"room", "corridor", "area", "level"} or tags.get("highway") == "elevator"
    if is_space and isinstance(geometry, shapely.LineString) and geometry.is_closed and len(geometry.coords) >= 4:
        return shapely.Polygon(geometry.coords)
    return geometry
