"""The page as a page: who is let in, what fits, what stays text."""

import re
import uuid

import pytest
from playwright.sync_api import Page, Route, expect

from geo_server.domain.roles import Role
from tests.web.conftest import DESKTOP, PHONE, SMALL_PHONE, Visit
from tests.web.steps import choose_own_room, eventually, order_to_leave, put_threat
from tests.web.storeys import SCRIPT_NAME

pytestmark = pytest.mark.browser

LIBRARY = re.compile(r"/maplibre-gl\.mjs")
LATE_MS = 31_000
"""The page waits a little less for the library before it goes on without, and asks for it again."""

SIZES = {"phone": PHONE, "small-phone": SMALL_PHONE, "desktop": DESKTOP, "turned": (844, 390)}

WIDTHS = """() => [document.documentElement.scrollWidth, ...["panel", "card", "top"].map((id) => {
    const element = document.getElementById(id);
    return element.scrollWidth - element.clientWidth;
})]"""
"""Width of the page, and by how much each part of it is wider than what is seen of it."""


def test_who_is_not_signed_in_is_told_how_to_come_in(visit: Visit) -> None:
    visitor = visit(None)
    expect(visitor.page.get_by_role("heading")).to_have_text("You are not signed in")
    expect(visitor.page.locator("#welcome")).to_contain_text("Open the sign-in link")
    visitor.faults = [fault for fault in visitor.faults if "401" not in fault]  # the browser reports the refusal itself


@pytest.mark.parametrize("role", [Role.STAFF, Role.COMMANDER, Role.ADMIN])
def test_nothing_is_wider_than_the_screen(visit: Visit, role: Role) -> None:
    put_threat(visit(Role.RESPONDER).ready(), "104")
    page = visit(role).ready()
    for size in SIZES.values():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for tab in page.get_by_role("tab").all():
            tab.click()
            eventually(page, lambda: page.evaluate(WIDTHS), lambda found, wide=size[0]: found == [wide, 0, 0, 0])


@pytest.mark.parametrize("role", [Role.STAFF, Role.RESPONDER])
def test_on_a_phone_the_map_is_the_main_thing_and_the_buttons_are_in_sight(visit: Visit, role: Role) -> None:
    put_threat(visit(Role.RESPONDER).ready(), "104")
    page = visit(role, PHONE).ready()
    if role is Role.STAFF:
        choose_own_room(page, "101")
        expect(page.get_by_role("button", name="Need help")).to_be_in_viewport(ratio=1)
    else:
        button = page.get_by_role("button", name="Report a threat").bounding_box()
        assert button is not None
        assert button["height"] < 56, "its words are on one line"
    shown = page.locator("#map").bounding_box()
    assert shown is not None
    assert shown["height"] >= 0.45 * PHONE[1]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_what_is_pressed_in_fear_is_in_sight_whatever_else_is_shown(visit: Visit, size: tuple[int, int]) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    staff = visit(Role.STAFF, size).ready()
    heading = staff.locator("#card").get_by_role("heading")
    expect(heading).to_have_text("Lockdown")
    _is_at_hand(staff, "I'm OK", "Need help", "Report a threat", "Choose your room")
    choose_own_room(staff, "201")
    _is_at_hand(staff, "I'm OK", "Need help", "Report a threat", "Change")
    order_to_leave(commander, "The west side is clear, so leave by the stairs at the west end and keep together")
    expect(heading).to_have_text("Evacuate")
    staff.get_by_role("tab", name="Rooms").click()
    _is_at_hand(staff, "I'm OK", "Need help", "Report a threat")
    more = staff.get_by_role("button", name="More of the panel")
    if more.is_visible():
        more.click()
    _is_at_hand(staff, "I'm OK", "Need help", "Report a threat")
    expect(heading).to_be_in_viewport(ratio=1)


def _is_at_hand(page: Page, *buttons: str) -> None:
    """Whether buttons are wholly on the screen, with nothing over them."""
    for name in buttons:
        button = page.get_by_role("button", name=name)
        expect(button).to_be_in_viewport(ratio=1)
        button.click(trial=True)


def test_big_buttons_are_big_and_all_targets_are_large_enough(visit: Visit) -> None:
    put_threat(visit(Role.RESPONDER).ready(), "104")
    page = visit(Role.STAFF, PHONE).ready()
    big = [page.get_by_role("button", name=name).bounding_box() for name in ("I'm OK", "Need help")]
    assert all(box is not None and box["height"] >= 56 and box["width"] >= 56 for box in big)
    sizes = page.evaluate("""() => [...document.querySelectorAll("button, a, summary")]
        .filter((one) => one.checkVisibility() && !one.closest(".maplibregl-ctrl-attrib, .skip"))
        .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
        .filter(([, height]) => height > 1 && height < 43.5)""")
    assert sizes == []


