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
    assert run(school, "--to", str(to)).exit_code == 0
    assert to.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_standard_output_takes_the_document_alone(school: str) -> None:
    result = run(school, "--to", "-")
    assert orjson.loads(result.stdout)["type"] == "FeatureCollection"


@pytest.mark.parametrize(
    ("name", "words", "start"),
    [
        ("school.HTM", (), "<!DOCTYPE html>"),
        ("school.json", (), "{"),
        ("school.backup", (), "{"),
        ("school.backup", ("--format", "html"), "<!DOCTYPE html>"),
        ("school.html", ("--with-plan",), "<!DOCTYPE html>"),
        ("school.graphml", (), "<?xml"),
        ("school.backup", ("--format", "graphml"), "<?xml"),
        ("school.json", ("--format", "node-link"), '{"directed":true,"multigraph":true'),
    ],
)
def test_the_ending_says_what_is_written_where_nothing_else_does(
    school: str, tmp_path: Path, name: str, words: tuple[str, ...], start: str
) -> None:
    assert run(school, "--to", str(tmp_path / name), *words).exit_code == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize(
    ("name", "words", "where"),
    [
        ("school.html", ("--format", "geojson"), "--format"),
        ("school.geojson", ("--format", "html"), "--format"),
        ("school.graphml", ("--format", "node-link"), "--format"),
        ("school.geojson", ("--with-plan",), "--with-plan"),
        ("-", ("--with-plan",), "--with-plan"),
    ],
)
def test_words_that_contradict_one_another_are_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: tuple[str, ...], where: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused("school", "--to", name, *words).where == where
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_site_is_refused_and_nothing_is_written(school: str, tmp_path: Path) -> None:
    to = tmp_path / "x.geojson"
    assert isinstance(refused(f"{school}-not", "--to", str(to)), NotFound)
    assert not to.exists()


@pytest.mark.parametrize("target", ["", "missing/school.html"])
def test_a_target_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, target: str) -> None:
    fault = refused("school", "--to", str(tmp_path / target))
    assert isinstance(fault, InvalidInput)
    assert fault.where == "--to"
