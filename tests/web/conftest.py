"""A real server, a real Chromium, and people in it. No request may leave the server, no script may fail."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from geo_server.api.static import WEB
from geo_server.domain.roles import Role
from geo_server.services.access import create_sign_in_link
from geo_server.settings import Settings
from geo_server.store.database import Database
from tests.api.conftest import serving
from tests.chromium import COARSE, open_chromium
from tests.web.storeys import Storeys, publish_annex, publish_storeys

PHONE = (390, 844)
SMALL_PHONE = (390, 664)
"""What a browser leaves of such a screen with its bars shown."""
DESKTOP = (1440, 900)
PATIENCE_MS = 45_000

ELSEWHERE = "http://school.test"
"""An address of nobody, without https."""

_WHEN_CUT_OFF = "net::ERR_INTERNET_DISCONNECTED"

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visitor:
    """A person at a browser of their own.

    Args:
        outside: Addresses that the page asked for beyond the server; each was refused.
        faults: What scripts complained about.
    """

    page: Page
    context: BrowserContext
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def ready(self) -> Page:
        """The page, once the map is drawn."""
        expect(self.page.locator("body[data-ready=true]")).to_be_attached()
        return self.page


Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; its loop runs in this thread, so it ends with the tests that need it."""
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def plain_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is shown from its modules as they are, so that a test can speak with those that it runs."""
    monkeypatch.setattr("geo_server.api.static.built_of", lambda _web: frozenset())


@pytest.fixture
def storeys(database: Database) -> Storeys:
    """A published building in the test's own database."""
    return publish_storeys(database)


@pytest.fixture
def annex(database: Database, storeys: Storeys) -> None:
    """A second building, from which there is a safe way for minutes whatever happens in the first, however slow the machine."""
    publish_annex(database, storeys.site)


@pytest.fixture
def address(database: Database, storeys: Storeys, tmp_path: Path, loaded_once: None) -> Iterator[str]:  # noqa: ARG001 -- published first
    """Address of a running server."""
    with serving(Settings(database_url=database.url, data_dir=tmp_path)) as served:
        yield served


@pytest.fixture
def visit(chromium: Browser, database: Database, storeys: Storeys, address: str) -> Iterator[Visit]:
    """Lets a person in through a sign-in link; at the end nobody may have asked beyond the server or seen a fault."""
    visitors: list[Visitor] = []
    with contextlib.ExitStack() as stack:

        def come_in(role: Role | None, size: tuple[int, int] = DESKTOP, *, to: str = address) -> Visitor:
            context = screen(chromium, size, keeps=False)
            stack.callback(context.close)
            visitor = _watched(context, address)
            visitors.append(visitor)
            if role is None:
                visitor.page.goto(to)
            else:
                link = create_sign_in_link(database, storeys.site.id, role, name=f"A {role}", base_url=address)
                visitor.page.goto(link)
                visitor.page.get_by_role("button", name="Sign in").click()
            return visitor

        yield come_in
        assert [fault for visitor in visitors for fault in visitor.faults] == []
        assert [asked for visitor in visitors for asked in visitor.outside] == []


@pytest.fixture
def modules(chromium: Browser) -> Iterator[Page]:
    """A page that shows nothing, at an address without https: what the modules of the page know can be asked in it."""
    context = chromium.new_context(service_workers="block")
    page = context.new_page()
    page.route(f"{ELSEWHERE}/", lambda route: route.fulfill(content_type="text/html", body=""))
    page.route(f"{ELSEWHERE}/static/**", lambda route: route.fulfill(path=WEB / urlsplit(route.request.url).path[1:]))
    page.goto(f"{ELSEWHERE}/")
    yield page
    context.close()


def screen(browser: Browser, size: tuple[int, int], *, keeps: bool) -> BrowserContext:
    """A device of that size that has never been here; it keeps the page for when it is cut off, or does not."""
    return browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=COARSE,
        reduced_motion="reduce",
        service_workers="allow" if keeps else "block",
    )


def _watched(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(context.new_page(), context)
    visitor.page.set_default_timeout(PATIENCE_MS)

    def look(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != urlsplit(address).netloc and parts.scheme not in {"data", "blob"}:
            visitor.outside.append(request.url)

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and _WHEN_CUT_OFF not in message.text:
            visitor.faults.append(f"{message.text} {message.location.get('url')}")

    context.on("request", look)
    visitor.page.on("console", listen)
    visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    return visitor


class Server:
    """A server that can be stopped, and started again at the same address."""

    def __init__(self, database: Database, storeys: Storeys, data_dir: Path) -> None:
        self._database = database
        self._storeys = storeys
        self._settings = Settings(database_url=database.url, data_dir=data_dir)
        self._running: AbstractContextManager[str] | None = None
        self.address = ""

    def start(self) -> None:
        port = urlsplit(self.address).port or 0 if self.address else 0
        self._running = serving(self._settings, port)
        self.address = self._running.__enter__()

    def stop(self) -> None:
        if self._running:
            self._running.__exit__(None, None, None)
        self._running = None

    def link(self, role: Role) -> str:
        return create_sign_in_link(self._database, self._storeys.site.id, role, name=f"A {role}", base_url=self.address)


class Visits:
    """People whose browsers keep the page."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser = browser
        self._server = server

    def come_in(self, role: Role, size: tuple[int, int] = PHONE) -> Page:
        context = screen(self._browser, size, keeps=True)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(self._server.link(role))
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("body[data-ready=true]")).to_be_attached()
        return page


@pytest.fixture
def server(database: Database, storeys: Storeys, tmp_path: Path, loaded_once: None) -> Iterator[Server]:  # noqa: ARG001
    running = Server(database, storeys, tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def visits(chromium: Browser, server: Server) -> Iterator[Visits]:
    before = set(chromium.contexts)
    yield Visits(chromium, server)
    for context in set(chromium.contexts) - before:
        context.close()
