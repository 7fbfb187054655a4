"""The live picture under load: a thousand phones that listen to one server process, sightings, and a storm of reports.

The server is ``geo-server up`` with the sample campus, a process of its own; the phones are one other process, which
takes its share of the same cores: what a client sees is never better than these figures. The floor beside them, in the
same run, is one event from the database to one listener with nothing to plan (a closure that is lifted while no
incident is open makes no plan).
"""

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from geo_server.domain.roles import Role
from geo_server.services.access import create_api_token
from geo_server.store.opening import open_database
from geo_server.store.sites import list_sites
from geo_server.store.tables import status_reports

CLIENTS = 1_000
SIGHTINGS = 40
REPORTS, WITHIN_S = 2_000, 10.0
TWICE_OF = 10
"""Every so many-th report is sent twice at once, as by a phone that heard no answer."""
PATIENCE_S = 30.0
NOTHING_TO_PLAN = "a change with nothing to plan, sent to heard by a client"
SIGHTING = "a sighting, sent to heard by a client"
ITS_PLAN = "a sighting, sent to its plan heard of by a client"
REPORT = "a status report, sent to acknowledged, in the storm"


@dataclass
class Phones:
    """Everything that the listening clients got: when each event number came, at each client."""

    heard_at: dict[int, list[float]] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    dropped: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, seq: int, kind: str) -> None:
        """One event at one client."""
        self.heard_at.setdefault(seq, []).append(time.perf_counter())
        self.kinds[seq] = kind
        self.changed.set()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until what was heard is enough."""
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                self.changed.clear()
                await self.changed.wait()


class Phone(asyncio.Protocol):
    """One listening client: server-sent events, read without a library so that a thousand of them cost little."""

    def __init__(self, phones: Phones, request: bytes) -> None:
        self._phones = phones
        self._request = request
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take the frames that are whole."""
        *frames, self._waiting = (self._waiting + data).split(b"\n\n")
        for frame in frames:
            if found := re.search(rb"id: (\d+)\nevent: (\w+)", frame):
                self._phones.hear(int(found[1]), found[2].decode())

    def connection_lost(self, _: Exception | None) -> None:
        """Note it: no client is to lose its stream."""
        self._phones.dropped += 1


