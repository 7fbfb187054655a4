"""OpenStreetMap indoor data (Simple Indoor Tagging) to a floorplan, from GeoJSON or ``.osm`` XML.

Longitude and latitude in; out comes a floorplan in site metres around the middle of the data.
"""

from collections.abc import Sequence
from typing import Any

import orjson
import shapely
from shapely import LineString, Point, Polygon

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import AssemblyPoint, Asset, Floorplan, Wall
from geo_server.ingest.osm.doors import openings_of
from geo_server.ingest.osm.features import OsmFeature, features_of_geojson
from geo_server.ingest.osm.levels import levels_of
from geo_server.ingest.osm.tags import asset_category, is_door, is_space, mend_text
from geo_server.ingest.osm.transitions import transitions_of
from geo_server.ingest.osm.xml import features_of_xml
from geo_server.ingest.osm.zones import osm_id, spaces_of
from geo_server.ingest.result import ImportResult, Scale
from geo_server.ingest.spaces.outcome import cut_off, walls_around

SPREAD_DEG = 0.2
"""Data spread wider than this (about 20 km) is not one building."""


def is_osm_indoor(document: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a parsed JSON document is OpenStreetMap indoor data: a feature with an ``indoor`` tag."""
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        return False
    return any("indoor" in _properties(feature) for feature in features)


def read_osm_indoor(data: bytes, name: str) -> ImportResult:
    """The floorplan that OpenStreetMap indoor data describes.

    Args:
        data: GeoJSON in UTF-8, or OpenStreetMap XML.
        name: Name of the file, for messages.

    Raises:
        UnreadableFile: Neither of the two, no space in it, or spread over more than one place.
    """
    features, findings = _features(data, name)
    frame = _frame(features, name)
    levels, spaces, found = spaces_of(features, frame)
    findings += found
    openings, found = openings_of(features, levels, spaces, frame)
    findings += found
    transitions, found = transitions_of(features, levels, spaces, frame)
    findings += found
    ordinals = {level.ordinal for level in levels}
    floorplan = Floorplan(
        frame,
        levels=tuple(levels),
        zones=tuple(space.zone for space in spaces),
        openings=tuple(openings),
        transitions=tuple(transitions),
        walls=(*walls_around(spaces, openings, osm_id), *_walls(features, frame, ordinals)),
        assets=tuple(_assets(features, frame, ordinals)),
        assembly_points=tuple(_assembly_points(features, frame)),
    )
    findings += cut_off(floorplan, spaces, "No door is tagged entrance=*, so no zone has a way out.")
    scale = Scale(1.0, 1.0, ("The coordinates are longitude and latitude.",))
    return ImportResult(floorplan, tuple(findings), "osm-indoor", scale, _totals(features, floorplan))


def _properties(feature: object) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return {}
    nested = properties.get("tags")
    return nested if isinstance(nested, dict) else properties


def _features(data: bytes, name: str) -> tuple[list[OsmFeature], list[Finding]]:
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return features_of_xml(text, name)
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise UnreadableFile(f"This is not JSON: {fault}.", where=name, advice="Export the data again.") from None
    if not isinstance(document, dict):
        raise UnreadableFile("This is not a GeoJSON object.", where=name, advice="Give a FeatureCollection.")
    return features_of_geojson(document, name)


def _frame(features: Sequence[OsmFeature], name: str) -> SiteFrame:
    """A frame around the middle of the spaces."""
    areas = [f.geometry for f in features if is_space(f.tags) and isinstance(f.geometry, Polygon)]
    if not areas:
        raise UnreadableFile(
            "There is no indoor space: no area with indoor=room, corridor or area.",
            where=name,
            advice="Map the rooms with Simple Indoor Tagging, or export with its indoor tags.",
        )
    west, south, east, north = shapely.total_bounds(areas)
    if max(east - west, north - south) > SPREAD_DEG:
        raise UnreadableFile(
            f"The indoor spaces are spread over {max(east - west, north - south):.2f} degrees.",
            where=name,
            advice="Cut out one building.",
        )
    return SiteFrame(round(float(west + east) / 2, 6), round(float(south + north) / 2, 6))


def _walls(features: Sequence[OsmFeature], frame: SiteFrame, ordinals: set[int]) -> list[Wall]:
    """Walls that are mapped as lines, such as those that stand free in a hall."""
    return [
        Wall(osm_id("wall", feature.id, ordinal), osm_id("level", ordinal), frame.to_metres(feature.geometry))
        for feature in features
        if feature.tags.get("indoor") == "wall" and isinstance(feature.geometry, LineString)
        for ordinal in levels_of(feature.tags) or (0,)
        if ordinal in ordinals
    ]


def _assets(features: Sequence[OsmFeature], frame: SiteFrame, ordinals: set[int]) -> list[Asset]:
    assets = []
    for feature in features:
        category = asset_category(feature.tags)
        if category is None or not isinstance(feature.geometry, Point):
            continue
        for ordinal in levels_of(feature.tags) or (0,):
            if ordinal in ordinals:
                asset_id = osm_id("asset", feature.id, ordinal)
                text = mend_text(feature.tags.get("name", ""))
                point = frame.to_metres(feature.geometry)
                assets.append(Asset(asset_id, osm_id("level", ordinal), point, category, text))
    return assets


def _assembly_points(features: Sequence[OsmFeature], frame: SiteFrame) -> list[AssemblyPoint]:
    return [
        AssemblyPoint(
            osm_id("assembly", feature.id),
            frame.to_metres(feature.geometry.representative_point()),
            mend_text(feature.tags.get("name") or feature.tags.get("ref") or "Assembly point"),
        )
        for feature in features
        if feature.tags.get("emergency") == "assembly_point"
    ]


def _totals(features: Sequence[OsmFeature], floorplan: Floorplan) -> dict[str, int]:
    areas = sum(1 for f in features if is_space(f.tags) and isinstance(f.geometry, Polygon))
    doors = sum(1 for f in features if is_door(f.tags) and isinstance(f.geometry, Point))
    return {
        "objects": len(features),
        "spaces": areas,
        "door_nodes": doors,
        "objects_unused": len(features) - areas - doors,
        "zones": len(floorplan.zones),
        "openings": len(floorplan.openings),
        "transitions": len(floorplan.transitions),
    }
