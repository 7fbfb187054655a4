"""An incident as a whole, over HTTP: from its opening to its end, and what is refused."""

import pytest

from geo_server.domain.roles import Role
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
