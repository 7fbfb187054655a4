"""Telling how far a reading has come, to whoever asked for it and to nobody else: said from where the work is done, as a
log would be, so that no function takes a listener along. It changes nothing of what is read."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from geo_server.domain.progress import Stage, Step, step_of_level

Tell = Callable[[Step], None]
Thing = TypeVar("Thing")

_listener: ContextVar[Tell | None] = ContextVar("listener", default=None)
_level: ContextVar[tuple[int, int]] = ContextVar("level", default=(0, 1))


@contextmanager
def told_to(tell: Tell) -> Iterator[None]:
    """Have the file that is read in the block tell its steps, the first at once."""
    token = _listener.set(tell)
    tell(Step(Stage.OPENING))
    try:
        yield
    finally:
        _listener.reset(token)


def begin(stage: Stage) -> None:
    """Tell that a stage of the level in hand begins."""
    if tell := _listener.get():
        tell(step_of_level(stage, *_level.get()))


def level_by_level(levels: Iterable[Thing]) -> Iterator[Thing]:
    """Levels one after the other; stages that begin meanwhile are those of the level in hand."""
    known = list(levels)
    for number, level in enumerate(known):
        _level.set((number, len(known)))
        begin(Stage.WALLS)
        yield level
