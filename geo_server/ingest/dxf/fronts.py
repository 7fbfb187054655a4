"""Glass fronts on layers whose names say nothing: long lines that walls end at. Scale-free: no unit is known.

Terminology:
    wall end: a cap or a dangling end of the walls, see :mod:`geo_server.ingest.dxf.segments`.
"""

import numpy as np
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.rows import find_rows
from geo_server.ingest.dxf.segments import Corners, Segments, as_lines, extent, find_caps, find_dangles, lengths

GRAIN, THICKEST, AHEAD = 1e-5, 0.03, 4e-3
"""Shares of the plan's size: ends nearer than this meet, caps are no longer, and a wall stops no farther before a front."""
LONG, PITCH = 0.03, 0.02
"""Shorter lines, and those in rows nearer to each other, are frames, furniture and paving."""
LEAST_ENDS, LEAST_SHARE, LEAST_SPAN = 4, 0.15, 0.5
"""So many walls end at it, this share of all that end somewhere, and it runs along so much of the plan."""


def is_front(drawn: Segments, walls: Segments, span: tuple[float, float]) -> bool:
    """Whether what is drawn on a layer is what walls end at.

    Args:
        drawn: On the layer.
        walls: Of all layers of walls.
        span: Width and height of the plan.
    """
    whole = max(span)
    lines = drawn[lengths(drawn) >= LONG * whole]
    if len(lines) == 0 or len(walls) == 0:
        return False
    lines = lines[find_rows(lines, PITCH * whole)[0] < 0]
    width, height = extent(lines.reshape(-1, 2))
    if len(lines) == 0 or max(width, height) < LEAST_SPAN * whole:
        return False
    corners = Corners(walls, GRAIN * whole)
    ends = [*find_caps(corners, THICKEST * whole), *find_dangles(corners)]
    if len(ends) < LEAST_ENDS:
        return False
    at, ahead = np.array([end.at for end in ends]), np.array([end.direction for end in ends])
    rays = shapely.linestrings(np.stack([at, at + ahead * AHEAD * whole], axis=1))
    end, line = STRtree(as_lines(lines)).query(rays, predicate="intersects")
    steps = (lines[line, 2:] - lines[line, :2]) / lengths(lines)[line, None]
    stopped = len(np.unique(end[np.abs((steps * ahead[end]).sum(axis=1)) < 0.3]))
    return stopped >= max(LEAST_ENDS, LEAST_SHARE * len(ends))
