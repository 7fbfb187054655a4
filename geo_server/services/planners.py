"""The planners of a process, each at a desk of its own: what all wait for in an emergency stands behind nothing but a rehearsal."""

from enum import StrEnum
from uuid import uuid4

from geo_server.domain.places import Floorplan
from geo_server.services.planner import Planner, Ready, T, Task
from geo_server.services.preparer import Preparer
from geo_server.store.ready_files import ReadyFiles


class Desk(StrEnum):
    """Where a task is done: each has a planner of its own, so that no task waits for those of another desk."""

    WAYS = "ways"
    """That everybody waits for."""
    REACH = "reach"
    """Where threats can be, which follows the ways."""
    ASKED = "what is asked for"


STAND_BACK = {Desk.WAYS: 0, Desk.REACH: 19, Desk.ASKED: 5}
"""Niceness of planners: areas to look at take what is left over while ways are told of."""


PATIENCE = {Desk.WAYS: 1.0, Desk.REACH: 10.0, Desk.ASKED: 1.0}
"""How many times as long as others they may take: by the clock, who stands far back is late."""


class Planners:
    """The planners of a process: what all wait for in an emergency stands behind nothing but a rehearsal.

    Args:
        kept: What earlier runs made ready; None keeps nothing.
    """

    def __init__(self, kept: ReadyFiles | None = None) -> None:
        self._preparer = Preparer(kept)
        self._at = {desk: Planner(f"planner of {desk}", STAND_BACK[desk], PATIENCE[desk]) for desk in Desk}

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
        self._preparer.close()

    def prepare(self, floorplan: Floorplan) -> Ready:
        """Make a floorplan ready, as :meth:`Preparer.prepare` tells: some seconds for a campus, unless an earlier run did."""
        return Ready(uuid4(), self._preparer.prepare(floorplan))
