"""A draft is reviewed and corrected on the map before it is published, as facilities staff do it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit, Visitor
from tests.web.drafts import annex, draw_door, on_ground, place, review, spot, tap, upload
from tests.web.steps import eventually, rendered
from tests.web.storeys import Storeys

pytestmark = pytest.mark.browser

DRAFT = "Draft 1 of Annex, not in force"


@pytest.mark.parametrize("size", [(1280, 800), PHONE], ids=["desktop", "phone"])
def test_a_draft_is_corrected_on_the_map_published_and_seen_by_staff(visit: Visit, size: tuple[int, int]) -> None:
    visitor = visit(Role.FACILITIES, size)
    page = visitor.ready()
    panel = _annex_under_review(page)
    expect(panel.locator(".lacking-list")).to_contain_text("2 rooms without a way out")

    tap(page, on_ground(2, 4))
    panel.get_by_label("Name", exact=True).fill("Art")
    panel.get_by_role("button", name="Save").click()
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: names == {"Art", "102"})

    panel.get_by_role("button", name="Draw a door").click()
    draw_door(page, on_ground(8, 2), on_ground(8, 2.1))
    panel.get_by_label("Number on the door").fill("7")
    panel.get_by_role("button", name="Add the door").click()
    expect(panel.locator(".form-fault").filter(has_text="wide")).to_be_visible()
    expect(panel.get_by_label("Number on the door")).to_have_value("7")

    panel.get_by_role("button", name="Draw again").click()
    draw_door(page, on_ground(8.1, 2), on_ground(7.9, 3))
    panel.get_by_role("button", name="Add the door").click()
    expect(panel.locator(".lacking-list")).to_contain_text("1 room without a way out")
    panel.get_by_role("button", name="Undo last").click()
    expect(panel.get_by_role("status")).to_have_text("Taken back: a new door.")
    expect(panel.locator(".lacking-list")).to_contain_text("2 rooms without a way out")
    panel.get_by_role("button", name="Draw a door").click()
    draw_door(page, on_ground(8, 2), on_ground(8, 3))
    panel.get_by_role("button", name="Add the door").click()
    expect(panel.locator(".lacking-list")).to_contain_text("1 room without a way out")

    expect(panel.get_by_label("Your name, to sign for them")).to_be_visible()
    tap(page, on_ground(2, 4))
    panel.get_by_text("Join to a level above").click()
    panel.get_by_label("Zone above").select_option("201, Upper")
    panel.get_by_role("button", name="Join", exact=True).click()
    expect(panel).to_contain_text("Stairs to 201, Upper")
    expect(panel).to_contain_text("Every room has a way out.")
    panel.get_by_role("button", name="Publish").click()
    expect(page.locator(".review-band")).to_have_text("Revision 1 of Annex, in force")

    staff = visit(Role.STAFF, PHONE).ready()
    staff.get_by_role("button", name=re.compile("Choose your room")).click()
    staff.get_by_role("searchbox").fill("Art")
    expect(staff.locator(".choice").first).to_contain_text("Art")
    _forgive(visitor, "422")


def test_rooms_to_compare_with_the_drawing_are_listed_the_least_sure_first_and_say_why(visit: Visit) -> None:
    page = visit(Role.FACILITIES, (1280, 800)).ready()
    panel = _annex_under_review(page)
    unsure = panel.locator(".unsure-list")
    expect(unsure).to_contain_text("2 rooms to compare with the drawing")
    expect(unsure.locator(".choice")).to_have_text(["102Ground, 31 % sure", "101Ground, 72 % sure"])
    unsure.get_by_role("button", name=re.compile("102")).click()
    panel.get_by_text("Outline 31 % sure: why").click()
    expect(panel.locator(".sure")).to_contain_text("A gap of 2.1 m in its walls was closed")
    panel.get_by_role("button", name="Merge with a neighbour").click()
    tap(page, on_ground(2, 4))
    panel.get_by_role("button", name="Merge", exact=True).click()
    expect(unsure).to_have_count(0)


def test_a_draft_without_a_place_is_drawn_and_corrected_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    upload(page, "annex.geojson", annex())
    card = page.locator(".revision", has_text="Annex, revision 1")
    panel = review(page, card, "Draft 1 of Annex, not placed: drawn in the middle of the site, unturned")
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: names == {"101", "102"})

    search = panel.get_by_label("Find a room or door to correct")
    search.focus()
    page.keyboard.type("102")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Art")
    page.keyboard.press("Enter")
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: names == {"101", "Art"})

    search.fill("exit")
    panel.get_by_role("button", name=re.compile("^Exit")).click()
    panel.get_by_label("Number on the door").fill("9")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("heading", name="Exit 9")).to_be_visible()
    expect(panel.get_by_role("button", name="Publish")).to_have_count(0)


def test_a_zone_is_split_by_two_taps_and_merged_again(visit: Visit) -> None:
    page = visit(Role.FACILITIES, (1280, 800)).ready()
    panel = _annex_under_review(page)
    tap(page, on_ground(12, 3))
    panel.get_by_role("button", name="Split").click()
    tap(page, on_ground(11, 1))
    expect(page.locator(".hint")).to_contain_text("where the cut ends")
    tap(page, on_ground(11, 5))
    panel.get_by_label("Name of the smaller part").fill("Store")
    panel.get_by_role("button", name="Split").click()
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: {"102", "Store"} <= names)

    tap(page, on_ground(14, 4))
    panel.get_by_role("button", name="Merge with a neighbour").click()
    tap(page, on_ground(9, 4))
    panel.get_by_role("button", name="Merge", exact=True).click()
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: names == {"101", "102"})


def test_rooms_without_a_way_out_are_published_only_by_someone_who_signs_for_them(visit: Visit) -> None:
    page = visit(Role.FACILITIES, (1280, 800)).ready()
    panel = _annex_under_review(page)
    name = panel.get_by_label("Your name, to sign for them")
    panel.get_by_role("button", name="Publish").click()
    assert name.evaluate("(input) => input.validity.valueMissing")
    expect(page.locator(".review-band")).to_have_text(DRAFT)
    name.fill("A. Keeper")
    panel.get_by_role("button", name="Publish").click()
    expect(page.locator(".review-band")).to_have_text("Revision 1 of Annex, in force")


def test_what_is_published_is_copied_and_the_change_is_told_in_words_before_it_is_in_force(
    visit: Visit, storeys: Storeys
) -> None:
    page = visit(Role.FACILITIES, (1280, 800)).ready()
    page.get_by_role("tab", name="Floorplans").click()
    panel = review(page, page.locator(".revision"), "Revision 1 of Main, in force")
    panel.get_by_role("button", name="Copy to a new draft").click()
    expect(page.locator(".review-band")).to_have_text("Draft 2 of Main, not in force")
    centre = storeys.site.frame.to_lonlat(storeys.rooms["101"].polygon).centroid
    tap(page, (centre.x, centre.y))
    panel.get_by_label("Name", exact=True).fill("Lab")
    panel.get_by_label("Use").select_option("Assembly")
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".changes")).to_contain_text("called Lab, was 101; Assembly, was Room")
    panel.get_by_role("button", name="All floorplans").click()
    expect(page.locator(".review-band")).to_be_hidden()
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: "101" in names)


def test_a_zone_that_was_walked_is_signed_and_the_others_are_still_to_be_walked(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    page.get_by_role("tab", name="Floorplans").click()
    page.get_by_text("Zones to be walked").click()
    expect(page.get_by_text("12 never signed")).to_be_visible()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Choose the zones that you sign for.")).to_be_visible()
    page.locator(".sign-off", has_text="103").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("1 zone signed.")).to_be_visible()
    expect(page.locator(".sign-off", has_text="103")).to_contain_text("A facilities on")


def _annex_under_review(page: Page) -> Locator:
    """Upload and place the annex, and open its review."""
    upload(page, "annex.geojson", annex())
    card = page.locator(".revision", has_text="Annex, revision 1")
    expect(card.locator(".tag").first).to_have_text("Draft", timeout=120_000)
    place(card, [spot(0, 0), spot(16, 6)])
    return review(page, card, DRAFT)


def _forgive(visitor: Visitor, status: str) -> None:
    """The browser itself reports a refusal that was asked for."""
    visitor.faults = [fault for fault in visitor.faults if status not in fault]
