"""Phones that keep reporting and listening while the server and its database are killed under them."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from geo_server.domain.roles import Role
from geo_server.store.database import Database
from geo_server.store.embedded import open_cluster
from geo_server.store.events import last_seq
from geo_server.store.migrate import upgrade
from geo_server.store.tables import status_reports
from tests.campus import Campus, build_campus
from tests.store.conftest import kill_server, until

End = Callable[[int], object]

WRITERS, READERS = 3, 2
ACKNOWLEDGED_A_ROUND = 20


def prepare(data_dir: Path) -> Campus:
    """A campus in the embedded database of a folder, with nobody serving it."""
    with open_cluster(data_dir) as url:
        database = Database(url)
        upgrade(database)
        campus = build_campus(database)
        database.close()
    return campus


@dataclass
class Phones:
    """What was acknowledged to writers, and which numbers readers have seen."""

    address: str
    campus: Campus
    acknowledged: list[UUID] = field(default_factory=list)
    repeated: int = 0
    heard: list[list[int]] = field(default_factory=lambda: [[] for _ in range(READERS)])
    resets: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    leaving: threading.Event = field(default_factory=threading.Event)

    def client(self) -> httpx.Client:
        """As a member of staff."""
        headers = {"Authorization": f"Bearer {self.campus.tokens[Role.STAFF]}"}
        return httpx.Client(base_url=f"{self.address}{self.campus.url}", headers=headers, timeout=10)

    def write(self) -> None:
        """Report again and again; the same report until it is acknowledged."""
        with self.client() as client:
            for number in count():
                if self.done.is_set():
                    return
                self._report(client, number)

    def _report(self, client: httpx.Client, number: int) -> None:
        zone = self.campus.rooms[number % len(self.campus.rooms)]
        report = {"id": str(uuid4()), "zone_id": str(zone.id), "status": "ok", "client_at": "2026-03-02T09:00:00Z"}
        while True:
            try:
                answer = client.post("/status-reports", json=report)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code in {200, 201}:
                self.repeated += answer.status_code == 200
                self.acknowledged.append(UUID(report["id"]))
                return
            assert answer is None or answer.status_code == 503, answer.text
            self.leaving.wait(0.05)

    def read(self, heard: list[int]) -> None:
        """Listen, and resume after every break from the last number that was seen."""
        with self.client() as client:
            while not self.leaving.is_set():
                try:
                    self._listen(client, heard)
                except (httpx.TransportError, httpx.StreamError):
                    self.leaving.wait(0.05)

    def _listen(self, client: httpx.Client, heard: list[int]) -> None:
        resume = {"Last-Event-ID": str(heard[-1])} if heard else {}
        with client.stream("GET", "/events", headers=resume) as stream:
            if stream.status_code != 200:
                self.leaving.wait(0.05)
                return
            for line in stream.iter_lines():
                self.resets += line == "event: reset"
                if line.startswith("data: "):
                    heard.append(int(json.loads(line.removeprefix("data: "))["seq"]))
                if self.leaving.is_set():
                    return


@contextmanager
def listening(phones: Phones) -> Iterator[None]:
    """All readers, until left."""
    with ThreadPoolExecutor(READERS) as pool:
        reading = [pool.submit(phones.read, heard) for heard in phones.heard]
        try:
            yield
        finally:
            phones.leaving.set()
    for reader in reading:
        reader.result()


@contextmanager
def reporting(phones: Phones) -> Iterator[None]:
    """All writers, until left; what they are at is acknowledged first."""
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(phones.write) for _ in range(WRITERS)]
        try:
            yield
        finally:
            phones.done.set()
    for writer in writing:
        writer.result()


def kill_again_and_again(data_dir: Path, phones: Phones, rounds: int, end: End, serve: Callable[[], End]) -> None:
    """Kill the server, the database, or both in turn, each time after some more reports were acknowledged.

    Args:
        data_dir: The server's folder.
        phones: At work.
        rounds: How often.
        end: Ends the server by a signal.
        serve: Starts the next one at the same address, waits until it serves, and returns what ends it.
    """
    for number in range(rounds):
        await_more(phones)
        if number % 3 != 1:
            end(signal.SIGKILL)
        if number % 3 != 0:
            kill_server(data_dir)
        if number % 3 != 1:
            end = serve()
    await_more(phones)


def await_more(phones: Phones) -> None:
    """Wait until some more reports were acknowledged."""
    goal = len(phones.acknowledged) + ACKNOWLEDGED_A_ROUND
    until(lambda: len(phones.acknowledged) >= goal, 120.0)


def check_nothing_is_lost(database: Database, phones: Phones) -> None:
    """What was acknowledged is on record, once, and every reader comes to have the same numbers without a gap."""
    with database.snapshot() as c:
        on_record = list(c.scalars(select(status_reports.c.id)))
        newest = last_seq(c, phones.campus.site.id)
    assert sorted(on_record) == sorted(phones.acknowledged)
    until(lambda: all(heard and heard[-1] == newest for heard in phones.heard), 30.0)
    assert phones.resets == 0
    for heard in phones.heard:
        assert heard == list(range(heard[0], newest + 1))
