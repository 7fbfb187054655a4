"""An IMDF archive to a floorplan in site metres: levels, units, openings and amenities of all its buildings."""

import math
from collections.abc import Mapping
from uuid import UUID

import shapely
from shapely import MultiPolygon, Polygon

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Building, Floorplan, Level
from geo_server.ingest.imdf.archive import ImdfArchive, open_archive
from geo_server.ingest.imdf.names import imdf_id, label
from geo_server.ingest.imdf.units import levels_of, spaces_of
from geo_server.ingest.imdf.ways import assets_of, openings_of, transitions_of
from geo_server.ingest.result import ImportResult, Scale
from geo_server.ingest.spaces.outcome import cut_off, walls_around

SPREAD_DEG = 0.2
"""An archive spread wider than this (about 20 km) is not one venue."""


def read_imdf(data: bytes, name: str) -> ImportResult:
    """The floorplan that an IMDF archive describes.

    Args:
        data: The zip archive.
        name: What to call it in refusals.

    Raises:
        UnreadableFile: Damaged, or without levels and units.
        TooLarge: More in it than any building has.
    """
    archive = open_archive(data, name)
    frame = _frame(archive, name)
    findings = list(archive.findings)
    levels = levels_of(archive, findings)
    spaces = spaces_of(archive, levels, frame, findings)
    openings = openings_of(archive, levels, spaces, frame, findings)
    zones = tuple(space.zone for space in spaces)
    plan = Floorplan(
        frame,
        levels=tuple(sorted(levels.values(), key=lambda level: level.ordinal)),
        zones=zones,
        openings=tuple(openings),
        transitions=tuple(transitions_of(levels.values(), zones)),
        walls=tuple(walls_around(spaces, openings, imdf_id)),
        assets=tuple(assets_of(archive, levels, frame)),
        buildings=tuple(
            Building(imdf_id(b.id), label(b, archive.language) or f"Building {number}")
            for number, b in enumerate(archive.of("building"), start=1)
        ),
        outlines=_outlines(archive, levels, frame),
    )
    findings += cut_off(plan, spaces, "No opening leads out of the building at ground level.")
    totals = {kind: len(features) for kind, features in archive.features.items()}
    totals |= {"zones": len(zones), "openings": len(openings), "transitions": len(plan.transitions)}
    scale = Scale(1.0, 1.0, ("The coordinates are longitude and latitude.",))
    return ImportResult(plan, tuple(findings), "imdf", scale, totals)


def _frame(archive: ImdfArchive, name: str) -> SiteFrame:
    areas = [unit.geometry for unit in archive.of("unit") if unit.geometry is not None]
    if not areas or not archive.of("level"):
        raise UnreadableFile(
            "The archive holds no unit, or no level.", where=name, advice="Export it with units and levels."
        )
    west, south, east, north = shapely.total_bounds(areas)
    spread = float(max(east - west, north - south))
    if not math.isfinite(spread) or spread > SPREAD_DEG:
        raise UnreadableFile(
            f"The units are spread over {spread:.2f} degrees.", where=name, advice="Give one venue an archive."
        )
    return SiteFrame(round(float(west + east) / 2, 6), round(float(south + north) / 2, 6))


def _outlines(
    archive: ImdfArchive, levels: Mapping[str, Level], frame: SiteFrame
) -> dict[UUID, Polygon | MultiPolygon]:
    return {
        levels[feature.id].id: frame.to_metres(feature.geometry)
        for feature in archive.of("level")
        if isinstance(feature.geometry, Polygon | MultiPolygon)
    }
