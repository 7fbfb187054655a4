"""What is drawn in a gap of a wall: a window, steps, or nothing."""

import numpy as np
import pytest

from geo_server.ingest.dxf.openings import fill_gaps
from geo_server.ingest.dxf.segments import Segments
from geo_server.ingest.dxf.walls import Bridge, Filling

NONE = np.empty((0, 4))


def across(*heights: float) -> Segments:
    """Lines from side to side of a gap from x = 0 to x = 1.2."""
    return np.array([(0.0, y, 1.2, y) for y in heights]).reshape(-1, 4)


def wall(thick: float) -> Segments:
    """A wall on both sides of the gap: two faces, or one line."""
    return np.array([(x, y, x + 4, y) for x in (-4.0, 1.2) for y in (-thick / 2, thick / 2)])


@pytest.mark.parametrize("turn_deg", [0, 40])
@pytest.mark.parametrize("on_face", [False, True])
@pytest.mark.parametrize(
    ("thick", "lines", "window"),
    [
        (0.36, (-0.18, 0, 0.18), True),
        (0.36, (-0.03, 0, 0.03), True),
        (0.12, (-0.06, 0, 0.06, 0.12), True),
        (0.0, (-0.1, 0, 0.1), True),
        (0.36, (-0.3, 0, 0.3), False),
        (0.36, (0.0, 0.28), False),
        (0.2, (-0.28, 0, 0.28), False),
        (0.0, (-0.3, 0, 0.3), False),
    ],
)
def test_three_lines_in_a_wall_are_a_window_and_three_steps_before_it_are_none(
    thick: float, lines: tuple[float, ...], window: bool, on_face: bool, turn_deg: float
) -> None:
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    turn = np.array([[cos, sin], [-sin, cos]])
    drawn, walls = ((part.reshape(-1, 2) @ turn).reshape(-1, 4) for part in (across(*lines), wall(thick)))
    (start, end) = (np.array([(0.0, thick / 2 * on_face), (1.2, thick / 2 * on_face)]) @ turn).tolist()
    bridge, shut = Bridge(tuple(start), tuple(end)), Bridge((50.0, 50.0), (51.0, 50.0))
    (filled, _) = fill_gaps([bridge, shut], [], NONE, drawn, walls)
    assert filled.filled is (Filling.WINDOW if window else Filling.UNKNOWN)
    if window:
        assert fill_gaps([bridge], [], drawn, NONE, walls)[0].filled is Filling.WINDOW
