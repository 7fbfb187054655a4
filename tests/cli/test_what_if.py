"""``geo-server what-if`` answers people in sentences and scripts in JSON."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from geo_server.cli import main
from geo_server.domain.frame import DrawingFrame
from geo_server.export.geojson import floorplan_document
from tests.export.floorplans import school, uid

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    (tmp_path / "drawn.geojson").write_bytes(orjson.dumps(floorplan_document(school(DrawingFrame()))))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(tmp_path / "data"))

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["geo-server", "what-if", "drawn.geojson", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    handler = signal.getsignal(signal.SIGTERM)
    yield call
    signal.signal(signal.SIGTERM, handler)


def test_people_read_sentences_and_scripts_the_same_in_json(run: Run) -> None:
    code, out, err = run("--closure", str(uid("d1")))
    assert (code, err) == (0, "")
    assert "lost the way out there usually is" in out
    document = orjson.loads(run("--closure", str(uid("d1")), "--json")[1])
    assert out.splitlines() == document["words"]
    assert document["zones"][0]["status"] == "unreachable"


def test_a_supposed_threat_changes_statuses(run: Run) -> None:
    _, out, _ = run("--threat", '{"at": [1, 1], "speed_mps": 5}', "--json")
    assert "no_guaranteed_route" in {zone["status"] for zone in orjson.loads(out)["zones"]}


def test_people_are_counted_where_that_is_asked_for(run: Run) -> None:
    _, out, _ = run("--people", f'{{"{uid("101")}": 24}}')
    assert "24 people: the last is out after" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--closure", "front door"], "not an id"),
        (["--closure", "00000000-0000-0000-0000-000000000001"], "cannot be closed"),
        (["--profile", "pilot"], "pilot"),
        (["--threat", "{"], "not JSON"),
    ],
)
def test_what_cannot_be_supposed_is_one_line_and_exit_code_2(run: Run, words: list[str], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
