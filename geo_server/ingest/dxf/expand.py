"""An ezdxf document to a :class:`Drawing`: everything in model space, blocks expanded.

Each block is read once, and its lines are then moved to every place where it is used, many points at a time. What cannot
be drawn is counted with its reason, so that the objects of a drawing add up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.affine import Affine
from geo_server.ingest.dxf.blocks import count_objects
from geo_server.ingest.dxf.clipping import Clip, keep_all
from geo_server.ingest.dxf.drawing import BlockUse, Dimension, Drawing, Label, Points, Reason, Stroke
from geo_server.ingest.dxf.entities import Entity, SpacePoints
from geo_server.ingest.dxf.leaves import PICTURES, Leaf, leaves_of, read_leaf
from geo_server.ingest.dxf.pointers import Pointer, with_tips
from geo_server.ingest.dxf.profile import asset_of, is_door_block
from geo_server.ingest.dxf.setup import (
    frozen_layers,
    header_unit,
    hidden_layers,
    paper_handle,
    read_sheets,
)
from geo_server.ingest.dxf.sniff import Opened
from geo_server.ingest.dxf.texts import MOST_CHARACTERS
from geo_server.ingest.dxf.uses import Use, read_use

FARTHEST = 1e11
"""Coordinates beyond this, in any unit, are damage: 100,000 km in millimetres."""
MOST_STAMPED = 8
"""A block with more texts than this is no room stamp, whatever else it is."""


_Item = Leaf | Use


@dataclass(frozen=True)
class _Content:
    """What a layout or block holds.

    Args:
        points: Of all runs of all items, one after the other.
        ends: Where in them each run ends.
        texts: How many items are texts.
    """

    items: Sequence[_Item]
    points: SpacePoints
    ends: npt.NDArray[np.intp]
    texts: int

    @classmethod
    def of(cls, items: Sequence[_Item]) -> "_Content":
        """Content of some items, in their order."""
        runs = [run for item in items if isinstance(item, Leaf) for run in item.runs]
        points = np.concatenate(runs) if runs else np.empty((0, 3))
        ends = np.cumsum([len(run) for run in runs], dtype=np.intp)
        return cls(items, points, ends, sum(isinstance(i, Leaf) and i.label is not None for i in items))

    def runs(self, at: Affine | None) -> Iterator[Points | None]:
        """Each run where a transformation puts it, seen from above; None for one that is nowhere."""
        if len(self.ends) == 0:
            return
        points = np.ascontiguousarray((self.points if at is None else at.apply(self.points))[:, :2])
        begins = np.concatenate([[0], self.ends[:-1]])
        sane = np.logical_and.reduceat((np.abs(points) < FARTHEST).all(axis=1), begins)  # NaN is less than nothing
        for begin, end, is_place in zip(begins.tolist(), self.ends.tolist(), sane.tolist(), strict=True):
            yield points[begin:end] if is_place else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the tree of block uses an object stands."""

    layer: str = ""
    block: str = ""
    handle: str = ""
    stamp: str = ""
    frozen: str = ""
    clips: tuple[Clip, ...] = ()


@dataclass
class _Collector:
    strokes: list[Stroke] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    blocks: list[BlockUse] = field(default_factory=list)
    pointers: list[Pointer] = field(default_factory=list)
    dimensions: list[Dimension] = field(default_factory=list)
    entities: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)
    damaged: int = 0
    noted: dict[tuple[str, str, str], tuple[str, int]] = field(default_factory=dict)
    """Code, layer and message to the first handle and how many."""

    def note(self, code: str, layer: str, handle: str, message: str = "") -> None:
        """Count something worth a finding."""
        first, count = self.noted.get((code, layer, message), (handle, 0))
        self.noted[code, layer, message] = first, count + 1

    def lose(self, code: str, layer: str, handle: str, message: str = "") -> None:
        """Count an object that is a finding and nothing else."""
        self.damaged += 1
        self.note(code, layer, handle, message)

    def findings(self) -> Iterator[Finding]:
        """One finding for each kind of fault on each layer."""
        for (code, layer, message), (handle, count) in self.noted.items():
            yield make_finding(code, message or None, layer=layer, handle=handle, count=count)


