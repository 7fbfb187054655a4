"""The page itself, kept on a device: a newer one is taken up whole, one of two versions never."""

import json
import shutil
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import expect

from geo_server.api import static
from geo_server.domain.roles import Role
from tests.web.conftest import Server, Visits
from tests.web.steps import until_kept

pytestmark = pytest.mark.browser

CACHES = "() => caches.keys()"
WIDTH = """async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image.naturalWidth;
}"""
FATE = """async () => {
    const registration = await navigator.serviceWorker.register("/service-worker.js");
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    while (!["activated", "redundant"].includes(worker.state)) {
        await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
    }
    return worker.state;
}"""
"""What becomes of the worker that would keep the page."""


def test_a_newer_page_is_taken_up_whole_and_only_when_it_is_asked_for(
    visits: Visits, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = visits.come_in(Role.STAFF)
    until_kept(staff)
    server.stop()
    newer = tmp_path / "web"
    shutil.copytree(static.WEB, newer)
    for name, old, new in (
        ("index.html", "<title>geo-server", "<title>newer"),
        ("static/js/strings_en_incident.js", '"No incident"', '"Nothing is wrong"'),
    ):
        text = (newer / name).read_text(encoding="utf-8")
        assert old in text
        (newer / name).write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(static, "WEB", newer)
    server.start()
    staff.reload()
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident")
    expect(staff.locator(".notice-newer")).to_contain_text("A newer version of this page is here")
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("No incident")
    staff.get_by_role("button", name="Load it").click()
    expect(staff.locator("#card").get_by_role("heading")).to_have_text("Nothing is wrong")
    expect(staff.locator(".notice-newer")).to_be_hidden()
    shells = [name for name in staff.evaluate(CACHES) if name.startswith("geo-server:shell:")]
    assert len(shells) == 1

    staff.locator(".menu summary").click()
    staff.get_by_role("button", name="Sign out").click()
    welcome = staff.locator("#welcome").get_by_role("heading")
    expect(welcome).to_have_text("You are not signed in")
    server.stop()
    newest = tmp_path / "newest"
    shutil.copytree(newer, newest)
    words = newest / "static/js/strings_en_page.js"
    words.write_text(
        words.read_text(encoding="utf-8").replace('"You are not signed in"', '"Come in"'), encoding="utf-8"
    )
    monkeypatch.setattr(static, "WEB", newest)
    server.start()
    staff.reload()
    expect(welcome).to_have_text("Come in")


def test_a_page_of_two_versions_is_never_kept(
    visits: Visits, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = tmp_path / "web"
    shutil.copytree(static.WEB, mixed)
    monkeypatch.setattr(static, "WEB", mixed)
    server.stop()
    server.start()
    static.service_worker()
    (mixed / "static" / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    staff = visits.come_in(Role.STAFF)
    assert staff.evaluate(FATE) == "redundant"


def test_the_page_can_be_put_on_the_home_screen_with_an_icon_of_each_kind(visits: Visits) -> None:
    page = visits.come_in(Role.STAFF)
    found = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    start, scope = (urljoin(found["url"], manifest[name]) for name in ("start_url", "scope"))
    assert urlsplit(start).path == "/"
    assert page.url.startswith(scope)
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        answer = page.request.get(urljoin(found["url"], icon["src"]))
        assert answer.headers["content-type"].partition(";")[0] == icon["type"]
        width = page.evaluate(WIDTH, answer.url)
        assert icon["sizes"] in {"any", f"{width}x{width}"}
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
