"""A sighting is taken back, over HTTP: history stays, the threat goes where the others put it, and all are told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from geo_server.domain.events import EventKind
from geo_server.domain.roles import Role
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.events import list_events
from tests.api.conftest import Client
from tests.api.said import Said, sighting
from tests.campus import Campus, new_id

WHY = {"reason": "It was a broom."}


def report(client: httpx.Client, campus: Campus, **changed: object) -> Said:
    said: Said = client.post(f"{campus.url}/sightings", json=sighting(campus, **changed)).json()
    return said


def retract(client: httpx.Client, campus: Campus, sighting_id: str) -> httpx.Response:
    return client.post(f"{campus.url}/sightings/{sighting_id}/retraction", json=WHY)


def test_a_threat_whose_only_sighting_is_retracted_is_withdrawn_from_picture_and_plan(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    seen = report(staff, campus)

    answer = retract(staff, campus, seen["sighting_id"])

    assert (answer.status_code, answer.json()["plan"]) == (201, "made")
    picture = responder.get(f"{campus.url}/picture").json()
    assert (picture["threats"], picture["incident"]["state"]) == ([], "open"), "only a person ends an incident"
    assert responder.get(f"{campus.url}/plan").json()["threats"] == []


def test_what_was_retracted_is_kept_with_its_reason_and_who_may_see_it(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    seen = report(staff, campus)
    retract(staff, campus, seen["sighting_id"])

    [own] = staff.get(f"{campus.url}/sightings").json()["sightings"]
    [other] = responder.get(f"{campus.url}/sightings").json()["sightings"]

    assert (own["id"], own["retracted"]["reason"]) == (seen["sighting_id"], WHY["reason"])
    assert (own["own"], other["own"]) == (True, False)
    assert "reported_by" not in other


def test_a_threat_goes_back_to_where_the_sighting_before_put_it(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    earlier = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    first = report(staff, campus, kind="intruder", seen_at=earlier, radius_m=2)
    last = report(staff, campus, at=campus.lonlat(25, 7), threat_id=first["threat_id"])

    retract(staff, campus, last["sighting_id"])

    [threat] = staff.get(f"{campus.url}/picture").json()["threats"]
    assert threat["at"] == pytest.approx(campus.lonlat(2, 1.5), abs=1e-6)
    assert (threat["kind"], threat["radius_m"], threat["speed_mps"]) == ("intruder", 2, 2.0), "the shipped pack's speed"
    assert datetime.fromisoformat(threat["seen_at"]) == datetime.fromisoformat(earlier[:23] + "+00:00")


def test_a_clock_that_ran_ahead_does_not_make_an_old_sighting_young_when_another_is_retracted(
    client: Client, campus: Campus
) -> None:
    staff = client(Role.STAFF)
    first = report(staff, campus, seen_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    [before] = staff.get(f"{campus.url}/picture").json()["threats"]
    second = report(staff, campus, threat_id=first["threat_id"])

    retract(staff, campus, second["sighting_id"])

    [after] = staff.get(f"{campus.url}/picture").json()["threats"]
    assert after["seen_at"] == before["seen_at"]


def test_a_threat_that_was_withdrawn_is_back_when_it_is_seen_again(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    seen = report(staff, campus)
    retract(staff, campus, seen["sighting_id"])

    again = staff.post(f"{campus.url}/sightings", json=sighting(campus, threat_id=seen["threat_id"]))

    assert again.status_code == 201
    assert [threat["id"] for threat in staff.get(f"{campus.url}/picture").json()["threats"]] == [seen["threat_id"]]


def test_who_did_not_report_it_may_not_take_it_back_unless_they_command(client: Client, campus: Campus) -> None:
    staff, responder, commander = client(Role.STAFF), client(Role.RESPONDER), client(Role.COMMANDER)
    seen = report(staff, campus)["sighting_id"]

    refused = retract(responder, campus, seen)
    taken = retract(commander, campus, seen)
    again = retract(staff, campus, seen)
    unknown = retract(commander, campus, new_id())
    silent = commander.post(f"{campus.url}/sightings/{seen}/retraction", json={"reason": "  "})

    codes = [answer.status_code for answer in (refused, taken, again, unknown, silent)]
    assert codes == [403, 201, 200, 404, 422]


def test_nothing_is_retracted_in_an_incident_that_is_closed(client: Client, campus: Campus) -> None:
    commander = client(Role.COMMANDER)
    seen = report(commander, campus)
    for state in ("all_clear", "closed"):
        commander.post(f"{campus.url}/incidents/{seen['incident_id']}/state", json={"state": state})

    assert retract(commander, campus, seen["sighting_id"]).status_code == 409


def test_a_retraction_leaves_an_event_and_a_row_in_the_audit(
    client: Client, campus: Campus, database: Database
) -> None:
    staff = client(Role.STAFF)
    seen = report(staff, campus)
    for _ in range(2):
        retract(staff, campus, seen["sighting_id"])

    with database.snapshot() as c:
        told = [event for event in list_events(c, campus.site.id, 0) if event.kind is EventKind.SIGHTING_RETRACTED]
        assert verify_audit(c, campus.site.id) is None
    assert [event.payload["sighting_id"] for event in told] == [seen["sighting_id"]], "once"


def test_sightings_and_retractions_of_one_threat_at_once_leave_it_where_those_that_hold_say(
    client: Client, campus: Campus
) -> None:
    staff = client(Role.STAFF)
    first = report(staff, campus)
    threat_id = first["threat_id"]
    moments = [datetime.now(UTC) - timedelta(seconds=60 - i) for i in range(12)]
    said = [
        sighting(campus, at=campus.lonlat(3 + 2 * i, 1.5), threat_id=threat_id, seen_at=moments[i].isoformat())
        for i in range(12)
    ]

    def say_and_take_back(i: int) -> int:
        code = staff.post(f"{campus.url}/sightings", json=said[i]).status_code
        return code if i % 2 else retract(staff, campus, said[i]["id"]).status_code

    with ThreadPoolExecutor(12) as pool:
        codes = set(pool.map(say_and_take_back, range(12)))
    retract(staff, campus, first["sighting_id"])

    assert codes == {201}
    [threat] = staff.get(f"{campus.url}/picture").json()["threats"]
    assert threat["at"] == pytest.approx(campus.lonlat(3 + 2 * 11, 1.5), abs=1e-6), "the last of those that hold"


def test_the_same_sighting_sent_many_times_at_once_makes_one_threat(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    said = sighting(campus)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: staff.post(f"{campus.url}/sightings", json=said), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len(staff.get(f"{campus.url}/picture").json()["threats"]) == 1
