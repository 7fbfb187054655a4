"""Sharing an incident with responders who have no account, from the commander's panel to their phone."""

import re

import pytest
from playwright.sync_api import expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import put_threat

pytestmark = pytest.mark.browser


def test_a_commander_shares_an_incident_and_ends_it_for_a_phone_again(visit: Visit) -> None:
    commander = visit(Role.COMMANDER, PHONE).ready()
    put_threat(commander, "101")
    commander.get_by_role("tab", name="Situation").click()
    commander.get_by_role("button", name="Share with responders").click()
    dialog = commander.get_by_role("dialog", name="Share with responders")
    expect(dialog).to_contain_text("None yet.")
    dialog.get_by_label("For whom").fill("Car 12 <b>north</b>")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_role("img", name="QR code of the link")).to_be_visible()
    expect(dialog.get_by_role("listitem")).to_contain_text(re.compile("Car 12 <b>north</b>.*Not opened yet"))
    link = dialog.get_by_label("Address of the link").input_value()

    guest = visit(None, PHONE, to=link)
    guest.page.get_by_role("button", name="Open the map").click()
    phone = guest.ready()
    expect(phone.locator("#notices")).to_contain_text("EXERCISE")
    expect(phone.locator("#card")).to_contain_text("Armed assailant")
    expect(phone.get_by_role("tab")).to_have_text(["Rooms", "Situation"])
    expect(phone.get_by_role("button", name="Report a threat")).to_have_count(0)
    phone.get_by_role("tab", name="Situation").click()
    expect(phone.locator("#tab-situation")).to_contain_text("Armed assailant")
    for forbidden in ("Give an order", "Share with responders", "Hold to give the all-clear"):
        expect(phone.get_by_role("button", name=forbidden)).to_have_count(0)

    dialog.get_by_role("button", name="Close").click()
    commander.get_by_role("button", name="Share with responders").click()
    expect(dialog.get_by_role("listitem")).to_contain_text("1 device")
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_role("listitem")).to_contain_text("Revoked")
    phone.reload()
    expect(phone.locator("#welcome")).to_be_visible()
    expect(phone.locator("#map canvas")).to_have_count(0)
    guest.faults = [fault for fault in guest.faults if "401" not in fault]  # the browser reports the refusal itself
