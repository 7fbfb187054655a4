"""What happens to the page and to reports when the server does not answer, or no longer knows the person."""

import contextlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from geo_server.domain.roles import Role
from geo_server.services.access import create_sign_in_link
from geo_server.settings import Settings
from geo_server.store.database import Database
from tests.api.conftest import serving
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room, eventually, put_threat, row
from tests.web.storeys import Storeys

pytestmark = pytest.mark.browser

PORTAL = {"status": 200, "content_type": "text/html", "body": "<h1>Sign in to this network</h1>"}
ASK = """async (path) => {
    const {getJson} = await import("/static/js/api.js");
    return getJson(path).then(() => "an answer", (fault) => fault.constructor.name);
}"""
ENTRIES = """() => Object.keys(localStorage)
    .filter((key) => /^geo-server:(report|sighting):/.test(key))
    .map((key) => JSON.parse(localStorage.getItem(key)))"""
KEPT = """([key, report]) => localStorage.setItem(key, JSON.stringify(report))"""


def test_a_dead_server_is_said_at_once_with_the_age_of_what_is_shown(
    chromium: Browser, database: Database, storeys: Storeys, tmp_path: Path
) -> None:
    page = chromium.new_page()
    with serving(Settings(database_url=database.url, data_dir=tmp_path)) as address:
        page.goto(create_sign_in_link(database, storeys.site.id, Role.STAFF, name="A teacher", base_url=address))
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("body[data-ready=true]")).to_be_attached()
        expect(page.locator(".live")).to_contain_text("Live")
    band = page.locator(".notice-stale")
    expect(band).to_contain_text("The server does not answer. What you see is as of", timeout=2000)
    expect(band.locator("time")).to_contain_text("ago")
    page.context.close()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 200, "json": {}}, "an answer"),
        ({"status": 403, "json": {}}, "Refusal"),
        (PORTAL, "Unreachable"),
        ({**PORTAL, "status": 403}, "Unreachable"),
        ({"status": 200, "content_type": "application/json", "body": '{"id": "cut o'}, "Unreachable"),
        ({"status": 404, "content_type": "application/problem+json", "body": '{"detail": "cut o'}, "Unreachable"),
    ],
)
def test_only_a_whole_answer_of_the_server_itself_is_an_answer(
    modules: Page, answer: dict[str, Any], told: str
) -> None:
    modules.route("**/asked", lambda route: route.fulfill(**answer))
    assert modules.evaluate(ASK, "/asked") == told


def test_a_dead_feed_leaves_the_page_neither_behind_nor_called_live_for_nothing(visit: Visit) -> None:
    visitor = visit(Role.STAFF, PHONE)
    staff = visitor.ready()
    choose_own_room(staff, "102")
    visitor.context.route("**/events", lambda route: route.fulfill(status=403, json={}))
    staff.reload()
    put_threat(visit(Role.RESPONDER).ready(), "104")
    expect(staff.locator("#card")).to_contain_text("Armed assailant")
    expect(staff.locator(".live")).to_contain_text("Live")
    visitor.context.route("**/picture", lambda route: route.fulfill(**PORTAL))
    expect(staff.locator(".notice-stale")).to_contain_text("The server does not answer. What you see is as of")
    staff.get_by_role("button", name="I'm OK").click()
    expect(staff.locator(".sent")).to_contain_text("received at")
    visitor.context.unroute("**/picture")
    visitor.context.route("**/picture", lambda route: route.fulfill(status=404, json={}))
    expect(staff.locator(".notice-stale")).to_contain_text("You no longer have access here")
    visitor.context.unroute("**/picture")
    expect(staff.locator(".notice-stale")).to_be_hidden()
    visitor.faults.clear()  # the browser reports each refusal itself


