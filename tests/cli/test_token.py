"""``geo-server token``."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from geo_server.cli.address import find_address, noted
from geo_server.cli.app import build_app
from geo_server.domain.errors import DatabaseUnavailable, InvalidInput, NotFound
from geo_server.domain.roles import Role
from geo_server.services.access import authenticate, sign_in
from geo_server.settings import load_settings
from geo_server.store.database import Database
from tests.campus import Campus, build_campus
from tests.conftest import MakeDatabase


@pytest.fixture
def campus(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campus:
    """A campus in the database that the settings name."""
    monkeypatch.setenv("GEO_SERVER_DATABASE_URL", database.url)
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GEO_SERVER_PUBLIC_URL", "https://map.example.org")
    return build_campus(database)


def _run(*arguments: str) -> str:
    return CliRunner().invoke(build_app(), ["token", *arguments], catch_exceptions=False).output.strip()


def test_a_link_is_printed_that_signs_that_person_in(campus: Campus, database: Database) -> None:
    link = _run(campus.site.slug, "--role", "staff", "--name", "Kim Lee")

    assert link.startswith("https://map.example.org/sign-in?token=")
    principal = sign_in(database, parse_qs(urlsplit(link).query)["token"][0]).principal
    assert (principal.name, dict(principal.roles)) == ("Kim Lee", {campus.site.id: Role.STAFF})


def test_an_api_token_is_printed_that_works_at_once(campus: Campus, database: Database) -> None:
    secret = _run(campus.site.slug, "--role", "responder", "--kind", "api")

    assert authenticate(database, secret).roles[campus.site.id] is Role.RESPONDER


def test_an_unknown_site_and_an_empty_name_are_refused(campus: Campus) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        _run("nowhere", "--role", "staff")
    with pytest.raises(InvalidInput, match="name"):
        _run(campus.site.slug, "--role", "staff", "--name", " ")


def test_a_link_names_the_address_of_the_server_that_runs(
    campus: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEO_SERVER_PUBLIC_URL")
    elsewhere = tmp_path / "elsewhere"
    with noted(load_settings(data_dir=elsewhere), "http://127.0.0.1:8155"):
        link = _run(campus.site.slug, "--role", "staff", "--data-dir", str(elsewhere))
    assert link.startswith("http://127.0.0.1:8155/sign-in?")


def test_without_a_running_server_a_link_names_the_address_of_the_settings_and_says_so(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GEO_SERVER_PUBLIC_URL")
    monkeypatch.setenv("GEO_SERVER_HOST", "::")
    monkeypatch.setenv("GEO_SERVER_PORT", "8081")
    with noted(load_settings(), "http://127.0.0.1:1"):
        pass  # The note stays behind, as after a kill.
    assert (tmp_path / "address").read_text() == "http://127.0.0.1:1"
    done = CliRunner().invoke(build_app(), ["token", campus.site.slug, "--role", "staff"], catch_exceptions=False)
    assert done.stdout.startswith("http://[::1]:8081/sign-in?")
    assert (
        done.stderr == f"No server runs from {tmp_path}. The link names http://[::1]:8081, as the settings have it.\n"
    )


def test_of_several_servers_on_a_folder_the_first_is_named(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    with noted(settings, "http://127.0.0.1:1"), noted(settings, "http://127.0.0.1:2"):
        assert find_address(settings) == "http://127.0.0.1:1"
    assert find_address(settings) is None


def test_a_database_without_tables_is_named_with_what_to_do(
    make_database: MakeDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEO_SERVER_DATABASE_URL", make_database("geo_server"))
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(tmp_path))
    with pytest.raises(DatabaseUnavailable, match="migrations"):
        _run("north", "--role", "staff")
