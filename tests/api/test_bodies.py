"""No body, however made, is answered by a fault of the server."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_server.domain.roles import Role
from tests.campus import Campus, new_id

Client = Callable[[Role | None], httpx.Client]

FIELDS: dict[str, list[str]] = {
    "sightings": [
        "id",
        "kind",
        "at",
        "ordinal",
        "building",
        "radius_m",
        "seen_at",
        "exercise",
        "threat_id",
        "confidence",
    ],
    "incidents": ["kind", "exercise"],
    "status-reports": ["id", "zone_id", "status", "client_at", "adults", "students", "injured", "note", "incident_id"],
    "directives": ["id", "action", "zone_id", "reason"],
    "closures": ["id", "subject_id", "reason"],
}

USUAL: dict[str, Any] = {
    "id": new_id(),
    "kind": "fire",
    "ordinal": 0,
    "seen_at": "2026-01-01T00:00:00Z",
    "client_at": "2026-01-01T00:00:00Z",
    "status": "ok",
    "action": "hold",
    "reason": "locked",
    "at": [13.7, 51.0],
}

NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([0, -0.0, 1e308, 2**63, 180.0, -85.0]))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.text(max_size=30),
    st.uuids().map(str),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.lists(NUMBERS, max_size=3),
    st.dictionaries(st.text(max_size=5), NUMBERS, max_size=2),
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, bytes]:
    """An address that takes a body, and a body that is nearly right."""
    path = draw(st.sampled_from(sorted(FIELDS)))
    body = {
        field: USUAL[field] if field in USUAL and draw(st.integers(0, 3)) else draw(ODD)
        for field in FIELDS[path]
        if draw(st.integers(0, 5))
    }
    return path, json.dumps(body, ensure_ascii=draw(st.booleans())).encode("utf-8", "replace")


@pytest.fixture
def admin(client: Client) -> httpx.Client:
    """A client that may do everything."""
    return client(Role.ADMIN)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests())
def test_a_body_that_is_nearly_right_is_taken_or_refused(
    admin: httpx.Client, campus: Campus, request: tuple[str, bytes]
) -> None:
    path, body = request

    answer = admin.post(f"{campus.url}/{path}", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code < 500, (path, body, answer.text)
    assert answer.status_code < 300 or answer.headers["content-type"] == "application/problem+json"
