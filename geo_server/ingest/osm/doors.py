"""Openings of an OpenStreetMap building: door nodes on walls, and edges that spaces without walls share.

A door is a node on the outline of the spaces that it joins. Which spaces those are is found by looking a little way to
both sides of the wall, so it does not matter whether neighbours share an edge or leave the wall's thickness between
them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import numpy as np
import shapely
from shapely import LineString, Point

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Opening, OpeningCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.osm.features import OsmFeature
from geo_server.ingest.osm.levels import levels_of
from geo_server.ingest.osm.tags import is_door, leads_out, read_metres
from geo_server.ingest.osm.zones import Space, osm_id

ON_WALL_M = 0.35
"""A door node may lie this far from the outline: doors are often mapped on one face of a thick wall."""

PROBES_M = (0.03, 0.1, 0.25, 0.45, 0.7)
"""How far to both sides of a door to look for a space, nearest first. The last passes a wall of 70 cm."""

DOOR_WIDTH_M = 0.9
PAIR_WIDTH_M = 1.8
"""Clear width of a door, and of an entrance, that states none."""

WIDEST_M = 12.0
"""A wider door is a mistake in the tag."""

LEAST_GAP_M = 0.7
"""People walk through a gap of this width (DIN 18040-2 asks for 0.9 m for wheelchairs)."""


@dataclass(frozen=True, slots=True)
class _Storey:
    """Spaces of one level with an index."""

    ordinal: int
    level_id: UUID
    spaces: Sequence[Space]
    tree: shapely.STRtree
    edges: shapely.STRtree

    def zone_at(self, point: Point) -> UUID | None:
        hits = self.tree.query(point, "intersects")
        return self.spaces[int(min(hits))].zone.id if len(hits) else None


def openings_of(
    features: Sequence[OsmFeature], spaces: Sequence[Space], frame: SiteFrame
) -> tuple[list[Opening], list[Finding]]:
    """Openings of all levels, in the metres of ``frame``, with findings for doors that join nothing."""
    storeys = _storeys(spaces)
    openings: list[Opening] = []
    findings: list[Finding] = []
    for feature in features:
        if isinstance(feature.geometry, Point) and is_door(feature.tags):
            point = frame.to_metres(feature.geometry)
            ordinals = levels_of(feature.tags) or (0,)
            found = [o for n in ordinals if n in storeys and (o := _door(feature, point, storeys[n])) is not None]
            openings += found
            if not found:
                findings.append(make_finding("door-unplaced", at=(point.x, point.y), handle=feature.id))
    one_sided = [o for o in openings if None in o.zones and not o.exit]
    if one_sided:
        message = "Doors lead to where nothing is mapped, and are not marked as entrances."
        findings.append(make_finding("door-one-zone", message, count=len(one_sided)))
    gaps = [gap for storey in storeys.values() for gap in _gaps(storey, openings)]
    if gaps:
        message = "Neighbouring corridors or areas without a door between them are taken to be open to each other."
        findings.append(make_finding("opening-assumed", message, count=len(gaps)))
    return openings + gaps, findings


def _storeys(spaces: Sequence[Space]) -> dict[int, _Storey]:
    by_level: defaultdict[UUID, list[Space]] = defaultdict(list)
    for space in spaces:
        by_level[space.zone.level_id].append(space)
    ordinals = {osm_id("level", n): n for n in range(-250, 251)}
    return {
        ordinals[level_id]: _Storey(
            ordinals[level_id],
            level_id,
            group,
            shapely.STRtree([space.zone.polygon for space in group]),
            shapely.STRtree([space.zone.polygon.boundary for space in group]),
        )
        for level_id, group in by_level.items()
    }


def _door(feature: OsmFeature, point: Point, storey: _Storey) -> Opening | None:
    nearest = storey.edges.query_nearest(point, max_distance=ON_WALL_M)
    if len(nearest) == 0:
        return None
    wall = _wall_direction(storey.spaces[int(min(nearest))], point)
    sides = tuple(_first_zone(storey, point, wall, sign) for sign in (1, -1))
    if sides[0] == sides[1]:
        return None
    out = leads_out(feature.tags) and None in sides
    width = _width(feature, out=out)
    half = wall * width / 2
    middle = np.array([point.x, point.y])
    return Opening(
        osm_id("opening", feature.id, storey.ordinal),
        storey.level_id,
        LineString([middle - half, middle + half]),
        (sides[0], sides[1]),
        _category(feature, out=out),
        width,
        exit=out,
        number=feature.tags.get("ref") if out else None,
    )


def _wall_direction(space: Space, point: Point) -> np.ndarray:
    """Unit vector of the longest stretch of outline through a point."""
    rings = [space.zone.polygon.exterior, *space.zone.polygon.interiors]
    segments = [LineString(pair) for ring in rings for pair in pairwise(ring.coords)]
    away = shapely.distance(np.array(segments), point)
    through = [s for s, d in zip(segments, away, strict=True) if d <= min(away) + 0.02 and s.length > 0]
    corners = shapely.get_coordinates(max(through, key=lambda s: s.length))
    along = corners[1] - corners[0]
    return np.asarray(along / np.linalg.norm(along))


def _first_zone(storey: _Storey, point: Point, wall: np.ndarray, sign: int) -> UUID | None:
    across = np.array([-wall[1], wall[0]]) * sign
    for depth in PROBES_M:
        zone_id = storey.zone_at(Point(point.x + across[0] * depth, point.y + across[1] * depth))
        if zone_id is not None:
            return zone_id
    return None


def _width(feature: OsmFeature, *, out: bool) -> float:
    for key in ("width", "door:width", "maxwidth"):
        width = read_metres(feature.tags.get(key))
        if width is not None and 0.3 <= width <= WIDEST_M:
            return width
    return PAIR_WIDTH_M if out and feature.tags.get("entrance") == "main" else DOOR_WIDTH_M


def _category(feature: OsmFeature, *, out: bool) -> OpeningCategory:
    if out and feature.tags.get("entrance") == "emergency":
        return OpeningCategory.EMERGENCY_EXIT
    return OpeningCategory.GAP if feature.tags.get("door") == "no" else OpeningCategory.DOOR


def _gaps(storey: _Storey, doors: Sequence[Opening]) -> list[Opening]:
    """Shared edges of spaces without walls, where no door is mapped between the two."""
    joined = {frozenset(door.zones) for door in doors if door.level_id == storey.level_id}
    gaps = []
    for i, j in storey.tree.query([s.zone.polygon for s in storey.spaces], "intersects").T:
        one, two = storey.spaces[int(i)], storey.spaces[int(j)]
        pair = frozenset((one.zone.id, two.zone.id))
        if i >= j or pair in joined or not (one.open_sided and two.open_sided):
            continue
        for index, line in enumerate(_shared_edges(one, two)):
            gap_id = osm_id("gap", one.osm_id, two.osm_id, storey.ordinal, index)
            ids = (one.zone.id, two.zone.id)
            gaps.append(Opening(gap_id, storey.level_id, line, ids, OpeningCategory.GAP, line.length))
    return gaps


def _shared_edges(one: Space, two: Space) -> list[LineString]:
    """Straight stretches, wide enough to walk through, that two outlines share."""
    shared = one.zone.polygon.boundary.intersection(two.zone.polygon.boundary.buffer(0.02))
    lines = [part for part in shapely.get_parts(shared) if isinstance(part, LineString)]
    if not lines:
        return []
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines).simplify(0.05)))
    stretches = [LineString(pair) for line in merged for pair in pairwise(line.coords)]
    return [stretch for stretch in stretches if stretch.length >= LEAST_GAP_M]
