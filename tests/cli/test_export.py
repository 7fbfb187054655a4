"""``geo-server export``: a file appears whole, or not at all with one line that says why."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from geo_server.cli.app import build_app
from geo_server.domain.errors import GeoServerError, InvalidInput, NotFound
from geo_server.store.database import Database
from tests.store.samples import a_floorplan, found, published


@pytest.fixture
def school(database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    """The slug of a published site in the database that the settings name."""
    site, building = found(database)
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
    monkeypatch.setenv("GEO_SERVER_DATABASE_URL", database.url)
    return site.slug


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(), ["export", *words])


def refused(*words: str) -> GeoServerError:
    result = run(*words)
    assert isinstance(result.exception, GeoServerError)
    assert "\n" not in str(result.exception)
    return result.exception


def test_the_floorplan_document_is_written(school: str, tmp_path: Path) -> None:
    to = tmp_path / "school.geojson"
    assert run(school, "--to", str(to)).exit_code == 0
    assert orjson.loads(to.read_bytes())["type"] == "FeatureCollection"
    assert list(tmp_path.iterdir()) == [to], "nothing else is left behind"


def test_the_page_is_written_over_an_older_one(school: str, tmp_path: Path) -> None:
    to = tmp_path / "school.html"
    to.write_text("old")
    assert run(school, "--format", "html", "--to", str(to)).exit_code == 0
    assert to.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_standard_output_takes_the_document_alone(school: str) -> None:
    result = run(school, "--to", "-")
    assert orjson.loads(result.stdout)["type"] == "FeatureCollection"


def test_an_unknown_site_is_refused_and_nothing_is_written(school: str, tmp_path: Path) -> None:
    to = tmp_path / "x.geojson"
    assert isinstance(refused(f"{school}-not", "--to", str(to)), NotFound)
    assert not to.exists()


@pytest.mark.parametrize("target", ["", "missing/school.html"])
def test_a_target_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, target: str) -> None:
    fault = refused("school", "--to", str(tmp_path / target))
    assert isinstance(fault, InvalidInput)
    assert fault.where == "--to"
