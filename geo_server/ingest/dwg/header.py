"""What a DWG file says about itself beyond its lines, as a second reader (ezdwg) sees it: unit, layers that are switched
off, dimensions, and how many objects there are, which is a check on the first reader."""

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import ezdwg

from geo_server.ingest.dxf.setup import metres_of

_MEASURED = frozenset({"LINEAR", "ALIGNED"})
"""Dimensions that measure a length."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Header:
    """What the second reader found.

    Args:
        unit: Metres per unit that the header names, or None.
        hidden: Layers that are switched off or frozen.
        frozen_uses: Handle of a block use to its layer, where that is frozen.
        measured: Handle of a dimension to what it measures in drawing units and the text that a person wrote over it.
        top_level: Objects in model space; None when the second reader failed.
        fault: Why it failed, or empty.
    """

    unit: float | None = None
    hidden: frozenset[str] = frozenset()
    frozen_uses: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    top_level: int | None = None
    fault: str = ""


def read_header(data: bytes) -> Header:
    """What the second reader makes of a file; never raises for what the file says."""
    with tempfile.NamedTemporaryFile(suffix=".dwg") as file:
        file.write(data)
        file.flush()
        try:
            return _read(ezdwg.read(file.name))
        except MemoryError:
            raise
        except Exception as fault:  # noqa: BLE001 - a damaged file makes the reader raise nearly anything
            log.info("second reader: %s", fault)
            return Header(fault=" ".join(str(fault).split())[:120] or type(fault).__name__)


def _read(document: ezdwg.Document) -> Header:
    layers = {layer.handle: layer for layer in document.layers}
    frozen = {handle: layer.name for handle, layer in layers.items() if layer.frozen}
    uses: dict[str, str] = {}
    measured: dict[str, tuple[float, str]] = {}
    count = 0
    for entity in document.modelspace().query():
        count += 1
        handle = f"0x{entity.handle:X}"
        if entity.dxftype == "INSERT" and entity.dxf.get("layer_handle") in frozen:
            uses[handle] = frozen[entity.dxf["layer_handle"]]
        elif entity.dxftype == "DIMENSION" and entity.dxf.get("dimtype") in _MEASURED:
            measured[handle] = float(entity.dxf.get("actual_measurement") or 0.0), str(entity.dxf.get("text") or "")
    hidden = frozenset(layer.name for layer in layers.values() if layer.frozen or not layer.on)
    return Header(metres_of(document.insunits or 0), hidden, uses, measured, count)
