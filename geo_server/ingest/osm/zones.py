"""Zones of an OpenStreetMap building: one for each space and level, made free of overlaps."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid5

import shapely
from shapely import Polygon

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Level, Zone
from geo_server.ingest.codes import make_finding
from geo_server.ingest.osm.features import OsmFeature
from geo_server.ingest.osm.levels import levels_of
from geo_server.ingest.osm.tags import is_space, zone_category, zone_names
from geo_server.ingest.spaces.overlaps import free_of_overlaps, named
from geo_server.ingest.spaces.values import Space

NAMESPACE = UUID("6f1a3c0e-54f4-5d0c-9b61-0a6f5cf2a7b1")
"""Ids are made from OpenStreetMap's own ids in this namespace, so that the same file gives the same ids."""


def osm_id(kind: str, *parts: object) -> UUID:
    """The id of a thing made of an OpenStreetMap object."""
    return uuid5(NAMESPACE, "/".join([kind, *(str(part) for part in parts)]))


def spaces_of(features: Sequence[OsmFeature], frame: SiteFrame) -> tuple[list[Level], list[Space], list[Finding]]:
    """Levels and spaces, lowest level first, in the metres of ``frame``."""
    raw: defaultdict[int, list[Space]] = defaultdict(list)
    findings: list[Finding] = []
    for feature in features:
        if not (is_space(feature.tags) and isinstance(feature.geometry, Polygon)):
            continue
        ordinals = levels_of(feature.tags)
        if not ordinals:
            findings.append(
                make_finding("level-guessed", "A space without a level was put on level 0.", handle=feature.id)
            )
        for ordinal in ordinals or (0,):
            raw[ordinal].append(_space(feature, ordinal, frame))
    levels, spaces = [], []
    for ordinal in sorted(raw):
        level = Level(osm_id("level", ordinal), None, ordinal, f"Level {ordinal}")
        free, found = free_of_overlaps(raw[ordinal], ordinal)
        levels.append(level)
        spaces += named(free)
        findings += found
    unnamed = sum(1 for group in raw.values() for space in group if not space.zone.name)
    if unnamed:
        findings.append(make_finding("name-made-up", count=unnamed))
    return levels, spaces, findings


def _space(feature: OsmFeature, ordinal: int, frame: SiteFrame) -> Space:
    name, alias = zone_names(feature.tags)
    zone = Zone(
        osm_id("zone", feature.id, ordinal),
        osm_id("level", ordinal),
        frame.to_metres(shapely.remove_repeated_points(feature.geometry)),
        name or "",
        zone_category(feature.tags),
        alias,
        capacity=int(capacity) if (capacity := feature.tags.get("capacity", "")).isdecimal() else None,
    )
    return Space(zone, feature.id, feature.tags.get("indoor") in {"area", "corridor"})
