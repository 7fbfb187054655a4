"""Rows of parallel lines are found wherever they lie, and however many other lines there are."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_server.ingest.dxf import rows
from geo_server.ingest.dxf.rows import LIKE_LENGTH, find_rows

Segments = npt.NDArray[np.float64]
WIDEST = 1.3


def flight(count: int, pitch: float, *, length: float = 1.2, angle: float = 0.0, at: complex = 0j) -> Segments:
    """Treads of a stair, turned about its foot."""
    turn = np.exp(1j * angle)
    ends = [(at + turn * (k * 1j * pitch), at + turn * (length + k * 1j * pitch)) for k in range(count)]
    return np.array([[a.real, a.imag, b.real, b.imag] for a, b in ends])


@settings(deadline=None)
@given(st.integers(5, 20), st.floats(0.1, 1.2), st.floats(0, 6.3), st.floats(-1e3, 1e3))
def test_the_treads_of_a_stair_are_one_row_with_their_pitch(count: int, pitch: float, angle: float, x: float) -> None:
    row, found = find_rows(flight(count, pitch, length=4.0, angle=angle, at=complex(x, -x)), WIDEST)
    assert len(set(row.tolist())) == 1
    assert row[0] >= 0
    assert found == pytest.approx(pitch, rel=1e-6)


def test_lines_that_are_few_unlike_or_unevenly_apart_are_no_row() -> None:
    uneven = np.vstack([flight(1, 0, at=complex(0, y)) for y in (0, 0.2, 0.5, 0.9, 1.4, 2.0, 2.7)])
    unlike = np.vstack([flight(1, 0, length=0.5 * 1.6**k, at=complex(0, 0.3 * k)) for k in range(7)])
    for lines in (flight(4, 0.3), uneven, unlike):
        assert (find_rows(lines, WIDEST)[0] == -1).all()


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(0, 6.3))
def test_lines_beside_each_other_are_those_that_looking_at_every_pair_finds(seed: int, angle: float) -> None:
    lots = np.random.default_rng(seed)
    starts = lots.uniform(0, 4, (60, 2))
    turns = angle + lots.choice([0, np.pi / 2, np.pi, 0.3], 60)
    sizes = lots.choice([0.5, 0.6, 1.5], 60)
    segments = np.hstack([starts, starts + (sizes * np.array([np.cos(turns), np.sin(turns)])).T])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "AT_ONCE", 7)
        one, other, across = rows._pairs(segments, WIDEST)
    found = {(a, b): abs(c) for a, b, c in zip(one.tolist(), other.tolist(), across.tolist(), strict=True)}
    assert found == pytest.approx(beside(segments))


def beside(segments: Segments) -> dict[tuple[int, int], float]:
    """Pairs of like lines beside each other and how far apart they are, in complex numbers, one pair at a time."""
    ends = segments.view(np.complex128)
    middles, ways = ends.mean(axis=1), ends[:, 1] - ends[:, 0]
    found = {}
    for a, b in np.ndindex(len(segments), len(segments)):
        step = (middles[b] - middles[a]) / (ways[a] / abs(ways[a]))
        straight = abs((ways[b] / ways[a]).real) / abs(ways[b] / ways[a]) > 0.999
        like = abs(abs(ways[b]) / abs(ways[a]) - 1) <= LIKE_LENGTH
        near = abs(step) <= WIDEST and abs(step.imag) > 0.015 * WIDEST and abs(step.real) <= 0.25 * abs(ways[a])
        if straight and like and near:
            found[a, b] = float(abs(step.imag))
    return found
