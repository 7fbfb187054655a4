"""Turning or mirroring a site changes nothing but coordinates: neither where ways begin nor how they go."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import Destination, Leg, Route
from tests.routing.campuses import gathering_campus
from tests.routing.planning import make
from tests.routing.plans import Sketch, grid_building, school, threat

G = TypeVar("G", bound=BaseGeometry)
Xy = npt.NDArray[np.float64]

NEAR_M = 1e-3
"""Rounding aside the same place."""


def moved(turn_deg: float, *, mirrored: bool) -> Callable[[Xy], Xy]:
    """Coordinates turned about the origin and moved far off, mirrored first or not."""
    turn = math.radians(turn_deg)
    rows = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return lambda xy: np.asarray((xy * [-1 if mirrored else 1, 1]) @ rows + [310.0, -47.0], dtype=np.float64)


def site_moved(plan: Floorplan, move: Callable[[Xy], Xy]) -> Floorplan:
    def at(shape: G) -> G:
        there: G = shapely.transform(shape, move)
        return there

    return replace(
        plan,
        zones=tuple(replace(zone, polygon=at(zone.polygon)) for zone in plan.zones),
        openings=tuple(replace(opening, line=at(opening.line)) for opening in plan.openings),
        transitions=tuple(replace(one, geometry=at(one.geometry)) for one in plan.transitions),
        walls=tuple(replace(wall, line=at(wall.line)) for wall in plan.walls),
        assembly_points=tuple(replace(point, point=at(point.point)) for point in plan.assembly_points),
    )


def two_doors_each() -> Floorplan:
    """All halves alike: a corridor with an exit at either end, one door in its middle, and rooms with two doors."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 40, 3), category=ZoneCategory.CORRIDOR)
    sketch.zone("one door", (15, 3.2, 25, 9))
    sketch.zone("two doors", (0, -8, 40, -0.2))
    sketch.door("middle", [(19.5, 3.1), (20.5, 3.1)], ("one door", "corridor"))
    for name, x in (("left", 9.5), ("right", 29.5)):
        sketch.door(name, [(x, -0.1), (x + 1, -0.1)], ("two doors", "corridor"))
    sketch.door("west", [(0, 1), (0, 2)], ("corridor", None), out=True)
    sketch.door("east", [(40, 1), (40, 2)], ("corridor", None), out=True)
    return sketch.build()


SITES: dict[str, tuple[Floorplan, Threat | None, Destination]] = {
    **{f"grid {seed}": (grid_building(seed), threat(9, 5), Destination.EXITS) for seed in range(6)},
    **{f"campus {seed}": (gathering_campus(seed), threat(7.5, 5), Destination.ASSEMBLY_POINTS) for seed in range(3)},
    "halves alike": (two_doors_each(), None, Destination.EXITS),
    "halves alike, a threat in the middle": (two_doors_each(), threat(20, 6, speed_mps=1.0), Destination.EXITS),
    "school": (school(24), threat(11, 1.5, radius_m=2), Destination.EXITS),
}


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turn_deg", [0.0, 37.0, 90.0])
@pytest.mark.parametrize("site", SITES)
def test_turning_or_mirroring_a_site_changes_nothing_but_coordinates(
    site: str, turn_deg: float, mirrored: bool
) -> None:
    plan, danger, to = SITES[site]
    move = moved(turn_deg, mirrored=mirrored)
    there = () if danger is None else (replace(danger, point=shapely.transform(danger.point, move)),)
    here = () if danger is None else (danger,)
    one, two = make(plan, *here, to=to), make(site_moved(plan, move), *there, to=to)
    for before, after in zip(one.routes, two.routes, strict=True):
        assert told(after) == told(before)
        assert np.asarray(after.start) == pytest.approx(move(np.array([before.start]))[0], abs=NEAR_M)
        for name in ("distance_m", "time_s", "margin_s", "latest_departure_s", "spread_s"):
            assert getattr(after, name) == pytest.approx(getattr(before, name), abs=NEAR_M), name
        for leg, other in zip(before.legs, after.legs, strict=True):
            assert_moved(leg, other, move)


def told(route: Route) -> tuple[object, ...]:
    """All that is said of a way without coordinates and figures."""
    legs = tuple((leg.level_id, leg.opening_ids, leg.transition_id) for leg in route.legs)
    others = tuple(other.exit_id for other in route.alternatives)
    return route.status, route.exit_id, legs, others, tuple((one.exit_id, one.reason) for one in route.avoided)


def assert_moved(leg: Leg, other: Leg, move: Callable[[Xy], Xy]) -> None:
    xy, at_s = bends(leg)
    there, there_s = bends(other)
    assert there == pytest.approx(move(xy), abs=NEAR_M)
    assert there_s == pytest.approx(at_s, abs=NEAR_M)


def bends(leg: Leg) -> tuple[Xy, Xy]:
    """Vertices of a leg, with their seconds, without those that lie in line with their neighbours."""
    xy, at_s = np.array(leg.coordinates), np.array(leg.arrive_s)
    back, on = xy[1:-1] - xy[:-2], xy[2:] - xy[1:-1]
    turns = np.abs(back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0]) > NEAR_M
    kept = np.concatenate([[True], turns, [True]])
    return xy[kept], at_s[kept]