def test_a_name_that_holds_a_script_stays_text(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    page.locator(".level", has_text="Upper").click()
    page.get_by_label("Find a room").fill("img")
    page.locator("table.rooms tbody tr").get_by_role("button").first.click()
    expect(page.locator(".detail h2")).to_have_text(SCRIPT_NAME)
    put_threat(page, "img")
    expect(page.locator("#card")).to_contain_text("<img src=x")
    assert page.locator("img[src=x]").count() == 0
    assert page.title() != "1"


def test_the_first_tab_stop_skips_the_map(visit: Visit) -> None:
    page = visit(Role.STAFF).ready()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip the map")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()


def test_ids_of_reports_are_random_uuids_also_without_https(modules: Page) -> None:
    assert not modules.evaluate("isSecureContext")
    script = "async () => { const {newId} = await import('/static/js/ids.js'); return [newId(), newId()]; }"
    ids = modules.evaluate(script)
    assert [uuid.UUID(text).version for text in ids] == [4, 4]
    assert ids[0] != ids[1]


def test_what_to_do_and_ones_answer_wait_for_no_map_and_are_there_without_one(visit: Visit) -> None:
    put_threat(visit(Role.RESPONDER).ready(), "104")
    visitor = visit(Role.STAFF, PHONE)
    page = visitor.ready()
    choose_own_room(page, "101")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(LIBRARY, hold)
    page.reload(wait_until="commit")
    expect(page.locator("#card").get_by_role("heading").first).to_have_text("Lockdown")
    page.get_by_role("button", name="I'm OK").click()
    expect(page.locator(".sent")).to_contain_text("received at")
    assert held
    expect(page.locator("#map")).to_have_text("")
    for request in held:
        request.abort()
    expect(page.locator("#map")).to_have_text(re.compile("The map has not come yet"))
    expect(page.locator("#card").get_by_role("heading").first).to_have_text("Lockdown")
    assert visitor.faults
    visitor.faults = [fault for fault in visitor.faults if "maplibre-gl.mjs" not in fault]


def test_whoever_leads_has_all_tools_without_a_map_and_the_map_as_soon_as_its_library_comes(visit: Visit) -> None:
    page = visit(Role.COMMANDER, PHONE).ready()
    held: list[str] = []
    page.clock.install()
    page.route(LIBRARY, lambda route: held.append(route.request.url))
    page.reload(wait_until="commit")
    expect(page.get_by_role("button", name="Report a threat")).to_be_visible()
    page.locator(".level", has_text="Upper").click()
    expect(page.locator(".level", has_text="Upper")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body:not([data-ready])")).to_be_attached()

    page.clock.fast_forward(LATE_MS)
    expect(page.locator("#map")).to_have_text(re.compile("The map has not come yet"))
    expect(page.locator("body[data-ready=true][data-kept]")).to_be_attached()
    eventually(page, lambda: len(held), lambda asked: asked >= 2)
    put_threat(page, "104")

    page.unroute(LIBRARY)
    page.clock.fast_forward(LATE_MS)
    expect(page.locator("#map canvas")).to_be_visible()
    expect(page.locator("#map")).not_to_contain_text("has not come")
    assert len(set(held)) == len(held), "a name that is waited for is never asked for again"


def test_each_role_finds_what_it_comes_for(visit: Visit) -> None:
    tabs = {
        Role.VIEWER: ["Rooms"],
        Role.GUEST: ["Rooms", "Situation"],
        Role.STAFF: ["My room", "Rooms"],
        Role.RESPONDER: ["Rooms", "Situation", "Readiness", "Rounds", "Concerns"],
        Role.FACILITIES: ["My room", "Rooms", "Readiness", "Rounds", "Floorplans"],
        Role.COMMANDER: ["Rooms", "Situation", "Readiness", "Rounds", "Concerns"],
        Role.ADMIN: ["Rooms", "Situation", "Readiness", "Rounds", "Concerns", "Floorplans"],
    }
    for role, wanted in tabs.items():
        page = visit(role).ready()
        assert page.get_by_role("tab").all_inner_texts() in (wanted, [] if len(wanted) == 1 else wanted), role


def test_facilities_see_the_published_floorplan_and_its_findings(visit: Visit) -> None:
    page = visit(Role.FACILITIES).ready()
    page.get_by_role("tab", name="Floorplans").click()
    card = page.locator(".revision")
    expect(card.get_by_role("heading")).to_have_text(re.compile("Main, revision 1"))
    expect(card).to_contain_text("Published")
