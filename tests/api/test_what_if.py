"""What-if on a published site: answered from its map, and nothing of it is recorded."""

from datetime import UTC, datetime

import pytest

from geo_server.domain.roles import Role
from geo_server.store.audit import count_entries
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.api.said import sighting
from tests.campus import Campus, new_id


def test_facilities_see_what_a_closed_exit_would_do(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    west, east = (str(opening.id) for opening in campus.exits)
    usual = facilities.post(f"{campus.url}/what-if", json={}).json()
    shut = facilities.post(f"{campus.url}/what-if", json={"closures": [west]}).json()
    none = facilities.post(f"{campus.url}/what-if", json={"closures": [west, east]}).json()

    assert {zone["independent_ways"] for zone in usual["zones"] if zone["category"] == "room"} == {1}
    assert {zone["zone_id"] for zone in shut["zones"] if east in zone["choke_ids"]} == {
        str(zone.id) for zone in (*campus.rooms, campus.corridor)
    }
    assert any("exit 2" in sentence for sentence in shut["words"])
    assert {zone["status"] for zone in none["zones"]} == {"unreachable"}


def test_facilities_see_what_exits_have_to_let_through_when_rooms_are_as_full_as_supposed(
    client: Client, campus: Campus
) -> None:
    facilities = client(Role.FACILITIES)
    west, east = (str(opening.id) for opening in campus.exits)
    people = {str(room.id): 30 for room in campus.rooms}
    usual = facilities.post(f"{campus.url}/what-if", json={"people": people}).json()
    shut = facilities.post(f"{campus.url}/what-if", json={"people": people, "closures": [west]}).json()
    unknown = facilities.post(f"{campus.url}/what-if", json={"people": "capacity"})

    assert sum(load["people"] for load in usual["egress"]["exits"]) == 30 * len(campus.rooms)
    assert [load["exit_id"] for load in shut["egress"]["exits"]] == [east]
    assert shut["usual_clearance_s"] == usual["egress"]["clearance_s"] < shut["egress"]["clearance_s"]
    assert {zone["exits"] for zone in shut["zones"]} == {1}
    assert "has a capacity" in unknown.text


def test_what_is_supposed_is_not_recorded_and_does_not_mix_with_an_open_incident(
    client: Client, campus: Campus, database: Database
) -> None:
    responder = client(Role.RESPONDER)
    client(Role.STAFF).post(f"{campus.url}/sightings", json=sighting(campus))
    ways = f"{campus.url}/plan?reach=false"  # the reach is drawn on its own time
    before = responder.get(ways).json()
    with database.snapshot() as c:
        entries = count_entries(c, campus.site.id)
    supposed = {"threats": [{"kind": "fire", "at": campus.lonlat(28, 1.5), "ordinal": 0, "speed_mps": 2}]}

    answer = responder.post(f"{campus.url}/what-if", json=supposed)

    assert answer.status_code == 200
    assert [threat["kind"] for threat in answer.json()["threats"]] == ["fire"]
    assert datetime.now(UTC).isoformat()[:10] == answer.json()["made_for_at"][:10]
    assert responder.get(ways).json() == before
    with database.snapshot() as c:
        assert count_entries(c, campus.site.id) == entries


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"closures": [new_id()]}, "closure"),
        ({"profile": "pilot"}, "profile"),
        ({"threats": [{"kind": "flood", "at": [13.7, 51.0], "ordinal": 0}]}, "kind"),
        ({"threats": [{"kind": "fire", "at": [13.7, 51.0], "ordinal": 9}]}, "ordinal"),
        ({"threats": [{"kind": "fire", "at": [0, 0], "ordinal": 0}]}, "at"),
        ({"margin_s": -1}, "margin_s"),
        ({"people": "all"}, "people"),
        ({"people": {new_id(): 3}}, "people"),
        ({"doors": []}, "doors"),
    ],
)
def test_what_cannot_be_supposed_is_refused_by_name(client: Client, campus: Campus, said: object, where: str) -> None:
    answer = client(Role.RESPONDER).post(f"{campus.url}/what-if", json=said)
    assert answer.status_code == 422
    assert where in answer.text
