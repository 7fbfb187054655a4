"""What is asked before something is told to everyone: of who reports a threat, and of who gives an order."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room, pick_room, put_threat

pytestmark = pytest.mark.browser


def test_a_threat_of_another_kind_leaves_the_one_on_the_map_where_it_is(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    dialog = _report(commander, "103")
    same = dialog.get_by_role("group", name="Is it one that is on the map?")
    dialog.get_by_text("Drill", exact=True).click()
    dialog.get_by_text("Armed assailant", exact=True).click()
    expect(same.get_by_role("radio")).to_have_count(2)
    expect(same.get_by_role("radio", checked=True)).to_have_count(0)
    expect(same).to_contain_text(re.compile(r"The one seen at 104, .*, \d+\s(s|min)\sago"))
    expect(same).to_contain_text("Another one")
    dialog.get_by_text("Fire", exact=True).click()
    expect(same).to_be_hidden()
    dialog.get_by_role("button", name="Send: drill").click()
    expect(dialog).to_be_hidden()
    assert sorted(threat["kind"] for threat in _picture(commander, address)["threats"]) == ["armed_assailant", "fire"]


def test_a_threat_that_has_moved_is_the_same_one_only_when_that_is_said(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    before = _picture(commander, address)["threats"]
    dialog = _report(commander, "103")
    dialog.get_by_text("Drill", exact=True).click()
    dialog.get_by_role("button", name="Send: drill").click()
    expect(dialog).to_be_visible()
    dialog.get_by_text("The one seen at 104").click()
    dialog.get_by_role("button", name="Send: drill").click()
    expect(dialog).to_be_hidden()
    after = _picture(commander, address)["threats"]
    assert [threat["id"] for threat in after] == [threat["id"] for threat in before]
    assert after[0]["at"] != before[0]["at"]


def test_during_a_drill_anyone_can_say_that_it_is_real(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    staff = visit(Role.STAFF, PHONE).ready()
    staff.evaluate("delete AbortSignal.any")  # as on a phone that is some years old
    expect(staff.locator(".notice-exercise")).to_be_visible()
    dialog = _report(staff, "103")
    real = dialog.get_by_role("group", name="Is this real?")
    expect(real.get_by_role("radio", checked=True)).to_have_count(0)
    real.get_by_text("Real", exact=True).click()
    expect(real).to_contain_text("Ends the drill.")
    dialog.get_by_role("button", name="Send: real").click()
    expect(dialog).to_be_hidden()
    for page in (commander, staff):
        expect(page.locator(".notice-exercise")).to_be_hidden()
        expect(page.locator("#card")).to_contain_text("103")
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Lockdown")
    picture = _picture(commander, address)
    assert picture["incident"]["exercise"] is False
    assert len(picture["threats"]) == 1


def test_an_order_is_changed_for_an_alarm_only_after_the_same_warning_as_any_order(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    staff = visit(Role.STAFF, PHONE).ready()
    alarm = {"kind": "fire", "exercise": True}
    assert commander.request.post(f"{address}/api/sites/elm/incidents", data=alarm, headers={"Origin": address}).ok
    commander.get_by_role("tab", name="Situation").click()
    commander.get_by_role("button", name="Change to Evacuate").click()
    dialog = commander.get_by_role("dialog")
    expect(dialog.locator(".warning")).to_contain_text(re.compile("no guaranteed way out"))
    assert [conflict["settled"] for conflict in _picture(commander, address)["conflicts"]] == [None]
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Lockdown")
    dialog.get_by_label("Reason (people see it)").fill("Smoke in the hall")
    dialog.get_by_role("button", name="Give the order all the same").click()
    expect(dialog).to_be_hidden()
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Evacuate")
    expect(staff.locator("#card")).to_contain_text("Smoke in the hall")
    expect(staff.locator(".notice-conflict")).to_be_hidden()


def test_who_ends_an_incident_is_told_which_rooms_need_help_or_are_silent(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    rooms = commander.request.get(f"{address}/api/sites/elm/zones").json()["zones"]
    silent = sum(zone["occupied"] for zone in rooms) - 1
    staff = visit(Role.STAFF, PHONE).ready()
    choose_own_room(staff, "102")
    staff.get_by_role("button", name="Need help").click()
    commander.get_by_role("tab", name="Situation").click()
    told = re.compile(rf"1 room needs help{silent} rooms are silent")
    expect(commander.locator("#tab-situation .warning")).to_have_text(told)
    commander.get_by_role("button", name="Hold to give the all-clear").focus()
    commander.keyboard.press("Enter")
    commander.keyboard.press("Enter")
    commander.get_by_role("button", name="Close the incident").click()
    dialog = commander.get_by_role("dialog", name="Close the incident?")
    expect(dialog.locator(".warning")).to_have_text(told)
    assert _picture(commander, address)["incident"]["state"] == "all_clear"
    dialog.get_by_role("button", name="Close the incident").click()
    expect(dialog).to_be_hidden()
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident")


def test_what_others_report_makes_no_page_ask_at_once_that_does_not_show_it(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    staff = visit(Role.STAFF, PHONE).ready()
    expect(staff.locator(".notice-exercise")).to_be_visible()
    zones = commander.request.get(f"{address}/api/sites/elm/zones").json()["zones"]
    asked: list[str] = []
    staff.on("request", lambda request: asked.append(request.url))
    for zone in zones[:3]:
        said = {"id": str(uuid4()), "zone_id": zone["id"], "status": "ok", "client_at": "2026-03-02T09:00:00Z"}
        with commander.expect_response("**/picture"):
            answer = commander.request.post(
                f"{address}/api/sites/elm/status-reports", data=said, headers={"Origin": address}
            )
        assert answer.status == 201
    assert not [url for url in asked if url.endswith(("/picture", "/guidance"))]
    with staff.expect_response("**/picture"):
        choose_own_room(staff, "103")
        staff.get_by_role("button", name="I'm OK").click()


def _report(page: Page, room: str) -> Locator:
    """Begin to report a threat in a room; the dialog that asks about it."""
    page.get_by_role("button", name="Report a threat").click()
    page.get_by_role("button", name="Choose a room instead").click()
    pick_room(page, room)
    return page.get_by_role("dialog", name=re.compile("^Threat at"))


def _picture(page: Page, address: str) -> Any:
    return page.request.get(f"{address}/api/sites/elm/picture").json()


def test_a_call_for_help_that_arrives_after_the_closing_reaches_those_who_lead_and_warns_its_author(
    visit: Visit, address: str
) -> None:
    commander = visit(Role.COMMANDER).ready()
    site, here = f"{address}/api/sites/elm", {"Origin": address}
    fire = {"kind": "fire", "exercise": True}
    incident = commander.request.post(f"{site}/incidents", data=fire, headers=here).json()["incident_id"]
    staff = visit(Role.STAFF, PHONE).ready()
    choose_own_room(staff, "101")
    staff.route("**/status-reports", lambda route: route.abort("internetdisconnected"))
    staff.get_by_role("button", name="Need help").click()
    expect(staff.locator("#actions")).to_contain_text("waiting for the network")
    for state in ("all_clear", "closed"):
        change = commander.request.post(f"{site}/incidents/{incident}/state", data={"state": state}, headers=here)
        assert change.ok
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident")
    staff.unroute("**/status-reports")

    band = commander.locator(".notice", has_text="Call after the incident was closed")
    expect(band).to_contain_text("101")
    expect(band).to_contain_text("Needs help")
    warning = staff.locator(".outbox .warning")
    expect(warning).to_contain_text("nobody may be looking any more. Call 911")
    warning.get_by_role("button", name="I have read it").click()
    expect(warning).to_be_hidden()
