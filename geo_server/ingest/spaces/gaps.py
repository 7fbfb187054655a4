"""Edges that spaces without walls of their own share: one walks across them."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from uuid import UUID

import shapely
from shapely import LineString

from geo_server.domain.places import Opening, OpeningCategory
from geo_server.ingest.spaces.index import LevelIndex
from geo_server.ingest.spaces.values import Space

LEAST_GAP_M = 0.7
"""People walk through a gap of this width (DIN 18040-2 asks for 0.9 m for wheelchairs)."""


def find_gaps(level: LevelIndex, doors: Sequence[Opening], make_id: Callable[..., UUID]) -> list[Opening]:
    """Shared edges of spaces without walls, where no door is known between the two.

    Args:
        level: Of the spaces.
        doors: Of any level.
        make_id: Makes an id of what it is given.
    """
    joined = {frozenset(door.zones) for door in doors if door.level_id == level.level_id}
    gaps = []
    for i, j in level.tree.query([s.zone.polygon for s in level.spaces], "intersects").T:
        one, two = level.spaces[int(i)], level.spaces[int(j)]
        pair = frozenset((one.zone.id, two.zone.id))
        if i >= j or pair in joined or not (one.open_sided and two.open_sided):
            continue
        for index, line in enumerate(shared_edges(one, two)):
            gap_id = make_id("gap", one.source, two.source, level.ordinal, index)
            ids = (one.zone.id, two.zone.id)
            gaps.append(Opening(gap_id, level.level_id, line, ids, OpeningCategory.GAP, line.length))
    return gaps


def shared_edges(one: Space, two: Space) -> list[LineString]:
    """Straight stretches, wide enough to walk through, that two outlines share."""
    shared = one.zone.polygon.boundary.intersection(two.zone.polygon.boundary.buffer(0.02))
    lines = [part for part in shapely.get_parts(shared) if isinstance(part, LineString)]
    if not lines:
        return []
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines).simplify(0.05)))
    stretches = [LineString(pair) for line in merged for pair in pairwise(line.coords)]
    return [stretch for stretch in stretches if stretch.length >= LEAST_GAP_M]