@dataclass(frozen=True)
class Served:
    """A server under test."""

    address: str
    pid: int
    folder: Path
    slug: str
    tokens: dict[Role, str]

    @property
    def url(self) -> str:
        """Of the site, in the API."""
        return f"{self.address}/api/sites/{self.slug}"

    def memory_kb(self) -> int:
        """Of the server process, resident."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found
        return int(found[1])

    def headers(self, role: Role) -> dict[str, str]:
        """Who asks."""
        return {"Authorization": f"Bearer {self.tokens[role]}"}


def run() -> str:
    """Measure, and write the section."""
    with serving() as served:
        return asyncio.run(_measure(served))


@contextmanager
def serving() -> Iterator[Served]:
    """A server with the sample campus in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="geo-bench-", dir="/tmp"))
    folder.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GEO_SERVER_")}
    server = subprocess.Popen(
        [sys.executable, "-c", "from geo_server.cli import main; main()", "up", "--port", "0"],
        env={**environment, "GEO_SERVER_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = next(found[1] for line in server.stdout if (found := re.search(r"running at (http://\S+)", line)))
        with open_database(None, folder) as database:
            with database.snapshot() as c:
                site = next(iter(list_sites(c)))
            tokens = {role: create_api_token(database, site.id, role, name=f"bench {role}") for role in Role}
        yield Served(address.rstrip("/"), server.pid, folder, site.slug, tokens)
    finally:
        server.terminate()
        server.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(served: Served) -> str:
    phones = Phones()
    limits = httpx.Limits(max_connections=60, max_keepalive_connections=60)
    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=limits) as client:
        zones = await _zones(client, served)
        before_kb = served.memory_kb()
        transports = await _listen(served, phones)
        each_kb = (served.memory_kb() - before_kb) / CLIENTS
        commander = Speaker(client, served, Role.COMMANDER)
        rows = {NOTHING_TO_PLAN: await _floor(commander, phones, zones)}
        rows |= await _see(commander, phones, zones)
        storm = await _storm(Speaker(client, served, Role.STAFF), zones)
        lost = phones.dropped
        for transport in transports:
            transport.abort()
    return _section(rows | {REPORT: storm.taken_s}, storm, each_kb, lost)


async def _zones(client: httpx.AsyncClient, served: Served) -> list[dict[str, Any]]:
    answer = await client.get(f"{served.url}/floorplan", headers=served.headers(Role.COMMANDER))
    answer.raise_for_status()
    return [f for f in answer.json()["features"] if f["properties"]["feature_type"] == "zone"]


async def _listen(served: Served, phones: Phones) -> list[asyncio.Transport]:
    host, _, port = urlsplit(served.address).netloc.partition(":")
    request = (
        f"GET /api/sites/{served.slug}/events HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: Bearer {served.tokens[Role.STAFF]}\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    transports: list[asyncio.Transport] = []
    for first in range(0, CLIENTS, 50):
        made = [
            loop.create_connection(lambda: Phone(phones, request), host, int(port))
            for _ in range(first, min(first + 50, CLIENTS))
        ]
        transports += [transport for transport, _ in await asyncio.gather(*made)]
        await asyncio.sleep(0.2)
    await asyncio.sleep(8.0)
    return transports


@dataclass
class Speaker:
    """Somebody who says things to the server, and says them again with the same id when no answer came, as phones do."""

    client: httpx.AsyncClient
    served: Served
    role: Role
    again: int = 0

    async def say(self, what: str, said: dict[str, Any]) -> int:
        """Say it; the status of the answer."""
        while True:
            try:
                answer = await self.client.post(
                    f"{self.served.url}/{what}", json=said, headers=self.served.headers(self.role)
                )
            except httpx.TransportError:
                self.again += 1
                continue
            answer.raise_for_status()
            return answer.status_code

    async def take_back(self, what: str) -> None:
        """Delete something."""
        answer = await self.client.delete(f"{self.served.url}/{what}", headers=self.served.headers(self.role))
        answer.raise_for_status()


async def _floor(speaker: Speaker, phones: Phones, zones: list[dict[str, Any]]) -> list[float]:
    """Seconds from sending a closure, which nothing has to be planned for, to its event at each client."""
    taken: list[float] = []
    for zone in zones[:10]:
        said = {"id": str(uuid4()), "subject_id": zone["id"], "reason": "locked"}
        began, seq = await _until_heard(speaker, phones, "closures", said, "closure_added")
        taken += [at - began for at in phones.heard_at[seq]]
        await speaker.take_back(f"closures/{said['id']}")
    return taken


async def _see(speaker: Speaker, phones: Phones, zones: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Seconds from sending a sighting to its event, and to that of the plan that knows of it, at each client."""
    told: list[float] = []
    planned: list[float] = []
    places = [zone for zone in zones if zone["properties"]["category"] == "corridor"] or zones
    for number in range(SIGHTINGS):
        newest = max(phones.kinds, default=0)
        said = _sighting(places[number % len(places)])
        began, seq = await _until_heard(speaker, phones, "sightings", said, "plan_made")
        planned += [at - began for at in phones.heard_at[seq]]
        seen = next(seq for seq, kind in phones.kinds.items() if seq > newest and kind == "sighting_added")
        told += [at - began for at in phones.heard_at[seen]]
    return {SIGHTING: told, ITS_PLAN: planned}


def _sighting(zone: dict[str, Any]) -> dict[str, Any]:
    corners = zone["geometry"]["coordinates"][0][:-1]
    return {
        "id": str(uuid4()),
        "kind": "intruder",
        "at": [statistics.fmean(x for x, _ in corners), statistics.fmean(y for _, y in corners)],
        "ordinal": zone["properties"]["ordinal"],
        "seen_at": datetime.now(UTC).isoformat(),
        "exercise": True,
    }


async def _until_heard(
    speaker: Speaker, phones: Phones, what: str, said: dict[str, Any], kind: str
) -> tuple[float, int]:
    """Say something and wait until every client has heard of what follows: when it was sent, and the event's number."""
    newest = max(phones.kinds, default=0)
    began = time.perf_counter()
    await speaker.say(what, said)

    def heard() -> list[int]:
        new = [seq for seq, of in phones.kinds.items() if seq > newest and of == kind]
        return [seq for seq in new if len(phones.heard_at[seq]) == CLIENTS]

    await phones.until(lambda: bool(heard()))
    return began, heard()[0]


@dataclass(frozen=True)
class Storm:
    """What became of many reports at once."""

    taken_s: list[float]
    wall_s: float
    sent: int
    on_record: int
    lost: int
    first_time: int
    again: int


async def _storm(speaker: Speaker, zones: list[dict[str, Any]]) -> Storm:
    """Reports of as many people, evenly over ten seconds; some are sent twice at once."""
    taken: list[float] = []
    statuses: list[int] = []

    async def send(said: dict[str, Any]) -> None:
        began = time.perf_counter()
        statuses.append(await speaker.say("status-reports", said))
        taken.append(time.perf_counter() - began)

    ids: set[UUID] = set()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as sending:
        for number in range(REPORTS):
            await asyncio.sleep(max(0.0, began + number * WITHIN_S / REPORTS - time.perf_counter()))
            ids.add(identifier := uuid4())
            said = {
                "id": str(identifier),
                "zone_id": zones[number % len(zones)]["id"],
                "status": "ok",
                "client_at": datetime.now(UTC).isoformat(),
                "adults": 1,
                "students": number % 30,
            }
            sending.create_task(send(said))
            if number % TWICE_OF == 0:
                sending.create_task(send(said))
    wall_s = time.perf_counter() - began
    kept = await asyncio.to_thread(_on_record, speaker.served.folder)
    return Storm(taken, wall_s, len(ids), len(kept), len(ids - set(kept)), statuses.count(201), speaker.again)


def _on_record(folder: Path) -> list[UUID]:
    with open_database(None, folder) as database, database.snapshot() as c:
        return list(c.scalars(select(status_reports.c.id)))


def _section(rows: dict[str, list[float]], storm: Storm, each_kb: float, lost: int) -> str:
    base = _quantile(rows[NOTHING_TO_PLAN], 0.95)
    lines = [
        "## Live picture",
        "",
        (
            f"One server process, {CLIENTS:,} listening clients, {SIGHTINGS} sightings, then {storm.sent:,} reports in "
            f"{storm.wall_s:.1f} s, {REPORTS // TWICE_OF} of them sent twice at once and {storm.again} again after a broken "
            f"connection: {storm.first_time:,} taken, {storm.on_record:,} on record, {storm.lost} lost. {each_kb:.1f} kB of "
            f"memory a client; {lost} streams lost."
        ),
        "",
        "| what | p50 ms | p95 ms | p99 ms | p95 beside the first |",
        "|---|---|---|---|---|",
    ]
    for name, taken in rows.items():
        p50, p95, p99 = (_quantile(taken, share) * 1000 for share in (0.5, 0.95, 0.99))
        lines.append(f"| {name} | {p50:.0f} | {p95:.0f} | {p99:.0f} | {p95 / 1000 / base:.2f} |")
    return "\n".join([*lines, ""])


def _quantile(taken: list[float], share: float) -> float:
    ordered = sorted(taken)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
