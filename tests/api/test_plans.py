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
from tests.campus import Campus, build_campus, new_id


def test_staff_see_a_route_only_once_leaving_is_permitted(client: Client, campus: Campus) -> None:
    staff, commander = client(Role.STAFF), client(Role.COMMANDER)
    room = str(campus.rooms[2].id)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))

    hiding = staff.get(f"{campus.url}/zones/{room}/guidance").json()
    leading = commander.get(f"{campus.url}/zones/{room}/guidance").json()
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "evacuate", "zone_id": room})
    leaving = staff.get(f"{campus.url}/zones/{room}/guidance").json()
    next_door = staff.get(f"{campus.url}/zones/{campus.rooms[0].id}/guidance").json()
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "lockdown", "reason": "shots"})
    locked = staff.get(f"{campus.url}/zones/{room}/guidance").json()

    assert (hiding["directive"]["action"], hiding["route"]) == ("lockdown", None)
    assert [told["withheld_because"] for told in (hiding, leading, leaving)] == ["not_permitted", None, None]
    assert leading["route"]["zone_id"] == room
    assert leaving["directive"]["action"] == "evacuate"
    assert leaving["route"]["exit_id"] == str(campus.exits[1].id)
    assert next_door["route"] is None
    assert (locked["directive"]["action"], locked["route"]) == ("lockdown", None), "the last order counts"
    assert "shots" in locked["directive"]["why"]


def test_without_an_incident_nobody_is_told_to_do_anything(client: Client, campus: Campus) -> None:
    guidance = client(Role.STAFF).get(f"{campus.url}/zones/{campus.rooms[0].id}/guidance").json()

    assert (guidance["directive"], guidance["route"]) == (None, None)
    assert client(Role.RESPONDER).get(f"{campus.url}/plan").status_code == 404


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


def test_leaders_see_ways_to_rooms_that_can_be_locked_by_what_is_known_now(client: Client, database: Database) -> None:
    campus = build_campus(database, lockable=True)
    responder = client(Role.RESPONDER, campus)
    responder.post(f"{campus.url}/sightings", json=sighting(campus))
    rooms = {str(room.id) for room in campus.rooms}

    first = responder.get(f"{campus.url}/plan?to=lockable")
    again = responder.get(f"{campus.url}/plan?to=lockable", headers={"If-None-Match": first.headers["etag"]})
    hiding = {zone["zone_id"]: zone for zone in first.json()["zones"]}

    assert (first.json()["to"], again.status_code) == ("lockable", 304)
    assert {zone["refuge_id"] for zone in hiding.values()} <= rooms
    assert {zone["exit_id"] for zone in hiding.values()} == {None}
    assert {hiding[room]["refuge_id"] for room in rooms} == rooms, "each stays in its own"
    assert responder.get(f"{campus.url}/plan").json()["to"] == "exits"

    for numbers, status in (({}, 304), ({"adults": 2, "students": 20}, 200), ({"adults": 2, "students": 18}, 304)):
        responder.post(f"{campus.url}/status-reports", json=status_report(campus, **numbers)).raise_for_status()
        reported = responder.get(f"{campus.url}/plan?to=lockable", headers={"If-None-Match": again.headers["etag"]})
        assert reported.status_code == status, "made anew only where more people are known of"
        again = reported

    shut = {"id": new_id(), "subject_id": str(campus.rooms[2].id), "reason": "burning"}
    responder.post(f"{campus.url}/closures", json=shut)
    later = responder.get(f"{campus.url}/plan?to=lockable", headers={"If-None-Match": first.headers["etag"]})
    assert later.status_code == 200
    assert str(campus.rooms[2].id) not in {zone["refuge_id"] for zone in later.json()["zones"]}


def test_leaders_see_where_ways_go_on_to_and_ways_to_assembly_points(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    field = responder.get(campus.url).json()["assembly_points"][0]
    responder.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(14, -1500)))

    out = responder.get(f"{campus.url}/plan").json()
    assert {zone["onward"]["assembly_point_id"] for zone in out["zones"]} == {field["id"]}
    for zone in out["zones"]:
        (leg,) = zone["onward"]["legs"]
        assert leg["coordinates"][0] == zone["legs"][-1]["coordinates"][-1]
        assert leg["coordinates"][-1] == field["at"]
        assert zone["instructions"][-1] == zone["onward"]["words"]
    whole = responder.get(f"{campus.url}/plan?to=assembly_points").json()
    assert whole["to"] == "assembly_points"
    assert {zone["assembly_point_id"] for zone in whole["zones"]} == {field["id"]}
    assert {zone["exit_id"] for zone in whole["zones"]} == {None}


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


def test_an_assembly_point_that_became_unsafe_is_closed_and_nobody_is_told_to_go_there(
    client: Client, campus: Campus
) -> None:
    responder = client(Role.RESPONDER)
    field = responder.get(campus.url).json()["assembly_points"][0]
    responder.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(14, -1500)))

    shut = {"id": new_id(), "subject_id": field["id"], "reason": "blocked"}
    answer = responder.post(f"{campus.url}/closures", json=shut)
    out = responder.get(f"{campus.url}/plan").json()
    [told] = responder.get(f"{campus.url}/picture").json()["closures"]

    assert answer.status_code == 201
    assert {zone["onward"]["assembly_point_id"] for zone in out["zones"]} == {None}
    assert {one["reason"] for zone in out["zones"] for one in zone["onward"]["avoided"]} == {"closed"}
    assert {zone["status"] for zone in out["zones"]} == {"safe_shortest"}, "who is out is safe all the same"
    assert [closure["subject_id"] for closure in out["assumptions"]["closures"]] == [field["id"]]
    assert (told["name"], told["at"], told["ordinal"]) == (field["name"], field["at"], 0)
    responder.delete(f"{campus.url}/closures/{shut['id']}").raise_for_status()
    after = responder.get(f"{campus.url}/plan").json()
    assert {zone["onward"]["assembly_point_id"] for zone in after["zones"]} == {field["id"]}


