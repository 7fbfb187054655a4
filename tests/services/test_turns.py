"""Many who ask at once share few turns, and each turn begins after those who share it have asked."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from uuid import uuid4

import pytest

from geo_server.services.turns import Turns
from tests.api.conftest import until

PATIENCE_S = 20


def test_all_who_ask_while_a_turn_runs_share_the_next_one_for_the_highest_number() -> None:
    turns, subject = Turns(), uuid4()
    begun, go_on = Event(), Event()
    asked_for: list[int] = []

    def work(seq: int) -> bool:
        asked_for.append(seq)
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return True

    with ThreadPoolExecutor(21) as pool:
        first = pool.submit(turns.take, subject, 1, work)
        assert begun.wait(PATIENCE_S)
        others = [pool.submit(turns.take, subject, seq, work) for seq in range(2, 22)]
        until(lambda: subject in turns._waiting and turns._waiting[subject].seq == 21)
        go_on.set()
        answers = [done.result(PATIENCE_S) for done in (first, *others)]

    assert answers == [True] * 21
    assert asked_for[0] == 1
    assert max(asked_for) == 21
    assert len(asked_for) <= 3, "the running one, the one that waits, and one for who came late"


def test_a_turn_never_begins_before_whoever_shares_it_has_asked_and_no_two_run_at_once() -> None:
    turns, subject, lock = Turns(), uuid4(), Lock()
    said: list[int] = []
    running = 0
    known: set[int] = set()

    def work(_: int) -> bool:
        nonlocal running, known
        running += 1
        assert running == 1
        known = set(said)
        running -= 1
        return True

    def say(n: int) -> bool:
        with lock:
            said.append(n)
        turns.take(subject, n, work)
        return n in known

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(say, range(2000)))


def test_two_subjects_do_not_wait_for_each_other() -> None:
    turns, stuck, free = Turns(), uuid4(), uuid4()
    begun, go_on = Event(), Event()

    def wait(_: int) -> bool:
        begun.set()
        return go_on.wait(PATIENCE_S)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(turns.take, stuck, 1, wait)
        assert begun.wait(PATIENCE_S)
        assert turns.take(free, 1, lambda _: False) is False
        go_on.set()
        assert first.result(PATIENCE_S) is True


def test_a_turn_that_breaks_breaks_for_its_own_and_the_next_one_works() -> None:
    turns, subject = Turns(), uuid4()

    def break_down(_: int) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        turns.take(subject, 1, break_down)
    assert turns.take(subject, 1, lambda _: True) is True
