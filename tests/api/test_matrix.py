"""Who is let in where: every operation of the OpenAPI document, in every role, on one's own site and on others, with every
kind of token that opens nothing. What is right stands in ``docs/access.md``."""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from geo_server.domain.roles import Role
from geo_server.domain.states import TokenKind
from geo_server.services.access import create_sign_in_link
from geo_server.store.access import add_token, find_member, revoke_token
from geo_server.store.database import Database
from tests.api.said import check_said, sighting, status_report, walked
from tests.api.test_imports import control_points, document, upload
from tests.campus import Campus, build_campus, new_id

Client = Callable[[Role | None], httpx.Client]

RAW = {"GET /tiles/{site}/tiles.json": "see_map", "GET /api/sites/{site}/events": "see_incident"}
"""Operations of the raw apps, which the document does not list."""


@pytest.fixture
def operations(client: Client) -> dict[str, str]:
    """Of each operation, such as ``GET /api/me``, what the document says of who may call it."""
    document = client(None).get("/api/openapi.json").json()
    return RAW | {
        f"{method.upper()} {path}": operation["x-access"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture
def guarded(operations: dict[str, str]) -> dict[str, str]:
    """Those that are for some roles of a site."""
    return {operation: rule for operation, rule in operations.items() if rule not in {"public", "signed_in"}}


def permitted() -> set[tuple[str, str]]:
    """The pairs of role and permission that the page for people says yes to."""
    text = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in text.splitlines() if "|" in line]
    roles = rows[0][-len(Role) :]
    assert set(roles) == set(Role)
    return {
        (role, row[0].strip("`"))
        for row in rows[2:]
        for role, cell in zip(roles, row[1:], strict=True)
        if cell == "yes"
    }


def ask(
    client: httpx.Client, operation: str, slug: str, token: str | None = None, *, same_origin: bool = False
) -> httpx.Response:
    """The answer to an empty request; of a stream its head only."""
    method, path = operation.split(" ", 1)
    path = re.sub(r"\{\w+\}", str(uuid4()), path.replace("{site}", slug))
    headers = {"Authorization": token} if token else {}
    if same_origin:
        headers["Sec-Fetch-Site"] = "same-origin"
    with client.stream(method, path, headers=headers) as answer:
        if answer.status_code >= 400:
            answer.read()
        return answer


def is_problem(answer: httpx.Response, status: int) -> bool:
    return answer.status_code == status and answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_let_in_as_the_table_says_on_its_own_site_and_finds_no_other(
    client: Client, campus: Campus, database: Database, guarded: dict[str, str], role: Role
) -> None:
    other = build_campus(database).site.slug
    person, table = client(role), permitted()

    for operation, permission in guarded.items():
        own = ask(person, operation, campus.site.slug)
        if (role, permission) in table:
            assert own.status_code not in {401, 403}, operation
        else:
            assert is_problem(own, 403), operation
        assert is_problem(ask(person, operation, other), 404), operation


def test_a_device_that_came_by_a_responder_link_is_let_in_as_a_guest_of_that_site(
    client: Client, campus: Campus, database: Database, guarded: dict[str, str]
) -> None:
    other = build_campus(database).site.slug
    seen = client(Role.COMMANDER).post(f"{campus.url}/sightings", json=sighting(campus)).json()
    made = client(Role.COMMANDER).post(
        f"{campus.url}/incidents/{seen['incident_id']}/responder-links", json={"label": "Car 12"}
    )
    phone, table = client(None), permitted()
    secret = made.json()["url"].partition("token=")[2]
    phone.post("/respond", data={"token": secret}, headers={"Sec-Fetch-Site": "same-origin"})

    for operation, permission in guarded.items():
        own = ask(phone, operation, campus.site.slug, same_origin=True)
        if ("guest", permission) in table:
            assert own.status_code not in {401, 403}, operation
        else:
            assert is_problem(own, 403), operation
        assert is_problem(ask(phone, operation, other, same_origin=True), 404), operation


def _unsigned(claims: bytes) -> str:
    part = [base64.urlsafe_b64encode(text).rstrip(b"=").decode() for text in (b'{"alg":"none"}', claims)]
    return f"{part[0]}.{part[1]}."


def _spent_and_forged(database: Database, campus: Campus) -> Iterator[tuple[str, str]]:
    """Kinds of tokens that open nothing, each with an example as a header says it."""
    good = campus.tokens[Role.ADMIN]
    yield "none", ""
    yield "expired", f"Bearer {_token(database, campus, expires_in=timedelta(seconds=-1))[1]}"
    revoked, secret = _token(database, campus)
    with database.transaction() as c:
        revoke_token(c, revoked, datetime.now(UTC))
    yield "revoked", f"Bearer {secret}"
    link = create_sign_in_link(database, campus.site.id, Role.ADMIN, name="Pat admin", base_url="http://h")
    yield "a sign-in link that was not used", f"Bearer {link.partition('token=')[2]}"
    unopened = _token(database, campus, kind=TokenKind.RESPONDER_LINK)[1]
    yield "a responder link that was not opened", f"Bearer {unopened}"
    yield "of the right form", f"Bearer {secrets.token_urlsafe(32)}"
    yield "one character off", f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}"
    yield "cut off", f"Bearer {good[:-1]}"
    yield "run on", f"Bearer {good}A"
    yield "another scheme", f"Basic {base64.b64encode(f'admin:{good}'.encode()).decode()}"
    yield "unsigned claims", "Bearer " + _unsigned(b'{"sub":"admin","aud":"geo-server"}')
    yield "a scheme alone", "Bearer"
    yield "SQL", "Bearer ' OR ''='"


