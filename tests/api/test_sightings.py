"""What witnesses say, over HTTP: kept, counted once, and never silently the place of the witness."""

from datetime import UTC, datetime, timedelta

import pytest

from geo_server.domain.roles import Role
from tests.api.conftest import Client, until
from tests.api.said import Said, routes_of, sighting
from tests.campus import Campus, new_id


def test_a_sighting_opens_an_incident_and_every_zone_gets_a_way_out_that_avoids_it(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)

    answer = staff.post(f"{campus.url}/sightings", json=sighting(campus))

    assert answer.status_code == 201
    assert answer.json()["plan"] == "made"
    picture = responder.get(f"{campus.url}/picture").json()
    assert picture["incident"]["kind"] == "armed_assailant"
    assert picture["incident"]["exercise"] is False
    [threat] = picture["threats"]
    assert threat["at"] == pytest.approx(campus.lonlat(2, 1.5), abs=1e-6)
    assert (threat["ordinal"], threat["building"]) == (0, "Main")
    assert 0 <= threat["age_s"] < 60
    routes = routes_of(responder, campus)
    assert set(routes) == {str(zone.id) for zone in (*campus.rooms, campus.corridor)}
    assert routes[str(campus.rooms[2].id)]["exit_id"] == str(campus.exits[1].id), "the east exit, away from it"


def test_a_sighting_is_kept_when_no_plan_can_be_made(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    responder = client(Role.RESPONDER)

    monkeypatch.setattr("geo_server.services.planner.PATIENCE_S", 0.0)
    answer = responder.post(f"{campus.url}/sightings", json=sighting(campus))

    assert answer.status_code == 201
    assert answer.json()["plan"] == "failed"
    picture = responder.get(f"{campus.url}/picture").json()
    assert (len(picture["threats"]), picture["plan"]) == (1, None)
    assert picture["plan_failed_at"] is not None
    assert client(Role.STAFF).get(f"{campus.url}/picture").json()["plan_failed_at"] is None, "of those who see plans"


def test_nobody_is_shown_a_way_out_that_does_not_know_of_the_latest_sighting(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, responder, commander = client(Role.STAFF), client(Role.RESPONDER), client(Role.COMMANDER)
    room = str(campus.rooms[2].id)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "evacuate", "zone_id": room})
    before = staff.get(f"{campus.url}/zones/{room}/guidance").json()

    with monkeypatch.context() as broken:
        broken.setattr("geo_server.services.planner.PATIENCE_S", 0.0)
        staff.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(28, 1.5)))
        behind = staff.get(f"{campus.url}/zones/{room}/guidance").json()
        pictures = [one.get(f"{campus.url}/picture").json() for one in (staff, responder)]
        plan = responder.get(f"{campus.url}/plan")
        page = responder.get(f"{campus.url}/exports/map.html").text
    responder.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(28, 1.5)))
    after = staff.get(f"{campus.url}/zones/{room}/guidance").json()

    assert before["route"]["exit_id"] == str(campus.exits[1].id)
    assert behind["route"] is None
    assert (behind["withheld_because"], after["withheld_because"]) == ("being_planned", None)
    assert behind["directive"]["action"] == "evacuate", "what people ordered stays"
    assert [picture["plan_behind"] for picture in pictures] == [True, True]
    assert after["route"]["made_for_at"] > before["route"]["made_for_at"]
    assert responder.get(f"{campus.url}/picture").json()["plan_behind"] is False
    assert plan.json()["behind"] is True
    assert plan.headers["etag"].endswith('-behind"')
    assert "NOT UP TO DATE" in page
    assert responder.get(f"{campus.url}/plan").json()["behind"] is False


def test_a_sighting_sent_again_is_counted_once(client: Client, campus: Campus) -> None:
    staff, said = client(Role.STAFF), sighting(campus)

    first, again = (staff.post(f"{campus.url}/sightings", json=said) for _ in range(2))
    other = staff.post(f"{campus.url}/sightings", json={**said, "radius_m": 9})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["threat_id"] == again.json()["threat_id"]
    assert len(staff.get(f"{campus.url}/picture").json()["threats"]) == 1


