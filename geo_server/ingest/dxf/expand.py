"""An ezdxf document to a :class:`Drawing`: blocks are counted before they are expanded, and nothing unbounded happens.

A file of 26 kB can name 10^9 objects by nesting blocks, and ezdxf would try. So the number of objects is first computed
by arithmetic over the graph of blocks; cycles and nesting deeper than 16 are refused.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from ezdxf import units
from ezdxf.document import Drawing as Document
from ezdxf.enums import InsertUnits

from geo_server.domain.errors import TooLarge, UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.curves import flatten
from geo_server.ingest.dxf.dimensions import read_dimension
from geo_server.ingest.dxf.drawing import BlockUse, Dimension, Drawing, Label, Points, Stroke
from geo_server.ingest.dxf.entities import Entity
from geo_server.ingest.dxf.texts import MOST_CHARACTERS, read_label

DEEPEST = 16
MOST_OBJECTS = 300_000
FARTHEST = 1e11
"""Coordinates beyond this, in any unit, are damage: 100,000 km in millimetres."""

_SILENT = frozenset({"ATTDEF", "VIEWPORT", "POINT", "LEADER", "MULTILEADER", "TOLERANCE", "RAY", "XLINE", "WIPEOUT"})
_PROXIES = frozenset({"ACAD_PROXY_ENTITY"})
_TEXTS = frozenset({"TEXT", "MTEXT", "ATTRIB"})
_FILLED = frozenset({"SOLID", "TRACE"})


@dataclass
class _Collector:
    strokes: list[Stroke] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    blocks: list[BlockUse] = field(default_factory=list)
    dimensions: list[Dimension] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the tree of blocks an entity stands."""

    layer: str = ""
    block: str = ""
    insert: str = ""


def read_drawing(document: Document, name: str) -> Drawing:
    """Everything in model space, in drawing units.

    Args:
        document: Trusted in nothing.
        name: What to call it in a refusal.

    Raises:
        TooLarge: It names more than 300,000 objects.
        UnreadableFile: Blocks contain themselves, or nest deeper than 16.
    """
    count_objects(document, name)
    found = _Collector()
    for entity in document.modelspace():
        _take(entity, _Place(), found)
    for kind, count in sorted(found.dropped.items()):
        found.findings.append(
            make_finding("unsupported-object", f"{count} objects of type {kind} were left out.", count=count)
        )
    return Drawing(
        strokes=tuple(found.strokes),
        labels=tuple(found.labels),
        blocks=tuple(found.blocks),
        dimensions=tuple(found.dimensions),
        header_unit=header_unit(document),
        hidden_layers=_hidden_layers(document),
        sheet_texts=tuple(_sheet_texts(document)),
        findings=tuple(found.findings),
        totals=dict(found.totals),
    )


def header_unit(document: Document) -> float | None:
    """Metres per unit that ``$INSUNITS`` names, or None."""
    code = document.header.get("$INSUNITS", 0)
    try:
        return float(units.conversion_factor(InsertUnits(code), InsertUnits.Meters)) if code else None
    except (ValueError, TypeError, KeyError, ZeroDivisionError):
        return None


def count_objects(document: Document, name: str) -> int:
    """Number of objects that model space expands to, by arithmetic alone.

    Raises:
        TooLarge: More than 300,000.
        UnreadableFile: Blocks contain themselves, or nest deeper than 16.
    """
    totals: dict[str, int] = {}

    def total(entities: Iterable[Entity], path: tuple[str, ...]) -> int:
        count = 0
        for entity in entities:
            count += times(entity, path) if entity.dxftype() == "INSERT" else 1
        return count

    def times(insert: Entity, path: tuple[str, ...]) -> int:
        block = str(insert.dxf.get("name", "")).lower()
        if block in path:
            raise _nested(name, block, "contains itself")
        if len(path) >= DEEPEST:
            raise _nested(name, block, f"nests deeper than {DEEPEST} blocks")
        if block not in totals:
            layout: Iterable[Entity] = document.blocks.get(block) or ()
            totals[block] = total(layout, (*path, block)) if block in document.blocks else 0
        return 1 + max(1, int(insert.mcount)) * totals[block]

    count = total(document.modelspace(), ())
    if count > MOST_OBJECTS:
        raise TooLarge(
            f"The drawing expands to {count:,} objects; the limit is {MOST_OBJECTS:,}.",
            where=name,
            advice="Delete furniture, planting and hatching, PURGE, and export again.",
        )
    return count


def _nested(name: str, block: str, fault: str) -> UnreadableFile:
    return UnreadableFile(
        f"Block {block[:60]!r} {fault}.", where=name, advice="Explode or repair the block in a CAD program."
    )


