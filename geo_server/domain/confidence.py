"""How sure an intake is of the outline of a zone, and why.

Each piece of evidence has a weight in log-odds, which follows its measure on a line of a few knots. Nothing known is a
confidence of one half; the weights add up, and the logistic function turns the sum into a value between 0 and 1. So more
evidence for a zone never makes it less sure, and evidence that is twice as strong weighs more whatever else is known. The
weights were set on drawings whose rooms are known and are checked against them; see ``docs/drawings.md``.

Terminology:
    evidence: one thing that speaks for or against an outline: a code, and a measure where it is a matter of degree.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

UNSURE = 0.5
"""Below this a person should look at a zone before it is published."""
SURE = 0.8
"""From this on a zone is expected to be right."""


class Reason(StrEnum):
    """What kind of evidence it is; the values are stable codes."""

    DRAWN = "outline-drawn"
    """Somebody drew the outline of this space. No measure."""
    CUT = "outline-cut"
    """Part of its drawn outline lay under others and was cut off. Measure: the share that was."""
    CORRECTED = "outline-corrected"
    """A person set the outline in this system. No measure."""
    WRITTEN_AREA = "written-area"
    """An area is written in it. Measure: by which share of it the outline's area differs."""
    NAMED = "name-inside"
    """One name stands in it. No measure."""
    SEVERAL_NAMES = "several-names"
    """Names of several spaces stand in it. Measure: how many."""
    TREADS = "treads-drawn"
    """It is what the treads of a flight of stairs cover. No measure."""
    EDGE_DRAWN = "edge-drawn"
    """Measure: the share of its edge that is drawn as walls, windows and doors."""
    EDGE_ASSUMED = "edge-assumed"
    """A gap in its walls was closed without a door being drawn in it. Measure: metres of the widest one."""
    DOOR_DRAWN = "door-drawn"
    """A door that is drawn leads into it. No measure."""
    AGREES = "segmentation-agrees"
    """Morphology alone finds the same space. Measure: intersection over union."""
    JOINS = "segmentation-joins"
    """Morphology alone finds it to be one with what lies beside it. Measure: intersection over union."""
    DIVIDES = "segmentation-divides"
    """Morphology alone finds several spaces in it. Measure: intersection over union with the largest."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against an outline.

    Args:
        measure: As the reason says; None where it is not a matter of degree.
    """

    reason: Reason
    measure: float | None = None

    @property
    def weight(self) -> float:
        """What it adds to the log-odds; negative when it speaks against the outline."""
        return _on_line(_WEIGHTS[self.reason], self.measure or 0.0)

    @property
    def words(self) -> str:
        """It as a sentence."""
        measure = self.measure or 0.0
        return _WORDS[self.reason].format(percent=f"{measure:.0%}", metres=f"{measure:.1f} m", n=f"{measure:.0f}")


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure an outline is.

    Args:
        value: 0 (certainly wrong) to 1 (certainly right).
        reasons: The strongest first.
    """

    value: float
    reasons: tuple[Evidence, ...] = ()


def weigh(evidence: Iterable[Evidence]) -> Confidence:
    """The confidence that some evidence gives: the logistic function of the sum of its weights, to two decimals."""
    reasons = sorted(evidence, key=lambda one: (-abs(one.weight), one.reason))
    value = 1 / (1 + math.exp(-sum(one.weight for one in reasons)))
    return Confidence(round(value, 2), tuple(reasons))


def _on_line(knots: tuple[tuple[float, float], ...], measure: float) -> float:
    """The weight at a measure: straight between knots, level beyond them."""
    if measure <= knots[0][0]:
        return knots[0][1]
    for (x, low), (u, high) in pairwise(knots):
        if measure <= u:
            return low + (high - low) * (measure - x) / (u - x)
    return knots[-1][1]


_WEIGHTS: Mapping[Reason, tuple[tuple[float, float], ...]] = {
    Reason.DRAWN: ((0.0, 3.5),),
    Reason.CUT: ((0.0, 0.0), (0.5, -3.0)),
    Reason.CORRECTED: ((0.0, 4.5),),
    Reason.WRITTEN_AREA: ((0.0, 3.0), (0.1, 1.0), (0.2, -1.0), (0.5, -2.5), (1.0, -4.0)),
    Reason.NAMED: ((0.0, 0.4),),
    Reason.SEVERAL_NAMES: ((2.0, -0.8), (4.0, -1.6)),
    Reason.TREADS: ((0.0, 1.5),),
    Reason.EDGE_DRAWN: ((0.6, -1.2), (0.8, -0.6), (0.9, 0.6), (1.0, 1.2)),
    Reason.EDGE_ASSUMED: ((1.0, 0.0), (1.5, -0.4), (3.0, -1.0), (6.0, -1.5)),
    Reason.DOOR_DRAWN: ((0.0, 0.4),),
    Reason.AGREES: ((0.8, 0.3), (0.95, 1.5)),
    Reason.JOINS: ((0.0, -1.3), (0.5, -1.0), (0.8, -0.3)),
    Reason.DIVIDES: ((0.0, -4.0), (0.5, -2.5), (0.8, -0.8)),
}
"""Knots of measure and weight, the measures rising."""

_WORDS: Mapping[Reason, str] = {
    Reason.DRAWN: "Its outline is drawn.",
    Reason.CUT: "{percent} of its outline lay under others and was cut off.",
    Reason.CORRECTED: "A person set its outline.",
    Reason.WRITTEN_AREA: "The area written in it differs from its outline by {percent}.",
    Reason.NAMED: "One name stands in it.",
    Reason.SEVERAL_NAMES: "Names of {n} spaces stand in it.",
    Reason.TREADS: "The treads of a flight of stairs are drawn in it.",
    Reason.EDGE_DRAWN: "{percent} of its edge is drawn as walls, windows or doors.",
    Reason.EDGE_ASSUMED: "A gap of {metres} in its walls was closed without a door being drawn there.",
    Reason.DOOR_DRAWN: "A door is drawn that leads into it.",
    Reason.AGREES: "A second reading of the walls, by morphology, finds the same space ({percent} alike).",
    Reason.JOINS: "A second reading of the walls, by morphology, runs on beyond its edge ({percent} alike).",
    Reason.DIVIDES: "A second reading of the walls, by morphology, finds several spaces in it ({percent} alike).",
}
