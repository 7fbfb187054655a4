"""The page without a server: it opens, says how old what it shows is, and keeps what is reported until it can be sent."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import DESKTOP, PATIENCE_MS, Server, Visits
from tests.web.steps import choose_own_room, eventually, give_order, pick_room, put_threat, rendered, row, until_kept
from tests.web.test_rounds import plan_exits, start

pytestmark = pytest.mark.browser

CACHES = "() => caches.keys()"
KEEP_REPORT = "([key, report]) => localStorage.setItem(key, JSON.stringify(report))"
OLD_S = 130
"""Longer than what is shown counts as new."""


def _report_threat(page: Page, room: str) -> None:
    page.get_by_role("button", name="Report a threat").click()
    page.get_by_role("button", name="Choose a room instead").click()
    pick_room(page, room)
    dialog = page.locator("dialog[open]")
    dialog.get_by_text("Fire", exact=True).click()
    dialog.get_by_role("button", name="Send").click()


def test_without_a_server_the_page_opens_with_map_and_picture_and_their_age(visits: Visits, server: Server) -> None:
    staff = visits.come_in(Role.STAFF)
    until_kept(staff)
    choose_own_room(staff, "102")
    put_threat(visits.come_in(Role.RESPONDER), "104", drill=False)
    expect(staff.locator("#card")).to_contain_text("Armed assailant")
    server.stop()
    staff.reload()
    expect(staff.locator("body[data-ready=true]")).to_be_attached()
    band = staff.locator(".notice-stale")
    expect(band).to_contain_text("What you see is as of")
    expect(band.locator("time")).to_contain_text("ago")
    expect(staff.locator(".live")).to_contain_text("Not live")
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Lockdown")
    expect(staff.locator("#card .card-old")).to_be_hidden()
    eventually(staff, lambda: set(rendered(staff, ["zone-label"], "name")), lambda names: {"102", "104"} <= names)
    staff.locator(".level", has_text="Upper").click()
    eventually(staff, lambda: set(rendered(staff, ["zone-label"], "name")), lambda names: "202" in names)
    staff.clock.set_system_time(datetime.now(UTC) + timedelta(seconds=OLD_S))
    expect(staff.locator("#card .card-old")).to_contain_text("This is from 2 min")
    staff.clock.set_system_time(datetime.now(UTC) + timedelta(days=1))
    expect(band).to_contain_text(datetime.now(UTC).strftime("%Y"))


def test_guidance_of_before_never_overrides_an_order_of_now(visits: Visits, server: Server) -> None:
    staff = visits.come_in(Role.STAFF)
    until_kept(staff)
    choose_own_room(staff, "102")
    commander = visits.come_in(Role.COMMANDER, DESKTOP)
    put_threat(commander, "104", drill=False)
    give_order(commander, "Evacuate")
    heading = staff.locator("#card").get_by_role("heading")
    expect(heading).to_have_text("Evacuate")
    staff.context.route("**/guidance", lambda _: None)  # never answered
    give_order(commander, "Lockdown")
    expect(heading).to_have_text("Lockdown", timeout=PATIENCE_MS / 6)
    staff.reload()
    expect(staff.locator("body[data-ready=true]")).to_be_attached()
    expect(heading).to_have_text("Lockdown")
    expect(staff.locator(".live")).to_contain_text("Live")
    server.stop()
    staff.reload()
    expect(staff.locator(".live")).to_contain_text("Not live")
    expect(heading).to_have_text("Lockdown")


def test_a_page_is_live_only_once_all_that_was_kept_is_of_now(visits: Visits) -> None:
    staff = visits.come_in(Role.STAFF)
    until_kept(staff)
    staff.context.route("**/zones", lambda route: route.fulfill(status=503, json={}))
    staff.reload()
    expect(staff.locator("body[data-ready=true]")).to_be_attached()
    expect(staff.locator(".live")).to_contain_text("Not live")
    put_threat(visits.come_in(Role.RESPONDER), "104")
    expect(staff.locator("#card")).to_contain_text("Armed assailant")
    expect(staff.locator(".live")).to_contain_text("Not live")
    staff.context.unroute("**/zones")
    expect(staff.locator(".live")).to_contain_text("Live")


def test_that_no_incident_was_known_is_not_called_quiet_when_it_is_not_of_now(visits: Visits, server: Server) -> None:
    staff = visits.come_in(Role.STAFF)
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident")
    until_kept(staff)
    server.stop()
    staff.reload()
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident was known")
    expect(staff.locator("#card")).to_contain_text("there may be one by now")
    server.start()
    expect(staff.locator(".notice-stale")).to_be_hidden()
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident")


def test_what_is_reported_without_a_server_arrives_once_when_it_is_back(visits: Visits, server: Server) -> None:
    staff = visits.come_in(Role.STAFF)
    until_kept(staff)
    responder = visits.come_in(Role.RESPONDER)
    put_threat(responder, "104", drill=False)
    choose_own_room(staff, "102")
    server.stop()
    staff.reload()
    staff.get_by_role("button", name="I'm OK").click()
    expect(staff.locator(".sent")).to_contain_text("waiting for the network")
    _report_threat(staff, "101")
    told = staff.get_by_role("dialog", name="Your threat report is NOT SENT")
    expect(told).to_contain_text("Nobody has been told. Call 911 or tell someone now.")
    expect(told.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    told.get_by_role("button", name="Close").click()
    expect(staff.locator(".notice-unsent")).to_contain_text("NOT SENT Fire, 101, Ground")
    staff.reload()
    expect(staff.locator(".notice-unsent")).to_contain_text("Nobody has been told")
    server.start()
    expect(staff.locator(".notice-unsent")).to_be_hidden()
    expect(staff.locator(".outbox")).to_contain_text("This report has arrived after all")
    expect(staff.locator(".sent")).to_contain_text("received at")
    expect(row(responder, "102")).to_contain_text("OK")
    sightings = responder.request.get(f"{server.address}/api/sites/elm/sightings").json()["sightings"]
    assert [sighting["kind"] for sighting in sightings] == ["armed_assailant", "fire"]
    staff.reload()
    expect(staff.locator("body[data-ready=true]")).to_be_attached()
    again = responder.request.get(f"{server.address}/api/sites/elm/sightings").json()["sightings"]
    assert len(again) == len(sightings)


def test_a_round_is_there_when_the_page_is_opened_without_a_server(visits: Visits, server: Server) -> None:
    page = visits.come_in(Role.RESPONDER)
    start(plan_exits(page))
    until_kept(page)
    server.stop()
    page.reload()
    page.get_by_role("tab", name="Rounds").click()
    expect(page.locator("#tab-rounds")).to_contain_text("0 of 2 done. Next:")


def test_nothing_is_kept_for_later_while_an_incident_needs_the_network(visits: Visits) -> None:
    commander = visits.come_in(Role.COMMANDER, DESKTOP)
    put_threat(commander, "104")
    staff = visits.come_in(Role.STAFF)
    choose_own_room(staff, "102")
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Lockdown")
    give_order(commander, "Evacuate")
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Evacuate")
    assert [name for name in staff.evaluate(CACHES) if name.startswith("geo-server:shell:")] == []
    expect(staff.locator("body[data-kept], body[data-kept-map]")).to_have_count(0)
    commander.get_by_role("button", name="Hold to give the all-clear").focus()
    for _ in range(2):
        commander.keyboard.press("Enter")
    until_kept(staff)


def test_a_threat_report_outlives_an_ended_session_and_says_that_nobody_knows(visits: Visits, server: Server) -> None:
    staff = visits.come_in(Role.STAFF)
    until_kept(staff)
    staff.context.clear_cookies()
    staff.get_by_role("button", name="Report a threat").click()
    staff.get_by_role("button", name="Choose a room instead").click()
    pick_room(staff, "101")
    dialog = staff.locator("dialog[open]")
    for choice in ("Fire", "Drill"):
        dialog.get_by_text(choice, exact=True).click()
    dialog.get_by_role("button", name="Send").click()
    expect(staff.locator("#welcome")).to_contain_text("1 threat report has reached nobody")
    assert not [name for name in staff.evaluate(CACHES) if name.startswith("geo-server:kept:")]
    staff.goto(server.link(Role.STAFF))
    staff.get_by_role("button", name="Sign in").click()
    expect(staff.locator(".outbox")).to_contain_text("This report has arrived after all")
    expect(staff.locator(".notice-exercise")).to_be_visible()


def test_a_threat_report_of_long_ago_is_sent_only_when_its_author_says_so(visits: Visits) -> None:
    staff = visits.come_in(Role.STAFF)
    said_at = (datetime.now(UTC) - timedelta(minutes=31)).isoformat()
    place = staff.evaluate("async () => (await (await fetch('/api/sites/elm/zones')).json()).zones[0]")
    seen = {"kind": "fire", "at": place["at"], "ordinal": place["ordinal"], "seen_at": said_at, "exercise": False}
    report = {
        "id": str(uuid4()),
        "told": {"kind": "Fire", "place": "101, Ground"},
        "content": {**seen, "client_at": said_at},
        "state": "queued",
        "failed": True,
    }
    staff.evaluate(KEEP_REPORT, [f"geo-server:sighting:elm:{report['id']}", report])
    staff.reload()
    staff.locator(".notice-unsent").get_by_role("button", name="What now?").click()
    dialog = staff.get_by_role("dialog")
    expect(dialog).to_contain_text("more than half an hour old")
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident")
    dialog.get_by_role("button", name="Send it now").click()
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Evacuate")


def test_who_signs_out_leaves_the_page_on_the_device_and_nothing_of_the_site(visits: Visits, server: Server) -> None:
    staff = visits.come_in(Role.STAFF)
    until_kept(staff)
    assert [name for name in staff.evaluate(CACHES) if name.startswith("geo-server:kept:elm:")]
    staff.locator(".menu summary").click()
    staff.get_by_role("button", name="Sign out").click()
    expect(staff.locator("#welcome").get_by_role("heading")).to_have_text("You are not signed in")
    assert [name.rpartition(":")[0] for name in staff.evaluate(CACHES)] == ["geo-server:shell"]
    server.stop()
    staff.reload()
    expect(staff.locator("#welcome")).to_contain_text("The server does not answer")
