"""Of many who ask at once, all who wait share one piece of work."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from geo_server.services.gathering import MOST, Gathering


def test_the_first_is_served_at_once_and_all_who_come_meanwhile_share_the_next_work() -> None:
    batches: list[list[int]] = []
    begun, go_on = threading.Event(), threading.Event()

    def work(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        begun.set()
        go_on.wait(10)
        return [item * 10 for item in items]

    async def scenario() -> list[int]:
        gathering = Gathering(work, apart_s=0.0)
        first = asyncio.create_task(gathering.ask("site", 0))
        await asyncio.to_thread(begun.wait, 10)
        others = [asyncio.create_task(gathering.ask("site", number)) for number in range(1, MOST + 2)]
        await asyncio.sleep(0)
        go_on.set()
        return [await one for one in (first, *others)]

    assert asyncio.run(scenario()) == [number * 10 for number in range(MOST + 2)]
    assert [len(batch) for batch in batches] == [1, MOST, 1]


def test_a_refusal_is_for_whom_it_is_meant_and_a_fault_for_all_of_its_work() -> None:
    def work(items: Sequence[str]) -> list[str | Exception]:
        if "fault" in items:
            raise ZeroDivisionError
        return [ValueError(item) if item == "refused" else item for item in items]

    async def scenario() -> list[str | BaseException]:
        gathering: Gathering[str, str] = Gathering(work, apart_s=0.0)
        asked = [gathering.ask("a", "taken"), gathering.ask("a", "refused"), gathering.ask("b", "fault")]
        return await asyncio.gather(*asked, gathering.ask("b", "beside it"), return_exceptions=True)

    taken, refused, *faults = asyncio.run(scenario())
    assert taken == "taken"
    assert isinstance(refused, ValueError)
    assert [type(fault) for fault in faults] == [ZeroDivisionError] * 2


def test_who_leaves_takes_nobody_along_and_work_goes_on_after_all_was_done() -> None:
    async def scenario() -> list[int]:
        gathering: Gathering[int, int] = Gathering(lambda items: items, apart_s=0.001)
        leaving, staying = (asyncio.create_task(gathering.ask("site", number)) for number in (1, 2))
        await asyncio.sleep(0)
        leaving.cancel()
        answers = [await staying]
        with pytest.raises(asyncio.CancelledError):
            await leaving
        while gathering._queues:
            await asyncio.sleep(0.001)
        return [*answers, await gathering.ask("site", 3)]

    assert asyncio.run(scenario()) == [2, 3]
