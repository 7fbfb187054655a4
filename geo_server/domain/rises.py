"""How far it is from one level to the next, where nobody has measured it."""

import math

from geo_server.domain.places import TransitionCategory

LEVEL_M = 3.5
"""From one level to the next when nobody has said: classrooms are 3 m clear, and a floor is half a metre thick."""
RISER_M, TREAD_M = 0.17, 0.29
"""A comfortable step: 2 risers + 1 tread = 63 cm (DIN 18065)."""
SLOPE = RISER_M / math.hypot(RISER_M, TREAD_M)
"""Metres that stairs of such steps rise per metre walked."""
RAMP_SLOPE = 1 / math.hypot(1, 12)
"""The same for one in twelve, the steepest ramp that a wheelchair user can be asked to take (ADA standards, 405.2)."""
LANDING_M = 1.5
"""Walked level, on the way up one level."""


def transition_length(category: TransitionCategory, levels: int, drawn_m: float = 0.0) -> float:
    """Metres walked between two levels, estimated: flights and a landing for each level; straight up in an elevator.

    Args:
        category: What it is.
        levels: How many it leads up.
        drawn_m: Length of its line on the plan, if it has one: no way along a slope is shorter.
    """
    if category is TransitionCategory.ELEVATOR:
        return LEVEL_M * levels
    slope = SLOPE if category is TransitionCategory.STAIRS else RAMP_SLOPE
    return max(levels * (LEVEL_M / slope + LANDING_M), drawn_m)
