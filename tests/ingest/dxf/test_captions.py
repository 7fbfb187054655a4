"""Frames around texts and leaders that point from them are told from small rooms and from walls."""

import numpy as np
import pytest

from geo_server.ingest.dxf.captions import without_frames
from geo_server.ingest.dxf.drawing import Label, Stroke
from geo_server.ingest.dxf.role import Role


def outline(wide: float, tall: float, layer: str) -> Stroke:
    x, y = wide / 2, tall / 2
    return Stroke(np.array([(-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)]), layer, "1F")


@pytest.mark.parametrize(
    ("layer", "role", "size", "frame", "told"),
    [
        ("A-WALL", Role.WALL, (1.2, 1.2), False, False),
        ("A-AREA", Role.AREA, (1.2, 1.2), False, False),
        ("0", Role.WALL, (1.2, 1.2), True, True),
        ("X", Role.UNKNOWN, (1.2, 1.2), True, True),
        ("X", Role.UNKNOWN, (0.8, 0.5), True, False),
        ("0", Role.WALL, (1.5, 1.5), False, False),
    ],
)
def test_what_hugs_a_text_is_its_frame_unless_it_is_named_or_as_large_as_a_room(
    layer: str, role: Role, size: tuple[float, float], frame: bool, told: bool
) -> None:
    closet, label = outline(*size, layer), Label("WC", (0.0, 0.0), 0.3, "T", "2F")
    (stroke,), findings = without_frames([closet], [label], {layer: role}, {"0"})
    assert (stroke.role is Role.EXCLUDE) == frame
    assert [(f.code, f.layer, f.count) for f in findings] == ([("frame-left-out", layer, 1)] if told else [])
