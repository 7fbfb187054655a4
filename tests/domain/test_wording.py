"""Counted things read as English."""

import pytest

from geo_server.domain.wording import counted, plural


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("zone", "zones"),
        ("foot", "feet"),
        ("inch", "inches"),
        ("key box", "key boxes"),
        ("entry", "entries"),
        ("way", "ways"),
        ("assembly room", "assembly rooms"),
    ],
)
def test_more_than_one_takes_its_plural(one: str, many: str) -> None:
    assert plural(one) == many


@pytest.mark.parametrize(("count", "words"), [(0, "0 zones"), (1, "1 zone"), (2, "2 zones"), (2400, "2,400 zones")])
def test_one_is_singular_and_no_other_number_is(count: int, words: str) -> None:
    assert counted(count, "zone") == words
