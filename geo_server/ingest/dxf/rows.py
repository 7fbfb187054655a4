"""Rows of parallel lines at one distance from each other: treads of stairs, boards, tiles. All lengths in metres."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.drawing import Points
from geo_server.ingest.dxf.segments import Segments, as_lines, grouped, lengths

WIDEST_PITCH_M = 1.3
"""Lines farther apart than this are walls of rooms."""
LEAST_LINES = 5
LIKE_LENGTH, LIKE_PITCH = 0.35, 0.08
"""By which share lengths and distances in a row differ at most."""
ASIDE = 0.25
"""Middles of lines in a row are no farther from each other, along them, than this share of their length."""
AT_ONCE = 4096
"""Lines that are looked at together, so that the memory for a dense drawing is bounded."""
_Index = npt.NDArray[np.intp]


def find_rows(segments: Segments, widest: float = WIDEST_PITCH_M) -> tuple[_Index, npt.NDArray[np.float64]]:
    """The row that each segment is in, -1 for none, and the distance to its neighbours there.

    A segment is in a row when its nearest like ones on both sides are equally far away; so are those neighbours.

    Args:
        segments: In any unit.
        widest: The widest distance in a row, in the same unit.
    """
    row, pitch = np.full(len(segments), -1, dtype=np.intp), np.zeros(len(segments))
    if len(segments) < LEAST_LINES:
        return row, pitch
    one, other, across = _pairs(segments, widest)
    left, right = np.full((2, len(segments)), np.inf)
    np.minimum.at(left, one[across > 0], across[across > 0])
    np.minimum.at(right, one[across < 0], -across[across < 0])
    both = np.isfinite(left) & np.isfinite(right)
    inner = both & (np.abs(np.subtract(left, right, where=both, out=np.zeros_like(left))) <= LIKE_PITCH * left)
    pitch[inner] = left[inner]
    next_to = inner[one] & (np.abs(np.abs(across) - pitch[one]) <= LIKE_PITCH * pitch[one])
    groups = grouped(len(segments), one[next_to], other[next_to])
    sizes = np.bincount(groups, minlength=len(segments))
    good = sizes[groups] >= LEAST_LINES
    if not good.any():
        return row, pitch
    row[good] = groups[good]
    order = np.argsort(row, kind="stable")[len(row) - np.count_nonzero(good) :]
    for members in np.split(order, np.flatnonzero(np.diff(row[order])) + 1):
        pitch[members] = np.median(pitch[members[inner[members]]])
    return row, pitch


def _pairs(segments: Segments, widest: float) -> tuple[_Index, _Index, npt.NDArray[np.float64]]:
    """Like segments beside each other: indices, and how far the second is to the left of the first."""
    sizes = lengths(segments)
    middles = (segments[:, :2] + segments[:, 2:]) / 2
    units = (segments[:, 2:] - segments[:, :2]) / sizes[:, None]
    units[(units[:, 0] < -1e-9) | ((np.abs(units[:, 0]) <= 1e-9) & (units[:, 1] < 0))] *= -1
    tree = STRtree(shapely.points(middles))
    found = []
    for start in range(0, len(segments), AT_ONCE):
        some = np.arange(start, min(start + AT_ONCE, len(segments)))
        near, other = tree.query(_bands(middles[some], units[some], sizes[some], widest), predicate="intersects")
        one = some[near]
        away = middles[other] - middles[one]
        across = units[one, 0] * away[:, 1] - units[one, 1] * away[:, 0]
        along = np.abs((away * units[one]).sum(axis=1))
        like = np.abs(sizes[other] / sizes[one] - 1) <= LIKE_LENGTH
        parallel = np.abs((units[one] * units[other]).sum(axis=1)) > 0.999
        beside = like & parallel & (np.abs(across) > 0.015 * widest) & (along <= ASIDE * sizes[one])
        beside &= np.hypot(across, along) <= widest
        found.append((one[beside], other[beside], across[beside]))
    one, other, across = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return one, other, across


def _bands(middles: Points, units: Points, sizes: npt.NDArray[np.float64], widest: float) -> npt.NDArray[np.object_]:
    """Where the middles of segments that are beside others can lie: an area for each, a little larger than it must be."""
    along = units * np.minimum(ASIDE * sizes, widest)[:, None] * 1.001
    across = np.stack([-units[:, 1], units[:, 0]], axis=1) * widest * 1.001
    corners = [middles + along + across, middles + along - across, middles - along - across, middles - along + across]
    return np.asarray(shapely.polygons(np.stack(corners, axis=1)))


def crossing_rows(segments: Segments, row: _Index) -> npt.NDArray[np.bool_]:
    """Which segments cross many lines of rows: the other joints of tiles, the line that one walks a stair along.

    Args:
        segments: All lines.
        row: The row of each, -1 for none.
    """
    inner = segments[row >= 0].reshape(-1, 2, 2)
    shorter = shapely.linestrings(0.94 * inner + 0.06 * inner.mean(axis=1, keepdims=True))
    line, _ = STRtree(shorter).query(as_lines(segments), predicate="crosses")
    return np.asarray(np.bincount(line, minlength=len(segments)) >= LEAST_LINES - 1, dtype=np.bool_)
