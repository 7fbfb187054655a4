"""Processes of our own: one is asked one thing at a time, and ends with the process that it belongs to, however that one ends.

They are forked from a process that has one thread and has loaded all that is needed, and nothing of what a server holds.
"""

import multiprocessing
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from geo_server.domain.errors import GeoServerError, Unavailable

IMPORTED_AHEAD = ["geo_server.services.entries", "geo_server.services.planning", "geo_server.services.what_if"]
"""Where tasks come from: loaded once, so that a child begins within milliseconds."""


@dataclass(frozen=True, slots=True)
class _Made:
    value: Any


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why there is no value: a refusal, or the traceback of a bug."""

    why: GeoServerError | str


class EndedError(Exception):
    """The planner is gone, and its answer with it."""


class Child:
    """A process and our end of the pipe to it."""

    def __init__(self, name: str, work: Callable[[Connection], None]) -> None:
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


def answer(work: Callable[[], object]) -> object:
    """In the child: what to send back of a piece of work, whatever becomes of it."""
    try:
        return _Made(work())
    except GeoServerError as refusal:
        return _Failed(refusal)
    except Exception:  # noqa: BLE001 - a bug is reported whole by the parent
        return _Failed(traceback.format_exc())
