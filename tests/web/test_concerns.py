"""A concern on its way: from the link on a poster, by a phone without an account, to the officer who handles it."""

import re

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import DESKTOP, PHONE, Visit
from tests.web.steps import pick_room

pytestmark = pytest.mark.browser


def _link(officer: Page) -> str:
    """Make a link for a poster, and read its address."""
    officer.get_by_role("tab", name="Concerns").click()
    officer.get_by_role("button", name="Links to report concerns").click()
    dialog = officer.get_by_role("dialog", name="Links to report concerns")
    dialog.get_by_label("Where it hangs").fill("Gym")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_role("img", name="QR code of the link")).to_be_visible()
    address = dialog.get_by_label("Address of the link").input_value()
    dialog.get_by_role("button", name="Close").click()
    return address


def test_what_somebody_noticed_reaches_an_officer_who_closes_it(visit: Visit) -> None:
    officer = visit(Role.RESPONDER, DESKTOP).ready()
    form = visit(None, PHONE, to=_link(officer)).page
    form.get_by_text("Door propped open or broken").click()
    form.get_by_label("What did you notice?").fill("A brick <i>in</i> the door")
    form.get_by_label("Where?").fill("Side door by the gym")
    form.locator(".outline-map").click(position={"x": 60, "y": 60})
    expect(form.locator("#where-words")).to_contain_text("Marked")
    assert form.evaluate("document.documentElement.scrollWidth <= innerWidth")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("heading")).to_have_text("Thank you")

    expect(officer.get_by_role("tab", name="Concerns (1)")).to_be_visible()
    concern = officer.locator(".concern")
    expect(concern).to_contain_text("A brick <i>in</i> the door")
    expect(concern).to_contain_text(re.compile("Side door by the gym, No name"))
    expect(officer.locator(".concern-mark")).to_have_count(1)
    concern.get_by_label("Note").fill("Brick removed")
    concern.get_by_role("button", name="Close it").click()
    expect(concern).to_contain_text("Brick removed")
    expect(concern.locator(".concern-state")).to_have_text("Closed")
    expect(concern.get_by_role("button", name="Close it")).to_have_count(0)
    expect(officer.get_by_role("tab", name="Concerns", exact=True)).to_be_visible()
    expect(officer.locator(".concern-mark")).to_have_count(0)


def test_an_officer_reports_a_concern_as_a_threat(visit: Visit) -> None:
    officer = visit(Role.COMMANDER, DESKTOP).ready()
    form = visit(None, PHONE, to=_link(officer)).page
    form.get_by_text("Suspicious person").click()
    form.get_by_label("What did you notice?").fill("A man with a rifle case")
    form.get_by_label("Your name").fill("Ann")
    form.get_by_role("button", name="Send").click()
    concern = officer.locator(".concern")
    expect(concern).to_contain_text("From Ann")
    concern.get_by_role("button", name="Report as a threat").click()
    officer.get_by_role("button", name="Choose a room instead").click()
    pick_room(officer, "101")
    dialog = officer.get_by_role("dialog", name=re.compile("^Threat at"))
    dialog.get_by_text("Intruder", exact=True).click()
    dialog.get_by_text("Real", exact=True).click()
    dialog.get_by_role("button", name="Send").click()
    expect(concern.locator(".concern-state")).to_have_text("Reported as a threat")
    expect(officer.locator("#card")).to_contain_text("Intruder")
