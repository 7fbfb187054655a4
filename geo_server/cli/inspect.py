"""``geo-server inspect``: what would be imported of a drawing, what not, and why. Needs no database."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from geo_server.cli.files import STDOUT, check_target, read_whole, shown, write_whole
from geo_server.cli.output import say
from geo_server.cli.progress import show_progress
from geo_server.cli.report import report
from geo_server.cli.summary import summary
from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import DrawingFrame, SiteFrame
from geo_server.domain.moving import place_floorplan
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL, Floorplan
from geo_server.domain.wording import counted
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.result import ImportResult
from geo_server.services.beside import files_beside
from geo_server.services.drawings import DrawingFile, gather, place_by_file, read_files, with_ordinals
from geo_server.services.unpacking import unpack
from geo_server.settings import load_settings

LARGEST_UNIT_M = 10_000


class FrameName(StrEnum):
    """Frame of a written document."""

    AS_READ = "as-read"
    """Longitude and latitude when the file says where it is, else drawing metres."""
    DRAWING_METRES = "drawing-metres"
    """Metres in the drawing's own axes; of a file in longitude and latitude, metres around its middle."""


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="Several files, or a zip of them, are levels of one building: DXF, DWG, IFC, IMDF, GeoJSON, OpenStreetMap indoor data (GeoJSON, .osm) or a floorplan document.",
    ),
]
To = Annotated[
    Path | None,
    typer.Option("--to", help="Write the floorplan document here; - is the standard output, in place of the report."),
]
MetresPerUnit = Annotated[
    float | None, typer.Option("--metres-per-unit", help="Length of a drawing unit, such as 0.3048 for feet.")
]
Ordinals = Annotated[
    list[int] | None,
    typer.Option(
        "--ordinal",
        help="Level that the file shows; 0 is the main entrance. Of several files, give it for each, in their order.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="Property of GeoJSON of any making that a field is taken from, such as name=ROOM_NO."),
]
Crs = Annotated[
    str | None,
    typer.Option("--crs", help="Projected reference system that the drawing's coordinates are in, such as EPSG:2263."),
]
FrameOption = Annotated[FrameName, typer.Option("--frame", help="Coordinates of the document that --to writes.")]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def inspect(
    files: Files,
    *,
    to: To = None,
    frame: FrameOption = FrameName.AS_READ,
    metres_per_unit: MetresPerUnit = None,
    ordinal: Ordinals = None,
    crs: Crs = None,
    mapped: Map = None,
    as_json: Json = False,
) -> None:
    """Read drawings of a building without a database: what was understood, what not, and why."""
    said = DrawingFile("", b"", metres_per_unit=metres_per_unit, crs=crs, mapping=_mapping(mapped or []))
    _check(metres_per_unit, ordinal or [], len(files))
    if to is not None:
        check_target(to)
    drawings = _load(files, ordinal or [None] * len(files), said)
    name = ", ".join(shown(Path(file.name)) for file in files)
    with ExitStack() as stack:
        watched = sys.stderr is not None and sys.stderr.isatty()
        progress = stack.enter_context(show_progress()) if watched else None
        results = read_files(drawings, progress, progress.follow) if progress else read_files(drawings)
        result = gather(drawings, results)
    if to is not None:
        write_whole(to, orjson.dumps(floorplan_document(_in_frame(result, frame))))
    if to != STDOUT:
        say(orjson.dumps(report(result, name), option=orjson.OPT_INDENT_2) if as_json else summary(result, name))


def _load(files: Sequence[Path], ordinals: Sequence[int | None], said: DrawingFile) -> list[DrawingFile]:
    """The drawings of some files, archives unpacked, with the levels that they are told to show."""
    limit_mib = load_settings().upload_limit_mb
    advice = "Give one level a file, or set GEO_SERVER_UPLOAD_LIMIT_MB."
    loaded = [
        replace(
            said,
            name=shown(Path(file.name)),
            data=read_whole(file, limit_mib, advice),
            beside=files_beside(file),
            ordinal=ordinal,
        )
        for file, ordinal in zip(files, ordinals, strict=True)
    ]
    return with_ordinals(unpack(loaded))


def _mapping(mapped: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in mapped]
    wrong = next((text for text, (_, sign, _) in zip(mapped, pairs, strict=True) if not sign), None)
    if wrong is not None:
        raise InvalidInput(f"{wrong[:60]!r} is no pair.", where="--map", advice="Give FIELD=PROPERTY.")
    return {field.strip(): key.strip() for field, _, key in pairs}


def _check(metres_per_unit: float | None, ordinals: Sequence[int], count: int) -> None:
    if metres_per_unit is not None and not 0 < metres_per_unit <= LARGEST_UNIT_M:
        raise InvalidInput(
            f"A unit of {metres_per_unit:g} m cannot be.",
            where="--metres-per-unit",
            advice=f"Give metres above 0, at most {LARGEST_UNIT_M:,}.",
        )
    wrong = next((number for number in ordinals if not LOWEST_ORDINAL <= number <= HIGHEST_ORDINAL), None)
    if wrong is not None:
        raise InvalidInput(
            f"There is no level {wrong}.",
            where="--ordinal",
            advice=f"Give a whole number from {LOWEST_ORDINAL} to {HIGHEST_ORDINAL}.",
        )
    if ordinals and len(ordinals) != count:
        raise InvalidInput(
            f"{counted(len(ordinals), 'ordinal')} for {counted(count, 'file')}.",
            where="--ordinal",
            advice="Give one for each file, in their order, or none.",
        )


def _in_frame(result: ImportResult, frame: FrameName) -> Floorplan:
    plan = result.floorplan
    if frame is FrameName.DRAWING_METRES:
        return replace(plan, frame=DrawingFrame(1.0), site=None) if plan.placed else plan
    if result.georeference is None or plan.placed:
        return plan
    corner = result.georeference.control_points[0]
    site = SiteFrame(corner.lon, corner.lat)
    placement, _ = place_by_file(result, site)
    return plan if placement is None else place_floorplan(plan, placement, site)
