"""Texts of a DWG file as labels: plain words and the centre of their box."""

import math
from collections.abc import Mapping
from typing import Any

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.texts import LETTER_WIDTH, LINE_PITCH

TEXTS = frozenset({"TEXT", "MTEXT", "ATTRIB", "ATTDEF"})

_ACROSS = {"left": 0.5, "center": 0.0, "middle": 0.0, "right": -0.5, "aligned": -0.5, "fit": -0.5}
_UP = {"bottom": 0.5, "baseline": 0.5, "middle": 0.0, "top": -0.5}
"""From the anchor to the centre of the box, in widths and heights."""


def plain_text(properties: Mapping[str, Any]) -> str:
    """The words of a text."""
    return str(properties.get("text") or "").replace("\xa0", " ").strip()


def text_centre(anchor: Vertex, words: str, properties: Mapping[str, Any]) -> Vertex:
    """The centre of a text's box.

    Args:
        anchor: Where it is attached, in drawing units.
        words: Plain words, lines divided by line feeds.
        properties: As dwg2geo gives them.
    """
    height = float(properties.get("text_height") or 1.0)
    lines = words.split("\n")
    width = max(len(line) for line in lines) * height * LETTER_WIDTH * float(properties.get("text_width_factor", 1.0))
    tall = height * (1 + LINE_PITCH * (len(lines) - 1))
    across, up = _attachment(properties)
    angle = math.radians(float(properties.get("text_rotation_deg") or 0.0))
    cos, sin = math.cos(angle), math.sin(angle)
    right, above = across * width, up * tall
    return anchor[0] + right * cos - above * sin, anchor[1] + right * sin + above * cos


def _attachment(properties: Mapping[str, Any]) -> tuple[float, float]:
    if properties["entity_type"] == "MTEXT":
        row, _, column = str(properties.get("text_attachment", "top-left")).partition("-")
        return _ACROSS.get(column, 0.5), _UP.get(row, -0.5)
    across = str(properties.get("text_h_align", "left"))
    up = "middle" if across == "middle" else str(properties.get("text_v_align", "baseline"))
    return _ACROSS.get(across, 0.5), _UP.get(up, 0.5)
