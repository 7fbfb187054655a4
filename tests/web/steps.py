"""What people do on the page, as steps that tests share."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page, expect


def put_threat(page: Page, room: str, *, kind: str = "Armed assailant", drill: bool = True) -> None:
    """As a responder, put a threat into a room, chosen from the list."""
    page.get_by_role("button", name="Report a threat").click()
    confirm_threat(page, room, kind=kind, drill=drill)


def confirm_threat(page: Page, room: str, *, kind: str = "Armed assailant", drill: bool = True) -> None:
    """Choose the room instead of tapping the map, say what it is, and send."""
    page.get_by_role("button", name="Choose a room instead").click()
    pick_room(page, room)
    dialog = page.get_by_role("dialog", name=re.compile("^Threat at"))
    dialog.get_by_text(kind, exact=True).click()
    dialog.get_by_text("Drill" if drill else "Real", exact=True).click()
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()


def pick_room(page: Page, room: str) -> None:
    """Find a room in the dialog that asks for one, and choose it."""
    dialog = page.get_by_role("dialog", name="Which room?")
    dialog.get_by_role("searchbox").fill(room)
    dialog.locator(".choice").first.click()


def choose_own_room(page: Page, room: str) -> None:
    """As staff, say which room one is in."""
    page.get_by_role("button", name=re.compile("Choose your room|Change")).click()
    pick_room(page, room)


def order_to_leave(page: Page, reason: str = "") -> None:
    """As a commander, order everyone to leave, whatever the page warns of."""
    give_order(page, "Evacuate", reason)


def give_order(page: Page, action: str, reason: str = "") -> None:
    """As a commander, order everyone to do something."""
    page.get_by_role("tab", name="Situation").click()
    page.get_by_role("button", name="Give an order").click()
    page.get_by_role("dialog").get_by_text(action, exact=True).click()
    page.get_by_label("Reason (people see it)").fill(reason)
    page.get_by_role("button", name="Give the order").click()


def stand_at(page: Page, seconds: float) -> None:
    """Hold the idea of the server's time of a page of plain modules at a moment, in seconds from that of the plan.

    It is held whatever an answer that is still under way says, and however long the machine takes to look.
    """
    moment = datetime.fromisoformat(plan_of(page)["made_for_at"]) + timedelta(seconds=seconds)
    script = """async (iso) => {
        if (!document.querySelector('script[src="/static/js/main.js"]')) throw new Error("needs plain_modules");
        const {setServerTime} = await import("/static/js/clock.js");
        const hold = () => setServerTime(iso);
        clearInterval(window.held);
        hold();
        window.held = setInterval(hold, 50);
    }"""
    page.evaluate(script, moment.isoformat())


def plan_of(page: Page) -> Any:
    """The plan in force as the server has it, once there is one."""
    address = urljoin(page.url, f"/api{urlsplit(page.url).path}/plan")
    return eventually(page, lambda: page.request.get(address), lambda answer: answer.ok).json()


def row(page: Page, room: str) -> Any:
    """A room's row in the table of rooms."""
    return page.locator("table.rooms tbody tr", has=page.get_by_role("button", name=f"Show {room} on the map"))


def rendered(page: Page, layers: list[str], name: str) -> list[Any]:
    """A property of every feature that is drawn at the moment in layers of the map."""
    script = """([layers, name]) => {
        const map = document.getElementById("map").map;
        return map.queryRenderedFeatures({layers}).map((feature) => feature.properties[name]);
    }"""
    found: list[Any] = page.evaluate(script, [layers, name])
    return found


def eventually(page: Page, look: Any, wanted: Any, within_s: float = 45) -> Any:
    """Look again and again until something, such as what the map shows, is as wanted; that is returned."""
    seen = look()
    for _ in range(int(within_s * 10)):
        if wanted(seen):
            return seen
        page.wait_for_timeout(100)
        seen = look()
    raise AssertionError(f"It did not come about: {seen}")


def until_kept(page: Page) -> None:
    """Wait until page and map are on the device."""
    expect(page.locator("body[data-kept=true][data-kept-map=true]")).to_be_attached()