def test_a_report_that_meets_an_ended_session_is_kept_and_sent_after_the_next_sign_in(
    visit: Visit, database: Database, storeys: Storeys, address: str
) -> None:
    responder = visit(Role.RESPONDER).ready()
    put_threat(responder, "104")
    visitor = visit(Role.STAFF, PHONE)
    staff = visitor.ready()
    choose_own_room(staff, "102")
    visitor.context.clear_cookies()
    staff.get_by_role("button", name="I'm OK").click()
    expect(staff.locator("#welcome").get_by_role("heading")).to_have_text("You are not signed in")
    expect(staff.locator("#welcome")).to_contain_text("1 report is kept on this device")
    staff.goto(create_sign_in_link(database, storeys.site.id, Role.STAFF, name=f"A {Role.STAFF}", base_url=address))
    staff.get_by_role("button", name="Sign in").click()
    expect(row(responder, "102")).to_contain_text("OK")
    expect(staff.locator(".sent")).to_contain_text("received at")
    visitor.faults = [fault for fault in visitor.faults if "401" not in fault]  # the browser reports the refusal itself


def test_a_refused_report_is_shown_with_what_was_in_it_until_the_person_drops_it(visit: Visit) -> None:
    put_threat(visit(Role.RESPONDER).ready(), "104")
    visitor = visit(Role.STAFF, PHONE)
    staff = visitor.ready()
    said = {
        "zone_id": str(uuid.uuid4()),
        "status": "help",
        "client_at": "2026-01-01T10:00:00Z",
        "students": 24,
        "note": "two missing",
    }
    report = {"id": str(uuid.uuid4()), "content": said, "state": "queued"}
    staff.evaluate(KEPT, [f"geo-server:report:elm:{report['id']}", report])
    card = staff.locator(".outbox .warning")
    for text in ("Not accepted", "Needs help", "24 students", "two missing"):
        expect(card).to_contain_text(text)
    staff.reload()
    expect(card).to_be_visible()
    card.get_by_role("button", name="Drop it").click()
    expect(card).to_be_hidden()
    visitor.faults = [fault for fault in visitor.faults if "404" not in fault]  # the browser reports the refusal itself


def test_a_report_of_somebody_else_waits_on_a_shared_device_and_is_never_sent_as_ones_own(
    visit: Visit, storeys: Storeys
) -> None:
    responder = visit(Role.RESPONDER).ready()
    put_threat(responder, "104")
    staff = visit(Role.STAFF, PHONE).ready()
    zone = storeys.rooms["102"]
    said = {"zone_id": str(zone.id), "status": "help", "client_at": "2026-01-01T10:00:00Z"}
    report = {"id": str(uuid.uuid4()), "by": str(uuid.uuid4()), "content": said, "state": "queued"}
    staff.evaluate(KEPT, [f"geo-server:report:elm:{report['id']}", report])
    staff.reload()
    expect(staff.locator(".outbox")).to_contain_text("1 report of somebody else waits on this device")
    choose_own_room(staff, "104")
    staff.get_by_role("button", name="I'm OK").click()
    expect(row(responder, "104")).to_contain_text("OK")
    expect(row(responder, "102")).to_contain_text("Silent")


def _threat(said_at: datetime) -> dict[str, Any]:
    """A threat report as it is kept on a device by a page that was left before it was sent."""
    seen = {"kind": "fire", "at": [13.7, 51.0], "ordinal": 0, "seen_at": said_at.isoformat(), "exercise": True}
    told = {"kind": "Fire", "place": "101, Ground"}
    return {
        "id": str(uuid.uuid4()),
        "told": told,
        "content": {**seen, "client_at": said_at.isoformat()},
        "state": "queued",
    }


