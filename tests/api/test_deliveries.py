"""Signed webhooks: what becomes of what a sensor says. It is heard once, and opens nothing that it may not open."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from geo_server.domain.incidents import IncidentState
from geo_server.domain.roles import Role
from geo_server.domain.sources import SourceKind
from geo_server.store.database import Database
from geo_server.store.incidents import find_open_incident, set_incident_state
from tests.api.conftest import Client, until
from tests.api.said import sighting
from tests.api.senders import AddSource, concerns, picture
from tests.campus import Campus, new_id


@pytest.fixture
def commander(client: Client) -> httpx.Client:
    return client(Role.COMMANDER)


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
