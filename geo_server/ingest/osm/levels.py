"""Levels in OpenStreetMap's words: lists, ranges, half levels and repetitions.

Source: OpenStreetMap wiki, *Simple Indoor Tagging* and *Key:level*: ``0;1`` is a list, ``0-3`` a range whose bounds may
be negative (``-1-3``), ``0.5`` a half landing; ``repeat_on`` names further levels on which the same thing is found.
A half landing belongs to the level below it.
"""

import math
import re
from collections.abc import Mapping
from itertools import pairwise

MOST_LEVELS = 200
"""Levels that one tag may name. The tallest building has 163."""

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"^({_NUMBER})\s*-\s*({_NUMBER})$")


def levels_of(tags: Mapping[str, str]) -> tuple[int, ...]:
    """Ordinals that a thing is found on, lowest first; empty when its tags name none that can be read."""
    base = parse_levels(tags.get("level", ""))
    return tuple(sorted({*base, *(r for r in parse_levels(tags.get("repeat_on", "")) if base)}))


def rises_of(tags: Mapping[str, str]) -> tuple[tuple[int, int], ...]:
    """Pairs of neighbouring ordinals that stairs or an elevator join, lowest first.

    Stairs on ``0-1`` that repeat on ``1;2`` join 0 to 1, 1 to 2 and 2 to 3; an elevator on ``0;2`` joins 0 to 2.
    """
    base = parse_levels(tags.get("level", ""))
    if len(base) < 2:
        return ()
    starts = (base[0], *parse_levels(tags.get("repeat_on", "")))
    pairs = {(low + start - base[0], high + start - base[0]) for start in starts for low, high in pairwise(base)}
    return tuple(sorted(pairs))


def parse_levels(text: str) -> tuple[int, ...]:
    """Ordinals that a ``level`` value names, lowest first, each once; parts that say nothing are left out."""
    found: set[int] = set()
    for part in re.split(r"[;,]", text.replace("−", "-").replace("–", "-")):
        found.update(_ordinals(part.strip()))
    return tuple(sorted(found))


def _ordinals(part: str) -> range:
    if re.fullmatch(_NUMBER, part):
        low = high = math.floor(float(part))
    elif (bounds := _RANGE.match(part)) is not None:
        low, high = sorted(math.floor(float(bound)) for bound in bounds.groups())
    else:
        return range(0)
    return range(low, high + 1) if high - low < MOST_LEVELS and abs(low) < MOST_LEVELS else range(0)