def test_what_goes_out_on_a_shared_device_is_its_authors_and_a_threat_that_waits_is_told_to_all(
    visit: Visit, database: Database, storeys: Storeys, address: str
) -> None:
    responder = visit(Role.RESPONDER).ready()
    put_threat(responder, "104")
    visitor = visit(Role.STAFF, PHONE)
    page = visitor.ready()
    choose_own_room(page, "102")
    later = visitor.context.new_page()
    later.goto(create_sign_in_link(database, storeys.site.id, Role.STAFF, name="A second teacher", base_url=address))
    later.get_by_role("button", name="Sign in").click()
    expect(later.locator("body[data-ready=true]")).to_be_attached()
    later.close()

    page.get_by_role("button", name="I'm OK").click()
    expect(page.locator(".outbox")).to_contain_text("1 report of somebody else waits on this device")
    expect(row(responder, "102")).to_contain_text("Silent")

    waits = {**_threat(datetime.now(UTC)), "by": str(uuid.uuid4())}
    page.evaluate(KEPT, [f"geo-server:sighting:elm:{waits['id']}", waits])
    page.reload()
    band = page.locator(".notice-unsent")
    expect(band).to_contain_text("NOT SENT Fire, 101, Ground")
    band.get_by_role("button", name="What now?").click()
    told = page.get_by_role("dialog", name="A threat report of somebody else is NOT SENT")
    expect(told.get_by_role("link", name="Call 911")).to_have_count(0)  # it is of a drill
    for name in ("Send it now", "Drop it"):
        expect(told.get_by_role("button", name=name)).to_have_count(0)
    told.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="I'm OK").click()
    expect(row(responder, "102")).to_contain_text("OK")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#welcome")).to_contain_text("2 reports are kept on this device")
    assert [kept["state"] for kept in page.evaluate(ENTRIES)] == ["queued", "queued"]
    visitor.faults = [fault for fault in visitor.faults if "401" not in fault]  # the browser reports the refusal itself


def test_what_was_dropped_while_it_was_on_its_way_neither_comes_back_nor_goes_out(visit: Visit) -> None:
    visitor = visit(Role.STAFF, PHONE)
    page = visitor.ready()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visitor.context.route("**/sightings", hold)
    dropped, other = (_threat(datetime.now(UTC) - timedelta(seconds=age)) for age in (20, 10))
    # Its band is there from the beginning, so that it is dropped during a try and not between two.
    page.evaluate(KEPT, [f"geo-server:sighting:elm:{dropped['id']}", {**dropped, "failed": True}])
    page.reload()
    eventually(page, lambda: len(held), lambda tries: tries == 1)
    page.locator(".notice-unsent").get_by_role("button", name="What now?").click()
    page.get_by_role("dialog").get_by_role("button", name="Drop it").click()
    expect(page.locator(".notice-unsent")).to_be_hidden()
    assert len(held) == 1
    page.evaluate(KEPT, [f"geo-server:sighting:elm:{other['id']}", other])
    with contextlib.suppress(Error):  # the page has given it up already
        held[0].abort()
    eventually(page, lambda: len(held), lambda tries: tries == 2)
    assert other["id"] in (held[1].request.post_data or "")
    assert [kept["id"] for kept in page.evaluate(ENTRIES)] == [other["id"]]
    visitor.faults.clear()  # the browser reports each try that failed


def test_a_report_that_the_server_stumbles_over_does_not_hold_up_the_next(visit: Visit, storeys: Storeys) -> None:
    responder = visit(Role.RESPONDER).ready()
    put_threat(responder, "104")
    visitor = visit(Role.STAFF, PHONE)
    staff = visitor.ready()
    bad = str(storeys.rooms["102"].id)

    def stumble(route: Route) -> None:
        if bad in (route.request.post_data or ""):
            route.fulfill(status=500, json={"title": "A fault of the server"})
        else:
            route.continue_()

    visitor.context.route("**/status-reports", stumble)
    choose_own_room(staff, "102")
    staff.get_by_role("button", name="I'm OK").click()
    expect(staff.locator(".sent")).to_contain_text("waiting")
    choose_own_room(staff, "104")
    staff.get_by_role("button", name="I'm OK").click()
    expect(row(responder, "104")).to_contain_text("OK")
    visitor.context.unroute("**/status-reports")
    expect(row(responder, "102")).to_contain_text("OK")
    visitor.faults = [fault for fault in visitor.faults if "500" not in fault]
