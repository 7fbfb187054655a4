"""Doors that a file gives as points or lines, made into openings between the spaces on their two sides."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from shapely import LineString, Point

from geo_server.domain.findings import Finding
from geo_server.domain.places import Opening, OpeningCategory, ZoneCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.spaces.index import PROBES_M, LevelIndex, direction_of
from geo_server.ingest.spaces.values import Door, Space

DOOR_WIDTH_M = 0.9
"""Clear width of a door that states none."""
NARROWEST_M, WIDEST_M = 0.3, 12.0
"""A narrower or wider door is a mistake."""
DEEP_PROBES_M = (*PROBES_M, 1.0)
"""How far to look from a door that is given as a line, which says itself which way the wall runs."""


def open_door(door: Door, level: LevelIndex, opening_id: UUID) -> Opening | None:
    """The opening that a door is on one level; None when it stands at no wall or has one space on both sides."""
    middle = door.at if isinstance(door.at, Point) else door.at.interpolate(0.5, normalized=True)
    wall = direction_of(door.at) if isinstance(door.at, LineString) else level.wall_at(middle)
    if wall is None:
        return None
    one, other = level.sides(middle, wall, PROBES_M if door.at is middle else DEEP_PROBES_M)
    if one is other:
        return None
    leads_out = _leads_out(door, one, other, level.ordinal)
    is_false_alarm = door.category is OpeningCategory.EMERGENCY_EXIT and not leads_out
    width = door_width(door)
    half = wall * width / 2
    centre = np.array([middle.x, middle.y])
    return Opening(
        opening_id,
        level.level_id,
        door.at if isinstance(door.at, LineString) else LineString([centre - half, centre + half]),
        (one.zone.id if one else None, other.zone.id if other else None),
        OpeningCategory.DOOR if is_false_alarm else door.category,
        width,
        exit=leads_out,
        number=door.number if leads_out else None,
    )


def door_width(door: Door) -> float:
    """Clear width in metres: as stated, else as drawn, else a common door's."""
    if door.width_m is not None and NARROWEST_M <= door.width_m <= WIDEST_M:
        return door.width_m
    length = float(door.at.length)
    return min(length, WIDEST_M) if length >= NARROWEST_M else DOOR_WIDTH_M


def doors_to_nowhere(openings: Sequence[Opening], words: str) -> list[Finding]:
    """A finding when openings have nothing on one side and do not lead out.

    Args:
        openings: Of all levels.
        words: What to say.
    """
    lost = [opening for opening in openings if None in opening.zones and not opening.exit]
    return [make_finding("door-one-zone", words, count=len(lost))] if lost else []


def _leads_out(door: Door, one: Space | None, other: Space | None, ordinal: int) -> bool:
    """Whether a door leads out: it has a space on one side only, or is at ground level and has the yard on the other.

    A file that does not say is believed to mean it at ground level, where beyond the last wall is the open air.
    """
    outside = [
        space is None or (space.zone.category is ZoneCategory.OUTDOOR and ordinal <= 0) for space in (one, other)
    ]
    if outside.count(True) != 1:
        return False
    return ordinal == 0 if door.leads_out is None else door.leads_out
