"""The planners of a process, each at a desk of its own: what all wait for in an emergency never stands behind anything else."""

import threading
from enum import StrEnum
from uuid import uuid4

from geo_server.domain.places import Floorplan
from geo_server.services.planner import (
    PREPARING_PATIENCE_S,
    Child,
    EndedError,
    Planner,
    Ready,
    T,
    Task,
    going_down,
    prepare_one,
    value_of,
)
from geo_server.services.ready_files import ReadyFiles, ready_key


class Desk(StrEnum):
    """Where a task is done: each has a planner of its own, so that no task waits for those of another desk."""

    WAYS = "ways"
    """That everybody waits for."""
    REACH = "reach"
    """Where threats can be, which follows the ways."""
    ASKED = "what is asked for"


STAND_BACK = {Desk.WAYS: 0, Desk.REACH: 19, Desk.ASKED: 5}
"""Niceness of planners: areas to look at take what is left over while ways are told of."""


class Planners:
    """The planners of a process: what all wait for in an emergency never stands behind anything else.

    Args:
        kept: What earlier runs made ready; None keeps nothing.
    """

    def __init__(self, kept: ReadyFiles | None = None) -> None:
        self._kept = kept
        self._at = {desk: Planner(f"planner of {desk}", niceness=STAND_BACK[desk]) for desk in Desk}
        self._preparing: set[Child] = set()
        self._prepared_enough = threading.Event()

    def __enter__(self) -> "Planners":
        """Nothing has begun yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all of them."""
        self.prepare_no_more()
        for planner in self._at.values():
            planner.close()

    def work(self, desk: Desk, ready: Ready, task: Task[T]) -> T:
        """What a task makes of a floorplan, as :meth:`Planner.work` tells."""
        return self._at[desk].work(ready, task)

    def prepare_no_more(self) -> None:
        """Leave what is being made ready as it is, and begin no other."""
        self._prepared_enough.set()
        for child in tuple(self._preparing):
            child.kill()

    def prepare(self, floorplan: Floorplan) -> Ready:
        """Make a floorplan ready, in a process that ends with that: some seconds for a campus, unless an earlier run did.

        Raises:
            Unavailable: No more are to be made ready.
            RuntimeError: The floorplan cannot be compiled, or that takes too long.
        """
        if self._kept is None:
            return Ready(uuid4(), self._prepare(floorplan))
        key = ready_key(floorplan)
        packed = self._kept.find(key)
        if packed is None:
            packed = self._prepare(floorplan)
            self._kept.keep(key, packed)
        return Ready(uuid4(), packed)

    def _prepare(self, floorplan: Floorplan) -> bytes:
        child = Child("planner that prepares", prepare_one)
        self._preparing.add(child)
        if self._prepared_enough.is_set():  # by somebody who did not see this one yet
            child.kill()
        try:
            packed: bytes = value_of(child.ask(floorplan, PREPARING_PATIENCE_S))
        except EndedError as ended:
            if self._prepared_enough.is_set():
                raise going_down() from None
            raise RuntimeError(f"A planner was ended while it made a floorplan ready: {ended}") from ended
        finally:
            self._preparing.discard(child)
            child.end()
        return packed
