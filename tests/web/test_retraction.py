"""Taking a sighting back: who may, what is said first, and what is left of it."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import PHONE, Visit
from tests.web.steps import confirm_threat, put_threat

pytestmark = pytest.mark.browser

REASON = "It was a broom."


def test_a_threat_that_was_seen_once_leaves_the_map_when_that_is_retracted_and_the_incident_stays(
    visit: Visit, address: str
) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    staff = visit(Role.STAFF, PHONE).ready()
    expect(staff.locator("#card")).to_contain_text("104")
    dialog = _begin(commander, "104, Ground")
    expect(dialog).to_contain_text("It leaves the map")
    expect(dialog).to_contain_text("That does not end the incident")
    dialog.get_by_role("button", name="Retract it").click()
    expect(dialog).to_be_visible()
    assert _get(commander, address, "picture")["threats"], "nothing is retracted without a reason"
    dialog.get_by_label("Why is it wrong?").fill(REASON)
    dialog.get_by_role("button", name="Retract it").click()
    expect(dialog).to_be_hidden()
    expect(commander.locator("#tab-situation")).to_contain_text("No threat on the map")
    expect(commander.locator("#tab-situation")).to_contain_text(
        re.compile(rf"Retracted sightings\s*Armed assailant, .*104, Ground, said to be seen at \d\d:\d\d: .*{REASON}")
    )
    expect(commander.locator(".threat-mark")).to_have_count(0)
    expect(staff.locator("#card")).not_to_contain_text("104")
    expect(staff.locator("#assertive")).to_have_text("Armed assailant: retracted, no longer on the map.")
    assert _get(commander, address, "picture")["incident"]["state"] == "open"
    assert [kept["retracted"]["reason"] for kept in _get(commander, address, "sightings")["sightings"]] == [REASON]


def test_a_threat_goes_back_to_where_it_was_seen_before_as_was_said_first(visit: Visit, address: str) -> None:
    commander = visit(Role.COMMANDER).ready()
    put_threat(commander, "104")
    [before] = _get(commander, address, "picture")["threats"]
    _see_again(commander, address, before["id"], "101")
    expect(commander.locator("#card")).to_contain_text("101, Ground")
    dialog = _begin(commander, "101, Ground")
    dialog.get_by_text("near 104, Ground").click()
    expect(dialog).to_contain_text("The threat stays at 101, Ground, where it was seen last")
    dialog.get_by_text("101, Ground", exact=True).click()
    expect(dialog).to_contain_text(re.compile("The threat goes back to near 104, Ground, seen .* ago"))
    dialog.get_by_label("Why is it wrong?").fill(REASON)
    dialog.get_by_role("button", name="Retract it").click()
    expect(commander.locator("#tab-situation .threat-card")).to_contain_text("104, Ground")
    [after] = _get(commander, address, "picture")["threats"]
    assert (after["at"], after["seen_at"]) == (before["at"], before["seen_at"])


def test_a_responder_retracts_what_they_reported_and_a_commander_anything(visit: Visit) -> None:
    staff = visit(Role.STAFF, PHONE).ready()
    staff.get_by_role("button", name="Report a threat").click()
    confirm_threat(staff, "103")
    responder, commander = visit(Role.RESPONDER).ready(), visit(Role.COMMANDER).ready()
    for page in (responder, commander):
        page.get_by_role("tab", name="Situation").click()
        expect(page.locator(".threat-card")).to_contain_text("103")
    expect(commander.get_by_role("button", name="Retract a sighting")).to_have_count(1)
    expect(responder.get_by_role("button", name="Retract a sighting")).to_have_count(0)
    put_threat(responder, "201", kind="Fire")
    expect(responder.get_by_role("button", name="Retract a sighting")).to_have_count(1)
    dialog = _begin(responder, "Fire, 201")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    expect(dialog).to_contain_text("reported by you")


def _begin(page: Page, of: str) -> Locator:
    """Press the button of a threat in the panel; the dialog that asks."""
    page.get_by_role("tab", name="Situation").click()
    page.get_by_role("button", name=re.compile(f"^Retract a sighting: .*{of}")).click()
    return page.get_by_role("dialog", name="Retract a sighting")


def _see_again(page: Page, address: str, threat_id: str, room: str) -> None:
    place = next(zone for zone in _get(page, address, "zones")["zones"] if zone["name"] == room)
    sighting = {
        "id": str(uuid.uuid4()),
        "kind": "armed_assailant",
        "at": place["at"],
        "ordinal": place["ordinal"],
        "seen_at": datetime.now(UTC).isoformat(),
        "threat_id": threat_id,
        "exercise": True,
    }
    assert page.request.post(f"{address}/api/sites/elm/sightings", data=sighting, headers={"Origin": address}).ok


def _get(page: Page, address: str, path: str) -> Any:
    return page.request.get(f"{address}/api/sites/elm/{path}").json()
