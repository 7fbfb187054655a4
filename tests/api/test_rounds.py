"""Rounds over HTTP: checkpoints, and what was found at them."""

from typing import Any

import pytest

from geo_server.domain.roles import Role
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.said import check_said, walked
from tests.api.walking import ago, faults, features, find, plan_round, state_of
from tests.campus import Campus, new_id

Json = dict[str, Any]


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
