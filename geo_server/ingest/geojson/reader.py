"""Polygons of any GeoJSON file to a floorplan: each is a zone; lines and points are doors, walls and assets where their
properties say so."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from shapely import LineString, Point, Polygon

from geo_server.domain.document import FeatureType
from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.domain.places import Asset, Floorplan, Opening, Wall, Zone, ZoneCategory
from geo_server.domain.wording import counted
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.profile import asset_of, category_of, role_of
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.geojson.features import PlainFeature, PlainFile, read_features
from geo_server.ingest.geojson.levels import Levels, Told, plain_id
from geo_server.ingest.geojson.mapping import suggest_mapping, told_mapping
from geo_server.ingest.identity import IdMaker
from geo_server.ingest.levels import find_transitions
from geo_server.ingest.result import ImportResult
from geo_server.ingest.spaces.doors import doors_to_nowhere, open_door
from geo_server.ingest.spaces.index import index_levels
from geo_server.ingest.spaces.outcome import cut_off, walls_around
from geo_server.ingest.spaces.overlaps import free_of_overlaps, named
from geo_server.ingest.spaces.values import Door, Space

_NO_ZONE = frozenset({Role.WALL, Role.COLUMN, Role.GLAZING, Role.VOID, Role.DOOR, Role.EXCLUDE})
"""What polygons stand for, beside zones."""


def is_plain_geojson(document: Mapping[str, Any]) -> bool:
    """Whether a parsed JSON document is a FeatureCollection with polygons that is none of ours."""
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list) or "frame" in document:
        return False
    kinds = {str(kind) for kind in FeatureType}
    return any(map(_is_area, features)) and not any(_feature_type(feature) in kinds for feature in features)


def read_geojson(
    document: Mapping[str, Any],
    name: str,
    *,
    mapping: Mapping[str, str] | None = None,
    metres_per_unit: float | None = None,
    crs: str | None = None,
    ordinal: int | None = None,
    level_name: str | None = None,
) -> ImportResult:
    """The floorplan that a file's polygons show.

    Args:
        document: A parsed FeatureCollection.
        name: What to call it in refusals.
        mapping: Field to property, where a person overrules what the properties' names suggest.
        metres_per_unit: Length of a unit, when the coordinates are a drawing's.
        crs: Reference system of the coordinates, when a person says it.
        ordinal: The level that all of it lies on, when a person says so.
        level_name: Name of that level.

    Raises:
        InvalidInput: There is no such field, property or reference system.
        UnreadableFile: No polygon can be used.
        TooLarge: More in it than any building has.
    """
    plain = read_features(document, name, metres_per_unit, crs)
    properties = [feature.properties for feature in plain.features]
    fields = suggest_mapping(properties) | told_mapping(mapping or {}, properties)
    told = Told({field: key for field, key in fields.items() if key}, ordinal, level_name)
    findings = [*plain.findings, _about_mapping(told.fields, properties)]
    levels = Levels(told, plain.features)
    findings += levels.findings
    spaces = _spaces(plain.features, told, levels, findings)
    if not spaces:
        raise UnreadableFile("No polygon is a space.", where=name, advice="Export the rooms as polygons.")
    openings = _openings(plain.features, told, levels, spaces, findings)
    plan = _floorplan(plain, told, levels, spaces, openings)
    findings += cut_off(plan, spaces, "Nothing says which doors lead out.")
    totals = Counter(feature.geometry.geom_type.lower() for feature in plain.features)
    totals |= {"zones": len(spaces), "openings": len(openings), "transitions": len(plan.transitions)}
    return ImportResult(plan, tuple(findings), "geojson", plain.scale, dict(totals))


def _floorplan(
    plain: PlainFile, told: Told, levels: Levels, spaces: Sequence[Space], openings: Sequence[Opening]
) -> Floorplan:
    zones = tuple(space.zone for space in spaces)
    used = {zone.level_id for zone in zones}
    shown = [level for level in levels.all if level.id in used]
    return Floorplan(
        plain.frame,
        levels=tuple(shown),
        zones=zones,
        openings=tuple(openings),
        transitions=tuple(find_transitions(shown, zones, IdMaker())),
        walls=(*walls_around(spaces, openings, plain_id), *_walls(plain.features, told, levels, used)),
        assets=tuple(asset for asset in _assets(plain.features, told, levels) if asset.level_id in used),
    )


def _is_area(feature: object) -> bool:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return isinstance(geometry, dict) and geometry.get("type") in {"Polygon", "MultiPolygon"}


def _feature_type(feature: object) -> object:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties.get("feature_type") if isinstance(properties, dict) else None


def _about_mapping(fields: Mapping[str, str], properties: Sequence[Mapping[str, Any]]) -> Finding:
    taken = ", ".join(f"{field} from {key}" for field, key in fields.items()) or "nothing"
    known = ", ".join(sorted({str(key) for one in properties for key in one})[:30]) or "none"
    return make_finding("properties-mapped", f"Taken: {taken}. Properties found: {known}.")


def _spaces(features: Sequence[PlainFeature], told: Told, levels: Levels, findings: list[Finding]) -> list[Space]:
    by_ordinal: defaultdict[int, list[Space]] = defaultdict(list)
    left_out: Counter[str] = Counter()
    for feature in features:
        if not isinstance(feature.geometry, Polygon):
            continue
        role = role_of(told.text(feature, "category"))
        if role in _NO_ZONE:
            left_out[role.value] += 1
        elif feature.geometry.area > 0:
            by_ordinal[levels.ordinal(feature)].append(_space(feature, told, levels))
    spaces: list[Space] = []
    for ordinal in sorted(by_ordinal):
        free, found = free_of_overlaps(by_ordinal[ordinal], ordinal)
        spaces += named(free)
        findings += found
    unnamed = sum(1 for raw in by_ordinal.values() for space in raw if not space.zone.name)
    if unnamed:
        findings.append(make_finding("name-made-up", count=unnamed))
    for kind, count in sorted(left_out.items()):
        words = f"{counted(count, 'polygon')} named for a {kind} {'is' if count == 1 else 'are'} no space."
        findings.append(make_finding("unsupported-object", words, count=count))
    return spaces


def _space(feature: PlainFeature, told: Told, levels: Levels) -> Space:
    name, alias = told.text(feature, "name"), told.text(feature, "alias")
    name, alias = name or alias, alias if name and alias != name else ""
    said = (told.text(feature, "category"), alias, name)
    category = next((found for text in said if text and (found := category_of(text)) is not None), None)
    capacity = told.text(feature, "capacity")
    zone = Zone(
        plain_id("zone", feature.source),
        plain_id("level", levels.ordinal(feature)),
        feature.geometry,
        name,
        category or (ZoneCategory.ROOM if said[0] else ZoneCategory.UNSPECIFIED),
        alias or None,
        capacity=int(capacity) if capacity.isdecimal() and len(capacity) <= 5 else None,
    )
    return Space(zone, feature.source)


def _openings(
    features: Sequence[PlainFeature],
    told: Told,
    levels: Levels,
    spaces: Sequence[Space],
    findings: list[Finding],
) -> list[Opening]:
    by_ordinal = {index.ordinal: index for index in index_levels(spaces, levels.all).values()}
    openings = []
    for feature in _of_role(features, told, frozenset({Role.DOOR})):
        index = by_ordinal.get(levels.ordinal(feature))
        door = Door(feature.source, feature.geometry, width_m=_metres(told.text(feature, "width")))
        opening = open_door(door, index, plain_id("opening", feature.source)) if index is not None else None
        if opening is None:
            at = (feature.geometry.centroid.x, feature.geometry.centroid.y)
            findings.append(make_finding("door-unplaced", at=at, handle=feature.source))
        else:
            openings.append(opening)
    findings += doors_to_nowhere(openings, "Doors lead to where nothing is drawn, above or below ground.")
    return openings


def _walls(features: Sequence[PlainFeature], told: Told, levels: Levels, used: set[UUID]) -> Iterator[Wall]:
    for feature in _of_role(features, told, frozenset({Role.WALL, Role.GLAZING})):
        level_id = plain_id("level", levels.ordinal(feature))
        if isinstance(feature.geometry, LineString) and level_id in used:
            is_glass = role_of(told.text(feature, "category")) is Role.GLAZING
            yield Wall(plain_id("wall", feature.source), level_id, feature.geometry, transparent=is_glass)


def _of_role(features: Sequence[PlainFeature], told: Told, roles: frozenset[Role]) -> Iterator[PlainFeature]:
    """Lines and points whose category is named for something."""
    for feature in features:
        if not isinstance(feature.geometry, Polygon) and role_of(told.text(feature, "category")) in roles:
            yield feature


def _assets(features: Sequence[PlainFeature], told: Told, levels: Levels) -> Iterator[Asset]:
    for feature in features:
        category = asset_of(told.text(feature, "category")) if isinstance(feature.geometry, Point) else None
        if category is not None:
            level_id = plain_id("level", levels.ordinal(feature))
            yield Asset(
                plain_id("asset", feature.source), level_id, feature.geometry, category, told.text(feature, "name")
            )


def _metres(text: str) -> float | None:
    """A width: metres, or centimetres and millimetres when it is too large for a door."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return next((value * factor for factor in (1.0, 0.01, 0.001) if 0.3 <= value * factor <= 6.0), None)
