"""Those who lead open a room and ask for ways in and for ways out to choose between."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import Visit
from tests.web.steps import put_threat, stand_at


def opened(page: Page, title: str) -> Locator:
    """A part of the room's page, once it has its answer."""
    part = page.locator("details", has=page.get_by_text(title, exact=True))
    part.locator("summary").click()
    expect(part.locator("li").first).to_be_visible()
    return part


def show_room(page: Page, room: str) -> None:
    page.get_by_label("Find a room").fill(room)
    page.locator("table.rooms tbody tr").get_by_role("button").first.click()


def test_a_responder_reads_by_which_door_to_come_in_and_which_ways_out_there_are(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    page.get_by_role("tab", name="Rooms").click()
    show_room(page, "101")

    ways_in = opened(page, "Quickest way in for responders")
    expect(ways_in.locator("li").first).to_contain_text(
        re.compile(r"in by .* on the \S+ side, \d+ m inside, \d+ seconds")
    )
    choices = opened(page, "Compare ways out")
    expect(choices.locator("li").first).to_contain_text(re.compile(r"\d+ m, \d+ s walk"))
    expect(choices).to_contain_text("Largest margin")


@pytest.mark.usefixtures("annex", "plain_modules")
def test_ways_to_compare_say_their_age_and_lapse_with_the_time_that_they_had(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    page.get_by_role("tab", name="Rooms").click()
    show_room(page, "A1")
    entries = opened(page, "Way in for responders, ahead of the threat")
    choices = opened(page, "Compare ways out")
    stand_at(page, 1)
    for part in (entries, choices):
        expect(part).to_contain_text(re.compile(r"Computed \d+"))
        expect(part).not_to_contain_text("o longer")
    expect(choices).to_contain_text("ahead")
    stand_at(page, 3600)
    expect(entries).to_contain_text("No longer sure to be ahead of the threat")
    expect(choices).to_contain_text("no longer safe")
    expect(choices).not_to_contain_text("ahead")
    choices.get_by_role("button", name="Work it out again").click()
    expect(choices.locator("li").first).to_be_visible()


def test_without_an_incident_ways_in_can_be_asked_for_and_staff_see_none_of_it(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    show_room(page, "101")
    expect(opened(page, "Way in for responders, ahead of the threat").locator("li").first).to_contain_text("in by")
    expect(page.get_by_text("Compare ways out")).to_have_count(0)
    staff = visit(Role.STAFF).ready()
    expect(staff.get_by_text("Way in for responders, ahead of the threat")).to_have_count(0)
