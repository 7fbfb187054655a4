"""An incident as a whole, over HTTP: from its opening to its end, and what is refused."""

from datetime import UTC, datetime

import httpx
import pytest

from geo_server.domain.events import EventKind
from geo_server.domain.roles import Role
from geo_server.store.audit import list_deeds
from geo_server.store.database import Database
from geo_server.store.events import list_events
from tests.api.conftest import Client
from tests.api.said import Said, sighting, status_report
from tests.campus import Campus, new_id


def test_a_second_incident_and_a_wrong_step_are_in_conflict(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    incident = responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]

    second = responder.post(f"{campus.url}/incidents", json={"kind": "gas"})
    leap = responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "closed"})

    assert (second.status_code, leap.status_code) == (409, 409)
    assert "all_clear" in leap.json()["advice"]


@pytest.mark.parametrize("path", ["directives", "closures", "status-reports"])
def test_an_unknown_thing_is_not_found_by_name(client: Client, campus: Campus, path: str) -> None:
    admin = client(Role.ADMIN)
    admin.post(f"{campus.url}/incidents", json={"kind": "fire"})
    bodies: dict[str, Said] = {
        "directives": {"id": new_id(), "action": "hold", "zone_id": new_id()},
        "closures": {"id": new_id(), "subject_id": new_id(), "reason": "locked"},
        "status-reports": status_report(campus, zone_id=new_id()),
    }

    answer = admin.post(f"{campus.url}/{path}", json=bodies[path])

    assert answer.status_code == 404
    assert answer.json()["where"] in {"zone_id", "subject_id"}


@pytest.mark.parametrize("role", [Role.STAFF, Role.RESPONDER])
def test_the_all_clear_stays_in_the_picture_of_whoever_had_the_alarm_until_the_incident_is_closed(
    client: Client, campus: Campus, role: Role
) -> None:
    someone, responder = client(role), client(Role.RESPONDER)
    incident = responder.post(f"{campus.url}/sightings", json=sighting(campus)).json()["incident_id"]
    someone.post(f"{campus.url}/status-reports", json=status_report(campus))

    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "all_clear"})
    cleared = someone.get(f"{campus.url}/picture").json()
    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "closed"})
    closed = someone.get(f"{campus.url}/picture").json()

    assert (cleared["incident"]["id"], cleared["incident"]["state"]) == (incident, "all_clear")
    assert (cleared["threats"], cleared["directives"], cleared["plan"]) == ([], [], None), "nothing is to be feared"
    assert cleared["statuses"][str(campus.rooms[0].id)]["status"] == "ok", "who was where still matters"
    assert closed["incident"] is None


def test_a_new_alarm_comes_before_the_last_all_clear(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    drill = responder.post(f"{campus.url}/incidents", json={"kind": "fire", "exercise": True}).json()["incident_id"]
    responder.post(f"{campus.url}/incidents/{drill}/state", json={"state": "all_clear"})
    fire = responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]

    assert responder.get(f"{campus.url}/picture").json()["incident"]["id"] == fire


def become(client: httpx.Client, campus: Campus, incident_id: str, kind: str) -> httpx.Response:
    return client.post(f"{campus.url}/incidents/{incident_id}/kind", json={"kind": kind})


def told_in_a_room(client: httpx.Client, campus: Campus) -> str:
    guidance = client.get(f"{campus.url}/zones/{campus.rooms[2].id}/guidance").json()
    return str(guidance["directive"]["action"])


def test_a_fire_that_becomes_an_assault_sends_people_into_their_rooms_and_settles_the_conflict(
    client: Client, campus: Campus, database: Database
) -> None:
    staff, commander = client(Role.STAFF), client(Role.COMMANDER)
    fire = staff.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire")).json()["incident_id"]
    staff.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(25, 7)))
    before = staff.get(f"{campus.url}/picture").json()

    refused = become(client(Role.RESPONDER), campus, fire, "armed_assailant").status_code
    answers = [become(commander, campus, fire, "armed_assailant") for _ in range(2)]

    after = staff.get(f"{campus.url}/picture").json()
    assert (refused, [answer.status_code for answer in answers]) == (403, [200, 200])
    assert answers[0].json() == {"incident_id": fire, "kind": "armed_assailant", "plan": "made"}
    assert (after["incident"]["id"], after["incident"]["kind"]) == (fire, "armed_assailant")
    assert (after["plan_behind"], told_in_a_room(staff, campus)) == (False, "lockdown")
    [settled] = after["conflicts"]
    assert (settled["settled"]["decision"], settled["settled"]["by"]) == ("change", "Pat commander")
    with database.snapshot() as c:
        told = [event for event in list_events(c, campus.site.id, before["seq"]) if "kind_before" in event.payload]
        kept = list_deeds(c, campus.site.id, EventKind.INCIDENT_CHANGED, fire)
    said = {"incident_id": fire, "kind": "armed_assailant", "kind_before": "fire"}
    assert [(event.kind, event.payload) for event in told] == [(EventKind.INCIDENT_CHANGED, said)]
    assert [detail for _, detail in kept] == [said]


def test_an_order_stands_when_the_kind_changes_and_one_that_contradicts_it_raises_a_conflict(
    client: Client, campus: Campus
) -> None:
    commander = client(Role.COMMANDER)
    fire = commander.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "evacuate"})

    become(commander, campus, fire, "armed_assailant")
    [conflict] = commander.get(f"{campus.url}/picture").json()["conflicts"]
    assert (conflict["kind"], conflict["settled"], told_in_a_room(commander, campus)) == (
        "armed_assailant",
        None,
        "evacuate",
    )

    become(commander, campus, fire, "gas")
    [conflict] = commander.get(f"{campus.url}/picture").json()["conflicts"]
    assert conflict["settled"] is None, "people are told to leave as before"


def test_only_an_open_incident_becomes_another_kind_and_only_one_that_the_protocol_has(
    client: Client, campus: Campus
) -> None:
    commander = client(Role.COMMANDER)
    fire = commander.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    unknown = become(commander, campus, fire, "dragons")
    commander.post(f"{campus.url}/incidents/{fire}/state", json={"state": "all_clear"})
    over = become(commander, campus, fire, "gas")

    assert (unknown.status_code, over.status_code, become(commander, campus, new_id(), "gas").status_code) == (
        422,
        409,
        404,
    )
    assert commander.get(f"{campus.url}/picture").json()["incident"]["kind"] == "fire"


def test_looking_back_shows_the_kind_that_the_incident_had_then(client: Client, campus: Campus) -> None:
    commander = client(Role.COMMANDER)
    fire = commander.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    moments = [datetime.now(UTC).isoformat()]
    for kind in ("gas", "armed_assailant"):
        become(commander, campus, fire, kind)
        moments.append(datetime.now(UTC).isoformat())

    url = f"{campus.url}/incidents/{fire}"
    then = [commander.get(f"{url}/picture", params={"as_of": at}).json()["incident"]["kind"] for at in moments]
    happened = commander.get(f"{url}/timeline").json()["happened"]

    assert then == ["fire", "gas", "armed_assailant"]
    assert [one["kind"] for one in happened if one["kind"].startswith("incident")] == [
        "incident_opened",
        "incident_changed",
        "incident_changed",
    ]
