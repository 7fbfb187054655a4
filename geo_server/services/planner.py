"""Planning in processes of its own: Python does one thing at a time, and the server's own is there for those who report and listen.

Terminology:
    planner: a child process that does one task at a time. It reads nothing, and keeps nothing but floorplans.
    task: what is made of a floorplan. It goes to a planner with all that it needs, and a value comes back.
    ready: a floorplan with what is compiled of it, packed once. A planner that does not have it is sent it.

A planner that ends by itself, or takes too long and is ended, takes nothing with it: whoever waited is told, and the next task
has a new one. It ends with the process that it belongs to, however that one ends.
"""

import contextlib
import os
import pickle
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import TypeVar
from uuid import UUID

from geo_server.domain.places import Floorplan
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.services.child import Child, EndedError, answer, going_down, value_of
from geo_server.services.collecting import collect_seldom

T = TypeVar("T")

Task = Callable[[Floorplan, CompiledFloorplan], T]
"""Has to be a function of a module, or a partial of one with values that can be packed."""

PATIENCE_S = 60.0
"""A plan takes a second at most; what takes longer than this never ends."""

FLOORPLANS_KEPT = 8
"""By one planner, the least recently used forgotten first."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A floorplan ready for planning.

    Args:
        id: Of this packing.
        packed: The floorplan and what is compiled of it.
    """

    id: UUID
    packed: bytes


class _Unknown:
    """The planner does not have the floorplan."""


class Planner:
    """One planner, begun when it is needed. Shared by threads, who wait for each other.

    Args:
        name: Of the process, for those who look at a list of them.
        niceness: By how much it stands back where others want the same core.
        patience: How many times as long as others it may take: by the clock, who stands back is late.
    """

    def __init__(self, name: str, niceness: int = 0, patience: float = 1.0) -> None:
        self._name = name
        self._patience = patience
        self._serve = partial(_serve, niceness)
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._closed = threading.Event()

    def work(self, ready: Ready, task: Task[T]) -> T:
        """What a task makes of a floorplan.

        Raises:
            GeoServerError: The task refuses what it was given.
            Unavailable: The planner was closed.
            RuntimeError: The task has a bug, takes too long, or ends every planner that it is given to.
        """
        with self._turn:
            try:
                return self._work(ready, task)
            except EndedError:
                # Something else may have ended it. Of a task that does, one more planner is lost.
                with self._said_why():
                    return self._work(ready, task)

    def close(self) -> None:
        """End the planner, in the middle of a task too, and take no other."""
        self._closed.set()
        child = self._child
        if child is not None:
            child.kill()
        # Whoever waits for it finds that it is gone, and only then is the pipe closed: no other thread reads it any more.
        with self._turn:
            child, self._child = self._child, None
            if child is not None:
                child.end()

    def _work(self, ready: Ready, task: Task[T]) -> T:
        answer = self._ask((ready.id, None, task))
        if isinstance(answer, _Unknown):
            answer = self._ask((ready.id, ready.packed, task))
        made: T = value_of(answer)
        return made

    def _ask(self, question: object) -> object:
        if self._closed.is_set():
            raise going_down()
        child = self._child = self._child or Child(self._name, self._serve)
        if self._closed.is_set():  # by somebody who did not see this one yet
            child.kill()
        try:
            return child.ask(question, PATIENCE_S * self._patience)
        except BaseException:
            self._child = None
            child.end()
            raise

    @contextlib.contextmanager
    def _said_why(self) -> Iterator[None]:
        try:
            yield
        except EndedError as ended:
            if self._closed.is_set():
                raise going_down() from None
            raise RuntimeError(f"The {self._name} was ended in the middle of a task, twice: {ended}") from ended


def _serve(niceness: int, pipe: Connection) -> None:
    """The child: do what is asked for until nobody asks."""
    os.nice(niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kept: OrderedDict[UUID, tuple[Floorplan, CompiledFloorplan]] = OrderedDict()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            ready_id, packed, task = pipe.recv()
            if packed is not None:
                kept[ready_id] = pickle.loads(packed)  # noqa: S301 - packed by a planner of ours
                while len(kept) > FLOORPLANS_KEPT:
                    kept.popitem(last=False)
                collect_seldom()
            if ready_id in kept:
                kept.move_to_end(ready_id)
                pipe.send(answer(partial(task, *kept[ready_id])))
            else:
                pipe.send(_Unknown())
