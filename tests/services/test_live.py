"""What one subscriber of the live feed is handed, and when it is let go."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from geo_server.domain.errors import Unavailable
from geo_server.domain.events import Event, EventKind
from geo_server.domain.roles import Role
from geo_server.services.live import Hub, _Missed
from geo_server.services.subscriber import CAPACITY, Frame, Piece, Subscriber
from geo_server.store.database import Database

FAREWELL = Piece([Frame(0, b"reset")])


def _frame(seq: int) -> Frame:
    return Frame(seq, b"<%d>" % seq)


def _piece(*seqs: int) -> Piece:
    return Piece([_frame(seq) for seq in seqs])


def _subscriber() -> Subscriber:
    return Subscriber(Role.RESPONDER, rouse=lambda: None, abort=lambda: None)


def test_pieces_that_wait_are_taken_as_one() -> None:
    subscriber = _subscriber()
    for piece in (_piece(1), _piece(2, 3)):
        subscriber.push(piece)

    assert [subscriber.take(), subscriber.take()] == [b"<1><2><3>", b""]


def test_what_is_delivered_is_one_thing_in_memory_for_all_who_have_what_came_before() -> None:
    piece, taken = _piece(4, 5), []
    for _ in range(2):
        subscriber = _subscriber()
        subscriber.begin(3, [])
        subscriber.push(piece)
        taken.append(subscriber.take())

    assert taken[0] == b"<4><5>"
    assert taken[0] is taken[1]


def test_what_was_missed_comes_before_what_came_meanwhile_and_nothing_comes_twice() -> None:
    subscriber = _subscriber()
    subscriber.push(_piece(7, 8, 9))
    subscriber.push(_piece(10))
    subscriber.begin(5, [_frame(6), _frame(7), _frame(8)])

    assert subscriber.take() == b"<6><7><8><9><10>"


def test_a_reader_that_is_too_slow_is_told_to_start_again_and_let_go() -> None:
    subscriber = _subscriber()
    for seq in range(1, CAPACITY + 3):
        subscriber.push(_piece(seq), farewell=FAREWELL)

    assert subscriber.dropped
    assert not subscriber.has_ended
    assert subscriber.take() == b"reset"
    assert subscriber.has_ended


def test_a_reader_is_roused_by_all_that_there_is_to_take_and_by_the_end() -> None:
    roused: list[int] = []
    subscriber = Subscriber(Role.RESPONDER, rouse=lambda: roused.append(1), abort=lambda: None)
    subscriber.begin(0, [])
    subscriber.push(_piece(1))
    subscriber.end()

    assert len(roused) == 3


def _encode(event: Event, _: Role) -> bytes:
    return f"<{event.seq} {event.kind}>".encode()


class _Hub(Hub):
    """A hub of which a test says what the database holds; it is never asked."""

    def __init__(self) -> None:
        super().__init__(Database("postgresql:///nowhere"), _encode, lambda _: b"reset", b"beat")
        self.faults: list[Exception] = []
        self.asked = 0
        self.kind = EventKind.PLAN_MADE

    def _read_missed(self, asked: Any) -> Any:
        return [_Missed([], 7 if after is None else after) for _, after in asked]

    def _read_new(self, site_id: Any, after: int) -> list[Event]:
        self.asked += 1
        if self.faults:
            raise self.faults.pop()
        return [Event(site_id, after + 1, self.kind, datetime.now(UTC), {})]


def test_a_reader_that_joins_while_the_server_goes_down_is_refused() -> None:
    async def scenario() -> None:
        hub = _Hub()
        joining = asyncio.create_task(hub.join(uuid4(), _subscriber(), None))
        await asyncio.sleep(0)
        hub.close()
        await joining

    with pytest.raises(Unavailable):
        asyncio.run(scenario())


def test_an_event_that_cannot_be_read_does_not_end_the_delivery() -> None:
    async def scenario() -> bytes:
        hub, told, site_id = _Hub(), asyncio.Event(), uuid4()
        subscriber = Subscriber(Role.RESPONDER, told.set, abort=lambda: None)
        hub.faults.append(ValueError("an event of a kind that this program does not know"))
        async with hub.subscribe(site_id, subscriber, None):
            told.clear()
            delivering = asyncio.create_task(hub._deliver())
            while hub.asked < 2:
                hub._dirty.add(site_id)
                hub._wake.set()
                await asyncio.sleep(0)
            await asyncio.wait_for(told.wait(), 5)
            delivering.cancel()
        return subscriber.take()

    assert asyncio.run(scenario()) == b"<8 plan_made>"


def test_an_event_of_no_use_to_a_reader_waits_for_the_next_one_that_is_and_leaves_no_gap() -> None:
    async def scenario() -> list[tuple[bytes, bytes]]:
        hub, site_id, taken = _Hub(), uuid4(), []
        readers = [Subscriber(role, lambda: None, abort=lambda: None) for role in (Role.COMMANDER, Role.STAFF)]
        for reader in readers:
            await hub.join(site_id, reader, None)
        for kind in (EventKind.REACH_MADE, EventKind.REACH_FAILED, EventKind.PLAN_MADE, EventKind.REACH_MADE):
            hub.kind = kind
            await hub._deliver_to(site_id)
            taken.append((readers[0].take(), readers[1].take()))
        return taken

    first, second, third, fourth = asyncio.run(scenario())
    assert first == (b"<8 reach_made>", b"")
    assert second == (b"<9 reach_failed>", b"")
    assert third == (b"<10 plan_made>", b"<8 reach_made><9 reach_failed><10 plan_made>")
    assert fourth == (b"<11 reach_made>", b"")


def test_what_waits_for_nothing_else_comes_with_the_next_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo_server.services.live.HEARTBEAT_S", 0.01)

    async def scenario() -> bytes:
        hub, told, site_id = _Hub(), asyncio.Event(), uuid4()
        reader = Subscriber(Role.STAFF, told.set, abort=lambda: None)
        await hub.join(site_id, reader, None)
        hub.kind = EventKind.REACH_MADE
        await hub._deliver_to(site_id)
        told.clear()
        beating = asyncio.create_task(hub._beat())
        await asyncio.wait_for(told.wait(), 5)
        beating.cancel()
        return reader.take()

    assert asyncio.run(scenario()) == b"<8 reach_made>beat"


def test_a_site_whose_last_reader_leaves_while_another_is_read_ends_no_delivery() -> None:
    """Every second all sites are looked at, and guests leave every half minute."""

    class Slow(_Hub):
        def _read_new(self, site_id: Any, after: int) -> list[Event]:
            read.set()
            assert go_on.wait(5)
            return super()._read_new(site_id, after)

    read, go_on = threading.Event(), threading.Event()

    async def scenario() -> list[bytes]:
        hub, sites = Slow(), [uuid4() for _ in range(3)]
        readers = {site_id: _subscriber() for site_id in sites}
        for site_id, reader in readers.items():
            await hub.join(site_id, reader, None)
        delivering = asyncio.create_task(hub._deliver())
        hub._dirty |= set(sites)
        hub._wake.set()
        await asyncio.to_thread(read.wait, 5)
        for site_id in sites[1:]:
            hub.leave(site_id, readers[site_id])
        hub.leave(sites[0], readers[sites[0]])
        await hub.join(sites[0], readers[sites[0]], None)
        go_on.set()
        for _ in range(100):
            hub._dirty.add(sites[0])
            hub._wake.set()
            await asyncio.sleep(0.01)
            assert not delivering.done()
        delivering.cancel()
        return [readers[sites[0]].take()]

    assert b"plan_made" in asyncio.run(scenario())[0]


def test_a_feed_that_fails_is_heard_of_by_its_streams_and_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo_server.services.live.AGAIN_S", 0.01)

    async def scenario() -> tuple[bool, int]:
        hub, begun = _Hub(), []
        reader = _subscriber()
        await hub.join(uuid4(), reader, None)

        async def fail() -> None:
            begun.append(1)
            raise KeyError("a bug")

        keeping = asyncio.create_task(hub._keep_up(fail))
        while len(begun) < 3:
            await asyncio.sleep(0.01)
        keeping.cancel()
        return reader.has_ended, len(begun)

    ended, begun = asyncio.run(scenario())
    assert ended
    assert begun >= 3
