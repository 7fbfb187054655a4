"""Converted objects of a DWG file to a :class:`Drawing`. What cannot be used is counted with its reason."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo_server.domain.findings import Finding
from geo_server.domain.wording import counted
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dwg.convert import Converted, first_corner
from geo_server.ingest.dwg.header import Header
from geo_server.ingest.dwg.labels import TEXTS, plain_text, text_centre
from geo_server.ingest.dxf.drawing import BlockUse, Dimension, Drawing, Label, Points, Reason, Stroke
from geo_server.ingest.dxf.expand import FARTHEST, MOST_STAMPED
from geo_server.ingest.dxf.leaves import PICTURES, is_shaped
from geo_server.ingest.dxf.profile import asset_of, is_door_block
from geo_server.ingest.dxf.texts import MOST_CHARACTERS

_FILLED = frozenset({"SOLID", "TRACE", "HATCH"})
_ANNOTATION = frozenset({"POINT", "LEADER", "MULTILEADER", "TOLERANCE"})
_DIMENSION_BLOCK = "*D"
"""Beginning of the names of blocks that dimensions are drawn as."""


def drawing_of(converted: Converted, header: Header) -> Drawing:
    """Everything in model space, in drawing units.

    Args:
        converted: What the first reader found.
        header: What the second reader found.
    """
    builder = _Builder(header, _stamps(converted.features))
    for feature in converted.features:
        builder.take(feature)
    builder.leave_out(converted.skipped, converted.failed)
    return Drawing(
        strokes=tuple(builder.strokes),
        labels=tuple(builder.labels),
        blocks=tuple(builder.block_uses()),
        dimensions=tuple(builder.dimensions.values()),
        header_unit=header.unit,
        hidden_layers=header.hidden,
        findings=tuple(builder.findings),
        entities=builder.entities,
        left_out=dict(builder.left_out),
        damaged=builder.damaged,
    )


def _stamps(features: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Block uses that hold few enough texts to be a room stamp: their handles, outermost first, divided by slashes."""
    texts = Counter(_uses(f) for f in features if f["properties"]["entity_type"] in TEXTS)
    return frozenset(uses for uses, count in texts.items() if uses and count <= MOST_STAMPED)


def _uses(feature: Mapping[str, Any]) -> str:
    """Handles of the block uses that an object came in; empty for one that stands in model space itself."""
    return str(feature["id"]).rpartition("/")[0]


