"""Codes on doors: printed, scanned signed in and signed out, and of a room that is gone."""

import re

import pytest
from playwright.sync_api import expect

from geo_server.domain.roles import Role
from geo_server.services.access import create_sign_in_link
from geo_server.store.database import Database
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room
from tests.web.storeys import Storeys

pytestmark = pytest.mark.browser


def test_a_code_chooses_its_room_and_is_not_in_the_address_any_more(
    visit: Visit, storeys: Storeys, address: str
) -> None:
    staff = visit(Role.STAFF, PHONE).ready()
    for room in ("102", "203"):
        staff.goto(f"{address}/?zone={storeys.rooms[room].id}")
        expect(staff.locator(".my-room-name")).to_contain_text(room)
        assert staff.url == f"{address}/sites/elm"
    staff.get_by_role("button", name="Change").click()
    choices = staff.get_by_role("dialog", name="Which room?").locator(".choice")
    expect(choices.nth(0)).to_have_text(re.compile(r"203.*Used here before"))
    expect(choices.nth(1)).to_have_text(re.compile(r"102.*Used here before"))


def test_a_code_that_is_scanned_before_signing_in_holds_after_it(
    visit: Visit, database: Database, storeys: Storeys, address: str
) -> None:
    visitor = visit(None, PHONE)
    visitor.page.goto(f"{address}/sites/elm?zone={storeys.rooms['104'].id}")
    expect(visitor.page.locator("#welcome").get_by_role("heading")).to_have_text("You are not signed in")
    visitor.page.goto(create_sign_in_link(database, storeys.site.id, Role.STAFF, name="A substitute", base_url=address))
    visitor.page.get_by_role("button", name="Sign in").click()
    expect(visitor.ready().locator(".my-room-name")).to_contain_text("104")
    visitor.faults = [fault for fault in visitor.faults if "401" not in fault]  # the browser reports the refusal itself


@pytest.mark.parametrize("named", ["00000000-0000-4000-8000-000000000000", "<b>x</b>"])
def test_the_code_of_a_room_that_is_gone_says_so_and_keeps_no_room(visit: Visit, address: str, named: str) -> None:
    visitor = visit(Role.STAFF, PHONE)
    choose_own_room(visitor.ready(), "102")
    visitor.page.goto(f"{address}/sites/elm?zone={named}")
    page = visitor.ready()
    expect(page.locator("#panel .fault").first).to_contain_text("not on the map any more")
    page.reload()
    expect(visitor.ready().get_by_role("button", name="Choose your room")).to_be_visible()
    expect(page.locator(".my-room-name")).to_be_hidden()


def test_the_codes_are_printed_from_the_floorplans(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    page.get_by_role("tab", name="Floorplans").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Door codes to print").click()
    expect(opened.value.locator(".codes > li")).to_have_count(8)
    widths = opened.value.locator(".codes img").evaluate_all("(all) => all.map((one) => one.naturalWidth)")
    assert min(widths) > 0
