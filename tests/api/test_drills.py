"""A drill's report over HTTP: it fills itself, takes what people say, and is never taken for something real."""

import csv
import io
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from geo_server.domain.roles import Role
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.said import status_report
from tests.campus import Campus, new_id

Json = dict[str, Any]


def drill(client: httpx.Client, campus: Campus, kind: str = "fire", *, exercise: bool = True) -> str:
    """Open one, with two of the three rooms at the assembly point, and end it."""
    incident = client.post(f"{campus.url}/incidents", json={"kind": kind, "exercise": exercise}).json()["incident_id"]
    for room in campus.rooms[:2]:
        said = status_report(campus, zone_id=str(room.id), status="evacuated", students=24, adults=1)
        assert client.post(f"{campus.url}/status-reports", json=said).status_code == 201
    client.post(f"{campus.url}/incidents/{incident}/state", json={"state": "all_clear"})
    return str(incident)


def test_a_drill_fills_its_report_by_itself(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    incident = drill(responder, campus)

    report = responder.get(f"{campus.url}/drills/{incident}").json()

    assert (report["exercise"], report["drill_type"], report["previous"]) == (True, "fire", None)
    measures = report["measures"]
    assert (measures["occupied"], measures["reported"], measures["evacuated"]) == (3, 2, 2)
    assert [one["name"] for one in report["silent"]] == ["103"]
    assert (report["students"], report["staff"], report["mapping_system_used"]) == (48, 2, True)
    after = measures["after_alert_s"]
    assert 0 <= after["first_report"] == after["first_evacuated"] <= after["reported_50"] <= after["all_clear"]
    assert after["reported_50"] == after["last_evacuated"]
    assert (after["reported_90"], after["reported_100"], after["first_directive"]) == (None, None, None)


def test_it_is_compared_with_the_last_drill_of_the_same_kind(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    first, other, second = (drill(responder, campus, kind) for kind in ("fire", "armed_assailant", "fire"))

    report = responder.get(f"{campus.url}/drills/{second}").json()

    assert report["previous"]["incident_id"] == first
    assert report["previous"]["measures"]["reported"] == 2
    assert responder.get(f"{campus.url}/drills/{other}").json()["previous"] is None
    listed = responder.get(f"{campus.url}/drills").json()["drills"]
    assert [one["incident_id"] for one in listed] == [second, other, first]


def test_something_real_has_no_drill_report(client: Client, campus: Campus) -> None:
    commander = client(Role.COMMANDER)
    incident = drill(commander, campus, exercise=False)
    url = f"{campus.url}/drills/{incident}"

    assert commander.get(f"{campus.url}/drills").json() == {"drills": []}
    for answer in (
        commander.get(url),
        commander.get(f"{url}/form.json"),
        commander.get(f"{url}/form.csv"),
        commander.get(f"/sites/{campus.site.slug}/drills/{incident}"),
        commander.patch(f"{url}/form", json={"weather": "rain"}),
        commander.post(f"{url}/problems", json={"id": new_id(), "kind": "radio"}),
        commander.post(f"{url}/actions", json={"id": new_id(), "what": "mend"}),
    ):
        assert (answer.status_code, answer.json()["where"]) == (404, "incident_id")


def test_what_people_add_is_kept_field_by_field_and_audited(client: Client, campus: Campus, database: Database) -> None:
    responder, commander = client(Role.RESPONDER), client(Role.COMMANDER)
    url = f"{campus.url}/drills/{drill(responder, campus)}"

    responder.patch(f"{url}/form", json={"announced": False, "situation": "lunch", "students": 50})
    form = commander.patch(f"{url}/form", json={"weather": "rain", "participants": ["teachers", "fire"]}).json()

    assert form["form"]["announced"] is False
    assert (form["form"]["situation"], form["form"]["weather"]) == ("lunch", "rain")
    assert form["form"]["participants"] == ["teachers", "fire"]
    assert (form["students"], form["form"]["completed_by"]) == (50, "Pat commander")
    with database.snapshot() as c:
        assert verify_audit(c, campus.site.id) is None


def test_problems_and_actions_are_noted_once_and_an_action_can_be_done_and_not(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    url = f"{campus.url}/drills/{drill(responder, campus)}"
    problem = {"id": new_id(), "kind": "could_not_lock", "note": "Key broke", "zone_id": str(campus.rooms[2].id)}
    action = {"id": new_id(), "what": "Mend the lock", "owner": "Sam", "due_on": "2027-01-15"}

    codes = [responder.post(f"{url}/problems", json=problem).status_code for _ in range(2)]
    codes += [responder.post(f"{url}/actions", json=action).status_code for _ in range(2)]
    other = responder.post(f"{url}/problems", json={**problem, "note": "Another"})

    assert (codes, other.status_code) == ([201, 200, 201, 200], 409)
    open_actions = f"{campus.url}/drills"
    assert responder.get(open_actions).json()["drills"][0]["open_actions"] == 1
    for done in (True, True, False, True):
        assert responder.put(f"{url}/actions/{action['id']}/done", json={"done": done}).status_code == 200
    report = responder.get(url).json()
    assert [(one["zone"], one["note"]) for one in report["problems"]] == [("103", "Key broke")]
    assert report["actions"][0]["done_at"] is not None
    assert responder.get(open_actions).json()["drills"][0]["open_actions"] == 0


@pytest.mark.parametrize(
    ("path", "said", "status", "where"),
    [
        ("problems", {"id": new_id(), "kind": "aliens"}, 422, "body.kind"),
        ("problems", {"id": new_id(), "kind": "radio", "zone_id": new_id()}, 404, "zone_id"),
        ("actions", {"id": new_id(), "what": ""}, 422, "body.what"),
        ("actions", {"id": new_id(), "what": "x", "due_on": "soon"}, 422, "body.due_on"),
    ],
)
def test_what_cannot_be_is_refused(
    client: Client, campus: Campus, path: str, said: Json, status: int, where: str
) -> None:
    responder = client(Role.RESPONDER)
    answer = responder.post(f"{campus.url}/drills/{drill(responder, campus)}/{path}", json=said)
    assert (answer.status_code, answer.json()["where"]) == (status, where)


def test_the_state_form_says_the_same_as_json_and_as_csv_and_no_cell_is_a_formula(
    client: Client, campus: Campus
) -> None:
    responder = client(Role.RESPONDER)
    url = f"{campus.url}/drills/{drill(responder, campus)}"
    responder.patch(f"{url}/form", json={"remarks": "=HYPERLINK(1)", "weather": "sun, wind"})
    responder.post(f"{url}/problems", json={"id": new_id(), "kind": "radio", "note": 'no "net"; none'})

    form = responder.get(f"{url}/form.json")
    told = responder.get(f"{url}/form.csv")

    assert form.headers["content-disposition"].startswith('attachment; filename="drill-')
    names, values = csv.reader(io.StringIO(told.content.decode("utf-8-sig")))
    cells = dict(zip(names, values, strict=True))
    assert list(cells) == list(form.json())
    assert names[0] == "exercise"
    assert (cells["exercise"], cells["weather"], cells["remarks"]) == ("yes", "sun, wind", "'=HYPERLINK(1)")
    assert cells["problems"] == 'radio, no "net"; none'
    assert cells["rooms_silent"] == "103"
    assert form.json()["evacuation_time_s"] == form.json()["last_at_assembly_s"]


def test_the_printed_page_is_marked_as_an_exercise_and_runs_nothing_that_was_typed(
    client: Client, campus: Campus
) -> None:
    responder = client(Role.RESPONDER)
    incident = drill(responder, campus)
    responder.patch(f"{campus.url}/drills/{incident}/form", json={"remarks": "<script>alert(1)</script>"})

    page = responder.get(f"/sites/{campus.site.slug}/drills/{incident}")

    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count("EXERCISE: this was a drill") == 2
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


def test_staff_hear_that_a_drill_report_changed_and_nothing_of_what_it_says(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    url = f"{campus.url}/drills/{drill(responder, campus)}"
    assert client(Role.STAFF).get(url).status_code == 403
    responder.post(f"{url}/actions", json={"id": new_id(), "what": "Mend the lock"})
    for role, told in ((Role.STAFF, False), (Role.RESPONDER, True)):
        with client(role).stream("GET", f"{campus.url}/events?after=0") as stream:
            lines = iter(stream.iter_lines())
            data = next(line for line in lines if line == "event: drill_changed") and next(lines)
        assert ("Mend the lock" in data) is told


def test_rooms_that_share_a_name_are_told_apart_by_where_they_are(
    client: Client, campus: Campus, database: Database
) -> None:
    same = [str(room.id) for room in campus.rooms[1:]]
    with database.transaction() as c:
        c.execute(text("UPDATE zones SET name = 'Balcony' WHERE id = ANY(:same)"), {"same": same})
    responder = client(Role.RESPONDER)

    report = responder.get(f"{campus.url}/drills/{drill(responder, campus)}").json()

    assert [one["name"] for one in report["silent"]] == ["Balcony (Ground, Main)"]
