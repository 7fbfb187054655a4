"""Shapes of a model seen from above."""

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from geo_server.ingest.ifc.model import Shape, Triangles

STEEP = 0.5
"""A face is a floor when its normal points down by more than this (cosine)."""
GRID_M = 0.001


def footprint(shape: Shape) -> list[Polygon]:
    """The floor of a space: its faces that look down, joined; the whole shadow when none does."""
    floors = _looking_down(shape.triangles)
    for triangles in (floors, shape.triangles):
        joined = shapely.union_all(shapely.set_precision(shapely.polygons(triangles[:, :, :2]), GRID_M))
        parts = [part for part in shapely.get_parts(joined) if isinstance(part, Polygon) and part.area > 0]
        if parts:
            return [Polygon(part) for part in shapely.get_parts(shapely.simplify(parts, GRID_M)) if part.is_valid]
    return []


def _looking_down(triangles: Triangles) -> Triangles:
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    down = np.divide(-normals[:, 2], lengths, out=np.zeros(len(normals)), where=lengths > 0)
    return np.asarray(triangles[down > STEEP], dtype=np.float64)


def door_line(shape: Shape, width_m: float | None) -> LineString | None:
    """A door from jamb to jamb, in the middle of its wall; its x axis runs along the wall (IfcDoor).

    Args:
        shape: Of the door.
        width_m: Overall width, or None: as drawn.
    """
    length = float(np.linalg.norm(shape.along))
    if length < 0.5:
        return None
    along = shape.along / length
    across = np.array([-along[1], along[0]])
    flat = shape.points[:, :2]
    reach, depth = flat @ along, flat @ across
    middle = along * (reach.min() + reach.max()) / 2 + across * (depth.min() + depth.max()) / 2
    half = along * (width_m or float(reach.max() - reach.min())) / 2
    return LineString([middle - half, middle + half])


def foot_and_head(shape: Shape) -> tuple[Point, Point]:
    """Where stairs begin and end: the middle of their lowest and of their highest tenth."""
    points = shape.points
    low, high = points[:, 2].min(), points[:, 2].max()
    tenth = max(0.1 * (high - low), 1e-6)
    foot = points[points[:, 2] <= low + tenth].mean(axis=0)
    head = points[points[:, 2] >= high - tenth].mean(axis=0)
    return Point(foot[:2]), Point(head[:2])
