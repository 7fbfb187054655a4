"""Where a threat can be in a hall with niches, held to a search from place to place that shares nothing with the product."""

import random

import pytest
import shapely
from shapely import Point

from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan
from geo_server.routing import areas
from geo_server.routing.ahead import work_ahead
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from tests.routing.planning import make
from tests.routing.plans import NOW, Sketch, threat
from tests.routing.test_farthest import door, hall
from tests.routing.test_visibility import oracle

DOOR_M = 1.0
NEAR_M = 0.3
"""Between samples of doors, and of a circle's polygon: little more than its circle."""
MPS = 2.0


def hall_with_doors(seed: int) -> tuple[Floorplan, Threat, random.Random]:
    """A hall with two doors into the open, and a threat out there that comes to both."""
    rng = random.Random(f"halls {seed}")
    polygon = hall(rng)
    sketch = Sketch()
    sketch.zone("hall", polygon)
    for k in range(2):
        sketch.door(f"door {k}", list(door(polygon, rng).coords), ("hall", None), out=True)
    west, south, _, _ = polygon.bounds
    return sketch.build(), threat(west - rng.uniform(5, 20), south - rng.uniform(5, 20), speed_mps=MPS), rng


@pytest.mark.parametrize("seed", range(12))
def test_a_place_is_in_reach_once_the_way_through_the_first_door_and_round_the_corners_can_have_been_walked(
    seed: int,
) -> None:
    floorplan, danger, rng = hall_with_doors(seed)
    polygon = floorplan.zones[0].polygon
    reach = {area.at_s: area.area for area in make(floorplan, danger).reach}
    west, south, east, north = polygon.bounds
    places = [Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(40)]
    told = {True: 0, False: 0}
    for place in (place for place in places if polygon.covers(place)):
        metres = min(
            opening.line.distance(danger.point) + oracle(polygon, Point(stop), place)
            for opening in floorplan.openings
            for stop in shapely.segmentize(opening.line, 0.25).coords
        )
        for moment_s, area in reach.items():
            walked_m = moment_s * MPS
            if metres <= walked_m:
                assert area.distance(place) < 1e-3, (moment_s, metres)
                told[True] += 1
            elif metres > walked_m + DOOR_M + NEAR_M:
                assert not area.contains(place), (moment_s, metres)
                told[False] += 1
    assert told[True] > 10


@pytest.mark.parametrize("seed", range(12))
def test_corners_that_a_threat_faces_sooner_add_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    floorplan, danger, _ = hall_with_doors(seed)
    less = make(floorplan, danger).reach
    monkeypatch.setattr(areas, "AT_ONCE_S", 1e9)
    for left, every in zip(less, make(floorplan, danger).reach, strict=True):
        assert left.area.symmetric_difference(every.area).area < 1e-6


def test_a_floorplan_that_was_worked_on_ahead_makes_the_same_plan_and_has_nothing_left_to_look_for() -> None:
    floorplan, danger, _ = hall_with_doors(3)
    compiled, request = compile_floorplan(floorplan), PlanRequest((danger,), now=NOW)
    work_ahead(compiled, slice(None))
    seen = compiled.zones[floorplan.zones[0].id].space.seen
    known = len(seen)
    assert known > 4
    assert plan(compiled, request) == plan(compile_floorplan(floorplan), request)
    assert plan(compiled, request).reach
    assert len(seen) == known
