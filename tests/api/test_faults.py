"""Faults over HTTP: they stand until they are mended, and some shut doors or change plans meanwhile."""

from typing import Any

import pytest

from geo_server.domain.roles import Role
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.said import routes_of, sighting, walked
from tests.api.walking import ago, faults, find, plan_round, state_of
from tests.campus import Campus, build_campus

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("stuck", "blocked"), ("blocked", "blocked"), ("locked_out", "locked"), ("propped", None), ("lock_broken", None)],
)
def test_a_fault_with_which_nobody_gets_through_shuts_the_door_until_it_is_mended(
    client: Client, campus: Campus, kind: str, reason: str | None
) -> None:
    walker = client(Role.FACILITIES)
    made = plan_round(walker, campus)
    find(walker, campus, made, "Exit 1", fault=kind)
    (fault,) = faults(walker, campus)
    shut = walker.get(f"{campus.url}/picture").json()["closures"]

    mended = [walker.post(f"{campus.url}/faults/{fault['id']}/mending", json={"note": "Oiled"}) for _ in range(2)]

    told = [(one["subject_id"], one["reason"], one["source"]) for one in shut]
    assert told == ([(str(campus.exits[0].id), reason, "round")] if reason else [])
    assert [answer.status_code for answer in mended] == [200, 200]
    assert mended[0].json() == mended[1].json()
    assert walker.get(f"{campus.url}/picture").json()["closures"] == []
    assert faults(walker, campus) == []
    (kept,) = faults(walker, campus, "?mended=true")
    assert (kept["kind"], kept["mended"]["by"], kept["mended"]["note"]) == (kind, "Pat facilities", "Oiled")
    assert state_of(walker, campus, "Exit 1")["state"] == "ok"


def test_in_an_incident_the_plan_leads_round_a_stuck_exit_and_back_when_it_is_mended(
    client: Client, campus: Campus
) -> None:
    responder = client(Role.RESPONDER)
    said = sighting(campus, kind="fire", at=campus.lonlat(400, 1.5), exercise=True)
    responder.post(f"{campus.url}/sightings", json=said).raise_for_status()
    west, east = (str(door.id) for door in campus.exits)
    room = str(campus.rooms[0].id)
    before = routes_of(responder, campus)[room]["exit_id"]

    made = walked(responder, campus)
    shut = routes_of(responder, campus)[room]["exit_id"]
    responder.post(f"{campus.url}/faults/{made['fault_id']}/mending", json={}).raise_for_status()

    assert (before, shut) == (west, east)
    assert responder.get(f"{campus.url}/picture").json()["plan_behind"] is False
    assert responder.get(f"{campus.url}/plan").json()["assumptions"]["closures"] == []


def test_in_an_incident_nobody_is_sent_to_hide_where_the_lock_is_broken_until_it_is_mended(
    client: Client, database: Database
) -> None:
    campus = build_campus(database, lockable=True)
    responder = client(Role.RESPONDER, campus)
    responder.post(f"{campus.url}/sightings", json=sighting(campus)).raise_for_status()
    made = plan_round(responder, campus)

    def known() -> tuple[set[str], list[str]]:
        plan = responder.get(f"{campus.url}/plan?to=lockable").json()
        assert responder.get(f"{campus.url}/picture").json()["plan_behind"] is False
        return {zone["refuge_id"] for zone in plan["zones"]}, plan["assumptions"].get("lock_broken", [])

    usual = known()
    fault = find(responder, campus, made, "101", fault="lock_broken").json()["fault_id"]
    broken, room = known(), str(campus.rooms[0].id)
    responder.post(f"{campus.url}/faults/{fault}/mending", json={}).raise_for_status()

    assert room in usual[0]
    assert broken == (usual[0] - {room}, [room])
    assert known() == usual


def test_a_damaged_hinge_changes_no_plan_and_a_propped_door_does_until_it_is_mended(
    client: Client, campus: Campus
) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/sightings", json=sighting(campus)).raise_for_status()
    made = plan_round(responder, campus)

    def planned() -> tuple[str, list[str]]:
        assert responder.get(f"{campus.url}/picture").json()["plan_behind"] is False
        plan = responder.get(f"{campus.url}/plan?reach=false")  # the reach is drawn on its own time
        return plan.headers["etag"], plan.json()["assumptions"].get("propped", [])

    usual = planned()
    damaged = find(responder, campus, made, "101", fault="damaged").json()["fault_id"]
    still = planned()
    responder.post(f"{campus.url}/faults/{damaged}/mending", json={}).raise_for_status()
    assert usual == still == planned()

    propped = find(responder, campus, made, "101", fault="propped").json()["fault_id"]
    assert planned()[1] == [str(campus.rooms[0].id)]
    responder.post(f"{campus.url}/faults/{propped}/mending", json={}).raise_for_status()
    assert planned()[1] == []


