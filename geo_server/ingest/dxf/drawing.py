"""A drawing as plain values: strokes, labels, block uses and dimensions by layer. Knows no file format.

Terminology:
    stroke: a run of straight segments with the layer that it counts for; curves arrive flattened.
    label: a text with the centre of its box.
    block use: one appearance of a named block.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from geo_server.domain.findings import Finding

Points = npt.NDArray[np.float64]
"""Shape (n, 2)."""

Vertex = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A run of straight segments.

    Args:
        points: Two or more; the first is repeated at the end of a closed run.
        block: Name of the outermost block that it came in, or empty.
        insert: Handle of the block use that it came in, or empty.
        filled: It bounds a filled area (a solid or a solid hatch).
    """

    points: Points
    layer: str
    handle: str
    block: str = ""
    insert: str = ""
    filled: bool = False

    @property
    def closed(self) -> bool:
        """Whether it ends where it began."""
        return len(self.points) > 3 and bool(np.allclose(self.points[0], self.points[-1], rtol=0.0, atol=1e-9))


@dataclass(frozen=True, slots=True)
class Label:
    """A text.

    Args:
        at: Centre of its box.
        height: Height of a capital letter.
        tag: Name of the attribute that it fills, or empty.
        insert: Handle of the block use that it belongs to, or empty.
    """

    text: str
    at: Vertex
    height: float
    layer: str
    handle: str
    tag: str = ""
    insert: str = ""
    block: str = ""


@dataclass(frozen=True, slots=True)
class BlockUse:
    """One appearance of a block."""

    name: str
    at: Vertex
    layer: str
    handle: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: what it measures in drawing units, and the text that it shows (empty when unknown)."""

    measured: float
    shown: str
    architectural: bool
    handle: str


@dataclass(frozen=True)
class Drawing:
    """What a drawing holds.

    Args:
        header_unit: Metres per unit that the header names, or None.
        hidden_layers: Layers that are switched off or frozen.
        totals: ``entities``, and how many of them became strokes, labels and so on.
    """

    strokes: tuple[Stroke, ...] = ()
    labels: tuple[Label, ...] = ()
    blocks: tuple[BlockUse, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    header_unit: float | None = None
    hidden_layers: frozenset[str] = frozenset()
    sheet_texts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    totals: dict[str, int] = field(default_factory=dict)

    def scaled(self, metres_per_unit: float) -> "Drawing":
        """The same drawing in metres."""

        def move(at: Vertex) -> Vertex:
            return at[0] * metres_per_unit, at[1] * metres_per_unit

        return replace(
            self,
            strokes=tuple(replace(s, points=s.points * metres_per_unit) for s in self.strokes),
            labels=tuple(replace(t, at=move(t.at), height=t.height * metres_per_unit) for t in self.labels),
            blocks=tuple(replace(b, at=move(b.at)) for b in self.blocks),
            findings=tuple(
                f if f.x is None or f.y is None else replace(f, x=f.x * metres_per_unit, y=f.y * metres_per_unit)
                for f in self.findings
            ),
        )


def all_points(strokes: Iterable[Stroke]) -> Points:
    """Every vertex of some strokes, shape (n, 2)."""
    arrays = [stroke.points for stroke in strokes]
    return np.concatenate(arrays) if arrays else np.empty((0, 2), dtype=np.float64)
