"""Who asks for the same shares it, and who asks for something else does not wait."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest

from geo_server.services.shared import Shared

PATIENCE_S = 20


def test_one_makes_it_for_all_who_ask_meanwhile_and_nobody_waits_for_another_key() -> None:
    shared: Shared[str, int] = Shared(4)
    begun, go_on, made = Event(), Event(), count()

    def slowly() -> int:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return next(made)

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(shared.get, "shelter", slowly, lambda _: True)
        assert begun.wait(PATIENCE_S)
        others = [pool.submit(shared.get, "shelter", slowly, lambda _: True) for _ in range(4)]
        assert pool.submit(shared.get, "lockable", lambda: 7, lambda _: True).result(PATIENCE_S) == 7
        go_on.set()
        assert [done.result(PATIENCE_S) for done in (first, *others)] == [0] * 5


def test_what_does_not_hold_any_more_is_made_again_and_a_failure_is_told_and_not_kept() -> None:
    shared: Shared[str, int] = Shared(4)
    made = count()
    assert shared.get("plan", lambda: next(made), lambda _: True) == 0
    assert shared.get("plan", lambda: next(made), lambda number: number > 0) == 1
    assert shared.get("plan", lambda: next(made), lambda number: number > 0) == 1

    def fails() -> int:
        raise ValueError("no plan")

    with pytest.raises(ValueError, match="no plan"):
        shared.get("other", fails, lambda _: True)
    assert shared.get("other", lambda: 5, lambda _: True) == 5


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    shared: Shared[int, int] = Shared(2)
    made = count()
    for key in (1, 2, 1, 3):
        shared.get(key, lambda: next(made), lambda _: True)
    assert shared.get(1, lambda: next(made), lambda _: True) == 0
    assert shared.get(2, lambda: next(made), lambda _: True) == 3
