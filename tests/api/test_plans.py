"""From what is known to what each person is told, over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from geo_server.domain.incidents import Closure, ClosureReason
from geo_server.domain.roles import Role
from geo_server.store.audit import count_entries
from geo_server.store.database import Database
from geo_server.store.events import last_seq
from geo_server.store.reports import add_closure
from tests.api.conftest import Client, until
from tests.api.said import routes_of, sighting, status_report
from tests.campus import Campus, new_id


def test_of_two_sightings_at_once_the_last_plan_knows_both(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    places = [campus.lonlat(1 + 3 * i, 1.5) for i in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: staff.post(f"{campus.url}/sightings", json=sighting(campus, at=at)), places))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["incident_id"] for answer in answers}) == 1
    threats = {answer.json()["threat_id"] for answer in answers}
    plan = responder.get(f"{campus.url}/plan").json()
    assert {threat["id"] for threat in plan["threats"]} == threats
    assert len(threats) == 8


def test_closing_the_way_out_changes_the_plan_and_opening_it_changes_it_back(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
    west, east = (str(opening.id) for opening in campus.exits)
    room = str(campus.rooms[2].id)
    closure = {"id": new_id(), "subject_id": east, "reason": "blocked"}

    assert routes_of(responder, campus)[room]["exit_id"] == east
    assert responder.post(f"{campus.url}/closures", json=closure).status_code == 201
    assert routes_of(responder, campus)[room]["exit_id"] == west
    assert responder.post(f"{campus.url}/closures", json=closure).status_code == 200
    assert responder.delete(f"{campus.url}/closures/{closure['id']}").status_code == 204
    assert routes_of(responder, campus)[room]["exit_id"] == east
    assert responder.get(f"{campus.url}/picture").json()["closures"] == []


def test_people_are_not_sent_back_to_an_exit_that_is_no_nearer_than_the_one_they_go_to(
    client: Client, campus: Campus
) -> None:
    """The middle room is as far from either exit; what is nearer by much is taken again."""
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
    middle, outer = str(campus.rooms[1].id), str(campus.rooms[2].id)
    first = routes_of(responder, campus)
    closure = {"id": new_id(), "subject_id": first[middle]["exit_id"], "reason": "blocked"}
    responder.post(f"{campus.url}/closures", json=closure)
    moved = routes_of(responder, campus)
    responder.delete(f"{campus.url}/closures/{closure['id']}")
    after = routes_of(responder, campus)

    assert moved[middle]["exit_id"] != first[middle]["exit_id"]
    assert after[middle]["exit_id"] == moved[middle]["exit_id"]
    assert after[outer]["exit_id"] == first[outer]["exit_id"]


def test_a_way_that_is_opened_twice_is_told_once(client: Client, campus: Campus, database: Database) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
    closure = {"id": new_id(), "subject_id": str(campus.exits[1].id), "reason": "blocked"}
    responder.post(f"{campus.url}/closures", json=closure)

    def told() -> tuple[int, int]:
        with database.snapshot() as c:
            return last_seq(c, campus.site.id), count_entries(c, campus.site.id)

    answers = [responder.delete(f"{campus.url}/closures/{closure['id']}")]
    once = told()
    answers.append(responder.delete(f"{campus.url}/closures/{closure['id']}"))

    assert [answer.status_code for answer in answers] == [204, 204]
    assert told() == once
    assert responder.delete(f"{campus.url}/closures/{new_id()}").status_code == 404


def test_a_closure_of_something_that_is_no_longer_on_the_map_does_not_stop_the_plan(
    client: Client, campus: Campus, database: Database
) -> None:
    gone = Closure(uuid4(), uuid4(), ClosureReason.LOCKED, "Pat", datetime.now(UTC))
    with database.transaction() as c:
        add_closure(c, campus.site.id, gone, None)
    responder = client(Role.RESPONDER)

    answer = responder.post(f"{campus.url}/incidents", json={"kind": "fire"})

    assert answer.json()["plan"] == "made"
    assert responder.get(f"{campus.url}/plan").json()["closures_not_on_map"] == [str(gone.id)]


def test_taking_an_all_clear_back_plans_again_with_what_was_closed_meanwhile(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    incident = responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    west, east = (str(opening.id) for opening in campus.exits)
    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "all_clear"})
    responder.post(f"{campus.url}/closures", json={"id": new_id(), "subject_id": east, "reason": "blocked"})

    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "open"})

    assert routes_of(responder, campus)[str(campus.rooms[2].id)]["exit_id"] == west


def test_a_plan_is_not_sent_again_to_who_has_it(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
    ways = f"{campus.url}/plan?reach=false"  # the reach is drawn on its own time
    first = responder.get(ways)
    tag = first.headers["etag"]

    same = responder.get(ways, headers={"If-None-Match": tag})
    responder.post(f"{campus.url}/sightings", json=sighting(campus))
    changed = responder.get(f"{campus.url}/plan", headers={"If-None-Match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200
    assert "private" in first.headers["cache-control"]
    picture = responder.get(f"{campus.url}/picture").json()
    assert changed.headers["etag"].startswith(f'"{picture["plan"]["etag"]}-')


def test_where_threats_can_be_follows_the_ways_and_is_part_of_the_plan_from_then_on(
    client: Client, campus: Campus
) -> None:
    responder, staff = client(Role.RESPONDER), client(Role.STAFF)
    assert responder.get(f"{campus.url}/reach").status_code == 404
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    first = responder.get(f"{campus.url}/plan")
    until(lambda: responder.get(f"{campus.url}/picture").json()["reach"] is not None)

    then = responder.get(f"{campus.url}/plan")
    ways = responder.get(f"{campus.url}/plan", params={"reach": False})
    alone = responder.get(f"{campus.url}/reach")
    picture = responder.get(f"{campus.url}/picture").json()

    assert first.json()["reach"] in (None, alone.json()["reach"])
    assert [area["at_s"] for area in then.json()["reach"]] == [0.0, 15.0, 30.0, 60.0]
    assert then.json() == {**ways.json(), "reach": alone.json()["reach"], "behind": False}
    assert ways.headers["content-encoding"] == "gzip"
    as_it_is = responder.get(f"{campus.url}/plan", params={"reach": False}, headers={"Accept-Encoding": "identity"})
    assert ("content-encoding" in as_it_is.headers, as_it_is.content) == (False, ways.content)
    assert as_it_is.headers["vary"] == ways.headers["vary"] == "Authorization, Cookie, Accept-Encoding"
    held = {"If-None-Match": ways.headers["etag"]}
    assert responder.get(f"{campus.url}/plan", params={"reach": False}, headers=held).status_code == 304
    assert alone.json()["exercise"] is ways.json()["exercise"]
    assert f'"{picture["reach"]["etag"]}"' == alone.headers["etag"] == then.headers["etag"] != ways.headers["etag"]
    assert responder.get(f"{campus.url}/reach", headers={"If-None-Match": alone.headers["etag"]}).status_code == 304
    assert staff.get(f"{campus.url}/reach").status_code == 403
    assert staff.get(f"{campus.url}/picture").json()["reach"] is None


def test_forty_witnesses_at_once_are_all_heard_by_a_server_with_a_handful_of_connections(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_server.api.planning.PATIENCE_S", 30.0)
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    places = [campus.lonlat(1 + 0.6 * i, 1.5) for i in range(40)]

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda at: staff.post(f"{campus.url}/sightings", json=sighting(campus, at=at)), places))

    assert [(answer.status_code, answer.json().get("plan")) for answer in answers] == [(201, "made")] * 40
    plan = responder.get(f"{campus.url}/plan").json()
    assert {threat["id"] for threat in plan["threats"]} == {answer.json()["threat_id"] for answer in answers}


def test_the_picture_says_what_moment_the_plan_was_made_for(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/sightings", json=sighting(campus))

    picture, answer = responder.get(f"{campus.url}/picture").json(), responder.get(f"{campus.url}/plan")

    told, made_for = (datetime.fromisoformat(said["made_for_at"]) for said in (picture["plan"], answer.json()))
    assert abs(told - made_for) < timedelta(milliseconds=1)
    assert picture["plan"]["etag"] in answer.headers["ETag"]


def test_a_plan_says_on_which_floorplan_after_which_event_and_from_what_it_was_made(
    client: Client, campus: Campus
) -> None:
    responder = client(Role.RESPONDER)
    plans = []
    for x in (2, 28):
        responder.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(x, 1.5))).raise_for_status()
        plans.append(responder.get(f"{campus.url}/plan").json())
        assert plans[-1]["floorplan_rev"] == responder.get(campus.url).json()["floorplan_rev"]
        assert len(plans[-1]["assumptions"]["floorplan_sha256"]) == 64
    assert 0 < plans[0]["seq"] < plans[1]["seq"] <= responder.get(f"{campus.url}/picture").json()["seq"]
    assert plans[0]["parameters_hash"] != plans[1]["parameters_hash"]
    assert plans[0]["assumptions"]["floorplan_sha256"] == plans[1]["assumptions"]["floorplan_sha256"]


def test_people_who_were_reported_wait_at_doors_in_the_next_plan_and_it_says_who_counted_them(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    alone = responder.get(f"{campus.url}/plan").json()
    room = str(campus.rooms[2].id)
    said = status_report(campus, zone_id=room, adults=2, students=28)
    staff.post(f"{campus.url}/status-reports", json=said).raise_for_status()
    staff.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(2.5, 1.5)))

    counted = responder.get(f"{campus.url}/plan").json()

    assert "people" not in alone["assumptions"]
    assert counted["assumptions"]["people"] == {room: 30}
    assert counted["assumptions"]["people_from"] == {"report": [room]}
    assert counted["egress"]["people"] == 30
    before, after = ({zone["zone_id"]: zone for zone in plan["zones"]}[room] for plan in (alone, counted))
    assert after["queue_s"] > 0
    assert after["time_s"] > before["time_s"]
