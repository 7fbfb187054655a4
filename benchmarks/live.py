"""The live picture under load: a thousand phones that listen to one server process, sightings, and a storm of reports.

The server is ``geo-server up`` with the sample campus, a process of its own; the phones are one other process, which
takes its share of the same cores: what a client sees is never better than these figures. Seconds of the clock hold for a
machine that does nothing else; processor seconds hold on a busy one too. The floor beside them, in the same run, is one event
from the database to one listener with nothing to plan (a closure that is lifted while no incident is open makes no plan).
"""

import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import orjson
from sqlalchemy import select

from benchmarks.phones import PATIENCE_S, Lines, Phone, Phones
from benchmarks.served import Served, Spent, serving
from geo_server.domain.roles import Role
from geo_server.store.opening import open_database
from geo_server.store.tables import status_reports

CLIENTS = 1_000
SIGHTINGS, THREATS, MORE = 40, 4, 16
"""Sightings of some threats in turn, and then some of a new threat each."""
REPORTS, WITHIN_S = 2_000, 10.0
TWICE_OF = 10
"""Every so many-th report is sent twice at once, as by a phone that heard no answer."""
PICTURES = 400
NOTHING_TO_PLAN = "a change with nothing to plan, sent to heard by a client"
SIGHTING = f"a sighting of one of {THREATS} threats, sent to heard by a client"
ITS_PLAN = f"a sighting of one of {THREATS} threats, sent to its plan heard of by a client"
ITS_REACH = f"a sighting of one of {THREATS} threats, sent to where it can be heard of by the one who leads"
MORE_PLANS = f"the same with {THREATS} to {THREATS + MORE} threats, one more each time"
REPORT = "a status report, sent to acknowledged, in the storm"

Zone = dict[str, Any]


def run() -> str:
    """Measure, and write the section."""
    with serving() as served:
        return asyncio.run(_measure(served))


@dataclass
class Figures:
    """What was measured: latencies in seconds, and what each part cost."""

    taken_s: dict[str, list[float]]
    spent: dict[str, tuple[Spent, int]]
    each_kb: float = 0.0


async def _measure(served: Served) -> str:
    phones, figures, lines = Phones(), Figures({}, {}), Lines(served.address, 60)
    commander, staff = Speaker(lines, served, Role.COMMANDER), Speaker(lines, served, Role.STAFF)
    zones = await _zones(commander)
    await _rest(served)
    before_kb = served.memory_kb()
    transports = await _listen(served, phones)
    figures.each_kb = (served.memory_kb() - before_kb) / CLIENTS
    await _floor(commander, phones, zones, figures)
    await _see(commander, phones, zones, figures)
    await _ask_for_pictures(staff, figures)
    storm = await _storm(staff, phones, zones, figures)
    lost = phones.dropped
    for transport in transports:
        transport.abort()
    lines.close()
    return _section(figures, storm, phones, lost)


async def _zones(speaker: "Speaker") -> list[Zone]:
    document = await speaker.get("floorplan")
    return [f for f in document["features"] if f["properties"]["feature_type"] == "zone"]


async def _listen(served: Served, phones: Phones) -> list[asyncio.Transport]:
    host, _, port = urlsplit(served.address).netloc.partition(":")
    loop = asyncio.get_running_loop()
    transports: list[asyncio.Transport] = []
    for first in range(0, CLIENTS, 50):
        made = [
            loop.create_connection(partial(Phone, phones, _request(served, number)), host, int(port))
            for number in range(first, min(first + 50, CLIENTS))
        ]
        transports += [transport for transport, _ in await asyncio.gather(*made)]
        await asyncio.sleep(0.2)
    await _rest(served)
    return transports


def _request(served: Served, number: int) -> bytes:
    """What a phone asks for: one is of somebody who leads, all others are of staff."""
    token = served.tokens[Role.STAFF if number else Role.COMMANDER]
    host = urlsplit(served.address).netloc
    return f"GET {served.path}/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def _rest(served: Served) -> None:
    """Wait until the server has nothing to do: after its start it makes floorplans ready for planning."""
    async with asyncio.timeout(PATIENCE_S):
        before = served.spent()
        while True:
            await asyncio.sleep(2.0)
            now = served.spent()
            if now.since(before).server_s < 0.1:
                return
            before = now