def read_drawing(opened: Opened, name: str) -> Drawing:
    """Everything in model space, in drawing units.

    Args:
        opened: Trusted in nothing.
        name: What to call it in a refusal.

    Raises:
        TooLarge: It names more than 300,000 objects.
        UnreadableFile: Blocks contain themselves, or nest deeper than 16.
    """
    document = opened.document
    count_objects(document, opened.plain, name)
    expander = _Expander(opened)
    expander.draw(expander.read("", document.modelspace()), None, _Place())
    found = expander.found
    return Drawing(
        strokes=tuple(found.strokes),
        labels=tuple(with_tips(found.labels, found.pointers)),
        blocks=tuple(found.blocks),
        dimensions=tuple(found.dimensions),
        header_unit=header_unit(document),
        hidden_layers=hidden_layers(document),
        sheets=read_sheets(document),
        findings=tuple(found.findings()),
        entities=found.entities,
        left_out=dict(found.left_out),
        damaged=found.damaged,
    )


class _Expander:
    """Reads blocks once and draws them wherever they are used."""

    def __init__(self, opened: Opened) -> None:
        self.document = opened.document
        self.plain = opened.plain
        self.paper = paper_handle(opened.document)
        self.frozen = frozen_layers(opened.document)
        self.contents: dict[str, _Content] = {}
        self.found = _Collector()

    def read(self, key: str, entities: Iterable[Entity]) -> "_Content":
        """What a layout or block holds."""
        items = [read_use(entity) if entity.dxftype() == "INSERT" else read_leaf(entity) for entity in entities]
        lines = [line for line in self.plain.get(key, ()) if key or line.owner != self.paper]
        return _Content.of([*items, *leaves_of(lines, self.document)])

    def draw(self, content: "_Content", at: Affine | None, place: _Place) -> None:
        """Add content where a transformation puts it; None is where it is."""
        runs = content.runs(at)
        for item in content.items:
            if isinstance(item, Leaf):
                self._draw_leaf(item, list(islice(runs, len(item.runs))), at, place)
            else:
                self._draw_use(item, at, place)

    def _draw_leaf(self, leaf: Leaf, runs: list[Points | None], at: Affine | None, place: _Place) -> None:
        found = self.found
        found.entities += 1
        layer = place.layer if leaf.layer == "0" and place.layer else leaf.layer
        if leaf.damage:
            found.lose(leaf.damage, layer, place.handle or leaf.handle, _said_of(leaf))
        elif leaf.reason is not None:
            found.left_out[leaf.reason] += 1
            if leaf.pointer is not None:
                found.pointers.append(leaf.pointer.moved(at))
            if leaf.reason is Reason.UNSUPPORTED:
                code = "picture-not-read" if leaf.kind in PICTURES else "unsupported-object"
                found.note(code, layer, place.handle or leaf.handle, f"Left out, of type {leaf.kind}.")
        elif leaf.dimension is not None:
            found.dimensions.append(replace(leaf.dimension, measured=leaf.dimension.measured * (at.scale if at else 1)))
        elif leaf.label is not None:
            self._draw_label(leaf.label, layer, at, place)
        else:
            self._draw_lines(leaf, [run for run in runs if run is not None], layer, at, place)

    def _draw_lines(self, leaf: Leaf, sane: list[Points], layer: str, at: Affine | None, place: _Place) -> None:
        found, handle = self.found, place.handle or leaf.handle
        if not sane:
            found.lose("not-finite", layer, handle)
            return
        shown = keep_all(place.clips, sane) if place.clips else sane
        if not shown:
            found.left_out[Reason.CLIPPED] += 1
            return
        width = leaf.width * at.scale if at else leaf.width
        number = found.entities
        found.strokes.extend(
            Stroke(run, layer, handle, place.block, leaf.filled, width, number, place.frozen, dashed=leaf.dashed)
            for run in shown
        )

    def _draw_label(self, label: Label, layer: str, at: Affine | None, place: _Place) -> None:
        spot = at.apply_flat(label.at) if at else label.at
        height = label.height * (at.scale if at else 1.0)
        handle = place.handle or label.handle
        if not _is_place(np.array([spot])) or not height < FARTHEST:
            self.found.lose("not-finite", layer, handle)
        elif not all(clip.shows(spot) for clip in place.clips):
            self.found.left_out[Reason.CLIPPED] += 1
        else:
            if len(label.text) >= MOST_CHARACTERS:
                self.found.note("text-shortened", layer, handle)
            number = self.found.entities
            self.found.labels.append(
                Label(
                    label.text,
                    spot,
                    height,
                    layer,
                    handle,
                    label.tag,
                    place.stamp,
                    place.block,
                    number,
                    place.frozen,
                    tip=at.apply_flat(label.tip) if at and label.tip else label.tip,
                )
            )

    def _draw_use(self, use: Use, at: Affine | None, place: _Place) -> None:
        found = self.found
        layer = place.layer if use.layer == "0" and place.layer else use.layer
        handle = place.handle or use.handle
        missing = self._missing(use)
        if missing:
            found.entities += 1
            found.lose("xref-unresolved", layer, handle, missing)
            return
        content = self._content(use.key)
        telling = _is_telling(place.block)
        block = place.block if place.block and (telling or not _is_telling(use.name)) else use.name
        frozen = place.frozen or (layer if layer in self.frozen else "")
        clips = place.clips
        if use.clip is not None:
            clips = (*clips, use.clip.moved(at))
            found.note("clipped-block", layer, handle)
        stamped = content.texts + len(use.attributes) <= MOST_STAMPED
        attributes = _Content.of(use.attributes)
        for number, (spot, offset) in enumerate(use.spots()):
            moved = spot.then(at)
            if not _is_place(moved.shift) or not np.isfinite(moved.matrix).all():
                found.entities += 1
                found.lose("not-finite", layer, handle)
                continue
            if not telling:
                x, y, _ = moved.apply(use.base).tolist()
                found.blocks.append(BlockUse(use.name, (x, y), layer, handle, use.unit))
            stamp = f"{place.stamp or place.handle}/{use.handle}/{number}" if stamped else ""
            inside = _Place(layer, block, handle, stamp, frozen, clips)
            self.draw(content, moved, inside)
            self.draw(attributes, offset.then(at) if number else at, inside)

    def _missing(self, use: Use) -> str:
        """Why there is nothing to draw for a block use, in words; empty when there is."""
        block: Entity | None = self.document.blocks.get(use.key)
        if block is None:
            return f"Block {use.name[:60]!r} is not in the file."
        head = block.block
        if head is not None and (head.is_xref or head.is_xref_overlay):
            path = str(head.dxf.get("xref_path", "") or use.name).replace("\\", "/").rsplit("/", 1)[-1]
            return f"The drawing {path[:80]!r}, which this one refers to, is not part of the file."
        return ""

    def _content(self, key: str) -> "_Content":
        if key not in self.contents:
            layout: Iterable[Entity] = self.document.blocks.get(key)
            self.contents[key] = self.read(key.lower(), layout)
        return self.contents[key]


def _said_of(leaf: Leaf) -> str:
    """What a finding says of a broken object beyond what its code means."""
    return f"Left out, of type {leaf.kind}: its shape cannot be read." if leaf.damage == "solid-unread" else ""


def _is_telling(block: str) -> bool:
    return bool(block) and (is_door_block(block) or asset_of(block) is not None)


def _is_place(points: Points) -> bool:
    """Whether all coordinates are finite and near enough: a comparison with NaN is false."""
    return bool(points.min(initial=0.0) > -FARTHEST and points.max(initial=0.0) < FARTHEST)
