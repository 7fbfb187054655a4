"""Taking turns: of work that is asked for many times at once, little is done, and the last of it knows everything.

Terminology:
    turn: one run of the work on a subject. While one runs, all who ask meanwhile share the single next one, which begins
        after it and therefore knows of everything that any of them is about.
    seq: number of an event; a turn is for the highest one that it was asked for.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class _Turn:
    seq: int
    done: "Future[bool]" = field(default_factory=Future)


class Turns:
    """One turn a subject at a time, and one that waits. Shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[UUID, _Turn] = {}
        self._waiting: dict[UUID, _Turn] = {}

    def take(self, subject: UUID, seq: int, work: Callable[[int], bool]) -> bool:
        """Wait for a turn that begins after now, doing the work if nobody else does.

        Args:
            subject: What the work is on.
            seq: What the turn has to know of.
            work: Called with the highest number that the turn was asked for.

        Returns:
            What the work returned; what it raised is raised for everybody who shares the turn.
        """
        with self._lock:
            turn = self._waiting.get(subject)
            if turn is not None:
                turn.seq = max(turn.seq, seq)
            else:
                mine = self._waiting[subject] = _Turn(seq)
                before = self._running.get(subject)
        if turn is not None:
            return turn.done.result()
        if before is not None:
            before.done.exception()
        self._run(subject, mine, work)
        return mine.done.result()

    def _run(self, subject: UUID, turn: _Turn, work: Callable[[int], bool]) -> None:
        with self._lock:
            del self._waiting[subject]
            self._running[subject] = turn
        try:
            turn.done.set_result(work(turn.seq))
        except BaseException as fault:
            turn.done.set_exception(fault)
            raise
        finally:
            with self._lock:
                if self._running.get(subject) is turn:
                    del self._running[subject]
