"""The clients of a benchmark, in one process: those that listen and those that speak. They share the cores with the server,
so they are written to cost little; what they hear and are answered is still read whole.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import orjson

PATIENCE_S = 60.0

Heard = tuple[tuple[int, str], ...]
"""Numbers and kinds of events."""


@lru_cache(maxsize=512)
def _events_in(frames: bytes) -> Heard:
    """The events of some whole frames; a thousand phones are told the same."""
    return tuple((int(seq), kind.decode()) for seq, kind in re.findall(rb"id: (\d+)\nevent: (\w+)", frames))


@dataclass
class Phones:
    """Everything that the listening clients got: when each event number came, at each client."""

    heard_at: dict[int, list[float]] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    pieces: int = 0
    gaps: int = 0
    dropped: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, events: Heard) -> None:
        """Some events at one client."""
        at = time.perf_counter()
        self.pieces += 1
        for seq, kind in events:
            if seq not in self.kinds:
                self.kinds[seq] = kind
                self.heard_at[seq] = []
            self.heard_at[seq].append(at)
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
        self._last = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take the frames that are whole."""
        frames, end, self._waiting = (self._waiting + data).rpartition(b"\n\n")
        events = _events_in(frames) if end else ()
        if events:
            numbers = [seq for seq, _ in events]
            expected = range(self._last + 1 if self._last else numbers[0], numbers[-1] + 1)
            self._phones.gaps += numbers != list(expected)
            self._last = numbers[-1]
            self._phones.hear(events)

    def connection_lost(self, _: Exception | None) -> None:
        """Note it: no client is to lose its stream."""
        self._phones.dropped += 1


class Lines:
    """Connections that requests are sent on, one at a time on each, kept open.

    Args:
        address: Of the server.
        at_once: Most connections.
    """

    def __init__(self, address: str, at_once: int) -> None:
        self.host, _, port = urlsplit(address).netloc.partition(":")
        self._port = int(port)
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turns = asyncio.Semaphore(at_once)

    async def ask(self, method: str, path: str, token: str, said: object = None) -> tuple[int, bytes]:
        """The status and the body of an answer.

        Raises:
            OSError: There was none.
            asyncio.IncompleteReadError: It was broken off.
        """
        body = b"" if said is None else orjson.dumps(said)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        async with self._line() as (reader, writer):
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", answer)
            return int(answer[9:12]), await reader.readexactly(int(length[1]) if length else 0)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        async with self._turns, asyncio.timeout(PATIENCE_S):
            line = self._free.pop() if self._free else await asyncio.open_connection(self.host, self._port)
            try:
                yield line
            except BaseException:
                line[1].close()
                raise
            self._free.append(line)

    def close(self) -> None:
        """Hang up."""
        for _, writer in self._free:
            writer.close()
