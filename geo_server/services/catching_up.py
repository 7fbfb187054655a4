"""What a process does of itself after its start: plan what an earlier one had not, make ready what is asked for first."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from geo_server.services.plans import Plans
from geo_server.services.published import PublishedFloorplans

log = logging.getLogger(__name__)

THREAD_NAME = "catch up"


@asynccontextmanager
async def catching_up(floorplans: PublishedFloorplans, plans: Plans) -> AsyncIterator[None]:
    """Do it in a thread beside the block, which has ended when the block is left.

    A thread that is still inside GEOS or SciPy when the interpreter takes itself down crashes the process. Leaving waits
    for the plan or the floorplan that is under way, and begins no other.

    Args:
        floorplans: To compile ahead.
        plans: To make again where they are behind.
    """
    leaving = threading.Event()
    thread = threading.Thread(target=_catch_up, args=(floorplans, plans, leaving), name=THREAD_NAME)
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        await asyncio.to_thread(thread.join)


def _catch_up(floorplans: PublishedFloorplans, plans: Plans, leaving: threading.Event) -> None:
    try:
        plans.replan_behind(leaving)
        floorplans.warm_all(leaving)
    except Exception:
        log.exception("What an earlier process left to do was not done")
