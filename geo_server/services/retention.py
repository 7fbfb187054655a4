"""What is not kept for ever: live events. What they told of stays where it is, and in the audit log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from geo_server.store.database import Database
from geo_server.store.events import forget_events

log = logging.getLogger(__name__)

EVERY_S = 3600.0
"""Seconds between two looks. Several processes may do it; what one has deleted the other does not find."""


@asynccontextmanager
async def forgetting(database: Database, kept: timedelta, *, every_s: float = EVERY_S) -> AsyncIterator[None]:
    """Delete events that are older, at once and again every hour, until left.

    A client that resumes from before the oldest event is told to start from the picture again.

    Args:
        database: Where they are.
        kept: How old an event may become.
        every_s: Seconds between two looks.
    """
    task = asyncio.create_task(_forget_often(database, kept, every_s))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def forget_old_events(database: Database, kept: timedelta) -> int:
    """Delete events that are older; returns how many."""
    with database.transaction() as c:
        return forget_events(c, before=datetime.now(UTC) - kept)


async def _forget_often(database: Database, kept: timedelta, every_s: float) -> None:
    while True:
        try:
            forgotten = await asyncio.to_thread(forget_old_events, database, kept)
        except Exception:
            log.exception("Old live events could not be deleted")
        else:
            log.info("Deleted %d live events that were older than %s", forgotten, kept)
        await asyncio.sleep(every_s)
