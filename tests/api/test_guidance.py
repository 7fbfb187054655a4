"""What people in a zone are told: the order, and a way out where leaving is permitted and somebody knows where the threat is."""

import pytest

from geo_server.domain.roles import Role
from tests.api.conftest import Client
from tests.api.said import routes_of, sighting
from tests.campus import Campus, new_id


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
