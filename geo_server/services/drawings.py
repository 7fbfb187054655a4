"""From a building's files to one floorplan that can be kept: read in workers, joined, given ids of the building's own."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from geo_server.domain.accountability import OCCUPIED
from geo_server.domain.errors import InvalidInput
from geo_server.domain.findings import Finding
from geo_server.domain.frame import Placement, SiteFrame, fit_placement
from geo_server.domain.moving import change_frame, give_to_building
from geo_server.domain.places import Building, Floorplan, Site
from geo_server.domain.progress import Stage, Step, step_of_files
from geo_server.domain.wording import counted
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.codes import make_finding
from geo_server.ingest.levels import join_levels
from geo_server.ingest.result import ImportResult
from geo_server.ingest.signatures import is_dwg, is_dxf
from geo_server.services.storeys import FileLevel, lay_in_order, tell_ordinals
from geo_server.services.worker import Follow, ReadOptions, read_in_worker, unfollowed

SCALE_TOLERANCE = 0.1
"""Control points that ask for a scale farther from 1 than this contradict the drawing's unit: 0.3048 for feet taken as
metres, never 1.1 for points picked badly."""

Progress = Callable[[str], None]
"""Told what is being done, in a few words, before it begins."""


def silent(_step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class DrawingFile:
    """A file of a building, and what a person says about it.

    Args:
        name: Name of the file, without folders.
        data: Its bytes.
        ordinal: The level that it shows; None leaves it to the file.
        level_name: What people call that level.
        metres_per_unit: Length of its unit; None leaves it to the intake.
        crs: Projected reference system that its coordinates are in, such as ``EPSG:2263``, or None.
        beside: World file and projection file that lie beside it, by their ending.
        mapping: Field to property of GeoJSON of any making, such as ``name`` to ``ROOM_NO``.
    """

    name: str
    data: bytes
    ordinal: int | None = None
    level_name: str | None = None
    metres_per_unit: float | None = None
    crs: str | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class ReadBuilding:
    """What became of the files of a building.

    Args:
        floorplan: Of all levels that the files show, with ids of its own; in drawing metres, or in the site's.
        levels_told: Whether a person or the files themselves say which levels these are, rather than a guess.
        placement: Where the first file says that it is; None when it does not.
    """

    building: Building
    files: tuple[DrawingFile, ...]
    floorplan: Floorplan
    findings: tuple[Finding, ...]
    levels_told: bool
    placement: Placement | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The floorplan document, as read."""
        return dict(floorplan_document(self.floorplan))

    @property
    def source_name(self) -> str:
        """The names of its files."""
        return name_together(self.files)

    @property
    def source_sha256(self) -> str:
        """SHA-256 of its files together."""
        return hash_together(self.files)

    @property
    def summary(self) -> str:
        """One line of counts for people."""
        plan = self.floorplan
        occupied = sum(1 for zone in plan.zones if zone.category in OCCUPIED)
        exits = sum(1 for opening in plan.openings if opening.exit)
        return (
            f"{self.building.name}: {counted(len(plan.levels), 'level')}, {counted(len(plan.zones), 'zone')} "
            f"({occupied} occupied), {counted(len(plan.openings), 'opening')}, {counted(exits, 'exit')}, "
            f"{counted(len(self.findings), 'finding')}"
        )


def name_together(files: Sequence[DrawingFile]) -> str:
    """The names of files."""
    return ", ".join(file.name for file in files)


def hash_together(files: Sequence[DrawingFile]) -> str:
    """SHA-256 of a file, in hex; of all files' hashes, one after the other, when there are several."""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()


def new_building(site: Site, name: str) -> Building:
    """The building that a site will have under a name; its id is the same for the same name."""
    return Building(uuid5(site.id, name), name)


def read_files(
    files: Sequence[DrawingFile], progress: Progress = silent, follow: Follow = unfollowed
) -> list[ImportResult]:
    """Read files side by side, one worker process each, as many at a time as there are processors.

    Args:
        files: Those of one building, or of several.
        progress: Told each file before it is read.
        follow: Told how far the reading of all has come, from several threads; may end it by raising.

    Raises:
        GeoServerError: The first refusal, in the order of the files.
    """
    shares = [0.0] * len(files)

    def read(number: int, file: DrawingFile) -> ImportResult:
        progress(f"Reading {file.name} ({number + 1} of {len(files)})")

        def hear(step: Step | None) -> None:
            if step is not None:
                shares[number] = max(shares[number], step.share)
            follow(step and step_of_files(step, shares))

        options = ReadOptions(
            metres_per_unit=file.metres_per_unit,
            ordinal=file.ordinal,
            level_name=file.level_name,
            crs=file.crs,
            beside=file.beside,
            mapping=file.mapping,
        )
        result = read_in_worker(file.data, file.name, follow=hear, **options)
        hear(Step(Stage.LABELS, share=1.0) if len(files) > 1 else None)
        return result

    with ThreadPoolExecutor(max_workers=min(len(files), os.cpu_count() or 1)) as pool:
        return list(pool.map(read, range(len(files)), files))


