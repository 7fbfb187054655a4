"""Hatching that was drawn as single lines between the faces of walls. All lengths in metres.

Terminology:
    stroke of a hatching: a short single line that ends on longer lines and lies among many parallel ones.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.noding import WELD_M
from geo_server.ingest.dxf.segments import as_lines, lengths, segments_of

LONGEST_M = 1.0
"""Strokes of a hatching are no longer: across the thickest wall, slanting."""
LEAST_STROKES, LEAST_SHARE = 12, 0.9
"""A direction is one of hatching when it has this many short lines, and hardly any other length of lines."""
NEAR_M = 0.5
"""The next stroke is no farther away."""
TURN_DEG = 1.0


def without_hatching(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Strokes without those of a hatching."""
    single = np.array([len(stroke.points) == 2 for stroke in strokes], dtype=np.bool_)
    if single.sum() < LEAST_STROKES:
        return list(strokes)
    drop = np.zeros(len(strokes), dtype=np.bool_)
    drop[np.flatnonzero(single)[_is_hatching(strokes, single)]] = True
    return [stroke for stroke, gone in zip(strokes, drop.tolist(), strict=True) if not gone]


def _is_hatching(strokes: Sequence[Stroke], single: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which single lines are strokes of a hatching."""
    rows = np.array([strokes[i].points.ravel() for i in np.flatnonzero(single).tolist()])
    sizes, every = lengths(rows), segments_of(strokes)
    bins = _direction(rows)
    total = np.bincount(_direction(every), weights=lengths(every), minlength=180)
    short = (sizes > 0) & (sizes <= LONGEST_M)
    few = np.bincount(bins[short], weights=sizes[short], minlength=180)
    many = np.bincount(bins[short], minlength=180) >= LEAST_STROKES
    candidates = short & (many & (few >= LEAST_SHARE * total))[bins]
    return _in_rows(rows, candidates) if candidates.any() else candidates


def _direction(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    angle = np.degrees(np.arctan2(rows[:, 3] - rows[:, 1], rows[:, 2] - rows[:, 0]))
    return np.asarray(np.round(angle / TURN_DEG) % 180, dtype=np.intp)


def _in_rows(rows: npt.NDArray[np.float64], candidates: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which candidates have parallel ones on both sides of them or two on one, and meet no other line end to end."""
    index = np.flatnonzero(candidates)
    lines = as_lines(rows[index])
    one, other = STRtree(lines).query(lines, predicate="dwithin", distance=NEAR_M)
    like = (one != other) & (_direction(rows[index])[one] == _direction(rows[index])[other])
    beside = np.bincount(one[like], minlength=len(index)) >= 2
    ends = shapely.points(rows.reshape(-1, 2))
    end, corner = STRtree(ends).query(shapely.points(rows[index].reshape(-1, 2)), predicate="dwithin", distance=WELD_M)
    joined = np.bincount(end[corner // 2 != index[end // 2]] // 2, minlength=len(index)) > 0
    result = np.zeros(len(rows), dtype=np.bool_)
    result[index[beside & ~joined]] = True
    return result
