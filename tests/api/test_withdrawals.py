"""An order is taken back, over HTTP: it is kept, what else is in force holds, and nothing that was replaced comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest

from geo_server.domain.events import EventKind
from geo_server.domain.roles import Role
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.events import list_events
from geo_server.store.incidents import lock_site
from tests.api.conftest import Client
from tests.api.said import Said
from tests.campus import Campus, new_id
from tests.store.test_incidents import wait_until_someone_waits


@pytest.fixture
def commander(client: Client, campus: Campus) -> httpx.Client:
    """A commander, in an incident whose protocol says to lock down."""
    there = client(Role.COMMANDER)
    there.post(f"{campus.url}/incidents", json={"kind": "armed_assailant"}).raise_for_status()
    return there


def order(client: httpx.Client, campus: Campus, action: str, zone_id: str | None = None) -> str:
    said = {"id": new_id(), "action": action, "zone_id": zone_id}
    client.post(f"{campus.url}/directives", json=said).raise_for_status()
    return said["id"] or ""


def withdraw(client: httpx.Client, campus: Campus, directive_id: str, **changed: object) -> httpx.Response:
    said = {"id": new_id(), "reason": "It was meant for the drill.", **changed}
    return client.post(f"{campus.url}/directives/{directive_id}/withdrawal", json=said)


def picture(client: httpx.Client, campus: Campus) -> Said:
    found: Said = client.get(f"{campus.url}/picture").json()
    return found


def told(client: httpx.Client, campus: Campus) -> str:
    room = str(campus.rooms[0].id)
    action: str = client.get(f"{campus.url}/zones/{room}/guidance").json()["directive"]["action"]
    return action


def test_after_an_order_was_taken_back_the_protocol_holds_and_no_order_from_before(
    client: Client, campus: Campus, commander: httpx.Client
) -> None:
    order(commander, campus, "hold")
    wrong = order(commander, campus, "evacuate")
    staff = client(Role.STAFF)
    assert told(staff, campus) == "evacuate"

    assert withdraw(commander, campus, wrong).status_code == 201

    assert (told(staff, campus), picture(staff, campus)["directives"]) == ("lockdown", [])


def test_an_order_for_one_room_that_is_taken_back_leaves_that_of_the_site(
    client: Client, campus: Campus, commander: httpx.Client
) -> None:
    order(commander, campus, "shelter")
    wrong = order(commander, campus, "evacuate", str(campus.rooms[0].id))
    withdraw(commander, campus, wrong)
    assert told(client(Role.STAFF), campus) == "shelter"


def test_what_was_taken_back_is_kept_with_who_when_and_why(campus: Campus, commander: httpx.Client) -> None:
    wrong = order(commander, campus, "evacuate")
    withdraw(commander, campus, wrong)
    [kept] = picture(commander, campus)["withdrawals"]
    assert (kept["order"]["id"], kept["order"]["action"]) == (wrong, "evacuate")
    assert kept["reason"] == "It was meant for the drill."
    assert kept["by"]
    assert kept["at"] > kept["order"]["given_at"]


def test_taking_back_twice_counts_once_and_is_told_once(
    campus: Campus, commander: httpx.Client, database: Database
) -> None:
    wrong = order(commander, campus, "evacuate")
    said = {"id": new_id()}
    assert [withdraw(commander, campus, wrong, **said).status_code for _ in range(2)] == [201, 200]
    assert withdraw(commander, campus, wrong).status_code == 200
    with database.snapshot(campus.site.id) as c:
        given = [one for one in list_events(c, campus.site.id, 0) if one.kind is EventKind.DIRECTIVE_GIVEN]
        assert verify_audit(c, campus.site.id) is None
    assert [one.payload.get("withdrawn") for one in given] == [None, wrong]


def test_what_cannot_be_taken_back_is_refused_by_name(client: Client, campus: Campus, commander: httpx.Client) -> None:
    first = order(commander, campus, "hold")
    second = order(commander, campus, "lockdown")
    answers = [
        withdraw(client(Role.RESPONDER), campus, second),
        withdraw(commander, campus, first),
        withdraw(commander, campus, new_id()),
        withdraw(commander, campus, second, reason="  "),
        commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "withdrawn"}),
    ]
    assert [answer.status_code for answer in answers[:4]] == [403, 409, 404, 422]
    assert answers[4].status_code in {404, 422}
    incident = picture(commander, campus)["incident"]["id"]
    commander.post(f"{campus.url}/incidents/{incident}/state", json={"state": "all_clear"})
    assert withdraw(commander, campus, second).status_code == 409


def test_an_order_that_waits_for_its_turn_counts_from_then_on(
    campus: Campus, commander: httpx.Client, database: Database
) -> None:
    """Else a withdrawal that was made meanwhile would take back what it never saw."""
    with ThreadPoolExecutor(1) as pool, database.transaction(campus.site.id) as c:
        lock_site(c, campus.site.id)
        giving = pool.submit(order, commander, campus, "evacuate")
        wait_until_someone_waits(c)
        its_turn_at = datetime.now(UTC)
        c.commit()
        giving.result(timeout=30)
    (given,) = picture(commander, campus)["directives"]
    whole_milliseconds = its_turn_at.replace(microsecond=its_turn_at.microsecond // 1000 * 1000)
    assert datetime.fromisoformat(given["given_at"]) >= whole_milliseconds, "times are told to the millisecond"
