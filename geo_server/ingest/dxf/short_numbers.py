"""Room numbers of one digit, such as ``7`` and ``B2``: believed only together, because tags of doors, of axes and of
furniture read alike. All lengths in metres.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from shapely import LineString, Point, Polygon, STRtree

from geo_server.ingest.dxf.drawing import Label
from geo_server.ingest.dxf.labels import TAG_REACH_M, room_labels
from geo_server.ingest.dxf.plain import plain_words

_SHORT = re.compile(r"^[A-Z]{0,2}[-. ]?\d[A-Z]?$")
LEAST_NUMBERS = 3
"""Fewer of a kind may be anything."""
STRAYS = 0.2
"""Most of those of a kind that may stand in no zone of their own, or at a door: more, and they number something else."""


def find_short_numbers(labels: Sequence[Label], zones: Sequence[Polygon], ways: Sequence[LineString]) -> dict[int, str]:
    """Numbers by index of the zone that they stand in.

    Args:
        labels: All texts of a level.
        zones: None overlapping.
        ways: Openings, at which tags of doors stand.
    """
    kinds: dict[tuple[str, int], list[Label]] = defaultdict(list)
    for label in room_labels(labels):
        if _SHORT.match(plain_words(label.text).strip()):
            kinds[label.layer, round(label.height / 0.01)].append(label)
    trees = STRtree(list(zones)), STRtree(list(ways))
    found: dict[int, str] = {}
    for _, kind in sorted(kinds.items()):
        placed = _placed(kind, *trees)
        if len(kind) >= LEAST_NUMBERS and len(placed) >= (1 - STRAYS) * len(kind):
            found |= {index: words for index, words in placed.items() if index not in found}
    return found


def _placed(kind: Sequence[Label], zones: STRtree, ways: STRtree) -> dict[int, str]:
    """Those of one kind that are unlike all others, alone in a zone, and at no opening."""
    words = Counter(label.text.strip() for label in kind)
    inside: dict[int, list[str]] = defaultdict(list)
    for label in kind:
        at = Point(label.at)
        for index in zones.query(at, predicate="within").tolist():
            tag = words[label.text.strip()] > 1 or len(ways.query(at, predicate="dwithin", distance=TAG_REACH_M))
            inside[index].append("" if tag else label.text.strip())
    return {index: held[0] for index, held in inside.items() if len(held) == 1 and held[0]}
