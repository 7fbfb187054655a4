"""The live feed over a real connection: what arrives, who sees what, and how a client goes on after a break."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo_server.domain.events import EventKind
from geo_server.domain.roles import Role
from geo_server.store.database import Database
from geo_server.store.events import last_seq, record_event
from tests.api.conftest import until
from tests.campus import Campus, build_campus

Client = Callable[[Role | None], httpx.Client]
Frame = dict[str, Any]


class Feed:
    """Frames of one open stream, as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def frame(self) -> Frame:
        """The next frame as its fields, ``data`` parsed."""
        fields: Frame = {}
        for line in self._lines:
            if not line and fields:
                return fields
            name, _, value = line.partition(": ")
            if name:
                fields[name] = json.loads(value) if name == "data" else value
        raise EOFError


@contextmanager
def listening(client: httpx.Client, campus: Campus, after: int | None = None) -> Iterator[Feed]:
    """A stream on a campus whose first frame, the delay before reconnecting, has been read."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with client.stream("GET", f"{campus.url}/events", headers=headers) as response:
        assert response.status_code == 200, response.read()
        feed = Feed(response)
        assert feed.frame() == {"retry": "2000"}
        yield feed


def _happen(database: Database, campus: Campus, times: int = 1) -> None:
    for _ in range(times):
        with database.transaction() as c:
            record_event(c, campus.site.id, EventKind.CLOSURE_ADDED, {"closure_id": "c"})


def _seq(database: Database, campus: Campus) -> int:
    with database.snapshot() as c:
        return last_seq(c, campus.site.id)


def test_a_change_arrives_within_a_second_with_its_number(client: Client, campus: Campus, database: Database) -> None:
    with listening(client(Role.STAFF), campus) as feed:
        began = time.monotonic()
        _happen(database, campus)
        frame = feed.frame()

        assert time.monotonic() - began < 1.0
        assert (frame["id"], frame["event"]) == (str(_seq(database, campus)), "closure_added")
        assert frame["data"]["seq"] == int(frame["id"])
        assert frame["data"]["closure_id"] == "c"
        assert frame["data"]["at"].endswith("Z")
        assert feed.response.headers["content-type"].startswith("text/event-stream")
        assert feed.response.headers["cache-control"] == "no-store"


def test_a_client_that_was_away_gets_all_that_it_missed_and_nothing_twice(
    client: Client, campus: Campus, database: Database
) -> None:
    start = _seq(database, campus)
    _happen(database, campus, 5)

    with listening(client(Role.STAFF), campus, after=start + 2) as feed:
        _happen(database, campus, 3)
        seen = [feed.frame()["data"]["seq"] for _ in range(6)]

    assert seen == list(range(start + 3, start + 9))


def test_clients_that_come_and_go_while_much_happens_see_every_number_once(
    client: Client, campus: Campus, database: Database
) -> None:
    start = _seq(database, campus)
    person = client(Role.STAFF)
    seen: list[int] = []

    for _ in range(10):
        with listening(person, campus, after=seen[-1] if seen else start) as feed:
            _happen(database, campus, 7)
            seen += [feed.frame()["data"]["seq"] for _ in range(5)]
    with listening(person, campus, after=seen[-1]) as feed:
        while seen[-1] < start + 70:
            seen.append(feed.frame()["data"]["seq"])

    assert seen == list(range(start + 1, start + 71))


@pytest.mark.parametrize("after", [0, 10**12])
def test_who_has_missed_too_much_or_comes_from_elsewhere_starts_again(
    client: Client, campus: Campus, database: Database, after: int
) -> None:
    _happen(database, campus, 300)
    newest = _seq(database, campus)

    with listening(client(Role.STAFF), campus, after=after) as feed:
        reset = feed.frame()
        _happen(database, campus)
        following = feed.frame()

    assert (reset["event"], reset["data"]) == ("reset", {"seq": newest})
    assert following["data"]["seq"] == newest + 1


def test_who_reported_what_is_kept_from_those_who_may_not_see_it(
    client: Client, campus: Campus, database: Database
) -> None:
    said = {"zone_id": str(campus.rooms[0].id), "status": "help"}
    with ExitStack() as stack:
        staff = stack.enter_context(listening(client(Role.STAFF), campus))
        responder = stack.enter_context(listening(client(Role.RESPONDER), campus))
        with database.transaction() as c:
            record_event(c, campus.site.id, EventKind.STATUS_REPORTED, said)

        told, kept = responder.frame()["data"], staff.frame()["data"]

    assert told.items() >= said.items()
    assert set(kept) == {"seq", "kind", "at"}


def test_one_site_hears_nothing_of_another(client: Client, campus: Campus, database: Database) -> None:
    other = build_campus(database)
    with listening(client(Role.STAFF), campus) as feed:
        _happen(database, other, 3)
        _happen(database, campus)

        assert feed.frame()["data"]["seq"] == _seq(database, campus)


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 40, "١"])
def test_a_number_that_is_none_is_refused(client: Client, campus: Campus, after: str) -> None:
    headers = {"Last-Event-ID": after.encode()}

    answer = client(Role.STAFF).get(f"{campus.url}/events", headers=headers)  # type: ignore[arg-type]  # bytes go too

    assert answer.status_code == 422
    assert answer.json()["where"] == "Last-Event-ID"


def test_a_stop_signal_ends_open_streams_at_once(campus: Campus, database: Database, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-m", "uvicorn", "--factory", "geo_server.api.app:create_app"]
        environment = {"GEO_SERVER_DATABASE_URL": database.url, "GEO_SERVER_DATA_DIR": str(tmp_path)}
        process = subprocess.Popen(
            [*command, "--fd", str(listener.fileno()), "--timeout-graceful-shutdown", "30"],
            pass_fds=[listener.fileno()],
            env={**os.environ, **environment},
            stderr=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    headers = {"Authorization": f"Bearer {campus.tokens[Role.STAFF]}"}
    try:
        until(lambda: _is_up(address), within_s=60)
        with ExitStack() as stack:
            clients = [stack.enter_context(httpx.Client(base_url=address, headers=headers)) for _ in range(20)]
            feeds = [stack.enter_context(listening(person, campus)) for person in clients]
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            for feed in feeds:
                with pytest.raises(EOFError):
                    feed.frame()
        code = process.wait(timeout=30)
    finally:
        process.kill()

    assert time.monotonic() - began < 10, "long before the 30 s that the server would wait for streams"
    assert code in {0, -signal.SIGTERM}


def _is_up(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_head_says_what_a_stream_would_be_and_opens_none(client: Client, campus: Campus) -> None:
    staff = client(Role.STAFF)
    answer = staff.head(f"{campus.url}/events")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert staff.get(campus.url).status_code == 200, "the connection is free again"
    assert client(None).head(f"{campus.url}/events").status_code == 401
