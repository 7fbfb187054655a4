"""Live events do not pile up for ever, and who resumes from before them starts again from the picture."""

import asyncio
from datetime import timedelta

from sqlalchemy import text, update

from geo_server.domain.events import EventKind
from geo_server.services.retention import forgetting
from geo_server.store.database import Database
from geo_server.store.events import list_events, record_event
from geo_server.store.tables import events
from tests.store.samples import found

KEPT = timedelta(days=30)


def test_events_older_than_that_go_and_younger_ones_stay(database: Database) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        for _ in range(3):
            record_event(c, site.id, EventKind.PLAN_MADE, {})
        aged = events.c.at - timedelta(days=31)
        c.execute(update(events).where(events.c.seq <= 2).values(at=aged))

    async def until_forgotten() -> list[int]:
        async with forgetting(database, KEPT, KEPT, every_s=0.01), asyncio.timeout(20):
            while len(left := await asyncio.to_thread(numbers)) == 3:
                await asyncio.sleep(0)
            return left

    def numbers() -> list[int]:
        with database.snapshot() as c:
            return [event.seq for event in list_events(c, site.id, 0)]

    assert asyncio.run(until_forgotten()) == [3]


def test_a_database_that_fails_for_a_while_does_not_end_it(database: Database) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        record_event(c, site.id, EventKind.PLAN_MADE, {})
        c.execute(update(events).values(at=events.c.at - timedelta(days=31)))
        c.execute(text("ALTER TABLE events RENAME TO away"))

    async def until_forgotten() -> None:
        async with forgetting(database, KEPT, KEPT, every_s=0.01), asyncio.timeout(20):
            await asyncio.to_thread(come_back)
            while await asyncio.to_thread(is_there):
                await asyncio.sleep(0)

    def come_back() -> None:
        with database.transaction() as c:
            c.execute(text("ALTER TABLE away RENAME TO events"))

    def is_there() -> bool:
        with database.snapshot() as c:
            return bool(list_events(c, site.id, 0))

    asyncio.run(until_forgotten())
