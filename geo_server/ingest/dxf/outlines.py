"""DXF entities to runs of points in the coordinates of the layout or block that they stand in.

Curves are sampled by angle (10 degrees), never by a length: the unit of a drawing is unknown while it is read, and a
circle of radius 1e308 must cost no more than any other.
"""

import math
from collections.abc import Callable, Iterator
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt
from ezdxf.math import bulge_to_arc
from ezdxf.path import from_hatch

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.entities import Entity, SpacePoints
from geo_server.ingest.dxf.solids import BODIES, body_edges, mesh_edges

STEP_DEG = 10.0
LEAST_STEPS = 4
"""Segments that the shortest arc becomes: enough to find it again."""
MOST_POINTS = 256
"""Points that one free-form curve may become."""
MOST_PARTS = 2000
"""Outlines that one object may become."""
_SPLINE_FRAME = 16
"""Flag of a polyline's vertex that shapes a curve and does not lie on it (DXF reference, VERTEX 70)."""


def flatten(entity: Entity) -> list[SpacePoints]:
    """Runs of points of an entity; empty for a type that has no outline.

    Raises:
        Exception: The entity's own data is contradictory (ezdxf raises many kinds).
    """
    maker = _MAKERS.get(entity.dxftype())
    return maker(entity) if maker else []


def flatten_parts(entity: Entity) -> list[SpacePoints]:
    """Lines of what an object is drawn as: the picture that another program left of it, the elements of a multiline."""
    children: Iterator[Entity] = islice(entity.virtual_entities(), MOST_PARTS)
    return [run for child in children if child.dxftype() not in {"HATCH", "MPOLYGON"} for run in flatten(child)]


def drawn_width(entity: Entity) -> float:
    """Width that a polyline is drawn with all along; 0 for a plain line, and where the width changes."""
    kind = entity.dxftype()
    if kind == "LWPOLYLINE":
        widths = np.asarray(entity.lwpoints.values).reshape(-1, 5)[:, 2:4]
        constant = float(entity.dxf.get("const_width", 0.0))
    elif kind == "POLYLINE":
        constant = float(entity.dxf.get("default_start_width", 0.0))
        widths = np.array([(v.dxf.get("start_width", 0.0), v.dxf.get("end_width", 0.0)) for v in entity.vertices])
    else:
        return 0.0
    return width_of(widths, constant)


def width_of(widths: npt.NDArray[np.float64], constant: float) -> float:
    """Width of a polyline that is the same all along, else 0.

    Args:
        widths: At the begin and the end of the side after each vertex, shape (n, 2).
        constant: What holds where none of them is given.
    """
    if widths.size and widths.max() > 0:
        body = widths[:-1] if len(widths) > 1 else widths
        constant = float(body.min()) if body.min() == body.max() else 0.0
    return constant if math.isfinite(constant) and constant > 0 else 0.0


def _space(points: object) -> SpacePoints:
    rows = [(p[0], p[1], p[2]) for p in points]  # type: ignore[attr-defined]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _line(entity: Entity) -> list[SpacePoints]:
    return [np.array([entity.dxf.start.xyz, entity.dxf.end.xyz])]


def _arc(entity: Entity) -> list[SpacePoints]:
    start, end = entity.dxf.start_angle, entity.dxf.end_angle
    sweep = (end - start) % 360 or 360.0
    count = max(LEAST_STEPS, math.ceil(sweep / STEP_DEG))
    return [_space(entity.vertices([start + sweep * i / count for i in range(count + 1)]))]


def _circle(entity: Entity) -> list[SpacePoints]:
    points = _space(entity.vertices(np.arange(0.0, 360.0, STEP_DEG)))
    return [np.vstack([points, points[:1]])]


def _ellipse(entity: Entity) -> list[SpacePoints]:
    start, end = entity.dxf.start_param, entity.dxf.end_param
    sweep = (end - start) % math.tau or math.tau
    count = max(LEAST_STEPS, math.ceil(math.degrees(sweep) / STEP_DEG))
    return [_space(entity.vertices([start + sweep * i / count for i in range(count + 1)]))]


def _spline(entity: Entity) -> list[SpacePoints]:
    tool = entity.construction_tool()
    count = min(MOST_POINTS, 6 * max(2, len(tool.control_points)))
    return [_space(tool.approximate(count))]


