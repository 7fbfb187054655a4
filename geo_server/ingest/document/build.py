"""Features of a floorplan document, in metres, made into a floorplan."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID, uuid5

from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.confidence import Confidence, Evidence, Reason
from geo_server.domain.document import FeatureType
from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import Frame, SiteFrame
from geo_server.domain.places import (
    HIGHEST_ORDINAL,
    LOWEST_ORDINAL,
    AssemblyPoint,
    Asset,
    AssetCategory,
    Building,
    Floorplan,
    Level,
    Opening,
    OpeningCategory,
    Site,
    Transition,
    TransitionCategory,
    Wall,
    Zone,
    ZoneCategory,
)
from geo_server.ingest.document.features import Feature
from geo_server.ingest.document.fields import Fields

LEVELS_WITHOUT_ID = UUID("5f0c4f0e-6d0b-5c52-9f0a-3c8c2b7d1e10")
"""Namespace of the ids of levels that features name by an ordinal without there being a level feature."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

T = TypeVar("T", bound=BaseGeometry)


def build_floorplan(features: Sequence[Feature], frame: Frame, site: Site | None) -> Floorplan:
    """The floorplan that features describe.

    Args:
        features: With geometry in the metres of ``frame``.
        frame: Of the floorplan.
        site: See :func:`find_site`.

    Raises:
        InvalidInput: A property that cannot be, or a level or building that is not given.
    """
    by_type: dict[FeatureType, list[Feature]] = defaultdict(list)
    for feature in features:
        by_type[feature.type].append(feature)
    buildings = tuple(Building(f.id, f.fields.text("name")) for f in by_type[FeatureType.BUILDING])
    levels = _Levels(buildings, by_type[FeatureType.LEVEL])
    zones = tuple(_zone(f, levels) for f in by_type[FeatureType.ZONE])
    openings = tuple(_opening(f, levels) for f in by_type[FeatureType.OPENING])
    transitions = tuple(_transition(f, levels) for f in by_type[FeatureType.TRANSITION])
    walls = tuple(_wall(f, levels) for f in by_type[FeatureType.WALL])
    assets = tuple(_asset(f, levels) for f in by_type[FeatureType.ASSET])
    return Floorplan(
        frame=frame,
        levels=tuple(levels.all),
        zones=zones,
        openings=openings,
        transitions=transitions,
        walls=walls,
        assets=assets,
        assembly_points=tuple(
            AssemblyPoint(f.id, _as(Point, f), f.fields.text("name")) for f in by_type[FeatureType.ASSEMBLY_POINT]
        ),
        buildings=buildings,
        site=site,
        outlines=levels.outlines,
    )


def find_site(features: Iterable[Feature]) -> Site | None:
    """The site that features describe, or None when none of them is a site.

    Its origin is the property ``origin``, else the feature's point.

    Args:
        features: In the document's own coordinates.

    Raises:
        InvalidInput: Two sites, or a property that cannot be.
    """
    sites = [feature for feature in features if feature.type is FeatureType.SITE]
    if not sites:
        return None
    if len(sites) > 1:
        raise InvalidInput("There is a second site.", where=sites[1].where, advice="Give each site a document.")
    fields = sites[0].fields
    slug = fields.text("slug")
    if not _SLUG.fullmatch(slug):
        raise InvalidInput(
            f"slug is {slug!r}.", where=fields.where, advice="Use lower case letters, digits and single hyphens."
        )
    return Site(sites[0].id, slug, fields.text("name"), _origin(sites[0]), fields.text("timezone", "UTC"))


def _origin(feature: Feature) -> SiteFrame:
    origin = feature.fields.find_numbers("origin")
    if origin is None and isinstance(feature.geometry, Point):
        origin = (feature.geometry.x, feature.geometry.y)
    if origin is None:
        raise InvalidInput("origin is missing.", where=feature.where, advice="Give [lon, lat].")
    return SiteFrame(*origin)