def test_a_fault_that_is_found_again_is_the_same_one_and_one_of_another_kind_is_not(
    client: Client, campus: Campus
) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    first = find(walker, campus, made, "101", fault="propped").json()["fault_id"]
    again = find(walker, campus, made, "101", fault="propped").json()["fault_id"]
    other = find(walker, campus, made, "101", fault="damaged").json()["fault_id"]
    find(walker, campus, made, "101")

    assert first == again != other
    assert [one["kind"] for one in faults(walker, campus)] == ["propped", "damaged"], "all well mends nothing"


def test_a_check_that_waited_on_a_phone_does_not_open_again_what_was_mended_meanwhile(
    client: Client, campus: Campus
) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    fault = find(walker, campus, made, "Exit 1", fault="stuck", client_at=ago(60)).json()["fault_id"]
    walker.post(f"{campus.url}/faults/{fault}/mending", json={}).raise_for_status()

    late = find(walker, campus, made, "Exit 1", fault="stuck", client_at=ago(30)).json()["fault_id"]
    assert faults(walker, campus) == []
    new = find(walker, campus, made, "Exit 1", fault="stuck").json()["fault_id"]

    assert late == fault != new
    assert [one["id"] for one in faults(walker, campus)] == [new]


def test_a_mending_that_waited_on_a_phone_does_not_open_a_door_that_was_found_stuck_since(
    client: Client, campus: Campus
) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    fault = find(walker, campus, made, "Exit 1", fault="stuck", client_at=ago(300)).json()["fault_id"]
    find(walker, campus, made, "Exit 1", fault="stuck", client_at=ago(60))

    url = f"{campus.url}/faults/{fault}/mending"
    early = walker.post(url, json={"client_at": ago(120)}).json()
    shut = walker.get(f"{campus.url}/picture").json()["closures"]
    late = walker.post(url, json={"client_at": ago(1)}).json()

    assert early["mended_at"] is None
    assert len(shut) == 1
    assert late["mended_at"] is not None
    assert walker.get(f"{campus.url}/picture").json()["closures"] == []


def test_a_fault_that_is_found_after_a_mending_that_waited_is_a_new_one(client: Client, campus: Campus) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    first = find(walker, campus, made, "Exit 1", fault="stuck", client_at=ago(300)).json()["fault_id"]
    walker.post(f"{campus.url}/faults/{first}/mending", json={"client_at": ago(120)}).raise_for_status()

    again = find(walker, campus, made, "Exit 1", fault="stuck", client_at=ago(60)).json()["fault_id"]

    assert again != first
    assert len(walker.get(f"{campus.url}/picture").json()["closures"]) == 1


def test_a_door_that_was_opened_by_hand_is_shut_again_when_it_is_found_stuck_again(
    client: Client, campus: Campus
) -> None:
    commander = client(Role.COMMANDER)
    made = plan_round(commander, campus)
    fault = find(commander, campus, made, "Exit 1", fault="stuck", client_at=ago(60)).json()["fault_id"]
    (closure,) = commander.get(f"{campus.url}/picture").json()["closures"]
    commander.delete(f"{campus.url}/closures/{closure['id']}").raise_for_status()

    before = find(commander, campus, made, "Exit 1", fault="stuck", client_at=ago(30)).json()["fault_id"]
    still_open = commander.get(f"{campus.url}/picture").json()["closures"]
    after = find(commander, campus, made, "Exit 1", fault="stuck", client_at=ago(-60)).json()["fault_id"]
    shut = commander.get(f"{campus.url}/picture").json()["closures"]
    commander.post(f"{campus.url}/faults/{fault}/mending", json={}).raise_for_status()

    assert (before, after) == (fault, fault)
    assert still_open == []
    assert [one["subject_id"] for one in shut] == [closure["subject_id"]]
    assert commander.get(f"{campus.url}/picture").json()["closures"] == []
