"""Lines of room stamps that say something about a room and are neither its number nor its name: finishes of floors and
walls, heights of ceilings, counts of people. Told by how they recur, since a room's number is its own.

Terminology:
    code: a few letters and a number, such as ``F12``, ``CPT-1`` or ``CH 2700``; a series is all codes with the same letters.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.labels import Stamp
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.stated import is_number

LEAST = 3
"""Fewer codes of a series, or fewer equal numbers, may be anything."""
DISTINCT_SHARE = 2 / 3
"""Of a series that numbers rooms more than this share are different."""
_CODE = re.compile(r"^([A-Z]{0,4})[-. ]?\d{1,4}(?:[-./]\d{1,4})*[A-Z]?$")


def without_finishes(stamps: Sequence[Stamp]) -> tuple[list[Stamp], list[Finding]]:
    """Stamps without the codes that recur under different rooms, and one finding for each series of them.

    Args:
        stamps: Of one level: a level that is drawn twice has every number twice.
    """
    lines = [_codes(stamp) for stamp in stamps]
    said = defaultdict[str, Counter[str]](Counter)
    for codes in lines:
        for code in codes:
            said[_series(code)][code] += 1
    gone = {code for series, counts in said.items() for code in _recurring(series, counts)}
    if not gone:
        return list(stamps), []
    kept = [_without(stamp, gone) if codes else stamp for stamp, codes in zip(stamps, lines, strict=True)]
    return kept, [_told(stamps, lines, counts.keys() & gone) for counts in said.values() if counts.keys() & gone]


def _told(stamps: Sequence[Stamp], lines: Sequence[Sequence[str]], codes: set[str]) -> Finding:
    at = next(stamp.at for stamp, found in zip(stamps, lines, strict=True) if codes & set(found))
    count = sum(len(codes & set(found)) for found in lines)
    words = f"{', '.join(sorted(codes)[:3])} and the like recur under different rooms, and number none."
    return make_finding("tag-not-name", words, at=at, count=count)


def _codes(stamp: Stamp) -> list[str]:
    """The codes of a stamp that says something else too."""
    numbers = [stamp.number, *stamp.spare] if stamp.number else []
    codes = [line for line in (*numbers, *stamp.names) if _CODE.match(plain_words(line))]
    return codes if len(numbers) + len(stamp.names) > 1 else []


def _series(code: str) -> str:
    match = _CODE.match(plain_words(code))
    return match[1] if match else ""


def _recurring(series: str, counts: Counter[str]) -> list[str]:
    """The codes of a series that are no room's own; of bare numbers only those that recur themselves."""
    if not series:
        return [code for code, count in counts.items() if count >= LEAST]
    few = counts.total() < LEAST or len(counts) > DISTINCT_SHARE * counts.total()
    return [] if few else list(counts)


def _without(stamp: Stamp, gone: set[str]) -> Stamp:
    numbers = [line for line in (stamp.number, *stamp.spare) if line and line not in gone]
    names = [line for line in stamp.names if line not in gone]
    if not numbers and not names:
        return stamp
    number = numbers[0] if numbers and is_number(numbers[0]) else ""
    return replace(stamp, number=number, spare=numbers[1:], names=names)
