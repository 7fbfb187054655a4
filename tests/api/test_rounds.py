"""Rounds over HTTP: checkpoints, what was found at them, and faults that stand until they are mended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_server.domain.roles import Role
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.said import check_said, routes_of, sighting, walked
from tests.campus import Campus, build_campus, new_id

Json = dict[str, Any]


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def plan_round(client: httpx.Client, campus: Campus) -> dict[str, str]:
    """Make checkpoints of the exits and rooms and begin a round; the checkpoints' ids by name, the round's as ``round``."""
    client.post(f"{campus.url}/checkpoints/from-map", json={"zones": ["room"]}).raise_for_status()
    walk = {"id": new_id(), "client_at": ago(0)}
    client.post(f"{campus.url}/rounds", json=walk).raise_for_status()
    return {one["properties"]["name"]: one["id"] for one in features(client, campus)} | {"round": walk["id"]}


def features(client: httpx.Client, campus: Campus) -> list[Json]:
    found: list[Json] = client.get(f"{campus.url}/checkpoints").json()["features"]
    return found


def state_of(client: httpx.Client, campus: Campus, name: str) -> Json:
    return next(one["properties"] for one in features(client, campus) if one["properties"]["name"] == name)


def find(client: httpx.Client, campus: Campus, made: dict[str, str], name: str, **said: object) -> httpx.Response:
    url = f"{campus.url}/rounds/{made['round']}/checks"
    return client.post(url, json=check_said(made[name], **said))


def faults(client: httpx.Client, campus: Campus, query: str = "") -> list[Json]:
    found: list[Json] = client.get(f"{campus.url}/faults{query}").json()["faults"]
    return found


def test_checkpoints_come_from_the_map_once_and_a_spot_is_added_by_hand(client: Client, campus: Campus) -> None:
    walker = client(Role.FACILITIES)
    asked = {"exits": True, "zones": ["room"]}
    added = [walker.post(f"{campus.url}/checkpoints/from-map", json=asked).json()["added"] for _ in range(2)]
    spot = {"id": new_id(), "name": "Bike shed", "at": campus.lonlat(-5, 1.5), "ordinal": 0}
    codes = [walker.post(f"{campus.url}/checkpoints", json=spot).status_code for _ in range(2)]

    answer = walker.get(f"{campus.url}/checkpoints")

    assert (added, codes) == ([5, 0], [201, 200])
    assert answer.headers["content-type"] == "application/geo+json"
    names = [one["properties"]["name"] for one in answer.json()["features"]]
    assert names == ["101", "102", "103", "Bike shed", "Exit 1", "Exit 2"]
    shed = answer.json()["features"][3]
    assert shed["geometry"]["coordinates"] == pytest.approx(spot["at"], abs=1e-7)
    assert (shed["properties"]["state"], shed["properties"]["last_checked_at"]) == ("never", None)
    assert (shed["properties"]["ordinal"], shed["properties"]["building"]) == (0, "Main")


def test_a_round_shows_what_was_found_and_the_coverage_how_long_ago(client: Client, campus: Campus) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    find(walker, campus, made, "Exit 1", client_at=ago(90))
    find(walker, campus, made, "101", fault="propped", note="Wedge under the leaf")

    shown = walker.get(f"{campus.url}/rounds/{made['round']}").json()
    finished = walker.post(f"{campus.url}/rounds/{made['round']}/finish").json()
    again = walker.post(f"{campus.url}/rounds/{made['round']}/finish").json()

    assert {check["checkpoint_id"]: check["fault"] for check in shown["checks"]} == {
        made["Exit 1"]: None,
        made["101"]: "propped",
    }
    assert (shown["mine"], shown["walker"], shown["finished_at"]) == (True, "Pat responder", None)
    assert finished["finished_at"] == again["finished_at"] is not None
    listed = client(Role.COMMANDER).get(f"{campus.url}/rounds").json()["rounds"]
    assert [(one["id"], one["checked"], one["faults"], one["mine"]) for one in listed] == [(made["round"], 2, 1, False)]
    assert 90 <= state_of(walker, campus, "Exit 1")["last_checked_s_ago"] < 120
    assert [state_of(walker, campus, name)["state"] for name in ("Exit 1", "101", "102")] == ["ok", "fault", "never"]


def test_a_check_that_is_sent_twice_counts_once_and_another_under_its_id_is_refused(
    client: Client, campus: Campus
) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    said = check_said(made["Exit 1"], fault="stuck")
    url = f"{campus.url}/rounds/{made['round']}/checks"

    first, second = (walker.post(url, json=said) for _ in range(2))
    other = walker.post(url, json={**said, "fault": None})

    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == second.json()
    assert first.json()["fault_id"] == said["id"]
    assert len(faults(walker, campus)) == 1


def test_of_two_checks_the_one_given_last_counts_also_when_it_arrives_first(client: Client, campus: Campus) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    find(walker, campus, made, "101", client_at=ago(10), note="second")
    find(walker, campus, made, "101", client_at=ago(60), note="first")

    (check,) = walker.get(f"{campus.url}/rounds/{made['round']}").json()["checks"]

    assert check["note"] == "second"
    assert check["received_at"] > check["client_at"]


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
        plan = responder.get(f"{campus.url}/plan")
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


def test_a_checkpoint_that_is_retired_is_no_longer_covered_and_what_was_found_there_stays(
    client: Client, campus: Campus
) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    find(walker, campus, made, "101", fault="propped")

    codes = [walker.delete(f"{campus.url}/checkpoints/{made['101']}").status_code for _ in range(2)]

    assert codes == [204, 204]
    assert "101" not in [one["properties"]["name"] for one in features(walker, campus)]
    assert [one["checkpoint"]["name"] for one in faults(walker, campus)] == ["101"]
    again = {"id": new_id(), "subject_id": str(campus.rooms[0].id)}
    assert walker.post(f"{campus.url}/checkpoints", json=again).status_code == 201


@pytest.mark.parametrize(
    ("said", "status", "where"),
    [
        ({}, 422, "subject_id"),
        ({"at": [13.7, 51.0], "ordinal": 0}, 422, "subject_id"),
        ({"at": [13.7, 51.0], "ordinal": 9, "name": "Shed"}, 422, "ordinal"),
        ({"at": [10.0, 51.0], "ordinal": 0, "name": "Shed"}, 422, "at"),
        ({"subject_id": new_id()}, 404, "subject_id"),
        ({"name": "\u202eshed", "at": [13.7, 51.0], "ordinal": 0}, 422, "body.name"),
    ],
)
def test_a_checkpoint_that_cannot_be_is_refused(
    client: Client, campus: Campus, said: Json, status: int, where: str
) -> None:
    answer = client(Role.RESPONDER).post(f"{campus.url}/checkpoints", json={"id": new_id(), **said})
    assert (answer.status_code, answer.json()["where"]) == (status, where)


def test_what_is_a_checkpoint_already_is_none_a_second_time(client: Client, campus: Campus) -> None:
    walker = client(Role.RESPONDER)
    plan_round(walker, campus)
    answer = walker.post(f"{campus.url}/checkpoints", json={"id": new_id(), "subject_id": str(campus.rooms[0].id)})
    assert (answer.status_code, answer.json()["where"]) == (409, "subject_id")


@pytest.mark.parametrize(
    ("changed", "status", "where"),
    [
        ({"fault": "haunted"}, 422, "body.fault"),
        ({"note": "x" * 501}, 422, "body.note"),
        ({"checkpoint_id": new_id()}, 404, "checkpoint_id"),
        ({"client_at": "2026-01-01T00:00:00"}, 422, "body.client_at"),
    ],
)
def test_a_check_that_cannot_be_is_refused_and_leaves_nothing(
    client: Client, campus: Campus, changed: Json, status: int, where: str
) -> None:
    walker = client(Role.RESPONDER)
    made = plan_round(walker, campus)
    answer = find(walker, campus, made, "101", **changed)
    assert (answer.status_code, answer.json()["where"]) == (status, where)
    assert walker.get(f"{campus.url}/rounds/{made['round']}").json()["checks"] == []


def test_every_step_is_audited_and_heard_of_and_staff_hear_not_what(
    client: Client, campus: Campus, database: Database
) -> None:
    walker = client(Role.RESPONDER)
    made = walked(walker, campus)
    walker.post(f"{campus.url}/faults/{made['fault_id']}/mending", json={}).raise_for_status()
    with database.snapshot() as c:
        assert verify_audit(c, campus.site.id) is None
    for role, told in ((Role.STAFF, False), (Role.RESPONDER, True)):
        heard: list[str] = []
        with client(role).stream("GET", f"{campus.url}/events?after=0") as stream:
            lines = iter(stream.iter_lines())
            while heard.count("fault_changed") < 2:
                line = next(lines)
                if line.startswith("event: "):
                    heard.append(line.removeprefix("event: "))
                    assert (made["fault_id"] in next(lines)) <= told
        assert [kind for kind in heard if kind.startswith(("round", "closure", "fault"))] == [
            "round_changed",
            "round_changed",
            "closure_added",
            "fault_changed",
            "round_changed",
            "closure_lifted",
            "fault_changed",
        ]


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
