"""What those who lead do on the page: close a way, take an order back, open an incident that has no place."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room, eventually, order_to_leave, put_threat, rendered, row
from tests.web.storeys import Storeys

pytestmark = pytest.mark.browser


def test_a_closed_door_has_a_sign_on_the_map_and_its_name_and_reason_in_the_list(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    base = f"{address}/api/sites/elm"
    openings = commander.request.get(f"{base}/openings").json()["openings"]
    way_out = next(opening["id"] for opening in openings if opening["number"] == "2")
    said = {"id": str(uuid4()), "subject_id": way_out, "reason": "blocked"}
    assert commander.request.post(f"{base}/closures", data=said, headers={"Origin": address}).ok
    eventually(
        commander, lambda: rendered(commander, ["closures"], "words"), lambda words: words == ["Exit 2: Blocked"]
    )
    expect(commander.locator(".legend")).to_contain_text("Closed way")
    staff = visit(Role.STAFF, PHONE).ready()
    eventually(staff, lambda: rendered(staff, ["closures"], "words"), lambda words: words == ["Exit 2: Blocked"])

    commander.get_by_role("tab", name="Situation").click()
    closed = commander.locator(".doors li", has_text="Exit 2")
    expect(closed).to_contain_text("Ground")
    expect(closed).to_contain_text(re.compile(r"Blocked \d+\ss ago"))
    commander.locator(".level", has_text="Upper").click()
    eventually(commander, lambda: rendered(commander, ["closures"], "words"), lambda words: words == [])
    closed.locator("button.choice").click()
    eventually(commander, lambda: rendered(commander, ["closures"], "words"), lambda words: len(words) == 1)
    closed.get_by_role("button", name="Open again: Exit 2").click()
    eventually(commander, lambda: rendered(commander, ["closures"], "words"), lambda words: words == [])
    expect(commander.locator("#tab-situation")).to_contain_text("Nothing is closed.")


def test_an_order_that_is_taken_back_leaves_the_screens_and_stays_in_a_list(
    visit: Visit, storeys: Storeys, address: str
) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    staff = visit(Role.STAFF, PHONE).ready()
    heading = staff.locator("#card").get_by_role("heading")
    order_to_leave(commander, "Meant for the drill of tomorrow")
    expect(heading).to_have_text("Evacuate")

    commander.get_by_role("button", name="Withdraw the order: Evacuate, For everyone").click()
    dialog = commander.get_by_role("dialog", name="Withdraw an order")
    expect(dialog).to_contain_text("After that nothing is ordered, and the protocol holds: Lockdown.")
    dialog.get_by_label("Why is it withdrawn?").fill("Pressed by mistake")
    dialog.get_by_role("button", name="Withdraw it").click()

    expect(heading).to_have_text("Lockdown")
    expect(staff.locator("#assertive")).to_contain_text("The order was withdrawn. Lockdown.")
    panel = commander.locator("#tab-situation")
    expect(panel).to_contain_text("Nobody has ordered anything.")
    expect(panel).to_contain_text(re.compile(r"Evacuate, For everyone: given at .*, withdrawn at .* by A commander\."))
    expect(panel).to_contain_text("Pressed by mistake")

    # Whoever moves out of a room that has an order of its own hears what holds now, and of no withdrawal.
    order = {"id": str(uuid4()), "zone_id": str(storeys.rooms["102"].id), "action": "hold", "reason": ""}
    given = commander.request.post(f"{address}/api/sites/elm/directives", data=order, headers={"Origin": address})
    assert given.ok
    choose_own_room(staff, "102")
    expect(staff.locator("#assertive")).to_contain_text(re.compile("^Hold"))
    choose_own_room(staff, "101")
    expect(heading).to_have_text("Lockdown")
    expect(staff.locator("#assertive")).to_contain_text(re.compile("^Lockdown"))


def test_an_incident_without_a_place_is_opened_in_earnest_only_when_that_is_said(visit: Visit) -> None:
    commander = visit(Role.COMMANDER, PHONE).ready()
    staff = visit(Role.STAFF, PHONE).ready()
    commander.get_by_role("tab", name="Situation").click()
    commander.get_by_role("button", name="Open an incident without a place").click()
    dialog = commander.get_by_role("dialog")
    dialog.get_by_text("Medical emergency", exact=True).click()
    dialog.get_by_role("button", name="Open").click()
    expect(dialog).to_be_visible()
    dialog.get_by_text("Real", exact=True).click()
    dialog.get_by_role("button", name="Open: real").click()
    expect(dialog).to_be_hidden()
    expect(commander.locator("#card").get_by_role("heading")).to_contain_text("Medical emergency since")
    expect(staff.locator("#card")).to_contain_text("The protocol for Medical emergency")
    expect(staff.locator(".notice-exercise")).to_be_hidden()
    expect(commander.get_by_role("button", name="Open an incident without a place")).to_be_hidden()


def test_who_may_not_open_an_incident_is_not_asked_to(visit: Visit) -> None:
    for role in (Role.STAFF, Role.VIEWER):
        expect(visit(role).ready().get_by_role("button", name="Open an incident without a place")).to_be_hidden()


def test_while_nobody_has_said_where_a_fire_is_no_way_out_is_called_safe(visit: Visit, address: str) -> None:
    responder = visit(Role.RESPONDER).ready()
    fire = {"kind": "fire", "exercise": True}
    assert responder.request.post(f"{address}/api/sites/elm/incidents", data=fire, headers={"Origin": address}).ok
    responder.get_by_role("tab", name="Rooms").click()
    way = row(responder, "101").locator(".way")
    expect(way).to_have_text("Not guaranteed")
    expect(responder.locator("table.rooms")).not_to_contain_text("Safe way")
    expect(responder.locator("#card")).to_contain_text("Nobody has said yet")
    row(responder, "101").get_by_role("button", name="Show 101 on the map").click()
    expect(responder.locator(".detail")).to_contain_text("Nobody has said yet where the threat is")
    expect(responder.locator(".detail .steps li").first).to_be_visible()

    staff = visit(Role.STAFF, PHONE).ready()
    choose_own_room(staff, "101")
    card = staff.locator("#card")
    expect(card.locator(".card-words")).to_contain_text("Leave only if you can see that the way is clear")
    expect(card).to_contain_text("none is guaranteed")
    expect(card).not_to_contain_text("Safe way")
