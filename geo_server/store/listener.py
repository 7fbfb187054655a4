"""Hearing that something was recorded: PostgreSQL LISTEN, with a tick as a net under it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, Notify, sql
from sqlalchemy import make_url

from geo_server.store.events import CHANNEL

log = logging.getLogger(__name__)

POLL_S = 1.0
"""Longest silence, in seconds. Notifications are lost while nobody listens; whoever hears a tick looks for itself."""


async def listen(url: str) -> AsyncGenerator[UUID | None, None]:
    """The id of a site each time that one of its events was committed, and None at least every second.

    Connects again when the connection is lost, in whatever way, for as long as it is iterated. None also follows each
    (re)connection: something may have been missed. An id is a hint, never a fact: anything may have been sent on the
    channel. Close it with :func:`contextlib.aclosing`. The connection is its own, outside the pool.

    Args:
        url: A SQLAlchemy URL, ``postgresql+psycopg://...``.
    """
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    hears = True
    while True:
        try:
            async with await AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                hears = True
                while True:
                    yield None
                    async for notice in connection.notifies(timeout=POLL_S):
                        yield _site_id(notice)
        except psycopg.Error as fault:
            if hears:
                log.warning("Live events are looked for once a second, not heard: %s", " ".join(str(fault).split()))
            hears = False
            yield None
            await asyncio.sleep(POLL_S)


def _site_id(notice: Notify) -> UUID | None:
    try:
        return UUID(notice.payload)
    except ValueError:
        return None
