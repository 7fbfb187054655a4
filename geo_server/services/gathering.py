"""Doing together what is asked for at once: of many who come at the same time, all who wait share one piece of work.

Terminology:
    key: what can share a piece of work. The work of different keys goes on side by side.
    batch: the items of a key that waited when its work began. Whoever comes later is in the next one, which begins after it.

The first who comes is served at once. While there is much to do the batches of a key begin some milliseconds apart: a batch
costs a few exchanges with the database, however many are in it, so that a rush makes batches larger and not more.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MOST = 250
"""Items of one batch."""


@dataclass(slots=True)
class _Queue(Generic[Item, Answer]):
    waiting: list[tuple[Item, asyncio.Future[Answer]]] = field(default_factory=list)
    worker: asyncio.Task[None] | None = None


class Gathering(Generic[Item, Answer]):
    """Work of one kind. Lives in one event loop; the work itself runs in a thread.

    Args:
        work: Given the items of a batch, the answer or the refusal of each in their order. What it raises is raised for
            all of the batch.
        apart_s: Least seconds between the beginnings of two batches of a key.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Answer | Exception]], *, apart_s: float) -> None:
        self._work = work
        self._apart_s = apart_s
        self._queues: dict[Hashable, _Queue[Item, Answer]] = {}

    async def ask(self, key: Hashable, item: Item) -> Answer:
        """The answer to an item, from work that began after now.

        Whoever is cancelled gets none; the work is done all the same.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        queue = self._queues.setdefault(key, _Queue())
        queue.waiting.append((item, answer))
        if queue.worker is None:
            queue.worker = asyncio.create_task(self._work_off(key, queue))
        return await answer

    async def _work_off(self, key: Hashable, queue: _Queue[Item, Answer]) -> None:
        loop = asyncio.get_running_loop()
        while queue.waiting:
            begun_s = loop.time()
            batch, queue.waiting = queue.waiting[:MOST], queue.waiting[MOST:]
            _tell([answer for _, answer in batch], await self._answers([item for item, _ in batch]))
            await asyncio.sleep(begun_s + self._apart_s - loop.time())
        del self._queues[key]

    async def _answers(self, items: Sequence[Item]) -> Sequence[Answer | Exception]:
        try:
            return await asyncio.to_thread(self._work, items)
        except Exception as fault:  # noqa: BLE001 - raised for each who waits
            return [fault] * len(items)


def _tell(waiting: Sequence[asyncio.Future[Answer]], answers: Sequence[Answer | Exception]) -> None:
    for one, answer in zip(waiting, answers, strict=True):
        if one.done():
            continue
        if isinstance(answer, Exception):
            one.set_exception(answer)
        else:
            one.set_result(answer)