def with_ordinals(files: Sequence[DrawingFile]) -> list[DrawingFile]:
    """The files of one building, with the ordinals that the names of several drawings speak of.

    Raises:
        InvalidInput: Two are said to show one level.
    """
    known = [FileLevel(file.name, file.ordinal, is_dxf(file.data) or is_dwg(file.data)) for file in files]
    return [replace(file, ordinal=ordinal) for file, ordinal in zip(files, tell_ordinals(known), strict=True)]


def join_files(
    building: Building, files: Sequence[DrawingFile], results: Sequence[ImportResult], frame: SiteFrame
) -> ReadBuilding:
    """One floorplan of what was read of a building's files.

    Args:
        building: Whose they are.
        files: One level each, or one file with all of them.
        results: What the intake made of each.
        frame: The site's, for files that say where on the ground they are.

    Raises:
        InvalidInput: Some files are in lon, lat and others are not, two have another unit, two show one level, or an
            ordinal is given for a file that shows several levels.
    """
    results = lay_in_order([FileLevel(file.name, file.ordinal) for file in files], results)
    units = {round(result.scale.metres_per_unit, 9) for result in results}
    if len({result.floorplan.placed for result in results}) > 1 or len(units) > 1:
        raise InvalidInput(
            f"The files of {building.name!r} disagree on their unit: {sorted(units)} metres.",
            where=", ".join(file.name for file in files),
            advice="Give metres_per_unit, or bring in files that were drawn alike.",
        )
    plans = [_as_told(result.floorplan, file) for file, result in zip(files, results, strict=True)]
    plans = [change_frame(plan, frame) if plan.placed else plan for plan in plans]
    joined = plans[0] if len(plans) == 1 else join_levels(plans, building)
    placement, doubts = place_by_file(results[0], frame)
    return ReadBuilding(
        building,
        tuple(files),
        give_to_building(joined, building),
        findings=(
            *(finding for result, plan in zip(results, plans, strict=True) for finding in _findings(result, plan)),
            *doubts,
        ),
        levels_told=all(map(_tells_levels, files, results)),
        placement=placement,
    )


def gather(files: Sequence[DrawingFile], results: Sequence[ImportResult]) -> ImportResult:
    """What was read of the files of one building, as of one file.

    Args:
        files: One level each.
        results: What the intake made of each.

    Raises:
        InvalidInput: As for :func:`join_files`.
    """
    if len(results) == 1:
        return results[0]
    frames = (result.floorplan.frame for result in results)
    frame = next((frame for frame in frames if isinstance(frame, SiteFrame)), SiteFrame(0.0, 0.0))
    read = join_files(Building(uuid5(NAMESPACE_OID, "gathered"), "Building"), files, results, frame)
    formats = {result.format for result in results}
    totals = sum((Counter(result.totals) for result in results), Counter())
    return ImportResult(
        read.floorplan,
        read.findings,
        formats.pop() if len(formats) == 1 else "several",
        min((result.scale for result in results), key=lambda scale: scale.confidence),
        dict(totals),
        results[0].georeference,
    )


def place_by_file(result: ImportResult, frame: SiteFrame) -> tuple[Placement | None, list[Finding]]:
    """The placement that a drawing itself asks for, and a finding when it contradicts the drawing's unit.

    It counts as unverified: nobody has looked. Control points that a person gives later replace it.
    """
    if result.georeference is None:
        return None, []
    placement = replace(fit_placement(result.georeference.control_points, frame), verified=False)
    if abs(placement.scale_check - 1) > SCALE_TOLERANCE:
        source, times = result.georeference.source, placement.scale_check
        words = f"{source} makes the drawing {times:.3g} times as large as its unit does."
        return None, [make_finding("georeference-unusable", words)]
    return placement, []


def _as_told(floorplan: Floorplan, file: DrawingFile) -> Floorplan:
    """The floorplan of a file with what a person says about its only level."""
    if file.ordinal is None and file.level_name is None:
        return floorplan
    if len(floorplan.levels) > 1:
        shown = ", ".join(str(level.ordinal) for level in floorplan.levels)
        raise InvalidInput(
            f"{file.name} shows several levels ({shown}), so no ordinal or name can be given for it.",
            where="ordinal",
            advice="Leave them out, or bring in one level a file.",
        )
    return replace(
        floorplan,
        levels=tuple(
            replace(
                level,
                ordinal=level.ordinal if file.ordinal is None else file.ordinal,
                name=file.level_name or level.name,
            )
            for level in floorplan.levels
        ),
    )


def _findings(result: ImportResult, floorplan: Floorplan) -> list[Finding]:
    """What was noticed in a file; of a file with one level, all of it is about that level."""
    if len(floorplan.levels) != 1:
        return list(result.findings)
    return [replace(finding, ordinal=floorplan.levels[0].ordinal) for finding in result.findings]


def _tells_levels(file: DrawingFile, result: ImportResult) -> bool:
    """A CAD drawing of one level does not say which; every other file does."""
    return (
        file.ordinal is not None or result.format not in {"dxf", "dwg", "geojson"} or len(result.floorplan.levels) != 1
    )
