"""Standing for zones over HTTP: who, how they know, until when, and what is still to be walked."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from geo_server.domain.roles import Role
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.api.conftest import Client
from tests.campus import Campus, new_id

Json = dict[str, Any]


def said(campus: Campus, **changed: object) -> Json:
    return {"id": new_id(), "zone_ids": [str(campus.rooms[0].id)], "method": "walked", **changed}


def test_zones_are_signed_for_a_year_and_the_others_are_still_to_be_walked(
    client: Client, campus: Campus, database: Database
) -> None:
    facilities = client(Role.FACILITIES)
    rooms = [str(room.id) for room in campus.rooms[:2]]

    answer = facilities.post(f"{campus.url}/sign-offs", json=said(campus, zone_ids=rooms, note="with the fire officer"))

    assert answer.status_code == 201
    found = facilities.get(f"{campus.url}/sign-offs").json()
    assert found["counts"] == {"signed": 2, "unsigned": 2}
    signed = next(zone for zone in found["zones"] if zone["id"] == rooms[0])["signed"]
    assert (signed["signed_by"], signed["method"], signed["note"]) == (
        "Pat facilities",
        "walked",
        "with the fire officer",
    )
    days = datetime.fromisoformat(signed["verify_by"]).date() - datetime.now(UTC).date()
    assert timedelta(days=364) <= days <= timedelta(days=366)
    with database.snapshot() as c:
        assert verify_audit(c, campus.site.id) is None


def test_the_latest_sign_off_of_a_zone_counts(client: Client, campus: Campus) -> None:
    facilities, admin = client(Role.FACILITIES), client(Role.ADMIN)
    facilities.post(f"{campus.url}/sign-offs", json=said(campus))
    admin.post(f"{campus.url}/sign-offs", json=said(campus, method="drawing"))
    zones = facilities.get(f"{campus.url}/sign-offs").json()["zones"]
    assert next(zone for zone in zones if zone["signed"])["signed"]["signed_by"] == "Pat admin"


def test_a_zone_that_was_renamed_since_has_to_be_looked_at_again(
    client: Client, campus: Campus, database: Database
) -> None:
    facilities = client(Role.FACILITIES)
    facilities.post(f"{campus.url}/sign-offs", json=said(campus))
    with database.transaction() as c:
        c.execute(text("UPDATE zones SET name = 'Lab' WHERE id = :id"), {"id": campus.rooms[0].id})
        c.execute(text("UPDATE sites SET floorplan_rev = floorplan_rev + 1 WHERE id = :id"), {"id": campus.site.id})
    assert facilities.get(f"{campus.url}/sign-offs").json()["counts"] == {"changed": 1, "unsigned": 3}


@pytest.mark.parametrize(
    ("changed", "status", "where"),
    [
        ({"zone_ids": []}, 422, "body.zone_ids"),
        ({"zone_ids": [str(uuid4())]}, 404, "zone_ids"),
        ({"verify_by": "2020-01-01"}, 422, "verify_by"),
        ({"verify_by": "2199-01-01"}, 422, "verify_by"),
        ({"method": "guessed"}, 422, "body.method"),
    ],
)
def test_what_nobody_can_stand_for_is_refused(
    client: Client, campus: Campus, changed: Json, status: int, where: str
) -> None:
    answer = client(Role.FACILITIES).post(f"{campus.url}/sign-offs", json=said(campus, **changed))
    assert (answer.status_code, answer.json()["where"]) == (status, where)


def test_the_same_sign_off_is_not_taken_twice_and_staff_cannot_sign(client: Client, campus: Campus) -> None:
    one = said(campus)
    codes = [client(Role.FACILITIES).post(f"{campus.url}/sign-offs", json=one).status_code for _ in range(2)]
    assert codes == [201, 409]
    assert client(Role.STAFF).post(f"{campus.url}/sign-offs", json=said(campus)).status_code == 403
