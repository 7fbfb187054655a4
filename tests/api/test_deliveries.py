"""Signed webhooks: what a sensor says is heard once, from whom it is, now, and opens nothing that it may not open."""

import base64
import json
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from geo_server.domain.incidents import IncidentState
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.roles import Role
from geo_server.domain.signatures import SECRET_PREFIX, secret_text, sign
from geo_server.domain.sources import USUALLY, DevicePlace, Source, SourceKind
from geo_server.services.protocols import load_pack
from geo_server.services.sources import add_source, list_sources, revoke_source
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.incidents import find_open_incident, set_incident_state
from tests.api.conftest import until
from tests.api.said import sighting
from tests.campus import Campus, new_id

Client = Callable[[Role | None], httpx.Client]


@dataclass
class Sender:
    """A source of a campus, at its own end: it knows its address and its key."""

    http: httpx.Client
    source: Source
    key: bytes

    @property
    def url(self) -> str:
        return f"/api/sources/{self.source.id}/deliveries"

    def send(
        self,
        said: dict[str, Any] | bytes,
        *,
        delivery: str | None = None,
        at: float | None = None,
        signature: str | None = None,
    ) -> httpx.Response:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        delivery_id, timestamp = delivery or new_id(), str(int(time.time() if at is None else at))
        headers = {
            "webhook-id": delivery_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(self.key, delivery_id, timestamp, body) if signature is None else signature,
        }
        return self.http.post(self.url, content=body, headers=headers)


AddSource = Callable[..., Sender]


@pytest.fixture
def pack(tmp_path_factory: pytest.TempPathFactory) -> ProtocolPack:
    return load_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def adding(client: Client, campus: Campus, database: Database, pack: ProtocolPack) -> AddSource:
    """Adds a source with a button in room 101 and a microphone in the corridor."""

    def add(kind: SourceKind = SourceKind.PANIC_BUTTON, *, opens: bool = False) -> Sender:
        devices = {
            "PB-17": DevicePlace(zone_id=campus.rooms[0].id),
            "MIC-3": DevicePlace(at=(campus.lonlat(15, 1.5)[0], campus.lonlat(15, 1.5)[1])),
            "OLD": DevicePlace(zone_id=uuid4()),
        }
        usual = USUALLY[kind]
        source = Source(uuid4(), f"Main {kind}", kind, usual.kind, usual.confidence, opens, devices)
        return Sender(client(None), source, add_source(database, pack, campus.site, source))

    return add


@pytest.fixture
def commander(client: Client) -> httpx.Client:
    return client(Role.COMMANDER)


def picture(commander: httpx.Client, campus: Campus) -> dict[str, Any]:
    told: dict[str, Any] = commander.get(f"{campus.url}/picture").json()
    return told


def concerns(commander: httpx.Client, campus: Campus) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = commander.get(f"{campus.url}/concerns").json()["concerns"]
    return listed


