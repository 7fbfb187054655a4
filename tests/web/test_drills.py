"""A drill on the page: started, looked at, added to and taken away, and never mistaken for something real."""

import re

import pytest
from playwright.sync_api import expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room, put_threat

pytestmark = pytest.mark.browser


def test_a_drill_is_started_and_its_report_fills_while_staff_answer(visit: Visit) -> None:
    commander = visit(Role.COMMANDER, PHONE).ready()
    staff = visit(Role.STAFF, PHONE).ready()
    commander.get_by_role("tab", name="Readiness").click()
    commander.get_by_role("button", name="Start a drill").click()
    commander.get_by_role("dialog").get_by_role("button", name="Fire", exact=True).click()
    for page in (commander, staff):
        expect(page.locator("#notices")).to_contain_text("EXERCISE")
    commander.get_by_role("tab", name="Situation").click()
    commander.get_by_role("button", name="Report of this drill").click()
    report = commander.locator(".drill-report")
    expect(report).to_contain_text("EXERCISE")
    expect(report).to_contain_text("0 of 8 rooms reported")
    choose_own_room(staff, "101")
    staff.get_by_role("button", name="I'm OK").click()
    expect(report).to_contain_text("1 of 8 rooms reported")
    expect(report.get_by_role("row", name=re.compile("First room reported"))).to_contain_text(re.compile(r"\d.s"))
    expect(report.get_by_role("row", name=re.compile("All rooms reported"))).to_contain_text("not reached")


def test_what_is_added_is_still_there_when_the_report_is_opened_again(visit: Visit) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "101")
    commander.get_by_role("tab", name="Readiness").click()
    commander.get_by_role("button", name="Report", exact=True).click()
    report = commander.locator(".drill-report")
    report.get_by_text("Note a problem").click()
    report.get_by_label("What went wrong").select_option(label="Radio")
    report.get_by_label("Note", exact=True).fill("<b>dead</b> spot")
    report.get_by_role("button", name="Add the problem").click()
    expect(report).to_contain_text("Radio: <b>dead</b> spot")
    report.get_by_text("Note an action").click()
    report.get_by_label("What is to be done").fill("Move the repeater")
    report.get_by_role("button", name="Add the action").click()
    report.get_by_label("Move the repeater").check()
    report.get_by_text("Rest of the state form").click()
    report.get_by_label("Situation at start").select_option(label="Lunch")
    report.get_by_label("Police").check()
    report.get_by_role("button", name="Save").click()
    expect(report).to_contain_text("Saved.")
    report.get_by_role("button", name="All drills").click()
    commander.get_by_role("button", name="Report", exact=True).click()
    expect(report.get_by_label("Move the repeater")).to_be_checked()
    report.get_by_text("Rest of the state form").click()
    expect(report.get_by_label("Situation at start")).to_have_value("lunch")
    expect(report.get_by_label("Police")).to_be_checked()
    with commander.expect_popup() as opened:
        report.get_by_role("link", name="Print").click()
    expect(opened.value.locator("body")).to_contain_text("EXERCISE: this was a drill")
    expect(opened.value.locator("body")).to_contain_text("Situation at start")


def test_something_real_is_no_drill_anywhere_on_the_page(visit: Visit) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "101", drill=False)
    commander.get_by_role("tab", name="Situation").click()
    expect(commander.get_by_role("button", name="Give an order")).to_be_visible()
    expect(commander.get_by_role("button", name="Report of this drill")).to_have_count(0)
    commander.get_by_role("tab", name="Readiness").click()
    expect(commander.locator("#tab-readiness")).to_contain_text("No drill yet")
    expect(commander.get_by_role("button", name="Start a drill")).to_be_disabled()
    expect(commander.locator("#notices")).not_to_contain_text("EXERCISE")