@dataclass
class Speaker:
    """Somebody who says things to the server, and says them again with the same id when no answer came, as phones do."""

    lines: Lines
    served: Served
    role: Role
    again: int = 0

    async def say(self, what: str, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Say it; the answer."""
        while True:
            try:
                status, body = await self._ask("POST", what, said)
            except (OSError, asyncio.IncompleteReadError):
                self.again += 1
                continue
            assert status < 300, body
            return status, orjson.loads(body)

    async def get(self, what: str) -> dict[str, Any]:
        """Ask for something."""
        status, body = await self._ask("GET", what)
        assert status == 200, body
        found: dict[str, Any] = orjson.loads(body)
        return found

    async def take_back(self, what: str) -> None:
        """Delete something."""
        status, body = await self._ask("DELETE", what)
        assert status < 300, body

    async def _ask(self, method: str, what: str, said: object = None) -> tuple[int, bytes]:
        return await self.lines.ask(method, f"{self.served.path}/{what}", self.served.tokens[self.role], said)


async def _floor(speaker: Speaker, phones: Phones, zones: list[Zone], figures: Figures) -> None:
    """Seconds from sending a closure, which nothing has to be planned for, to its event at each client."""
    taken, before, heard = [], speaker.served.spent(), phones.pieces
    for zone in zones[:10]:
        said = {"id": str(uuid4()), "subject_id": zone["id"], "reason": "locked"}
        began, seq, _ = await _until_heard(speaker, phones, "closures", said, "closure_added")
        taken += [at - began for at in phones.heard_at[seq]]
        await speaker.take_back(f"closures/{said['id']}")
        await phones.until(lambda seq=seq: len(phones.heard_at.get(seq + 1, ())) == CLIENTS)  # type: ignore[misc]
    figures.taken_s[NOTHING_TO_PLAN] = taken
    figures.spent["a delivery to one client"] = speaker.served.spent().since(before), phones.pieces - heard


async def _see(speaker: Speaker, phones: Phones, zones: list[Zone], figures: Figures) -> None:
    """Seconds from sending a sighting to its event, and to that of the plan that knows of it, at each client."""
    places = [zone for zone in zones if zone["properties"]["category"] == "corridor"] or zones
    tracks: list[str] = []
    told: list[float] = []
    drawn: list[float] = []
    for name, number in ((ITS_PLAN, SIGHTINGS), (MORE_PLANS, MORE)):
        planned, before = [], speaker.served.spent()
        for turn in range(number):
            newest = max(phones.kinds, default=0)
            said = _sighting(places[turn % len(places)])
            if name == ITS_PLAN and len(tracks) == THREATS:
                said["threat_id"] = tracks[turn % THREATS]
            began, seq, answer = await _until_heard(speaker, phones, "sightings", said, "plan_made")
            tracks += [answer["threat_id"]] if len(tracks) < THREATS else []
            planned += [at - began for at in phones.heard_at[seq]]
            reach = await _heard(phones, seq, "reach_made", by=1)
            if name == ITS_PLAN:
                seen = next(seq for seq, kind in phones.kinds.items() if seq > newest and kind == "sighting_added")
                told += [at - began for at in phones.heard_at[seen]]
                drawn.append(min(phones.heard_at[reach]) - began)
        if name == ITS_PLAN:
            figures.taken_s[SIGHTING] = told
        figures.taken_s[name] = planned
        if name == ITS_PLAN:
            figures.taken_s[ITS_REACH] = drawn
        figures.spent[name.split(",")[0]] = speaker.served.spent().since(before), number


def _sighting(zone: Zone) -> dict[str, Any]:
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
) -> tuple[float, int, dict[str, Any]]:
    """Say something and wait until every client has heard of what follows: when it was sent, the event's number, the answer."""
    newest = max(phones.kinds, default=0)
    began = time.perf_counter()
    _, answer = await speaker.say(what, said)
    return began, await _heard(phones, newest, kind, by=CLIENTS), answer


async def _heard(phones: Phones, after: int, kind: str, *, by: int) -> int:
    """Wait until so many clients have heard of an event of a kind with a number above another: its number."""

    def heard() -> list[int]:
        new = [seq for seq, of in phones.kinds.items() if seq > after and of == kind]
        return [seq for seq in new if len(phones.heard_at[seq]) >= by]

    await phones.until(lambda: bool(heard()))
    return heard()[0]


async def _ask_for_pictures(speaker: Speaker, figures: Figures) -> None:
    """As many phones as ask for the picture after one event."""
    before = speaker.served.spent()
    await asyncio.gather(*(speaker.get("picture") for _ in range(PICTURES)))
    figures.spent["a picture, asked for by many at once"] = speaker.served.spent().since(before), PICTURES


@dataclass(frozen=True)
class Storm:
    """What became of many reports at once."""

    wall_s: float
    sent: int
    on_record: int
    lost: int
    first_time: int
    again: int


async def _storm(speaker: Speaker, phones: Phones, zones: list[Zone], figures: Figures) -> Storm:
    """Reports of as many people, evenly over ten seconds; some are sent twice at once."""
    taken: list[float] = []
    statuses: list[int] = []

    async def send(said: dict[str, Any]) -> None:
        began = time.perf_counter()
        statuses.append((await speaker.say("status-reports", said))[0])
        taken.append(time.perf_counter() - began)

    ids: set[UUID] = set()
    newest, before = max(phones.kinds, default=0), speaker.served.spent()
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
    await phones.until(lambda: len(phones.heard_at.get(newest + REPORTS, ())) == CLIENTS)
    figures.taken_s[REPORT] = taken
    figures.spent[f"a status report, with {CLIENTS:,} clients"] = speaker.served.spent().since(before), REPORTS
    kept = await asyncio.to_thread(_on_record, speaker.served.folder)
    return Storm(wall_s, len(ids), len(kept), len(ids - set(kept)), statuses.count(201), speaker.again)


def _on_record(folder: Path) -> list[UUID]:
    with open_database(None, folder) as database, database.snapshot() as c:
        return list(c.scalars(select(status_reports.c.id)))


def _section(figures: Figures, storm: Storm, phones: Phones, lost: int) -> str:
    base = _quantile(figures.taken_s[NOTHING_TO_PLAN], 0.95)
    lines = [
        "## Live picture",
        "",
        (
            f"One server process, {CLIENTS:,} listening clients, {SIGHTINGS + MORE} sightings, then {storm.sent:,} reports in "
            f"{storm.wall_s:.1f} s, {REPORTS // TWICE_OF} of them sent twice at once and {storm.again} again after a broken "
            f"connection: {storm.first_time:,} taken, {storm.on_record:,} on record, {storm.lost} lost. {figures.each_kb:.1f} kB "
            f"of memory a client; {lost} streams lost, {phones.gaps} gaps in the numbers that clients heard."
        ),
        "",
        "| what | p50 ms | p95 ms | p99 ms | p95 beside the first |",
        "|---|---|---|---|---|",
    ]
    for name, taken in figures.taken_s.items():
        p50, p95, p99 = (_quantile(taken, share) * 1000 for share in (0.5, 0.95, 0.99))
        lines.append(f"| {name} | {p50:.0f} | {p95:.0f} | {p99:.0f} | {p95 / 1000 / base:.2f} |")
    lines += [
        "",
        "Processor time of each, in milliseconds; the seconds are of the whole.",
        "",
        "| what | server | database | clients | server in all, s | of the clock, s |",
        "|---|---|---|---|---|---|",
    ]
    for name, (spent, number) in figures.spent.items():
        each = [1000 * seconds / max(number, 1) for seconds in (spent.server_s, spent.database_s, spent.clients_s)]
        of_each = " | ".join(f"{ms:.3f}" for ms in each)
        lines.append(f"| {name} | {of_each} | {spent.server_s:.1f} | {spent.wall_s:.1f} |")
    return "\n".join([*lines, ""])


def _quantile(taken: list[float], share: float) -> float:
    ordered = sorted(taken)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