def _take(entity: Entity, place: _Place, found: _Collector) -> None:
    """Sort one entity in."""
    kind = entity.dxftype()
    layer = str(entity.dxf.get("layer", "0"))
    layer = place.layer if layer == "0" and place.layer else layer
    if kind == "INSERT":
        _take_insert(entity, _Place(layer, place.block, place.insert), found)
        return
    found.totals["entities"] += 1
    if kind in _TEXTS:
        _take_text(entity, _Place(layer, place.block, place.insert), found)
    elif kind == "DIMENSION":
        _count(found, "dimensions", read_dimension(entity), found.dimensions)
    elif kind in _PROXIES:
        found.findings.append(make_finding("proxy-object", layer=layer, handle=entity.dxf.handle))
        found.totals["finding"] += 1
    else:
        _take_curve(entity, kind, _Place(layer, place.block, place.insert), found)


def _count(found: _Collector, kind: str, value: Dimension | None, into: list[Dimension]) -> None:
    if value is not None:
        into.append(value)
    found.totals[kind] += 1


def _take_text(entity: Entity, place: _Place, found: _Collector) -> None:
    try:
        label = read_label(entity, place.layer, place.insert, place.block)
    except Exception:  # noqa: BLE001 - contradictory entity data makes ezdxf raise nearly anything
        label = None
    if label is not None and _sane(np.array([[*label.at]])) and math.isfinite(label.height):
        if len(label.text) >= MOST_CHARACTERS:
            found.findings.append(make_finding("text-shortened", at=label.at, layer=label.layer, handle=label.handle))
        found.labels.append(label)
    found.totals["texts"] += 1


def _take_curve(entity: Entity, kind: str, place: _Place, found: _Collector) -> None:
    handle = str(entity.dxf.handle or place.insert or "")
    try:
        runs = flatten(entity)
    except Exception:  # noqa: BLE001 - contradictory entity data makes ezdxf raise nearly anything
        found.findings.append(make_finding("curve-unreadable", layer=place.layer, handle=handle))
        found.totals["finding"] += 1
        return
    sane = [run for run in runs if len(run) >= 2 and _sane(run)]
    found.strokes.extend(Stroke(run, place.layer, handle, place.block, place.insert, kind in _FILLED) for run in sane)
    if sane:
        found.totals["curves"] += 1
    elif any(len(run) and not _sane(run) for run in runs):
        found.findings.append(make_finding("not-finite", layer=place.layer, handle=handle))
        found.totals["finding"] += 1
    else:
        found.totals["ignored"] += 1
        if kind not in _SILENT:
            found.dropped[kind] += 1


def _sane(points: Points) -> bool:
    return bool(np.isfinite(points).all()) and float(np.abs(points).max()) < FARTHEST


def _take_insert(insert: Entity, place: _Place, found: _Collector) -> None:
    name = str(insert.dxf.get("name", ""))
    handle = place.insert or str(insert.dxf.handle or "")
    block = insert.block()
    if block is None or block.block.is_xref or block.block.is_xref_overlay:
        found.findings.append(make_finding("xref-unresolved", f"Block {name!r} is not in the file.", layer=place.layer))
        return
    at = insert.dxf.insert
    if not _sane(np.array([[at.x, at.y]])):
        found.findings.append(make_finding("not-finite", layer=place.layer, handle=handle))
        return
    top = place.block or name
    if not place.block:
        found.blocks.append(BlockUse(name, (at.x, at.y), place.layer, handle))
    inside = _Place(place.layer, top, handle)
    for single in _singles(insert):
        for child in _children(single, inside, found):
            _take(child, inside, found)
        for attribute in single.attribs:
            if not attribute.is_invisible:
                _take(attribute, inside, found)


def _singles(insert: Entity) -> Iterator[Entity]:
    if insert.mcount > 1:
        yield from insert.multi_insert()
    else:
        yield insert


def _children(insert: Entity, place: _Place, found: _Collector) -> list[Entity]:
    try:
        return list(insert.virtual_entities())
    except Exception:  # noqa: BLE001 - a singular transformation makes ezdxf raise nearly anything
        found.findings.append(make_finding("curve-unreadable", layer=place.layer, handle=place.insert))
        return []


def _hidden_layers(document: Document) -> frozenset[str]:
    return frozenset(layer.dxf.name for layer in document.layers if layer.is_off() or layer.is_frozen())


def _sheet_texts(document: Document) -> Iterator[str]:
    for layout in document.layouts:
        if layout.name != "Model":
            texts: Iterable[Entity] = layout.query("TEXT MTEXT")
            for entity in texts:
                yield str(entity.plain_text())[:MOST_CHARACTERS]
