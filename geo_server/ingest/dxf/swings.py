"""Swings of door leaves: arcs of the size that a leaf sweeps, however they are drawn. All lengths in metres."""

from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely import STRtree

from geo_server.ingest.dxf.curves import Arc, arcs_in, chained, joined
from geo_server.ingest.dxf.drawing import Stroke

NARROWEST_M, WIDEST_M = 0.5, 1.45
"""Leaf widths that doors for people have."""
WIDEST_DEG = 115
"""The widest that a leaf is drawn open."""
PIECE_M = 0.5
"""The longest line that the swing of a leaf is cut into."""
ABOUT_M, SAME_M = 0.1, 0.03
"""Pieces of one arc have centres nearer to each other than the first, which is less sure than their ends and radii."""


@dataclass(frozen=True, slots=True)
class Swing:
    """An arc and the stroke that it was found in."""

    arc: Arc
    stroke: Stroke


def find_swings(strokes: Iterable[Stroke]) -> list[Swing]:
    """Arcs that may be the swing of a door leaf."""
    swings: dict[tuple[int, ...], Swing] = {}
    strokes = list(strokes)
    for stroke, arc in arcs_in([*strokes, *chained(strokes, PIECE_M)]):
        if NARROWEST_M <= arc.radius <= WIDEST_M and 8 <= arc.sweep_deg <= WIDEST_DEG:
            ends = sorted([arc.start, arc.end])
            key = tuple(round(v / 0.05) for point in (arc.centre, *ends) for v in point)
            swings.setdefault(key, Swing(arc, stroke))
    return _in_one_piece(list(swings.values()))


def _in_one_piece(swings: list[Swing]) -> list[Swing]:
    """Swings with those joined that are pieces of one arc about one hinge."""
    tree = STRtree([shapely.Point(swing.arc.centre) for swing in swings])
    gone: set[int] = set()
    for i, swing in enumerate(swings):
        for j in sorted(tree.query(shapely.Point(swing.arc.centre), predicate="dwithin", distance=ABOUT_M).tolist()):
            whole = joined(swings[i].arc, swings[j].arc, SAME_M) if j != i and not {i, j} & gone else None
            if whole is not None and whole.sweep_deg <= WIDEST_DEG:
                swings[i] = Swing(whole, swing.stroke)
                gone.add(j)
    return [swing for i, swing in enumerate(swings) if i not in gone]
