"""How often one caller may do something that anybody may do."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

from geo_server.domain.errors import TooOften


class RateLimit:
    """At most so many in so many seconds for each key, the callers who came least recently forgotten first. Shared by threads.

    It is of one process: several processes let through as many times as much.

    Args:
        most: How many.
        within_s: Seconds.
        keys_kept: Callers that are remembered; one who is forgotten begins anew.
        clock: Seconds that only grow.
    """

    def __init__(
        self, most: int, within_s: float, keys_kept: int = 10_000, clock: Callable[[], float] = monotonic
    ) -> None:
        self._most = most
        self._within_s = within_s
        self._keys_kept = keys_kept
        self._clock = clock
        self._came: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Count one more of a caller.

        Raises:
            TooOften: It is one too many; that one does not count.
        """
        now = self._clock()
        with self._lock:
            came = self._came.setdefault(key, deque(maxlen=self._most))
            self._came.move_to_end(key)
            while len(self._came) > self._keys_kept:
                self._came.popitem(last=False)
            if len(came) == self._most and now - came[0] < self._within_s:
                raise too_often()
            came.append(now)


def too_often() -> TooOften:
    """The refusal."""
    return TooOften(
        "Too much came from here in a short time.",
        advice="Wait some minutes. If somebody is in danger, call the emergency number.",
    )
