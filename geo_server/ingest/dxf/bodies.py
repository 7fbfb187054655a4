"""Walls drawn as wide polylines: their two faces instead of their middle. All lengths in metres."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Polygon

from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.profile import stroke_role
from geo_server.ingest.dxf.role import Role

THINNEST_M, THICKEST_M = 0.04, 1.5
"""Widths that a wall may have; thinner ones only make a line easier to see."""
_SOLID = frozenset({Role.WALL, Role.COLUMN})


def with_bodies(strokes: Iterable[Stroke], roles: Mapping[str, Role]) -> tuple[Stroke, ...]:
    """Strokes, those of wide walls and columns replaced by the outline of what they fill."""
    return tuple(part for stroke in strokes for part in _faces(stroke, roles))


def _faces(stroke: Stroke, roles: Mapping[str, Role]) -> Iterator[Stroke]:
    if not THINNEST_M <= stroke.width <= THICKEST_M or stroke_role(stroke, roles) not in _SOLID:
        yield stroke
        return
    body = shapely.buffer(LineString(stroke.points), stroke.width / 2, cap_style="flat", join_style="mitre")
    for part in shapely.get_parts(body):
        if isinstance(part, Polygon):
            for ring in (part.exterior, *part.interiors):
                points = np.asarray(ring.coords, dtype=np.float64)[:, :2]
                yield replace(stroke, points=points, filled=True, width=0.0)
