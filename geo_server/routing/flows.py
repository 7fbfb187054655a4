"""How many people get through doors and over stairs, at most.

Sources:
    SFPE Handbook of Fire Protection Engineering, hydraulic model: flow ``F = Fs * We`` of the effective width ``We``, the
        clear width less 0.15 m on either side of doors and stairs. ``Fs`` at its most is ``k / (4 * 0.266)``: 1.316 persons
        a second and metre on the level (1.3 is used), and on stairs with ``k = 51.8 * sqrt(tread / riser)`` m/min.
"""

import math
from uuid import UUID

from geo_server.domain.places import Floorplan, Transition, TransitionCategory

LEVEL_FLOW = 1.3
"""Persons a second and metre of effective width, through doors and on ramps."""

BOUNDARY_M = 0.15
"""Of the clear width, unused on either side."""

LEAST_WIDTH_M = 0.1
"""Effective width of a door that is narrower than its boundaries."""

STAIR_WIDTH_M = 1.0
"""Clear width that stairs and ramps are taken to have: floorplans do not say. An assumption, on the narrow side."""

RISERS_M, TREADS_M = (0.165, 0.191), (0.254, 0.330)
"""For which the formula for stairs holds; others, and those that are not known, are taken as the slowest of these."""


def flows(floorplan: Floorplan) -> dict[UUID, float]:
    """Persons a second through each opening and transition, at most."""
    doors = {opening.id: LEVEL_FLOW * effective_m(opening.width_m) for opening in floorplan.openings}
    return doors | {way.id: stair_flow(way) * effective_m(STAIR_WIDTH_M) for way in floorplan.transitions}


def effective_m(width_m: float) -> float:
    """Effective width of a clear width."""
    return max(width_m - 2 * BOUNDARY_M, LEAST_WIDTH_M)


def stair_flow(way: Transition) -> float:
    """Persons a second and metre of effective width."""
    if way.category is TransitionCategory.RAMP or way.step_free:
        return LEVEL_FLOW
    riser, tread = way.riser_m or RISERS_M[1], way.tread_m or TREADS_M[0]
    if not (RISERS_M[0] <= riser <= RISERS_M[1] and TREADS_M[0] <= tread <= TREADS_M[1]):
        riser, tread = RISERS_M[1], TREADS_M[0]
    return 51.8 * math.sqrt(tread / riser) / 60 / (4 * 0.266)
