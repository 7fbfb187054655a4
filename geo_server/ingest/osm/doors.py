"""Openings of an OpenStreetMap building: door nodes on walls, and edges that spaces without walls share.

A door is a node on the outline of the spaces that it joins.
"""

from collections.abc import Sequence
from uuid import UUID

from shapely import Point

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Level, Opening, OpeningCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.osm.features import OsmFeature
from geo_server.ingest.osm.levels import levels_of
from geo_server.ingest.osm.tags import is_door, leads_out, read_metres
from geo_server.ingest.osm.zones import osm_id
from geo_server.ingest.spaces.doors import NARROWEST_M, WIDEST_M, doors_to_nowhere, open_door
from geo_server.ingest.spaces.gaps import find_gaps
from geo_server.ingest.spaces.index import LevelIndex, index_levels
from geo_server.ingest.spaces.values import Door, Space

PAIR_WIDTH_M = 1.8
"""Clear width of a main entrance that states none."""


def openings_of(
    features: Sequence[OsmFeature], levels: Sequence[Level], spaces: Sequence[Space], frame: SiteFrame
) -> tuple[list[Opening], list[Finding]]:
    """Openings of all levels, in the metres of ``frame``, with findings for doors that join nothing."""
    indexes = index_levels(spaces, levels)
    by_ordinal = {index.ordinal: index for index in indexes.values()}
    openings: list[Opening] = []
    findings: list[Finding] = []
    for feature in features:
        if isinstance(feature.geometry, Point) and is_door(feature.tags):
            door = _door(feature, frame.to_metres(feature.geometry))
            found = _on_its_levels(feature, door, by_ordinal)
            openings += found
            if not found:
                at = (door.at.centroid.x, door.at.centroid.y)
                findings.append(make_finding("door-unplaced", at=at, handle=feature.id))
    findings += doors_to_nowhere(openings, "Doors lead to where nothing is mapped, and are not marked as entrances.")
    gaps = [gap for index in indexes.values() for gap in find_gaps(index, openings, osm_id)]
    if gaps:
        message = "Neighbouring corridors or areas without a door between them are taken to be open to each other."
        findings.append(make_finding("opening-assumed", message, count=len(gaps)))
    return openings + gaps, findings


def _on_its_levels(feature: OsmFeature, door: Door, indexes: dict[int, LevelIndex]) -> list[Opening]:
    found = []
    for ordinal in levels_of(feature.tags) or (0,):
        index = indexes.get(ordinal)
        opening_id: UUID = osm_id("opening", feature.id, ordinal)
        opening = open_door(door, index, opening_id) if index is not None else None
        if opening is not None:
            found.append(opening)
    return found


def _door(feature: OsmFeature, point: Point) -> Door:
    tags = feature.tags
    out = leads_out(tags)
    category = OpeningCategory.GAP if tags.get("door") == "no" else OpeningCategory.DOOR
    if out and tags.get("entrance") == "emergency":
        category = OpeningCategory.EMERGENCY_EXIT
    return Door(feature.id, point, category, _width(feature, out=out), leads_out=out, number=tags.get("ref"))


def _width(feature: OsmFeature, *, out: bool) -> float | None:
    for key in ("width", "door:width", "maxwidth"):
        width = read_metres(feature.tags.get(key))
        if width is not None and NARROWEST_M <= width <= WIDEST_M:
            return width
    return PAIR_WIDTH_M if out and feature.tags.get("entrance") == "main" else None
