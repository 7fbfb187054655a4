"""Concerns: anybody with a site link reports one, officers handle it, and nobody else hears of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from geo_server.domain.concerns import Concern, ConcernKind
from geo_server.domain.errors import TooOften
from geo_server.domain.roles import Role
from geo_server.services.concerns import MOST_BY_LINK, NewConcern, report_concern
from geo_server.services.limits import RateLimit
from geo_server.services.retention import forget_old_concerns
from geo_server.store.audit import verify_audit
from geo_server.store.concerns import add_concern
from geo_server.store.database import Database
from tests.api.said import sighting
from tests.campus import Campus, build_campus, new_id

Client = Callable[[Role | None], httpx.Client]
Answer = dict[str, Any]


@dataclass
class Poster:
    """A site link on a wall, an officer, and somebody who comes by."""

    campus: Campus
    officer: httpx.Client
    passer: httpx.Client
    link_id: str
    secret: str

    def form(self) -> dict[str, str]:
        """The form as a browser gets it, filled in with the least."""
        page = self.passer.get(f"/concern?link={self.secret}")
        assert page.status_code == 200, page.text
        made = re.search(r'name="id" value="([^"]+)"', page.text)
        assert made is not None
        return {"link": self.secret, "id": made[1], "kind": "door", "words": "The door by the gym is propped open"}

    def report(self, **said: str) -> str:
        """Send a filled form; the concern's id."""
        form = {**self.form(), **said}
        answer = self.passer.post("/concern", data=form)
        assert answer.status_code == 200, answer.text
        return form["id"]

    def listed(self) -> list[Answer]:
        concerns: list[Answer] = self.officer.get(f"{self.campus.url}/concerns").json()["concerns"]
        return concerns

    def note(self, concern_id: str, **said: str) -> httpx.Response:
        return self.officer.post(f"{self.campus.url}/concerns/{concern_id}/notes", json=said)


@pytest.fixture
def poster(client: Client, campus: Campus) -> Poster:
    officer = client(Role.RESPONDER)
    made = officer.post(f"{campus.url}/site-links", json={"label": "Gym"}).json()
    return Poster(campus, officer, client(None), made["link_id"], made["url"].partition("link=")[2])


def test_somebody_without_a_name_reports_what_they_saw_and_officers_read_it(poster: Poster) -> None:
    reported = poster.report(words="Line one\r\nline <b>two</b>", place="Gym", x_m="-5", y_m="7.5")

    (concern,) = poster.listed()

    assert concern["id"] == reported
    assert (concern["kind"], concern["words"], concern["place"]) == ("door", "Line one\nline <b>two</b>", "Gym")
    assert (concern["by"], concern["source"], concern["state"]) == ("", "person", "new")
    assert concern["at"] == pytest.approx(poster.campus.lonlat(-5, 7.5), abs=1e-6)
    assert concern["link_id"] == poster.link_id


def test_a_form_that_is_sent_twice_counts_once_and_another_content_does_not_replace_it(poster: Poster) -> None:
    form = poster.form()
    answers = [poster.passer.post("/concern", data=form).status_code for _ in range(2)]
    forged = poster.passer.post("/concern", data={**form, "words": "Nothing at all"})

    assert answers == [200, 200]
    assert forged.status_code == 409
    assert [concern["words"] for concern in poster.listed()] == ["The door by the gym is propped open"]


def test_empty_fields_of_the_form_are_as_good_as_none(poster: Poster) -> None:
    poster.report(place="", x_m="", y_m="", by="")
    assert poster.listed()[0]["at"] is None


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"kind": "alarm"}, "kind"),
        ({"kind": "bomb"}, "kind"),
        ({"words": "  "}, "words"),
        ({"words": "x" * 501}, "words"),
        ({"words": "safe\u202eevil"}, "words"),
        ({"id": "1"}, "id"),
        ({"x_m": "5000", "y_m": "0"}, "x_m"),
        ({"x_m": "nan", "y_m": "0"}, "x_m"),
    ],
)
def test_what_the_form_cannot_say_is_refused_by_name(poster: Poster, wrong: dict[str, str], where: str) -> None:
    answer = poster.passer.post("/concern", data={**poster.form(), **wrong})
    assert answer.status_code == 422, answer.text
    assert where in answer.json()["where"]
    assert poster.listed() == []


