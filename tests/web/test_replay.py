"""Looking back at an incident with a slider, while the page behind stays live."""

import pytest
from playwright.sync_api import expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import order_to_leave, put_threat

pytestmark = pytest.mark.browser


def test_a_commander_looks_back_at_what_was_known_before_an_order(visit: Visit) -> None:
    commander = visit(Role.COMMANDER, PHONE).ready()
    put_threat(commander, "101")
    order_to_leave(commander, "The west side is clear")
    expect(commander.locator("#tab-situation")).to_contain_text("The west side is clear")
    commander.get_by_role("button", name="Look back").click()
    dialog = commander.get_by_role("dialog", name="Look back")
    expect(dialog).to_contain_text("order given (3 of 3)")
    expect(dialog).to_contain_text("The west side is clear")
    slider = dialog.get_by_role("slider")
    slider.press("ArrowLeft")
    expect(dialog).to_contain_text("sighting (2 of 3)")
    expect(dialog).to_contain_text("Armed assailant: 101, Ground")
    expect(dialog).not_to_contain_text("The west side is clear")
    slider.press("ArrowLeft")
    expect(dialog).to_contain_text("incident opened (1 of 3)")
    assert commander.evaluate("document.documentElement.scrollWidth <= innerWidth")
