"""The live feed: one listener a process, fanned out to every open stream.

Terminology:
    wake-up: the database says that a site has new events. Wake-ups that arrive while events are read become one read.
    channel: the subscribers of one site, and the number of the last event that was handed to them.
    subscriber: one open stream, with a bounded list of frames that it has not taken yet.
    frame: one event as the bytes that go over the wire, made once for all subscribers of a role.

A resuming client is never left with a gap: a subscriber joins its channel first and reads its backlog second, and
frames that come by both ways are told apart by their numbers.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from geo_server.domain.errors import GeoServerError, Unavailable
from geo_server.domain.events import Event, is_told
from geo_server.domain.roles import Role
from geo_server.store.database import Database
from geo_server.store.events import last_seq, list_events, oldest_seq
from geo_server.store.listener import listen

log = logging.getLogger(__name__)

CAPACITY = 256
"""Frames that a subscriber may be behind before it is dropped, and events that a resuming one may have missed."""

HEARTBEAT_S = 5.0

Encode = Callable[[Event, Role], bytes]
"""An event as a frame's bytes, for a reader in a role."""


class Frame(NamedTuple):
    """Bytes for the wire, and the number of their event (0: none, always sent)."""

    seq: int
    data: bytes


def visible_payload(event: Event, role: Role) -> dict[str, object]:
    """What of an event's payload a reader may see: who reported what stays with those who may see reports."""
    return dict(event.payload) if is_told(role, event.kind) else {}


