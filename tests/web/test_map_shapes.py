"""What the map draws of ways, in a browser."""

import uuid
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_way_is_drawn_on_to_its_assembly_point(modules: Page) -> None:
    leg = {"ordinal": 0, "coordinates": [[0, 0], [1, 0]]}
    outside = {"ordinal": 0, "coordinates": [[1, 0], [2, 5]]}
    route = {"zone_id": "z", "status": "safe_shortest", "legs": [leg], "onward": {"legs": [outside]}}
    without = {"zone_id": "y", "status": "no_guaranteed_route", "legs": [leg], "onward": None}
    drawn = modules.evaluate(
        "async (routes) => (await import('/static/js/map_shapes.js')).routeLines(routes)", [route, without]
    )
    assert [(one["properties"]["zone_id"], one["geometry"]["coordinates"]) for one in drawn["features"]] == [
        ("z", [[1, 0], [0, 0]]),
        ("z", [[2, 5], [1, 0]]),
        ("y", [[1, 0], [0, 0]]),
    ]


def test_a_threat_that_was_seen_in_an_area_is_drawn_as_that_area(visit: Visit, modules: Page, address: str) -> None:
    page = visit(Role.COMMANDER).ready()
    ring = [[13.7, 51.0], [13.7003, 51.0], [13.7003, 51.0001], [13.7, 51.0002]]
    said = {"id": str(uuid.uuid4()), "kind": "fire", "polygon": ring, "ordinal": 0, "exercise": True}
    said["seen_at"] = datetime.now(UTC).isoformat()
    answer = page.request.post(f"{address}/api/sites/elm/sightings", data=said, headers={"Origin": address})
    assert answer.ok, answer.text()
    page.get_by_role("tab", name="Situation").click()
    expect(page.locator(".threat-card")).to_contain_text("in the area on the map")
    threats = page.request.get(f"{address}/api/sites/elm/picture").json()["threats"]
    drawn = modules.evaluate(
        "async (threats) => (await import('/static/js/map_shapes.js')).radii(threats, 0)",
        [*threats, {**threats[0], "ordinal": 1}],
    )
    (line,) = [one["geometry"] for one in drawn["features"]]
    assert line["type"] == "LineString"
    assert line["coordinates"] == [pytest.approx(pair, abs=2e-7) for pair in [*ring, ring[0]]]


def test_the_end_of_a_way_is_named_whatever_it_is(modules: Page) -> None:
    state = {"site": {"assembly_points": [{"id": "p", "name": "North field"}]}}
    names = modules.evaluate(
        """async (state) => {
            const { endName } = await import('/static/js/route_view.js');
            const whole = {
                ...state,
                zoneById: new Map([["z", { name: "Gym" }]]),
                openingById: new Map([["e", { number: "4" }], ["f", {}]]),
            };
            const ways = [
                { exit_id: null, assembly_point_id: "p" },
                { exit_id: null, refuge_id: "z" },
                { exit_id: "e" },
                { exit_id: "f" },
                { exit_id: null },
            ];
            return ways.map((way) => endName(whole, way));
        }""",
        state,
    )
    assert names == ["Assembly point North field", "Gym", "Exit 4", "an exit", ""]


def test_an_assembly_point_is_closed_in_the_list_of_what_is_closed(modules: Page) -> None:
    words = modules.evaluate(
        """async () => {
            const { closureList } = await import('/static/js/closure_list.js');
            const site = { slug: "elm", buildings: [], levels: [], assembly_points: [{ id: "p", name: "North field" }, { id: "q", name: "Lot" }] };
            const shut = { id: "c", subject_id: "q", name: "Lot", at: [0, 0], ordinal: 0, reason: "blocked", since_at: "2026-03-02T09:00:00Z" };
            const list = (permissions) => {
                const state = { site: { ...site, permissions }, picture: { closures: [shut] } };
                const holder = document.createElement("div");
                holder.append(...closureList({ state }, state).flat(9).filter(Boolean));
                return [...holder.querySelectorAll("button.button")].map((button) => button.getAttribute("aria-label"));
            };
            return [list(["close_ways"]), list([])];
        }"""
    )
    assert words == [["Open again: Lot", "Close: North field"], []]
