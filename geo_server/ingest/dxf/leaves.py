"""One DXF entity to a leaf: its lines, text or dimension, or why there are none, in the coordinates it was drawn in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ezdxf.document import Drawing as Document
from ezdxf.entities.dxfentity import DXFTagStorage

from geo_server.ingest.dxf.dimensions import read_dimension
from geo_server.ingest.dxf.drawing import Dimension, Label, Reason
from geo_server.ingest.dxf.entities import Entity, SpacePoints
from geo_server.ingest.dxf.outlines import FLATTENED, drawn_width, flatten, flatten_parts
from geo_server.ingest.dxf.plain_lines import PlainLine
from geo_server.ingest.dxf.pointers import Pointer, read_pointer, read_pointing_text
from geo_server.ingest.dxf.solids import BODIES
from geo_server.ingest.dxf.texts import read_label

_TEXTS = frozenset({"TEXT", "MTEXT", "ATTRIB"})
_FILLED = frozenset({"SOLID", "TRACE", "HATCH", "MPOLYGON"})
PICTURES = frozenset({"IMAGE", "PDFUNDERLAY", "PDFREFERENCE", "DWFUNDERLAY", "DGNUNDERLAY", "OLE2FRAME"})
_SHAPED = BODIES | {"MESH", "POLYLINE"}
_ANNOTATION = frozenset({"VIEWPORT", "POINT", "LEADER", "TOLERANCE", "RAY", "XLINE"})
_DECORATION = frozenset({"WIPEOUT", "ACAD_TABLE", "SHAPE", "LIGHT", "SUN", "ARC_DIMENSION", "LARGE_RADIAL_DIMENSION"})
_PLAIN = frozenset({"BYLAYER", "BYBLOCK", "CONTINUOUS"})
_DASH = 49
"""Group code of a dash's length in a line type; gaps are negative (DXF reference, LTYPE)."""
_POINTING = frozenset({"MULTILEADER", "MLEADER"})
_CONSTANT, _INVISIBLE = 2, 1
"""Flags of an attribute's definition (DXF reference, ATTDEF 70)."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What became of one entity.

    Args:
        layer: As written; ``0`` inside a block stands for the layer of the block use.
        runs: Its lines.
        damage: Code of the finding that it is, or empty.
        reason: Why it is left out, or None.
        kind: Its DXF type.
        dashed: It is drawn with gaps, unlike its layer.
    """

    layer: str
    handle: str
    kind: str
    runs: tuple[SpacePoints, ...] = ()
    label: Label | None = None
    dimension: Dimension | None = None
    damage: str = ""
    reason: Reason | None = None
    width: float = 0.0
    dashed: bool = False
    pointer: Pointer | None = None

    @property
    def filled(self) -> bool:
        """Whether its lines bound a filled area."""
        return self.kind in _FILLED


def read_leaf(entity: Entity) -> Leaf:
    """The leaf that an entity is; never raises for what the entity says."""
    kind = entity.dxftype()
    is_foreign = isinstance(entity, DXFTagStorage)
    if is_foreign:
        layer = entity.graphic_properties().get("layer", "0")
    else:  # in a damaged file anything may stand where drawn objects do
        layer = entity.dxf.get("layer", "0") if entity.dxf.is_supported("layer") else "0"
    leaf = Leaf(str(layer), str(entity.dxf.get("handle", "") or ""), kind)
    try:
        if not is_foreign and entity.dxf.get("invisible", 0):
            return replace(leaf, reason=Reason.HIDDEN)
        if kind in _TEXTS or kind == "ATTDEF":
            return _text(entity, leaf)
        if kind in _POINTING:
            return _said(read_pointing_text(entity), leaf)
        if kind == "DIMENSION":
            dimension = read_dimension(entity)
            return replace(leaf, dimension=dimension, reason=None if dimension else Reason.ANNOTATION)
        return _drawn(entity, leaf)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - contradictory entity data makes ezdxf raise nearly anything
        return replace(leaf, damage="solid-unread" if kind in BODIES else "curve-unreadable")


def _text(entity: Entity, leaf: Leaf) -> Leaf:
    if leaf.kind == "ATTDEF" and not entity.dxf.get("flags", 0) & _CONSTANT:
        return replace(leaf, reason=Reason.ANNOTATION)
    if leaf.kind in {"ATTRIB", "ATTDEF"} and entity.dxf.get("flags", 0) & _INVISIBLE:
        return replace(leaf, reason=Reason.HIDDEN)
    return _said(read_label(entity), leaf)


