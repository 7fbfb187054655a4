"""From a drawing to the map, as facilities staff do it on the page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.services.buildings import large_drawing
from tests.web.conftest import Visit
from tests.web.drafts import annex, place, review, upload
from tests.web.steps import eventually, rendered

pytestmark = pytest.mark.browser

SCHOOL = Path(__file__).resolve().parents[2] / "data" / "floorplans" / "school_level_0.dxf"
ON_THE_GROUND = [("0", "0", "13.7010000", "51.0010000"), ("40", "0", "13.7015709", "51.0010000")]
"""Two spots 40 m apart on one parallel: one degree of longitude at 51 degrees north is 70.06 km."""


def test_a_drawing_goes_from_a_file_to_the_map(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    _fill_upload(page, SCHOOL.name, SCHOOL.read_bytes())
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator(".form .work")).to_contain_text("Sending and reading the drawing")
    draft = page.locator(".revision", has_text="Annex, revision 1")
    expect(draft.locator(".tag").first).to_have_text("Draft", timeout=120_000)
    place(draft, ON_THE_GROUND)
    expect(draft).to_contain_text(re.compile(r"Off by 0\.\d\d m"))

    panel = review(page, draft, "Draft 1 of Annex, not in force")
    expect(panel.locator(".noticed")).to_have_attribute("open", "")
    expect(panel.locator(".findings li, .noticed p").first).to_be_visible()
    panel.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".review-band")).to_have_text("Revision 1 of Annex, in force")
    panel.get_by_role("button", name="All floorplans").click()
    expect(draft.locator(".tag").first).to_have_text("Published")
    eventually(page, lambda: rendered(page, ["zone-label"], "name"), lambda names: {"130", "140"} <= set(names))


def test_a_file_that_is_no_drawing_is_refused_beside_its_field_and_nothing_typed_is_lost(visit: Visit) -> None:
    visitor = visit(Role.FACILITIES)
    page = visitor.ready()
    _fill_upload(page, "rubbish.dxf", bytes(range(256)) * 40)
    page.get_by_role("button", name="Upload", exact=True).click()
    file = page.locator("input[name=file]")
    expect(file).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field", has=file).locator(".field-fault")).to_contain_text(re.compile(r"\w+.*\."))
    expect(page.get_by_label("Building", exact=True)).to_have_value("Annex")
    expect(page.get_by_label("Level (0 = main entrance)")).to_have_value("0")
    assert file.evaluate("(input) => [...input.files].map((one) => one.name)") == ["rubbish.dxf"]
    expect(page.locator(".revision")).to_have_count(1)
    visitor.faults = [fault for fault in visitor.faults if "422" not in fault]  # the browser reports the refusal itself


def test_a_reading_shows_how_far_it_is_and_can_be_cancelled_and_tried_again(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    file = large_drawing()
    _fill_upload(page, file.name, file.data)
    page.get_by_role("button", name="Upload", exact=True).click()
    card = page.locator(".import")
    expect(card).to_contain_text("Drawing for Annex")
    expect(card).to_contain_text("Takes the file apart")
    expect(card.get_by_role("progressbar")).to_be_visible()
    card.get_by_role("button", name="Cancel").click()
    expect(card).to_have_attribute("data-state", "cancelled")
    expect(page.locator(".form-fault", has_text="Cancelled.")).to_be_visible()
    expect(page.get_by_label("Building", exact=True)).to_have_value("Annex")
    expect(page.locator(".revision")).to_have_count(1)
    card.get_by_role("button", name="Try again").click()
    expect(card).to_contain_text("Takes the file apart")
    page.reload()
    page.get_by_role("tab", name="Floorplans").click()
    card.get_by_role("button", name="Cancel").click()
    expect(card).to_have_attribute("data-state", "cancelled")


def test_what_is_typed_into_a_draft_stays_when_the_list_is_read_again(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    page.get_by_role("tab", name="Floorplans").click()
    page.get_by_text("Upload a drawing").click()
    page.get_by_label("Building", exact=True).fill("Gym")
    page.get_by_role("tab", name="Rooms").click()
    page.get_by_role("tab", name="Floorplans").click()
    expect(page.get_by_label("Building", exact=True)).to_have_value("Gym")


def test_a_draft_that_nobody_wants_is_discarded_once_it_was_asked_twice(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    upload(page, "annex.geojson", annex())
    draft = page.locator(".revision", has_text="Annex, revision 1")
    draft.get_by_role("button", name="Discard this draft").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(draft).to_be_visible()
    draft.get_by_role("button", name="Discard this draft").click()
    page.get_by_role("dialog", name="Discard draft 1 of Annex?").get_by_role("button", name="Discard it").click()
    expect(draft).to_have_count(0)
    in_force = page.locator(".revision", has_text="Main, revision 1")
    expect(in_force.locator(".tag").first).to_have_text("Published")
    expect(in_force.get_by_role("button", name="Discard this draft")).to_have_count(0)


def test_what_is_kept_of_a_building_is_asked_only_where_there_is_something_to_keep(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    page.get_by_role("tab", name="Floorplans").click()
    page.get_by_text("Upload a drawing").click()
    kept = page.get_by_label("Other levels are kept from")
    page.get_by_label("Building", exact=True).fill("Annex")
    expect(kept).to_have_count(0)
    page.get_by_label("Building", exact=True).fill("Main")
    expect(kept.get_by_role("option")).to_have_text(["the latest revision", "revision 1 (Published, drawn.dxf)"])
    page.get_by_label("It shows the whole building").check()
    expect(kept).to_have_count(0)


def test_of_several_files_each_is_asked_for_its_level(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    page.get_by_role("tab", name="Floorplans").click()
    page.get_by_text("Upload a drawing").click()
    level = page.get_by_label("Level (0 = main entrance)")
    level.fill("2")
    files = [SCHOOL.with_name(f"school_level_{n}.dxf") for n in (0, 1)]
    page.locator("input[name=file]").set_input_files(files[:1])
    expect(level).to_have_value("2")
    page.locator("input[name=file]").set_input_files(files)
    expect(page.get_by_label("Level that school_level_0.dxf shows")).to_be_visible()
    expect(page.get_by_label("Level that school_level_1.dxf shows")).to_be_visible()
    expect(level).to_have_count(0)


def _fill_upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_role("tab", name="Floorplans").click()
    page.get_by_text("Upload a drawing").click()
    page.locator("input[name=file]").set_input_files({"name": name, "mimeType": "image/vnd.dxf", "buffer": content})
    page.get_by_label("Building", exact=True).fill("Annex")
    page.get_by_label("Level (0 = main entrance)").fill("0")