def test_without_shelters_or_an_incident_the_answer_says_so(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    assert responder.get(f"{campus.url}/plan?to=shelter").status_code == 404
    assert responder.get(f"{campus.url}/plan?to=roof").status_code == 422
    responder.post(f"{campus.url}/incidents", json={"kind": "severe_weather"})
    plan = responder.get(f"{campus.url}/plan?to=shelter").json()
    assert {zone["status"] for zone in plan["zones"]} == {"unreachable"}
    assert plan["assumptions"]["flags"] == ["No zone of the floorplan is a shelter."]


def test_those_who_lead_are_given_ways_to_choose_between_when_they_ask(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    assert responder.get(f"{campus.url}/plan?choices=true").status_code == 404
    client(Role.STAFF).post(f"{campus.url}/sightings", json=sighting(campus, radius_m=0.5))

    plain, asked = (responder.get(f"{campus.url}/plan", params=params) for params in ({}, {"choices": "true"}))

    ways = {zone["zone_id"]: zone for zone in asked.json()["zones"]}
    assert all(zone["choices"] for zone in ways.values())
    assert {label for zone in ways.values() for choice in zone["choices"] for label in choice["labels"]} >= {
        "largest_margin"
    }
    assert ways[str(campus.corridor.id)]["exposure_s"] > 0
    assert {zone["zone_id"]: zone["status"] for zone in plain.json()["zones"]} == {
        zone_id: zone["status"] for zone_id, zone in ways.items()
    }
    again = responder.get(f"{campus.url}/plan?choices=true", headers={"If-None-Match": asked.headers["etag"]})
    assert again.status_code == 304
    assert asked.headers["etag"] != plain.headers["etag"]
    assert client(Role.STAFF).get(f"{campus.url}/plan?choices=true").status_code == 403
    one = responder.get(f"{campus.url}/zones/{campus.corridor.id}/choices").json()
    assert one == {**ways[str(campus.corridor.id)], "made_for_at": asked.json()["made_for_at"]}
    assert responder.get(f"{campus.url}/zones/{new_id()}/choices").status_code == 404


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


def test_while_nobody_has_said_where_the_threat_is_ways_are_shown_and_none_is_guaranteed(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    room = str(campus.rooms[2].id)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})

    planned = routes_of(responder, campus)[room]
    unknown = staff.get(f"{campus.url}/zones/{room}/guidance").json()
    pictures = [staff.get(f"{campus.url}/picture").json()]
    covered = responder.get(f"{campus.url}/plan").json()["guarantee"]["does_not_cover"]
    seen = sighting(campus, kind="fire", at=campus.lonlat(1, 1.5))
    assert staff.post(f"{campus.url}/sightings", json=seen).status_code == 201
    known = staff.get(f"{campus.url}/zones/{room}/guidance").json()
    pictures.append(staff.get(f"{campus.url}/picture").json())

    assert (unknown["route"]["exit_id"], unknown["route"]["legs"]) == (planned["exit_id"], planned["legs"])
    assert (unknown["route"]["status"], unknown["route"]["advice"]) == ("no_guaranteed_route", "stay")
    assert unknown["route"]["unsure_because"] == "place_unknown"
    assert unknown["directive"]["words"].startswith("Leave only if you can see that the way is clear")
    assert any(words.startswith("any threat") for words in covered)
    assert [picture["place_unknown"] for picture in pictures] == [True, False]
    assert known["route"].get("unsure_because") is None


@pytest.mark.parametrize("kind", ["earthquake", "medical", "severe_weather"])
def test_what_threatens_from_no_one_place_leaves_the_ways_as_they_are_planned(
    client: Client, campus: Campus, kind: str
) -> None:
    commander, room = client(Role.COMMANDER), str(campus.rooms[2].id)
    commander.post(f"{campus.url}/incidents", json={"kind": kind})
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "evacuate"})

    told = commander.get(f"{campus.url}/zones/{room}/guidance").json()

    assert (told["route"]["status"], told["route"]["advice"]) == ("safe_shortest", "go")
    assert told["directive"]["words"].startswith("Leave now by the route shown")
    assert commander.get(f"{campus.url}/picture").json()["place_unknown"] is False


def test_who_is_ordered_to_leave_reads_to_leave_at_once_only_beside_a_way_that_is_guaranteed(
    client: Client, campus: Campus
) -> None:
    """The words fit the way: beside one that is not sure, or that is not known yet, they say to look first."""
    staff, commander = client(Role.STAFF), client(Role.COMMANDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "evacuate"})

    told = [staff.get(f"{campus.url}/zones/{room.id}/guidance").json() for room in campus.rooms]
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "hold"})
    held = staff.get(f"{campus.url}/zones/{campus.rooms[0].id}/guidance").json()

    assert "no_guaranteed_route" in {one["route"]["status"] for one in told}
    for one in told:
        is_safe = one["route"]["status"].startswith("safe_")
        assert one["directive"]["words"].startswith("Leave now by the route shown" if is_safe else "Leave only if")
    assert held["directive"]["words"].startswith("Stay in your room")