def test_a_sighting_of_a_known_threat_moves_it_and_an_older_one_does_not(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    threat_id = staff.post(f"{campus.url}/sightings", json=sighting(campus)).json()["threat_id"]
    earlier = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()

    staff.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(25, 7), threat_id=threat_id))
    staff.post(
        f"{campus.url}/sightings",
        json=sighting(campus, at=campus.lonlat(9, 1), threat_id=threat_id, seen_at=earlier),
    )

    [threat] = staff.get(f"{campus.url}/picture").json()["threats"]
    assert threat["at"] == pytest.approx(campus.lonlat(25, 7), abs=1e-6)
    unknown = staff.post(f"{campus.url}/sightings", json=sighting(campus, threat_id=new_id()))
    assert (unknown.status_code, unknown.json()["where"]) == (404, "threat_id")


def test_a_clock_that_runs_ahead_does_not_shorten_the_reach_of_a_threat(client: Client, campus: Campus) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    client(Role.STAFF).post(f"{campus.url}/sightings", json=sighting(campus, seen_at=tomorrow))

    [threat] = client(Role.STAFF).get(f"{campus.url}/picture").json()["threats"]
    assert datetime.fromisoformat(threat["seen_at"]) <= datetime.now(UTC)


def test_a_real_sighting_ends_a_drill_and_a_drill_never_joins_something_real(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    drill = staff.post(f"{campus.url}/sightings", json=sighting(campus, exercise=True)).json()
    assert staff.get(f"{campus.url}/picture").json()["incident"]["exercise"] is True

    unsaid = staff.post(f"{campus.url}/sightings", json=sighting(campus)).json()
    real = staff.post(f"{campus.url}/sightings", json=sighting(campus, exercise=False)).json()
    late = staff.post(f"{campus.url}/sightings", json=sighting(campus, exercise=True))

    assert unsaid["incident_id"] == drill["incident_id"]
    assert real["incident_id"] != drill["incident_id"]
    assert staff.get(f"{campus.url}/picture").json()["incident"]["exercise"] is False
    assert (late.status_code, late.json()["where"]) == (409, "exercise")


def test_a_real_sighting_that_is_refused_or_sent_again_does_not_end_a_drill(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    seen = sighting(campus, exercise=False)
    real = staff.post(f"{campus.url}/sightings", json=seen).json()["incident_id"]
    responder.post(f"{campus.url}/incidents/{real}/state", json={"state": "all_clear"})
    drill = staff.post(f"{campus.url}/sightings", json=sighting(campus, exercise=True)).json()["incident_id"]

    again = staff.post(f"{campus.url}/sightings", json=seen)
    nowhere = staff.post(f"{campus.url}/sightings", json=sighting(campus, exercise=False, threat_id=new_id()))

    assert (again.status_code, again.json()["incident_id"], nowhere.status_code) == (200, real, 404)
    assert staff.get(f"{campus.url}/picture").json()["incident"]["id"] == drill


def test_a_threat_may_be_seen_in_an_area_until_somebody_knows_the_place(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    ring = [campus.lonlat(*xy) for xy in ((0.5, 0.5), (9, 0.5), (9, 2.5), (0.5, 2.5))]
    said = {**sighting(campus), "polygon": ring}
    del said["at"]

    first, again = (staff.post(f"{campus.url}/sightings", json=said) for _ in range(2))
    picture = responder.get(f"{campus.url}/picture").json()
    [recorded] = responder.get(f"{campus.url}/sightings").json()["sightings"]
    made = responder.get(f"{campus.url}/plan").json()
    now = sighting(campus, at=campus.lonlat(2, 1.5), threat_id=first.json()["threat_id"])
    staff.post(f"{campus.url}/sightings", json=now)
    after = responder.get(f"{campus.url}/picture").json()

    assert (first.status_code, again.status_code) == (201, 200)
    [threat] = picture["threats"]
    for one in (threat, recorded, made["threats"][0]):
        assert one["polygon"] == [pytest.approx(pair, abs=2e-7) for pair in ring]
    assert (threat["zone_id"], threat["radius_m"]) == (str(campus.corridor.id), pytest.approx(4.37, abs=0.01))
    assert made["threats"][0]["zone_ids"] == [str(campus.corridor.id)]
    assert after["threats"][0]["polygon"] is None


@pytest.mark.parametrize(
    ("changed", "status", "where"),
    [
        ({"at": None}, 422, "at"),
        ({"polygon": [[13.7, 51.0], [13.7001, 51.0], [13.7, 51.0001]]}, 422, "polygon"),
        ({"at": None, "polygon": [[13.7, 51.0], [13.7001, 51.0]]}, 422, "body.polygon"),
        ({"at": None, "polygon": [[13.7, 51.0]] * 102}, 422, "body.polygon"),
        ({"at": None, "polygon": [[13.7, 51.0], [13.7001, 51.0], [13.7, 95]]}, 422, "body.polygon.2.1"),
        ({"at": None, "polygon": [[13.7, 51.0], [13.7001, 51.0], [51.0, 13.7]]}, 422, "polygon"),
        ({"at": None, "polygon": [[13.7, 51.0], [13.701, 51.001], [13.701, 51.0], [13.7, 51.001]]}, 422, "polygon"),
        ({"at": None, "radius_m": 3, "polygon": [[13.7, 51.0], [13.7001, 51.0], [13.7, 51.0001]]}, 422, "body"),
        ({"kind": "dragon"}, 422, "kind"),
        ({"ordinal": 7}, 422, "ordinal"),
        ({"building": "Annex"}, 422, "building"),
        ({"at": [51.0, 13.7]}, 422, "at"),
        ({"at": [13.7, 95]}, 422, "body.at.1"),
        ({"radius_m": -1}, 422, "body.radius_m"),
        ({"seen_at": "2026-01-01T00:00:00"}, 422, "body.seen_at"),
        ({"seen_at": "0001-01-01T00:00:00+14:00"}, 422, "body.seen_at"),
        ({"colour": "red"}, 422, "body.colour"),
    ],
)
def test_a_sighting_that_cannot_be_is_refused_by_name(
    client: Client, campus: Campus, changed: Said, status: int, where: str
) -> None:
    answer = client(Role.STAFF).post(f"{campus.url}/sightings", json=sighting(campus, **changed))

    assert (answer.status_code, answer.json()["where"]) == (status, where)
    assert client(Role.STAFF).get(f"{campus.url}/picture").json()["incident"] is None, "nothing half-written"


@pytest.mark.parametrize(
    ("first", "then", "status"),
    [("armed_assailant", "fire", 409), ("unknown", "intruder", 201), ("intruder", "armed_assailant", 201)],
)
def test_a_fire_is_never_the_gunman_that_moved_but_what_was_unknown_may_turn_out_to_be_something(
    client: Client, campus: Campus, first: str, then: str, status: int
) -> None:
    staff = client(Role.STAFF)
    threat_id = staff.post(f"{campus.url}/sightings", json=sighting(campus, kind=first)).json()["threat_id"]

    answer = staff.post(f"{campus.url}/sightings", json=sighting(campus, kind=then, threat_id=threat_id))

    assert answer.status_code == status
    [threat] = staff.get(f"{campus.url}/picture").json()["threats"]
    assert threat["kind"] == (then if status == 201 else first)


def test_whoever_reports_is_answered_while_a_slow_plan_is_still_being_made(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a start, when the floorplan is not ready for planning yet."""
    monkeypatch.setattr("geo_server.api.planning.PATIENCE_S", 0.0)
    staff = client(Role.STAFF)

    answer = staff.post(f"{campus.url}/sightings", json=sighting(campus))

    assert (answer.status_code, answer.json()["plan"]) == (201, "pending")
    until(lambda: staff.get(f"{campus.url}/picture").json()["plan_behind"] is False)
