"""People by name: who is missing in one room and has turned up in another."""

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room, pick_room, put_threat

pytestmark = pytest.mark.browser


def _more(page: Page, room: str) -> Page:
    choose_own_room(page, room)
    page.get_by_text("More to report").click()
    return page


def test_a_teacher_names_who_is_missing_and_those_who_lead_see_where_they_turned_up(visit: Visit) -> None:
    leads = visit(Role.RESPONDER).ready()
    put_threat(leads, "104")
    page = _more(visit(Role.STAFF, PHONE).ready(), "101")
    page.get_by_label("Students here").fill("20")
    page.get_by_label("Need help to leave").fill("1")
    page.get_by_label("Door locked?").select_option("Yes")
    page.get_by_role("button", name="Add somebody missing").click()
    page.get_by_placeholder("Name").fill("Ana Núñez")
    page.get_by_role("button", name="Seen last in…").click()
    pick_room(page, "103")
    page.get_by_role("button", name="I'm OK").click()

    people = leads.get_by_role("region", name="People")
    leads.get_by_role("tab", name="Rooms").click()
    expect(people).to_contain_text("20 students")
    expect(people).to_contain_text("1 needs help to leave")
    expect(people).to_contain_text("Ana NúñezGroup in 101Last seen: 103")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]

    other = _more(visit(Role.STAFF, PHONE).ready(), "102")
    other.get_by_role("button", name="Add somebody", exact=True).click()
    other.get_by_placeholder("Name").fill("nunez, ana")
    other.get_by_role("button", name="I'm OK").click()
    expect(people).to_contain_text("Somebody of that name is in 102")
    people.get_by_role("button", name="102").click()

    page.get_by_text("More to report").click()
    page.get_by_role("button", name="Nobody is missing").click()
    page.get_by_role("button", name="I'm OK").click()
    leads.get_by_role("button", name="All rooms").click()
    expect(people).not_to_contain_text("Group in")
    expect(people).to_contain_text("missed by nobody")

    page.get_by_text("More to report").click()
    page.get_by_role("button", name="Add somebody missing").click()
    page.get_by_role("button", name="Need help").click()
    expect(page.locator(".people input:invalid")).to_be_focused()
    choose_own_room(page, "103")
    expect(page.get_by_placeholder("Name")).to_have_count(0)
    expect(page.get_by_role("button", name="Nobody is missing")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="I'm OK").click()
    expect(people).to_contain_text("missed by nobody")
