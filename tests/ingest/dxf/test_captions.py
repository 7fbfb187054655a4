"""Frames around texts and leaders that point from them are told from small rooms and from walls."""

import numpy as np
import pytest

from geo_server.ingest.dxf.captions import find_leaders, without_frames
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


NOTE = Label("TYP.", (0.2, 0.0), 0.2, "T", "2F")
"""Its box ends at x = -0.05."""


@pytest.mark.parametrize(
    ("line", "beyond", "leads"),
    [
        ([(-0.2, 0), (-2, 0)], [], True),
        ([(-0.2, 0), (-0.8, 0), (-2, 1.5)], [], True),
        ([(-0.2, 0), (-3.4, 0)], [], False),
        ([(-0.2, 0), (-2, 0)], [(0.8, 0), (3, 0)], False),
        ([(-0.2, 0), (-2, 0)], [(0.8, -1), (0.8, 1)], True),
        ([(-0.2, 0), (-2, 0)], [(2.8, 0), (5, 0)], True),
    ],
)
def test_a_short_line_from_a_text_across_another_is_a_leader_unless_a_wall_goes_on_beyond_the_text(
    line: list[tuple[float, float]], beyond: list[tuple[float, float]], leads: bool
) -> None:
    crossed = Stroke(np.array([(-1.0, -2.0), (-1.0, 2.0)]), "0", "1F")
    others = [Stroke(np.array(points, dtype=np.float64), "0", "1F") for points in (beyond,) if points]
    found = find_leaders([Stroke(np.array(line, dtype=np.float64), "0", "1F"), crossed, *others], [NOTE])
    assert found.tolist() == [leads, False, *(False for _ in others)]
