"""What one subscriber of the live feed is handed, and when it is let go."""

import asyncio

from geo_server.services.live import CAPACITY, Frame, Subscriber

FAREWELL = Frame(0, b"reset")


def _frame(seq: int) -> Frame:
    return Frame(seq, b"<%d>" % seq)


def test_frames_that_wait_are_taken_as_one_piece() -> None:
    async def scenario() -> bytes | None:
        subscriber = Subscriber(True, abort=lambda: None)
        for seq in (1, 2, 3):
            subscriber.push(_frame(seq))
        return await subscriber.take()

    assert asyncio.run(scenario()) == b"<1><2><3>"


def test_what_was_missed_comes_before_what_came_meanwhile_and_nothing_comes_twice() -> None:
    async def scenario() -> bytes | None:
        subscriber = Subscriber(True, abort=lambda: None)
        subscriber.push(_frame(8))
        subscriber.push(_frame(9))
        subscriber.begin(5, [_frame(6), _frame(7), _frame(8)])
        return await subscriber.take()

    assert asyncio.run(scenario()) == b"<6><7><8><9>"


def test_a_reader_that_is_too_slow_is_told_to_start_again_and_let_go() -> None:
    async def scenario() -> list[bytes | None]:
        subscriber = Subscriber(True, abort=lambda: None)
        for seq in range(1, CAPACITY + 3):
            subscriber.push(_frame(seq), farewell=FAREWELL)
        assert subscriber.dropped
        return [await subscriber.take(), await subscriber.take()]

    assert asyncio.run(scenario()) == [b"reset", None]


def test_a_reader_that_leaves_is_not_kept_waiting() -> None:
    async def scenario() -> bytes | None:
        subscriber = Subscriber(True, abort=lambda: None)
        taking = asyncio.create_task(subscriber.take())
        await asyncio.sleep(0)
        subscriber.end()
        return await asyncio.wait_for(taking, 5)

    assert asyncio.run(scenario()) is None
