"""Levels that are drawn more than once: as they are and as they shall be, with furniture, with ceilings, with wiring.

Their lines lie on each other once they are laid over each other, as those of two levels of one building may; what is
written in them tells which. All lengths in metres.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import shapely
from shapely import STRtree

from geo_server.domain.findings import Finding
from geo_server.ingest.alignment import align_shift
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf import lexicon
from geo_server.ingest.dxf.drawing import Points, Vertex
from geo_server.ingest.dxf.labels import Stamp
from geo_server.ingest.dxf.profile import tokens
from geo_server.ingest.dxf.titles import level_of
from geo_server.ingest.dxf.views import View, overlap_once_laid

LIKE_SIZES_M = 1.0
"""Outlines of one level differ by no more than this in width and height."""
LIKE_CORNERS, LIKE_OUTLINES = 0.85, 0.9
"""Drawn twice, a level shares this much of its corners and of its outline with itself."""
SAME_PLACE_M = 2.0
"""A room's number stands about where it stands when the level is drawn again."""
LEAST_NUMBERS = 3


class _Likeness(Enum):
    SAME = "same"
    """Words say that both are one level."""
    ALIKE = "alike"
    """Nothing tells one from the other."""


@dataclass(frozen=True)
class Written:
    """What is written and drawn in a view.

    Args:
        corners: Of its walls, shape (n, 2).
        stamps: In it.
        doors: How many are drawn in it.
    """

    corners: Points
    stamps: Sequence[Stamp]
    doors: int


def without_repeated(
    views: Sequence[View], written: Mapping[int, Written]
) -> tuple[list[View], list[View], list[Finding]]:
    """Views of which each shows a level of its own, those that show one of them again, and what to tell of both.

    Args:
        views: With titles.
        written: By ``id`` of the view.
    """
    kept, again, findings = list[View](), list[View](), list[Finding]()
    for view in sorted(views, key=lambda v: _rank(v, written[id(v)])):
        likeness = [(_likeness(view, other, written), other) for other in kept]
        host = next((other for how, other in likeness if how is _Likeness.SAME), None)
        if host is not None:
            again.append(view)
            words = f"View {view.title!r} shows the same level as {host.title!r} again and was left out."
            findings.append(_about("level-repeated", view, words))
            continue
        twin = next((other for how, other in likeness if how is _Likeness.ALIKE), None)
        if twin is not None:
            words = f"Views {twin.title!r} and {view.title!r} are drawn alike and were taken for two levels."
            findings.append(_about("levels-alike", view, words))
        kept.append(view)
    return [view for view in views if view in kept], again, findings


def _about(code: str, view: View, words: str) -> Finding:
    at = view.outline.centroid
    return make_finding(code, words, at=(at.x, at.y))


def _rank(view: View, written: Written) -> tuple[bool, int, int, tuple[float, ...]]:
    """What shows rooms best comes first."""
    other = not lexicon.OTHER_TRADES.isdisjoint(tokens(view.title))
    return other, -len(written.stamps), -written.doors, view.outline.bounds


def _likeness(one: View, other: View, written: Mapping[int, Written]) -> _Likeness | None:
    """Whether two views are drawn alike, and whether what is written says that they are one level; None if it says not."""
    said = [level_of(v.title) for v in (one, other)]
    if None not in said and said[0] != said[1]:
        return None
    sizes = [np.subtract(v.outline.bounds[2:], v.outline.bounds[:2]) for v in (one, other)]
    if np.abs(sizes[0] - sizes[1]).max() > LIKE_SIZES_M:
        return None
    shift, agreement = align_shift(written[id(other)].corners, written[id(one)].corners)
    if agreement < LIKE_CORNERS or overlap_once_laid(other, one, shift) < LIKE_OUTLINES:
        return None
    same, differ = _numbers(written[id(one)].stamps, written[id(other)].stamps, shift)
    if differ >= max(same, LEAST_NUMBERS):
        return None
    told = said[0] is not None and said[0] == said[1]
    return _Likeness.SAME if told or same >= max(differ, LEAST_NUMBERS) else _Likeness.ALIKE


def _numbers(one: Sequence[Stamp], other: Sequence[Stamp], shift: Vertex) -> tuple[int, int]:
    """How many rooms have the same number in two views, and how many another one."""
    mine, theirs = ([s for s in stamps if s.number] for stamps in (one, other))
    if not mine or not theirs:
        return 0, 0
    places = shapely.points(np.array([s.at for s in mine]) + np.asarray(shift))
    tree = STRtree(shapely.points(np.array([s.at for s in theirs])))
    here, there = tree.query_nearest(places, max_distance=SAME_PLACE_M, all_matches=False)
    same = sum(mine[i].number == theirs[j].number for i, j in zip(here.tolist(), there.tolist(), strict=True))
    return same, len(here) - same
