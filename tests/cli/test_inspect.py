"""``geo-server inspect`` tells scripts and people what a drawing holds; it needs no database."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import orjson
import pytest

import geo_server.cli
from geo_server.ingest.document.reader import read_document
from tests.ingest.sketch import Sketch

FLOORPLANS = Path(__file__).parents[2] / "data/floorplans"
TUD = FLOORPLANS / "tud_apb.geojson"
SCHOOL = FLOORPLANS / "school_level_0.dxf"
SCHEMA = orjson.loads((Path(geo_server.cli.__file__).parent / "schemas/report.schema.json").read_bytes())

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


def test_zones_that_are_more_likely_wrong_than_right_are_named_in_both_reports(inspect: Run, tmp_path: Path) -> None:
    wing = Sketch().draw()
    wing.text("12.0 m²", 6, 1)
    path = tmp_path / "wing.dxf"
    path.write_bytes(wing.bytes())
    report = orjson.loads(inspect(path, "--json").stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    (unsure,) = report["levels"][0]["unsure"]
    assert unsure["name"] == "LIBRARY"
    assert unsure["confidence"] < 0.5
    assert "UNSURE of 1 zone, the least sure first: LIBRARY" in inspect(path).stdout


@pytest.mark.parametrize("drawing", [SCHOOL, TUD])
def test_the_report_keeps_to_its_schema(inspect: Run, drawing: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(orjson.loads(inspect(drawing, "--json").stdout))


def test_the_report_for_people_tells_each_level_what_to_look_at_and_what_to_do(inspect: Run) -> None:
    done = inspect(TUD)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert said.startswith("tud_apb.geojson: an OpenStreetMap indoor map of 5 levels\n")
    assert "\nLevel -1: 3 zones, " in said
    assert "NO WAY OUT of 1 zone: 1065" in said
    assert said.index("zone-without-door") < said.index("What to do next") < said.index("1. Put right the 4 errors")


def test_the_document_can_go_to_the_standard_output_in_place_of_the_report(inspect: Run) -> None:
    done = inspect(SCHOOL, "--to", "-")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(read_document(orjson.loads(done.stdout)).zones) > 25


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


def test_a_refusal_of_a_document_names_its_file_and_feature(inspect: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "7"}]}')
    done = inspect(path)
    assert done.returncode == 2
    assert done.stderr.startswith("geo-server: error: mine.geojson: features[0]: id is '7'. ")


@pytest.mark.parametrize(
    ("name", "content", "arguments", "word"),
    [
        ("missing.dxf", None, (), "no such file"),
        ("noise.dxf", b"\x00\x01\x02", (), "noise.dxf"),
        ("empty.geojson", b"{}", (), "FeatureCollection"),
        ("a.dxf", b"", ("--metres-per-unit", "-1"), "cannot be"),
        ("folder", b"folder", (), "Is a directory"),
        ("a.dxf", b"", ("--ordinal", "9999"), "no level 9999"),
        ("a.dxf", b"", ("--to", "missing/a.geojson"), "not there"),
        ("a.dxf", b"", ("--to", "."), "is a folder"),
        ("a.dxf", b"", ("--fame", "as-read"), "No such option: --fame"),
        ("a.dxf", b"", ("--frame", "feet"), "'feet' is not one of"),
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
    assert done.stderr.startswith("geo-server: error: ")
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_drawing_of_which_nothing_is_left_is_refused_and_no_document_is_written(inspect: Run, tmp_path: Path) -> None:
    whole = SCHOOL.read_bytes()
    (tmp_path / "cut.dxf").write_bytes(whole[: whole.index(b"ENTITIES")])
    done = inspect("cut.dxf", "--to", "out.geojson")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cut.dxf: Model space holds no objects. The file breaks off in line " in done.stderr
    assert not (tmp_path / "out.geojson").exists()


def test_a_drawing_with_a_world_file_beside_it_is_written_in_lon_lat(inspect: Run, tmp_path: Path) -> None:
    drawing = tmp_path / "plan.dxf"
    drawing.write_bytes(SCHOOL.read_bytes())
    (tmp_path / "plan.wld").write_bytes(b"0,0 583000,4506000\n100,0 583030.48,4506000")
    (tmp_path / "plan.prj").write_bytes(b"EPSG:26918")
    out = tmp_path / "out.geojson"
    run = inspect(str(drawing), "--to", str(out), "--json")
    place = orjson.loads(run.stdout)["georeference"]
    assert (place["source"], len(place["control_points"])) == ("plan.wld", 4)
    plan = read_document(orjson.loads(out.read_bytes()))
    assert plan.placed
    assert orjson.loads(out.read_bytes())["origin"] == pytest.approx([-74.016, 40.70], abs=0.01)


def test_a_grid_that_a_drawing_does_not_lie_in_is_refused(inspect: Run) -> None:
    run = inspect(str(SCHOOL), "--crs", "EPSG:2263")
    assert run.returncode == 2
    assert "outside of the area" in run.stderr


def test_several_files_are_levels_of_one_building(inspect: Run, tmp_path: Path) -> None:
    for name in ("wing_ground.dxf", "wing_level_1.dxf"):
        (tmp_path / name).write_bytes(SCHOOL.read_bytes())
    report = orjson.loads(inspect("wing_ground.dxf", "wing_level_1.dxf", "--json").stdout)
    assert report["file"] == "wing_ground.dxf, wing_level_1.dxf"
    assert [level["ordinal"] for level in report["levels"]] == [0, 1]
    told = orjson.loads(
        inspect("wing_ground.dxf", "wing_level_1.dxf", "--ordinal", "2", "--ordinal", "1", "--json").stdout
    )
    assert [level["ordinal"] for level in told["levels"]] == [1, 2]


def test_ordinals_must_be_as_many_as_files(inspect: Run) -> None:
    done = inspect(SCHOOL, "--ordinal", "0", "--ordinal", "1")
    assert done.returncode != 0
    assert "2 ordinals for 1 file" in done.stderr


def test_a_property_of_any_geojson_can_be_named(inspect: Run, tmp_path: Path) -> None:
    ring = [[8.0, 50.0], [8.0001, 50.0], [8.0001, 50.0001], [8.0, 50.0]]
    room = {"type": "Feature", "properties": {"key": "Art"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "rooms.geojson").write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [room]}))
    document = orjson.loads(inspect("rooms.geojson", "--map", "name=key", "--to", "-").stdout)
    assert [f["properties"]["name"] for f in document["features"] if f["properties"]["feature_type"] == "zone"] == [
        "Art"
    ]
    wrong = inspect("rooms.geojson", "--map", "name")
    assert "Give FIELD=PROPERTY" in wrong.stderr
