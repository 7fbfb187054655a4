"""Planning in processes of its own: Python does one thing at a time, and the server's own is there for those who report and listen.

Terminology:
    planner: a child process that does one task at a time. It reads nothing, and keeps nothing but floorplans.
    task: what is made of a floorplan. It goes to a planner with all that it needs, and a value comes back.
    ready: a floorplan with what is compiled of it, packed once. A planner that does not have it is sent it.

A planner that ends by itself, or takes too long and is ended, takes nothing with it: whoever waited is told, and the next task
has a new one. It ends with the process that it belongs to, however that one ends.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeVar
from uuid import UUID

from geo_server.domain.errors import GeoServerError, Unavailable
from geo_server.domain.places import Floorplan
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.services.collecting import collect_seldom

T = TypeVar("T")

Task = Callable[[Floorplan, CompiledFloorplan], T]
"""Has to be a function of a module, or a partial of one with values that can be packed."""

PATIENCE_S = 60.0
"""A plan takes a second at most; what takes longer than this never ends."""

PREPARING_PATIENCE_S = 1800.0

FLOORPLANS_KEPT = 8
"""By one planner, the least recently used forgotten first."""

IMPORTED_AHEAD = ["geo_server.services.entries", "geo_server.services.planning", "geo_server.services.what_if"]
"""Where tasks come from: loaded once, so that a planner begins within milliseconds."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A floorplan ready for planning.

    Args:
        id: Of this packing.
        packed: The floorplan and what is compiled of it.
    """

    id: UUID
    packed: bytes


@dataclass(frozen=True, slots=True)
class _Made:
    value: Any


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why there is no value: a refusal, or the traceback of a bug."""

    why: GeoServerError | str


class _Unknown:
    """The planner does not have the floorplan."""


class EndedError(Exception):
    """The planner is gone, and its answer with it."""


class Planner:
    """One planner, begun when it is needed. Shared by threads, who wait for each other.

    Args:
        name: Of the process, for those who look at a list of them.
        niceness: By how much it stands back where others want the same core.
    """

    def __init__(self, name: str, *, niceness: int = 0) -> None:
        self._name = name
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
            return child.ask(question, PATIENCE_S)
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


class Child:
    """A process and our end of the pipe to it."""

    def __init__(self, name: str, work: Callable[[Connection], None]) -> None:
        # Forked from a process that has one thread and has loaded all that is needed, and nothing of what a server holds.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(IMPORTED_AHEAD)
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs,), name=f"geo-server {name}", daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, question: object, patience_s: float) -> object:
        """Its answer.

        Raises:
            RuntimeError: There is none after so many seconds.
            EndedError: It ended without one.
        """
        try:
            self._pipe.send(question)
            if self._pipe.poll(patience_s):
                return self._pipe.recv()
        except (EOFError, OSError) as gone:
            self._process.join(1.0)
            raise EndedError(f"exit code {self._process.exitcode}") from gone
        raise RuntimeError(f"A planner has not answered for {patience_s:g} s and was ended.")

    def kill(self) -> None:
        """End it, whatever it is doing; any thread may."""
        self._process.kill()

    def end(self) -> None:
        """End it and forget it; only when no other thread asks it anything."""
        self.kill()
        self._process.join()
        self._pipe.close()


def going_down() -> Unavailable:
    """What whoever waits is told when planners are closed."""
    return Unavailable("The server is going down.", advice="Ask again in a moment.")


def value_of(answer: object) -> Any:  # noqa: ANN401 - whatever the task makes
    """What a child made.

    Raises:
        GeoServerError: It refused what it was given.
        RuntimeError: It has a bug.
    """
    match answer:
        case _Made(value):
            return value
        case _Failed(GeoServerError() as refusal):
            raise refusal
        case _Failed(why):
            raise RuntimeError(f"A planner failed:\n{why}")
    raise TypeError(f"A planner answered {answer!r:.60}")


def _answer(work: Callable[[], object]) -> _Made | _Failed:
    try:
        return _Made(work())
    except GeoServerError as refusal:
        return _Failed(refusal)
    except Exception:  # noqa: BLE001 - a bug is reported whole by the parent
        return _Failed(traceback.format_exc())


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
                pipe.send(_answer(partial(task, *kept[ready_id])))
            else:
                pipe.send(_Unknown())


def prepare_one(pipe: Connection) -> None:
    """The child that makes one floorplan ready, and ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError):
        floorplan = pipe.recv()
        pipe.send(_answer(partial(_pack, floorplan)))


def _pack(floorplan: Floorplan) -> bytes:
    return pickle.dumps((floorplan, compile_floorplan(floorplan)), pickle.HIGHEST_PROTOCOL)