def test_a_source_that_may_opens_an_incident_at_its_device(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    answer = adding(SourceKind.GUNSHOT, opens=True).send({"device": "MIC-3", "confidence": 0.9})

    assert answer.status_code == 201, answer.text
    assert answer.json()["plan"] == "made"
    seen = picture(commander, campus)
    (one,) = commander.get(f"{campus.url}/sightings").json()["sightings"]
    assert seen["incident"]["kind"] == "armed_assailant"
    assert seen["threats"][0]["zone_id"] == str(campus.corridor.id)
    assert (one["source"], one["confidence"], one["radius_m"]) == ("Main gunshot MIC-3", 0.9, 25.0)


def test_a_source_that_may_not_tells_officers_and_opens_nothing(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    answer = adding(SourceKind.CAMERA).send({"device": "PB-17", "note": "Long object"})

    assert answer.status_code == 201
    assert picture(commander, campus)["incident"] is None
    (concern,) = concerns(commander, campus)
    assert (concern["id"], concern["kind"], concern["source"]) == (
        answer.json()["concern_id"],
        "alarm",
        "Main camera PB-17",
    )
    assert concern["words"] == "Armed assailant: Long object"
    assert concern["at"] is not None


def test_a_source_that_may_not_open_incidents_does_not_undo_an_all_clear_that_is_being_given(
    adding: AddSource, commander: httpx.Client, campus: Campus, database: Database
) -> None:
    opened = commander.post(f"{campus.url}/sightings", json=sighting(campus)).json()["incident_id"]
    camera = adding(SourceKind.CAMERA)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction(campus.site.id) as c:
            set_incident_state(c, UUID(opened), IncidentState.ALL_CLEAR, datetime.now(UTC))
            sent = pool.submit(camera.send, {"device": "PB-17"})
            until(lambda: _waits_for_a_lock(database))
        answer = sent.result()

    assert answer.status_code == 201, answer.text
    assert answer.json()["concern_id"] == concerns(commander, campus)[0]["id"]
    with database.snapshot(campus.site.id) as c:
        assert find_open_incident(c, campus.site.id) is None


def _waits_for_a_lock(database: Database) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with database.snapshot() as c:
        return bool(c.scalar(text(waiting)))


def test_while_something_real_is_open_every_source_adds_to_it_and_goes_on_with_its_own_track(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    commander.post(f"{campus.url}/sightings", json=sighting(campus)).raise_for_status()
    ears = adding(SourceKind.GUNSHOT)
    first, again = (ears.send({"device": "MIC-3"}).json() for _ in range(2))
    other = ears.send({"device": "PB-17"}).json()

    assert first["sighting_id"] != again["sighting_id"]
    assert len(picture(commander, campus)["threats"]) == 3, "the witness's, the microphone's, the button's"
    assert other["incident_id"] == first["incident_id"]


def test_a_button_that_is_pressed_again_after_people_found_out_what_it_is_begins_a_track(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    button = adding(opens=True)
    button.send({"device": "PB-17"}).raise_for_status()
    (pressed,) = picture(commander, campus)["threats"]
    armed = sighting(campus, kind="armed_assailant", exercise=False, threat_id=pressed["id"])
    commander.post(f"{campus.url}/sightings", json=armed).raise_for_status()

    again = button.send({"device": "PB-17"})

    assert again.status_code == 201
    assert {one["kind"] for one in picture(commander, campus)["threats"]} == {"armed_assailant", "unknown"}


def test_during_a_drill_a_source_that_may_not_open_incidents_leaves_the_drill_alone(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    commander.post(f"{campus.url}/sightings", json=sighting(campus, exercise=True)).raise_for_status()
    assert adding().send({"device": "PB-17"}).json()["concern_id"]
    assert picture(commander, campus)["incident"]["exercise"] is True

    assert adding(SourceKind.GUNSHOT, opens=True).send({"device": "MIC-3"}).status_code == 201
    assert picture(commander, campus)["incident"]["exercise"] is False


def test_a_fire_panel_during_a_lockdown_raises_a_conflict_and_the_order_stands(
    adding: AddSource, commander: httpx.Client, campus: Campus
) -> None:
    commander.post(f"{campus.url}/sightings", json=sighting(campus)).raise_for_status()
    order = {"id": new_id(), "action": "lockdown"}
    commander.post(f"{campus.url}/directives", json=order).raise_for_status()

    adding(SourceKind.FIRE_PANEL, opens=True).send({"device": "PB-17"}).raise_for_status()

    seen = picture(commander, campus)
    assert [(one["kind"], one["settled"]) for one in seen["conflicts"]] == [("fire", None)]
    assert seen["directives"][0]["action"] == "lockdown"
    assert seen["incident"]["kind"] == "armed_assailant"


@pytest.mark.parametrize("opens", [True, False])
def test_a_delivery_that_comes_again_changes_nothing_whatever_it_says_by_then(
    adding: AddSource, commander: httpx.Client, campus: Campus, opens: bool
) -> None:
    sender, delivery = adding(opens=opens), new_id()
    first = sender.send({"device": "PB-17"}, delivery=delivery, at=time.time() - 20)
    if not opens:
        commander.post(f"{campus.url}/sightings", json=sighting(campus)).raise_for_status()
    before = picture(commander, campus)["threats"]
    again = sender.send({"device": "PB-17"}, delivery=delivery)
    other = sender.send({"device": "MIC-3"}, delivery=delivery)

    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 200]
    same = ("sighting_id", "incident_id", "concern_id")
    assert [again.json()[key] for key in same] == [first.json()[key] for key in same]
    assert [one["id"] for one in picture(commander, campus)["threats"]] == [one["id"] for one in before]
    assert len(concerns(commander, campus)) == (0 if opens else 1)


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
