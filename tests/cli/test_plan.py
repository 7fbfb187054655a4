"""``geo-server plan`` answers scripts: one JSON object, or one line that says what is wrong and exit code 2."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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


def test_a_closure_and_a_profile_change_the_plan(run: Run) -> None:
    shut = run("--closure", str(uid("d1")), "--profile", "child", "--reaction-s", "0")
    made = orjson.loads(shut.out)
    assert {zone["zone_id"]: zone["status"] for zone in made["zones"]}[str(uid("101"))] == "unreachable"
    assert made["assumptions"]["profile"]["name"] == "child"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--threat", "{"], "not JSON"),
        (["--threat", '{"x": 1}'], "needs at"),
        (["--threat", '{"at": [1, 1], "colour": "red"}'], "colour"),
        (["--threat", '{"at": [1, 1], "ordinal": 9}'], "no level 9"),
        (["--threat", '{"at": [1, 1], "building": "Annex"}'], "Annex"),
        (["--threat", '{"at": [1e7, 1]}'], "nearest zone"),
        (["--threat", '{"at": [1, "b"]}'], "not a number"),
        (["--threat", '{"at": [1, 1], "seen_s_ago": -5}'], "seen_s_ago"),
        (["--profile", "pilot"], "pilot"),
        (["--closure", "front door"], "not an id"),
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


def test_a_missing_file_is_refused_by_its_name(run: Run) -> None:
    done = run(file="nowhere.geojson")
    assert done.code == 2
    assert "nowhere.geojson" in done.err
