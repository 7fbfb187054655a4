"""What one line of text states: a room's number, an area, or a value that is neither."""

import re

from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.profile import category_of, tokens

_AREA = re.compile(
    r"(?:^|[\s=:(])(\d{1,5}(?:[.,]\d{1,3})?)\s*(m2|m²|㎡|m\^2|м2|м²|кв\.?\s?м|平方米|qm|sqm|mq|sf|sq\.?\s*ft\.?|ft2|ft²)(?![a-z0-9])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:[A-Z]{1,3}[-_. ]?)?\d{1,4}(?:[-_./]\d{1,4})*[A-Z]?(?:[-_. ]?\d{1,3})?$")
_VALUE = re.compile(r"^([^\d:=]{1,20})[:=]\s*[\d.,]+\s*\S{0,8}$")
_LIST = re.compile(r"\s*[/,;+&]\s*|\s+")
_CODE = re.compile(r"^([A-Z]{1,4})[-.]?\d{1,3}[A-Z]?$")
_SQUARE_FOOT = 0.09290304

NUMBER_WORDS = frozenset(
    [
        "NUMBER",
        "NUM",
        "NO",
        "NR",
        "NUMERO",
        "ROOMNUMBER",
        "ROOMNO",
        "RAUMNUMMER",
        "NUMMER",
        "ID",
        "CODE",
        "ROOM",
        "RAUM",
    ]
)
"""What a room's number is called."""


def is_number(text: str) -> bool:
    """Whether a text reads like a room number of two digits or more: ``114``, ``B-203``, ``2.14a``."""
    plain = plain_words(text)
    return _NUMBER.match(plain) is not None and sum(c.isdigit() for c in plain) >= 2


def written_area(text: str, trusted: bool = False) -> float | None:
    """Square metres that a text states, or None.

    Args:
        text: One line.
        trusted: It fills an attribute for areas, so that a bare number is one.
    """
    match = _AREA.search(text)
    if match is None:
        bare = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*", text) if trusted else None
        return float(bare[1].replace(",", ".")) if bare else None
    value = float(match[1].replace(",", "."))
    unit = match[2].lower()
    return value * _SQUARE_FOOT if unit.startswith(("sf", "sq", "ft")) and unit != "sqm" else value


def without_area(text: str) -> str:
    """A line without the area that it states."""
    return _AREA.sub("", text)


def states_value(line: str) -> bool:
    """Whether a line states a value of a room, such as ``OCC: 24``, or lists codes, such as ``FL2 / WL1``."""
    plain = plain_words(line)
    value = _VALUE.match(plain)
    if value is not None and not set(tokens(value[1])) & NUMBER_WORDS and category_of(value[1]) is None:
        return True
    series = {code[1] for code in map(_CODE.match, _LIST.split(plain)) if code}
    return len(series) > 1 and all(map(_CODE.match, _LIST.split(plain)))