def _token(
    database: Database, campus: Campus, *, kind: TokenKind = TokenKind.API, expires_in: timedelta = timedelta(days=1)
) -> tuple[UUID, str]:
    """A token of an admin of the campus, put into the database by hand: its id and its secret."""
    secret = secrets.token_urlsafe(32)
    with database.transaction() as c:
        admin = find_member(c, campus.site.id, "Pat admin")
        assert admin is not None
        token = add_token(
            c,
            person_id=admin,
            kind=kind,
            secret_hash=hashlib.sha256(secret.encode()).digest(),
            expires_at=datetime.now(UTC) + expires_in,
            label="by hand",
        )
    return token, secret


def test_tokens_that_are_missing_expired_revoked_or_forged_open_nothing_anywhere(
    client: Client, campus: Campus, database: Database, operations: dict[str, str]
) -> None:
    anonymous = client(None)
    asked = [operation for operation, rule in operations.items() if rule != "public"]
    for kind, token in _spent_and_forged(database, campus):
        for operation in asked:
            for slug in (campus.site.slug, "nowhere"):
                answer = ask(anonymous, operation, slug, token)
                assert is_problem(answer, 401), (kind, operation, slug, answer.status_code)
                assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_that_is_revoked_opened_everything_before(client: Client, campus: Campus, database: Database) -> None:
    token, secret = _token(database, campus)
    before = ask(client(None), "GET /api/me", "", f"Bearer {secret}").status_code
    with database.transaction() as c:
        revoke_token(c, token, datetime.now(UTC))
    after = ask(client(None), "GET /api/me", "", f"Bearer {secret}").status_code
    assert (before, after) == (200, 401)


def things_of(client: httpx.Client, campus: Campus) -> dict[str, str]:
    """A thing of every kind that an address can name, by its parameter; the client may do everything on the campus."""
    seen = client.post(f"{campus.url}/sightings", json=sighting(campus, exercise=True)).json()
    client.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire"))
    closure = {"id": new_id(), "subject_id": str(campus.exits[0].id), "reason": "locked"}
    client.post(f"{campus.url}/closures", json=closure).raise_for_status()
    order = {"id": new_id(), "action": "lockdown"}
    client.post(f"{campus.url}/directives", json=order).raise_for_status()
    client.post(f"{campus.url}/status-reports", json=status_report(campus)).raise_for_status()
    action = {"id": new_id(), "what": "Mend the lock"}
    client.post(f"{campus.url}/drills/{seen['incident_id']}/actions", json=action).raise_for_status()
    link = client.post(f"{campus.url}/incidents/{seen['incident_id']}/responder-links", json={"label": "Car 12"})
    read = upload(client, campus, document()).json()
    return {
        "zone_id": str(campus.rooms[0].id),
        "sighting_id": seen["sighting_id"],
        "incident_id": seen["incident_id"],
        "conflict_id": client.get(f"{campus.url}/picture").json()["conflicts"][0]["id"],
        "closure_id": closure["id"],
        "directive_id": order["id"],
        "action_id": action["id"],
        **walked(client, campus),
        "link_id": link.json()["link_id"],
        **noticed(client, campus),
        "revision_id": read["revision"]["id"],
        "import_id": client.get(f"{campus.url}/imports").json()["imports"][0]["id"],
    }


def noticed(client: httpx.Client, campus: Campus) -> dict[str, str]:
    """A site link, and a concern that came by it."""
    link = client.post(f"{campus.url}/site-links", json={"label": "Gym"}).json()
    concern = {"link": link["url"].partition("link=")[2], "id": new_id(), "kind": "door", "words": "Propped"}
    client.post("/concern", data=concern).raise_for_status()
    return {"site_link_id": link["link_id"], "concern_id": concern["id"]}


def bodies(campus: Campus) -> dict[str, Any]:
    """A good body by the last word of an address, for those that take one."""
    return {
        "retraction": {"reason": "a mistake"},
        "decision": {"decision": "keep"},
        "withdrawal": {"id": new_id(), "reason": "a mistake"},
        "state": {"state": "all_clear"},
        "kind": {"kind": "gas"},
        "edits": {"id": new_id(), "kind": "remove_zone", "zone_id": new_id()},
        "placement": {"control_points": control_points(campus)},
        "publish": {},
        "form": {"weather": "rain"},
        "problems": {"id": new_id(), "kind": "radio"},
        "actions": {"id": new_id(), "what": "Mend the lock"},
        "done": {"done": True},
        "checks": check_said(new_id()),
        "mending": {},
        "responder-links": {"label": "Car 12"},
        "notes": {"words": "Seen"},
        "sighting": sighting(campus),
    }


def test_the_things_of_another_site_are_not_found_under_ones_own(
    client: Client, campus: Campus, database: Database, operations: dict[str, str]
) -> None:
    other = build_campus(database)
    own, theirs = client(Role.ADMIN), client(None)
    theirs.headers["Authorization"] = f"Bearer {other.tokens[Role.ADMIN]}"
    things_of(own, campus)
    foreign = things_of(theirs, other)
    before = [theirs.get(f"{other.url}/{name}").json() for name in ("sightings", "imports", "revisions")]

    named = [operation for operation in operations if re.search(r"\{site\}.*\{\w+_id\}", operation)]
    for operation in named:
        method, path = operation.split(" ", 1)
        path = path.replace("{site}", campus.site.slug)
        path = re.sub(r"\{(\w+_id)\}", lambda name: foreign[name[1]], path)
        answer = own.request(method, path, json=bodies(campus).get(path.rsplit("/", 1)[-1]))
        assert is_problem(answer, 404), (operation, answer.status_code, answer.text)

    assert len(named) >= 15
    assert [theirs.get(f"{other.url}/{name}").json() for name in ("sightings", "imports", "revisions")] == before
    assert theirs.get(f"{other.url}/picture").json()["incident"]["state"] == "open"
