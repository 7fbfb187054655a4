"""Transitions as edges: where their ends are, how long they are, and how people take them."""

import math

import numpy as np
import shapely
from shapely import Point

from geo_server.domain.places import Floorplan, Transition, TransitionCategory


def flight_kind(transition: Transition, *, up: bool) -> str:
    """The kind of the edge that leads up or down a transition."""
    if transition.category is TransitionCategory.ELEVATOR:
        return "elevator"
    if transition.category is TransitionCategory.RAMP or transition.step_free:
        return "ramp"
    return "stairs_up" if up else "stairs_down"


def drawn_m(floorplan: Floorplan, transition: Transition) -> float:
    """Metres from foot to head as drawn, laid over each other: no way along the slope is shorter."""
    low, high = (floorplan.level_by_id[floorplan.zone_by_id[zone_id].level_id].shift_m for zone_id in transition.zones)
    if low == high:
        return float(transition.geometry.length)
    return math.dist(np.add(foot(transition).coords[0], low), np.add(head(transition).coords[0], high))


def is_known_to_rise(floorplan: Floorplan, transition: Transition) -> bool:
    """Whether its second zone lies above its first; on one level, between buildings or upside down nobody says which way is up."""
    return (floorplan.levels_up(*transition.zones) or 0) > 0


def foot(transition: Transition) -> Point:
    """Lower end of a transition, in the lower level's coordinates."""
    return Point(shapely.get_coordinates(transition.geometry)[0])


def head(transition: Transition) -> Point:
    """Upper end of a transition, in the upper level's coordinates."""
    return Point(shapely.get_coordinates(transition.geometry)[-1])
