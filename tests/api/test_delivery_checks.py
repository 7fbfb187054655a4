"""Signed webhooks: which deliveries are taken. From whom it is, now, and something that can be; what cannot be is told to officers."""

import base64
import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from geo_server.domain.roles import Role
from geo_server.domain.signatures import SECRET_PREFIX, secret_text, sign
from geo_server.services.sources import list_sources, revoke_source
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.senders import AddSource, concerns, picture
from tests.campus import Campus, new_id


@pytest.fixture
def commander(client: Client) -> httpx.Client:
    return client(Role.COMMANDER)


def test_wrong_signatures_stale_clocks_and_strangers_are_turned_away_alike_and_leave_no_trace(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    sender, said = adding(opens=True), {"device": "PB-17"}
    signed = sign(sender.key, "x", str(int(time.time())), b"{}")
    wrong = {
        "another key": replace(sender, key=bytes(32)).send(said),
        "another body": sender.send(said, signature=signed),
        "another version": sender.send(said, signature=signed.replace("v1", "v2")),
        "no signature": sender.send(said, signature="v1,"),
        "no Base64": sender.send(said, signature="v1,%%%"),
        "another source": replace(sender, source=replace(sender.source, id=uuid4())).send(said),
    }
    stale = {
        "old": sender.send(said, at=time.time() - 301),
        "ahead": sender.send(said, at=time.time() + 310),
    }

    assert {kind: answer.status_code for kind, answer in {**wrong, **stale}.items()} == dict.fromkeys(
        [*wrong, *stale], 401
    )
    assert {answer.json()["detail"] for answer in wrong.values()} == {"No source has signed this delivery."}
    assert "s old" in stale["old"].json()["detail"]
    assert "s ahead" in stale["ahead"].json()["detail"]
    assert picture(commander, campus)["incident"] is None
    assert concerns(commander, campus) == []


def test_within_five_minutes_a_clock_may_be_off(adding: AddSource) -> None:
    sender = adding()
    assert [sender.send({"device": "PB-17"}, at=time.time() + off).status_code for off in (-290, 290)] == [201, 201]


def test_of_several_signatures_one_has_to_be_right(adding: AddSource) -> None:
    sender, delivery, at = adding(), new_id(), str(int(time.time()))
    good = sign(sender.key, delivery, at, b'{"device": "PB-17"}')
    both = f"v1,{base64.b64encode(bytes(32)).decode()} {good}"
    answer = sender.send(b'{"device": "PB-17"}', delivery=delivery, at=float(at), signature=both)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("said", "where", "words"),
    [
        ({"device": "PB-99"}, "device", "has no device 'PB-99'"),
        ({"device": "OLD"}, "device", "has no zone"),
        ({}, "device", "does not say where"),
        ({"at": [13.7, 51.0]}, "body", "go together"),
        ({"at": [0.0, 0.0], "ordinal": 0}, "at", "km from the site"),
        ({"at": [13.7, 51.0], "ordinal": 9}, "ordinal", "no level 9"),
        ({"device": "PB-17", "confidence": 2}, "body.confidence", ""),
        ({"device": "PB-17", "extra": 1}, "body.extra", ""),
    ],
)
@pytest.mark.parametrize("opens", [True, False])
def test_what_is_signed_and_cannot_be_is_told_to_officers_and_of_a_test_refused_by_name(
    adding: AddSource,
    commander: httpx.Client,
    campus: Campus,
    said: dict[str, Any],
    where: str,
    words: str,
    *,
    opens: bool,
) -> None:
    sender, delivery = adding(opens=opens), new_id()

    test = sender.send({**said, "test": True})
    assert (test.status_code, test.json()["where"]) == (422, where)
    assert words in test.json()["detail"]
    assert concerns(commander, campus) == []

    first, again = (sender.send(said, delivery=delivery) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["refusal"]["where"] == where
    assert (first.json()["sighting_id"], first.json()["plan"]) == (None, None)
    [concern] = concerns(commander, campus)
    assert concern["id"] == first.json()["concern_id"] == again.json()["concern_id"]
    assert (concern["kind"], concern["at"], concern["source"]) == ("alarm", None, sender.source.name)
    assert words in concern["place"]
    assert picture(commander, campus)["incident"] is None


@pytest.mark.parametrize("body", [b"not json", b"\xff\xfe", b"[]", b'{"test": 7}'])
def test_what_is_signed_and_is_nothing_that_a_system_reports_is_refused(
    adding: AddSource, commander: httpx.Client, campus: Campus, body: bytes
) -> None:
    answer = adding(opens=True).send(body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["where"].startswith("body")
    assert concerns(commander, campus) == []


def test_a_delivery_that_is_too_large_is_not_even_read(adding: AddSource) -> None:
    assert adding().send(b" " * (256 * 1024 + 1)).status_code == 413


def test_a_test_checks_everything_and_records_nothing(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    sender = adding(opens=True)
    good, bad = sender.send({"device": "PB-17", "test": True}), sender.send({"device": "PB-99", "test": True})
    assert (good.status_code, good.json()["test"], bad.status_code) == (200, True, 422)
    assert picture(commander, campus)["incident"] is None
    assert concerns(commander, campus) == []


def test_a_source_that_is_revoked_is_a_stranger_and_its_name_is_free(
    adding: AddSource, database: Database, campus: Campus
) -> None:
    sender = adding()
    revoke_source(database, campus.site, sender.source.name)
    assert sender.send({"device": "PB-17"}).status_code == 401
    assert adding().send({"device": "PB-17"}).status_code == 201
    assert [one.name for one in list_sources(database, campus.site)] == [sender.source.name]
    with database.snapshot() as c:
        actions = c.scalars(
            text("SELECT action FROM audit WHERE site_id = :site AND action LIKE 'source%' ORDER BY seq"),
            {"site": campus.site.id},
        ).all()
        assert verify_audit(c, campus.site.id) is None
    assert actions == ["source_added", "source_revoked", "source_added"]


def test_the_worked_example_of_the_documentation_is_taken(adding: AddSource, address: str) -> None:
    """With the same shell, openssl and curl that an installer has."""
    page = (Path(__file__).parents[2] / "docs" / "formats" / "webhooks.md").read_text()
    example = next(part.partition("```")[0] for part in page.split("```sh\n") if part.startswith("secret="))
    sender = adding()
    lines = example.splitlines()
    lines[0] = f"secret={secret_text(sender.key)}"
    lines[1] = f"url={address}{sender.url}"
    done = subprocess.run(["bash", "-ec", "\n".join(lines)], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["concern_id"], done.stdout
    assert secret_text(sender.key).startswith(SECRET_PREFIX)
