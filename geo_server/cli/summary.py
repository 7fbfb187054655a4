"""The report of ``geo-server inspect`` for people: what was found, how sure the scale is, what to look at, what to do."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from geo_server.cli.report import count_each, sorted_findings, unsure_zones
from geo_server.domain.findings import Finding, Severity
from geo_server.domain.places import Floorplan, Level, Zone
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.domain.wording import counted
from geo_server.ingest.codes import CODES
from geo_server.ingest.result import ImportResult, Scale

SURE = 0.9
"""Below this confidence a person must confirm the scale."""
SHOWN = 5
"""Places of one kind of finding, and names of zones, that are told one by one."""

FORMATS: Mapping[str, str] = {
    "dxf": "a DXF drawing",
    "dwg": "a DWG drawing",
    "ifc": "an IFC model",
    "imdf": "an IMDF archive",
    "geojson": "GeoJSON polygons",
    "several": "files of several formats",
    "osm-indoor": "an OpenStreetMap indoor map",
    "floorplan": "a floorplan document",
}
UNITS: Mapping[float, str] = {
    0.001: "a millimetre",
    0.01: "a centimetre",
    0.1: "a decimetre",
    1.0: "a metre",
    0.0254: "an inch",
    0.3048: "a foot",
}
NOUNS: Mapping[str, str] = {
    "aed": "AED",
    "assembly": "assembly room",
    "outdoor": "outdoor area",
    "service": "service room",
    "stairs": "stair flight",
    "unspecified": "unspecified zone",
}
"""Categories that are no nouns by themselves."""
HEADINGS: Mapping[Severity, str] = {
    Severity.ERROR: "To put right before publishing",
    Severity.FIXED: "Repaired or assumed, to be checked",
    Severity.NOTE: "Left out, and other notes",
}


def summary(result: ImportResult, name: str) -> str:
    """The report as lines of text.

    Args:
        result: What was read.
        name: Of the file.
    """
    plan = result.floorplan
    lacking = zones_without_way_out(plan)
    lines = [f"{name}: {FORMATS.get(result.format, result.format)} of {counted(len(plan.levels), 'level')}", ""]
    lines += _scale(result.scale, placed=plan.placed)
    for level in plan.levels:
        lines += ["", *_level(plan, level, [zone for zone in lacking if zone.level_id == level.id])]
    lines += [*_use(result.totals), *_findings(result.findings), *_units(result), "", "What to do next"]
    lines += [f"  {number}. {step}" for number, step in enumerate(_steps(result, len(lacking)), start=1)]
    return "\n".join(lines)


def _scale(scale: Scale, *, placed: bool) -> Iterator[str]:
    if placed:
        yield f"Scale: {' '.join(scale.evidence)}"
        return
    unit = UNITS.get(scale.metres_per_unit)
    words = f"Scale: a unit is {scale.metres_per_unit:g} m{f' ({unit})' if unit else ''}"
    yield f"{words}, {scale.confidence:.0%} sure. What speaks for or against it, strongest first:"
    yield from (f"  - {sentence}" for sentence in scale.evidence)


def _level(plan: Floorplan, level: Level, lacking: Sequence[Zone]) -> Iterator[str]:
    zones = [zone for zone in plan.zones if zone.level_id == level.id]
    openings = [opening for opening in plan.openings if opening.level_id == level.id]
    exits = sum(1 for opening in openings if opening.exit)
    area_m2 = sum(zone.polygon.area for zone in zones)
    number = f"Level {level.ordinal}"
    title = number if level.name == number else f"{number}, {level.name}"
    yield f"{title}: {counted(len(zones), 'zone')}, {area_m2:,.0f} m²"
    yield f"  zones     {_list(count_each(zone.category for zone in zones))}"
    yield f"  openings  {_list(count_each(opening.category for opening in openings))}; {counted(exits, 'exit')}"
    up = count_each(way.category for way in plan.transitions if way.level_id == level.id)
    if up:
        yield f"  up        {_list(up)}"
    assets = count_each(asset.category for asset in plan.assets if asset.level_id == level.id)
    if assets:
        yield f"  assets    {_list(assets)}"
    if unsure := unsure_zones(zones):
        named = _names([zone for _, zone in unsure])
        yield f"  UNSURE of {counted(len(unsure), 'zone')}, the least sure first: {named}"
    if lacking:
        yield f"  NO WAY OUT of {counted(len(lacking), 'zone')}: {_names(lacking)}"


def _list(counts: Mapping[str, int]) -> str:
    words = (counted(count, NOUNS.get(key, key.replace("_", " "))) for key, count in counts.items())
    return ", ".join(words) or "none"


def _names(zones: Sequence[Zone]) -> str:
    more = f" and {len(zones) - SHOWN:,} more" if len(zones) > SHOWN else ""
    return ", ".join(zone.name for zone in zones[:SHOWN]) + more


def _use(totals: Mapping[str, int]) -> list[str]:
    """How much of the file is in the plan, where the intake counts that."""
    if not {"entities", "used"} <= totals.keys():
        return []
    return ["", f"In the plan: {totals['used']:,} of {counted(totals['entities'], 'object')} in the file."]


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    """All findings, by severity and kind; of one kind only the first few places."""
    for severity, all_such in groupby(sorted_findings(findings), key=lambda finding: finding.severity):
        yield from ("", HEADINGS[severity])
        kinds: dict[str, list[Finding]] = {}
        for finding in all_such:
            kinds.setdefault(finding.code, []).append(finding)
        for code, of_kind in kinds.items():
            yield from _kind(code, of_kind)


def _kind(code: str, findings: Sequence[Finding]) -> Iterator[str]:
    times = sum(finding.count for finding in findings)
    head = f"  {code}, {times:,} times" if times > 1 else f"  {code}"
    if len(findings) == 1:
        words = f"{findings[0].message} {findings[0].advice}".rstrip()
        yield f"{head}: {_join(place(findings[0]), words)}"
        return
    meaning = CODES[code]
    yield f"{head}: {meaning.meaning} {meaning.advice}".rstrip()
    for finding in findings[:SHOWN]:
        words = "" if finding.message == meaning.meaning else finding.message
        yield f"    - {_join(place(finding), words)}"
    if len(findings) > SHOWN:
        yield f"    - and {len(findings) - SHOWN:,} more; --json lists each"


def _join(*parts: str) -> str:
    return ": ".join(part for part in parts if part)


def place(finding: Finding) -> str:
    """Where a finding is; empty when it has no place."""
    words = [
        "" if finding.ordinal is None else f"level {finding.ordinal}",
        "" if finding.x is None or finding.y is None else f"at {finding.x:.2f}, {finding.y:.2f}",
        "" if finding.layer is None else f"layer {finding.layer}",
        "" if finding.handle is None else f"({finding.handle})",
    ]
    return " ".join(word for word in words if word)


def _units(result: ImportResult) -> list[str]:
    """How the places of findings read in a CAD program, where that differs."""
    unit_m = result.scale.metres_per_unit
    if result.floorplan.placed or unit_m == 1 or all(finding.x is None for finding in result.findings):
        return []
    return ["", f"Places are in metres, in the drawing's own axes: a CAD program shows them divided by {unit_m:g}."]


def _steps(result: ImportResult, lacking: int) -> Iterator[str]:
    if result.scale.confidence < SURE:
        yield "Measure one known length and read the file again with --metres-per-unit: the scale is not sure."
    errors = sum(finding.count for finding in result.findings if finding.severity is Severity.ERROR)
    if errors:
        yield (
            f"Put right the {counted(errors, 'error')} above, in the drawing or, once it is a draft, in the browser "
            "under Floorplans."
        )
    if lacking:
        yield (
            f"Give {counted(lacking, 'zone')} a way out. Without it, publishing needs the name of somebody who takes "
            "responsibility."
        )
    if not result.floorplan.placed:
        yield "Note two or more spots that you know in the drawing and on the ground: they place it on the map."
    yield (
        "Bring it in with a site file (docs/formats/site-file.md) or in the browser, under Floorplans. It stays a draft "
        "until it is published."
    )
