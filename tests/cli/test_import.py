"""``geo-server import`` brings in a campus, or says in one line why not."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_server.store.database import Database
from geo_server.store.revisions import list_revisions
from geo_server.store.sites import load_site
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
    assert (done.returncode, done.stdout) == (0, "North campus is at /sites/north\n")
    assert "Reading shed.geojson (1 of 1)" in done.stderr
    with database.snapshot() as c:
        assert [revision.number for revision in list_revisions(c, load_site(c, "north").id)] == [1]


def test_a_mistake_in_the_site_file_is_one_line_on_stderr(import_site: Run, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE.replace("origin", "orign"), encoding="utf-8")
    done = import_site(tmp_path / "site.toml")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("geo-server: error: site.toml: site.ori")
    assert "Traceback" not in done.stderr
