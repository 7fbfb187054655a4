"""What one subscriber of the live feed is handed, and when it is let go."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from geo_server.domain.errors import Unavailable
from geo_server.domain.events import Event, EventKind
from geo_server.domain.roles import Role
from geo_server.services.live import CAPACITY, Frame, Hub, Subscriber
from geo_server.store.database import Database

FAREWELL = Frame(0, b"reset")


def _frame(seq: int) -> Frame:
    return Frame(seq, b"<%d>" % seq)


def test_frames_that_wait_are_taken_as_one_piece() -> None:
    async def scenario() -> bytes | None:
        subscriber = Subscriber(Role.RESPONDER, abort=lambda: None)
        for seq in (1, 2, 3):
            subscriber.push(_frame(seq))
        return await subscriber.take()

    assert asyncio.run(scenario()) == b"<1><2><3>"


def test_what_was_missed_comes_before_what_came_meanwhile_and_nothing_comes_twice() -> None:
    async def scenario() -> bytes | None:
        subscriber = Subscriber(Role.RESPONDER, abort=lambda: None)
        subscriber.push(_frame(8))
        subscriber.push(_frame(9))
        subscriber.begin(5, [_frame(6), _frame(7), _frame(8)])
        return await subscriber.take()

    assert asyncio.run(scenario()) == b"<6><7><8><9>"


def test_a_reader_that_is_too_slow_is_told_to_start_again_and_let_go() -> None:
    async def scenario() -> list[bytes | None]:
        subscriber = Subscriber(Role.RESPONDER, abort=lambda: None)
        for seq in range(1, CAPACITY + 3):
            subscriber.push(_frame(seq), farewell=FAREWELL)
        assert subscriber.dropped
        return [await subscriber.take(), await subscriber.take()]

    assert asyncio.run(scenario()) == [b"reset", None]


def test_a_reader_that_leaves_is_not_kept_waiting() -> None:
    async def scenario() -> bytes | None:
        subscriber = Subscriber(Role.RESPONDER, abort=lambda: None)
        taking = asyncio.create_task(subscriber.take())
        await asyncio.sleep(0)
        subscriber.end()
        return await asyncio.wait_for(taking, 5)

    assert asyncio.run(scenario()) is None


class _Hub(Hub):
    """A hub of which a test says what the database holds; it is never asked."""

    def __init__(self) -> None:
        super().__init__(Database("postgresql:///nowhere"), lambda _, __: b"event", lambda _: b"reset", b"beat")
        self.faults: list[Exception] = []
        self.asked = 0

    def _read_last_seq(self, site_id: object) -> int:  # noqa: ARG002
        return 7

    def _read_missed(self, site_id: object, after: int) -> Any:  # noqa: ARG002
        return [], after

    def _read_new(self, site_id: Any, after: int) -> list[Event]:
        self.asked += 1
        if self.faults:
            raise self.faults.pop()
        return [Event(site_id, after + 1, EventKind.PLAN_MADE, datetime.now(UTC), {})]


def test_a_reader_that_joins_while_the_server_goes_down_is_refused() -> None:
    async def scenario() -> None:
        hub, subscriber = _Hub(), Subscriber(Role.RESPONDER, abort=lambda: None)
        read = hub._read_last_seq

        def read_and_close(site_id: object) -> int:
            hub.close()
            return read(site_id)

        hub._read_last_seq = read_and_close  # type: ignore[method-assign]
        async with hub.subscribe(uuid4(), subscriber, None):
            pass

    with pytest.raises(Unavailable):
        asyncio.run(scenario())


def test_an_event_that_cannot_be_read_does_not_end_the_delivery() -> None:
    async def scenario() -> bytes | None:
        hub, subscriber, site_id = _Hub(), Subscriber(Role.RESPONDER, abort=lambda: None), uuid4()
        hub.faults.append(ValueError("an event of a kind that this program does not know"))
        async with hub.subscribe(site_id, subscriber, None):
            delivering = asyncio.create_task(hub._deliver())
            while hub.asked < 2:
                hub._dirty.add(site_id)
                hub._wake.set()
                await asyncio.sleep(0)
            data = await asyncio.wait_for(subscriber.take(), 5)
            delivering.cancel()
        return data

    assert asyncio.run(scenario()) == b"event"
