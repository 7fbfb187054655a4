"""Ids that come from what a thing is, so that reading a drawing again gives the same ones."""

from collections import Counter
from uuid import UUID, uuid5

NAMESPACE = UUID("6f1d3c1e-52a4-4b52-9a5b-0d7e3f6f7c11")
"""Of all ids that an intake makes."""


class IdMaker:
    """Makes ids for the things of one drawing; equal descriptions are told apart by counting."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def make(self, kind: str, *parts: object) -> UUID:
        """The id of a thing.

        Args:
            kind: ``level``, ``zone``, ``opening`` and so on.
            parts: What tells it apart; numbers are rounded to 5 cm.
        """
        words = [f"{round(p / 0.05) * 0.05:.2f}" if isinstance(p, float) else str(p) for p in parts]
        key = "/".join([kind, *words])
        self._seen[key] += 1
        count = self._seen[key]
        return uuid5(NAMESPACE, key if count == 1 else f"{key}#{count}")
