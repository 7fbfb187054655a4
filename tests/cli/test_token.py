"""``geo-server token``."""

import contextlib
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from geo_server.cli.address import noted
from geo_server.cli.app import build_app
from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.roles import Role
from geo_server.services.access import authenticate, sign_in
from geo_server.settings import load_settings
from geo_server.store.database import Database
from tests.campus import Campus, build_campus


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


@pytest.mark.parametrize("alive", [True, False])
def test_a_link_names_the_address_of_the_server_that_runs(
    campus: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alive: bool
) -> None:
    monkeypatch.delenv("GEO_SERVER_PUBLIC_URL")
    settings = load_settings()
    with noted(settings, "http://127.0.0.1:8155") if alive else contextlib.nullcontext():
        link = _run(campus.site.slug, "--role", "staff")
    assert link.startswith("http://127.0.0.1:8155/" if alive else f"http://{settings.host}:{settings.port}/")
    assert not (tmp_path / "address.json").exists()


def test_an_address_left_behind_by_a_killed_server_is_not_named(
    campus: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEO_SERVER_PUBLIC_URL")
    gone = subprocess.Popen(["true"])
    gone.wait()
    for note in (f'{{"address": "http://127.0.0.1:1", "pid": {gone.pid}}}', "garbage", "[]"):
        (tmp_path / "address.json").write_text(note)
        assert ":1/" not in _run(campus.site.slug, "--role", "staff")
