"""Where threats can be: told of after the ways, never in their place, and never left out."""

import gzip
import threading
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import orjson
import pytest

from geo_server.domain.events import EventKind
from geo_server.domain.incidents import IncidentState
from geo_server.services import planning
from geo_server.services.planners import Planners
from geo_server.services.planning import plan_incident, read_inputs
from geo_server.services.plans import NOWHERE
from geo_server.store.database import Database
from geo_server.store.events import list_events
from geo_server.store.incidents import find_open_incident
from tests.api.conftest import until
from tests.campus import build_campus
from tests.services.desks import Desk, close_all
from tests.services.tasks import stumble


@pytest.fixture
def desk(database: Database, planners: Planners) -> Iterator[Desk]:
    yield Desk(database, planners, build_campus(database))
    close_all()


def _drawn(desk: Desk) -> None:
    until(lambda: bool(desk.latest_plan().reach_etag))


def _kinds(desk: Desk) -> list[EventKind]:
    with desk.database.snapshot(desk.campus.site.id) as c:
        return [one.kind for one in list_events(c, desk.campus.site.id, 0)]


def test_it_follows_the_ways_with_an_event_of_its_own_and_is_that_of_a_plan_made_in_one_piece(desk: Desk) -> None:
    desk.see_and_plan(3)
    first = desk.picture()
    _drawn(desk)
    then = desk.picture()

    assert _kinds(desk).index(EventKind.REACH_MADE) > _kinds(desk).index(EventKind.PLAN_MADE)
    assert "reach" not in desk.plan()
    assert first.plan is not None
    assert then.plan == replace(first.plan, reach_etag=desk.latest_plan().reach_etag) == then.reach
    found = desk.reaches.find_latest(desk.campus.site)
    assert found is not None
    with desk.database.snapshot(desk.campus.site.id) as c:
        incident = find_open_incident(c, desk.campus.site.id)
        assert incident is not None
        inputs = read_inputs(c, desk.floorplans, desk.campus.site, incident)
    whole = plan_incident(replace(inputs, request=replace(inputs.request, now=first.plan.made_for_at)))
    areas = orjson.loads(whole)["reach"]
    assert areas
    assert orjson.loads(found[1]) == areas


def test_that_of_the_latest_plan_comes_however_fast_plans_follow_each_other(desk: Desk) -> None:
    for x in range(2, 20):
        desk.see_and_plan(x)
    _drawn(desk)

    kinds = _kinds(desk)
    assert 1 <= kinds.count(EventKind.REACH_MADE) <= kinds.count(EventKind.PLAN_MADE)
    assert desk.picture().reach == desk.picture().plan


def test_of_plans_that_wait_only_the_latest_is_drawn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, drawn = threading.Event(), threading.Event(), []
    draw = planning.draw_reach

    def slow(inputs: planning.PlanInputs) -> bytes:
        drawn.append(len(inputs.request.threats))
        begun.set()
        assert go_on.wait(20)
        return draw(inputs)

    monkeypatch.setattr("geo_server.services.reaches.draw_reach", slow)
    desk.see_and_plan(3)
    assert begun.wait(20)
    for x in (10.0, 15.0, 20.0):
        desk.see_and_plan(x)
    waiting = desk.picture()
    go_on.set()
    _drawn(desk)

    assert drawn == [1, 4]
    assert (waiting.reach, waiting.plan_behind) == (None, False)
    with desk.database.snapshot(desk.campus.site.id) as c:
        assert sum(one.kind is EventKind.REACH_MADE for one in list_events(c, desk.campus.site.id, 0)) == 2


def test_one_that_fails_costs_no_way_out_and_is_told_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.see_and_plan(3)
    _drawn(desk)
    older = desk.picture().reach
    with monkeypatch.context() as broken:
        broken.setattr(
            "geo_server.services.reaches.draw_reach", lambda inputs: inputs.published.work(stumble) or NOWHERE
        )
        desk.see_and_plan(20)
        until(lambda: desk.count(EventKind.REACH_FAILED) == 1)
    failed = desk.picture()
    desk.see_and_plan(10)
    _drawn(desk)

    assert (failed.plan_behind, failed.plan_failed_at) == (False, None)
    assert failed.reach == older != failed.plan
    assert failed.reach_failed_at is not None
    assert desk.picture().reach_failed_at is None


def test_one_whose_server_died_before_it_was_drawn_is_drawn_at_the_next_start(desk: Desk) -> None:
    desk.reaches.__exit__()
    desk.see_and_plan(3)
    later = Desk(desk.database, desk.planners, desk.campus)
    later.reaches.draw_missing(later.floorplans)
    _drawn(later)
    made = later.picture()
    later.reaches.draw_missing(later.floorplans)

    assert made.reach == made.plan
    assert desk.count(EventKind.REACH_MADE) == 1


def test_where_nothing_threatens_nothing_is_drawn_and_no_event_follows(desk: Desk) -> None:
    threat = desk.see_and_plan(3)
    _drawn(desk)
    told = desk.count(EventKind.REACH_MADE)
    desk.retract(threat)

    found = desk.reaches.find_latest(desk.campus.site)
    assert found is not None
    assert (found[0], found[1]) == (desk.latest_plan(), gzip.decompress(NOWHERE))
    assert desk.count(EventKind.REACH_MADE) == told
    desk.end(UUID(str(found[0].incident_id)), IncidentState.ALL_CLEAR)
    assert desk.reaches.find_latest(desk.campus.site) is None
