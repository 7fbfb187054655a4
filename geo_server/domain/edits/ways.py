"""Edits of openings and transitions: the ways from one zone to the next."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID, uuid5

import numpy as np
import shapely
from shapely import LineString, Point

from geo_server.domain.edits.values import (
    AddOpening,
    AddTransition,
    ChangeOpening,
    RemoveOpening,
    RemoveTransition,
)
from geo_server.domain.edits.zones import WALL_M, load_zone, make_line
from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.places import Floorplan, Level, Opening, Transition, TransitionCategory, Zone
from geo_server.domain.rises import RISER_M, TREAD_M, transition_length

LEAST_WIDTH_M = 0.3
MOST_WIDTH_M = 100.0
_PROBES_M = np.arange(0.02, WALL_M + 0.01, 0.02)
"""How far from the line of an opening its zones are looked for: through half of the thickest wall and a bit."""

Thing = TypeVar("Thing", Opening, Transition)


def add_opening(floorplan: Floorplan, edit: AddOpening) -> Floorplan:
    """Put a door or a gap in a wall."""
    if edit.level_id not in floorplan.level_by_id:
        raise NotFound(f"The floorplan has no level {edit.level_id}.", where="level_id", advice="See its levels.")
    line = make_line(edit.line)
    _check_width(line.length, "line")
    one, two = find_sides(floorplan, edit.level_id, line)
    if one == two:
        what = "touches no zone" if one is None else "has the same zone on both sides"
        raise InvalidInput(
            f"The opening {what}.", where="line", advice="Draw it along the wall, from one jamb to the other."
        )
    opening = Opening(
        opening_id(edit),
        edit.level_id,
        line,
        (one, two),
        edit.category,
        line.length,
        exit=(one is None or two is None) if edit.exit is None else edit.exit,
        number=edit.number or None,
    )
    return replace(floorplan, openings=(*floorplan.openings, opening))


def opening_id(edit: AddOpening) -> UUID:
    """The id of the opening that an edit adds."""
    return uuid5(edit.id, "opening")


def find_sides(floorplan: Floorplan, level_id: UUID, line: LineString) -> tuple[UUID | None, UUID | None]:
    """The zones on the left and on the right of a line, through half a wall; None means outside.

    Args:
        floorplan: Its zones, in the metres of its frame.
        level_id: Level of the line.
        line: Along the wall.
    """
    zones = [zone for zone in floorplan.zones if zone.level_id == level_id]
    (x1, y1), (x2, y2) = line.coords[0], line.coords[-1]
    length = math.dist((x1, y1), (x2, y2))
    if length == 0:
        raise InvalidInput("The line ends where it begins.", where="line", advice="Give the two jambs.")
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    left = np.array([y1 - y2, x2 - x1]) / length
    return _first_hit(zones, middle, left), _first_hit(zones, middle, -left)


def change_opening(floorplan: Floorplan, edit: ChangeOpening) -> Floorplan:
    """Say of an opening what the drawing did not."""
    opening = _load(floorplan.opening_by_id, edit.opening_id, "opening")
    if edit.width_m is not None:
        _check_width(edit.width_m, "width_m")
    if edit.lock_delay_s is not None and not 0 <= edit.lock_delay_s < math.inf:
        raise InvalidInput(
            f"The lock holds for {edit.lock_delay_s} s.", where="lock_delay_s", advice="Give 0 when it is not rated."
        )
    changed = replace(
        opening,
        category=edit.category or opening.category,
        exit=opening.exit if edit.exit is None else edit.exit,
        number=opening.number if edit.number is None else edit.number.strip() or None,
        width_m=opening.width_m if edit.width_m is None else edit.width_m,
        lock_delay_s=opening.lock_delay_s if edit.lock_delay_s is None else edit.lock_delay_s,
    )
    return replace(floorplan, openings=tuple(changed if o.id == opening.id else o for o in floorplan.openings))


def remove_opening(floorplan: Floorplan, edit: RemoveOpening) -> Floorplan:
    """Take an opening away."""
    gone = _load(floorplan.opening_by_id, edit.opening_id, "opening")
    return replace(floorplan, openings=tuple(o for o in floorplan.openings if o is not gone))


def add_transition(floorplan: Floorplan, edit: AddTransition) -> Floorplan:
    """Join a zone with one of a higher level, where the two lie over each other if they do."""
    lower, upper = (load_zone(floorplan, zone_id) for zone_id in edit.zone_ids)
    below, above = (floorplan.level_by_id[zone.level_id] for zone in (lower, upper))
    levels = floorplan.levels_up(lower.id, upper.id)
    if levels is not None and levels <= 0:
        raise InvalidInput(
            f"{lower.name} is not below {upper.name}.", where="zone_ids", advice="Give the lower zone first."
        )
    if levels is None and edit.length_m is None:
        raise InvalidInput(
            f"How far it is from {lower.name} to {upper.name}, in another building, is not known.",
            where="length_m",
            advice="Give metres along the slope.",
        )
    if edit.length_m is not None and not 0 < edit.length_m < 1000:
        raise InvalidInput(f"It is {edit.length_m} m long.", where="length_m", advice="Give metres along the slope.")
    stairs = edit.category is TransitionCategory.STAIRS
    transition = Transition(
        uuid5(edit.id, "transition"),
        below.id,
        _foot_and_head((lower, below), (upper, above)),
        (lower.id, upper.id),
        edit.category,
        edit.length_m or transition_length(edit.category, levels or 0),
        riser_m=RISER_M if stairs else None,
        tread_m=TREAD_M if stairs else None,
        step_free=not stairs,
    )
    return replace(floorplan, transitions=(*floorplan.transitions, transition))


def remove_transition(floorplan: Floorplan, edit: RemoveTransition) -> Floorplan:
    """Take a transition away."""
    gone = _load(floorplan.transition_by_id, edit.transition_id, "transition")
    return replace(floorplan, transitions=tuple(t for t in floorplan.transitions if t is not gone))


def _load(things: dict[UUID, Thing], thing_id: UUID, what: str) -> Thing:
    if thing_id not in things:
        raise NotFound(f"The floorplan has no {what} {thing_id}.", where=f"{what}_id", advice="See the floorplan.")
    return things[thing_id]


def _check_width(width_m: float, where: str) -> None:
    if not LEAST_WIDTH_M <= width_m <= MOST_WIDTH_M:
        raise InvalidInput(
            f"The opening is {width_m:.3g} m wide.",
            where=where,
            advice=f"Give between {LEAST_WIDTH_M} and {MOST_WIDTH_M:.0f} m.",
        )


def _first_hit(zones: Sequence[Zone], middle: np.ndarray, direction: np.ndarray) -> UUID | None:
    """The first zone that is met when walking from a point in a direction."""
    if not zones:
        return None
    points = shapely.points(middle + _PROBES_M[:, None] * direction)
    inside = shapely.contains(np.array([zone.polygon for zone in zones])[None, :], points[:, None])
    hits = np.argwhere(inside)
    return zones[int(hits[0][1])].id if len(hits) else None


def _foot_and_head(lower: tuple[Zone, Level], upper: tuple[Zone, Level]) -> Point | LineString:
    """Where the way begins and ends: one place over the other where the zones lie over each other."""
    (zone, level), (other, other_level) = lower, upper
    shift = np.asarray(level.shift_m) - np.asarray(other_level.shift_m)
    over = shapely.transform(zone.polygon, lambda xy: xy + shift).intersection(other.polygon)
    if over.area > 0:
        head = np.asarray(over.representative_point().coords[0])
        foot = head - shift
    else:
        foot = np.asarray(zone.polygon.representative_point().coords[0])
        head = np.asarray(other.polygon.representative_point().coords[0])
    return Point(foot) if np.allclose(foot, head, atol=1e-6) else LineString([foot, head])
