"""``geo-server import`` brings in a campus, or says in one line why not."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_server.store.database import Database
from geo_server.store.revisions import list_revisions
from geo_server.store.sites import load_site
from tests.cli.conftest import Start
from tests.services.buildings import shed

Run = Callable[[Path], subprocess.CompletedProcess[str]]

SITE = """
[site]
name = "North campus"
slug = "north"
origin = [10, 50]
[[buildings]]
name = "Shed"
publish = true
levels = [{ file = "shed.geojson" }]
"""


@pytest.fixture
def import_site(database: Database) -> Run:
    """Runs the command on the test's own database."""

    def run(site_file: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from geo_server.cli import main; main()", "import", str(site_file)]
        environment = os.environ | {"GEO_SERVER_DATABASE_URL": database.url}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)

    return run


def test_a_campus_is_brought_in_and_its_address_is_told(import_site: Run, database: Database, tmp_path: Path) -> None:
    (tmp_path / "shed.geojson").write_bytes(shed(leads_out=True).data)
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    done = import_site(tmp_path / "site.toml")
    assert done.returncode == 0, done.stderr
    at, let_in = done.stdout.splitlines()
    assert at == "North campus is at /sites/north"
    assert let_in == "To let somebody in: geo-server token north --role admin"
    assert "Reading shed.geojson (1 of 1)" in done.stderr
    with database.snapshot() as c:
        assert [revision.number for revision in list_revisions(c, load_site(c, "north").id)] == [1]


def test_a_mistake_in_the_site_file_is_one_line_on_stderr(import_site: Run, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE.replace("origin", "orign"), encoding="utf-8")
    done = import_site(tmp_path / "site.toml")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("geo-server: error: site.toml: site.ori")
    assert "Traceback" not in done.stderr


def test_a_site_file_that_is_not_there_is_refused_before_a_database_is_started(start: Start, data_dir: Path) -> None:
    missing = start("import", "nowhere.toml")
    assert missing.end() == 2
    assert missing.said == "geo-server: error: There is no file nowhere.toml. Give the path of a site file.\n"
    assert list(data_dir.iterdir()) == []


def test_the_command_that_lets_somebody_in_is_right_as_it_stands(start: Start, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "shed.geojson").write_bytes(shed(leads_out=True).data)
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    own = data_dir / "its own"
    came_in = start("import", str(tmp_path / "site.toml"), "--data-dir", str(own))
    command = came_in.until(r"To let somebody in: geo-server (.+)\n")[1]
    assert came_in.end() == 0
    letting_in = start(*shlex.split(command))
    letting_in.until(r"/sign-in\?token=\S+")
    assert letting_in.end() == 0


def test_whoever_watches_sees_a_bar_and_scripts_see_lines(database: Database, tmp_path: Path) -> None:
    (tmp_path / "shed.geojson").write_bytes(shed(leads_out=True).data)
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    command = [sys.executable, "-c", "from geo_server.cli import main; main()", "import", str(tmp_path / "site.toml")]
    environment = os.environ | {"GEO_SERVER_DATABASE_URL": database.url, "TERM": "xterm-256color", "COLUMNS": "100"}
    watched, piped = (
        subprocess.run(command, env=environment | more, capture_output=True, text=True, check=True).stderr
        for more in ({"FORCE_COLOR": "1"}, {})
    )
    assert "✓ Reading shed.geojson (1 of 1)" in watched
    assert re.search(r"━+.*\b\d+%", watched)
    assert "95%" in watched, "when it is written"
    assert "Reading shed.geojson (1 of 1)" in piped.splitlines()
    assert "━" not in piped
