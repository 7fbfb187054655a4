"""Sign-in links, sessions and tokens: what opens, how often, and what a thief of a request can do with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text

from geo_server.domain.roles import Role
from geo_server.domain.states import TokenKind
from geo_server.services import access
from geo_server.services.access import authenticate, create_sign_in_links, sign_in
from geo_server.store.access import add_person, add_token, grant_role, revoke_token
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.campus import Campus, new_id

Client = Callable[[Role | None], httpx.Client]


@pytest.fixture
def links(database: Database, campus: Campus, address: str) -> dict[Role, str]:
    """A sign-in link for each role."""
    return create_sign_in_links(database, campus.site.id, address)


def _press(browser: httpx.Client, link: str) -> httpx.Response:
    """Press the button of the sign-in page, as a browser does."""
    token = parse_qs(urlsplit(link).query)["token"][0]
    return browser.post("/sign-in", data={"token": token}, headers={"Sec-Fetch-Site": "same-origin"})


def test_a_link_signs_in_once_and_then_says_why_not_in_one_line(
    client: Client, campus: Campus, links: dict[Role, str]
) -> None:
    browser, thief = client(None), client(None)

    first = _press(browser, links[Role.STAFF])
    second = _press(thief, links[Role.STAFF])

    assert (first.status_code, first.headers["location"]) == (303, f"/sites/{campus.site.slug}")
    assert browser.get("/api/me").json()["person"]["name"] == "Sample staff"
    assert second.status_code == 401
    assert "already used" in second.json()["detail"]
    assert thief.get("/api/me").status_code == 401


def test_opening_a_link_uses_nothing_up(client: Client, links: dict[Role, str]) -> None:
    browser = client(None)

    for _ in range(3):
        page = browser.get(links[Role.VIEWER])
        assert page.status_code == 200
        assert "<form" in page.text
        assert not page.cookies

    assert _press(browser, links[Role.VIEWER]).status_code == 303


def test_the_session_cookie_is_out_of_reach_for_scripts_and_for_other_sites(
    client: Client, links: dict[Role, str]
) -> None:
    cookie = _press(client(None), links[Role.STAFF]).headers["set-cookie"].lower()

    assert cookie.startswith("geo_server_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie, "plain http on loopback"


def test_a_token_in_the_address_is_escaped_in_the_page(client: Client) -> None:
    page = client(None).get("/sign-in", params={"token": '"><script>alert(1)</script>'})

    assert "<script" not in page.text


@pytest.mark.parametrize("token", ["wrong", "", "x" * 10_000, "\x00", "é" * 50])
def test_a_wrong_token_is_refused(client: Client, token: str) -> None:
    answer = client(None).post("/sign-in", data={"token": token}, headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.status_code in {401, 422}
    assert "\n" not in answer.json()["detail"]


def test_a_browser_is_told_in_a_page(client: Client) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html,*/*"}

    answer = client(None).post("/sign-in", data={"token": "wrong"}, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "does not work" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
    ],
)
def test_a_write_with_the_cookie_from_elsewhere_is_refused(
    client: Client, campus: Campus, links: dict[Role, str], headers: dict[str, str]
) -> None:
    browser = client(None)
    _press(browser, links[Role.RESPONDER])

    answer = browser.post(f"{campus.url}/incidents", json={"kind": "fire"}, headers=headers)

    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/not-same-origin"
    own = {"Origin": str(browser.base_url).rstrip("/")}
    assert browser.post(f"{campus.url}/incidents", json={"kind": "fire"}, headers=own).status_code == 201


def test_nobody_can_be_signed_in_from_elsewhere(client: Client, links: dict[Role, str]) -> None:
    token = parse_qs(urlsplit(links[Role.STAFF]).query)["token"][0]

    answer = client(None).post("/sign-in", data={"token": token}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(client: Client, links: dict[Role, str]) -> None:
    browser, copy = client(None), client(None)
    _press(browser, links[Role.STAFF])
    copy.cookies.update(browser.cookies)

    out = browser.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})

    assert out.status_code == 303
    assert copy.get("/api/me").status_code == 401


@pytest.mark.parametrize("lasting", [timedelta(seconds=-1), timedelta(days=1)])
def test_an_expired_token_opens_nothing(client: Client, database: Database, campus: Campus, lasting: timedelta) -> None:
    secret = new_id()
    with database.transaction() as c:
        person = add_person(c, "Kim")
        grant_role(c, person, campus.site.id, Role.STAFF)
        expires_at = datetime.now(UTC) + lasting
        token = add_token(
            c,
            person_id=person,
            kind=TokenKind.API,
            secret_hash=sha256(secret.encode()).digest(),
            expires_at=expires_at,
            label="",
        )
    headers = {"Authorization": f"Bearer {secret}"}

    assert client(None).get("/api/me", headers=headers).status_code == (401 if lasting < timedelta() else 200)
    with database.transaction() as c:
        revoke_token(c, token, datetime.now(UTC))
    assert client(None).get("/api/me", headers=headers).status_code == 401


def test_a_sign_in_link_is_no_session_and_a_session_is_no_link(database: Database, links: dict[Role, str]) -> None:
    secret = parse_qs(urlsplit(links[Role.ADMIN]).query)["token"][0]

    with pytest.raises(Exception, match="wrong, expired or revoked"):
        authenticate(database, secret)
    session = sign_in(database, secret)
    with pytest.raises(Exception, match="does not work"):
        sign_in(database, session.secret)


def test_sample_people_are_made_once_and_their_links_are_new_each_time(database: Database, campus: Campus) -> None:
    first = create_sign_in_links(database, campus.site.id, "http://h")
    second = create_sign_in_links(database, campus.site.id, "http://h/")

    people = {sign_in(database, links[Role.STAFF].split("token=")[1]).principal.person_id for links in (first, second)}
    assert len(people) == 1
    assert first[Role.STAFF] != second[Role.STAFF]
    with database.snapshot() as c:
        assert verify_audit(c, campus.site.id) is None


def test_whoever_comes_in_while_the_database_does_not_answer_is_told_so_and_is_let_in_afterwards(
    client: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "LOOK_UP_S", 0.3)
    staff = client(Role.STAFF)
    with database.transaction() as c:
        c.execute(text("LOCK TABLE tokens IN ACCESS EXCLUSIVE MODE"))
        refused = staff.get("/api/me")
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert "did not answer in time" in refused.text
    assert staff.get("/api/me").status_code == 200
