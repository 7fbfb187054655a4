"""A real server on a free loopback port, over a real PostGIS with a small campus."""

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from geo_server.api.app import create_app
from geo_server.domain.roles import Role
from geo_server.services.planners import Planners
from geo_server.settings import Settings
from geo_server.store.database import Database
from hatch_build import prepare
from tests.api.senders import AddSource, adder
from tests.campus import Campus, build_campus
from tests.conftest import MakeDatabase

Client = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def database(make_database: MakeDatabase, migrated_template: str) -> Iterator[Database]:
    """One database for all tests of the API. What keeps them apart is what keeps schools apart: each has its own site."""
    database = Database(make_database(migrated_template), pool_size=4)
    yield database
    database.close()


@pytest.fixture(scope="session")
def address(database: Database, planners: Planners, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: ARG001
    """Address of a running server. Its own planners begin at once, as they do in one that has run for some seconds."""
    with serving(Settings(database_url=database.url, data_dir=tmp_path_factory.mktemp("data"))) as served:
        yield served


@pytest.fixture
def campus(database: Database) -> Campus:
    """A published campus of the test's own."""
    return build_campus(database)


@pytest.fixture
def client(address: str, campus: Campus) -> Iterator[Client]:
    """Makes a client with the API token of a role on the campus, or without any."""
    with contextlib.ExitStack() as stack:

        def make(role: Role | None, on: Campus = campus) -> httpx.Client:
            headers = {"Authorization": f"Bearer {on.tokens[role]}"} if role else {}
            return stack.enter_context(httpx.Client(base_url=address, headers=headers, timeout=30))

        yield make


@pytest.fixture
def adding(client: Client, campus: Campus, database: Database) -> AddSource:
    """Adds a source to the campus, with its key."""
    return adder(client(None), campus, database)


@functools.cache
def _prepare_page() -> None:
    prepare(Path(__file__).parents[2])


@contextlib.contextmanager
def serving(settings: Settings, port: int = 0) -> Iterator[str]:
    """Serve in a thread until left; yields the address. Port 0 is any that is free. The page is put together first."""
    _prepare_page()
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(create_app(settings), log_level="warning", timeout_graceful_shutdown=3)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started or not thread.is_alive())
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    """Wait for something to become true, looking often.

    Raises:
        AssertionError: It did not.
    """
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        threading.Event().wait(0.01)
