"""Texts of a DXF document as labels: plain words and the centre of their box."""

import math

from ezdxf.math import Vec3

from geo_server.ingest.dxf.drawing import Label, Vertex
from geo_server.ingest.dxf.entities import Entity

MOST_CHARACTERS = 2000
LETTER_WIDTH = 0.62
"""Mean width of a letter in capital heights, over common CAD fonts."""
LINE_PITCH = 5.0 / 3.0
"""Distance of two lines of an MTEXT in capital heights at spacing factor 1 (DXF reference)."""

_HALIGN = {0: 0.5, 1: 0.0, 2: -0.5, 3: 0.0, 4: 0.0, 5: 0.0}
_VALIGN = {0: 0.5, 1: 0.5, 2: 0.0, 3: -0.5}


def read_label(entity: Entity) -> Label | None:
    """The label of a TEXT, ATTRIB, ATTDEF or MTEXT, on its own layer; None when it says nothing."""
    tag = str(entity.dxf.tag) if entity.dxftype() in {"ATTRIB", "ATTDEF"} else ""
    if tag and entity.has_embedded_mtext_entity:
        entity = entity.virtual_mtext_entity()
    words = str(entity.plain_text() or "").replace("\xa0", " ").strip()
    if not words:
        return None
    is_mtext = entity.dxftype() == "MTEXT"
    height = float(entity.dxf.char_height if is_mtext else entity.dxf.height) or 1.0
    centre = _mtext_centre(entity, words, height) if is_mtext else _text_centre(entity, words, height)
    handle = str(entity.dxf.get("handle", "") or "")
    return Label(words[:MOST_CHARACTERS], centre, height, str(entity.dxf.get("layer", "0")), handle, tag)


def _text_centre(entity: Entity, words: str, height: float) -> Vertex:
    halign, valign = entity.dxf.halign, entity.dxf.valign
    anchor = entity.dxf.insert
    if (halign or valign) and entity.dxf.hasattr("align_point"):
        anchor = entity.dxf.align_point
        if halign in {3, 5}:
            anchor = entity.dxf.insert.lerp(anchor)
    width = len(words) * height * LETTER_WIDTH * float(entity.dxf.get("width", 1.0))
    across = _HALIGN.get(halign, 0.5) * width
    up = (0.0 if halign == 4 else _VALIGN.get(valign, 0.5)) * height
    angle = math.radians(float(entity.dxf.get("rotation", 0.0)))
    anchor = entity.ocs().to_wcs(anchor)
    if entity.dxf.extrusion.z < 0:
        across = -across
    return _turned(anchor.x, anchor.y, across, up, angle)


def _mtext_centre(entity: Entity, words: str, height: float) -> Vertex:
    spacing, angle = float(entity.dxf.get("line_spacing_factor", 1.0)), math.radians(float(entity.get_rotation()))
    return centre_of_lines(
        entity.dxf.insert, words, height, int(entity.dxf.attachment_point), spacing=spacing, angle=angle
    )


def centre_of_lines(
    anchor: Vec3, words: str, height: float, attached: int, *, spacing: float = 1.0, angle: float = 0.0
) -> Vertex:
    """The centre of a text of several lines.

    Args:
        anchor: Where it is put.
        words: With line breaks.
        height: Of a capital.
        attached: Which corner, side or middle of it is at the anchor, as of an MTEXT (DXF reference, MTEXT 71).
        spacing: Factor of the distance of its lines.
        angle: In radians.
    """
    lines = words.split("\n")
    width = max(len(line) for line in lines) * height * LETTER_WIDTH
    tall = height * (1 + LINE_PITCH * (len(lines) - 1) * spacing)
    column, row = (attached - 1) % 3, (attached - 1) // 3
    across, up = (0.5 - column / 2) * width, (row / 2 - 0.5) * tall
    return _turned(anchor.x, anchor.y, across, up, angle)


def _turned(x: float, y: float, across: float, up: float, angle: float) -> Vertex:
    cos, sin = math.cos(angle), math.sin(angle)
    return x + across * cos - up * sin, y + across * sin + up * cos
