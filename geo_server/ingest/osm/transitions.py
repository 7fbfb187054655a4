"""Stairs and elevators between the levels of an OpenStreetMap building."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from uuid import UUID

import shapely
from shapely import LineString, Point

from geo_server.domain.findings import Finding
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Level, Transition, TransitionCategory, ZoneCategory
from geo_server.domain.rises import RISER_M, TREAD_M, transition_length
from geo_server.ingest.codes import make_finding
from geo_server.ingest.osm.features import OsmFeature
from geo_server.ingest.osm.levels import rises_of
from geo_server.ingest.osm.zones import osm_id
from geo_server.ingest.spaces.values import Space

LEAST_OVERLAP = 0.3
"""Share of the smaller of two spaces that must lie over the other for one stairwell to be meant."""

_CATEGORIES = {
    ZoneCategory.STAIRS: TransitionCategory.STAIRS,
    ZoneCategory.ELEVATOR: TransitionCategory.ELEVATOR,
    ZoneCategory.RAMP: TransitionCategory.RAMP,
}


def transitions_of(
    features: Sequence[OsmFeature], levels: Sequence[Level], spaces: Sequence[Space], frame: SiteFrame
) -> tuple[list[Transition], list[Finding]]:
    """Transitions of stairwells and shafts that lie over each other, of stair lines and of elevator nodes.

    Every line and every node is a way of its own, however many join the same two zones: a threat may take any of them. A
    stairwell and the steps that are drawn in it are one way, the drawn one.

    Args:
        features: All objects of the file.
        levels: Lowest first.
        spaces: Zones of those levels.
        frame: Frame of the spaces.
    """
    by_level: dict[UUID, list[Space]] = {level.id: [] for level in levels}
    for space in spaces:
        by_level[space.zone.level_id].append(space)
    at = {level.ordinal: by_level[level.id] for level in levels}
    drawn = list(_drawn(features, at, frame))
    known = {(way.zones, way.category) for way in drawn}
    stacked = [
        way
        for lower, upper in pairwise(levels)
        if upper.ordinal == lower.ordinal + 1
        for way in _stacked(by_level[lower.id], by_level[upper.id])
        if (way.zones, way.category) not in known
    ]
    return stacked + drawn, _unjoined(spaces, stacked + drawn)


def _stacked(below: Sequence[Space], above: Sequence[Space]) -> Iterator[Transition]:
    """Stairwells and shafts of two levels that lie over each other."""
    kinds = [space for space in above if space.zone.category in _CATEGORIES]
    tree = shapely.STRtree([space.zone.polygon for space in kinds])
    for low in below:
        if low.zone.category not in _CATEGORIES:
            continue
        for index in sorted(tree.query(low.zone.polygon, "intersects")):
            high = kinds[int(index)]
            common = low.zone.polygon & high.zone.polygon
            least = min(low.zone.polygon.area, high.zone.polygon.area)
            if high.zone.category is low.zone.category and common.area >= LEAST_OVERLAP * least:
                spot = common.representative_point()
                way_id = osm_id("transition", low.zone.id, high.zone.id)
                category = _CATEGORIES[low.zone.category]
                yield _transition(
                    way_id, (low, high), category, LineString([spot, spot]), transition_length(category, 1)
                )


def _drawn(features: Sequence[OsmFeature], at: Mapping[int, Sequence[Space]], frame: SiteFrame) -> Iterator[Transition]:
    """Stairs drawn as lines (``highway=steps``) and elevators drawn as nodes."""
    for feature in features:
        kind = feature.tags.get("highway")
        geometry = frame.to_metres(feature.geometry)
        if kind == "steps" and isinstance(geometry, LineString):
            category, ends = TransitionCategory.STAIRS, _ends(geometry, feature.tags.get("incline", ""))
        elif kind == "elevator" and isinstance(geometry, Point):
            category, ends = TransitionCategory.ELEVATOR, [(geometry, geometry)]
        else:
            continue
        for low, high in rises_of(feature.tags):
            joined = _joined(ends, at.get(low, ()), at.get(high, ()))
            if joined is not None:
                below, above, line = joined
                way_id = osm_id("transition", feature.id, below.zone.id, above.zone.id)
                yield _transition(
                    way_id, (below, above), category, line, transition_length(category, high - low, geometry.length)
                )


def _ends(line: LineString, incline: str) -> list[tuple[Point, Point]]:
    """Foot and head of a line of steps; both ways round when no ``incline`` says which is which."""
    first, last = Point(line.coords[0]), Point(line.coords[-1])
    if incline.lstrip().startswith(("down", "-")):
        return [(last, first)]
    return [(first, last)] if incline else [(first, last), (last, first)]


def _joined(
    ends: Sequence[tuple[Point, Point]], below: Sequence[Space], above: Sequence[Space]
) -> tuple[Space, Space, LineString] | None:
    """The spaces at the foot and the head of stairs or an elevator, and the line between; None when there are none."""
    for foot, head in ends:
        low, high = _around(below, foot), _around(above, head)
        if low is not None and high is not None:
            return low, high, LineString([foot, head])
    return None


def _around(spaces: Sequence[Space], point: Point) -> Space | None:
    """The space that a point lies in, or within half a metre of."""
    near = [(space.zone.polygon.distance(point), rank) for rank, space in enumerate(spaces)]
    distance, rank = min(near, default=(math.inf, 0))
    return spaces[rank] if distance <= 0.5 else None


def _transition(
    way_id: UUID, ends: tuple[Space, Space], category: TransitionCategory, line: LineString, length_m: float
) -> Transition:
    low, high = ends
    stairs = category is TransitionCategory.STAIRS
    return Transition(
        way_id,
        low.zone.level_id,
        line if line.length > 0 else Point(line.coords[0]),
        (low.zone.id, high.zone.id),
        category,
        length_m,
        RISER_M if stairs else None,
        TREAD_M if stairs else None,
        step_free=not stairs,
    )


def _unjoined(spaces: Sequence[Space], ways: Sequence[Transition]) -> list[Finding]:
    joined = {zone_id for way in ways for zone_id in way.zones}
    loose = [s for s in spaces if s.zone.category is ZoneCategory.STAIRS and s.zone.id not in joined]
    return [make_finding("stairs-unjoined", handle=space.source) for space in loose]
