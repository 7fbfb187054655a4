"""The live feed: one listener a process, fanned out to every open stream.

Terminology:
    wake-up: the database says that a site has new events. Wake-ups that arrive while events are read become one read.
    channel: the subscribers of one site, the number of the last event that was read for them, and what some of them lack.

A resuming client is never left with a gap: a subscriber joins its channel first and reads its backlog second, and
frames that come by both ways are told apart by their numbers.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from geo_server.domain.errors import GeoServerError, Unavailable
from geo_server.domain.events import Event, is_told, wakes
from geo_server.domain.roles import Role
from geo_server.services.gathering import Gathering
from geo_server.services.subscriber import CAPACITY, Frame, Piece, Subscriber
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq, list_events, oldest_seq
from geo_server.store.listener import listen

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0

AGAIN_S = 0.5
"""Before what failed is begun again."""

SETTLE_S = 0.01
"""Between hearing of an event and telling of it: whoever recorded it begins with what follows, such as a plan, before a thousand
streams are woken, and planning goes on beside that."""

APART_S, STEADY_S, AT_ONCE = 0.05, 0.15, 3
"""Least seconds between two deliveries, and between those of a rush, which begins after so many. The first event goes out at once;
those that follow it sooner wait for the next delivery, and each stream has them in one piece: what a delivery costs is to
wake a thousand streams, not what is in it. A sighting and its plan are no rush; a status report of everybody is."""

Encode = Callable[[Event, Role], bytes]
"""An event as a frame's bytes, for a reader in a role."""


def visible_payload(event: Event, role: Role) -> dict[str, object]:
    """What of an event's payload a reader may see: who reported what stays with those who may see reports."""
    return dict(event.payload) if is_told(role, event.kind) else {}


@dataclass(slots=True)
class _Channel:
    """The subscribers of one site.

    Args:
        seq: Number of the last event that was read.
        held: Events that not everybody was woken for, in order: those who were not lack them.
    """

    seq: int
    subscribers: set[Subscriber] = field(default_factory=set)
    held: list[Event] = field(default_factory=list)


class _Missed(NamedTuple):
    """Events that a client lacks, or None when they are gone, too many, or not of this database; and the newest number."""

    events: list[Event] | None
    newest: int


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
        self._heartbeat = Piece([Frame(0, heartbeat)])
        self._channels: dict[UUID, _Channel] = {}
        self._missed: Gathering[tuple[UUID, int | None], _Missed] = Gathering(self._read_missed, apart_s=0.01)
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
        tasks = [asyncio.create_task(self._keep_up(work)) for work in (self._listen, self._deliver, self._beat)]
        try:
            yield
        finally:
            self.close()
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def _keep_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do one of the three again whenever it fails: a feed that stands still must not look alive, so all streams end first."""
        while True:
            try:
                await work()
            except Exception:
                log.exception("The live feed failed; its streams are begun anew")
                self._end_all()
                self._wake.set()
            await asyncio.sleep(AGAIN_S)

    def close(self) -> None:
        """End every stream, and take no new one. Call in the event loop."""
        self._closed = True
        self._end_all()

    def _end_all(self) -> None:
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
        newest = (await self._missed.ask(site_id, (site_id, None))).newest
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
        missed = await self._missed.ask(site_id, (site_id, after))
        if missed.events is None:
            subscriber.begin(missed.newest, [Frame(0, self._encode_reset(missed.newest))])
        else:
            frames = [Frame(event.seq, self._encode(event, subscriber.role)) for event in missed.events]
            subscriber.begin(after, frames)

    def _read_missed(self, asked: Sequence[tuple[UUID, int | None]]) -> Sequence[_Missed]:
        """What subscribers of one site lack, at one moment; after None is nothing."""
        site_id, _ = asked[0]
        with self._database.snapshot(site_id) as c:
            newest = last_seq(c, site_id)
            oldest = oldest_seq(c, site_id) if any(after not in {None, newest} for _, after in asked) else newest
            read = {after: self._read_after(c, site_id, after, oldest, newest) for _, after in set(asked)}
        return [read[after] for _, after in asked]

    @staticmethod
    def _read_after(c: Connection, site_id: UUID, after: int | None, oldest: int, newest: int) -> _Missed:
        if after is None or after == newest:
            return _Missed([], newest)
        if after > newest or newest - after >= CAPACITY or after < oldest - 1:
            return _Missed(None, newest)
        return _Missed(list_events(c, site_id, after), newest)

    async def _listen(self) -> None:
        async with aclosing(listen(self._database.url)) as wake_ups:
            async for site_id in wake_ups:
                self._dirty |= self._channels.keys() if site_id is None else {site_id} & self._channels.keys()
                if self._dirty:
                    self._wake.set()

    async def _deliver(self) -> None:
        loop = asyncio.get_running_loop()
        spent_until = 0.0
        while True:
            await self._wake.wait()
            await asyncio.sleep(SETTLE_S)
            self._wake.clear()
            dirty, self._dirty = self._dirty, set()
            woke_all = False
            for site_id in dirty:
                woke_all |= await self._deliver_to(site_id)
            if woke_all:
                spent_until = max(spent_until, loop.time()) + STEADY_S
                await asyncio.sleep(max(APART_S, spent_until - AT_ONCE * STEADY_S - loop.time()))

    async def _deliver_to(self, site_id: UUID) -> bool:
        """Hand new events of a site to those they are of use to; whether that is everybody."""
        channel = self._channels.get(site_id)
        if channel is None:  # the last one has left meanwhile
            return False
        try:
            events = await asyncio.to_thread(self._read_new, site_id, channel.seq)
            woken = {role for role in Role if any(wakes(role, event.kind) for event in events)}
            self._push(channel, [*channel.held, *events], woken)
        except GeoServerError as refusal:
            log.warning("Live events cannot be read: %s", refusal)
            return False
        except Exception:
            # One site's fault must not end the delivery to all. The next wake-up or tick tries again.
            log.exception("Live events of site %s cannot be delivered", site_id)
            return False
        return len(woken) == len(Role)

    def _push(self, channel: _Channel, events: list[Event], roles: AbstractSet[Role]) -> None:
        """Hand events to the subscribers of some roles, and hold them for the others: who has some already takes the rest."""
        if not events:
            return
        present = {subscriber.role for subscriber in channel.subscribers} & roles
        pieces = {role: Piece([Frame(one.seq, self._encode(one, role)) for one in events]) for role in present}
        channel.seq = max(channel.seq, events[-1].seq)
        channel.held = [] if len(roles) == len(Role) else events
        farewell = Piece([Frame(0, self._encode_reset(channel.seq))])
        for subscriber in channel.subscribers:
            if subscriber.role in present:
                subscriber.push(pieces[subscriber.role], farewell=farewell)

    def _read_new(self, site_id: UUID, after: int) -> list[Event]:
        with self._database.snapshot(site_id) as c:
            return list(list_events(c, site_id, after))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            now_s = time.monotonic()
            for channel in self._channels.values():
                self._push(channel, channel.held, set(Role))
                for subscriber in channel.subscribers:
                    if subscriber.dropped:
                        subscriber.abort()
                    elif now_s >= subscriber.ends_at:
                        subscriber.end()
                    else:
                        subscriber.push(self._heartbeat)