def _lwpolyline(entity: Entity) -> list[SpacePoints]:
    rows = np.asarray(entity.lwpoints.values, dtype=np.float64).reshape(-1, 5)[:, (0, 1, 4)]
    return [_lifted(bulged(rows, closed=bool(entity.closed)), entity, float(entity.dxf.get("elevation", 0.0)))]


def _polyline(entity: Entity) -> list[SpacePoints]:
    vertices = [v for v in entity.vertices if not v.dxf.get("flags", 0) & _SPLINE_FRAME]
    if entity.is_3d_polyline:
        points = _space([v.dxf.location for v in vertices])
        return [np.vstack([points, points[:1]]) if entity.is_closed else points]
    if not entity.is_2d_polyline:
        return mesh_edges(entity)
    rows = np.array([(v.dxf.location.x, v.dxf.location.y, v.dxf.get("bulge", 0.0)) for v in vertices])
    elevation = entity.dxf.elevation.z if entity.dxf.hasattr("elevation") else 0.0
    return [_lifted(bulged(rows.reshape(-1, 3), closed=bool(entity.is_closed)), entity, float(elevation))]


def _corners(entity: Entity) -> list[SpacePoints]:
    points = _space(entity.wcs_vertices())
    return [np.vstack([points, points[:1]])] if len(points) > 2 else []


def _hatch(entity: Entity) -> list[SpacePoints]:
    """The boundaries of a filled area; what it is filled with is of no use."""
    runs = []
    for path in islice(from_hatch(entity), MOST_PARTS):
        points = _space(islice(path.approximate(LEAST_STEPS * 2), MOST_POINTS * 16))
        if len(points) > 2:
            runs.append(np.vstack([points, points[:1]]))
    return runs


def _lifted(points: SpacePoints, entity: Entity, elevation: float) -> SpacePoints:
    """Points of an entity's own plane in space (the arbitrary axis algorithm of the DXF reference)."""
    points[:, 2] = elevation
    if not entity.dxf.hasattr("extrusion") or entity.dxf.extrusion.isclose((0, 0, 1)):
        return points
    return _space(entity.ocs().points_to_wcs([tuple(point) for point in points.tolist()]))


def bulged(rows: npt.NDArray[np.float64], *, closed: bool) -> SpacePoints:
    """Vertices with bulges (tangent of a quarter of the arc's angle), shape (n, 3), as points at z = 0."""
    if len(rows) < 2:
        return np.empty((0, 3), dtype=np.float64)
    if closed:
        rows = np.vstack([rows, rows[:1]])
    if not rows[:-1, 2].any():
        rows[:, 2] = 0.0
        return rows
    corners = rows.tolist()
    points: list[Vertex] = [(corners[0][0], corners[0][1])]
    for (x, y, bulge), (u, v, _) in pairwise(corners):
        if abs(bulge) > 1e-4 and math.isfinite(bulge) and (x, y) != (u, v):
            points.extend(_bulge_points((x, y), (u, v), bulge))
        points.append((u, v))
    return np.column_stack([np.array(points, dtype=np.float64), np.zeros(len(points))])


def _bulge_points(start: Vertex, end: Vertex, bulge: float) -> Iterator[Vertex]:
    centre, _, _, radius = bulge_to_arc(start, end, bulge)
    sweep = 4 * math.atan(bulge)
    begin = math.atan2(start[1] - centre.y, start[0] - centre.x)
    count = max(LEAST_STEPS, math.ceil(abs(math.degrees(sweep)) / STEP_DEG))
    for i in range(1, count):
        angle = begin + sweep * i / count
        yield centre.x + radius * math.cos(angle), centre.y + radius * math.sin(angle)


_MAKERS: dict[str, Callable[[Entity], list[SpacePoints]]] = {
    "LINE": _line,
    "ARC": _arc,
    "CIRCLE": _circle,
    "ELLIPSE": _ellipse,
    "SPLINE": _spline,
    "HELIX": _spline,
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _polyline,
    "SOLID": _corners,
    "TRACE": _corners,
    "3DFACE": _corners,
    "HATCH": _hatch,
    "MPOLYGON": _hatch,
    "MLINE": flatten_parts,
    "MESH": mesh_edges,
    **dict.fromkeys(BODIES, body_edges),
}

FLATTENED = frozenset(_MAKERS)
"""Types that have an outline."""
