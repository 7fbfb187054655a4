"""``geo-server plan`` answers scripts: one JSON object, or one line that says what is wrong and exit code 2."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import jsonschema
import orjson
import pytest

from geo_server.cli import main
from geo_server.domain.frame import DrawingFrame
from geo_server.export.geojson import floorplan_document
from tests.export.floorplans import DRESDEN, school, uid


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the school of the tests, in drawing metres and placed."""
    (tmp_path / "drawn.geojson").write_bytes(orjson.dumps(floorplan_document(school(DrawingFrame()))))
    (tmp_path / "placed.geojson").write_bytes(orjson.dumps(floorplan_document(school(DRESDEN))))
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs the command in this process: starting Python for each of many refusals would take a minute."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(folder / "data"))

    def call(*words: str, file: str = "drawn.geojson") -> Done:
        monkeypatch.setattr(sys, "argv", ["geo-server", "plan", file, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    handler = signal.getsignal(signal.SIGTERM)
    yield call
    signal.signal(signal.SIGTERM, handler)


def test_the_command_runs_as_a_process_of_its_own_without_a_database(folder: Path) -> None:
    command = [sys.executable, "-c", "from geo_server.cli import main; main()", "plan", "drawn.geojson"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert orjson.loads(done.stdout)["threats"] == []


def test_a_plan_is_one_json_object_and_the_same_for_the_same_moment(run: Run) -> None:
    words = ["--threat", '{"at": [1, 1], "ordinal": 0, "radius_m": 1}', "--now", "2026-03-02T09:00:00Z"]
    one, two = run(*words), run(*words, "--json")
    assert (one.code, one.err) == (0, "")
    assert one.out == two.out
    made = orjson.loads(one.out)
    assert made["made_for_at"] == "2026-03-02T09:00:00Z"
    assert len(made["zones"]) == 4


def test_a_threat_is_placed_by_longitude_and_latitude_where_the_document_is(run: Run) -> None:
    done = run("--threat", '{"at": [13.7229142, 51.0255090], "building": "Main building"}', file="placed.geojson")
    assert done.code == 0, done.err
    assert orjson.loads(done.out)["threats"][0]["zone_ids"] != []


@pytest.mark.parametrize(("file", "by"), [("drawn.geojson", (1.0, 1.0)), ("placed.geojson", (1.4e-5, 9e-6))])
def test_a_threat_may_be_somewhere_in_a_polygon_and_the_answer_says_which(
    run: Run, file: str, by: tuple[float, float]
) -> None:
    x, y = (1.0, 1.0) if file == "drawn.geojson" else (13.7229142, 51.0255090)
    ring = [[x, y], [x + by[0], y], [x + by[0], y + by[1]], [x, y + by[1]]]
    done = run("--threat", orjson.dumps({"polygon": ring}).decode(), file=file)
    assert done.code == 0, done.err
    made = orjson.loads(done.out)
    (threat,) = made["threats"]
    assert threat["polygon"] == [pytest.approx(pair, abs=2e-3 if file == "drawn.geojson" else 2e-8) for pair in ring]
    assert threat["zone_ids"] != []
    assert 0.5 < threat["radius_m"] < 1.0
    schema = orjson.loads((files("geo_server.export") / "schemas" / "plan.schema.json").read_bytes())
    jsonschema.validate(made, schema)


@pytest.mark.parametrize(("file", "place"), [("drawn.geojson", "1,1"), ("placed.geojson", "13.7229142,51.0255090,0")])
def test_who_says_where_they_are_is_given_the_way_from_there(run: Run, file: str, place: str) -> None:
    done = run("--from", place, file=file)
    assert done.code == 0, done.err
    (zone,) = orjson.loads(done.out)["zones"]
    assert zone["start"][:2] == pytest.approx([float(figure) for figure in place.split(",")[:2]], abs=2e-3)
    whole = next(one for one in orjson.loads(run(file=file).out)["zones"] if one["zone_id"] == zone["zone_id"])
    assert zone["time_s"] <= whole["time_s"] + whole["spread_s"]
    assert zone["distance_m"] != whole["distance_m"]


def test_people_are_sent_to_rooms_to_lock_or_shelters_where_that_is_asked_for(run: Run) -> None:
    made = orjson.loads(run("--to", "lockable").out)
    assert made["to"] == "lockable"
    assert made["assumptions"]["lock_s"] > 0
    assert all(zone["exit_id"] is None for zone in made["zones"])
    assert orjson.loads(run("--to", "exits").out)["to"] == orjson.loads(run().out)["to"] == "exits"
    assert run("--to", "roof").code == 2


def test_ways_go_on_to_an_assembly_point_and_lead_there_where_that_is_asked_for(run: Run) -> None:
    out = orjson.loads(run().out)
    assert {zone["onward"]["assembly_point_id"] for zone in out["zones"]} == {str(uid("yard"))}
    asked = orjson.loads(run("--to", "assembly_points").out)
    assert asked["to"] == "assembly_points"
    assert {zone["assembly_point_id"] for zone in asked["zones"]} == {str(uid("yard"))}
    assert {tuple(zone["legs"][-1]["coordinates"][-1]) for zone in asked["zones"]} == {(40.0, 5.0)}
    shut = orjson.loads(run("--closure", str(uid("yard"))).out)
    assert {one["reason"] for zone in shut["zones"] for one in zone["onward"]["avoided"]} == {"closed"}


def test_people_are_counted_from_the_command_line_a_file_or_what_rooms_hold(run: Run, folder: Path) -> None:
    counts = orjson.dumps({str(uid("101")): 24})
    (folder / "people.json").write_bytes(counts)
    alone = {zone["zone_id"]: zone for zone in orjson.loads(run().out)["zones"]}[str(uid("101"))]
    for words in (counts.decode(), "@people.json"):
        made = orjson.loads(run("--people", words).out)
        counted = {zone["zone_id"]: zone for zone in made["zones"]}[str(uid("101"))]
        assert made["egress"]["people"] == 24
        assert made["assumptions"]["people_from"] == {"given": [str(uid("101"))]}
        assert counted["queue_s"] > 0
        assert counted["time_s"] == pytest.approx(alone["time_s"] + counted["queue_s"], abs=0.002)
        assert [share["people"] for share in counted["shares"]] == [24]
    document = orjson.loads((folder / "drawn.geojson").read_bytes())
    for feature in document["features"]:
        if feature["id"] == str(uid("101")):
            feature["properties"]["capacity"] = 30
    (folder / "full.geojson").write_bytes(orjson.dumps(document))
    full = orjson.loads(run("--people", "capacity", file="full.geojson").out)
    assert full["egress"]["people"] == 30
    assert full["assumptions"]["people_from"] == {"capacity": [str(uid("101"))]}


def test_choices_with_their_seconds_in_sight_are_given_where_they_are_asked_for(run: Run) -> None:
    threat = ["--threat", '{"at": [1, 1], "ordinal": 0, "radius_m": 0}', "--now", "2026-03-02T09:00:00Z"]
    plain, asked = (orjson.loads(run(*threat, *words).out) for words in ([], ["--choices"]))
    for zone in asked["zones"]:
        choices = zone.pop("choices")
        assert zone.pop("exposure_s") >= 0
        assert any("largest_margin" in choice["labels"] for choice in choices)
    assert asked["zones"] == plain["zones"], "nothing else changes"


def test_a_closure_and_a_profile_change_the_plan(run: Run) -> None:
    shut = run("--closure", str(uid("d1")), "--profile", "child", "--reaction-s", "0")
    made = orjson.loads(shut.out)
    assert {zone["zone_id"]: zone["status"] for zone in made["zones"]}[str(uid("101"))] == "unreachable"
    assert made["assumptions"]["profile"]["name"] == "child"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--threat", "{"], "not JSON"),
        (["--threat", '{"ordinal": 0}'], "needs at"),
        (["--threat", '{"x": 1}'], "no 'x'"),
        (["--threat", '{"at": [1, 1], "polygon": [[1, 1], [2, 1], [2, 2]]}'], "polygon and at"),
        (["--threat", '{"radius_m": 2, "polygon": [[1, 1], [2, 1], [2, 2]]}'], "polygon and radius_m"),
        (["--threat", '{"polygon": [[1, 1], [2, 1]]}'], "A polygon of 2 vertices. Give 3 to 100."),
        (["--threat", '{"polygon": [[1, 1], [3, 3], [3, 1], [1, 3]]}'], "Self-intersection"),
        (["--threat", '{"polygon": [[1, 1], [9e3, 1], [2, 2]]}'], "Give 500 m at most."),
        (["--threat", '{"polygon": [[1, 1], [2, NaN], [2, 2]]}'], "polygon.1.1 is nan"),
        (["--threat", '{"ordinal": 9, "polygon": [[1, 1], [2, 1], [2, 2]]}'], "no level 9"),
        (["--threat", '{"at": [1, 1], "colour": "red"}'], "colour"),
        (["--threat", '{"at": [1, 1], "ordinal": 9}'], "no level 9"),
        (["--threat", '{"at": [1, 1], "building": "Annex"}'], "Annex"),
        (["--threat", '{"at": [1e7, 1]}'], "nearest zone"),
        (["--threat", '{"at": [1, "b"]}'], "at.1 is 'b'"),
        (["--threat", '{"at": [1, 1, 1]}'], "at is [1, 1, 1]"),
        (["--threat", '{"at": [1, NaN]}'], "at.1 is nan"),
        (["--threat", '{"at": [1, 1e999]}'], "at.1 is inf"),
        (["--threat", '[{"at": [1, 1]}]'], "It is [{"),
        (["--threat", '{"at": [1, 1], "radius_m": 1e308}'], "radius_m is 1e+308"),
        (["--threat", '{"at": [1, 1], "radius_m": -1}'], "radius_m is -1"),
        (["--threat", '{"at": [1, 1], "speed_mps": 51}'], "speed_mps is 51"),
        (["--threat", '{"at": [1, 1], "speed_mps": "3"}'], "speed_mps is '3'"),
        (["--threat", '{"at": [1, 1], "speed_mps": true}'], "speed_mps is True"),
        (["--threat", '{"at": [1, 1], "speed": 3}'], "no 'speed'. Did you mean 'speed_mps'?"),
        (["--threat", '{"at": [1, 1], "ordinal": true}'], "ordinal is True"),
        (["--threat", '{"at": [1, 1], "ordinal": "0"}'], "ordinal is '0'"),
        (["--threat", '{"at": [1, 1], "kind": "intrudr"}'], "no kind 'intrudr'. Did you mean 'intruder'?"),
        (["--threat", '{"at": [1, 1], "kind": "zzz"}'], "There are: armed_assailant, intruder, "),
        (["--threat", '{"at": [1, 1]}', "--threat", '{"at": 1}'], "--threat 2: at is 1"),
        (["--threat", "@nowhere.json"], "nowhere.json: There is no such file."),
        (["--threat", "@drawn.geojson"], "drawn.geojson: "),
        (["--now", "0001-01-01T00:00:00+14:00"], "out of range"),
        (["--margin-s", "soon"], "'--margin-s'"),
        (["--threat", '{"at": [1, 1], "seen_s_ago": -5}'], "seen_s_ago"),
        (["--profile", "pilot"], "pilot"),
        (["--from", "here"], "is no place"),
        (["--from", "1,1,one"], "is no place"),
        (["--from", "1,nan"], "no place"),
        (["--from", "1,1,9"], "no level 9"),
        (["--from=-3000,1"], "No zone is at"),
        (["--from", "1,1", "--people", "{}"], "Leave people out"),
        (["--closure", "front door"], "not an id"),
        (["--people", "{"], "--people"),
        (["--people", '{"101": 3}'], "101"),
        (["--people", '{"00000000-0000-0000-0000-000000000001": 3}'], "no zone"),
        (["--people", '{"00000000-0000-0000-0000-000000000001": -3}'], "greater than or equal to 0"),
        (["--people", "@nowhere.json"], "no such file"),
        (["--closure", "00000000-0000-0000-0000-000000000001"], "cannot be closed"),
        (["--margin-s", "nan"], "margin_s"),
        (["--now", "yesterday"], "not a time"),
        (["--now", "2026-03-02T09:00:00"], "no offset"),
    ],
)
def test_what_cannot_be_planned_is_one_line_and_exit_code_2(run: Run, words: list[str], said: str) -> None:
    done = run(*words)
    assert done.code == 2
    assert done.out == ""
    assert said in done.err
    assert done.err.count("\n") == 1


def test_threats_may_stand_in_files_one_or_several_in_each(run: Run, folder: Path) -> None:
    (folder / "one.json").write_text('{"at": [1, 1], "radius_m": 1}')
    (folder / "two.json").write_text('[{"at": [1, 1], "kind": "fire"}, {"at": [2, 1], "kind": "gas"}]')
    done = run("--threat", "@one.json", "--threat", "@two.json")
    assert done.code == 0, done.err
    assert {threat["kind"] for threat in orjson.loads(done.out)["threats"]} == {"armed_assailant", "fire", "gas"}
    (folder / "two.json").write_text('[{"at": [1, 1]}, {"at": [1, 1], "radius_m": -1}]')
    assert "two.json: threat 2: radius_m is -1" in run("--threat", "@two.json").err


@pytest.mark.parametrize(
    ("said", "speed_mps"),
    [
        ({"kind": "fire"}, 1.2),
        ({"kind": "intruder"}, 2.0),
        ({"kind": "armed_assailant"}, 3.0),
        ({}, 3.0),
        ({"kind": "fire", "speed_mps": 4}, 4.0),
    ],
)
def test_a_threat_is_as_fast_as_it_is_said_to_be_or_as_the_pack_has_its_kind(
    run: Run, said: dict[str, object], speed_mps: float
) -> None:
    done = run("--threat", orjson.dumps({"at": [1, 1], **said}).decode())
    assert orjson.loads(done.out)["threats"][0]["speed_mps"] == speed_mps, done.err


def test_a_kind_of_the_districts_own_pack_is_known(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = (files("geo_server.domain") / "protocols.toml").read_text(encoding="utf-8")
    own = shipped + '\n[incidents.tornado]\ntitle = "Tornado"\naction = "shelter"\nspeed_mps = 30.0\n'
    (folder / "protocols.toml").write_text(own, encoding="utf-8")
    threat = ("--threat", '{"at": [1, 1], "kind": "tornado"}')
    assert run(*threat).code == 2
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(folder))
    done = run(*threat)
    assert orjson.loads(done.out)["threats"][0]["speed_mps"] == 30.0, done.err


def test_a_missing_file_is_refused_by_its_name(run: Run) -> None:
    done = run(file="nowhere.geojson")
    assert done.code == 2
    assert "nowhere.geojson" in done.err
