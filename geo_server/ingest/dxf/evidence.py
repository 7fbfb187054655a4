"""Evidence of how long a drawing's unit is: a log-likelihood for each candidate unit, and how it adds up.

Terminology:
    firm: evidence that speaks of a length which can hardly be another one: a written length, a door leaf, a tread.
    soft: evidence of sizes that vary a lot from building to building: walls, rooms, the whole plan.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CANDIDATES: dict[str, float] = {
    "millimetre": 0.001,
    "centimetre": 0.01,
    "decimetre": 0.1,
    "metre": 1.0,
    "inch": 0.0254,
    "foot": 0.3048,
}
"""Units that drawings are made in, with their length in metres."""
RARITY = {"decimetre": -3.0}
"""Log-likelihood beforehand, for units that hardly anybody draws in."""

SOFTENING = 0.6
"""Soft evidence counts for this much: sizes of one building go together, they do not speak independently."""
UNSURE = 0.8
"""Most confidence that is left when evidence contradicts itself, or when nothing but soft evidence does not all agree."""
HEADER_ALONE = 0.6
"""Most confidence in a header that nothing confirms: 12 of 21 headers of real drawings were right."""
LEAST_SOFT = 4
"""Kinds of soft evidence, the header among them, that must agree before they are believed without firm evidence."""
_CONFLICT = 3.0
"""Log-likelihood by which firm evidence must prefer another unit to contradict."""
_DISAGREEMENT = 0.5
"""Log-likelihood by which soft evidence must prefer another unit to disagree."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against units.

    Args:
        words: One sentence; ``{units}`` is filled in with the unit that it fits best, in the plural.
        likelihood: Log-likelihood of each candidate.
        firm: It is firm evidence.
        header: It is the word of the header, which is heard last.
    """

    words: str
    likelihood: Mapping[str, float]
    firm: bool = False
    header: bool = False

    @property
    def best(self) -> str:
        """The candidate that it fits best."""
        return max(self.likelihood, key=lambda unit: self.likelihood[unit])

    @property
    def margin(self) -> float:
        """By how much the best candidate fits better than the next."""
        ranked = sorted(self.likelihood.values())
        return ranked[-1] - ranked[-2]

    def prefers_other(self, unit: str) -> float:
        """By how much another candidate fits better than one; 0 when none does."""
        return self.likelihood[self.best] - self.likelihood[unit]


def total_of(found: Sequence[Evidence], unit: str) -> float:
    """Log-likelihood of a unit by all evidence; what is soft counts for less."""
    weights = [1.0 if evidence.firm or evidence.header else SOFTENING for evidence in found]
    said = [weight * evidence.likelihood[unit] for weight, evidence in zip(weights, found, strict=True)]
    return RARITY.get(unit, 0.0) + sum(said)


def weigh(found: Sequence[Evidence]) -> tuple[str, float]:
    """The unit that evidence speaks for, and the confidence in it: its posterior probability, less where it contradicts."""
    total = {unit: total_of(found, unit) for unit in CANDIDATES}
    best = max(total, key=lambda unit: total[unit])
    confidence = 1 / sum(math.exp(min(0.0, value - total[best])) for value in total.values())
    firm = [e for e in found if e.firm]
    soft = [e for e in found if not e.firm and not e.header]
    if not firm and not soft:
        return best, min(confidence, HEADER_ALONE)
    contradicted = any(e.prefers_other(best) > _CONFLICT for e in firm)
    misfit = sum(min(0.0, e.likelihood[best]) for e in firm) < -_CONFLICT
    backed = any(e.best == best and e.margin > 1.0 for e in firm)
    headed = any(e.header and e.best == best for e in found)
    disagreed = len(soft) + headed < LEAST_SOFT or any(e.prefers_other(best) > _DISAGREEMENT for e in soft)
    if contradicted or misfit or (not backed and disagreed):
        confidence = min(confidence, UNSURE)
    return best, confidence


def fits(
    words: str,
    size: float,
    expected: float,
    spread: float,
    *,
    weight: float = 1.0,
    floor: float = -12.0,
    firm: bool = False,
) -> Evidence:
    """Evidence of a size in drawing units whose logarithm is normal around an expected one in metres."""
    return Evidence(
        words,
        {
            unit: weight * max(floor, -0.5 * (math.log(size * metres / expected) / spread) ** 2)
            for unit, metres in CANDIDATES.items()
        },
        firm,
    )


def nearest_unit(metres_per_unit: float, tolerance: float = 0.02) -> str | None:
    """The candidate that is this long, or None."""
    return next((unit for unit, m in CANDIDATES.items() if abs(metres_per_unit / m - 1) < tolerance), None)


def favour(words: str, weights: Mapping[str, float], *, firm: bool = True) -> Evidence:
    """Evidence for some units; the others have a log-likelihood of 0."""
    return Evidence(words, {unit: weights.get(unit, 0.0) for unit in CANDIDATES}, firm)


def mode(values: npt.NDArray[np.float64]) -> float:
    """The value that most others lie within 12 % of; the median of those."""
    logs = np.sort(np.log(values[values > 0]))
    spans = np.searchsorted(logs, logs + 0.12, side="right") - np.arange(len(logs))
    first = int(spans.argmax())
    return float(np.exp(np.median(logs[first : first + int(spans[first])])))
