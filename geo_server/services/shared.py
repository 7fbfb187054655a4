"""What is made when somebody asks for it and shared by all who ask for the same, while others go on with theirs."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shared(Generic[K, V]):
    """Results by key, the least recently used forgotten first. Shared by the threads of a process.

    Args:
        size: How many stay.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, Future[V]] = {}
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V], holds: Callable[[V], bool]) -> V:
        """What was made of a key before and still holds, or what is made now.

        Of several who ask for the same at once one makes it and the others wait for that; nobody waits for another key.

        Args:
            key: What is asked for.
            make: Makes it. What it raises is raised for everybody who waits.
            holds: Whether what was made before will do.
        """
        while True:
            with self._lock:
                if key in self._kept and holds(self._kept[key]):
                    self._kept.move_to_end(key)
                    return self._kept[key]
                making = self._making.get(key)
                if making is None:
                    mine: Future[V] = Future()
                    self._making[key] = mine
            if making is None:
                return self._make(key, mine, make)
            made = making.result()
            if holds(made):
                return made

    def _make(self, key: K, mine: "Future[V]", make: Callable[[], V]) -> V:
        try:
            made = make()
        except BaseException as fault:
            with self._lock:
                del self._making[key]
            mine.set_exception(fault)
            raise
        with self._lock:
            del self._making[key]
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        mine.set_result(made)
        return made
