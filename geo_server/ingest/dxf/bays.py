"""Open bays: zones that hold several names, divided where a wall would go on. All lengths in metres.

A recess or a wide gap says nothing by itself. Where rooms of different names lie on its two sides, the straight
continuation of the wall beside it is their border, and a way through; the shortest such border is taken.

Terminology:
    cut: the continuation of a wall through a zone, column by column, as the pieces that lie in the zone.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.labels import Stamp
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.polygonize import LEAST_AREA_M2, LEAST_RADIUS_M, inscribed_radius
from geo_server.ingest.dxf.profile import category_of
from geo_server.ingest.dxf.walls import THICKEST_M, Bridge

BAY_M = 8.0
"""The widest bay between two walls or columns."""
FARTHEST_M = 20.0
ON_WALL_M = 0.005
LEAST_TURN = 0.5
"""Sine of the sharpest turn that is no corner of a wall but a curve."""

Name = tuple[str, Vertex]
"""Words, and where they stand."""


def divide_zones(zones: Sequence[Polygon], stamps: Sequence[Stamp]) -> tuple[list[Polygon], list[Bridge]]:
    """Zones divided where open bays set their names, or their written areas, apart; and the ways between.

    Args:
        zones: Those that nobody outlined.
        stamps: What the texts of the level say.
    """
    names = [(plain_words(s.name), s.at) for s in stamps if s.names and category_of(s.name) is not None]
    sizes = [(f"{s.area_m2:.1f}", s.at) for s in stamps if s.area_m2]
    result, bridges = list(zones), list[Bridge]()
    for said in (names, sizes):
        tree = STRtree(shapely.points(np.array([at for _, at in said], dtype=np.float64).reshape(-1, 2)))
        zone, inside = tree.query(np.array(result, dtype=object), predicate="contains")
        divided = [
            divide_bays(polygon, [said[i] for i in sorted(inside[zone == index].tolist())])
            for index, polygon in enumerate(result)
        ]
        result = [part for parts, _ in divided for part in parts]
        bridges += [bridge for _, between in divided for bridge in between]
    return result, bridges


def divide_bays(zone: Polygon, names: Sequence[Name]) -> tuple[list[Polygon], list[Bridge]]:
    """A zone as one part for each name that an open bay sets apart, and the bridges across the bays.

    Args:
        zone: A zone.
        names: Those that stand in it; the same words twice are one name.
    """
    if len({words for words, _ in names}) < 2:
        return [zone], []
    for cut in sorted(_cuts(zone), key=lambda pieces: (sum(p.length for p in pieces), pieces[0].bounds)):
        parts = _parts(zone, cut, names)
        if len(parts) < 2:
            continue
        bridges = [Bridge(_vertex(piece.coords[0]), _vertex(piece.coords[-1])) for piece in cut]
        divided = [divide_bays(part, [name for name in names if part.intersects(Point(name[1]))]) for part in parts]
        return [p for group, _ in divided for p in group], [*bridges, *(b for _, more in divided for b in more)]
    return [zone], []


def _cuts(zone: Polygon) -> Iterator[tuple[LineString, ...]]:
    """The cuts from all corners that point into a zone, on along either wall."""
    outline = zone.boundary.buffer(ON_WALL_M)
    for outer, ring in ((True, zone.exterior), *((False, ring) for ring in zone.interiors)):
        points = np.asarray(ring.coords, dtype=np.float64)[:-1, :2]
        before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
        sizes = np.hypot(*before.T) * np.hypot(*after.T)
        turns = (before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]) / np.maximum(sizes, 1e-12)
        inwards = turns * (1.0 if ring.is_ccw is outer else -1.0) < -LEAST_TURN
        for index in np.flatnonzero(inwards).tolist():
            for step in (before[index], -after[index]):
                pieces = _pieces(zone, outline, points[index], step / np.hypot(*step))
                if pieces:
                    yield pieces


def _pieces(
    zone: Polygon, outline: BaseGeometry, start: npt.NDArray[np.float64], ahead: npt.NDArray[np.float64]
) -> tuple[LineString, ...]:
    """What of a ray lies open in a zone before it comes to a wall or along one, columns passed through."""
    ray = LineString([start, start + FARTHEST_M * ahead])
    open_parts = zone.intersection(ray).difference(outline)
    runs = [part for part in shapely.get_parts(open_parts) if isinstance(part, LineString) and not part.is_empty]
    spans = sorted(
        tuple(sorted(float((np.array(end) - start) @ ahead) for end in run.coords[:: len(run.coords) - 1]))
        for run in runs
    )
    found: list[tuple[float, float]] = []
    reached = 0.0
    for first, last in spans:
        if first - reached > THICKEST_M or last - first > BAY_M:
            break
        found.append((first, last))
        reached = last
    return tuple(LineString([start + a * ahead, start + b * ahead]) for a, b in found if b - a > 0.01)


def _parts(zone: Polygon, cut: Sequence[LineString], names: Sequence[Name]) -> list[Polygon]:
    """The sides of a cut when each holds names that the others do not, and is large enough for people."""
    lines = shapely.union_all([zone.boundary, *(_longer(piece) for piece in cut)], grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))).tolist()
    faces = [face for face in faces if zone.covers(face.representative_point())]
    held = [frozenset(words for words, at in names if face.intersects(Point(at))) for face in faces]
    if len([words for words in held if words]) < 2 or len(frozenset().union(*held)) < sum(map(len, held)):
        return []
    for face in [face for face, words in zip(faces, held, strict=True) if not words]:
        _give_away(face, faces)
    fits = min(face.area for face in faces) >= LEAST_AREA_M2 and float(inscribed_radius(faces).min()) >= LEAST_RADIUS_M
    return faces if fits else []


def _give_away(face: Polygon, faces: list[Polygon]) -> None:
    """Join a face to the one that it shares most of its outline with."""
    faces.remove(face)
    host = max(range(len(faces)), key=lambda i: faces[i].boundary.intersection(face.boundary).length)
    joined = shapely.union(faces[host], face, grid_size=0.001)
    faces[host] = max(shapely.get_parts(joined), key=lambda part: part.area)


def _longer(piece: LineString) -> LineString:
    (x, y), (u, v) = piece.coords[0], piece.coords[-1]
    size = piece.length
    over = 2 * ON_WALL_M / size
    return LineString([(x - (u - x) * over, y - (v - y) * over), (u + (u - x) * over, v + (v - y) * over)])


def _vertex(point: Sequence[float]) -> Vertex:
    return float(point[0]), float(point[1])
