"""What is not kept for ever: live events, files of imports that came to nothing, and closed concerns. What events told of stays where it is,
and in the audit log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from geo_server.services.imports import DAYS_KEPT
from geo_server.store.concerns import forget_concerns
from geo_server.store.database import Database
from geo_server.store.events import forget_events
from geo_server.store.import_files import forget_old_files

log = logging.getLogger(__name__)

EVERY_S = 3600.0
"""Seconds between two looks. Several processes may do it; what one has deleted the other does not find."""


@asynccontextmanager
async def forgetting(
    database: Database, kept: timedelta, concerns_kept: timedelta, *, every_s: float = EVERY_S
) -> AsyncIterator[None]:
    """Delete events that are older, and files that nobody tried again, at once and again every hour, until left.

    A client that resumes from before the oldest event is told to start from the picture again.

    Args:
        database: Where they are.
        kept: How old an event may become.
        concerns_kept: How long a concern is kept after it was closed.
        every_s: Seconds between two looks.
    """
    task = asyncio.create_task(_forget_often(database, kept, concerns_kept, every_s))
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


def forget_abandoned_files(database: Database) -> int:
    """Delete the files of imports that failed or were cancelled some days ago; returns how many."""
    with database.transaction() as c:
        return forget_old_files(c, before=datetime.now(UTC) - timedelta(days=DAYS_KEPT))


def forget_old_concerns(database: Database, kept: timedelta) -> int:
    """Delete concerns that were closed, or turned into sightings, longer ago; returns how many."""
    with database.transaction() as c:
        return forget_concerns(c, before=datetime.now(UTC) - kept)


async def _forget_often(database: Database, kept: timedelta, concerns_kept: timedelta, every_s: float) -> None:
    while True:
        try:
            forgotten = await asyncio.to_thread(forget_old_events, database, kept)
            files = await asyncio.to_thread(forget_abandoned_files, database)
            concerns = await asyncio.to_thread(forget_old_concerns, database, concerns_kept)
        except Exception:
            log.exception("Old live events, files and concerns could not be deleted")
        else:
            told = "Deleted %d live events that were older than %s, %d files and %d concerns"
            log.info(told, forgotten, kept, files, concerns)
        await asyncio.sleep(every_s)
