"""Responder links: one incident on any phone, without an account, without names, and not for ever."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import httpx
import pytest
from sqlalchemy import text

from geo_server.api.app import GUESTS_BY_ADDRESS
from geo_server.domain.roles import Role
from geo_server.services.access import create_sign_in_link
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from tests.api.said import sighting, status_report
from tests.campus import Campus, new_id

Client = Callable[[Role | None], httpx.Client]


@dataclass
class Shared:
    """An open incident, who commands it, and where its links are."""

    campus: Campus
    commander: httpx.Client
    incident_id: str
    database: Database

    @property
    def links(self) -> str:
        return f"{self.campus.url}/incidents/{self.incident_id}/responder-links"

    def make(self, label: str = "Car 12") -> dict[str, Any]:
        made = self.commander.post(self.links, json={"label": label})
        assert made.status_code == 201, made.text
        told: dict[str, Any] = made.json()
        return told

    def end(self, state: str = "all_clear") -> None:
        url = f"{self.campus.url}/incidents/{self.incident_id}/state"
        self.commander.post(url, json={"state": state}).raise_for_status()

    def listed(self) -> list[dict[str, Any]]:
        links: list[dict[str, Any]] = self.commander.get(self.links).json()["links"]
        return links

    def recorded(self) -> list[tuple[str, dict[str, Any]]]:
        """What the audit log says of links, in order."""
        query = text("SELECT action, detail FROM audit WHERE site_id = :site AND action LIKE 'responder%' ORDER BY seq")
        with self.database.snapshot() as c:
            return [(row.action, row.detail) for row in c.execute(query, {"site": self.campus.site.id})]

    def put_back(self, column: str, by: timedelta) -> None:
        """As if more time had gone by since the all-clear, or until a token expires."""
        table = {"cleared_at": "incidents", "expires_at": "tokens"}[column]
        of = {
            "incidents": "id = :incident",
            "tokens": "id IN (SELECT id FROM responder_links WHERE incident_id = :incident)",
        }[table]
        with self.database.transaction() as c:
            c.execute(
                text(f"UPDATE {table} SET {column} = {column} - :by WHERE {of}"),
                {"by": by, "incident": self.incident_id},
            )


@pytest.fixture
def shared(client: Client, campus: Campus, database: Database) -> Shared:
    commander = client(Role.COMMANDER)
    seen = commander.post(f"{campus.url}/sightings", json=sighting(campus)).json()
    return Shared(campus, commander, seen["incident_id"], database)


def press(phone: httpx.Client, link: dict[str, Any], **headers: str) -> httpx.Response:
    """Open a link and press its button, as a browser does."""
    address = link["url"].partition("/respond")[2]
    assert "<form" in phone.get(f"/respond{address}").text
    said = {"Sec-Fetch-Site": "same-origin", "User-Agent": "A phone", **headers}
    return phone.post("/respond", data={"token": address.removeprefix("?token=")}, headers=said)


def sees(phone: httpx.Client, campus: Campus) -> int:
    return phone.get(f"{campus.url}/picture").status_code


def test_any_phone_that_opens_the_link_lands_on_the_incident_and_sees_what_responders_see(
    client: Client, shared: Shared
) -> None:
    campus, phone = shared.campus, client(None)

    landed = press(phone, shared.make())

    assert (landed.status_code, landed.headers["location"]) == (303, f"/sites/{campus.site.slug}")
    picture = phone.get(f"{campus.url}/picture").json()
    assert picture["incident"]["id"] == shared.incident_id
    assert len(picture["threats"]) == 1
    assert picture["counts"]["unreported"] == 3
    assert phone.get(f"{campus.url}/plan").json()["zones"]
    assert len(phone.get(f"{campus.url}/sightings").json()["sightings"]) == 1
    assert phone.get("/api/me").json()["person"]["name"] == "Link: Car 12"


def test_a_guest_sees_no_name_no_note_and_no_number_of_people(client: Client, shared: Shared) -> None:
    campus, phone, room = shared.campus, client(None), str(shared.campus.rooms[0].id)
    report = status_report(campus, status="help", students=24, injured=2, note="Eva Marsh is bleeding")
    client(Role.STAFF).post(f"{campus.url}/status-reports", json=report).raise_for_status()
    order = {"id": new_id(), "action": "lockdown", "reason": "Eva Marsh saw him"}
    shared.commander.post(f"{campus.url}/directives", json=order).raise_for_status()
    closed = {"id": new_id(), "subject_id": str(campus.exits[0].id), "reason": "locked"}
    shared.commander.post(f"{campus.url}/closures", json=closed).raise_for_status()
    shared.commander.post(f"{campus.url}/incidents", json={"kind": "fire"}).raise_for_status()
    conflict = shared.commander.get(f"{campus.url}/picture").json()["conflicts"][0]["id"]
    decision = {"decision": "keep", "reason": "Eva Marsh looked"}
    shared.commander.post(f"{campus.url}/conflicts/{conflict}/decision", json=decision).raise_for_status()
    wrong = sighting(campus)
    shared.commander.post(f"{campus.url}/sightings", json=wrong).raise_for_status()
    shared.commander.post(f"{campus.url}/sightings/{wrong['id']}/retraction", json={"reason": "Eva Marsh erred"})

    press(phone, shared.make())
    ways = ("plan?choices=true", f"zones/{room}/choices", f"zones/{room}/entries", f"zones/{room}/guidance")
    paths = ("picture", "sightings", "plan", *ways)
    for path in paths:
        words = set(re.findall(r'"(\w+)":', phone.get(f"{campus.url}/{path}").raise_for_status().text))
        assert not words & {"people", "people_from", "shares", "egress", "students", "adults", "injured"}, path
    told = "".join(phone.get(f"{campus.url}/{path}").raise_for_status().text for path in paths)
    picture = phone.get(f"{campus.url}/picture").json()

    assert "Marsh" not in told
    at = told.find("Pat c")
    assert at < 0, told[at - 200 : at + 100]
    assert picture["statuses"][room].keys() == {"status", "client_at", "received_at"}
    assert picture["statuses"][room]["status"] == "help"
    assert picture["counts"]["help"] == 1
    assert picture["directives"][0]["action"] == "lockdown"
    assert "Eva Marsh" in shared.commander.get(f"{campus.url}/picture").text


def test_a_guest_hears_that_something_changed_and_not_what(client: Client, shared: Shared) -> None:
    phone, seq = client(None), shared.commander.get(f"{shared.campus.url}/picture").json()["seq"]
    press(phone, shared.make())
    shared.commander.post(f"{shared.campus.url}/status-reports", json=status_report(shared.campus)).raise_for_status()
    shared.commander.post(f"{shared.campus.url}/sightings", json=sighting(shared.campus)).raise_for_status()

    heard: dict[str, set[str]] = {}
    with phone.stream("GET", f"{shared.campus.url}/events?after={seq}") as stream:
        kind = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            if line.startswith("data: "):
                heard[kind] = set(httpx.Response(200, content=line.removeprefix("data: ")).json())
            if {"status_reported", "sighting_added"} <= heard.keys():
                break

    assert heard["status_reported"] == heard["sighting_added"] == {"seq", "kind", "at"}


def test_the_link_outlasts_the_all_clear_by_an_hour_and_comes_back_when_that_is_taken_back(
    client: Client, shared: Shared
) -> None:
    phone, link = client(None), shared.make()
    press(phone, link)

    shared.end()
    after = sees(phone, shared.campus)
    shared.put_back("cleared_at", timedelta(minutes=61))
    over = sees(phone, shared.campus)
    late = press(client(None), link)
    listed = shared.listed()[0]["holds"]
    shared.end("open")

    assert (after, over, late.status_code, listed) == (200, 401, 401, False)
    assert "its incident is over" in late.json()["detail"]
    assert sees(phone, shared.campus) == 200


def test_a_day_after_it_was_made_a_link_opens_nothing_even_while_the_incident_goes_on(
    client: Client, shared: Shared
) -> None:
    link = shared.make()
    shared.put_back("expires_at", timedelta(hours=24))

    assert press(client(None), link).status_code == 401
    ends = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23.9) < ends <= timedelta(hours=24)


@pytest.mark.parametrize("how", ["closed", "followed"])
def test_of_what_comes_after_its_incident_a_link_shows_nothing(client: Client, shared: Shared, how: str) -> None:
    phone, link = client(None), shared.make()
    press(phone, link)
    shared.end()
    if how == "closed":
        shared.end("closed")
    else:
        opened = shared.commander.post(f"{shared.campus.url}/incidents", json={"kind": "fire"})
        assert opened.status_code == 201

    assert sees(phone, shared.campus) == 401
    assert press(client(None), link).status_code == 401


def test_an_earlier_incident_that_is_open_again_is_not_for_who_came_by_a_link_to_a_later_one(
    client: Client, shared: Shared
) -> None:
    campus, commander = shared.campus, shared.commander
    shared.end()
    fire = commander.post(f"{campus.url}/incidents", json={"kind": "fire"}).json()["incident_id"]
    later = Shared(campus, commander, fire, shared.database)
    phone, link = client(None), later.make()
    press(phone, link)
    later.end()
    assert sees(phone, campus) == 200, "of its own all-clear it hears"

    shared.end("open")
    assert sees(phone, campus) == 401
    assert press(client(None), link).status_code == 401


def test_revoking_a_link_ends_every_session_that_began_by_it_and_no_other(client: Client, shared: Shared) -> None:
    gone, kept = shared.make("Lobby"), shared.make("Car 12")
    one, two, other = client(None), client(None), client(None)
    for phone, link in ((one, gone), (two, gone), (other, kept)):
        press(phone, link)

    answers = [shared.commander.delete(f"{shared.links}/{gone['link_id']}").status_code for _ in range(2)]

    assert answers == [204, 204], "twice is no fault"
    assert [sees(phone, shared.campus) for phone in (one, two, other)] == [401, 401, 200]
    assert press(client(None), gone).status_code == 401
    assert [(link["label"], link["holds"], link["devices"]) for link in shared.listed()] == [
        ("Car 12", True, 1),
        ("Lobby", False, 2),
    ]
    assert [action for action, _ in shared.recorded()].count("responder_link_revoked") == 1


def test_each_session_is_in_the_audit_log_once_and_no_request_is(client: Client, shared: Shared) -> None:
    phone, link = client(None), shared.make()
    for _ in range(2):
        press(phone, link, **{"User-Agent": "Phone of car 12" + "x" * 500})
        sees(phone, shared.campus)
    press(client(None), link)

    recorded = shared.recorded()

    opened = [detail for action, detail in recorded if action == "responder_link_opened"]
    assert [action for action, _ in recorded] == ["responder_link_made", *["responder_link_opened"] * 2]
    assert recorded[0][1] == {"incident_id": shared.incident_id, "label": "Car 12"}
    assert opened[0]["device"].startswith("Phone of car 12x")
    assert len(opened[0]["device"]) < 210
    assert shared.listed()[0]["devices"] == 2
    with shared.database.snapshot() as c:
        assert verify_audit(c, shared.campus.site.id) is None


def test_whoever_is_signed_in_already_stays_who_they_are(client: Client, shared: Shared, address: str) -> None:
    phone, link = client(None), shared.make()
    own = create_sign_in_link(shared.database, shared.campus.site.id, Role.STAFF, name="Ann", base_url=address)
    phone.post("/sign-in", data={"token": own.partition("token=")[2]}, headers={"Sec-Fetch-Site": "same-origin"})

    landed = press(phone, link)

    assert landed.headers["location"] == f"/sites/{shared.campus.site.slug}"
    assert phone.get("/api/me").json()["person"]["name"] == "Ann"
    assert shared.listed()[0]["devices"] == 0


def test_a_guest_is_no_member_so_nobody_can_be_given_a_role_by_the_name_of_a_link(
    client: Client, shared: Shared, address: str
) -> None:
    phone = client(None)
    press(phone, shared.make("Pat"))
    create_sign_in_link(shared.database, shared.campus.site.id, Role.ADMIN, name="Link: Pat", base_url=address)

    assert phone.get("/api/sites").json()["sites"][0]["role"] == "guest"


def test_a_link_is_made_only_to_an_incident_that_is_open(shared: Shared) -> None:
    shared.end()
    assert shared.commander.post(shared.links, json={"label": "Late"}).status_code == 409
    assert shared.commander.post(shared.links, json={"label": " "}).status_code in {409, 422}


def test_another_page_cannot_make_a_phone_open_a_link(client: Client, shared: Shared) -> None:
    phone, link = client(None), shared.make()
    answer = phone.post(
        "/respond", data={"token": link["url"].partition("token=")[2]}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
    assert sees(phone, shared.campus) == 401


def test_a_script_that_opens_links_again_and_again_is_stopped(client: Client) -> None:
    anybody = client(None)
    headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "203.0.113.9"}
    codes = [
        anybody.post("/respond", data={"token": "wrong"}, headers=headers).status_code
        for _ in range(GUESTS_BY_ADDRESS + 1)
    ]
    assert codes == [401] * GUESTS_BY_ADDRESS + [429]


def test_the_database_keeps_no_secret_of_a_link(shared: Shared) -> None:
    secret = shared.make()["url"].partition("token=")[2]
    with shared.database.snapshot() as c:
        for table in ("tokens", "responder_links", "people", "audit", "events"):
            rows = c.execute(text(f"SELECT * FROM {table}")).all()
            assert secret not in repr(rows)


def test_the_qr_code_is_an_image_of_its_own(shared: Shared) -> None:
    kind, _, image = shared.make()["qr"].partition(",")
    root = ET.parse(io.StringIO(unquote(image))).getroot()
    assert kind.startswith("data:image/svg+xml")
    assert root.tag.endswith("svg")
