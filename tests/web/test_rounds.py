"""A round on the page: planned, walked with two taps a checkpoint, on the map, without a network, and what it finds."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, SMALL_PHONE, Visit
from tests.web.steps import eventually, put_threat, rendered

pytestmark = pytest.mark.browser


def plan_exits(page: Page) -> Locator:
    """Make checkpoints of the two exits; the tab of rounds."""
    page.get_by_role("tab", name="Rounds").click()
    tab = page.locator("#tab-rounds")
    tab.get_by_text("Checkpoints", exact=True).click()
    tab.get_by_role("button", name="Add these").click()
    expect(tab).to_contain_text("2 checkpoints added.")
    return tab


def start(tab: Locator) -> None:
    tab.get_by_role("button", name="Start a round").click()
    expect(tab).to_contain_text("0 of 2 done. Next:")


def stop(tab: Locator) -> Locator:
    """What the buttons are for."""
    return tab.locator(".stop-now h3")


def asked(page: Page, address: str, path: str) -> Any:
    return page.request.get(f"{address}/api/sites/elm/{path}").json()


def test_a_round_is_planned_walked_and_mended_on_a_phone(visit: Visit, address: str) -> None:
    page = visit(Role.FACILITIES, PHONE).ready()
    tab = plan_exits(page)
    start(tab)
    first = stop(tab).inner_text()
    expect(tab.get_by_role("button", name="All well", exact=True)).to_be_in_viewport(ratio=1)
    tab.get_by_role("button", name="All well", exact=True).click()
    expect(tab).to_contain_text("1 of 2 done. Next:")
    second = stop(tab).inner_text()
    assert {first, second} == {"Exit 1", "Exit 2"}
    tab.get_by_label("Note (goes with the next button)").fill("<b>Chain</b> on the bar")
    tab.get_by_role("button", name="Fault", exact=True).click()
    tab.get_by_role("button", name="Does not open").click()
    tab.get_by_role("button", name="Finish the round").click()
    expect(tab).to_contain_text(re.compile(r"A facilities, 2 checkpoints looked at, 1 with a fault"))
    fault = tab.locator(".fault-card")
    expect(fault).to_contain_text(f"{second}: Does not open")
    expect(fault).to_contain_text("<b>Chain</b> on the bar")
    expect(fault).to_contain_text("closed to ways out")
    assert [one["source"] for one in asked(page, address, "picture")["closures"]] == ["round"]
    fault.get_by_role("button", name="Mended").click()
    expect(fault).to_have_count(0)
    eventually(page, lambda: asked(page, address, "picture")["closures"], lambda found: found == [])


def test_the_map_shows_what_is_done_to_do_and_at_fault_and_a_tap_there_chooses(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    tab = plan_exits(page)
    start(tab)
    first = stop(tab).inner_text()
    tab.get_by_role("button", name="Fault", exact=True).click()
    tab.get_by_role("button", name="Propped open").click()
    expect(stop(tab)).not_to_have_text(first)
    page.get_by_role("button", name="Whole site").click()
    signs = lambda: sorted(rendered(page, ["checkpoints"], "sign"))  # noqa: E731 -- asked again and again
    eventually(page, signs, lambda found: found == ["fault", "now"])
    place = """(name) => {
        const map = document.getElementById("map").map;
        const all = map.queryRenderedFeatures({layers: ["checkpoints"]});
        const {x, y} = map.project(all.find((one) => one.properties.sign === name).geometry.coordinates);
        return [x, y];
    }"""
    x, y = eventually(page, lambda: page.evaluate(place, "fault"), bool)
    page.locator("#map canvas").click(position={"x": x, "y": y})
    expect(stop(tab)).to_have_text(first)
    page.get_by_role("tab", name="Situation").click()
    eventually(page, signs, lambda found: found == [])
    page.get_by_role("tab", name="Readiness").click()
    expect(page.locator("#tab-readiness .fault-card")).to_contain_text(f"{first}: Propped open")


def test_a_round_is_walked_to_its_end_without_a_network_and_arrives_after_it(visit: Visit, address: str) -> None:
    visitor = visit(Role.RESPONDER, SMALL_PHONE)
    page = visitor.ready()
    tab = plan_exits(page)
    expect(tab.get_by_role("button", name="Start a round")).to_be_enabled()
    visitor.context.set_offline(True)
    start(tab)
    for done in (1, 2):
        tab.get_by_role("button", name="All well", exact=True).click()
        expect(tab.locator('.stops > li[data-found="done"]')).to_have_count(done)
    expect(tab).to_contain_text("waits to be sent")
    tab.get_by_role("button", name="Finish the round").click()
    expect(tab).to_contain_text("4 steps of your rounds wait to be sent.")
    visitor.context.set_offline(False)
    expect(tab).to_contain_text("A responder, 2 checkpoints looked at")
    expect(tab).not_to_contain_text("wait to be sent")
    (walk,) = asked(page, address, "rounds")["rounds"]
    assert (walk["checked"], walk["faults"]) == (2, 0)
    assert walk["finished_at"] is not None


def test_a_spot_is_added_by_a_tap_and_removed_again(visit: Visit, address: str) -> None:
    page = visit(Role.RESPONDER).ready()
    page.get_by_role("tab", name="Rounds").click()
    tab = page.locator("#tab-rounds")
    tab.get_by_text("Checkpoints", exact=True).click()
    tab.get_by_role("button", name="Add by hand").click()
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    page.locator("#map canvas").click(position={"x": box["width"] / 2, "y": box["height"] / 3})
    dialog = page.get_by_role("dialog", name="New checkpoint")
    dialog.get_by_label("Name").fill("Bike <i>shed</i>")
    dialog.get_by_role("button", name="Add the checkpoint").click()
    expect(dialog).to_be_hidden()
    expect(tab.locator(".cards")).to_contain_text(["Bike <i>shed</i>"])
    assert len(asked(page, address, "checkpoints")["features"]) == 1
    tab.get_by_role("button", name="Remove Bike").click()
    expect(tab).to_contain_text("There is no checkpoint yet")


def test_another_who_walks_hears_of_a_fault_and_a_way_out_avoids_it(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    commander.get_by_role("tab", name="Readiness").click()
    expect(commander.locator("#tab-readiness")).to_contain_text("Faults that stand")
    walker = visit(Role.FACILITIES, PHONE).ready()
    tab = plan_exits(walker)
    start(tab)
    tab.get_by_role("button", name="Fault", exact=True).click()
    tab.get_by_role("button", name="Way is blocked").click()
    expect(commander.locator("#tab-readiness .fault-card")).to_contain_text("Way is blocked")
    (closed,) = asked(commander, address, "picture")["closures"]

    def exits() -> set[str]:
        return {route["exit_id"] for route in asked(commander, address, "plan")["zones"]}

    eventually(commander, exits, lambda found: closed["subject_id"] not in found)


def test_staff_have_no_rounds(visit: Visit) -> None:
    page = visit(Role.STAFF).ready()
    expect(page.get_by_role("tab", name="Rounds")).to_have_count(0)
