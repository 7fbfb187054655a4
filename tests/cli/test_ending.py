"""A command ends with a documented exit code, and with one line when it was not done."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from geo_server.cli.app import COMMANDS
from geo_server.cli.ending import EXIT_CODES, exit_code

ROOT = Path(__file__).parents[2]
MAIN = "from geo_server.cli import main; main()"
NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"
PLAN = ROOT / "data/floorplans/tud_apb.geojson"


def run(
    *words: str | bytes, env: Mapping[str, str] | None = None, code: str = MAIN, **more: Any
) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, without settings of the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GEO_SERVER_")}
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **more}
    return subprocess.run(
        [sys.executable, "-c", code, *words], text=True, check=False, timeout=120, env={**clean, **(env or {})}, **given
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done
    assert re.fullmatch(r"geo-server: error: [^\n]+\n", done.stderr), done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing command. See geo-server --help."),
        (["inspct"], "'inspct'. Did you mean 'inspect'?"),
        (["--verson"], "No such option: --verson"),
        (["inspect"], "inspect: Missing argument 'FILE...'. See geo-server inspect --help."),
        (["migrate", "a"], "unexpected extra argument"),
        (["plan", "a", "--threat"], "'--threat' requires an argument"),
        (["up", "--port", "99999"], "'--port'"),
        (["token", "a", "--role", "king"], "'king' is not one of"),
        (["export", "a", "--to", "b", "--format", "xml"], "'xml' is not one of"),
        (["import"], "Missing argument"),
    ],
)
def test_wrong_words_are_refused_in_one_line_that_says_where_the_right_ones_stand(words: list[str], said: str) -> None:
    assert said in refused(run(*words))


@pytest.mark.parametrize("command", ["up", "doctor"])
def test_a_setting_that_cannot_be_is_refused_before_anything_is_done(command: str) -> None:
    said = refused(run(command, env={"GEO_SERVER_PUBLIC_URL": "map.example.org"}))
    assert "GEO_SERVER_PUBLIC_URL: Give http:// or https://" in said


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_protocol_pack_that_cannot_be_read_is_refused_before_anything_is_begun(tmp_path: Path, command: str) -> None:
    (tmp_path / "protocols.toml").write_text("name = ")
    said = refused(run(command, "--port", "0", env={"GEO_SERVER_DATA_DIR": str(tmp_path)}))
    assert str(tmp_path / "protocols.toml") in said
    assert [path.name for path in tmp_path.iterdir()] == ["protocols.toml"], "no database was made"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = run(command, "--help", env={"COLUMNS": "40", "TERM": "dumb"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: geo-server {command}")
    assert max(map(len, done.stdout.splitlines())) <= 60, "a narrow terminal is respected, but for long values"


@pytest.mark.parametrize(
    "words", [["inspect", str(PLAN)], ["up", "--help"], ["serve", "--help"], ["migrate", "--help"]]
)
def test_a_command_after_the_end_of_options_is_the_command(words: list[str]) -> None:
    plain, after = run(*words), run("--", *words)
    assert plain.stdout
    assert (after.returncode, after.stdout, after.stderr) == (0, plain.stdout, plain.stderr)


@pytest.mark.parametrize("command", ["migrate", "serve", "up"])
def test_a_command_of_the_server_after_the_end_of_options_never_ends_well_without_doing_anything(
    command: str,
) -> None:
    done = run("--", command, env={"GEO_SERVER_DATABASE_URL": NOBODY})
    assert done.returncode == 2
    assert "The database cannot be reached" in done.stderr


HEAVY = {"sqlalchemy", "psycopg", "shapely", "scipy", "ezdxf", "fastapi"}
"""Libraries that take a good part of a second each."""


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["--help"], set()),
        (["--version"], set()),
        (["inspct"], set()),
        (["inspect", str(PLAN)], {"shapely"}),
        (["plan", "--help"], {"shapely", "scipy"}),
        (["token", "--help"], {"shapely", "sqlalchemy", "psycopg"}),
    ],
)
def test_a_command_loads_the_libraries_that_it_needs_and_no_others(words: list[str], needed: set[str]) -> None:
    telling = (
        f"import atexit, sys; atexit.register(lambda: print('loaded', *({HEAVY} & {{*sys.modules}}), file=sys.stderr))"
    )
    done = run(*words, code=f"{telling}\n{MAIN}")
    assert set(done.stderr.splitlines()[-1].split()) == {"loaded", *needed}


def test_the_commands_are_listed_each_with_what_it_does_in_a_line() -> None:
    listed = run("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") and len(line.split()) > 3 for line in listed)


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"geo-server \d+\.\d+\.\d+\S*\n", run("--version").stdout)


SAYING = [["inspect", str(PLAN)], ["inspect", "--help"], ["--version"]]


@pytest.mark.parametrize("words", SAYING)
def test_a_reader_that_goes_away_ends_a_command_quietly(words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = run(*words, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("words", SAYING)
def test_a_full_disk_under_the_output_is_one_line(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        assert "No space left" in refused(run(*words, stdout=full))


@pytest.mark.parametrize("words", SAYING)
def test_a_closed_output_is_one_line(words: list[str]) -> None:
    refused(run(*words, code=f"import os; os.close(1); {MAIN}"))


def test_a_command_that_was_started_without_streams_ends_with_its_code() -> None:
    none = f"import sys; sys.stdin = sys.stdout = sys.stderr = None; {MAIN}"
    assert run("inspect", str(PLAN), code=none).returncode == 2
    assert run("inspect", "missing.dxf", code=none).returncode == 2


@pytest.mark.parametrize(
    "variables", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"TERM": "dumb", "COLUMNS": "40"}]
)
def test_the_output_is_utf_8_whatever_the_locale(variables: dict[str, str]) -> None:
    done = run("inspect", str(PLAN), env=variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "m²" in done.stdout


def test_a_file_name_that_is_no_text_is_no_fault(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/plan-\xff.dxf"
    assert "plan-\ufffd.dxf: There is no such file" in refused(run("inspect", path))
    Path(os.fsdecode(path)).write_bytes(PLAN.read_bytes())
    done = run("inspect", path, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"file": "plan-\ufffd.dxf"' in done.stdout


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert exit_code(interrupted) == 130
    assert capsys.readouterr() == ("", "")


def test_a_bug_is_one_line_that_names_the_file_with_its_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise KeyError("zone")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert exit_code(broken) == 1
    said = capsys.readouterr().err
    (kept,) = tmp_path.iterdir()
    assert said == (
        "geo-server: error: A fault of this program, KeyError. "
        f"Please report it with {kept}, which holds its traceback.\n"
    )
    assert "in broken" in kept.read_text(encoding="utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert exit_code(broken) == 1
    assert "set TMPDIR" in capsys.readouterr().err


def test_every_exit_code_is_documented() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in page
