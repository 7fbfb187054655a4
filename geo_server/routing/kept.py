"""A few results that stay with the object that they were made of, and go when it goes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Results by key, the least recently used forgotten first. Shared by threads.

    Args:
        size: How many stay.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._found: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What was made before, or what is made now. Of two threads that make it at once both get the first's."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            kept = self._found.setdefault(key, made)
            if len(self._found) > self._size:
                self._found.popitem(last=False)
            return kept
