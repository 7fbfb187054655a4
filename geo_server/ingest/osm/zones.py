"""Zones of an OpenStreetMap building: one for each space and level, made free of overlaps."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Level, Zone, ZoneCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.osm.features import OsmFeature
from geo_server.ingest.osm.levels import levels_of
from geo_server.ingest.osm.tags import is_space, zone_category, zone_names

NAMESPACE = UUID("6f1a3c0e-54f4-5d0c-9b61-0a6f5cf2a7b1")
"""Ids are made from OpenStreetMap's own ids in this namespace, so that the same file gives the same ids."""

LEAST_ZONE_M2 = 0.25
"""A space smaller than this, or a rest that is left of an overlapped one, holds nobody."""

TOLD_OVERLAP_M2 = 0.1
"""Overlaps below this come from rounded coordinates and are cut without a word."""


@dataclass(frozen=True, slots=True)
class Space:
    """A zone with what its tags say beyond.

    Args:
        open_sided: Without walls of its own (``indoor=area`` or ``corridor``): one walks in across a shared edge.
    """

    zone: Zone
    osm_id: str
    open_sided: bool


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
        free, found = _free_of_overlaps(raw[ordinal], ordinal)
        levels.append(level)
        spaces += _named(free)
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


def _free_of_overlaps(spaces: Sequence[Space], ordinal: int) -> tuple[list[Space], list[Finding]]:
    """The smaller space wins: a room drawn on a hall is cut out of the hall."""
    ordered = sorted(spaces, key=lambda s: (s.zone.polygon.area, s.osm_id))
    tree = shapely.STRtree([space.zone.polygon for space in ordered])
    kept: list[Space] = []
    findings: list[Finding] = []
    for rank, space in enumerate(ordered):
        smaller = [ordered[i].zone.polygon for i in tree.query(space.zone.polygon, "intersects") if i < rank]
        cut, lost = _cut(space.zone.polygon, smaller)
        middle = space.zone.polygon.centroid
        if lost > TOLD_OVERLAP_M2:
            message = f"{lost:.1f} m² of a space lie under smaller ones and were cut."
            at = (middle.x, middle.y)
            findings.append(make_finding("areas-overlap", message, at=at, ordinal=ordinal, handle=space.osm_id))
        if cut is not None:
            kept.append(replace(space, zone=replace(space.zone, polygon=cut)))
    order = {space.zone.id: rank for rank, space in enumerate(spaces)}
    return sorted(kept, key=lambda s: order[s.zone.id]), findings


def _cut(polygon: Polygon, smaller: Sequence[Polygon]) -> tuple[Polygon | None, float]:
    """What is left of a polygon: its largest piece, or None; and the area that it lost."""
    rest: BaseGeometry = polygon - shapely.union_all(smaller) if smaller else polygon
    pieces = [piece for piece in shapely.get_parts(rest) if isinstance(piece, Polygon)]
    largest = max(pieces, key=lambda piece: piece.area, default=None)
    if largest is None or largest.area < LEAST_ZONE_M2:
        return None, polygon.area
    return largest, polygon.area - largest.area


def _named(spaces: Sequence[Space]) -> list[Space]:
    """Spaces without a name are numbered by category."""
    counts: Counter[ZoneCategory] = Counter()
    named = []
    for space in spaces:
        zone = space.zone
        if not zone.name:
            counts[zone.category] += 1
            title = "Space" if zone.category is ZoneCategory.UNSPECIFIED else zone.category.value.capitalize()
            zone = replace(zone, name=f"{title} {counts[zone.category]}")
        named.append(replace(space, zone=zone))
    return named
