"""``geo-server phone``."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from geo_server.cli.app import build_app
from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.services.phones import hash_number
from geo_server.store.database import Database
from geo_server.store.texts import find_person_by_phone
from tests.campus import Campus, build_campus

NUMBER = "+1 555 010 0199"


@pytest.fixture
def campus(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campus:
    """A campus in the database that the settings name."""
    monkeypatch.setenv("GEO_SERVER_DATABASE_URL", database.url)
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(tmp_path))
    return build_campus(database)


def _run(*arguments: str) -> str:
    return CliRunner().invoke(build_app(), ["phone", *arguments], catch_exceptions=False).output.strip()


def _whose(database: Database, campus: Campus, number: str) -> str | None:
    with database.snapshot(campus.site.id) as c:
        found = find_person_by_phone(c, campus.site.id, hash_number(campus.site.id, number))
    return found and found[1]


def test_a_number_is_known_until_it_is_forgotten_or_another_takes_it(campus: Campus, database: Database) -> None:
    slug = campus.site.slug
    assert _run(slug, "--name", "Pat staff", "--number", NUMBER) == f"The number of Pat staff is known on {slug}."
    assert _whose(database, campus, "0015550100199") == "Pat staff"

    _run(slug, "--name", "Pat viewer", "--number", "+1(555)010-0199")
    assert _whose(database, campus, NUMBER) == "Pat viewer"

    assert _run(slug, "--name", "Pat viewer", "--remove") == f"The number of Pat viewer is forgotten on {slug}."
    assert _whose(database, campus, NUMBER) is None


@pytest.mark.parametrize("number", ["555 0199", "+1", "+0155501001", "+1555010019912345", "+1555x0100199", ""])
def test_what_is_no_number_is_refused(campus: Campus, number: str) -> None:
    with pytest.raises(InvalidInput, match="no telephone number"):
        _run(campus.site.slug, "--name", "Pat staff", "--number", number)


def test_a_person_who_is_not_there_or_has_no_number_is_refused(campus: Campus) -> None:
    with pytest.raises(NotFound, match="Nobody called"):
        _run(campus.site.slug, "--name", "Nobody", "--number", NUMBER)
    with pytest.raises(NotFound, match="No number"):
        _run(campus.site.slug, "--name", "Pat staff", "--remove")


@pytest.mark.parametrize("options", [[], ["--number", NUMBER, "--remove"]])
def test_a_number_or_its_removal_has_to_be_said(campus: Campus, options: list[str]) -> None:
    with pytest.raises(InvalidInput, match="Neither"):
        _run(campus.site.slug, "--name", "Pat staff", *options)