class _Levels:
    """Levels as given, and as features ask for them.

    Args:
        buildings: Of the document.
        features: Level features.
    """

    def __init__(self, buildings: Sequence[Building], features: Sequence[Feature]) -> None:
        self._buildings = buildings
        self.all = [self._level(feature) for feature in features]
        self.outlines = {
            feature.id: feature.geometry for feature in features if isinstance(feature.geometry, Polygon | MultiPolygon)
        }
        self._by_id = {level.id: level for level in self.all}
        self._given = bool(features)

    def of(self, feature: Feature) -> UUID:
        """Id of the level that a feature lies on.

        A document without any level feature gets a level for each ordinal that is named.

        Raises:
            InvalidInput: No such level, or several.
        """
        fields = feature.fields
        level_id = fields.find_id("level")
        if level_id is not None:
            return self._known(level_id, feature)
        ordinal = fields.whole("ordinal", LOWEST_ORDINAL, HIGHEST_ORDINAL)
        found = [level for level in self.all if level.ordinal == ordinal]
        if fields.has("building"):
            building_id = self._building(feature)
            found = [level for level in found if level.building_id == building_id]
        if not found and not self._given:
            return self._added(ordinal, feature)
        if len(found) != 1:
            raise InvalidInput(
                f"{len(found) or 'No'} level{'s have' if len(found) > 1 else ' has'} ordinal {ordinal}.",
                where=feature.where,
                advice="Name the building too." if found else "Give a level feature with this ordinal.",
            )
        return found[0].id

    def _level(self, feature: Feature) -> Level:
        fields = feature.fields
        ordinal = fields.whole("ordinal", LOWEST_ORDINAL, HIGHEST_ORDINAL)
        only = self._buildings[0].id if len(self._buildings) == 1 else None
        building_id = self._building(feature) if fields.has("building") else only
        name = fields.text("name", f"Level {ordinal}")
        return Level(feature.id, building_id, ordinal, name, fields.find_numbers("shift_m") or (0.0, 0.0))

    def _building(self, feature: Feature) -> UUID | None:
        """Id of the building that a feature names, by id or by name."""
        named = feature.fields.find_text("building")
        if named is None:
            return None
        found = [building.id for building in self._buildings if named in (str(building.id), building.name)]
        if len(found) == 1:
            return found[0]
        raise InvalidInput(
            f"{len(found) or 'No'} building{'s are' if len(found) > 1 else ' is'} called {named!r}.",
            where=feature.where,
            advice="Give the id of a building feature of this document.",
        )

    def _known(self, level_id: UUID, feature: Feature) -> UUID:
        if level_id not in self._by_id:
            raise InvalidInput(
                f"Level {level_id} is not given.", where=feature.where, advice="Give the id of a level feature."
            )
        return level_id

    def _added(self, ordinal: int, feature: Feature) -> UUID:
        building_id = self._building(feature)
        level = Level(uuid5(LEVELS_WITHOUT_ID, f"{building_id} {ordinal}"), building_id, ordinal, f"Level {ordinal}")
        self.all.append(level)
        return level.id


def _zone(feature: Feature, levels: _Levels) -> Zone:
    fields = feature.fields
    return Zone(
        feature.id,
        levels.of(feature),
        _as(Polygon, feature),
        fields.text("name"),
        fields.choice("category", ZoneCategory, ZoneCategory.UNSPECIFIED),
        fields.find_text("alias"),
        fields.find_flag("lockable"),
        fields.find_whole("capacity", 0, 1_000_000),
        _confidence(fields),
    )


def _confidence(fields: Fields) -> Confidence | None:
    value = fields.find_number("confidence", 0.0, 1.0)
    reasons = tuple(
        Evidence(each.choice("code", Reason), each.find_number("measure"))
        for each in fields.parts("confidence_reasons")
    )
    return None if value is None else Confidence(value, reasons)


def _opening(feature: Feature, levels: _Levels) -> Opening:
    fields = feature.fields
    line = _as(LineString, feature)
    first, second = fields.pair("zones")
    return Opening(
        feature.id,
        levels.of(feature),
        line,
        (fields.as_zone(first), fields.as_zone(second)),
        fields.choice("category", OpeningCategory, OpeningCategory.DOOR),
        fields.number("width_m", line.length, least=0.0, most=1000.0),
        fields.flag("exit"),
        fields.find_text("number"),
        fields.number("lock_delay_s", 0.0),
    )


def _transition(feature: Feature, levels: _Levels) -> Transition:
    fields = feature.fields
    lower, upper = fields.pair("zones")
    return Transition(
        feature.id,
        levels.of(feature),
        _as(LineString if isinstance(feature.geometry, LineString) else Point, feature),
        (fields.as_id(lower, "zones"), fields.as_id(upper, "zones")),
        fields.choice("category", TransitionCategory),
        fields.required_number("length_m"),
        fields.find_number("riser_m"),
        fields.find_number("tread_m"),
        fields.flag("step_free"),
    )


def _wall(feature: Feature, levels: _Levels) -> Wall:
    fields = feature.fields
    thickness_m = fields.number("thickness_m", 0.0, most=100.0)
    return Wall(feature.id, levels.of(feature), _as(LineString, feature), thickness_m, fields.flag("transparent"))


def _asset(feature: Feature, levels: _Levels) -> Asset:
    fields = feature.fields
    category = fields.choice("category", AssetCategory, AssetCategory.OTHER)
    return Asset(feature.id, levels.of(feature), _as(Point, feature), category, fields.find_text("name") or "")


def _as(kind: type[T], feature: Feature) -> T:
    """The geometry, whose type the feature reader has checked."""
    if not isinstance(feature.geometry, kind):
        raise TypeError(feature.where)
    return feature.geometry
