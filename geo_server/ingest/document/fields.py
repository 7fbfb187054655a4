"""Properties of a feature, read one at a time: each of the right type and in range, or refused by name."""

import math
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from geo_server.domain.errors import InvalidInput

E = TypeVar("E", bound=StrEnum)

MAX_TEXT = 200
"""Characters in a name."""
MAX_PARTS = 50
"""Objects in a property that is a list of them."""

_DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make a name read differently from what it says."""


class Fields:
    """The properties of one feature, or the members at a document's top.

    Args:
        values: As given.
        where: Place in the document, for refusals.
    """

    def __init__(self, values: Mapping[str, object], where: str) -> None:
        self._values = values
        self.where = where

    def has(self, name: str) -> bool:
        """Whether a property is there, be it null."""
        return name in self._values

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty.

        Args:
            name: Of the property.
            default: Taken when it is not given; None refuses.
        """
        value = self.find_text(name)
        if value:
            return value
        if default is None:
            raise self._refused(name, value, "a text that is not empty")
        return default

    def find_text(self, name: str) -> str | None:
        """A text, or None when it is not given."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise self._refused(name, value, f"a text of at most {MAX_TEXT} characters")
        if any(unicodedata.category(c) in {"Cc", "Cs"} or c in _DIRECTION_CONTROLS for c in value):
            raise self._refused(name, value, "a text without control characters")
        return value

    def number(self, name: str, default: float, least: float = 0.0, most: float = 1e6) -> float:
        """A number in a range, or the default when it is not given."""
        value = self.find_number(name, least, most)
        return default if value is None else value

    def find_number(self, name: str, least: float = 0.0, most: float = 1e6) -> float | None:
        """A number in a range, or None when it is not given."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refused(name, value, "a number")
        if not (math.isfinite(value) and least <= value <= most):
            raise self._refused(name, value, f"a number from {least:g} to {most:g}")
        return float(value)

    def required_number(self, name: str, least: float = 0.0, most: float = 1e6) -> float:
        """A number in a range."""
        value = self.find_number(name, least, most)
        if value is None:
            raise self._refused(name, value, f"a number from {least:g} to {most:g}")
        return value

    def find_whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number in a range, or None when it is not given."""
        value = self._values.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._refused(name, value, f"a whole number from {least} to {most}")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number in a range."""
        value = self.find_whole(name, least, most)
        if value is None:
            raise self._refused(name, value, f"a whole number from {least} to {most}")
        return value

    def find_flag(self, name: str) -> bool | None:
        """True, false, or None when it is not given."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._refused(name, value, "true or false")
        return value

    def flag(self, name: str) -> bool:
        """True or false; false when it is not given."""
        return self.find_flag(name) or False

    def choice(self, name: str, kind: type[E], default: E | None = None) -> E:
        """One of a category's values; the default when it is not given."""
        value = self._values.get(name)
        if value is None and default is not None:
            return default
        try:
            return kind(str(value))
        except ValueError:
            raise self._refused(name, value, f"one of {', '.join(kind)}") from None

    def find_id(self, name: str) -> UUID | None:
        """An id, or None when it is not given."""
        value = self._values.get(name)
        return None if value is None else self.as_id(value, name)

    def required_id(self, name: str) -> UUID:
        """An id."""
        return self.as_id(self._values.get(name), name)

    def pair(self, name: str) -> tuple[object, object]:
        """A list of two."""
        match self._values.get(name):
            case [first, second]:
                return first, second
            case value:
                raise self._refused(name, value, "a list of two")

    def parts(self, name: str) -> list["Fields"]:
        """A list of at most ``MAX_PARTS`` objects; empty when it is not given."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MAX_PARTS or not all(isinstance(one, dict) for one in value):
            raise self._refused(name, value, f"a list of at most {MAX_PARTS} objects")
        return [Fields(one, f"{self.where}.{name}[{index}]") for index, one in enumerate(value)]

    def find_numbers(self, name: str) -> tuple[float, float] | None:
        """A list of two finite numbers, or None when it is not given."""
        if self._values.get(name) is None:
            return None
        both = Fields(dict(zip("xy", self.pair(name), strict=True)), f"{self.where}.{name}")
        return both.required_number("x", -1e7, 1e7), both.required_number("y", -1e7, 1e7)

    def as_id(self, value: object, name: str) -> UUID:
        """A value as an id."""
        try:
            return UUID(value) if isinstance(value, str) else _not_an_id()
        except ValueError:
            raise self._refused(name, value, "a UUID such as 6f1c2a54-9d0e-4f3b-8a77-0b1c2d3e4f50") from None

    def as_zone(self, value: object) -> UUID | None:
        """A zone's id, or None for outside."""
        return None if value is None else self.as_id(value, "zones")

    def _refused(self, name: str, value: object, wanted: str) -> InvalidInput:
        shown = "missing" if value is None else f"{value!r:.60}"
        return InvalidInput(f"{name} is {shown}.", where=self.where, advice=f"Give {wanted}.")


def _not_an_id() -> UUID:
    raise ValueError
