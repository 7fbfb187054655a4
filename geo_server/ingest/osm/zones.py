"""Zones of an OpenStreetMap building: one for each space and level, made free of overlaps."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid5

import shapely
from shapely import LineString, Polygon

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Level, Zone
from geo_server.ingest.codes import make_finding
from geo_server.ingest.osm.features import OsmFeature
from geo_server.ingest.osm.levels import levels_of
from geo_server.ingest.osm.tags import is_open_space, is_space, mend_text, zone_category, zone_names
from geo_server.ingest.spaces.overlaps import free_of_overlaps, named
from geo_server.ingest.spaces.values import Space

NAMESPACE = UUID("6f1a3c0e-54f4-5d0c-9b61-0a6f5cf2a7b1")
"""Ids are made from OpenStreetMap's own ids in this namespace, so that the same file gives the same ids."""


def osm_id(kind: str, *parts: object) -> UUID:
    """The id of a thing made of an OpenStreetMap object."""
    return uuid5(NAMESPACE, "/".join([kind, *(str(part) for part in parts)]))


def spaces_of(features: Sequence[OsmFeature], frame: SiteFrame) -> tuple[list[Level], list[Space], list[Finding]]:
    """Levels and spaces, lowest level first, in the metres of ``frame``."""
    raw, findings = _raw_spaces(features, frame)
    levels, spaces = [], []
    titles = _titles(features)
    for ordinal in sorted(raw):
        level = Level(osm_id("level", ordinal), None, ordinal, titles.get(ordinal, f"Level {ordinal}"))
        free, found = free_of_overlaps(raw[ordinal], ordinal)
        levels.append(level)
        spaces += named(free)
        findings += found
    unnamed = sum(1 for group in raw.values() for space in group if not space.zone.name)
    if unnamed:
        findings.append(make_finding("name-made-up", count=unnamed))
    return levels, spaces, findings


def _raw_spaces(features: Sequence[OsmFeature], frame: SiteFrame) -> tuple[dict[int, list[Space]], list[Finding]]:
    """Spaces by ordinal as they are mapped."""
    raw: defaultdict[int, list[Space]] = defaultdict(list)
    findings: list[Finding] = []
    for feature in features:
        if isinstance(feature.geometry, LineString) and is_open_space(feature.tags):
            findings.append(make_finding("outline-open", handle=feature.id))
        if not isinstance(feature.geometry, Polygon) or not is_space(feature.tags):
            continue
        ordinals = levels_of(feature.tags)
        if not ordinals:
            findings.append(
                make_finding("level-guessed", "A space without a level was put on level 0.", handle=feature.id)
            )
        for ordinal in ordinals or (0,):
            raw[ordinal].append(_space(feature, ordinal, frame))
    return raw, findings


def _titles(features: Sequence[OsmFeature]) -> dict[int, str]:
    """Names of levels, as objects tagged ``indoor=level`` give them."""
    titles: dict[int, str] = {}
    for feature in features:
        title = next((feature.tags[key] for key in ("name", "level:ref", "ref") if feature.tags.get(key)), "")
        ordinals = levels_of(feature.tags)
        if feature.tags.get("indoor") == "level" and title and len(ordinals) == 1:
            titles.setdefault(ordinals[0], mend_text(title).strip()[:200])
    return titles


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
