"""How the published verification cases are entered: what each expects, and what ours gives.

``docs/verification.md`` is written from them. Where a case leaves a convention open, the geometry says which is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[], float]


@dataclass(frozen=True)
class Case:
    """One case.

    Args:
        source: Suite and number.
        geometry: What is built.
        expects: What the suite expects, in words.
        least: Least figure that passes.
        most: Largest figure that passes.
        unit: Unit of the figures.
        measure: Our figure.
    """

    source: str
    geometry: str
    expects: str
    least: float
    most: float
    unit: str
    measure: Measure


class Cases(list[Case]):
    """Cases in the order in which they were entered."""

    def enter(
        self, source: str, geometry: str, expects: str, least: float, most: float, unit: str
    ) -> Callable[[Measure], Measure]:
        """Enter a function as a case."""

        def enter(measure: Measure) -> Measure:
            self.append(Case(source, geometry, expects, least, most, unit, measure))
            return measure

        return enter
