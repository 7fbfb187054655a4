"""An IMDF archive as features by type. Longitude and latitude; nothing is interpreted here.

Source: OGC 20-094, *Indoor Mapping Data Format*, version 1.0.0, sections *Manifest* and *Feature types*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import TooLarge, UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.ingest.archive import read_members
from geo_server.ingest.codes import make_finding
from geo_server.ingest.spaces.sound import is_lonlat, read_geometry

TYPES = ("venue", "building", "footprint", "level", "unit", "opening", "amenity", "fixture", "occupant", "anchor")
"""Files that are looked at; the others hold what a map of ways out has no use for."""

MOST_VERTICES = 2_000_000


@dataclass(frozen=True, slots=True)
class ImdfFeature:
    """One feature.

    Args:
        id: As written.
        geometry: Valid, in lon, lat; None where the format allows for it.
        properties: As written.
    """

    id: str
    geometry: BaseGeometry | None
    properties: Mapping[str, Any]

    def text(self, key: str) -> str:
        """A property that is a text; empty when it is none."""
        value = self.properties.get(key)
        return value if isinstance(value, str) else ""

    def ids(self, key: str) -> list[str]:
        """A property that is a list of ids; empty when it is none."""
        value = self.properties.get(key)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


@dataclass(frozen=True)
class ImdfArchive:
    """An archive's features by type.

    Args:
        language: BCP 47 tag of the manifest, or empty.
        findings: What was repaired or left out.
    """

    features: Mapping[str, list[ImdfFeature]]
    language: str
    findings: list[Finding]

    def of(self, kind: str) -> list[ImdfFeature]:
        """The features of a type."""
        return self.features.get(kind, [])


def is_imdf(paths: list[str]) -> bool:
    """Whether an archive with these members is IMDF: it has levels and units."""
    names = {path.rpartition("/")[2].lower() for path in paths}
    return {"level.geojson", "unit.geojson"} <= names


def open_archive(data: bytes, name: str) -> ImdfArchive:
    """The features of an archive.

    Raises:
        UnreadableFile: Damaged, or a file in it is no GeoJSON.
        TooLarge: More in it than any building has.
    """
    members = read_members(data, name, _is_looked_at)
    by_name = {path.rpartition("/")[2].lower(): (path, content) for path, content in members.items()}
    findings: list[Finding] = []
    features: dict[str, list[ImdfFeature]] = {}
    vertices = 0
    seen: set[str] = set()
    for kind in TYPES:
        path, content = by_name.get(f"{kind}.geojson", ("", b""))
        if path:
            features[kind] = _once(_features(content, f"{name}: {path}", findings), seen)
            vertices += sum(int(shapely.get_num_coordinates(f.geometry)) for f in features[kind])
    if vertices > MOST_VERTICES:
        raise TooLarge(f"More than {MOST_VERTICES:,} vertices.", where=name, advice="Give one building an archive.")
    return ImdfArchive(features, _language(by_name.get("manifest.json", ("", b""))[1]), findings)


def _is_looked_at(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name == "manifest.json" or name.removesuffix(".geojson") in TYPES


def _once(features: Iterator[ImdfFeature], seen: set[str]) -> list[ImdfFeature]:
    """Features whose ids nothing before them has."""
    found = []
    for feature in features:
        if feature.id not in seen:
            seen.add(feature.id)
            found.append(feature)
    return found


def _language(manifest: bytes) -> str:
    try:
        content = orjson.loads(manifest)
    except orjson.JSONDecodeError:
        return ""
    language = content.get("language") if isinstance(content, dict) else None
    return language if isinstance(language, str) else ""


def _features(content: bytes, where: str, findings: list[Finding]) -> Iterator[ImdfFeature]:
    try:
        document = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as fault:
        raise UnreadableFile(f"This is not JSON: {fault}.", where=where, advice="Export the archive again.") from None
    values = document.get("features") if isinstance(document, dict) else None
    if not isinstance(values, list):
        raise UnreadableFile("There is no list of features.", where=where, advice="Export the archive again.")
    for index, value in enumerate(values):
        feature = _feature(value, f"feature {index}", findings)
        if feature is not None:
            yield feature


def _feature(value: object, index: str, findings: list[Finding]) -> ImdfFeature | None:
    properties = value.get("properties") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(properties, dict):
        findings.append(make_finding("not-finite", f"{index} is no GeoJSON feature.", handle=index))
        return None
    given = value.get("id")
    feature_id = given if isinstance(given, str) and given else index
    if value.get("geometry") is None:
        return ImdfFeature(feature_id, None, properties)
    geometry = read_geometry(value["geometry"])
    if geometry is None or not is_lonlat(geometry):
        findings.append(make_finding("not-finite", f"{feature_id} has no usable geometry.", handle=feature_id))
        return None
    if not geometry.is_valid:
        findings.append(make_finding("area-repaired", handle=feature_id))
        geometry = shapely.make_valid(geometry)
    return ImdfFeature(feature_id, geometry, properties)