def test_the_form_shows_outlines_of_buildings_and_nothing_of_the_inside(poster: Poster) -> None:
    page = poster.passer.get(f"/concern?link={poster.secret}").text
    drawn = re.findall(r'<path class="building"[^>]*d="([^"]*)"', page)

    assert [path.count("M") for path in drawn] == [1], "four rooms, one outline"
    assert ">Main</text>" in page
    for inside in ("Corridor", "101", "102", "103"):
        assert inside not in re.sub(r'value="[^"]*"', "", page)


def test_a_link_that_is_revoked_expired_or_wrong_takes_nothing(poster: Poster, database: Database) -> None:
    form = poster.form()
    with database.transaction() as c:
        c.execute(text("UPDATE site_links SET expires_at = now() WHERE id = :id"), {"id": poster.link_id})
    expired = poster.passer.post("/concern", data=form).status_code
    with database.transaction() as c:
        c.execute(text("UPDATE site_links SET expires_at = now() + '1 day' WHERE id = :id"), {"id": poster.link_id})
    for _ in range(2):
        assert poster.officer.delete(f"{poster.campus.url}/site-links/{poster.link_id}").status_code == 204
    revoked = poster.passer.post("/concern", data=form).status_code

    assert (expired, revoked, poster.passer.get("/concern?link=wrong").status_code) == (401, 401, 401)
    assert poster.listed() == []
    assert poster.officer.get(f"{poster.campus.url}/site-links").json()["links"][0]["revoked_at"]


def test_a_link_is_no_way_in_and_the_database_keeps_no_secret(poster: Poster, database: Database) -> None:
    asked = poster.passer.get("/api/me", headers={"Authorization": f"Bearer {poster.secret}"})
    assert asked.status_code == 401
    with database.snapshot() as c:
        assert poster.secret not in repr(c.execute(text("SELECT * FROM site_links")).all())


def test_one_address_is_slowed_down_and_one_link_is_too(poster: Poster, database: Database) -> None:
    site, link_id = poster.campus.site, UUID(poster.link_id)
    answers = [poster.passer.post("/concern", data={**poster.form(), "id": new_id()}) for _ in range(21)]
    assert [answer.status_code for answer in answers].count(200) == 20
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["type"] == "/problems/too-often"

    for _ in range(MOST_BY_LINK - 20):
        report_concern(database, site, link_id, NewConcern(UUID(new_id()), ConcernKind.OTHER, "Noise"))
    with pytest.raises(TooOften):
        report_concern(database, site, link_id, NewConcern(UUID(new_id()), ConcernKind.OTHER, "Noise"))
    with database.transaction(site.id) as c:
        c.execute(text("UPDATE concerns SET reported_at = reported_at - interval '61 minutes'"))
    assert report_concern(database, site, link_id, NewConcern(UUID(new_id()), ConcernKind.OTHER, "Later"))


def test_the_limit_lets_through_again_after_a_while_and_keeps_callers_apart() -> None:
    now = 0.0
    limit = RateLimit(2, 60.0, keys_kept=3, clock=lambda: now)
    limit.count("a")
    limit.count("a")
    limit.count("b")
    with pytest.raises(TooOften):
        limit.count("a")
    now = 61.0
    limit.count("a")


def test_an_officer_notes_triages_and_closes_and_what_is_closed_stays_closed(poster: Poster) -> None:
    concern_id = poster.report(by="Ann")

    assert poster.note(concern_id, words="Going there").status_code == 201
    triaged = poster.note(concern_id, state="triaged")
    closed = poster.note(concern_id, words="Shut it", state="closed")
    again = poster.note(concern_id, state="triaged")
    nothing = poster.note(concern_id)
    odd = poster.note(concern_id, state="turned_into_sighting")

    assert (triaged.status_code, closed.status_code) == (201, 201)
    assert (again.status_code, nothing.status_code, odd.status_code) == (409, 422, 422)
    (concern,) = poster.listed()
    assert concern["state"] == "closed"
    assert [(note["by"], note["words"], note["state"]) for note in concern["notes"]] == [
        ("Pat responder", "Going there", None),
        ("Pat responder", "", "triaged"),
        ("Pat responder", "Shut it", "closed"),
    ]


