"""Who is accounted for, as those who lead ask for it."""

from collections.abc import Callable

import httpx
import pytest

from geo_server.domain.roles import Role
from tests.api.said import sighting, status_report
from tests.campus import Campus

Client = Callable[[Role], httpx.Client]


def test_people_are_counted_by_level_and_the_missing_are_matched_against_the_extra(
    campus: Campus, client: Client
) -> None:
    responder, teacher = client(Role.RESPONDER), client(Role.STAFF)
    assert responder.get(f"{campus.url}/accountability").json()["incident_id"] is None
    responder.post(f"{campus.url}/sightings", json=sighting(campus)).raise_for_status()
    here, there = campus.rooms[:2]
    gone = {"name": "Ana Núñez", "last_seen_zone_id": str(there.id), "last_seen_at": "2026-01-05T12:00:00Z"}
    said = status_report(campus, students=20, need_assistance=2, missing=[gone], door_locked=True, can_move=False)
    teacher.post(f"{campus.url}/status-reports", json=said).raise_for_status()
    assert teacher.post(f"{campus.url}/status-reports", json=said).status_code == 200, "a repetition counts once"
    with_extra = status_report(campus, zone_id=str(there.id), students=18, extra=["nunez, ana", "Bo Li"])
    teacher.post(f"{campus.url}/status-reports", json=with_extra).raise_for_status()

    told = responder.get(f"{campus.url}/accountability").json()
    counted = {"adults": 0, "students": 38, "injured": 0, "need_assistance": 2, "out": 0}
    assert told["people"] == counted
    (level,) = [of for of in told["levels"] if of["people"] == counted]
    assert level["statuses"]["ok"] == 2
    (missing,) = told["missing"]
    assert missing["zone_id"] == str(here.id)
    assert missing["last_seen_zone_id"] == str(there.id)
    assert missing["last_seen_at"] == "2026-01-05T12:00:00Z" or missing["last_seen_at"].startswith("2026-01-05T12:00")
    assert [(f["zone_id"], f["sure"]) for f in missing["found"]] == [(str(there.id), True)]
    assert [person["name"] for person in told["extra"]] == ["Bo Li"]

    status = responder.get(f"{campus.url}/picture").json()["statuses"][str(here.id)]
    assert {name: status[name] for name in ("need_assistance", "door_locked", "can_move")} == {
        "need_assistance": 2,
        "door_locked": True,
        "can_move": False,
    }


def test_names_are_for_those_who_see_reports(campus: Campus, client: Client) -> None:
    assert client(Role.STAFF).get(f"{campus.url}/accountability").status_code == 403
    assert client(Role.GUEST).get(f"{campus.url}/accountability").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"missing": [{"name": " "}]}, "missing"),
        ({"missing": [{"name": "A", "age": 7}]}, "missing"),
        ({"missing": [{"name": "A"}] * 61}, "missing"),
        ({"extra": ["\u202e"]}, "extra"),
        ({"extra": ["???"]}, "extra"),
        ({"need_assistance": -1}, "need_assistance"),
        ({"door_locked": "perhaps"}, "door_locked"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    campus: Campus, client: Client, wrong: dict[str, object], where: str
) -> None:
    answer = client(Role.STAFF).post(f"{campus.url}/status-reports", json=status_report(campus, **wrong))
    assert answer.status_code == 422
    assert where in answer.text
