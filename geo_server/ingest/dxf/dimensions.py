"""Dimensions: what they measure in drawing units and what they say. The surest evidence of a drawing's unit."""

import math

from geo_server.ingest.dxf.drawing import Dimension
from geo_server.ingest.dxf.entities import Entity

ARCHITECTURAL, ENGINEERING = 4, 3
"""Values of DIMLUNIT that show feet and inches; one drawing unit is then one inch (DXF reference)."""


def read_dimension(entity: Entity) -> Dimension | None:
    """A linear or aligned dimension; None for others and for broken ones."""
    try:
        if entity.dimtype not in {0, 1}:
            return None
        measured = entity.get_measurement()
        shown = _shown(entity)
        architectural = int(entity.override().get("dimlunit", 2)) in {ARCHITECTURAL, ENGINEERING}
    except Exception:  # noqa: BLE001 - contradictory entity data makes ezdxf raise nearly anything
        return None
    if not isinstance(measured, float) or not math.isfinite(measured) or measured <= 0:
        return None
    return Dimension(measured, shown, architectural)


def _shown(entity: Entity) -> str:
    """The words that a reader sees: the override, else what its picture says."""
    written = str(entity.dxf.get("text", "") or "")
    if written and "<>" not in written:
        return written
    block = entity.get_geometry_block()
    words = [str(e.plain_text()) for e in block if e.dxftype() in {"TEXT", "MTEXT"}] if block is not None else []
    return " ".join(words)
