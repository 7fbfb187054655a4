"""What a process does after its start has ended before it ends, and holds it up no longer than it must."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from geo_server.domain.errors import Unavailable
from geo_server.domain.places import Site
from geo_server.domain.roles import Role
from geo_server.services import preparer, warming
from geo_server.services.access import authenticate
from geo_server.services.catching_up import THREAD_NAME, catching_up
from geo_server.services.planners import Desk, Planners
from geo_server.services.plans import Plans
from geo_server.services.protocols import load_shipped_pack
from geo_server.services.published import PublishedFloorplan, PublishedFloorplans
from geo_server.services.reaches import Reaches
from geo_server.services.sightings import NewSighting, add_sighting
from geo_server.store.database import Database
from geo_server.store.sites import list_sites
from tests.campus import build_campus
from tests.routing.plans import school
from tests.services.tasks import count_known, prepare_for_ever


@pytest.fixture
def planners() -> Iterator[Planners]:
    """Of the test's own: they make nothing ready once it has been left."""
    with Planners() as made:
        yield made


@pytest.fixture
def reaches(database: Database) -> Iterator[Reaches]:
    with Reaches(database) as made:
        yield made


def test_leaving_waits_for_what_is_under_way_and_begins_nothing_more(
    database: Database, planners: Planners, reaches: Reaches
) -> None:
    services = _with_a_sighting_that_nobody_planned_for(database, planners, reaches)
    leaving, lock = asyncio.Event(), text("LOCK TABLE sites IN ACCESS EXCLUSIVE MODE")

    async def stay() -> None:
        async with catching_up(*services, planners):
            leaving.set()

    async def leave_while_the_thread_waits_for_the_database() -> None:
        with database.transaction() as c:
            c.execute(lock)
            staying = asyncio.create_task(stay())
            await leaving.wait()
            assert not (await asyncio.wait([staying], timeout=0.3))[0]
            assert THREAD_NAME in _threads()
        await asyncio.wait_for(staying, 20)

    asyncio.run(leave_while_the_thread_waits_for_the_database())

    assert THREAD_NAME not in _threads()
    assert _planned(database) == 0


def test_leaving_does_not_wait_for_a_floorplan_that_is_being_made_ready(
    database: Database, planners: Planners, reaches: Reaches, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build_campus(database)
    floorplans, told = PublishedFloorplans(database, planners), tmp_path / "who"
    monkeypatch.setattr(preparer, "prepare_one", partial(prepare_for_ever, str(told)))

    async def stay() -> None:
        async with catching_up(*_services(database, floorplans, reaches), planners):
            while not told.exists():
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(stay(), 60))

    assert THREAD_NAME not in _threads()
    with pytest.raises(Unavailable):
        planners.prepare(school(2, levels=1))


def test_leaving_ends_the_look_around_in_a_floorplan(
    database: Database, planners: Planners, monkeypatch: pytest.MonkeyPatch
) -> None:
    campus, leaving, tasks = build_campus(database), threading.Event(), []

    def work(_: PublishedFloorplan, task: object, desk: Desk) -> None:
        tasks.append((task, desk))
        if len(tasks) == 2:
            leaving.set()

    monkeypatch.setattr(PublishedFloorplan, "work", work)
    monkeypatch.setattr(warming, "AT_ONCE", 1)

    warming.warm(PublishedFloorplans(database, planners), campus.site, leaving)
    assert len(tasks) == 2
    warming.warm(PublishedFloorplans(database, planners), campus.site)
    assert len(tasks) == 2 + 1 + 4
    assert tasks[2:] == [(warming.rehearse, Desk.WAYS), *((task, Desk.REACH) for task, _ in tasks[3:])]


def test_a_process_that_stays_plans_what_was_left_to_do(
    database: Database, planners: Planners, reaches: Reaches
) -> None:
    services = _with_a_sighting_that_nobody_planned_for(database, planners, reaches)

    async def stay() -> None:
        async with catching_up(*services, planners), asyncio.timeout(20):
            while THREAD_NAME in _threads():
                await asyncio.sleep(0.01)

    asyncio.run(stay())

    assert _planned(database) == 1
    in_force = services[0].current(_sites(database)[0])
    assert in_force.work(count_known, Desk.REACH) == len(in_force.floorplan.zones)


def _with_a_sighting_that_nobody_planned_for(
    database: Database, planners: Planners, reaches: Reaches
) -> tuple[PublishedFloorplans, Plans, Reaches]:
    campus = build_campus(database)
    floorplans = PublishedFloorplans(database, planners)
    by = authenticate(database, campus.tokens[Role.COMMANDER])
    lon, lat = campus.lonlat(3, 1.5)
    said = NewSighting(uuid4(), "fire", (lon, lat), 0, datetime.now(UTC))
    add_sighting(database, floorplans, load_shipped_pack(), campus.site, said, by=by)
    return _services(database, floorplans, reaches)


def _services(
    database: Database, floorplans: PublishedFloorplans, reaches: Reaches
) -> tuple[PublishedFloorplans, Plans, Reaches]:
    return floorplans, Plans(database, floorplans, reaches), reaches


def _sites(database: Database) -> list[Site]:
    with database.snapshot() as c:
        return list_sites(c)


def _planned(database: Database) -> int:
    with database.snapshot() as c:
        return int(c.execute(text("SELECT count(*) FROM plans")).scalar_one())


def _threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}