@dataclass
class _Builder:
    header: Header
    stamps: frozenset[str]
    strokes: list[Stroke] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    entities: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)
    damaged: int = 0
    unmeasured: set[str] = field(default_factory=set)
    extents: dict[tuple[str, str, str], list[Points]] = field(default_factory=dict)
    """Block uses, their names and layer to the lines in them."""

    def take(self, feature: Mapping[str, Any]) -> None:
        """Add one converted object."""
        properties = feature["properties"]
        top, _, _ = str(feature["id"]).partition("/")
        if str(properties.get("block_path", "")).startswith(_DIMENSION_BLOCK):
            self._take_dimension(top, properties)
            return
        self.entities += 1
        if properties["entity_type"] in TEXTS:
            self._take_text(feature, top)
        elif properties["entity_type"] in _ANNOTATION:
            self.left_out[Reason.ANNOTATION] += 1
        else:
            self._take_lines(feature, top)

    def leave_out(self, skipped: Sequence[Mapping[str, Any]], failed: Sequence[Mapping[str, Any]]) -> None:
        """Count what the converter did not draw."""
        for outcome in skipped:
            kind, count = str(outcome["entity_type"]), int(outcome.get("count", 1))
            self.entities += count
            if is_shaped(kind):
                self.damaged += count
            else:
                self.left_out[Reason.ANNOTATION if kind in _ANNOTATION else Reason.UNSUPPORTED] += count
            if kind not in _ANNOTATION:
                code = "solid-unread" if is_shaped(kind) else "unsupported-object"
                code = "picture-not-read" if kind in PICTURES else code
                words = f"{counted(count, 'object')} of type {kind} {'was' if count == 1 else 'were'} left out."
                self.findings.append(make_finding(code, words, count=count))
        for outcome in failed:
            count = int(outcome.get("count", 1))
            self.entities += count
            self.damaged += count
            words = f"{counted(count, 'object')} of type {outcome['entity_type']} could not be read."
            self.findings.append(make_finding("curve-unreadable", words, count=count))

    def block_uses(self) -> Iterator[BlockUse]:
        """Where named blocks stand: the middle of what they draw."""
        for (uses, name, layer), runs in self.extents.items():
            points = np.concatenate(runs)
            x, y = ((points.min(axis=0) + points.max(axis=0)) / 2).tolist()
            yield BlockUse(name, (x, y), layer, uses.rpartition("/")[2].removeprefix("0x"))

    def _take_dimension(self, handle: str, properties: Mapping[str, Any]) -> None:
        """Count a dimension once; the text of its picture is what it shows."""
        if handle not in self.dimensions and handle not in self.unmeasured:
            self.entities += 1
            measured, written = self.header.measured.get(handle, (0.0, ""))
            if measured > 0:
                self.dimensions[handle] = Dimension(measured, written, architectural=False)
            else:
                self.unmeasured.add(handle)
                self.left_out[Reason.ANNOTATION] += 1
        known = self.dimensions.get(handle)
        if known is not None and properties["entity_type"] in TEXTS and (not known.shown or "<>" in known.shown):
            self.dimensions[handle] = Dimension(known.measured, plain_text(properties), architectural=False)

    def _take_text(self, feature: Mapping[str, Any], top: str) -> None:
        properties = feature["properties"]
        words, anchor = plain_text(properties), first_corner(feature["geometry"])
        if properties["entity_type"] == "ATTDEF" or not words or anchor is None:
            self.left_out[Reason.ANNOTATION] += 1
            return
        if properties.get("attribute_invisible"):
            self.left_out[Reason.HIDDEN] += 1
            return
        spot = text_centre(anchor, words, properties)
        handle, layer = self._handle(feature), str(properties["layer"])
        if not _is_place(np.array([spot])):
            self._lose(layer, handle)
            return
        uses = _uses(feature)
        self.labels.append(
            Label(
                words[:MOST_CHARACTERS],
                spot,
                float(properties.get("text_height") or 1.0),
                layer,
                handle,
                str(properties.get("attribute_tag") or ""),
                uses if uses in self.stamps else "",
                _telling_block(properties),
                self.entities,
                self.header.frozen_uses.get(top, ""),
            )
        )

    def _take_lines(self, feature: Mapping[str, Any], top: str) -> None:
        properties = feature["properties"]
        kind, layer, handle = properties["entity_type"], str(properties["layer"]), self._handle(feature)
        runs = [np.array(run, dtype=np.float64)[:, :2] for run in _runs(feature["geometry"])]
        sane = [run for run in runs if _is_place(run)]
        if not sane:
            self._lose(layer, handle)
            return
        if all(len(run) < 2 or np.ptp(run, axis=0).max() == 0 for run in sane):
            self.left_out[Reason.NO_LENGTH] += 1
            return
        block, frozen = _telling_block(properties), self.header.frozen_uses.get(top, "")
        if block:
            self.extents.setdefault((_uses(feature), block, layer), []).extend(sane)
        self.strokes.extend(
            Stroke(run, layer, handle, block, kind in _FILLED, 0.0, self.entities, frozen) for run in sane
        )

    def _lose(self, layer: str, handle: str) -> None:
        self.damaged += 1
        self.findings.append(make_finding("not-finite", layer=layer, handle=handle))

    @staticmethod
    def _handle(feature: Mapping[str, Any]) -> str:
        """The handle of what stands in model space, as a DXF file writes it."""
        return str(feature["id"]).partition("/")[0].removeprefix("0x")


def _telling_block(properties: Mapping[str, Any]) -> str:
    """The block that an object came in: the one whose name says what it is, else the outermost."""
    names = [name for name in str(properties.get("block_path", "")).split("/") if name]
    telling = (name for name in names if is_door_block(name) or asset_of(name) is not None)
    return next(telling, names[0] if names else "")


def _runs(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    """Runs of positions of a GeoJSON geometry of any type but a point."""
    kind, value = geometry["type"], geometry["coordinates"]
    if kind == "LineString":
        return [value]
    if kind in {"MultiLineString", "Polygon"}:
        return list(value)
    if kind == "MultiPolygon":
        return [ring for polygon in value for ring in polygon]
    return []


def _is_place(points: Points) -> bool:
    """Whether all coordinates are finite and near enough: a comparison with NaN is false."""
    return bool((np.abs(points) < FARTHEST).all())
