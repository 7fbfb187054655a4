"""Ways in for responders over HTTP: from what is recorded of the incident, and for those who lead only."""

import pytest

from geo_server.domain.roles import Role
from tests.api.conftest import Client
from tests.api.said import sighting
from tests.campus import Campus, new_id


def test_responders_are_told_the_door_its_number_and_side_and_a_threat_changes_it(
    client: Client, campus: Campus
) -> None:
    responder, room = client(Role.RESPONDER), campus.rooms[0].id
    lon, lat = campus.lonlat(-15, 1.5)
    url = f"{campus.url}/zones/{room}/entries"

    calm = responder.get(url, params={"lon": lon, "lat": lat}).json()
    client(Role.STAFF).post(f"{campus.url}/sightings", json=sighting(campus))
    avoid, approach = (
        responder.get(url, params={"lon": lon, "lat": lat, "mode": mode}).json() for mode in ("avoid", "approach")
    )

    assert calm["incident_id"] is None
    assert [entry["number"] for entry in calm["entries"]] == ["1", "2"]
    assert [entry["side"] for entry in calm["entries"]] == ["west", "east"]
    assert all(entry["safe"] and entry["margin_s"] is None for entry in calm["entries"])
    assert calm["entries"][0]["outside_m"] == pytest.approx(15, abs=1)
    assert approach["entries"][0]["number"] == "1"
    assert not approach["entries"][0]["safe"]
    assert approach["entries"][0]["exposure_s"] > 0
    assert (avoid["mode"], len(avoid["threats"])) == ("avoid", 1)
    assert "in by door 1 on the west side" in calm["entries"][0]["radio"]


def test_a_closed_door_is_no_way_in(client: Client, campus: Campus) -> None:
    said = {"id": new_id(), "subject_id": str(campus.exits[0].id), "reason": "locked"}
    client(Role.COMMANDER).post(f"{campus.url}/closures", json=said).raise_for_status()
    found = client(Role.RESPONDER).get(f"{campus.url}/zones/{campus.rooms[0].id}/entries").json()
    assert [entry["number"] for entry in found["entries"]] == ["2"]


@pytest.mark.parametrize(
    ("params", "status"),
    [({"lon": 13.7}, 422), ({"lon": 0, "lat": 0}, 422), ({"lon": "nan", "lat": 51}, 422), ({"mode": "charge"}, 422)],
)
def test_what_cannot_be_asked_is_refused(
    client: Client, campus: Campus, params: dict[str, object], status: int
) -> None:
    url = f"{campus.url}/zones/{campus.rooms[0].id}/entries"
    assert client(Role.RESPONDER).get(url, params=params).status_code == status  # type: ignore[arg-type]


def test_a_zone_that_is_not_there_is_not_found_and_staff_may_not_ask(client: Client, campus: Campus) -> None:
    assert client(Role.RESPONDER).get(f"{campus.url}/zones/{new_id()}/entries").status_code == 404
    assert client(Role.STAFF).get(f"{campus.url}/zones/{campus.rooms[0].id}/entries").status_code == 403
