"""The map: levels, names, threats and ways out."""

import re

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room, eventually, let_time_pass, put_threat, rendered, row

pytestmark = pytest.mark.browser


def test_a_sign_in_link_leads_to_the_map_with_levels_and_named_zones(visit: Visit) -> None:
    page = visit(Role.VIEWER).ready()
    expect(page).to_have_url(re.compile(r"/sites/elm$"))
    levels = page.locator(".levels .level")
    assert [level.get_attribute("aria-label") for level in levels.all()] == ["Upper", "Ground"]
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: {"101", "104"} <= names)


def test_another_level_shows_its_own_zones(visit: Visit) -> None:
    page = visit(Role.VIEWER).ready()
    page.locator(".level", has_text="Upper").click()
    eventually(
        page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: "201" in names and "101" not in names
    )


def test_a_threat_brings_every_zone_a_way_out_with_a_margin_in_seconds(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104", kind="Fire")
    expect(page.locator(".threat-mark")).to_contain_text("Fire")
    page.get_by_role("tab", name="Rooms").click()
    expect(row(page, "101").locator(".way b")).to_have_text(re.compile(r"^[+−]\d+ s$"))
    assert row(page, "104").locator(".way").get_attribute("data-status") == "no_guaranteed_route"
    eventually(page, lambda: set(rendered(page, ["routes-casing"], "status")), lambda drawn: "safe_shortest" in drawn)


def test_a_way_that_is_not_guaranteed_is_drawn_for_the_chosen_room_alone(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104", kind="Fire")
    eventually(page, lambda: rendered(page, ["routes-casing"], "status"), lambda drawn: len(drawn) > 0)
    assert "no_guaranteed_route" not in rendered(page, ["routes-casing", "routes-arrows"], "status")
    row(page, "104").get_by_role("button").click()
    drawn_for = ["chosen-no_guaranteed_route"]
    own = row(page, "104").get_attribute("data-key")
    eventually(page, lambda: set(rendered(page, drawn_for, "zone_id")), lambda zones: zones == {own})


def test_no_view_calls_a_way_safe_once_the_last_moment_to_leave_has_passed(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104", kind="Fire")
    safe = page.locator("table.rooms tbody tr", has=page.locator(".way[data-status^=safe_]")).last
    way = page.locator(f"tr[data-key='{safe.get_attribute('data-key')}'] .way")
    expect(way).to_contain_text("+")
    safe.get_by_role("button").click()
    detail = page.locator(".detail")
    expect(detail.locator(".route-head")).to_contain_text("Safe")
    eventually(page, lambda: rendered(page, ["routes-casing"], "status"), lambda drawn: len(drawn) > 0)
    let_time_pass(page, 600)
    expect(detail.locator(".route-head")).to_contain_text("No safe way")
    expect(detail.locator(".figures")).to_contain_text("Too late to leave safely")
    expect(detail.locator(".figures")).not_to_contain_text("Ahead")
    expect(way).to_have_attribute("data-status", "no_guaranteed_route")
    expect(way).not_to_contain_text("+")
    eventually(page, lambda: rendered(page, ["routes-casing"], "status"), lambda drawn: drawn == [])


def test_the_legend_tells_what_is_reached_by_now_apart_from_what_is_reached_soon(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    legend = page.locator(".legend")
    expect(legend).to_contain_text("Could be here by now")
    expect(legend).to_contain_text(re.compile(r"Could be here within \d+ s"))
    let_time_pass(page, 600)
    expect(legend).to_contain_text("Could be anywhere")
    expect(legend.get_by_text("within")).to_be_hidden()


def test_the_map_turns_to_the_own_room_and_keeps_it_when_its_place_shrinks(visit: Visit) -> None:
    page = visit(Role.STAFF, PHONE).ready()
    for room in ("101", "104"):
        choose_own_room(page, room)
        eventually(page, lambda: _in_view(page), lambda seen: seen is True)
    page.get_by_role("button", name="More of the panel").click()
    eventually(page, lambda: _in_view(page), lambda seen: seen is True)


def _in_view(page: Page) -> bool:
    """Whether the mark of the person's room lies within the map as it is on the page."""
    mark, shown = page.locator(".you-dot").bounding_box(), page.locator("#map").bounding_box()
    if mark is None or shown is None:
        return False
    return (
        shown["x"] < mark["x"] < shown["x"] + shown["width"] and shown["y"] < mark["y"] < shown["y"] + shown["height"]
    )


def test_a_chosen_room_shows_its_steps_and_its_way_alone(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    row(page, "101").get_by_role("button").click()
    detail = page.locator(".detail")
    expect(detail.locator("ol.steps li").first).to_contain_text("101")
    expect(detail.locator(".figures")).to_contain_text("Margin")
    chosen = ["chosen-safe_shortest", "chosen-safe_detour", "chosen-no_guaranteed_route"]
    eventually(page, lambda: len(set(rendered(page, chosen, "zone_id"))), lambda count: count == 1)


def test_a_tap_on_the_map_is_where_the_threat_was_seen(visit: Visit) -> None:
    page = visit(Role.RESPONDER, PHONE).ready()
    page.get_by_role("button", name="Report a threat").click()
    page.locator("#map canvas").click()
    expect(page.get_by_role("dialog", name=re.compile("^Threat at .*Ground"))).to_be_visible()
