"""Plans that those who lead ask for: to refuges, on to assembly points, and ways to choose between."""

from geo_server.domain.roles import Role
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.said import sighting, status_report
from tests.campus import Campus, build_campus, new_id


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
