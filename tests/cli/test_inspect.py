"""``geo-server inspect`` tells scripts and people what a drawing holds; it needs no database."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from geo_server.cli.inspect import brief_findings, finding_line, sorted_findings
from geo_server.domain.findings import Finding, Severity
from geo_server.ingest.document.reader import read_document

FLOORPLANS = Path(__file__).parents[2] / "data/floorplans"
TUD = FLOORPLANS / "tud_apb.geojson"
SCHOOL = FLOORPLANS / "school_level_0.dxf"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def inspect(tmp_path: Path) -> Run:
    """Runs the command in an empty folder, with no database to find."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from geo_server.cli import main; main()", "inspect", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=120)

    return run


def test_the_report_of_a_drawing_is_json_that_a_script_can_read(inspect: Run) -> None:
    done = inspect(SCHOOL, "--json", "--ordinal", "0")
    assert (done.returncode, done.stderr) == (0, "")
    report = orjson.loads(done.stdout)
    assert report["format"] == "dxf"
    assert report["frame"] == "drawing-metres"
    assert report["scale"]["metres_per_unit"] == pytest.approx(0.3048, rel=1e-3)
    (level,) = report["levels"]
    assert (level["ordinal"], level["exits"]) == (0, 8)
    assert level["zones"] == sum(level["zones_by_category"].values())


def test_the_report_for_people_counts_by_level(inspect: Run) -> None:
    done = inspect(TUD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tud_apb.geojson: osm-indoor" in done.stdout
    assert "Level -1" in done.stdout
    assert "1 occupied zones without a way out" in done.stdout
    assert "zone-without-door" in done.stdout


def test_the_document_that_is_written_can_be_read_again(inspect: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.geojson"
    assert inspect(SCHOOL, "--to", out).returncode == 0
    document = orjson.loads(out.read_bytes())
    assert document["frame"] == "drawing-metres"
    assert document["metres_per_unit"] == pytest.approx(0.3048, rel=1e-3)
    assert len(read_document(document).zones) > 25
    again = tmp_path / "again.geojson"
    assert inspect(out, "--to", again).returncode == 0
    assert again.read_bytes() == out.read_bytes()


def test_a_file_in_lon_lat_can_be_written_in_metres(inspect: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.geojson"
    assert inspect(TUD, "--frame", "drawing-metres", "--to", out).returncode == 0
    plan = read_document(orjson.loads(out.read_bytes()))
    assert not plan.placed
    west, south, east, north = plan.zones[0].polygon.bounds
    assert -200 < west < east < 200
    assert -200 < south < north < 200


def test_a_given_unit_wins(inspect: Run) -> None:
    report = orjson.loads(inspect(SCHOOL, "--metres-per-unit", "0.5", "--json").stdout)
    assert report["scale"]["metres_per_unit"] == 0.5


@pytest.mark.parametrize(
    ("name", "content", "arguments", "word"),
    [
        ("missing.dxf", None, (), "no file"),
        ("noise.dxf", b"\x00\x01\x02", (), "noise.dxf"),
        ("empty.geojson", b"{}", (), "FeatureCollection"),
        ("a.dxf", b"", ("--metres-per-unit", "-1"), "cannot be"),
        ("folder", b"folder", (), "cannot be opened"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(
    inspect: Run, tmp_path: Path, name: str, content: bytes | None, arguments: tuple[str, ...], word: str
) -> None:
    path = tmp_path / name
    if content == b"folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    done = inspect(path, *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_errors_come_first_and_carry_their_place() -> None:
    note = Finding("name-made-up", Severity.NOTE, "Numbered.", count=3)
    error = Finding("door-one-zone", Severity.ERROR, "One zone.", "Look.", 1.0, 2.0, 0, "A-DOOR", "2F")
    assert sorted_findings([note, error]) == [error, note]
    assert finding_line(error) == "error door-one-zone on level 0 at 1.00, 2.00 on layer A-DOOR (2F): One zone. Look."
    assert finding_line(note) == "note  name-made-up x3: Numbered."


def test_people_read_each_kind_of_finding_on_a_level_once_and_how_many_there_are() -> None:
    gaps = [Finding("gap-healed", Severity.FIXED, f"Gap {n}.", x=n, y=0.0, ordinal=n % 2, count=2) for n in range(6)]
    brief = brief_findings(gaps)
    assert [(f.message, f.ordinal, f.count) for f in brief] == [("Gap 0.", 0, 6), ("Gap 1.", 1, 6)]
    errors = [Finding("zone-cut-off", Severity.ERROR, f"Zone {n}.", ordinal=0) for n in range(3)]
    assert brief_findings(errors) == errors, "every error is told"
