"""Drawings that outline where people can walk instead of walls, as those for crowd simulation do (JuPedSim: layers
``jps-walkablearea``, ``jps-obstacles``, ``jps-exits``). All lengths in metres.

Each outlined area without its obstacles is a zone; where it meets an outlined exit is a way out.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.confidence import Evidence, Reason, weigh
from geo_server.domain.places import OpeningCategory
from geo_server.ingest.dxf.content import FoundZone, LevelContent
from geo_server.ingest.dxf.drawing import Label, Stroke
from geo_server.ingest.dxf.labels import assign, best_stamp, find_stamps
from geo_server.ingest.dxf.openings import FoundOpening
from geo_server.ingest.dxf.profile import stroke_role, tokens
from geo_server.ingest.dxf.role import Role

LEAST_AREA_M2 = 1.0
NEAR_M = 0.15
"""An exit that is drawn this near to the edge of the walkable area lies on it."""
NARROWEST_M = 0.5
"""An exit that shares less of the edge than this lies within the area, and its longest side is the way out."""
_OBSTACLES = frozenset({Role.WALL, Role.COLUMN, Role.VOID})
_EXITS = frozenset({"EXIT", "EXITS"})


def read_walkable(strokes: Sequence[Stroke], labels: Sequence[Label], roles: Mapping[str, Role]) -> LevelContent | None:
    """The zones and exits of a level whose walkable area is outlined; None when it is not.

    Args:
        strokes: Its linework.
        labels: Its texts.
        roles: What layers are for.
    """
    ground = _union(s for s in strokes if stroke_role(s, roles) is Role.WALKABLE)
    if ground.is_empty:
        return None
    obstacles = _union(s for s in strokes if stroke_role(s, roles) in _OBSTACLES)
    free = shapely.difference(ground, obstacles, grid_size=0.001)
    polygons = [p for p in shapely.get_parts(free) if isinstance(p, Polygon) and p.area >= LEAST_AREA_M2]
    assigned, _ = assign(find_stamps(labels), polygons)
    zones = [
        FoundZone(
            polygon,
            name=best_stamp(assigned[index]).name if index in assigned else "",
            outlined=True,
            confidence=weigh([Evidence(Reason.DRAWN)]),
        )
        for index, polygon in enumerate(polygons)
    ]
    exits = [s for s in strokes if _EXITS & set(tokens(s.layer))]
    openings = [opening for stroke in exits for opening in _ways_out(stroke, polygons)]
    walls = [(LineString(ring), False) for p in polygons for ring in (p.exterior, *p.interiors)]
    return LevelContent(zones, openings, walls, doors_drawn=len(openings))


def _union(strokes: Iterator[Stroke]) -> BaseGeometry:
    return shapely.union_all([shapely.make_valid(Polygon(s.points)) for s in strokes if s.closed])


def _ways_out(stroke: Stroke, zones: Sequence[Polygon]) -> Iterator[FoundOpening]:
    shape = Polygon(stroke.points).buffer(0) if stroke.closed else LineString(stroke.points)
    for index, zone in enumerate(zones):
        if zone.distance(shape) > NEAR_M:
            continue
        on_edge = shapely.line_merge(zone.exterior.intersection(shape.buffer(NEAR_M)))
        shared = max(shapely.get_parts(on_edge), key=lambda part: part.length, default=LineString())
        line = _chord(shared) if shared.length >= NARROWEST_M else _longest_side(stroke)
        yield FoundOpening(line, (index, None), OpeningCategory.DOOR, True, stroke.handle, stroke.layer)


def _chord(line: BaseGeometry) -> LineString:
    ends = shapely.get_coordinates(line)
    return LineString([ends[0], ends[-1]])


def _longest_side(stroke: Stroke) -> LineString:
    steps = np.diff(stroke.points, axis=0)
    longest = int(np.hypot(steps[:, 0], steps[:, 1]).argmax())
    return LineString(stroke.points[longest : longest + 2])
