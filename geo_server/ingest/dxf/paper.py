"""Drawings at the size of their sheet, as PDF files are brought in: a unit is a millimetre or an inch of paper.

No list of units holds their length; the scale that is written on the sheet, or areas that are written in rooms, propose it.
What is drawn must then fit it better than any unit that people draw in.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.drawing import Drawing, all_points
from geo_server.ingest.dxf.evidence import CANDIDATES, Evidence, nearest_unit, total_of, weigh
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.said import BUILDING_SCALES, SCALE, closed_spaces, evidence_of_words
from geo_server.ingest.dxf.segments import extent
from geo_server.ingest.dxf.sizes import evidence_of_sizes
from geo_server.ingest.dxf.stated import written_area

LARGEST_M = 1.4
"""Sheets of paper are no longer."""
RARE = -2.0
"""Log-likelihood beforehand that a drawing is at the size of its sheet, when a scale or areas on it speak for that."""
LEAST_AREAS, LIKE = 3, 0.03
"""So many written areas must ask for one scale, to within this."""
_IMPERIAL = re.compile(r"""\b(\d{1,2})(?:/(\d{1,2}))?\s*"\s*=\s*1\s*'""")


@dataclass(frozen=True, slots=True)
class Paper:
    """A scale that a sheet is drawn at.

    Args:
        number: Of the scale, as 100 of 1:100.
        unit: Of the paper: millimetre or inch.
        words: Where it is said.
    """

    number: float
    unit: str
    words: str

    @property
    def metres(self) -> float:
        """Length of a unit of the drawing."""
        return self.number * CANDIDATES[self.unit]


@dataclass(frozen=True, slots=True)
class Trial:
    """How well a scale fits what is drawn.

    Args:
        total: Log-likelihood.
        evidence: What the drawing says once it is as large as the scale tells.
    """

    paper: Paper
    total: float
    evidence: Sequence[Evidence]

    @property
    def confidence(self) -> float:
        """In the scale, other scales and units left out of account."""
        unit, confidence = weigh(self.evidence)
        return confidence if unit == self.paper.unit else 0.0


def try_papers(drawing: Drawing, roles: Mapping[str, Role]) -> list[Trial]:
    """The scales that something in a drawing proposes, as far as a sheet of paper could hold it.

    Args:
        drawing: In drawing units.
        roles: What its layers are for.
    """
    size = max(extent(all_points(drawing.strokes)))
    trials = []
    for paper in _proposed(drawing, roles):
        if size * CANDIDATES[paper.unit] <= LARGEST_M:
            evidence = _evidence(drawing, roles, paper)
            trials.append(Trial(paper, RARE + total_of(evidence, paper.unit), evidence))
    return trials


def share_of(metres: float, rivals: Sequence[tuple[float, float]]) -> float:
    """Posterior probability of a length of a unit among lengths with their log-likelihoods, it among them."""
    highest = max(total for _, total in rivals)
    weights = [(length, math.exp(total - highest)) for length, total in rivals]
    return sum(w for length, w in weights if abs(length / metres - 1) <= LIKE) / sum(w for _, w in weights)


def _evidence(drawing: Drawing, roles: Mapping[str, Role], paper: Paper) -> list[Evidence]:
    """What a drawing says once it is as large as its scale tells; nothing of its header, its windows and its blocks."""
    large = drawing.scaled(paper.number)
    sizes = tuple(replace(d, measured=d.measured * paper.number) for d in drawing.dimensions)
    large = replace(large, dimensions=sizes, header_unit=None, sheets=(), blocks=())
    return [*evidence_of_words(large, roles), *evidence_of_sizes(large, roles)]


def _proposed(drawing: Drawing, roles: Mapping[str, Role]) -> list[Paper]:
    texts = [*(label.text for label in drawing.labels), *(text for sheet in drawing.sheets for text in sheet.texts)]
    metric = {int(n) for text in texts for n in SCALE.findall(text) if int(n) in BUILDING_SCALES}
    imperial = {
        12 * int(m[2] or 1) / int(m[1])
        for text in texts
        for m in _IMPERIAL.finditer(text)
        if int(m[1]) and int(m[2] or 1)
    }
    papers = [Paper(n, "millimetre", f"The scale 1:{n} is written on it.") for n in sorted(metric)]
    papers += [Paper(n, "inch", f"The scale 1:{n:g} is written on it in inches to a foot.") for n in sorted(imperial)]
    papers += [
        Paper(n, "millimetre", f"Areas written in rooms ask for the scale 1:{n:g}.")
        for n in _asked_by_areas(drawing, roles)
        if n not in metric
    ]
    return papers


def _asked_by_areas(drawing: Drawing, roles: Mapping[str, Role]) -> list[float]:
    """The scale that areas in closed spaces ask for, when they agree on a usual one and no usual unit makes them right."""
    written = [(t.at, area) for t in drawing.labels if (area := written_area(t.text)) is not None and area > 1]
    if len(written) < LEAST_AREAS:
        return []
    spaces = closed_spaces(drawing, roles)
    at, space = STRtree(spaces).query(shapely.points([spot for spot, _ in written]), predicate="within")
    sides = np.sqrt(np.array([area for _, area in written])[at] / shapely.area(np.array(spaces, dtype=object))[space])
    if any(nearest_unit(side, LIKE) for side in sides.tolist()):
        return []
    asked = Counter(n for side in sides.tolist() for n in BUILDING_SCALES if abs(side * 1000 / n - 1) < LIKE)
    return [float(n) for n, count in asked.items() if count >= LEAST_AREAS]
