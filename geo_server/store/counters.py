"""Numbers without gaps in the order of commits: a counter of the site's row, locked until the transaction ends."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, func, update
from sqlalchemy.sql.dml import ReturningUpdate

from geo_server.domain.errors import NotFound
from geo_server.store.tables import sites


def count_up(c: Connection, site_id: UUID, counter: Column[Any], by: int = 1) -> tuple[int, datetime]:
    """The next number of a counter, or the last one of the next few, and the moment that goes with it.

    Args:
        c: A connection inside a transaction. It holds the site's row from here on, so this comes late in it.
        site_id: The site.
        counter: A column of ``sites``.
        by: How many numbers are taken.

    Raises:
        NotFound: There is no such site.
    """
    row = c.execute(counting(site_id, counter, by)).one_or_none()
    if row is None:
        raise NotFound(f"There is no site {site_id}.")
    return row[0], row[1]


def counting(site_id: UUID, counter: Column[Any], by: int) -> ReturningUpdate[Any]:
    """The statement of :func:`count_up`, to be part of another one: it returns the number and, as ``at``, the moment."""
    count = update(sites).where(sites.c.id == site_id).values({counter: counter + by})
    return count.returning(counter, func.clock_timestamp().label("at"))
