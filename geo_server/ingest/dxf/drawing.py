"""A drawing as plain values: strokes, labels, block uses and dimensions by layer. Knows no file format.

Terminology:
    stroke: a run of straight segments with the layer that it counts for; curves arrive flattened.
    label: a text with the centre of its box.
    block use: one appearance of a named block.
    source: number of the object that a stroke or label was made of, so that every object's fate can be told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from geo_server.domain.findings import Finding
from geo_server.ingest.dxf.role import Role

Points = npt.NDArray[np.float64]
"""Shape (n, 2)."""

Vertex = tuple[float, float]


class Reason(StrEnum):
    """Why an object of a drawing was not used. The values are keys of an intake's totals."""

    HIDDEN = "hidden_layer"
    """On a layer that is switched off or frozen, or switched off itself."""
    EXCLUDED = "excluded_layer"
    """On a layer, or in a block, of furniture, hatching, dimensions and the like."""
    UNKNOWN = "unknown_layer"
    """On a layer whose name says nothing about rooms."""
    OUTSIDE = "outside_levels"
    """Apart from every level: title blocks, sections, strays."""
    CLIPPED = "clipped_away"
    """Outside of the clipping boundary of its block."""
    NO_LENGTH = "no_length"
    """Seen from above it is a point."""
    ANNOTATION = "annotation"
    """Of a type that explains or decorates: leaders, points, tables, empty texts, templates of attributes."""
    UNSUPPORTED = "unsupported_type"
    """Of a type that holds no lines: solids, pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A run of straight segments.

    Args:
        points: Two or more; the first is repeated at the end of a closed run.
        block: Name of the block that it came in, or empty: the one that names a door or an asset, else the outermost.
        filled: It bounds a filled area (a solid or a solid hatch).
        width: Width that it is drawn with, as a wide polyline; 0 for a plain line.
        source: Number of the object that it was made of.
        frozen: Layer that hides it because the block use that it came in stands on it, or empty.
        role: What it is for, when that was told by how it is drawn and not by its layer.
        dashed: It is drawn with gaps, unlike its layer.
    """

    points: Points
    layer: str
    handle: str
    block: str = ""
    filled: bool = False
    width: float = 0.0
    source: int = -1
    frozen: str = ""
    role: Role | None = None
    dashed: bool = False

    @property
    def closed(self) -> bool:
        """Whether it ends where it began."""
        if len(self.points) <= 3:
            return False
        x, y = (self.points[0] - self.points[-1]).tolist()
        return bool(abs(x) <= 1e-9 and abs(y) <= 1e-9)


@dataclass(frozen=True, slots=True)
class Label:
    """A text.

    Args:
        at: Centre of its box.
        height: Height of a capital letter.
        tag: Name of the attribute that it fills, or empty.
        insert: Which block use it belongs to, when that may be a room stamp; else empty.
        block: As of a stroke.
        source: Number of the object that it was made of.
        frozen: As of a stroke.
        tip: What a leader points to from it, or None.
    """

    text: str
    at: Vertex
    height: float
    layer: str
    handle: str
    tag: str = ""
    insert: str = ""
    block: str = ""
    source: int = -1
    frozen: str = ""
    tip: Vertex | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper that a drawing is printed on.

    Args:
        texts: The words on it.
        units_per_metre: Model units in a metre of paper, of each window onto model space.
    """

    texts: tuple[str, ...]
    units_per_metre: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockUse:
    """One appearance of a block.

    Args:
        name: The name that its author gave it.
        metres_per_unit: Length of the drawing's unit that its scale speaks for, or None. A CAD program that brings a
            block in scales it from the unit that the block was drawn in to the drawing's.
    """

    name: str
    at: Vertex
    layer: str
    handle: str
    metres_per_unit: float | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: what it measures in drawing units, and the text that it shows (empty when unknown)."""

    measured: float
    shown: str
    architectural: bool


@dataclass(frozen=True)
class Drawing:
    """What a drawing holds.

    Args:
        header_unit: Metres per unit that the header names, or None.
        hidden_layers: Layers that are switched off or frozen.
        entities: How many objects it draws, those of blocks counted each time.
        left_out: How many of them were left out while reading, and why.
        damaged: How many of them are findings: broken, or not in the file.
    """

    strokes: tuple[Stroke, ...] = ()
    labels: tuple[Label, ...] = ()
    blocks: tuple[BlockUse, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    header_unit: float | None = None
    hidden_layers: frozenset[str] = frozenset()
    sheets: tuple[Sheet, ...] = ()
    findings: tuple[Finding, ...] = ()
    entities: int = 0
    left_out: Mapping[Reason, int] = field(default_factory=dict)
    damaged: int = 0

    def scaled(self, metres_per_unit: float, origin: Vertex = (0.0, 0.0)) -> "Drawing":
        """The same drawing in metres from an origin that is given in metres; findings keep their own origin."""

        def move(at: Vertex) -> Vertex:
            return at[0] * metres_per_unit - origin[0], at[1] * metres_per_unit - origin[1]

        return replace(
            self,
            strokes=_scaled(self.strokes, metres_per_unit, origin),
            labels=tuple(
                replace(t, at=move(t.at), height=t.height * metres_per_unit, tip=move(t.tip) if t.tip else None)
                for t in self.labels
            ),
            blocks=tuple(replace(b, at=move(b.at)) for b in self.blocks),
            findings=tuple(
                f if f.x is None or f.y is None else replace(f, x=f.x * metres_per_unit, y=f.y * metres_per_unit)
                for f in self.findings
            ),
        )


def _scaled(strokes: Iterable[Stroke], unit: float, origin: Vertex) -> tuple[Stroke, ...]:
    """Strokes in metres; all points in one step, because there may be a hundred thousand strokes."""
    strokes = tuple(strokes)
    points = all_points(strokes) * unit - np.array(origin)
    ends = np.cumsum([len(stroke.points) for stroke in strokes]).tolist()
    return tuple(
        Stroke(
            points[end - len(s.points) : end],
            s.layer,
            s.handle,
            s.block,
            s.filled,
            s.width * unit,
            s.source,
            s.frozen,
            s.role,
            s.dashed,
        )
        for s, end in zip(strokes, ends, strict=True)
    )


def all_points(strokes: Iterable[Stroke]) -> Points:
    """Every vertex of some strokes, shape (n, 2)."""
    arrays = [stroke.points for stroke in strokes]
    return np.concatenate(arrays) if arrays else np.empty((0, 2), dtype=np.float64)
