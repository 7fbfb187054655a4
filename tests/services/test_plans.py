"""Plans: the last one knows everything, none is made in vain, and one that fails is seen to have failed."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import event

from geo_server.domain.events import EventKind
from geo_server.domain.incidents import IncidentState
from geo_server.domain.places import Site
from geo_server.domain.rounds import FaultKind
from geo_server.domain.routes import Destination
from geo_server.services.asked_plans import AskedPlan, AskedPlans
from geo_server.services.planners import Planners
from geo_server.services.plans import Plans
from geo_server.services.recounts import Recounts
from geo_server.store.database import Database
from geo_server.store.events import last_seq, record_event
from geo_server.store.plans import find_latest_plan
from tests.campus import build_campus
from tests.services.desks import Desk, close_all

ROUNDS = 100


@pytest.fixture
def desk(database: Database, planners: Planners) -> Iterator[Desk]:
    yield Desk(database, planners, build_campus(database))
    close_all()


@pytest.mark.parametrize("processes", [1, 2])
def test_of_two_sightings_at_once_the_last_plan_knows_both_every_time(desk: Desk, processes: int) -> None:
    desks = [desk, desk] if processes == 1 else [desk, Desk(desk.database, desk.planners, desk.campus)]
    for _ in range(ROUNDS):
        with ThreadPoolExecutor(2) as pool:
            threats = list(pool.map(lambda pair: pair[0].see_and_plan(pair[1]), zip(desks, (3.0, 20.0), strict=True)))

        plan = desk.plan()
        assert {threat["id"] for threat in plan["threats"]} == {str(threat) for threat in threats}
        desk.end(UUID(plan["incident_id"]), IncidentState.ALL_CLEAR, IncidentState.CLOSED)


def test_a_plan_that_knows_of_a_change_is_not_made_again_by_another_process(desk: Desk) -> None:
    recorded = desk.see(3)
    desk.plans.replan(desk.campus.site, recorded.incident_id, recorded.seq)
    made = desk.latest_plan().id

    Desk(desk.database, desk.planners, desk.campus).plans.replan(desk.campus.site, recorded.incident_id, recorded.seq)

    assert desk.latest_plan().id == made
    later = desk.see(20)
    desk.plans.replan(desk.campus.site, later.incident_id, later.seq)
    assert desk.latest_plan().id != made


@pytest.mark.parametrize("states", [(IncidentState.ALL_CLEAR,), (IncidentState.ALL_CLEAR, IncidentState.CLOSED)])
def test_an_incident_that_is_not_open_is_not_planned_for(desk: Desk, states: tuple[IncidentState, ...]) -> None:
    recorded = desk.see(3)
    desk.end(recorded.incident_id, *states)
    with desk.database.snapshot() as c:
        seq = last_seq(c, desk.campus.site.id)

    assert desk.plans.replan(desk.campus.site, recorded.incident_id, seq)

    with desk.database.snapshot() as c:
        assert find_latest_plan(c, recorded.incident_id) is None
        assert last_seq(c, desk.campus.site.id) == seq


def test_the_picture_says_since_when_no_plan_could_be_made_until_one_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.see_and_plan(3)
    before = datetime.now(UTC)
    recorded = desk.see(20)

    with monkeypatch.context() as broken:
        broken.setattr("geo_server.services.planner.PATIENCE_S", 0.0)
        assert desk.plans.replan(desk.campus.site, recorded.incident_id, recorded.seq) is False
    failed = desk.picture()
    assert desk.plans.replan(desk.campus.site, recorded.incident_id, recorded.seq) is True
    mended = desk.picture()

    assert failed.plan is not None, "the one before stays"
    assert failed.plan_failed_at is not None
    assert before <= failed.plan_failed_at <= datetime.now(UTC)
    assert len(failed.threats) == 2, "what was reported stays"
    assert mended.plan_failed_at is None


def test_a_way_out_is_looked_up_in_the_latest_plan_only(desk: Desk) -> None:
    room = desk.campus.rooms[0]
    desk.see(20)
    routes = []
    for x in (20.0, 2.0):
        desk.see_and_plan(x)
        routes.append(desk.route(room))
    [expected] = [route for route in desk.plan()["zones"] if route["zone_id"] == str(room.id)]

    assert routes[1] == {**expected, "made_for_at": desk.plan()["made_for_at"]}
    assert routes[0] != routes[1]
    assert desk.route(replace(room, id=uuid4())) is None
    desk.see(20)
    assert desk.route(room) is None, "the latest plan does not know of everything"


def test_a_sighting_whose_server_died_before_it_had_planned_is_planned_for_at_the_next_start(desk: Desk) -> None:
    desk.see_and_plan(3)
    desk.see(20)
    died = desk.picture()
    before = desk.count(EventKind.PLAN_MADE)

    desk.plans.replan_behind(threading.Event())
    planned = desk.picture()
    desk.plans.replan_behind(threading.Event())

    assert (died.plan_behind, planned.plan_behind) == (True, False)
    assert len(desk.plan()["threats"]) == 2
    assert desk.count(EventKind.PLAN_MADE) == before + 1, "nothing more to plan"


@pytest.mark.parametrize("kind", FaultKind)
def test_of_faults_only_those_that_hold_no_threat_put_a_plan_behind(desk: Desk, kind: FaultKind) -> None:
    """What closes a way has an event of its own."""
    desk.see_and_plan(20)
    with desk.database.transaction(desk.campus.site.id) as c:
        record_event(c, desk.campus.site.id, EventKind.FAULT_CHANGED, {"kind": kind})
    behind = kind in {FaultKind.PROPPED, FaultKind.LOCK_BROKEN}
    assert (desk.picture().plan_behind, desk.route(desk.campus.rooms[0]) is None) == (behind, behind)


def test_people_whom_the_plan_has_not_counted_make_a_new_one_and_fewer_do_not(desk: Desk) -> None:
    desk.see_and_plan(3)

    async def count_soon() -> None:
        recounts = Recounts(desk.plans, gather_s=0.0)
        async with recounts.running(), asyncio.timeout(20):
            recounts.soon(desk.campus.site)
            while "people" not in desk.plan()["assumptions"]:
                await asyncio.sleep(0.01)

    first, second, _ = desk.campus.rooms
    desk.report(first, 1, 20)
    desk.report(second, 2, 30)
    asyncio.run(count_soon())
    assert desk.plan()["assumptions"]["people"] == {str(first.id): 21, str(second.id): 32}

    desk.report(first, 1, 10)
    made = desk.latest_plan().id
    desk.plans.replan_if_due(desk.campus.site)
    assert desk.latest_plan().id == made
    desk.report(second, 2, 31)
    desk.plans.replan_if_due(desk.campus.site)
    assert desk.plan()["assumptions"]["people"] == {str(first.id): 11, str(second.id): 33}


def test_people_reported_before_a_restart_or_a_failed_plan_are_counted_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.see_and_plan(3)
    first, second, _ = desk.campus.rooms

    def counted() -> dict[str, int]:
        people: dict[str, int] = desk.plan()["assumptions"].get("people", {})
        return people

    desk.report(first, 1, 20)
    Desk(desk.database, desk.planners, desk.campus).plans.replan_behind(threading.Event())
    assert counted() == {str(first.id): 21}
    made = desk.count(EventKind.PLAN_MADE)
    desk.plans.replan_behind(threading.Event())
    assert desk.count(EventKind.PLAN_MADE) == made, "nothing more to count"

    async def count_soon() -> None:
        recounts = Recounts(desk.plans, gather_s=0.001)
        async with recounts.running(), asyncio.timeout(20):
            with monkeypatch.context() as broken:
                broken.setattr("geo_server.services.planner.PATIENCE_S", 0.0)
                recounts.soon(desk.campus.site)
                while desk.count(EventKind.PLAN_FAILED) < 2:
                    await asyncio.sleep(0.01)
            while str(second.id) not in counted():
                await asyncio.sleep(0.01)

    desk.report(second, 1, 30)
    asyncio.run(count_soon())
    assert counted() == {str(first.id): 21, str(second.id): 31}


def test_a_plan_that_failed_is_made_again_though_nobody_says_anything_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait() -> None:
        recounts = Recounts(desk.plans, gather_s=0.001)
        async with recounts.running(), asyncio.timeout(60):
            with monkeypatch.context() as broken:
                broken.setattr("geo_server.services.planner.PATIENCE_S", 0.0)
                recorded = desk.see(3)
                assert not await asyncio.to_thread(
                    desk.plans.replan, desk.campus.site, recorded.incident_id, recorded.seq
                )
                while desk.count(EventKind.PLAN_FAILED) < 2:
                    await asyncio.sleep(0.01)
            while desk.picture().plan_behind:
                await asyncio.sleep(0.01)

    asyncio.run(wait())
    assert len(desk.plan()["threats"]) == 1


def test_a_site_that_takes_long_to_plan_for_holds_up_no_other(desk: Desk) -> None:
    slow, quick = desk.campus.site, replace(desk.campus.site, id=uuid4())
    held, planned = threading.Event(), threading.Event()

    class Slow(Plans):
        def replan_if_due(self, site: Site) -> bool:
            if site is slow:
                return held.wait(20)
            planned.set()
            return True

    async def ask() -> None:
        recounts = Recounts(Slow(desk.database, desk.floorplans, desk.reaches), gather_s=0.001)
        async with recounts.running():
            try:
                for site in (slow, slow, quick):
                    recounts.soon(site)
                assert await asyncio.to_thread(planned.wait, 20)
                assert not held.is_set()
            finally:
                held.set()

    asyncio.run(ask())


def test_many_who_ask_for_ways_to_refuges_after_one_event_share_one_look_and_the_next_event_is_looked_at(
    desk: Desk,
) -> None:
    desk.see_and_plan(3)
    site, asked_plans = desk.campus.site, AskedPlans(desk.database, desk.floorplans)
    statements: list[str] = []
    event.listen(desk.database._engine, "before_cursor_execute", lambda *said: statements.append(said[2]))

    def ask(_: int) -> AskedPlan | None:
        return asked_plans.find(site, Destination.SHELTER, knowing=seq)

    made: list[int] = []
    for x in (20.0, 5.0):
        seq = desk.see(x).seq
        statements.clear()
        with ThreadPoolExecutor(30) as pool:
            first, *others = pool.map(ask, range(30))
        assert all(other is first for other in others)
        assert first is not None
        assert len(orjson.loads(first.document)["threats"]) == len(made) + 2
        made.append(len(statements))
    assert max(made) < 30, "what one look takes"
