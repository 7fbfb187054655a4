"""Openings, stairs and amenities of an archive. Openings lie on the edges of units; which ones is found by geometry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from shapely import LineString, Point

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Asset, Level, Opening, Transition, Zone
from geo_server.ingest.codes import make_finding
from geo_server.ingest.identity import IdMaker
from geo_server.ingest.imdf.archive import ImdfArchive
from geo_server.ingest.imdf.categories import NOT_FOR_PEOPLE, SAID_TO_LEAD_OUT, asset_category, opening_category
from geo_server.ingest.imdf.names import imdf_id, label
from geo_server.ingest.levels import find_transitions
from geo_server.ingest.spaces.doors import doors_to_nowhere, open_door
from geo_server.ingest.spaces.gaps import find_gaps
from geo_server.ingest.spaces.index import index_levels
from geo_server.ingest.spaces.values import Door, Space


def openings_of(
    archive: ImdfArchive,
    levels: Mapping[str, Level],
    spaces: Sequence[Space],
    frame: SiteFrame,
    findings: list[Finding],
) -> list[Opening]:
    """Openings of all levels, in the metres of ``frame``; what is noticed is added to ``findings``."""
    indexes = index_levels(spaces, levels.values())
    openings: list[Opening] = []
    for feature in archive.of("opening"):
        category, level = feature.text("category"), levels.get(feature.text("level_id"))
        if category in NOT_FOR_PEOPLE or not isinstance(feature.geometry, LineString):
            continue
        index = indexes.get(level.id) if level is not None else None
        line = frame.to_metres(feature.geometry)
        door = Door(
            feature.id,
            line,
            opening_category(category),
            leads_out=True if category in SAID_TO_LEAD_OUT else None,
            number=label(feature, archive.language) or None,
        )
        opening = open_door(door, index, imdf_id(feature.id)) if index is not None else None
        if opening is None:
            at = (line.centroid.x, line.centroid.y)
            findings.append(make_finding("door-unplaced", at=at, handle=feature.id))
        else:
            openings.append(opening)
    findings += doors_to_nowhere(openings, "Openings lead to where no unit is, and not out.")
    gaps = [gap for index in indexes.values() for gap in find_gaps(index, openings, imdf_id)]
    if gaps:
        words = "Neighbouring walkways without an opening between them are taken to be open to each other."
        findings.append(make_finding("opening-assumed", words, count=len(gaps)))
    return openings + gaps


def transitions_of(levels: Iterable[Level], zones: Sequence[Zone]) -> list[Transition]:
    """Transitions between stairs, ramps and elevators that lie over each other in one building."""
    by_building: defaultdict[UUID | None, list[Level]] = defaultdict(list)
    for level in levels:
        by_building[level.building_id].append(level)
    ids = IdMaker()
    return [way for stacked in by_building.values() for way in find_transitions(stacked, zones, ids)]


def assets_of(archive: ImdfArchive, levels: Mapping[str, Level], frame: SiteFrame) -> Iterator[Asset]:
    """What responders look for, where an amenity says in which unit it stands."""
    level_of = {unit.id: unit.text("level_id") for unit in archive.of("unit")}
    for amenity in archive.of("amenity"):
        category = asset_category(amenity.text("category"))
        level = next((levels[level_of[u]] for u in amenity.ids("unit_ids") if level_of.get(u) in levels), None)
        if category is not None and level is not None and isinstance(amenity.geometry, Point):
            name = label(amenity, archive.language)
            yield Asset(imdf_id(amenity.id), level.id, frame.to_metres(amenity.geometry), category, name)
