"""DXF entities to runs of points, and arcs found again in runs of points.

Curves are sampled by angle (10 degrees), never by a length: the unit of a drawing is unknown while it is read, and a
circle of radius 1e308 must cost no more than any other. Arcs reach a drawing as arcs, bulges, splines or many short
segments; :func:`fit_arcs` sees them all alike.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from ezdxf.math import bulge_to_arc

from geo_server.ingest.dxf.drawing import Points, Vertex
from geo_server.ingest.dxf.entities import Entity

STEP_DEG = 10.0
LEAST_STEPS = 4
"""Segments that the shortest arc becomes: enough to find it again."""
MOST_POINTS = 256
"""Points that one free-form curve may become."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A circular arc.

    Args:
        start: One end.
        end: The other end.
        sweep_deg: Angle between the ends, positive.
    """

    centre: Vertex
    radius: float
    start: Vertex
    end: Vertex
    sweep_deg: float


def flatten(entity: Entity) -> list[Points]:
    """Runs of points of an entity in world coordinates; empty for a type that has no outline.

    Raises:
        Exception: The entity's own data is contradictory (ezdxf raises many kinds).
    """
    maker = _MAKERS.get(entity.dxftype())
    return maker(entity) if maker else []


def _xy(points: object) -> Points:
    rows = [(p[0], p[1]) for p in points]  # type: ignore[attr-defined]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _line(entity: Entity) -> list[Points]:
    return [_xy([entity.dxf.start, entity.dxf.end])]


def _arc(entity: Entity) -> list[Points]:
    start, end = entity.dxf.start_angle, entity.dxf.end_angle
    sweep = (end - start) % 360 or 360.0
    count = max(LEAST_STEPS, math.ceil(sweep / STEP_DEG))
    return [_xy(entity.vertices([start + sweep * i / count for i in range(count + 1)]))]


def _circle(entity: Entity) -> list[Points]:
    points = _xy(entity.vertices(np.arange(0.0, 360.0, STEP_DEG)))
    return [np.vstack([points, points[:1]])]


def _ellipse(entity: Entity) -> list[Points]:
    start, end = entity.dxf.start_param, entity.dxf.end_param
    sweep = (end - start) % math.tau or math.tau
    count = max(LEAST_STEPS, math.ceil(math.degrees(sweep) / STEP_DEG))
    return [_xy(entity.vertices([start + sweep * i / count for i in range(count + 1)]))]


def _spline(entity: Entity) -> list[Points]:
    tool = entity.construction_tool()
    count = min(MOST_POINTS, 6 * max(2, len(tool.control_points)))
    return [_xy(tool.approximate(count))]


def _lwpolyline(entity: Entity) -> list[Points]:
    rows = [(p[0], p[1], p[2]) for p in entity.get_points("xyb")]
    points = _bulged(rows, bool(entity.closed))
    if entity.dxf.extrusion.z < 0 or not entity.dxf.extrusion.isclose((0, 0, 1)):
        elevation = entity.dxf.elevation
        points = _xy(entity.ocs().points_to_wcs([(x, y, elevation) for x, y in points]))
    return [points]


def _polyline(entity: Entity) -> list[Points]:
    if not (entity.is_2d_polyline or entity.is_3d_polyline):
        return []
    rows = [(v.dxf.location.x, v.dxf.location.y, v.dxf.get("bulge", 0.0)) for v in entity.vertices]
    if entity.is_3d_polyline:
        rows = [(x, y, 0.0) for x, y, _ in rows]
    points = _bulged(rows, bool(entity.is_closed))
    if entity.is_2d_polyline and entity.dxf.extrusion.z < 0:
        points = _xy(entity.ocs().points_to_wcs([(x, y, 0.0) for x, y in points]))
    return [points]


def _corners(entity: Entity) -> list[Points]:
    points = _xy(entity.wcs_vertices())
    return [np.vstack([points, points[:1]])] if len(points) > 2 else []


def _bulged(rows: list[tuple[float, float, float]], closed: bool) -> Points:
    """Vertices with bulges (tangent of a quarter of the arc's angle) as points."""
    if len(rows) < 2:
        return np.empty((0, 2), dtype=np.float64)
    ends = [*rows[1:], rows[0]] if closed else rows[1:]
    points: list[Vertex] = [(rows[0][0], rows[0][1])]
    for (x, y, bulge), (u, v, _) in zip(rows, ends, strict=False):
        if abs(bulge) > 1e-4 and math.isfinite(bulge) and (x, y) != (u, v):
            points.extend(_bulge_points((x, y), (u, v), bulge))
        points.append((u, v))
    return np.array(points, dtype=np.float64)


def _bulge_points(start: Vertex, end: Vertex, bulge: float) -> Iterator[Vertex]:
    centre, _, _, radius = bulge_to_arc(start, end, bulge)
    sweep = 4 * math.atan(bulge)
    begin = math.atan2(start[1] - centre.y, start[0] - centre.x)
    count = max(LEAST_STEPS, math.ceil(abs(math.degrees(sweep)) / STEP_DEG))
    for i in range(1, count):
        angle = begin + sweep * i / count
        yield centre.x + radius * math.cos(angle), centre.y + radius * math.sin(angle)


_MAKERS = {
    "LINE": _line,
    "ARC": _arc,
    "CIRCLE": _circle,
    "ELLIPSE": _ellipse,
    "SPLINE": _spline,
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _polyline,
    "SOLID": _corners,
    "TRACE": _corners,
    "3DFACE": _corners,
}


def fit_arcs(points: Points) -> list[Arc]:
    """Circular arcs in a run of points: constant turning, then a circle through it (Kåsa 1976).

    A run counts when at least three segments turn the same way by 0.2 to 40 degrees each, their lengths differ by no
    more than a factor of 2.5 from one to the next, and no point is off the circle by more than 4 % of the radius.
    """
    if len(points) < 4:
        return []
    steps = np.diff(points, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    if not (lengths > 0).all():
        keep = np.concatenate([[True], lengths > 0])
        return fit_arcs(points[keep]) if keep.sum() >= 4 else []
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    turns = np.degrees((np.diff(headings) + math.pi) % math.tau - math.pi)
    return [arc for first, last in _runs(turns, lengths) if (arc := _fit(points[first : last + 2])) is not None]


def _runs(turns: Points, lengths: Points) -> Iterator[tuple[int, int]]:
    """First and last segment of each run of even turning."""
    first = 0
    for i in range(1, len(lengths) + 1):
        goes_on = (
            i < len(lengths)
            and 0.2 <= abs(turns[i - 1]) <= 40.0
            and 0.4 <= lengths[i] / lengths[i - 1] <= 2.5
            and (i - 1 == first or turns[i - 1] * turns[i - 2] > 0)
        )
        if goes_on:
            continue
        if i - 1 - first >= 2:
            yield first, i - 1
        first = i


def _fit(points: Points) -> Arc | None:
    origin = points.mean(axis=0)
    p = points - origin
    matrix = np.column_stack([2 * p, np.ones(len(p))])
    (a, b, c), *_ = np.linalg.lstsq(matrix, (p**2).sum(axis=1), rcond=None)
    square = c + a * a + b * b
    if not square > 0:
        return None
    radius = float(math.sqrt(square))
    away = np.hypot(p[:, 0] - a, p[:, 1] - b)
    if np.abs(away - radius).max() > 0.04 * radius:
        return None
    angles = np.unwrap(np.arctan2(p[:, 1] - b, p[:, 0] - a))
    sweep = float(abs(math.degrees(angles[-1] - angles[0])))
    centre = (float(a + origin[0]), float(b + origin[1]))
    return Arc(centre, radius, _vertex(points[0]), _vertex(points[-1]), sweep)


def _vertex(point: Points) -> Vertex:
    return float(point[0]), float(point[1])