def _said(label: Label | None, leaf: Leaf) -> Leaf:
    if label is None:
        return replace(leaf, reason=Reason.ANNOTATION)
    if not all(map(math.isfinite, (*label.at, label.height, *(label.tip or ())))):
        return replace(leaf, damage="not-finite")
    return replace(leaf, label=label)


def _drawn(entity: Entity, leaf: Leaf) -> Leaf:
    reason = _useless(leaf.kind)
    if reason is not None:
        return replace(leaf, reason=reason, pointer=read_pointer(entity) if leaf.kind == "LEADER" else None)
    is_foreign = isinstance(entity, DXFTagStorage) or leaf.kind == "ACAD_PROXY_ENTITY"
    runs = flatten_parts(entity) if is_foreign else flatten(entity)
    if not runs:
        return replace(leaf, damage="proxy-object") if is_foreign else _lineless(leaf)
    sane = tuple(run for run in runs if np.isfinite(run).all())
    if not sane:
        return replace(leaf, damage="not-finite")
    if not any(map(_has_length, sane)):
        return replace(leaf, reason=Reason.NO_LENGTH)
    return Leaf(leaf.layer, leaf.handle, leaf.kind, sane, width=drawn_width(entity), dashed=_is_dashed(entity))


def _is_dashed(entity: Entity) -> bool:
    """Whether a line type of its own has gaps, whatever it is called."""
    return has_gaps(str(entity.dxf.get("linetype", "BYLAYER")), entity.doc)


def has_gaps(name: str, document: Document | None) -> bool:
    """Whether a line type of an object's own has gaps."""
    if name.upper() in _PLAIN or document is None or name not in document.linetypes:
        return False
    pattern = document.linetypes.get(name).pattern_tags.tags
    return any(tag.code == _DASH and tag.value < 0 for tag in pattern)


def leaves_of(lines: Sequence[PlainLine], document: Document) -> list[Leaf]:
    """The leaves that lines are which ezdxf did not read.

    Args:
        lines: Of one layout or block.
        document: Whose line types they use.
    """
    long = [line for line in lines if len(line.points) > 1]
    short = [
        Leaf(line.layer, line.handle, line.kind, reason=Reason.NO_LENGTH) for line in lines if len(line.points) < 2
    ]
    if not long:
        return short
    runs = [line.points for line in long]
    points, begins = np.concatenate(runs), np.cumsum([0, *(len(run) for run in runs[:-1])])
    sane = np.logical_and.reduceat(np.isfinite(points).all(axis=1), begins)
    moves = (np.maximum.reduceat(points[:, :2], begins) != np.minimum.reduceat(points[:, :2], begins)).any(axis=1)
    gaps = {name: has_gaps(name, document) for name in {line.linetype for line in long}}
    return short + [
        Leaf(line.layer, line.handle, line.kind, (line.points,), width=line.width, dashed=gaps[line.linetype])
        if is_sane and has_length
        else _undrawn(line, is_sane)
        for line, is_sane, has_length in zip(long, sane.tolist(), moves.tolist(), strict=True)
    ]


def _undrawn(line: PlainLine, sane: bool) -> Leaf:
    if sane:
        return Leaf(line.layer, line.handle, line.kind, reason=Reason.NO_LENGTH)
    return Leaf(line.layer, line.handle, line.kind, damage="not-finite")


def _has_length(run: SpacePoints) -> bool:
    """Whether a run does not stay at one place, seen from above."""
    if len(run) == 2:  # a line, as most runs are
        (x, y, _), (u, v, _) = run.tolist()
        return bool(x != u or y != v)
    return bool((run[1:, :2] != run[:1, :2]).any())


def _lineless(leaf: Leaf) -> Leaf:
    if is_shaped(leaf.kind):
        return replace(leaf, damage="solid-unread")
    return replace(leaf, reason=Reason.NO_LENGTH if leaf.kind in FLATTENED else Reason.UNSUPPORTED)


def is_shaped(kind: str) -> bool:
    """Whether objects of a type hold a shape, whether it can be read or not."""
    return kind in _SHAPED or kind.endswith("SURFACE")


def _useless(kind: str) -> Reason | None:
    """Why nothing of a type is used, or None."""
    if kind in _ANNOTATION or kind in _DECORATION:
        return Reason.ANNOTATION
    if kind in PICTURES:
        return Reason.UNSUPPORTED
    return None
