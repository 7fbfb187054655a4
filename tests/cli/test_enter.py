"""``geo-server enter`` answers people in sentences and scripts in JSON."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from geo_server.cli import main
from geo_server.domain.frame import DrawingFrame
from geo_server.export.geojson import floorplan_document
from tests.export.floorplans import DRESDEN, school, uid

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    (tmp_path / "drawn.geojson").write_bytes(orjson.dumps(floorplan_document(school(DrawingFrame()))))
    (tmp_path / "placed.geojson").write_bytes(orjson.dumps(floorplan_document(school(DRESDEN))))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(tmp_path / "data"))

    def call(*words: str, file: str = "drawn.geojson") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["geo-server", "enter", file, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    handler = signal.getsignal(signal.SIGTERM)
    yield call
    signal.signal(signal.SIGTERM, handler)


def test_people_read_one_sentence_a_door_and_scripts_the_same_in_json(run: Run) -> None:
    code, out, err = run("101", "--from", "30,-10")
    assert (code, err) == (0, "")
    document = orjson.loads(run("101", "--from", "30,-10", "--json")[1])
    assert out.splitlines() == [entry["radio"] for entry in document["entries"]]
    assert document["entries"][0]["outside_m"] > 0
    assert document["zone_id"] == str(uid("101"))
    assert "m outside and" in out


def test_the_side_is_said_where_the_document_is_on_the_ground(run: Run) -> None:
    document = orjson.loads(run("101", "--json", file="placed.geojson")[1])
    assert all(entry["side"] for entry in document["entries"])
    assert document["entries"][0]["outside"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Aula"], "No zone of the floorplan is called 'Aula'"),
        (["101", "--from", "here"], "is no place"),
        (["101", "--from", "nan,1"], "is no place"),
        (["101", "--from", "8,5"], "inside a building"),
        (["101", "--mode", "charge"], "charge"),
        (["101", "--threat", "{"], "not JSON"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(run: Run, words: list[str], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
