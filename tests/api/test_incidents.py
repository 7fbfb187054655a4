"""From a sighting to what each person is told, over HTTP."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from geo_server.domain.incidents import Closure, ClosureReason
from geo_server.domain.roles import Role
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.incidents import add_closure
from tests.campus import Campus, build_campus, new_id

Client = Callable[[Role | None], httpx.Client]
Said = dict[str, Any]


def _sighting(campus: Campus, **changed: object) -> Said:
    """A threat in the west end of the corridor, seen now."""
    said = {
        "id": new_id(),
        "kind": "armed_assailant",
        "at": campus.lonlat(2, 1.5),
        "ordinal": 0,
        "seen_at": datetime.now(UTC).isoformat(),
    }
    return {**said, **changed}


def _report(campus: Campus, **changed: object) -> Said:
    said = {
        "id": new_id(),
        "zone_id": str(campus.rooms[0].id),
        "status": "ok",
        "client_at": datetime.now(UTC).isoformat(),
    }
    return {**said, **changed}


def _routes(client: httpx.Client, campus: Campus) -> dict[str, Said]:
    return {route["zone_id"]: route for route in client.get(f"{campus.url}/plan").json()["zones"]}


def test_a_sighting_opens_an_incident_and_every_zone_gets_a_way_out_that_avoids_it(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)

    answer = staff.post(f"{campus.url}/sightings", json=_sighting(campus))

    assert answer.status_code == 201
    assert answer.json()["plan"] == "made"
    picture = responder.get(f"{campus.url}/picture").json()
    assert picture["incident"]["kind"] == "armed_assailant"
    assert picture["incident"]["exercise"] is False
    [threat] = picture["threats"]
    assert threat["at"] == pytest.approx(campus.lonlat(2, 1.5), abs=1e-6)
    assert (threat["ordinal"], threat["building"]) == (0, "Main")
    assert 0 <= threat["age_s"] < 60
    routes = _routes(responder, campus)
    assert set(routes) == {str(zone.id) for zone in (*campus.rooms, campus.corridor)}
    assert routes[str(campus.rooms[2].id)]["exit_id"] == str(campus.exits[1].id), "the east exit, away from it"


def test_staff_see_a_route_only_once_leaving_is_permitted(client: Client, campus: Campus) -> None:
    staff, commander = client(Role.STAFF), client(Role.COMMANDER)
    room = str(campus.rooms[2].id)
    staff.post(f"{campus.url}/sightings", json=_sighting(campus))

    hiding = staff.get(f"{campus.url}/zones/{room}/guidance").json()
    leading = commander.get(f"{campus.url}/zones/{room}/guidance").json()
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "evacuate", "zone_id": room})
    leaving = staff.get(f"{campus.url}/zones/{room}/guidance").json()
    next_door = staff.get(f"{campus.url}/zones/{campus.rooms[0].id}/guidance").json()
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "lockdown", "reason": "shots"})
    locked = staff.get(f"{campus.url}/zones/{room}/guidance").json()

    assert (hiding["directive"]["action"], hiding["route"]) == ("lockdown", None)
    assert "does not permit leaving" in hiding["withheld"]
    assert leading["route"]["zone_id"] == room
    assert (leaving["directive"]["action"], leaving["withheld"]) == ("evacuate", None)
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
        answers = list(
            pool.map(lambda at: staff.post(f"{campus.url}/sightings", json=_sighting(campus, at=at)), places)
        )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["incident_id"] for answer in answers}) == 1
    threats = {answer.json()["threat_id"] for answer in answers}
    plan = responder.get(f"{campus.url}/plan").json()
    assert {threat["id"] for threat in plan["threats"]} == threats
    assert len(threats) == 8


def test_a_sighting_is_kept_when_no_plan_can_be_made(client: Client, database: Database) -> None:
    bare = build_campus(database, walkable=False)
    responder = client(None)
    responder.headers["Authorization"] = f"Bearer {bare.tokens[Role.RESPONDER]}"

    answer = responder.post(f"{bare.url}/sightings", json=_sighting(bare))

    assert answer.status_code == 201
    assert answer.json()["plan"] == "failed"
    assert len(responder.get(f"{bare.url}/picture").json()["threats"]) == 1


def test_a_sighting_sent_again_is_counted_once(client: Client, campus: Campus) -> None:
    staff, said = client(Role.STAFF), _sighting(campus)

    first, again = (staff.post(f"{campus.url}/sightings", json=said) for _ in range(2))
    other = staff.post(f"{campus.url}/sightings", json={**said, "radius_m": 9})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["threat_id"] == again.json()["threat_id"]
    assert len(staff.get(f"{campus.url}/picture").json()["threats"]) == 1


def test_a_sighting_of_a_known_threat_moves_it_and_an_older_one_does_not(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    threat_id = staff.post(f"{campus.url}/sightings", json=_sighting(campus)).json()["threat_id"]
    earlier = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()

    staff.post(f"{campus.url}/sightings", json=_sighting(campus, at=campus.lonlat(25, 7), threat_id=threat_id))
    staff.post(
        f"{campus.url}/sightings",
        json=_sighting(campus, at=campus.lonlat(9, 1), threat_id=threat_id, seen_at=earlier),
    )

    [threat] = staff.get(f"{campus.url}/picture").json()["threats"]
    assert threat["at"] == pytest.approx(campus.lonlat(25, 7), abs=1e-6)
    unknown = staff.post(f"{campus.url}/sightings", json=_sighting(campus, threat_id=new_id()))
    assert (unknown.status_code, unknown.json()["where"]) == (404, "threat_id")


def test_a_clock_that_runs_ahead_does_not_shorten_the_reach_of_a_threat(client: Client, campus: Campus) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    client(Role.STAFF).post(f"{campus.url}/sightings", json=_sighting(campus, seen_at=tomorrow))

    [threat] = client(Role.STAFF).get(f"{campus.url}/picture").json()["threats"]
    assert datetime.fromisoformat(threat["seen_at"]) <= datetime.now(UTC)


def test_a_real_sighting_ends_a_drill_and_a_drill_never_joins_something_real(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    drill = staff.post(f"{campus.url}/sightings", json=_sighting(campus, exercise=True)).json()
    assert staff.get(f"{campus.url}/picture").json()["incident"]["exercise"] is True

    unsaid = staff.post(f"{campus.url}/sightings", json=_sighting(campus)).json()
    real = staff.post(f"{campus.url}/sightings", json=_sighting(campus, exercise=False)).json()
    late = staff.post(f"{campus.url}/sightings", json=_sighting(campus, exercise=True))

    assert unsaid["incident_id"] == drill["incident_id"]
    assert real["incident_id"] != drill["incident_id"]
    assert staff.get(f"{campus.url}/picture").json()["incident"]["exercise"] is False
    assert (late.status_code, late.json()["where"]) == (409, "exercise")


def test_a_real_sighting_that_is_refused_or_sent_again_does_not_end_a_drill(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    seen = _sighting(campus, exercise=False)
    real = staff.post(f"{campus.url}/sightings", json=seen).json()["incident_id"]
    responder.post(f"{campus.url}/incidents/{real}/state", json={"state": "all_clear"})
    drill = staff.post(f"{campus.url}/sightings", json=_sighting(campus, exercise=True)).json()["incident_id"]

    again = staff.post(f"{campus.url}/sightings", json=seen)
    nowhere = staff.post(f"{campus.url}/sightings", json=_sighting(campus, exercise=False, threat_id=new_id()))

    assert (again.status_code, again.json()["incident_id"], nowhere.status_code) == (200, real, 404)
    assert staff.get(f"{campus.url}/picture").json()["incident"]["id"] == drill


def test_a_report_sent_again_is_counted_once_and_silence_is_counted_too(client: Client, campus: Campus) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    staff.post(f"{campus.url}/sightings", json=_sighting(campus))
    said = _report(campus, adults=1, students=24)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: staff.post(f"{campus.url}/status-reports", json=said), range(6)))
    other = staff.post(f"{campus.url}/status-reports", json={**said, "students": 23})

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert other.status_code == 409
    picture = responder.get(f"{campus.url}/picture").json()
    assert picture["statuses"][str(campus.rooms[0].id)]["students"] == 24
    assert picture["counts"]["ok"] == 1
    assert picture["counts"]["unreported"] == 2


def test_staff_see_their_own_reports_only(client: Client, campus: Campus, database: Database) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    staff.post(f"{campus.url}/sightings", json=_sighting(campus))
    staff.post(f"{campus.url}/status-reports", json=_report(campus))
    responder.post(f"{campus.url}/status-reports", json=_report(campus, zone_id=str(campus.rooms[1].id)))

    own = staff.get(f"{campus.url}/picture").json()

    assert set(own["statuses"]) == {str(campus.rooms[0].id)}
    assert own["counts"] == {}
    assert own["plan"] is None
    assert len(responder.get(f"{campus.url}/picture").json()["statuses"]) == 2
    assert client(Role.VIEWER).get(f"{campus.url}/picture").status_code == 403
    with database.snapshot() as c:
        assert verify_audit(c, campus.site.id) is None


def test_only_responders_may_say_that_a_zone_is_cleared(client: Client, campus: Campus) -> None:
    client(Role.STAFF).post(f"{campus.url}/sightings", json=_sighting(campus))

    refused = client(Role.STAFF).post(f"{campus.url}/status-reports", json=_report(campus, status="cleared"))
    silent = client(Role.STAFF).post(f"{campus.url}/status-reports", json=_report(campus, status="unreported"))
    taken = client(Role.RESPONDER).post(f"{campus.url}/status-reports", json=_report(campus, status="cleared"))

    assert (refused.status_code, silent.status_code, taken.status_code) == (403, 422, 201)


def test_reports_are_taken_until_an_incident_is_closed_and_repeated_ones_even_later(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    nothing = staff.post(f"{campus.url}/status-reports", json=_report(campus))
    incident = responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    first = _report(campus)
    staff.post(f"{campus.url}/status-reports", json=first)

    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "all_clear"})
    late = staff.post(f"{campus.url}/status-reports", json=_report(campus))
    responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "closed"})
    too_late = staff.post(f"{campus.url}/status-reports", json=_report(campus))
    repeated = staff.post(f"{campus.url}/status-reports", json=first)

    codes = [answer.status_code for answer in (nothing, late, too_late, repeated)]
    assert codes == [409, 201, 409, 200]
    assert responder.get(f"{campus.url}/picture").json()["incident"] is None


def test_a_report_that_waited_on_a_phone_counts_in_the_incident_that_it_was_given_for(
    client: Client, campus: Campus
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    drill = responder.post(f"{campus.url}/incidents", json={"kind": "fire", "exercise": True}).json()["incident_id"]
    waiting = _report(campus, incident_id=drill)
    responder.post(f"{campus.url}/incidents/{drill}/state", json={"state": "all_clear"})
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})

    late = staff.post(f"{campus.url}/status-reports", json=waiting)
    elsewhere = staff.post(f"{campus.url}/status-reports", json=_report(campus, incident_id=new_id()))

    assert (late.status_code, elsewhere.status_code) == (201, 404)
    assert responder.get(f"{campus.url}/picture").json()["statuses"] == {}, "silent in what is real"


def test_closing_the_way_out_changes_the_plan_and_opening_it_changes_it_back(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
    west, east = (str(opening.id) for opening in campus.exits)
    room = str(campus.rooms[2].id)
    closure = {"id": new_id(), "subject_id": east, "reason": "blocked"}

    assert _routes(responder, campus)[room]["exit_id"] == east
    assert responder.post(f"{campus.url}/closures", json=closure).status_code == 201
    assert _routes(responder, campus)[room]["exit_id"] == west
    assert responder.post(f"{campus.url}/closures", json=closure).status_code == 200
    assert responder.delete(f"{campus.url}/closures/{closure['id']}").status_code == 204
    assert _routes(responder, campus)[room]["exit_id"] == east
    assert responder.get(f"{campus.url}/picture").json()["closures"] == []


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

    assert _routes(responder, campus)[str(campus.rooms[2].id)]["exit_id"] == west


def test_a_plan_is_not_sent_again_to_who_has_it(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
    first = responder.get(f"{campus.url}/plan")
    tag = first.headers["etag"]

    same = responder.get(f"{campus.url}/plan", headers={"If-None-Match": tag})
    responder.post(f"{campus.url}/sightings", json=_sighting(campus))
    changed = responder.get(f"{campus.url}/plan", headers={"If-None-Match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200
    assert "private" in first.headers["cache-control"]
    picture = responder.get(f"{campus.url}/picture").json()
    assert f'"{picture["plan"]["etag"]}"' == changed.headers["etag"]


def test_a_second_incident_and_a_wrong_step_are_in_conflict(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    incident = responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]

    second = responder.post(f"{campus.url}/incidents", json={"kind": "gas"})
    leap = responder.post(f"{campus.url}/incidents/{incident}/state", json={"state": "closed"})

    assert (second.status_code, leap.status_code) == (409, 409)
    assert "all_clear" in leap.json()["advice"]


@pytest.mark.parametrize(
    ("changed", "status", "where"),
    [
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
    answer = client(Role.STAFF).post(f"{campus.url}/sightings", json=_sighting(campus, **changed))

    assert (answer.status_code, answer.json()["where"]) == (status, where)
    assert client(Role.STAFF).get(f"{campus.url}/picture").json()["incident"] is None, "nothing half-written"


@pytest.mark.parametrize("path", ["directives", "closures", "status-reports"])
def test_an_unknown_thing_is_not_found_by_name(client: Client, campus: Campus, path: str) -> None:
    admin = client(Role.ADMIN)
    admin.post(f"{campus.url}/incidents", json={"kind": "fire"})
    bodies: dict[str, Said] = {
        "directives": {"id": new_id(), "action": "hold", "zone_id": new_id()},
        "closures": {"id": new_id(), "subject_id": new_id(), "reason": "locked"},
        "status-reports": _report(campus, zone_id=new_id()),
    }

    answer = admin.post(f"{campus.url}/{path}", json=bodies[path])

    assert answer.status_code == 404
    assert answer.json()["where"] in {"zone_id", "subject_id"}
