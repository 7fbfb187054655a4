"""``geo-server inspect``: what would be imported of a drawing, what not, and why. Needs no database.

Exit codes: 0 read, 2 refused (one line says why).
"""

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from geo_server.cli.opening import show_progress
from geo_server.domain.errors import InvalidInput, NotFound, TooLarge, Unavailable
from geo_server.domain.findings import Finding, Severity
from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import Floorplan, Level
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.result import ImportResult
from geo_server.services.worker import read_in_worker
from geo_server.settings import load_settings

SURE = 0.9
"""Below this confidence a person must confirm the scale."""


class FrameName(StrEnum):
    """Frame of a written document."""

    AS_READ = "as-read"
    """Longitude and latitude when the file says where it is, else drawing metres."""
    DRAWING_METRES = "drawing-metres"
    """Metres in the drawing's own axes; of a file in longitude and latitude, metres around its middle."""


File = Annotated[Path, typer.Argument(help="DXF, OpenStreetMap indoor data (GeoJSON, .osm) or a floorplan document.")]
To = Annotated[Path | None, typer.Option("--to", help="Write the floorplan document here.")]
MetresPerUnit = Annotated[
    float | None, typer.Option("--metres-per-unit", help="Length of a drawing unit, such as 0.3048 for feet.")
]
Ordinal = Annotated[int | None, typer.Option("--ordinal", help="Level that the file shows; 0 is the main entrance.")]
FrameOption = Annotated[FrameName, typer.Option("--frame", help="Coordinates of the document that --to writes.")]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def inspect(
    file: File,
    *,
    to: To = None,
    frame: FrameOption = FrameName.AS_READ,
    metres_per_unit: MetresPerUnit = None,
    ordinal: Ordinal = None,
    as_json: Json = False,
) -> None:
    """Read a drawing without a database: what was understood, what not, and why."""
    if metres_per_unit is not None and not 0 < metres_per_unit <= 10_000:
        raise InvalidInput(f"A unit of {metres_per_unit} m cannot be.", where="--metres-per-unit")
    data = _load(file)
    with ExitStack() as stack:
        if sys.stderr.isatty():
            stack.enter_context(show_progress())(f"Reading {file.name}")
        result = read_in_worker(data, file.name, metres_per_unit=metres_per_unit, ordinal=ordinal)
    if to is not None:
        _write(to, orjson.dumps(floorplan_document(_in_frame(result.floorplan, frame))))
    if as_json:
        typer.echo(orjson.dumps(report(result, file.name), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(result, file.name)


def report(result: ImportResult, name: str) -> dict[str, object]:
    """The report as JSON values."""
    plan = result.floorplan
    return {
        "file": name,
        "format": result.format,
        "frame": "lon-lat" if plan.placed else "drawing-metres",
        "scale": {
            "metres_per_unit": result.scale.metres_per_unit,
            "confidence": round(result.scale.confidence, 3),
            "evidence": list(result.scale.evidence),
        },
        "levels": [_level_report(plan, level) for level in plan.levels],
        "transitions": dict(Counter(transition.category.value for transition in plan.transitions)),
        "without_way_out": [
            {"id": str(zone.id), "name": zone.name, "ordinal": plan.ordinal(zone.level_id)}
            for zone in zones_without_way_out(plan)
        ],
        "findings": [asdict(finding) for finding in sorted_findings(result.findings)],
        "totals": dict(result.totals),
    }


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first, then what was fixed, then notes; in the order of the intake within each."""
    rank = {severity: index for index, severity in enumerate(Severity)}
    return sorted(findings, key=lambda finding: rank[finding.severity])


def brief_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Each error, and of other kinds of findings the first on each level with how many there are."""
    brief: dict[object, Finding] = {}
    for index, finding in enumerate(findings):
        key = index if finding.severity is Severity.ERROR else (finding.code, finding.ordinal)
        first = brief.get(key)
        brief[key] = finding if first is None else replace(first, count=first.count + finding.count)
    return list(brief.values())


def _load(file: Path) -> bytes:
    """Bytes of a file within the limit that uploads have, too."""
    limit = load_settings().upload_limit_mb
    try:
        size = file.stat().st_size
        if size > limit * 2**20:
            raise TooLarge(
                f"The file has {size / 2**20:.0f} MiB, and {limit} are read.",
                where=str(file),
                advice="Give one level a file, or set GEO_SERVER_UPLOAD_LIMIT_MB.",
            )
        return file.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}.", advice="Check the path.") from None
    except OSError as fault:
        raise InvalidInput(f"It cannot be opened: {fault.strerror}.", where=str(file)) from None


def _in_frame(plan: Floorplan, frame: FrameName) -> Floorplan:
    if frame is FrameName.DRAWING_METRES and plan.placed:
        return replace(plan, frame=DrawingFrame(1.0), site=None)
    return plan


def _write(to: Path, content: bytes) -> None:
    try:
        to.write_bytes(content)
    except OSError as fault:
        raise Unavailable(f"It cannot be written: {fault.strerror}.", where=str(to)) from None


def _level_report(plan: Floorplan, level: Level) -> dict[str, object]:
    zones = [zone for zone in plan.zones if zone.level_id == level.id]
    openings = [opening for opening in plan.openings if opening.level_id == level.id]
    assets = Counter(asset.category.value for asset in plan.assets if asset.level_id == level.id)
    return {
        "id": str(level.id),
        "ordinal": level.ordinal,
        "name": level.name,
        "zones": len(zones),
        "zones_by_category": dict(Counter(zone.category.value for zone in zones)),
        "area_m2": round(sum(zone.polygon.area for zone in zones), 1),
        "openings": len(openings),
        "openings_by_category": dict(Counter(opening.category.value for opening in openings)),
        "exits": sum(1 for opening in openings if opening.exit),
        "transitions_up": sum(1 for transition in plan.transitions if transition.level_id == level.id),
        "walls": sum(1 for wall in plan.walls if wall.level_id == level.id),
        "assets": dict(assets),
    }


def _print(result: ImportResult, name: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    scale = result.scale
    sure = "" if scale.confidence >= SURE else " - please confirm with --metres-per-unit"
    console.print(f"{name}: {result.format}", markup=False)
    console.print(f"1 unit = {scale.metres_per_unit:g} m, confidence {scale.confidence:.0%}{sure}", markup=False)
    for sentence in scale.evidence:
        console.print(f"  {sentence}", markup=False)
    table = Table("level", "zones", "by category", "m²", "openings", "exits", "up", "assets", box=None, pad_edge=False)
    for level in result.floorplan.levels:
        row = _level_report(result.floorplan, level)
        cells = ("zones", "zones_by_category", "area_m2", "openings", "exits", "transitions_up", "assets")
        table.add_row(f"{level.ordinal} {level.name}", *(_cell(row[key]) for key in cells))
    console.print(table)
    lacking = zones_without_way_out(result.floorplan)
    console.print(f"{len(lacking)} occupied zones without a way out", markup=False)
    brief = brief_findings(sorted_findings(result.findings))
    for finding in brief:
        console.print(finding_line(finding), markup=False)
    if len(brief) < len(result.findings):
        console.print("Findings of one kind are shown by their first place; --json lists each.", markup=False)


def finding_line(finding: Finding) -> str:
    """One finding as one line: severity, code, count, place, message, advice."""
    times = f" x{finding.count}" if finding.count > 1 else ""
    spot = "" if finding.x is None or finding.y is None else f" at {finding.x:.2f}, {finding.y:.2f}"
    words = [
        "" if finding.ordinal is None else f" on level {finding.ordinal}",
        spot,
        "" if finding.layer is None else f" on layer {finding.layer}",
        "" if finding.handle is None else f" ({finding.handle})",
    ]
    advice = f" {finding.advice}" if finding.advice else ""
    return f"{finding.severity.value:5} {finding.code}{times}{''.join(words)}: {finding.message}{advice}"


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {key}" for key, count in sorted(value.items(), key=lambda item: -item[1]))
    return str(value)
