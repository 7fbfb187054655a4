"""``geo-server source``."""

import base64
import json
import time
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from geo_server.cli.app import build_app
from geo_server.domain.errors import Conflict, InvalidInput, NotFound
from geo_server.domain.signatures import Delivery, sign
from geo_server.services.sources import open_delivery
from geo_server.store.database import Database
from tests.campus import Campus, build_campus


@pytest.fixture
def campus(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campus:
    """A campus in the database that the settings name."""
    monkeypatch.setenv("GEO_SERVER_DATABASE_URL", database.url)
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(tmp_path))
    return build_campus(database)


def _run(*arguments: str) -> str:
    return CliRunner().invoke(build_app(), ["source", *arguments], catch_exceptions=False).output.strip()


def _add(campus: Campus, *more: str) -> str:
    return _run("add", campus.site.slug, "--name", "Buttons", "--kind", "panic_button", *more)


def test_what_is_printed_is_where_to_deliver_and_what_to_sign_with(
    campus: Campus, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "buttons.json"
    file.write_text(json.dumps({"PB-17": {"zone_id": str(campus.rooms[0].id)}}))
    path, secret = _add(campus, "--devices", str(file), "--opens-incidents", "--confidence", "0.7").splitlines()

    key, now = base64.b64decode(secret.removeprefix("whsec_")), str(int(time.time()))
    delivery = Delivery("one", now, sign(key, "one", now, b"{}"), b"{}")
    site, source = open_delivery(database, UUID(path.split("/")[3]), delivery)
    assert site.slug == campus.site.slug
    assert (source.name, source.opens_incidents, source.confidence) == ("Buttons", True, 0.7)
    assert source.place_of("PB-17").zone_id == campus.rooms[0].id


def test_sources_are_listed_without_their_secrets_and_revoked_by_name(campus: Campus) -> None:
    secret = _add(campus).splitlines()[1]
    listed = _run("list", campus.site.slug)
    assert listed.startswith("Buttons\tpanic_button\tunknown\t0\ttells\t")
    assert secret not in listed
    with pytest.raises(Conflict, match="Buttons"):
        _add(campus)
    _run("revoke", campus.site.slug, "Buttons")
    assert _run("list", campus.site.slug) == "The site has no source."
    with pytest.raises(NotFound, match="Buttons"):
        _run("revoke", campus.site.slug, "Buttons")


@pytest.mark.parametrize(
    "said", ["[]", "{", '{"A": {}}', '{"A": {"at": [200, 0]}}', '{"A": {"zone_id": "x"}}', '{"": {"at": [0, 0]}}']
)
def test_devices_that_cannot_be_are_refused_with_what_is_wrong(campus: Campus, tmp_path: Path, said: str) -> None:
    file = tmp_path / "devices.json"
    file.write_text(said)
    with pytest.raises(InvalidInput, match="zone_id") as refused:
        _add(campus, "--devices", str(file))
    assert refused.value.where == str(file)
    assert _run("list", campus.site.slug) == "The site has no source."


def test_a_kind_that_the_protocol_pack_does_not_have_and_an_unknown_site_are_refused(campus: Campus) -> None:
    with pytest.raises(InvalidInput, match="dragon"):
        _add(campus, "--reports", "dragon")
    with pytest.raises(NotFound, match="nowhere"):
        _run("add", "nowhere", "--name", "Ears", "--kind", "gunshot")
    with pytest.raises(InvalidInput, match="name"):
        _run("add", campus.site.slug, "--name", " ", "--kind", "gunshot")
