"""Every bad answer has one shape, says what, where and what to do, and gives nothing away."""

import asyncio
import html
import importlib
import pkgutil
import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import geo_server
from geo_server.api import security
from geo_server.api.app import create_app
from geo_server.api.explanations import EXPLANATIONS
from geo_server.api.problems import BugCatcher, Kind, OtherKind, answer_refusal, status_of
from geo_server.api.security import PERSON_HEADER
from geo_server.domain import errors
from geo_server.domain.errors import GeoServerError
from geo_server.domain.roles import Role
from geo_server.settings import Settings
from tests.api.conftest import serving
from tests.campus import FRAME, Campus, new_id
from tests.store.conftest import kill_server

Client = Callable[[Role | None], httpx.Client]


def assert_problem(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The one shape of RFC 9457, as this server fills it."""
    problem: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == status
    assert problem["type"] == f"/problems/{slug}"
    assert problem["title"]
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    assert problem["instance"] == answer.request.url.path
    assert set(problem) <= {"type", "title", "status", "detail", "where", "advice", "instance", "reference"}
    return problem


def test_an_address_that_does_not_exist(client: Client) -> None:
    for path in ("/api/nothing", "/nothing", "/static/nothing.js", "/api/sites/", "/static/../app.py"):
        assert_problem(client(None).get(path), 404, "not-found")


def test_a_method_that_an_address_does_not_take(client: Client, campus: Campus) -> None:
    for method, path in (("PUT", "/api/me"), ("POST", f"{campus.url}/events"), ("DELETE", "/static/pages/page.css")):
        answer = client(Role.ADMIN).request(method, path)
        assert_problem(answer, 405, "method-not-allowed")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{", "body.1"),
        (b'{"id": NaN}', None),
        (b"[]", "body"),
        (b"", "body"),
        (b'"\xff"', None),
        (b"null", "body"),
        (b"[" * 20_000, None),
    ],
)
def test_a_body_that_is_no_json_object(client: Client, campus: Campus, body: bytes, where: str | None) -> None:
    answer = client(Role.ADMIN).post(
        f"{campus.url}/sightings", content=body, headers={"Content-Type": "application/json"}
    )

    slug = "bad-request" if answer.status_code == 400 else "invalid-input"
    problem = assert_problem(answer, answer.status_code, slug)
    assert answer.status_code in {400, 422}
    if where:
        assert problem["where"] == where


def test_a_number_that_is_not_finite_is_refused_by_its_place(client: Client, campus: Campus) -> None:
    for number in ("NaN", "Infinity", "1e999"):
        moment = datetime.now(UTC).isoformat()
        body = f'{{"id":"{new_id()}","kind":"fire","ordinal":0,"seen_at":"{moment}","at":[13.7,{number}]}}'
        answer = client(Role.ADMIN).post(
            f"{campus.url}/sightings", content=body, headers={"Content-Type": "application/json"}
        )
        assert assert_problem(answer, 422, "invalid-input")["where"] == "body.at.1"


def test_an_id_that_is_none(client: Client, campus: Campus) -> None:
    answer = client(Role.ADMIN).get(f"{campus.url}/zones/kitchen/guidance")

    assert assert_problem(answer, 422, "invalid-input")["where"] == "path.zone_id"


@pytest.mark.parametrize("hidden", ["a\x00b", "a\x1bb", "a\u202eb", "a\u200bb"])
def test_text_with_characters_that_hide_what_it_says(client: Client, campus: Campus, hidden: str) -> None:
    answer = client(Role.ADMIN).post(
        f"{campus.url}/directives", json={"id": new_id(), "action": "hold", "reason": hidden}
    )

    assert assert_problem(answer, 422, "invalid-input")["where"] == "body.reason"


def test_too_much_is_refused_whether_declared_or_not(client: Client, campus: Campus) -> None:
    admin, much = client(Role.ADMIN), b"x" * (security.JSON_LIMIT_BYTES + 1)

    declared = admin.post(f"{campus.url}/sightings", content=much)
    streamed = admin.post(f"{campus.url}/sightings", content=(much[i : i + 9999] for i in range(0, len(much), 9999)))

    for answer in (declared, streamed):
        assert "262144" in assert_problem(answer, 413, "too-large")["detail"]


def test_nobody_signed_in(client: Client) -> None:
    answer = client(None).get("/api/me")

    assert_problem(answer, 401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_what_was_said_for_one_person_is_never_taken_from_another(client: Client, campus: Campus) -> None:
    responder, staff = client(Role.RESPONDER), client(Role.STAFF)
    me = responder.get("/api/me").json()["person"]["id"]
    sighting = {"kind": "fire", "at": [FRAME.lon, FRAME.lat], "ordinal": 0, "exercise": True, "id": new_id()}

    for_another = staff.post(f"{campus.url}/sightings", json=sighting, headers={PERSON_HEADER: me})
    for_nobody = staff.get("/api/me", headers={PERSON_HEADER: "nobody"})

    for answer in (for_another, for_nobody):
        assert_problem(answer, 401, "somebody-else")
    assert responder.get(f"{campus.url}/picture", headers={PERSON_HEADER: me}).json()["incident"] is None


def test_a_bug_is_answered_with_a_reference_and_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    app.add_middleware(BugCatcher)

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("the secret is quartz")

    answer = _ask(app, "/broken")

    problem = assert_problem(answer, 500, "bug")
    assert "quartz" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert problem["reference"] in caplog.text
    assert "the secret is quartz" in caplog.text


def test_each_kind_that_can_be_answered_has_a_status_a_page_and_a_line_in_the_reference(client: Client) -> None:
    kinds = _every_kind()
    reference = (Path(geo_server.__file__).parents[1] / "docs/reference/errors.md").read_text(encoding="utf-8")

    assert {kind.slug for kind in kinds} == set(EXPLANATIONS) == set(re.findall(r"`/problems/([a-z-]+)`", reference))
    for kind in kinds:
        assert isinstance(status_of(kind), HTTPStatus)
        page = client(None).get(f"/problems/{kind.slug}")
        assert page.status_code == 200
        assert html.escape(kind.title) in page.text
    assert status_of(errors.UnreadableFile) == 422
    assert status_of(errors.NotSignedIn) == 401


def test_each_explanation_is_in_sentences() -> None:
    for told in EXPLANATIONS.values():
        assert told.meaning.endswith(".")
        assert told.remedy.endswith(".")


def test_to_refuse_without_a_kind_is_a_bug() -> None:
    app = FastAPI(exception_handlers={GeoServerError: answer_refusal})
    app.add_middleware(BugCatcher)

    @app.get("/refused")
    def refused() -> None:
        raise GeoServerError("No.")

    assert_problem(_ask(app, "/refused"), 500, "bug")


def test_an_unknown_kind_of_problem(client: Client) -> None:
    assert_problem(client(None).get("/problems/none-such"), 404, "not-found")


def test_every_answer_carries_the_security_headers(client: Client, campus: Campus) -> None:
    paths = ("/", "/static/favicon.svg", "/api/me", "/nothing", "/healthz", f"{campus.url}/zones", "/problems/bug")

    for path in paths:
        headers = client(Role.STAFF).get(path).headers
        for name, value in security.HEADERS.items():
            assert headers[name] == value, path
        assert headers["cache-control"] in {"no-store", "no-cache", "private, no-cache"}, path
    assert "unsafe" not in security.CONTENT_SECURITY_POLICY
    assert "http" not in security.CONTENT_SECURITY_POLICY


def test_what_the_browser_runs_is_called_a_script(client: Client) -> None:
    answer = client(None).get("/static/js/main.js")

    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    again = client(None).get("/static/js/main.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_documents_of_the_framework_that_load_from_elsewhere_are_off(client: Client) -> None:
    assert [client(None).get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]
    assert client(None).get("/api/openapi.json").json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/openapi.json", "/static/pages/page.css"])
def test_head_is_answered_as_get_without_its_body(client: Client, path: str) -> None:
    head, get = (client(None).request(method, path) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert get.status_code == 200
    assert head.headers["content-type"] == get.headers["content-type"]


def test_the_server_is_ready_once_it_is_migrated(client: Client) -> None:
    assert client(None).get("/readyz").json()["status"] == "ready"


def test_without_a_database_the_process_is_up_and_not_ready(tmp_path: Path) -> None:
    nowhere = Settings(database_url="postgresql://127.0.0.1:1/none", data_dir=tmp_path)
    with serving(nowhere) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        answer = httpx.get(f"{address}/readyz", timeout=30)

    assert_problem(answer, 503, "database-unavailable")
    assert "127.0.0.1" not in answer.text.replace(address, "")
    assert "none" not in answer.json()["detail"], "where the database is, is nobody's business"
    assert int(answer.headers["retry-after"]) > 0


def test_an_embedded_database_that_is_down_is_named_in_the_log(
    stopped_cluster: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(Settings(data_dir=stopped_cluster)) as address:
        kill_server(stopped_cluster)
        answer = httpx.get(f"{address}/readyz", timeout=30)

    assert_problem(answer, 503, "database-unavailable")
    assert f"{stopped_cluster}: The embedded database cannot be reached" in caplog.text
    assert "GEO_SERVER_DATABASE_URL" not in caplog.text


def test_a_broken_protocol_pack_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "protocols.toml").write_text('name = "x"\n[actions]\n[incidents.fire]\n')
    app = create_app(Settings(database_url="postgresql://127.0.0.1:1/none", data_dir=tmp_path))

    with pytest.raises(errors.InvalidInput, match=r"protocols\.toml"):
        _start(app)


def _every_kind() -> list[Kind]:
    """Every refusal of every module, and what the server answers without one."""
    for module in pkgutil.walk_packages(geo_server.__path__, "geo_server."):
        importlib.import_module(module.name)
    refusals = list(GeoServerError.__subclasses__())
    for kind in refusals:
        refusals += kind.__subclasses__()
    return [*refusals, *OtherKind]


def _ask(app: FastAPI, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.get(path)

    return asyncio.run(ask())


def _start(app: FastAPI) -> None:
    async def start() -> None:
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(start())
