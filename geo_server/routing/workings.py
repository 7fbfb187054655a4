"""What is worked out on a floorplan or a network for one plan, and stays with it for the next ones.

Terminology:
    drawer: results of one kind: by which keys, of what type, and how many stay. Each is known to the module that fills it.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar, cast

from geo_server.routing.kept import Kept

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Drawer(Generic[K, V]):
    """One kind of results.

    Args:
        size: How many stay.
    """

    def __init__(self, size: int) -> None:
        self.size = size


class Workings:
    """The results that stay with one object, a drawer for each kind. Shared by threads."""

    def __init__(self) -> None:
        self._drawers: dict[object, object] = {}

    def of(self, drawer: Drawer[K, V]) -> Kept[K, V]:
        """The results of one kind."""
        found = self._drawers.get(drawer)
        if found is None:
            found = self._drawers.setdefault(drawer, Kept(drawer.size))
        return cast("Kept[K, V]", found)
