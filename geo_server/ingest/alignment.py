"""How one plan has to be shifted to lie over another, whatever file they come from."""

import numpy as np
import numpy.typing as npt

from geo_server.domain.moving import Shift

Points = npt.NDArray[np.float64]
"""Shape (n, 2), in metres."""


def align_shift(fixed: Points, moving: Points, grain: float = 0.25) -> tuple[Shift, float]:
    """The shift that lays the most corners of one plan on corners of another, and the share of corners that agree.

    Method: every pair of corners votes for the shift between them; the fullest cell of 25 cm wins and is refined by the
    median of its votes (a generalised Hough transform, Ballard 1981).
    """
    fixed, moving = _sample(fixed), _sample(moving)
    if len(fixed) < 4 or len(moving) < 4:
        return (0.0, 0.0), 0.0
    votes = (fixed[:, None, :] - moving[None, :, :]).reshape(-1, 2)
    column, row = np.round(votes / grain).astype(np.int64).T
    row -= row.min()
    _, which, counts = np.unique(column * (row.max() + 1) + row, return_inverse=True, return_counts=True)
    best = votes[which == counts.argmax()]
    shift = np.median(best, axis=0)
    near = votes[np.hypot(*(votes - shift).T) < grain]
    shift = np.median(near, axis=0)
    return (float(shift[0]), float(shift[1])), float(min(1.0, len(near) / min(len(fixed), len(moving))))


def _sample(points: Points, most: int = 900) -> Points:
    unique = np.unique(np.round(points, 2), axis=0)
    return unique if len(unique) <= most else unique[np.linspace(0, len(unique) - 1, most).astype(int)]
