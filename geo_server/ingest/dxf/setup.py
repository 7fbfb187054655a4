"""What a DXF document says about itself: unit, switched-off layers, and the sheets that it is printed on."""

from collections.abc import Iterable, Iterator
from itertools import islice

from ezdxf import units
from ezdxf.document import Drawing as Document
from ezdxf.enums import InsertUnits
from ezdxf.lldxf.const import DXFTableEntryError

from geo_server.ingest.dxf.drawing import Sheet
from geo_server.ingest.dxf.entities import Entity
from geo_server.ingest.dxf.texts import MOST_CHARACTERS

MOST_TEXTS = 2000
"""Texts of a sheet that are looked at."""
_PAPER_UNITS = {0: 0.0254, 1: 0.001}
"""Metres per unit of paper space by the layout's plot unit: inches, millimetres (DXF reference, PLOTSETTINGS 72)."""


def header_unit(document: Document) -> float | None:
    """Metres per unit that ``$INSUNITS`` names, or None."""
    return metres_of(document.header.get("$INSUNITS", 0))


def metres_of(code: int) -> float | None:
    """Metres per unit of a unit's code, or None for no unit and for codes that do not exist."""
    try:
        unit = InsertUnits(code)
        return float(units.conversion_factor(unit, InsertUnits.Meters)) if unit else None
    except (ValueError, TypeError, KeyError, ZeroDivisionError, IndexError):
        return None


def hidden_layers(document: Document) -> frozenset[str]:
    """Names of layers that are switched off or frozen."""
    return frozenset(layer.dxf.name for layer in document.layers if layer.is_off() or layer.is_frozen())


def frozen_layers(document: Document) -> frozenset[str]:
    """Names of layers that are frozen, which also hides every block use that stands on them."""
    return frozenset(layer.dxf.name for layer in document.layers if layer.is_frozen())


def paper_handle(document: Document) -> str:
    """Handle of the sheet of paper whose objects stand in one section with those of model space; empty without one."""
    try:
        return str(document.block_records.get("*Paper_Space").dxf.handle)
    except DXFTableEntryError:
        return ""


def read_sheets(document: Document) -> tuple[Sheet, ...]:
    """The sheets of a document, with the words on them and the scale of their windows onto model space."""
    sheets = []
    for layout in document.layouts:
        if layout.name == "Model":
            continue
        paper = _PAPER_UNITS.get(layout.dxf.get("plot_paper_units", 1))
        texts = tuple(islice(_texts(layout), MOST_TEXTS))
        ratios = tuple(sorted({round(ratio, 9) for ratio in _ratios(layout)})) if paper else ()
        if texts or ratios:
            sheets.append(Sheet(texts, tuple(ratio / (paper or 1.0) for ratio in ratios)))
    return tuple(sheets)


def _texts(layout: Iterable[Entity]) -> Iterator[str]:
    for entity in layout:
        kind = entity.dxftype()
        if kind in {"TEXT", "MTEXT"}:
            yield str(entity.plain_text())[:MOST_CHARACTERS]
        elif kind == "INSERT":
            for attribute in entity.attribs:
                yield str(attribute.plain_text())[:MOST_CHARACTERS]


def _ratios(layout: Iterable[Entity]) -> Iterator[float]:
    """Model units per unit of paper of each window onto model space."""
    for entity in layout:
        if entity.dxftype() == "VIEWPORT" and entity.dxf.get("id", 1) > 1:
            height, shown = entity.dxf.get("height", 0.0), entity.dxf.get("view_height", 0.0)
            if height > 0 and shown > 0:
                yield shown / height
