"""Requests made by dice from the OpenAPI document, right and wrong ones, to every operation in every role."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from geo_server.api.app import create_app
from geo_server.domain.roles import Role
from geo_server.settings import Settings
from tests.api.said import sighting, status_report, walked
from tests.campus import Campus, new_id

Client = Callable[[Role | None], httpx.Client]
Known = dict[str, list[str]]
REQUESTS = 60
"""Of each role."""


def _cases() -> Iterator[st.SearchStrategy[Case[Any]]]:
    """Of every operation the requests that its description allows, and those that it does not."""
    for operation in schemathesis.openapi.from_dict(create_app(Settings()).openapi()).get_all_operations():
        assert isinstance(operation, Ok), operation
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            yield operation.ok().as_strategy(generation_mode=mode)


CASES = st.one_of(list(_cases()))


@pytest.fixture
def known(client: Client, campus: Campus) -> Known:
    """Ids that exist on the campus, which dice would never hit, by the name of the field that they fit."""
    admin = client(Role.ADMIN)
    seen = admin.post(f"{campus.url}/sightings", json=sighting(campus)).json()
    closed = {"id": new_id(), "subject_id": str(campus.exits[0].id), "reason": "locked"}
    admin.post(f"{campus.url}/closures", json=closed).raise_for_status()
    order = {"id": new_id(), "action": "lockdown"}
    admin.post(f"{campus.url}/directives", json=order).raise_for_status()
    admin.post(f"{campus.url}/status-reports", json=status_report(campus)).raise_for_status()
    published = admin.get(f"{campus.url}/revisions").json()["revisions"][0]["id"]
    draft = admin.post(f"{campus.url}/revisions/{published}/copy").json()["id"]
    return {
        "site": [campus.site.slug],
        "zone_id": [str(room.id) for room in campus.rooms],
        "zone_ids": [str(campus.rooms[0].id)],
        "sighting_id": [seen["sighting_id"]],
        "threat_id": [seen["threat_id"]],
        "incident_id": [seen["incident_id"]],
        "closure_id": [closed["id"]],
        "directive_id": [order["id"]],
        "subject_id": [str(campus.exits[1].id)],
        "revision_id": [published, draft],
        "kind": ["fire", "armed_assailant"],
        "action": ["lockdown", "evacuate"],
        "building": ["Main"],
        **{name: [known] for name, known in walked(admin, campus).items()},
    }


@pytest.mark.parametrize("role", [*Role, None])
def test_whatever_is_asked_is_answered_or_refused_as_a_problem(
    address: str, campus: Campus, known: Known, role: Role | None
) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    if role:
        headers["Authorization"] = f"Bearer {campus.tokens[role]}"

    @settings(max_examples=REQUESTS, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=CASES, data=st.data())
    def ask(case: Case[Any], data: st.DataObject) -> None:
        for fields in (case.path_parameters, case.body):
            _fill_in(fields, known, data)

        answer = case.call(base_url=address, headers=headers)

        told = f"{case.method} {case.formatted_path} {case.body!r}: {answer.status_code} {answer.text[:500]}"
        assert answer.status_code < 500, told
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], told
            problem = answer.json()
            assert problem["status"] == answer.status_code, told
            assert {"type", "title", "detail", "instance"} <= problem.keys(), told

    ask()


def _fill_in(fields: object, known: Known, data: st.DataObject) -> None:
    if isinstance(fields, dict):
        for name in fields.keys() & known.keys():
            if data.draw(st.integers(0, 4)):
                fields[name] = data.draw(st.sampled_from(known[name]))