class Subscriber:
    """One open stream.

    Args:
        role: What its reader is on the site.
        abort: Ends the stream when even its farewell cannot be sent.
    """

    def __init__(self, role: Role, abort: Callable[[], object]) -> None:
        self.role = role
        self.abort = abort
        self.dropped = False
        self._ended = False
        self._frames: list[Frame] = []
        self._waiting: asyncio.Future[None] | None = None
        self._sent = 0

    def begin(self, after: int, missed: list[Frame]) -> None:
        """Put what was missed before whatever has come since joining.

        Args:
            after: Number that the client has already: frames up to it are left out.
            missed: In the order of their numbers.
        """
        self._sent = after
        self._frames[:0] = missed
        self._rouse()

    def push(self, frame: Frame, *, farewell: Frame | None = None) -> None:
        """Add a frame; when there is no room, leave only the farewell and end."""
        if self._ended:
            return
        if len(self._frames) >= CAPACITY:
            self.dropped = True
            self._frames = [farewell] if farewell else []
            self._ended = True
        else:
            self._frames.append(frame)
        self._rouse()

    def end(self) -> None:
        """No more frames after those that are waiting."""
        self._ended = True
        self._rouse()

    async def take(self) -> bytes | None:
        """All waiting frames as one piece, once there is one; None at the end. One caller at a time."""
        while True:
            frames, self._frames = self._frames, []
            if data := b"".join(self._new(frames)):
                return data
            if self._ended:
                return None
            self._waiting = (
                asyncio.get_running_loop().create_future()
            )  # a third of what an Event holds, a thousand times
            await self._waiting

    def _rouse(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _new(self, frames: list[Frame]) -> list[bytes]:
        fresh = []
        for frame in frames:
            if frame.seq == 0 or frame.seq > self._sent:
                fresh.append(frame.data)
                self._sent = max(self._sent, frame.seq)
        return fresh


@dataclass(slots=True)
class _Channel:
    seq: int
    subscribers: set[Subscriber] = field(default_factory=set)


class Hub:
    """Fan-out of one process.

    Args:
        database: Where events are read.
        encode: How an event looks on the wire.
        encode_reset: How "start again from a snapshot" looks, given the number to go on from.
        heartbeat: Bytes that keep a silent stream open.
    """

    def __init__(
        self, database: Database, encode: Encode, encode_reset: Callable[[int], bytes], heartbeat: bytes
    ) -> None:
        self._database = database
        self._encode = encode
        self._encode_reset = encode_reset
        self._heartbeat = Frame(0, heartbeat)
        self._channels: dict[UUID, _Channel] = {}
        self._dirty: set[UUID] = set()
        self._wake = asyncio.Event()
        self._closed = False

    @property
    def size(self) -> int:
        """Open streams."""
        return sum(len(channel.subscribers) for channel in self._channels.values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen, deliver and beat until left; then every stream has ended."""
        tasks = [asyncio.create_task(work()) for work in (self._listen, self._deliver, self._beat)]
        try:
            yield
        finally:
            self.close()
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    def close(self) -> None:
        """End every stream, and take no new one. Call in the event loop."""
        self._closed = True
        for channel in self._channels.values():
            for subscriber in channel.subscribers:
                subscriber.end()

    @asynccontextmanager
    async def subscribe(self, site_id: UUID, subscriber: Subscriber, after: int | None) -> AsyncIterator[None]:
        """:meth:`join`, and :meth:`leave` in the end."""
        await self.join(site_id, subscriber, after)
        try:
            yield
        finally:
            self.leave(site_id, subscriber)

    async def join(self, site_id: UUID, subscriber: Subscriber, after: int | None) -> None:
        """Join a site's channel, with what was missed already waiting. Who joins has to leave.

        Args:
            site_id: The site.
            subscriber: Who joins.
            after: Number of the last event that the client has; None: from now on.

        Raises:
            Unavailable: The server is going down, or the database is; nobody has joined.
        """
        newest = await asyncio.to_thread(self._read_last_seq, site_id)
        if self._closed:  # asked after the wait: nobody would end a stream that joins later than that
            raise Unavailable("The server is going down.", advice="Connect again in a moment.")
        channel = self._channels.setdefault(site_id, _Channel(newest))
        channel.subscribers.add(subscriber)
        try:
            await self._catch_up(site_id, subscriber, newest if after is None else after)
        except BaseException:
            self.leave(site_id, subscriber)
            raise

    def leave(self, site_id: UUID, subscriber: Subscriber) -> None:
        """Leave a site's channel; who has left already leaves nothing."""
        channel = self._channels.get(site_id)
        if channel is not None:
            channel.subscribers.discard(subscriber)
            if not channel.subscribers:
                del self._channels[site_id]

    async def _catch_up(self, site_id: UUID, subscriber: Subscriber, after: int) -> None:
        missed, newest = await asyncio.to_thread(self._read_missed, site_id, after)
        if missed is None:
            subscriber.begin(newest, [Frame(0, self._encode_reset(newest))])
        else:
            frames = [Frame(event.seq, self._encode(event, subscriber.role)) for event in missed]
            subscriber.begin(after, frames)

    def _read_last_seq(self, site_id: UUID) -> int:
        with self._database.snapshot(site_id) as c:
            return last_seq(c, site_id)

    def _read_missed(self, site_id: UUID, after: int) -> tuple[list[Event] | None, int]:
        """Events after a number, or None when they are gone, too many, or not of this database; and the newest number."""
        with self._database.snapshot(site_id) as c:
            newest = last_seq(c, site_id)
            if after == newest:
                return [], newest
            oldest = oldest_seq(c, site_id)
            if after > newest or newest - after >= CAPACITY or after < oldest - 1:
                return None, newest
            return list(list_events(c, site_id, after)), newest

    async def _listen(self) -> None:
        async with aclosing(listen(self._database.url)) as wake_ups:
            async for site_id in wake_ups:
                self._dirty |= self._channels.keys() if site_id is None else {site_id} & self._channels.keys()
                if self._dirty:
                    self._wake.set()

    async def _deliver(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            dirty, self._dirty = self._dirty, set()
            for site_id in dirty:
                channel = self._channels.get(site_id)
                if channel:
                    await self._deliver_to(site_id, channel)

    async def _deliver_to(self, site_id: UUID, channel: _Channel) -> None:
        try:
            events = await asyncio.to_thread(self._read_new, site_id, channel.seq)
        except GeoServerError as refusal:
            log.warning("Live events cannot be read: %s", refusal)
            return
        except Exception:
            # One site's fault must not end the delivery to all. The next wake-up or tick tries again.
            log.exception("Live events of site %s cannot be read", site_id)
            return
        for event in events:
            channel.seq = event.seq
            present = {subscriber.role for subscriber in channel.subscribers}
            frames = {role: Frame(event.seq, self._encode(event, role)) for role in present}
            farewell = Frame(0, self._encode_reset(event.seq))
            for subscriber in channel.subscribers:
                subscriber.push(frames[subscriber.role], farewell=farewell)

    def _read_new(self, site_id: UUID, after: int) -> list[Event]:
        with self._database.snapshot(site_id) as c:
            return list(list_events(c, site_id, after))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            for channel in self._channels.values():
                for subscriber in channel.subscribers:
                    if subscriber.dropped:
                        subscriber.abort()
                    else:
                        subscriber.push(self._heartbeat)
