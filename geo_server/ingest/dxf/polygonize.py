"""Faces of a closed arrangement, and which of them are rooms. All lengths in metres.

Terminology:
    face: what polygonize gives: a polygon bounded by barriers and bridges.
    body: a face too narrow to stand in: a wall's inside, a window box, a shaft.
    niche: a small face that only a bridge divides from a room, such as the recess of a door.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon, STRtree

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.noding import node_with
from geo_server.ingest.dxf.segments import Segments, as_lines
from geo_server.ingest.dxf.walls import Bridge, bridge_segments

LEAST_AREA_M2, LEAST_NAMED_M2 = 1.2, 0.6
LEAST_RADIUS_M = 0.38
"""A person needs this much room; a face with a smaller inscribed circle is a body."""
NICHE_AREA_M2 = 2.5
CROSSING_RATIO = 1.35
"""A bridge that is nearly as long as the space is wide, on both sides, crosses a corridor and is no doorway."""


@dataclass(frozen=True)
class Faces:
    """Faces, and those that are rooms.

    Args:
        polygons: All faces.
        is_room: For each, whether people can be in it.
        absorbed: How many niches were added to rooms.
    """

    polygons: list[Polygon]
    is_room: npt.NDArray[np.bool_]
    absorbed: int = 0

    @property
    def rooms(self) -> list[Polygon]:
        """The rooms."""
        return [polygon for polygon, room in zip(self.polygons, self.is_room, strict=True) if room]

    @property
    def bodies(self) -> list[Polygon]:
        """All others."""
        return [polygon for polygon, room in zip(self.polygons, self.is_room, strict=True) if not room]


def faces_of(segments: Segments) -> list[Polygon]:
    """Faces of noded segments, in a fixed order."""
    found = shapely.get_parts(shapely.polygonize(as_lines(segments)))
    return sorted(found, key=lambda face: face.bounds)


def find_faces(barriers: Segments, bridges: Sequence[Bridge], stamps: Iterable[Vertex]) -> tuple[Faces, list[Bridge]]:
    """Rooms that barriers and bridges enclose.

    Args:
        barriers: Noded.
        bridges: Chords of doors and bridges over gaps.
        stamps: Places of room names; a face with one is a room even when it is small.

    Returns:
        The faces, and the bridges that stayed: those across corridors are taken out again.
    """
    points = list(stamps)
    faces = faces_of(node_with(barriers, bridge_segments(bridges)))
    tree = STRtree(faces)
    stay = [b for b in bridges if b.symbol is not None or not _crosses_corridor(b, faces, tree)]
    if len(stay) < len(bridges):
        faces = faces_of(node_with(barriers, bridge_segments(stay)))
    return _absorb(faces, _rooms_among(faces, points), stay), stay


def inscribed_radius(polygons: Sequence[Polygon]) -> npt.NDArray[np.float64]:
    """Radius of the largest circle in each polygon, within 5 cm."""
    if not polygons:
        return np.empty(0)
    circles = shapely.maximum_inscribed_circle(np.array(polygons, dtype=object), tolerance=0.05)
    return np.asarray(shapely.length(circles), dtype=np.float64)


def _rooms_among(faces: list[Polygon], stamps: Sequence[Vertex]) -> npt.NDArray[np.bool_]:
    areas = shapely.area(np.array(faces, dtype=object)) if faces else np.empty(0)
    radii = np.zeros(len(faces))
    large = np.flatnonzero(areas >= LEAST_NAMED_M2)
    radii[large] = inscribed_radius([faces[index] for index in large.tolist()])
    rooms = (areas >= LEAST_AREA_M2) & (radii >= LEAST_RADIUS_M)
    if stamps and faces:
        _, named = STRtree(faces).query(shapely.points(stamps), predicate="intersects")
        rooms[named] |= (areas[named] >= LEAST_NAMED_M2) & (radii[named] >= 0.3)
    return np.asarray(rooms, dtype=np.bool_)


def _crosses_corridor(bridge: Bridge, faces: list[Polygon], tree: STRtree) -> bool:
    """Whether the space on both sides of a bridge is hardly wider than the bridge."""
    if bridge.width_m < 0.02:
        return False
    return all(
        (w := _width_beside(bridge, side, faces, tree)) is not None and w <= CROSSING_RATIO * bridge.width_m
        for side in (0.45, -0.45)
    )


def _width_beside(bridge: Bridge, offset: float, faces: list[Polygon], tree: STRtree) -> float | None:
    """Width of the free space beside a bridge, measured along it; None when a barrier lies there."""
    start, end = np.array(bridge.start), np.array(bridge.end)
    along = (end - start) / bridge.width_m
    middle = np.array(bridge.middle) + offset * np.array([-along[1], along[0]])
    here = Point(middle)
    hit = tree.query(here, predicate="within")
    if len(hit) == 0:
        return None
    pieces = shapely.get_parts(
        faces[int(hit[0])].intersection(shapely.LineString([middle - 6 * along, middle + 6 * along]))
    )
    return next((float(piece.length) for piece in pieces if piece.distance(here) < 1e-6), None)


def sides_of(bridge: Bridge, tree: STRtree, offset: float = 0.03) -> tuple[int | None, int | None]:
    """Indices of the faces directly on the left and right of a bridge."""
    start, end = np.array(bridge.start), np.array(bridge.end)
    along = (end - start) / (bridge.width_m or 1.0)
    across = np.array([-along[1], along[0]])
    middle = np.array(bridge.middle)
    found: list[int | None] = []
    for side in (offset, -offset):
        hit = tree.query(Point(middle + side * across), predicate="intersects")
        found.append(int(hit[0]) if len(hit) else None)
    return found[0], found[1]


def _absorb(faces: list[Polygon], rooms: npt.NDArray[np.bool_], bridges: Sequence[Bridge]) -> Faces:
    """Add niches to the rooms that only a bridge divides them from."""
    if not faces:
        return Faces([], rooms)
    tree = STRtree(faces)
    polygons: list[Polygon | None] = list(faces)
    absorbed = 0
    for bridge in sorted(bridges, key=lambda b: b.symbol is not None):  # the chord of a door stays a boundary if it can
        one, other = sides_of(bridge, tree)
        if one is None or other is None or rooms[one] == rooms[other]:
            continue
        room, niche = (one, other) if rooms[one] else (other, one)
        small, large = polygons[niche], polygons[room]
        if small is None or large is None or small.area > NICHE_AREA_M2:
            continue
        joined = shapely.union(large, small, grid_size=0.001)
        if isinstance(joined, Polygon):
            polygons[room], polygons[niche] = joined, None
            absorbed += 1
    kept = [(p, bool(r)) for p, r in zip(polygons, rooms, strict=True) if p is not None]
    return Faces([p for p, _ in kept], np.array([r for _, r in kept], dtype=np.bool_), absorbed)


def without_tentacles(polygon: Polygon, radius: float) -> list[Polygon]:
    """A room cut free of spaces narrower than twice a radius, such as wall cavities that leak into it.

    Returns:
        The room itself when nothing much is cut, else its parts that are rooms.
    """
    core = polygon.buffer(-radius, join_style="mitre")
    grown = shapely.make_valid(core.buffer(radius * 1.001, join_style="mitre", mitre_limit=2.0))
    opened = grown.intersection(polygon)
    if opened.area > 0.985 * polygon.area and isinstance(opened, Polygon):
        return [polygon]
    parts = [part for part in shapely.get_parts(opened) if isinstance(part, Polygon) and part.area >= LEAST_AREA_M2]
    radii = inscribed_radius(parts)
    return [part for part, inscribed in zip(parts, radii, strict=True) if inscribed >= LEAST_RADIUS_M]