def test_a_concern_becomes_a_sighting_once_however_often_it_is_sent(poster: Poster) -> None:
    concern_id, seen = poster.report(kind="person"), sighting(poster.campus, kind="intruder")
    url = f"{poster.campus.url}/concerns/{concern_id}/sighting"

    answers = [poster.officer.post(url, json=seen).status_code for _ in range(2)]
    other = poster.officer.post(url, json=sighting(poster.campus))

    assert answers == [201, 200]
    assert other.status_code == 409
    (concern,) = poster.listed()
    assert (concern["state"], concern["sighting_id"]) == ("turned_into_sighting", seen["id"])
    picture = poster.officer.get(f"{poster.campus.url}/picture").json()
    assert (picture["incident"]["kind"], len(picture["threats"])) == ("intruder", 1)


def test_only_those_who_handle_concerns_hear_of_one(poster: Poster, client: Client) -> None:
    seq = poster.officer.get(f"{poster.campus.url}/picture").json()["seq"]
    poster.report(by="Ann")
    heard = {}
    for role in (Role.RESPONDER, Role.STAFF, Role.GUEST):
        with client(role).stream("GET", f"{poster.campus.url}/events?after={seq}") as stream:
            told = next(line for line in stream.iter_lines() if line.startswith("data: "))
            heard[role] = set(httpx.Response(200, content=told.removeprefix("data: ")).json()) - {"seq", "kind", "at"}
    assert heard == {Role.RESPONDER: {"concern_id", "concern_kind", "state"}, Role.STAFF: set(), Role.GUEST: set()}


def test_whatever_happens_to_a_concern_is_in_the_audit_log(poster: Poster, database: Database) -> None:
    poster.note(poster.report(by="Ann"), state="closed")
    query = text(
        "SELECT action, person_id FROM audit WHERE site_id = :site AND action ~ 'concern|site_link' ORDER BY seq"
    )
    with database.snapshot() as c:
        rows = c.execute(query, {"site": poster.campus.site.id}).all()
        assert verify_audit(c, poster.campus.site.id) is None
    assert [(row.action, row.person_id is None) for row in rows] == [
        ("site_link_made", False),
        ("concern_changed", True),
        ("concern_changed", False),
    ]


def test_concerns_that_ended_long_ago_are_forgotten_with_their_notes_and_open_ones_never(
    poster: Poster, database: Database
) -> None:
    gone, recent, waiting = poster.report(), poster.report(), poster.report()
    for concern_id in (gone, recent):
        poster.note(concern_id, words="Done", state="closed")
    with database.transaction(poster.campus.site.id) as c:
        aged = text("UPDATE concerns SET ended_at = ended_at - interval '366 days' WHERE id = :id")
        c.execute(aged, {"id": gone})
        c.execute(
            text("UPDATE concerns SET reported_at = reported_at - interval '9 years' WHERE id = :id"), {"id": waiting}
        )

    assert forget_old_concerns(database, timedelta(days=365)) == 1
    assert {concern["id"] for concern in poster.listed()} == {recent, waiting}


def test_of_another_site_no_concern_and_no_link_is_found(poster: Poster, database: Database) -> None:
    other = build_campus(database)
    concern = Concern(UUID(new_id()), ConcernKind.ALARM, "Gunshot", "Roof", None, "", "Ears", None, datetime.now(UTC))
    with database.transaction(other.site.id) as c:
        add_concern(c, other.site.id, concern, other.site.frame)

    assert poster.listed() == []
    assert poster.note(str(concern.id), words="Mine").status_code == 404
    url = f"{poster.campus.url}/concerns/{concern.id}/sighting"
    assert poster.officer.post(url, json=sighting(poster.campus)).status_code == 404
    assert poster.officer.get(f"{poster.campus.url}/picture").json()["incident"] is None


@pytest.mark.parametrize(
    ("accepted", "tag", "title"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es", "Avisar de algo que preocupa"),
        ("fr, es;q=0.5", "es", "Avisar de algo que preocupa"),
        ("en-US,es;q=0.5", "en", "Report a concern"),
        ("fr", "en", "Report a concern"),
    ],
)
def test_the_form_speaks_the_language_of_the_browser_where_it_can(
    poster: Poster, accepted: str, tag: str, title: str
) -> None:
    text = poster.passer.get(f"/concern?link={poster.secret}", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{tag}">' in text
    assert f"<h1>{title}</h1>" in text
    thanks = poster.passer.post("/concern", data=poster.form(), headers={"Accept-Language": accepted}).text
    assert ("Gracias" in thanks) is (tag == "es")
