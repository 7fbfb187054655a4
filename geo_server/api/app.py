"""The application: rules, addresses and rings put together. Nothing happens at import.

Run it with ``uvicorn --factory geo_server.api.app:create_app``; tests call the same function.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from types import FrameType

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from geo_server import __version__
from geo_server.api import live
from geo_server.api.deps import Declared, Public, Requires, State
from geo_server.api.handing_over import HandsOver
from geo_server.api.head import AnswersHead
from geo_server.api.problems import BugCatcher, answer_http, answer_invalid, answer_refusal
from geo_server.api.routes import ROUTERS
from geo_server.api.rules import describe, list_addresses
from geo_server.api.security import BodyLimit, SecurityHeaders
from geo_server.api.static import static_files
from geo_server.api.tiles import tiles_app
from geo_server.domain.errors import GeoServerError
from geo_server.domain.roles import Permission
from geo_server.services.access import Entrance
from geo_server.services.accountability import Accounts
from geo_server.services.asked_plans import AskedPlans
from geo_server.services.catching_up import catching_up
from geo_server.services.collecting import begin_to_collect_seldom
from geo_server.services.limits import RateLimit
from geo_server.services.live import Hub
from geo_server.services.picture import Pictures
from geo_server.services.planners import Planners
from geo_server.services.plans import Plans
from geo_server.services.protocols import load_pack
from geo_server.services.published import PublishedFloorplans
from geo_server.services.reaches import Reaches
from geo_server.services.reading import Reader
from geo_server.services.recounts import Recounts
from geo_server.services.retention import forgetting
from geo_server.services.status_reports import StatusReports
from geo_server.settings import Settings, load_settings
from geo_server.store.jobs import working
from geo_server.store.opening import open_database
from geo_server.store.ready_files import ReadyFiles

CONCERNS_BY_ADDRESS, CONCERNS_WITHIN_S = 20, 600.0
"""So many concerns come from one address by one link at most; the phones of a school may all have one address."""

GUESTS_BY_ADDRESS, GUESTS_WITHIN_S = 200, 600.0
"""So many devices open responder links from one address at most: a whole mutual-aid response behind one may, a script may not."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, not yet connected to anything.

    Args:
        settings: None reads the environment.

    Raises:
        InvalidInput: A setting that cannot be.
        RuntimeError: An address without a declared rule: a bug that must not be served.
    """
    chosen = settings or load_settings()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with _state(chosen) as state:
            yield state

    app = FastAPI(
        title="geo-server",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(AnswersHead),
            Middleware(SecurityHeaders),
            Middleware(HandsOver),
            Middleware(BugCatcher),
            Middleware(BodyLimit, upload_bytes=chosen.upload_limit_mb * 1024 * 1024),
        ],
        exception_handlers={
            GeoServerError: answer_refusal,
            RequestValidationError: answer_invalid,
            HTTPException: answer_http,
        },
    )
    for router in ROUTERS:
        app.include_router(router)
    events = Declared(live.events, Requires(Permission.SEE_INCIDENT))
    app.router.routes.append(Route("/api/sites/{site}/events", events, methods=["GET"], name="events"))
    app.mount("/tiles", Declared(tiles_app, Requires(Permission.SEE_MAP)), name="tiles")
    app.mount("/static", Declared(static_files(), Public("the page's own code, style and icons")), name="static")
    undeclared = [address.path for address in list_addresses(app) if address.rule is None]
    if undeclared:
        raise RuntimeError(f"No rule is declared for {', '.join(undeclared)}.")
    describe(app)
    return app


@contextlib.asynccontextmanager
async def _state(settings: Settings) -> AsyncIterator[State]:
    """What the process holds, from before the first request until after the last."""
    pack = load_pack(settings.data_dir)
    begin_to_collect_seldom()
    with (
        open_database(settings.database_url, settings.data_dir) as database,
        Planners(ReadyFiles(settings.data_dir / "ready")) as planners,
        Reaches(database) as reaches,
    ):
        floorplans = PublishedFloorplans(database, planners)
        plans = Plans(database, floorplans, reaches)
        recounts = Recounts(plans)
        hub = Hub(database, live.encode_event, live.encode_reset, live.HEARTBEAT)
        kept = timedelta(days=settings.events_kept_days)
        async with (
            hub.running(),
            forgetting(database, kept, timedelta(days=settings.concerns_kept_days)),
            working(database.url, Reader(database).read),
            catching_up(floorplans, plans, reaches, planners),
            recounts.running(),
        ):
            with _on_shutdown(hub.close):
                yield State(
                    settings=settings,
                    database=database,
                    entrance=Entrance(database),
                    pictures=Pictures(database, floorplans),
                    status_reports=StatusReports(database),
                    pack=pack,
                    floorplans=floorplans,
                    plans=plans,
                    reaches=reaches,
                    asked_plans=AskedPlans(database, floorplans),
                    accounts=Accounts(database, floorplans),
                    recounts=recounts,
                    hub=hub,
                    concern_limit=RateLimit(CONCERNS_BY_ADDRESS, CONCERNS_WITHIN_S),
                    respond_limit=RateLimit(GUESTS_BY_ADDRESS, GUESTS_WITHIN_S),
                )


@contextlib.contextmanager
def _on_shutdown(call: Callable[[], None]) -> Iterator[None]:
    """Call in the event loop as soon as a signal asks the process to stop, before the server waits for its streams.

    The server ends the lifespan only after all answers are complete, and a live stream never completes by itself. The
    server's own handlers still run. Outside the main thread there are no signals, and nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)
        earlier = before[signal.Signals(number)]
        if callable(earlier):
            earlier(number, frame)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, earlier in before.items():
            if signal.getsignal(number) is stop:
                signal.signal(number, earlier)
