"""Planning in processes of its own: what comes back is what would be made here, and whatever ends a planner ends nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from geo_server.domain.errors import InvalidInput, Unavailable
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.request import PlanRequest
from geo_server.services import planner as rooms
from geo_server.services.planner import FLOORPLANS_KEPT, Planner, Ready
from geo_server.services.planners import STAND_BACK, Desk, Planners
from tests.api.conftest import until
from tests.routing.plans import school
from tests.services.tasks import document, end_yourself, process_id, refuse, stumble, tell_and_wait

REQUEST = PlanRequest(now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
FLOORPLAN = school(12)


@pytest.fixture
def planner() -> Iterator[Planner]:
    made = Planner("planner under test")
    yield made
    made.close()


@pytest.fixture(scope="module")
def ready() -> Ready:
    return Planners().prepare(FLOORPLAN)


def test_what_comes_back_is_what_would_be_made_here(planner: Planner, ready: Ready) -> None:
    here = document(REQUEST, FLOORPLAN, compile_floorplan(FLOORPLAN))
    assert [planner.work(ready, partial(document, REQUEST)) for _ in range(2)] == [here, here]
    assert b'"safe_shortest"' in here
    assert planner.work(ready, process_id) == planner.work(ready, process_id) != os.getpid()


def test_a_planner_that_has_forgotten_a_floorplan_is_sent_it_again(planner: Planner, ready: Ready) -> None:
    others = [Planners().prepare(FLOORPLAN) for _ in range(FLOORPLANS_KEPT)]
    found = {planner.work(one, process_id) for one in (ready, *others, ready)}
    assert len(found) == 1


def test_refusals_come_back_whole_and_bugs_with_the_place_where_they_are(planner: Planner, ready: Ready) -> None:
    with pytest.raises(InvalidInput) as refused:
        planner.work(ready, refuse)
    assert (refused.value.what, refused.value.where, refused.value.advice) == (
        "That cannot be.",
        "threats",
        "Say it otherwise.",
    )
    with pytest.raises(RuntimeError, match=r"(?s)in stumble.*as a bug does"):
        planner.work(ready, stumble)


def test_a_planner_that_is_killed_between_two_tasks_or_in_one_is_replaced(
    planner: Planner, ready: Ready, tmp_path: Path
) -> None:
    first = planner.work(ready, process_id)
    os.kill(first, signal.SIGKILL)
    second = planner.work(ready, process_id)
    assert second != first

    told = tmp_path / "who"
    with ThreadPoolExecutor(1) as pool:
        third = pool.submit(planner.work, ready, partial(tell_and_wait, str(told)))
        until(lambda: told.exists() and bool(told.read_text()))
        os.kill(int(told.read_text()), signal.SIGKILL)
        assert third.result(30) not in {first, second}


def test_a_task_that_ends_every_planner_is_a_bug_and_the_next_task_is_done(planner: Planner, ready: Ready) -> None:
    with pytest.raises(RuntimeError, match=r"twice: exit code -9|twice: exit code 255"):
        planner.work(ready, end_yourself)
    assert planner.work(ready, process_id)


def test_a_task_that_never_ends_is_ended_and_the_next_task_is_done(
    planner: Planner, ready: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner.work(ready, process_id)
    told = tmp_path / "who"
    with monkeypatch.context() as impatient:
        impatient.setattr(rooms, "PATIENCE_S", 0.5)
        with pytest.raises(RuntimeError, match=r"not answered for 0\.5 s"):
            planner.work(ready, partial(tell_and_wait, str(told)))
    assert not is_alive(int(told.read_text()))
    assert planner.work(ready, process_id)


def test_closing_ends_a_task_that_is_under_way_and_none_is_taken_after_it(
    planner: Planner, ready: Ready, tmp_path: Path
) -> None:
    told = tmp_path / "who"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(planner.work, ready, partial(tell_and_wait, str(told)))
        until(lambda: told.exists() and bool(told.read_text()))
        planner.close()
        with pytest.raises(Unavailable):
            waiting.result(10)
    assert not is_alive(int(told.read_text()))
    with pytest.raises(Unavailable):
        planner.work(ready, process_id)


def test_whenever_it_is_closed_whoever_waits_has_an_answer_or_is_told_why_not(ready: Ready) -> None:
    with ThreadPoolExecutor(2) as pool:
        for turn in range(30):
            planner = Planner("planner under test")
            asked = [pool.submit(planner.work, ready, process_id) for _ in range(2)]
            time.sleep(turn / 400)
            planner.close()
            faults = [one.exception(10) for one in asked]
            assert all(fault is None or isinstance(fault, Unavailable) for fault in faults), faults
            assert not any(is_alive(one.result()) for one in asked if one.exception() is None)


def test_what_all_wait_for_does_not_stand_behind_what_somebody_asked_for(ready: Ready, tmp_path: Path) -> None:
    told = tmp_path / "who"
    with ThreadPoolExecutor(1) as pool, Planners() as planners:
        waiting = pool.submit(planners.work, Desk.ASKED, ready, partial(tell_and_wait, str(told)))
        until(lambda: told.exists() and bool(told.read_text()))
        assert planners.work(Desk.WAYS, ready, process_id) != int(told.read_text())
    assert isinstance(waiting.exception(10), Unavailable)


def test_only_what_everybody_waits_for_stands_back_for_nobody(ready: Ready) -> None:
    with Planners() as planners:
        niceness = {desk: os.getpriority(os.PRIO_PROCESS, planners.work(desk, ready, process_id)) for desk in Desk}
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert niceness == {desk: min(19, ours + STAND_BACK[desk]) for desk in Desk}


def test_threads_take_turns(planner: Planner, ready: Ready) -> None:
    start = threading.Barrier(4)

    def ask(_: int) -> int:
        start.wait(10)
        return planner.work(ready, process_id)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1


SERVER = """
import sys, time
from geo_server.services.planners import Desk, Planners
from tests.routing.plans import school
from tests.services.tasks import process_id
made = Planners()
print(made.work(Desk.WAYS, made.prepare(school(12)), process_id), flush=True)
time.sleep(600)
"""


def test_a_planner_ends_with_its_server_however_that_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        planner = int(server.stdout.readline())
        assert is_alive(planner)
        server.kill()
    until(lambda: not is_alive(planner))


def test_a_floorplan_that_cannot_be_compiled_is_a_bug_that_says_where() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*compile_floorplan"):
        Planners().prepare("no floorplan")  # type: ignore[arg-type]


def is_alive(process: int) -> bool:
    """Whether it runs: one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
