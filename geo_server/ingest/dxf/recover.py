"""Spaces that leak: found by morphology where the arrangement of lines stays open. All lengths in metres.

When the outer wall has a hole wider than any door, the space behind it is one with the outside and polygonize loses it.
The outline of the level is then closed by growing and shrinking it, wider and wider, and what it holds beyond the faces
is looked at: a space with a name in it, or with several doors around it, is a zone that leaked.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.segments import Segments, as_lines
from geo_server.ingest.dxf.walls import Bridge

RADII_M = (1.0, 2.0, 3.5)
HALF_WIDTH_M = 0.45
"""Half of the narrowest passage."""
LEAST_AREA_M2 = 5.0
LEAST_DOORS = 4


def find_leaks(
    barriers: Segments, faces: Sequence[Polygon], bridges: Sequence[Bridge], stamps: Sequence[Vertex]
) -> list[Polygon]:
    """Spaces inside the level that no face covers and that a name or three ways in show to be zones.

    Args:
        barriers: Noded.
        faces: All faces, rooms or not.
        bridges: Chords of doors and bridges over gaps.
        stamps: Places of room names.
    """
    if len(barriers) == 0:
        return []
    near = shapely.buffer(np.array(faces, dtype=object), 0.02, join_style="mitre")
    covered = shapely.union_all(near) if faces else Polygon()
    shapely.prepare(covered)
    lines = as_lines(barriers)
    lines = lines[~shapely.covers(covered, lines)]
    walls = shapely.union_all(shapely.buffer(lines, 0.02, cap_style="square", quad_segs=1))
    ways = STRtree([shapely.LineString([b.start, b.end]) for b in bridges if b.width_m >= 0.6])
    named = STRtree(shapely.points(np.array(stamps, dtype=np.float64).reshape(-1, 2)))
    found: list[Polygon] = []
    for radius in RADII_M:
        inside = _closed(lines, covered, radius)
        free = inside.difference(shapely.union_all([covered, walls, *found]))
        core = free.buffer(-HALF_WIDTH_M, quad_segs=2)
        opened = shapely.make_valid(core.buffer(HALF_WIDTH_M, join_style="mitre")).intersection(free)
        found += [
            part
            for part in shapely.get_parts(shapely.set_precision(opened, 0.001))
            if isinstance(part, Polygon) and part.area >= LEAST_AREA_M2 and _is_zone(part, ways, named)
        ]
    return found


def _closed(lines: npt.NDArray[np.object_], covered: BaseGeometry, radius: float) -> BaseGeometry:
    """What lines and faces hold once gaps narrower than twice a radius are closed.

    What GEOS shrinks may touch itself, which no overlay takes, so it is made valid.
    """
    shells = [Polygon(part.exterior) for part in shapely.get_parts(covered) if isinstance(part, Polygon)]
    grown = shapely.buffer(np.concatenate([lines, np.array(shells, dtype=object)]), radius, quad_segs=2)
    parts = shapely.get_parts(shapely.union_all(grown))
    solid = shapely.union_all([Polygon(part.exterior) for part in parts if isinstance(part, Polygon)])
    return shapely.make_valid(solid.buffer(-radius, quad_segs=2))


def _is_zone(part: Polygon, ways: STRtree, named: STRtree) -> bool:
    return (
        len(named.query(part, predicate="intersects")) > 0
        or len(ways.query(part, predicate="dwithin", distance=0.15)) >= LEAST_DOORS
    )
