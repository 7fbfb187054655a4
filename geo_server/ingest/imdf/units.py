"""Levels and units of an archive as levels and spaces."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import shapely
from shapely import Polygon

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL, Level, Zone
from geo_server.ingest.codes import make_finding
from geo_server.ingest.imdf.archive import ImdfArchive, ImdfFeature
from geo_server.ingest.imdf.categories import NOT_WALKABLE, OPEN_SIDED, unit_category
from geo_server.ingest.imdf.names import imdf_id, label
from geo_server.ingest.spaces.overlaps import free_of_overlaps, named
from geo_server.ingest.spaces.values import Space


def levels_of(archive: ImdfArchive, findings: list[Finding]) -> dict[str, Level]:
    """Levels by the id that the archive gives them."""
    buildings = {building.id for building in archive.of("building")}
    levels: dict[str, Level] = {}
    for feature in archive.of("level"):
        ordinal = feature.properties.get("ordinal")
        if (
            not isinstance(ordinal, int)
            or isinstance(ordinal, bool)
            or not LOWEST_ORDINAL <= ordinal <= HIGHEST_ORDINAL
        ):
            words = f"The ordinal of level {feature.id} is {str(ordinal)[:20]!r}; it was taken for 0."
            findings.append(make_finding("level-guessed", words, handle=feature.id))
            ordinal = 0
        of = [imdf_id(known) for known in feature.ids("building_ids") if known in buildings]
        title = label(feature, archive.language) or label(feature, archive.language, "short_name")
        levels[feature.id] = Level(imdf_id(feature.id), of[0] if of else None, ordinal, title or f"Level {ordinal}")
    return levels


def spaces_of(
    archive: ImdfArchive, levels: Mapping[str, Level], frame: SiteFrame, findings: list[Finding]
) -> list[Space]:
    """Spaces of all levels, in the metres of ``frame``, free of overlaps.

    Args:
        archive: Whose units they are.
        levels: By the id that the archive gives them.
        frame: Of the floorplan.
        findings: What is noticed is added here.
    """
    occupants = _occupants(archive)
    by_level: defaultdict[str, list[Space]] = defaultdict(list)
    for unit in archive.of("unit"):
        if unit.text("category") in NOT_WALKABLE or unit.geometry is None:
            continue
        level = levels.get(unit.text("level_id"))
        if level is None:
            findings.append(make_finding("level-unknown", f"Unit {unit.id} lies on no known level.", handle=unit.id))
        else:
            name = label(unit, archive.language) or occupants.get(unit.id, "")
            by_level[unit.text("level_id")] += _spaces_of_unit(unit, level, frame, name, archive.language)
    spaces: list[Space] = []
    for level_id, raw in by_level.items():
        free, found = free_of_overlaps(raw, levels[level_id].ordinal)
        spaces += named(free)
        findings += found
    unnamed = sum(1 for raw in by_level.values() for space in raw if not space.zone.name)
    if unnamed:
        findings.append(make_finding("name-made-up", count=unnamed))
    findings += _restrictions(archive)
    return spaces


def _spaces_of_unit(unit: ImdfFeature, level: Level, frame: SiteFrame, name: str, language: str) -> Iterator[Space]:
    """A space for each part of a unit."""
    category, alias = unit.text("category"), label(unit, language, "alt_name")
    parts = shapely.get_parts(frame.to_metres(unit.geometry)) if unit.geometry is not None else ()
    for index, part in enumerate(part for part in parts if isinstance(part, Polygon) and part.area > 0):
        zone_id = imdf_id(unit.id) if index == 0 else imdf_id(unit.id, index)
        zone = Zone(zone_id, level.id, part, name, unit_category(category), alias if alias != name and alias else None)
        yield Space(zone, unit.id, category in OPEN_SIDED)


def _occupants(archive: ImdfArchive) -> dict[str, str]:
    """Names of those who are in a unit, by its id: an occupant stands at an anchor, which lies in a unit."""
    unit_of = {anchor.id: anchor.text("unit_id") for anchor in archive.of("anchor")}
    names: dict[str, str] = {}
    for occupant in archive.of("occupant"):
        names.setdefault(unit_of.get(occupant.text("anchor_id"), ""), label(occupant, archive.language))
    return names


def _restrictions(archive: ImdfArchive) -> list[Finding]:
    counts = Counter(unit.text("restriction") for unit in archive.of("unit") if unit.text("restriction"))
    return [
        make_finding("restriction-dropped", f"Who may enter ({kind[:40]!r}) is not kept.", count=count)
        for kind, count in sorted(counts.items())
    ]
