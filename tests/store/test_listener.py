import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

from sqlalchemy import make_url, text

from geo_server.domain.events import EventKind
from geo_server.store.database import Database
from geo_server.store.events import record_event
from geo_server.store.listener import listen
from tests.conftest import administer
from tests.store.garbling import garbling
from tests.store.samples import found

PATIENCE_S = 30


def say(database: Database, site_id: UUID) -> None:
    with database.transaction() as c:
        record_event(c, site_id, EventKind.PLAN_MADE, {})


async def next_id(feed: AsyncIterator[UUID | None]) -> UUID:
    async with asyncio.timeout(PATIENCE_S):
        async for heard in feed:
            if heard is not None:
                return heard
    raise AssertionError("the feed ended")


def test_a_listener_hears_which_site_has_news_once_it_is_committed(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")

    async def hear() -> list[UUID]:
        async with aclosing(listen(database.url)) as feed:
            assert await anext(feed) is None
            await asyncio.to_thread(say, database, north.id)
            first = await next_id(feed)
            await asyncio.to_thread(say, database, south.id)
            return [first, await next_id(feed)]

    assert asyncio.run(hear()) == [north.id, south.id]


def test_silence_is_broken_by_a_tick(database: Database) -> None:
    async def hear() -> list[UUID | None]:
        async with aclosing(listen(database.url)) as feed, asyncio.timeout(PATIENCE_S):
            return [await anext(feed), await anext(feed)]

    assert asyncio.run(hear()) == [None, None]


def test_nonsense_on_the_channel_is_a_tick_and_no_fault(database: Database) -> None:
    site, _ = found(database)

    def talk_nonsense() -> None:
        with database.transaction() as c:
            c.execute(text("SELECT pg_notify('geo_server_events', 'DROP TABLE sites')"))

    async def hear() -> UUID:
        async with aclosing(listen(database.url)) as feed:
            assert await anext(feed) is None
            await asyncio.to_thread(talk_nonsense)
            await asyncio.to_thread(say, database, site.id)
            return await next_id(feed)

    assert asyncio.run(hear()) == site.id


def test_a_listener_whose_connection_is_killed_comes_back_and_says_that_it_may_have_missed_something(
    database: Database, cluster_url: str
) -> None:
    site, _ = found(database)
    kill = f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = '{make_url(database.url).database}' AND query LIKE 'LISTEN%'"""

    async def hear() -> tuple[list[UUID | None], UUID]:
        async with aclosing(listen(database.url)) as feed, asyncio.timeout(PATIENCE_S):
            assert await anext(feed) is None
            await asyncio.to_thread(administer, cluster_url, kill)
            lost_and_back = [await anext(feed), await anext(feed)]
            await asyncio.to_thread(say, database, site.id)
            return lost_and_back, await next_id(feed)

    assert asyncio.run(hear()) == ([None, None], site.id)


def test_a_listener_whose_connection_is_killed_again_and_again_whatever_it_does_hears_in_the_end(
    database: Database, cluster_url: str
) -> None:
    site, _ = found(database)
    kill = f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = '{make_url(database.url).database}' AND application_name <> 'geo-server'"""

    async def hear() -> UUID:
        async with aclosing(listen(database.url)) as feed, asyncio.timeout(PATIENCE_S):
            for _ in range(4):
                killing = asyncio.create_task(asyncio.to_thread(_kill_often, cluster_url, kill))
                while not killing.done():
                    await anext(feed)
            await asyncio.to_thread(say, database, site.id)
            return await next_id(feed)

    assert asyncio.run(hear()) == site.id


def _kill_often(cluster_url: str, kill: str) -> None:
    for _ in range(10):
        administer(cluster_url, kill)


def test_a_connection_that_talks_rubbish_is_left_for_another(database: Database) -> None:
    site, _ = found(database)

    async def hear() -> UUID:
        async with garbling(database.url, times=1) as url, aclosing(listen(url)) as feed, asyncio.timeout(PATIENCE_S):
            assert [await anext(feed), await anext(feed)] == [None, None]
            await asyncio.to_thread(say, database, site.id)
            return await next_id(feed)

    assert asyncio.run(hear()) == site.id


def test_a_listener_that_is_closed_leaves_no_connection_behind(database: Database) -> None:
    async def hear() -> None:
        async with aclosing(listen(database.url)) as feed:
            await anext(feed)

    asyncio.run(hear())
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")
    with database.snapshot() as c:
        assert c.scalar(query) == 0
