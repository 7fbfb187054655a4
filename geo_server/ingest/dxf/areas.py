"""Rooms that a person outlined: closed polylines on layers of rooms, uses or room numbers. All lengths in metres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon, STRtree

from geo_server.domain.findings import Finding
from geo_server.domain.places import ZoneCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf import lexicon
from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.polygonize import LEAST_AREA_M2, LEAST_RADIUS_M, inscribed_radius
from geo_server.ingest.dxf.profile import category_of, is_room_number, stroke_role, tokens
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import as_lines, segments_of

CLOSING_GAP = 0.05
"""A polyline whose ends are nearer than this share of its length counts as closed."""
BESIDE_M, BESIDE_SHARE = 0.35, 0.75
"""An outline on a layer that says nothing is a room's when this share of it runs this near to walls."""
CAR_SHARE = 0.3
"""A space that the outline of an elevator covers to this share is its shaft."""
_OUTLINES = frozenset({Role.AREA, Role.LIFT})
_WALLS = frozenset({Role.WALL, Role.COLUMN, Role.GLAZING})


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """An outlined room.

    Args:
        name: Room number that its layer is named for, or empty.
        said: Its layer is named for rooms, and not for a use only, as markings on a floor may be too.
    """

    polygon: Polygon
    category: ZoneCategory | None
    name: str
    layer: str
    handle: str
    said: bool = True


def find_areas(
    strokes: Sequence[Stroke], roles: Mapping[str, Role]
) -> tuple[list[DrawnArea], list[Stroke], list[Finding]]:
    """Outlined rooms of a level, none overlapping.

    Returns:
        The rooms; the strokes on room layers that outline none; what was repaired.
    """
    candidates, others, findings = [], [], []
    walls = as_lines(segments_of(s for s in strokes if stroke_role(s, roles) in _WALLS))
    tree = STRtree(walls)
    for stroke in strokes:
        role = stroke_role(stroke, roles)
        unsaid = role is Role.UNKNOWN and not stroke.block and stroke.closed
        if role not in _OUTLINES and not unsaid:
            continue
        polygon, repaired = _polygon(stroke)
        if polygon is None or (unsaid and not _fits_walls(polygon, walls, tree)):
            if role is Role.AREA:
                others.append(stroke)
            continue
        if repaired:
            findings.append(make_finding("area-repaired", layer=stroke.layer, handle=stroke.handle, at=_place(polygon)))
        candidates.append(_area(polygon, stroke, roles))
    areas, cut = _without_overlaps(candidates)
    findings += [make_finding("areas-overlap", layer=a.layer, handle=a.handle, at=_place(a.polygon)) for a in cut]
    return areas, others, findings


def _fits_walls(polygon: Polygon, walls: npt.NDArray[np.object_], tree: STRtree) -> bool:
    """Whether an outline on a layer that says nothing runs along walls and has none inside: it outlines a room."""
    count = max(8, round(polygon.length / 0.25))
    along = shapely.line_interpolate_point(polygon.exterior, np.arange(count) / count, normalized=True)
    beside = np.unique(tree.query(along, predicate="dwithin", distance=BESIDE_M)[0])
    if len(beside) < BESIDE_SHARE * count:
        return False
    inside = polygon.buffer(-BESIDE_M)
    crossing = shapely.intersection(walls[tree.query(inside, predicate="intersects")], inside)
    return bool(shapely.length(crossing).sum() <= (1 - BESIDE_SHARE) * polygon.length)


def _area(polygon: Polygon, stroke: Stroke, roles: Mapping[str, Role]) -> DrawnArea:
    lift = roles.get(stroke.layer) is Role.LIFT
    category = ZoneCategory.ELEVATOR if lift else category_of(stroke.layer)
    name = stroke.layer if is_room_number(stroke.layer) else ""
    said = lift or bool(name) or not lexicon.AREA.isdisjoint(tokens(stroke.layer))
    return DrawnArea(polygon, category, name, stroke.layer, stroke.handle, said)


def _place(polygon: Polygon) -> tuple[float, float]:
    point = polygon.representative_point()
    return float(point.x), float(point.y)


def _polygon(stroke: Stroke) -> tuple[Polygon | None, bool]:
    """The room that a stroke outlines, and whether it had to be repaired."""
    points = stroke.points
    if len(points) < 4 and not (len(points) == 3 and not stroke.closed):
        return None, False
    gap = float(np.hypot(*(points[0] - points[-1])))
    length = float(shapely.length(shapely.linestrings(points)))
    if gap > CLOSING_GAP * length:
        return None, False
    raw = Polygon(points)
    repaired = not raw.is_valid
    polygon = shapely.set_precision(shapely.make_valid(raw), 0.001)
    parts = [p for p in shapely.get_parts(polygon) if isinstance(p, Polygon) and not p.is_empty]
    if not parts:
        return None, False
    largest = max(parts, key=lambda p: p.area)
    if largest.area < LEAST_AREA_M2 or inscribed_radius([largest])[0] < LEAST_RADIUS_M:
        return None, False
    return largest, repaired


def _without_overlaps(candidates: list[DrawnArea]) -> tuple[list[DrawnArea], list[DrawnArea]]:
    """Rooms that do not overlap, smaller ones first, and those that had to be cut; outlines of groups are dropped."""
    order = sorted(candidates, key=lambda a: (a.polygon.area, a.polygon.bounds, a.layer, a.handle))
    tree = STRtree([a.polygon for a in order])
    kept: dict[int, DrawnArea] = {}
    cut = []
    for index, area in enumerate(order):
        under = [kept[j].polygon for j in tree.query(area.polygon, predicate="intersects").tolist() if j in kept]
        covered = shapely.union_all([u.intersection(area.polygon) for u in under]) if under else Polygon()
        if covered.area > 0.5 * area.polygon.area:
            continue
        if covered.area > 1e-6:
            rest = shapely.difference(area.polygon, shapely.union_all(under), grid_size=0.001)
            parts = [p for p in shapely.get_parts(rest) if isinstance(p, Polygon)]
            largest = max(parts, key=lambda p: p.area)
            area = replace(area, polygon=largest)  # noqa: PLW2901 - the cut one
            if covered.area > 0.05:
                cut.append(area)
        kept[index] = area
    return list(kept.values()), cut


def grow_shafts(areas: Sequence[DrawnArea], rooms: Sequence[Polygon]) -> list[DrawnArea]:
    """Outlined rooms with outlines of elevator cars grown to the shafts around them."""
    tree = STRtree(list(rooms))
    result = []
    for area in areas:
        if area.category is ZoneCategory.ELEVATOR:
            inside = area.polygon.representative_point()
            around = [rooms[i] for i in tree.query(inside, predicate="intersects").tolist()]
            if around and area.polygon.area >= CAR_SHARE * around[0].area:
                area = replace(area, polygon=around[0])  # noqa: PLW2901 - the grown one
        result.append(area)
    return list({area.polygon.wkb: area for area in result}.values())
