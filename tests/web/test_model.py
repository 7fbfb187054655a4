"""Questions that several views of the page ask, put to its own modules in the browser."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

NOON = "2026-01-01T12:00:00Z"


def _zone(name: str, alias: str | None = None, building: str = "North") -> dict[str, Any]:
    return {"id": name, "name": name, "alias": alias, "category": "room", "building": building, "ordinal": 0}


def _ask(page: Page, question: str, *arguments: Any) -> Any:
    script = (
        f"async (given) => {{ const model = await import('/static/js/model.js'); return model.{question}(...given); }}"
    )
    return page.evaluate(script, list(arguments))


def test_the_room_of_just_that_name_is_found_first(modules: Page) -> None:
    zones = [_zone("A105"), _zone("1051"), _zone("105", "Classroom"), _zone("20", "105 annex")]
    assert [zone["id"] for zone in _ask(modules, "searchZones", zones, " 105 ")] == ["105", "1051", "20", "A105"]
    assert [zone["id"] for zone in _ask(modules, "searchZones", zones, "classroom  105")] == ["105"]
    assert _ask(modules, "searchZones", zones, "") == zones


def test_a_room_is_told_with_its_building_where_there_are_several(modules: Page) -> None:
    zone = _zone("105", "Classroom")
    assert _ask(modules, "fullName", {"site": {"buildings": [1, 2]}}, zone) == "Classroom 105, North"
    assert _ask(modules, "fullName", {"site": {"buildings": [1]}}, zone) == "Classroom 105"


@pytest.mark.parametrize(
    ("age_s", "told"),
    [
        (0, {"present": 0, "next": 15, "next_in_s": 15, "spent": False}),
        (20, {"present": 15, "next": 30, "next_in_s": 10, "spent": False}),
        (540, {"present": 60, "next": None, "next_in_s": None, "spent": True}),
    ],
)
def test_where_a_threat_can_be_by_now_and_soon_is_counted_from_now(
    modules: Page, age_s: float, told: dict[str, Any]
) -> None:
    modules.clock.set_fixed_time(NOON)
    script = """async (age_s) => {
        const {reachMoments} = await import("/static/js/map_shapes.js");
        const reach = [0, 15, 30, 60].map((at_s) => ({at_s, ordinal: 0}));
        return reachMoments({made_for_at: new Date(Date.now() - age_s * 1000).toISOString(), reach});
    }"""
    assert modules.evaluate(script, age_s) == told


@pytest.mark.parametrize(
    ("status", "leave_within_s", "sure"),
    [
        ("safe_shortest", 30, True),
        ("safe_detour", None, True),
        ("safe_shortest", -1, False),
        ("no_guaranteed_route", 30, False),
    ],
)
def test_a_way_is_sure_until_the_last_moment_to_leave(
    modules: Page, status: str, leave_within_s: float | None, sure: bool
) -> None:
    modules.clock.set_fixed_time(NOON)
    assert (
        _ask(modules, "isSure", {"status": status, "latest_departure_s": leave_within_s, "made_for_at": NOON}) is sure
    )


@pytest.mark.parametrize(
    ("picture", "sure"),
    [
        ({"plan_behind": False, "plan": {"etag": "now"}}, True),
        ({"plan_behind": True, "plan": {"etag": "now"}}, False),
        ({"plan_behind": False, "plan": {"etag": "newer"}}, False),
        ({"plan_behind": False, "plan": {"etag": "now"}, "place_unknown": True}, False),
    ],
)
def test_a_plan_that_does_not_know_of_all_that_was_reported_makes_no_way_sure(
    modules: Page, picture: dict[str, Any], sure: bool
) -> None:
    script = """async (picture) => {
        const {countWays, isSure, lapsedWays, routeOf, unsureZones} = await import("/static/js/model.js");
        const route = {zone_id: "a", status: "safe_shortest", latest_departure_s: null, margin_s: 9, made_for_at: ""};
        const zone = {id: "a", name: "a", ordinal: 0};
        const places = {ordinal: 0, zones: [zone], zoneById: new Map([["a", zone]])};
        const state = {picture, planEtag: "now", routes: new Map([["a", route]]), ...places};
        const told = routeOf(state, "a");
        return [isSure(told), told.margin_s !== null, countWays(state).safe_shortest === 1, lapsedWays(state) === "",
            unsureZones(state).length === 0];
    }"""
    assert set(modules.evaluate(script, picture)) == {sure}


@pytest.mark.parametrize(
    ("reach", "older"),
    [(None, False), ({"made_for_at": "now"}, False), ({"made_for_at": "before"}, True)],
)
def test_a_reach_of_an_earlier_plan_is_called_older(modules: Page, reach: dict[str, Any] | None, older: bool) -> None:
    assert _ask(modules, "isReachOlder", {"picture": {"plan": {"made_for_at": "now"}}, "reach": reach}) is older


@pytest.mark.parametrize(
    ("made", "arrived", "told"),
    [
        ("2026-01-01T10:00:00Z", "2026-01-01T10:05:00.5Z", "2026-01-01T10:00:00Z"),
        ("2026-01-01T11:00:00Z", "2026-01-01T10:05:00.5Z", "2026-01-01T10:05:00.5Z"),
    ],
)
def test_a_report_holds_since_it_was_made_but_not_from_later_than_it_arrived(
    modules: Page, made: str, arrived: str, told: str
) -> None:
    assert _ask(modules, "saidAt", {"client_at": made, "received_at": arrived}) == told
