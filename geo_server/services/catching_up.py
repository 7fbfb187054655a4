"""What a process does of itself after its start: plan what an earlier one had not, make ready what is asked for first."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from geo_server.services.planners import Planners
from geo_server.services.plans import Plans
from geo_server.services.published import PublishedFloorplans
from geo_server.services.reaches import Reaches
from geo_server.services.warming import warm_all

log = logging.getLogger(__name__)

THREAD_NAME = "catch up"


@asynccontextmanager
async def catching_up(
    floorplans: PublishedFloorplans, plans: Plans, reaches: Reaches, planners: Planners
) -> AsyncIterator[None]:
    """Do it in a thread beside the block, which has ended when the block is left.

    Leaving waits for the plan that is under way, a second at most, and not for a floorplan that is being made ready.

    Args:
        floorplans: To make ready ahead.
        plans: To make again where they are behind.
        reaches: To draw where they are missing.
        planners: Those that do it.
    """
    leaving = threading.Event()
    thread = threading.Thread(target=_catch_up, args=(floorplans, plans, reaches, leaving), name=THREAD_NAME)
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        planners.prepare_no_more()
        await asyncio.to_thread(thread.join)


def _catch_up(floorplans: PublishedFloorplans, plans: Plans, reaches: Reaches, leaving: threading.Event) -> None:
    try:
        plans.replan_behind(leaving)
        if not leaving.is_set():
            reaches.draw_missing(floorplans)
        warm_all(floorplans, leaving)
    except Exception:
        log.exception("What an earlier process left to do was not done")
