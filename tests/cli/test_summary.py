"""The report for people: what matters first, each kind of finding once, and steps that fit what was found."""

import orjson

from geo_server.cli.report import report, sorted_findings
from geo_server.cli.summary import SHOWN, place, summary
from geo_server.domain.findings import Finding, Severity
from geo_server.domain.frame import DrawingFrame, Frame
from geo_server.ingest.codes import make_finding
from geo_server.ingest.result import ImportResult, Scale
from tests.export.floorplans import DRESDEN, school


def read(*findings: Finding, frame: Frame | None = None, confidence: float = 1.0) -> ImportResult:
    scale = Scale(0.3048, confidence, ("The header says foot.",))
    return ImportResult(school(frame or DrawingFrame(0.3048)), findings, "dxf", scale, {"entities": 9, "used": 1})


def test_errors_come_first_and_carry_their_place() -> None:
    note = make_finding("name-made-up", count=3)
    error = Finding("door-one-zone", Severity.ERROR, "One zone.", "Look.", 1.0, 2.0, 0, "A-DOOR", "2F")
    assert sorted_findings([note, error]) == [error, note]
    assert place(error) == "level 0 at 1.00, 2.00 layer A-DOOR (2F)"
    said = summary(read(note, error), "a.dxf")
    assert "  door-one-zone: level 0 at 1.00, 2.00 layer A-DOOR (2F): One zone. Look.\n" in said
    assert said.index("To put right") < said.index("door-one-zone") < said.index("name-made-up, 3 times")


def test_a_kind_of_finding_is_told_once_with_its_first_places() -> None:
    gaps = [make_finding("gap-healed", f"Gap {n}.", at=(n, 0.0), ordinal=0, count=2) for n in range(SHOWN + 3)]
    lines = summary(read(*gaps), "a.dxf").splitlines()
    (head,) = [index for index, line in enumerate(lines) if "gap-healed" in line]
    assert lines[head].startswith(f"  gap-healed, {2 * (SHOWN + 3)} times: ")
    assert lines[head + 1] == "    - level 0 at 0.00, 0.00: Gap 0."
    assert lines[head + SHOWN + 1] == "    - and 3 more; --json lists each"


def test_places_are_explained_where_a_cad_program_shows_other_numbers() -> None:
    gap = make_finding("gap-healed", at=(1.0, 0.0))
    assert "divided by 0.3048" in summary(read(gap), "a.dxf")
    assert "divided by" not in summary(read(gap, frame=DRESDEN), "a.dxf")
    assert "divided by" not in summary(read(), "a.dxf")


def test_an_unsure_scale_is_the_first_thing_to_do() -> None:
    assert "1. Measure one known length" in summary(read(confidence=0.5), "a.dxf")
    assert "--metres-per-unit" not in summary(read(), "a.dxf")


def test_a_placed_plan_asks_for_no_control_points() -> None:
    assert "spots that you know" in summary(read(), "a.dxf")
    assert "spots that you know" not in summary(read(frame=DRESDEN), "a.dxf")


def test_both_reports_count_the_same() -> None:
    levels = orjson.loads(orjson.dumps(report(read(), "a.dxf")))["levels"]
    said = summary(read(), "a.dxf")
    for level in levels:
        assert f": {level['zones']} zone" in said
        assert f"; {level['exits']} exit" in said
