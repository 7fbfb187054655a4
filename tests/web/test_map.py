"""The map: levels, names, threats and ways out."""

import re
from collections import Counter
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import choose_own_room, eventually, plan_of, put_threat, rendered, row, stand_at

pytestmark = pytest.mark.browser

AN_HOUR_S = 3600
BEST = "no_guaranteed_route"
UNSURE = f"routes-{BEST}"
DRESS_OF_SAFE_WAYS = ["routes-casing", "routes-safe_shortest", "routes-safe_detour", "routes-arrows"]


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


@pytest.mark.usefixtures("annex")
def test_a_threat_brings_every_zone_a_way_out_with_a_margin_in_seconds(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    expect(page.locator(".threat-mark")).to_contain_text("Armed assailant")
    page.get_by_role("tab", name="Rooms").click()
    for room, margin in (("A1", r"^\+\d+ s$"), ("104", r"^−\d+ s$")):
        expect(row(page, room).locator(".way b")).to_have_text(re.compile(margin))
    assert row(page, "A1").locator(".way").get_attribute("data-status") == "safe_shortest"
    assert row(page, "104").locator(".way").get_attribute("data-status") == "no_guaranteed_route"


@pytest.mark.usefixtures("annex")
def test_the_best_way_of_every_zone_is_drawn_and_none_without_a_guarantee_as_a_safe_one(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    expect(row(page, "104").locator(".way")).to_be_visible()
    page.get_by_role("button", name="Whole site").click()
    drawn = {
        route["zone_id"]: route["status"]
        for route in plan_of(page)["zones"]
        if any(leg["ordinal"] == 0 and len(leg["coordinates"]) > 1 for leg in route["legs"])
    }
    assert set(drawn.values()) == {"safe_shortest", "no_guaranteed_route"}
    for layer, status in (("routes-safe_shortest", "safe_shortest"), (UNSURE, "no_guaranteed_route")):
        zones = {zone for zone, own in drawn.items() if own == status}
        eventually(
            page, lambda layer=layer: set(rendered(page, [layer], "zone_id")), lambda seen, zones=zones: seen == zones
        )
    assert set(rendered(page, DRESS_OF_SAFE_WAYS, "status")) == {"safe_shortest"}
    assert _is_in_order(page, [UNSURE, "routes-casing", "routes-safe_shortest", "routes-safe_detour", "zone-label"])


def test_a_chosen_room_shows_its_way_alone_also_when_that_is_not_guaranteed(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    eventually(page, lambda: rendered(page, [UNSURE], "status"), lambda drawn: len(drawn) > 1)
    row(page, "104").get_by_role("button").click()
    own = row(page, "104").get_attribute("data-key")
    eventually(page, lambda: set(rendered(page, [f"chosen-{BEST}"], "zone_id")), lambda zones: zones == {own})
    assert rendered(page, [UNSURE, *DRESS_OF_SAFE_WAYS], "zone_id") == []


@pytest.mark.usefixtures("annex", "plain_modules")
def test_the_legend_counts_the_ways_of_the_level_shown_that_are_guaranteed_and_those_that_are_not(
    visit: Visit, address: str
) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    zones = page.request.get(f"{address}/api/sites/elm/zones").json()["zones"]
    ordinal = {zone["id"]: zone["ordinal"] for zone in zones}
    routes = plan_of(page)["zones"]
    statuses = Counter(route["status"] for route in routes if ordinal[route["zone_id"]] == 0)
    above = Counter(route["status"] for route in routes if ordinal[route["zone_id"]] == 1)
    assert (above["safe_shortest"], above["safe_detour"]) == (0, 0)
    legend = page.locator(".legend")
    assert statuses["safe_shortest"] == 1
    expect(legend).to_contain_text("Safe way out: 1")
    expect(legend).to_contain_text(f"Best way out, not guaranteed: {statuses[BEST]}")
    page.locator(".level", has_text="Upper").click()
    expect(legend).to_contain_text("Safe way out: 0")
    expect(legend).to_contain_text(f"Best way out, not guaranteed: {above[BEST]}")
    expect(legend).to_contain_text("Numbers are those of Upper.")
    page.locator(".level", has_text="Ground").click()
    expect(legend).to_contain_text("Safe way out: 1")
    stand_at(page, AN_HOUR_S)
    expect(legend).to_contain_text("Safe way out: 0")
    expect(legend).to_contain_text(f"Best way out, not guaranteed: {statuses[BEST] + 1}")


@pytest.mark.usefixtures("annex", "plain_modules")
def test_no_view_calls_a_way_safe_once_the_last_moment_to_leave_has_passed(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    own = row(page, "A1").get_attribute("data-key")
    way = row(page, "A1").locator(".way")
    expect(way).to_contain_text("+")
    row(page, "A1").get_by_role("button").click()
    detail = page.locator(".detail")
    expect(detail.locator(".route-head")).to_contain_text("Safe")
    eventually(page, lambda: set(rendered(page, ["chosen-safe_shortest"], "zone_id")), lambda drawn: drawn == {own})
    stand_at(page, AN_HOUR_S)
    expect(detail.locator(".route-head")).to_contain_text("No safe way")
    expect(detail.locator(".figures")).to_contain_text("Too late to leave safely")
    expect(detail.locator(".figures")).not_to_contain_text("Ahead")
    expect(way).to_have_attribute("data-status", BEST)
    expect(way).not_to_contain_text("+")
    eventually(page, lambda: set(rendered(page, [f"chosen-{BEST}"], "zone_id")), lambda drawn: drawn == {own})
    page.get_by_role("button", name="All rooms").click()
    eventually(page, lambda: own in rendered(page, [UNSURE], "zone_id"), lambda drawn: drawn is True)
    assert rendered(page, DRESS_OF_SAFE_WAYS, "status") == []


@pytest.mark.usefixtures("plain_modules")
def test_the_legend_tells_what_is_reached_by_now_apart_from_what_is_reached_soon(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    put_threat(page, "104")
    legend = page.locator(".legend")
    stand_at(page, 0)
    expect(legend).to_contain_text("Could be here by now")
    expect(legend).to_contain_text(re.compile(r"Could be here within \d+ s"))
    stand_at(page, AN_HOUR_S)
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


def _is_in_order(page: Page, layers: list[str]) -> bool:
    """Whether layers of the map lie over one another as given, the lowest first."""
    ids = page.evaluate("() => document.getElementById('map').map.getStyle().layers.map((layer) => layer.id)")
    places = [ids.index(layer) for layer in layers]
    return places == sorted(places)


def test_a_tap_on_the_map_is_where_the_threat_was_seen(visit: Visit) -> None:
    page = visit(Role.RESPONDER, PHONE).ready()
    page.get_by_role("button", name="Report a threat").click()
    page.locator("#map canvas").click()
    expect(page.get_by_role("dialog", name=re.compile("^Threat at .*Ground"))).to_be_visible()


BLANKS = """() => {
    const { map } = document.getElementById("map");
    window.blanks = 0;
    map.on("render", () => (window.blanks += Number(map.queryRenderedFeatures({ layers: ["zone-label"] }).length === 0)));
}"""
"""Count the times that the map was drawn without a single room on it."""


def test_a_newly_published_floorplan_takes_the_place_of_the_old_one_without_a_blank_map(
    visit: Visit, address: str
) -> None:
    page = visit(Role.ADMIN).ready()
    eventually(page, lambda: set(rendered(page, ["zone-label"], "name")), lambda names: {"101", "104"} <= names)
    page.evaluate(BLANKS)
    base = f"{address}/api/sites/elm"
    room = next(zone for zone in page.request.get(f"{base}/zones").json()["zones"] if zone["name"] == "101")
    published = page.request.get(f"{base}/revisions").json()["revisions"][0]["id"]
    from_here = {"Origin": address}
    draft = page.request.post(f"{base}/revisions/{published}/copy", headers=from_here).json()["id"]
    edit = {"id": str(uuid4()), "kind": "change_zone", "zone_id": room["id"], "name": "Choir"}
    assert page.request.post(f"{base}/revisions/{draft}/edits", data=edit, headers=from_here).ok
    assert page.request.post(f"{base}/revisions/{draft}/publish", data={}, headers=from_here).ok
    eventually(
        page,
        lambda: set(rendered(page, ["zone-label"], "name")),
        lambda names: "Choir" in names and "101" not in names,
    )
    assert page.evaluate("() => window.blanks") == 0
