"""Make the pictures of the manual: a drill on a running server, seen by a responder and by staff.

    python docs/screenshots.py --responder LINK --staff LINK --commander LINK

The links are the one-time sign-in links that the server prints. No incident may be open; the one that this opens is an
exercise, and it is closed at the end. Writes ``docs/images/*.png``.
"""

import argparse
import shutil
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

IMAGES = Path(__file__).parent / "images"
DESKTOP = (1440, 900)
PHONE = (390, 844)
PATIENCE_MS = 60_000
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

ASK = """async ([method, path, body]) => {
    const answer = await fetch(`/api/sites/${location.pathname.split("/").pop()}${path}`, {
        method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
}"""


def main() -> int:
    """Play the drill and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for role in ("responder", "staff", "commander"):
        parser.add_argument(f"--{role}", required=True, help=f"sign-in link of a {role}")
    parser.add_argument("--building", default="Maple Grove Middle School", help="building that staff are in")
    parser.add_argument("--room", default="106", help="name of the room that staff are in")
    parser.add_argument("--threat-building", default="Andreas-Pfitzmann-Bau", help="building where the threat is seen")
    parser.add_argument("--threat", default="E031", help="name of the zone where the threat is seen")
    given = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        responder = come_in(browser, given.responder, DESKTOP)
        staff = come_in(browser, given.staff, PHONE)
        commander = come_in(browser, given.commander, DESKTOP)
        play(responder, staff, commander, given)
        browser.close()
    return 0


def come_in(browser: Browser, link: str, size: tuple[int, int]) -> Page:
    """Sign in by a link and wait for the map."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2 if size == PHONE else 1,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("body[data-ready=true]")).to_be_attached()
    return page


def play(responder: Page, staff: Page, commander: Page, given: argparse.Namespace) -> None:
    """The drill: some rooms answer, a threat is seen, staff are told, one room is ordered to leave, all clear."""
    zones: list[dict[str, Any]] = ask(responder, "GET", "/zones")["zones"]
    by_name = {(zone["building"], zone["name"]): zone for zone in zones}
    room, place = by_name[given.building, given.room], by_name[given.threat_building, given.threat]
    incident = ask(responder, "POST", "/incidents", {"kind": "intruder", "exercise": True})
    try:
        choose(staff, room)
        staff.get_by_role("button", name="I'm OK").click()
        answer(responder, [zone for zone in zones if zone["occupied"] and zone["ordinal"] == 0])
        track = see(responder, place)
        expect(responder.locator(".threat-sign")).to_be_visible()
        expect(responder.locator(".way").first).to_be_visible()
        responder.get_by_role("button", name="Whole site").click()
        shoot(responder, "responder")
        expect(staff.locator("#card")).to_contain_text("Lockdown")
        shoot(staff, "staff-lockdown")
        responder.get_by_placeholder("Find a room").fill(given.room)
        responder.locator("tbody tr", has_text=given.building).get_by_role("button").first.click()
        order = {"id": new_id(), "action": "evacuate", "zone_id": room["id"], "reason": "The intruder is next door."}
        ask(commander, "POST", "/directives", order)
        see(responder, place, track)
        expect(staff.locator("#card")).to_contain_text("Way out")
        shoot(staff, "staff-evacuate")
        shoot(responder, "responder-room")
    finally:
        for state in ("all_clear", "closed"):
            ask(responder, "POST", f"/incidents/{incident['incident_id']}/state", {"state": state})


def choose(page: Page, room: dict[str, Any]) -> None:
    """Staff say which room they are in."""
    page.get_by_role("button", name="Choose your room").click()
    page.get_by_role("searchbox").fill(room["name"])
    page.locator("dialog .choice", has_text=room["building"]).first.click()


def answer(page: Page, rooms: list[dict[str, Any]]) -> None:
    """Two rooms in three answer, one of them asks for help."""
    for number, zone in enumerate(rooms):
        if number % 3 == 0:
            continue
        status = "help" if number == 4 else "ok"
        counted = {"adults": 1, "students": 20 + number % 7}
        said = {"id": new_id(), "zone_id": zone["id"], "status": status, "client_at": now(), **counted}
        ask(page, "POST", "/status-reports", said)


def see(page: Page, zone: dict[str, Any], track: str | None = None) -> str:
    """A threat is seen in a zone just now: a new one, or one that is followed already. Returns its id."""
    said = {"id": new_id(), "kind": "intruder", "seen_at": now(), "threat_id": track}
    where = {"at": zone["at"], "ordinal": zone["ordinal"], "building": zone["building"]}
    return str(ask(page, "POST", "/sightings", {**said, **where})["threat_id"])


def ask(page: Page, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
    """Ask the server what the page could ask, as the person who is signed in."""
    return page.evaluate(ASK, [method, path, body])


def shoot(page: Page, name: str) -> None:
    """Take a picture once the map has come to rest."""
    page.evaluate("() => new Promise((done) => document.getElementById('map').map.once('idle', done).triggerRepaint())")
    page.screenshot(path=IMAGES / f"{name}.png")


def new_id() -> str:
    """An id as a client makes it."""
    return str(uuid.uuid4())


def now() -> str:
    """This moment, as requests say it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    sys.exit(main())
