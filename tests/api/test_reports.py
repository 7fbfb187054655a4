"""What people say of their zones, over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from geo_server.domain.roles import Role
from geo_server.services import status_reports
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.said import sighting, status_report
from tests.campus import Campus, new_id


def test_a_report_sent_again_is_counted_once_and_silence_is_counted_too(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    said = status_report(campus, adults=1, students=24)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: staff.post(f"{campus.url}/status-reports", json=said), range(6)))
    other = staff.post(f"{campus.url}/status-reports", json={**said, "students": 23})

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert other.status_code == 409
    picture = responder.get(f"{campus.url}/picture").json()
    assert picture["statuses"][str(campus.rooms[0].id)]["students"] == 24
    assert picture["counts"]["ok"] == 1
    assert picture["counts"]["unreported"] == 2


def test_staff_see_their_own_reports_only(client: Client, campus: Campus, database: Database) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    staff.post(f"{campus.url}/status-reports", json=status_report(campus))
    responder.post(f"{campus.url}/status-reports", json=status_report(campus, zone_id=str(campus.rooms[1].id)))

    own = staff.get(f"{campus.url}/picture").json()

    assert set(own["statuses"]) == {str(campus.rooms[0].id)}
    assert own["counts"] == {}
    assert own["plan"] is None
    assert len(responder.get(f"{campus.url}/picture").json()["statuses"]) == 2
    assert client(Role.VIEWER).get(f"{campus.url}/picture").status_code == 403
    with database.snapshot() as c:
        assert verify_audit(c, campus.site.id) is None


def test_only_responders_may_say_that_a_zone_is_cleared(client: Client, campus: Campus) -> None:
    client(Role.STAFF).post(f"{campus.url}/sightings", json=sighting(campus))

    refused = client(Role.STAFF).post(f"{campus.url}/status-reports", json=status_report(campus, status="cleared"))
    silent = client(Role.STAFF).post(f"{campus.url}/status-reports", json=status_report(campus, status="unreported"))
    taken = client(Role.RESPONDER).post(f"{campus.url}/status-reports", json=status_report(campus, status="cleared"))

    assert (refused.status_code, silent.status_code, taken.status_code) == (403, 422, 201)


def test_reports_are_taken_until_an_incident_is_closed_and_repeated_ones_even_later(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    nothing = staff.post(f"{campus.url}/status-reports", json=status_report(campus))
    incident = responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    first = status_report(campus)
    staff.post(f"{campus.url}/status-reports", json=first)

    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "all_clear"})
    late = staff.post(f"{campus.url}/status-reports", json=status_report(campus))
    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "closed"})
    too_late = staff.post(f"{campus.url}/status-reports", json=status_report(campus))
    repeated = staff.post(f"{campus.url}/status-reports", json=first)

    codes = [answer.status_code for answer in (nothing, late, too_late, repeated)]
    assert codes == [409, 201, 409, 200]
    assert responder.get(f"{campus.url}/picture").json()["incident"] is None


def test_a_report_that_waited_on_a_phone_counts_in_the_incident_that_it_was_given_for(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    drill = responder.post(f"{campus.url}/incidents", json={"kind": "fire", "exercise": True}).json()["incident_id"]
    waiting = status_report(campus, incident_id=drill)
    responder.post(f"{campus.url}/incidents/{drill}/state", json={"state": "all_clear"})
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})

    late = staff.post(f"{campus.url}/status-reports", json=waiting)
    elsewhere = staff.post(f"{campus.url}/status-reports", json=status_report(campus, incident_id=new_id()))

    assert (late.status_code, elsewhere.status_code) == (201, 404)
    assert responder.get(f"{campus.url}/picture").json()["statuses"] == {}, "silent in what is real"


def test_the_receipt_says_when_a_report_arrived_and_whether_it_is_in_force(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    incident = staff.post(f"{campus.url}/sightings", json=sighting(campus)).json()["incident_id"]
    now = datetime.now(UTC)
    said = [
        status_report(campus, status=status, client_at=(now - timedelta(seconds=ago)).isoformat(), **counts)
        for status, ago, counts in (("help", 20, {"students": 24}), ("ok", 10, {}), ("medical", 30, {"injured": 1}))
    ]

    receipts = [staff.post(f"{campus.url}/status-reports", json=report).json() for report in said]
    repeated = staff.post(f"{campus.url}/status-reports", json=said[0]).json()
    reports = responder.get(f"{campus.url}/picture").json()["statuses"]

    assert [receipt["in_force"] for receipt in receipts] == [True, True, False]
    assert repeated == {**receipts[0], "in_force": False}
    assert receipts[0]["incident_id"] == incident
    counted = reports[str(campus.rooms[0].id)]
    assert (counted["status"], counted["students"], counted["injured"]) == ("ok", 24, 1)


@pytest.mark.parametrize("status", ["help", "medical", "threat_here"])
@pytest.mark.parametrize("named", [True, False])
def test_a_call_for_help_after_the_incident_was_closed_is_kept_and_told_to_those_who_lead(
    client: Client, campus: Campus, status: str, named: bool
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    incident = _closed(responder, campus)
    said = status_report(campus, status=status, note="in the cupboard", **({"incident_id": incident} if named else {}))

    first = staff.post(f"{campus.url}/status-reports", json=said)
    again = staff.post(f"{campus.url}/status-reports", json=said)
    other = staff.post(f"{campus.url}/status-reports", json={**said, "note": "in the hall"})

    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 409]
    assert first.json() == again.json()
    receipt = first.json()
    assert (receipt["incident_id"], receipt["late"]) == (incident, True)
    assert "nobody may be looking" in receipt["words"]
    assert "911" in receipt["words"]
    calls = responder.get(f"{campus.url}/picture").json()["late_calls"]
    assert [(call["id"], call["status"], call["note"]) for call in calls] == [(said["id"], status, said["note"])]
    assert staff.get(f"{campus.url}/picture").json()["late_calls"] == []
    happened = responder.get(f"{campus.url}/incidents/{incident}/timeline").json()["happened"]
    assert [one["kind"] for one in happened][-2:] == ["incident_closed", "status_reported"]


def test_a_late_call_is_no_report_of_the_incident_that_is_open_now(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    earlier = _closed(responder, campus)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})

    late = staff.post(f"{campus.url}/status-reports", json=status_report(campus, status="help", incident_id=earlier))
    now = staff.post(
        f"{campus.url}/status-reports", json=status_report(campus, status="help", zone_id=str(campus.rooms[1].id))
    )

    assert (late.json()["late"], now.json()["late"], now.json()["words"]) == (True, False, None)
    picture = responder.get(f"{campus.url}/picture").json()
    assert [call["incident_id"] for call in picture["late_calls"]] == [earlier]
    assert set(picture["statuses"]) == {str(campus.rooms[1].id)}


def test_long_after_the_closing_a_call_that_names_no_incident_is_refused(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = client(Role.STAFF)
    incident = _closed(client(Role.RESPONDER), campus)
    monkeypatch.setattr(status_reports, "LATE_FOR", timedelta())

    nameless = staff.post(f"{campus.url}/status-reports", json=status_report(campus, status="help"))
    named = staff.post(f"{campus.url}/status-reports", json=status_report(campus, status="help", incident_id=incident))

    assert (nameless.status_code, named.status_code) == (409, 201)


def _closed(responder: httpx.Client, campus: Campus) -> str:
    """An incident that is over."""
    incident: str = responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    for state in ("all_clear", "closed"):
        responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": state}).raise_for_status()
    return incident
