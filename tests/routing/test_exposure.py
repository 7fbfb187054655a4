"""Seconds in sight of the threat: through gaps and glass, not through walls and shut doors; held to rays by shapely alone."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from geo_server.domain.places import Floorplan, OpeningCategory, Wall, ZoneCategory
from geo_server.domain.routes import Choice, Route
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.exposure import find_sight
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.looker import Looker
from tests.routing.planning import make, route_of, two_levels
from tests.routing.plans import NOW, Sketch, grid_building, threat, uid


def seen_through(what: str) -> Route:
    """Of a corridor of 20 m, whoever looks from the room beside its middle; they walk from its west to its east end."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 20, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("start", (-4, 0, 0, 2))
    sketch.zone("room", (8, 2.2, 12, 6))
    sketch.door("in", [(0, 0.5), (0, 1.5)], ("start", "corridor"))
    sketch.door("exit", [(20, 0.5), (20, 1.5)], ("corridor", None), out=True)
    category = OpeningCategory.GAP if what == "gap" else OpeningCategory.DOOR
    sketch.door("room door", [(9, 2.1), (11, 2.1)], ("room", "corridor"), category=category)
    if what == "glass":
        sketch.wall("glazing", [(9, 2.1), (11, 2.1)], thickness_m=0.2, transparent=True)
    if what == "screen":
        sketch.wall("glazing", [(9, 2.1), (11, 2.1)], thickness_m=0.2, transparent=True)
        sketch.wall("screen", [(8, 2.5), (12, 2.5)])
    return route_of(make(sketch.build(), threat(10, 4, speed_mps=1.0), choices=True), "start")


def test_a_gap_and_a_glazed_door_are_seen_through_and_a_shut_door_is_not() -> None:
    """Rays from (10, 4) by the jambs at y = 2.0 and y = 2.2 meet the middle line y = 1 of the corridor 3.33 m apart."""
    assert seen_through("door").exposure_s == 0
    assert seen_through("gap").exposure_s == pytest.approx(3.0, abs=0.02)
    assert seen_through("glass").exposure_s == pytest.approx(3.0, abs=0.02)
    assert seen_through("screen").exposure_s == 0


def test_what_is_not_asked_for_and_what_nobody_can_tell_is_none() -> None:
    floorplan = two_levels()
    assert route_of(make(floorplan, threat(5, 1)), "hall").exposure_s is None
    assert route_of(make(floorplan, choices=True), "hall").exposure_s is None
    outside = route_of(make(floorplan, threat(-8, 1), choices=True), "hall")
    assert outside.exposure_s is None
    assert not any("least_exposed" in choice.labels for choice in outside.choices)


def test_a_flight_of_stairs_counts_whole_where_one_end_is_in_sight() -> None:
    """The attic's people walk the upper hall out of sight, the stairs of 10 m at 0.65 m/s, and 18 m of the hall in sight."""
    route = route_of(make(two_levels(), threat(0.5, 0.2, speed_mps=1.0), choices=True), "attic")
    assert route.exposure_s == pytest.approx(10 / 0.65 + 18.0, abs=0.1)


def test_of_several_zones_that_a_threat_may_be_in_it_looks_from_each() -> None:
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 20, 4), category=ZoneCategory.CORRIDOR)
    sketch.zone("den", (8, 4.2, 12, 8))
    sketch.door("exit", [(20, 1), (20, 2)], ("hall", None), out=True)
    sketch.door("den door", [(8.5, 4.1), (9.5, 4.1)], ("den", "hall"))
    known, unsure = (
        route_of(make(sketch.build(), threat(10, 6, radius_m=radius_m), choices=True), "hall").exposure_s
        for radius_m in (0.5, 2.5)
    )
    assert known == 0
    assert unsure is not None
    assert unsure > 10


def glassy_building(seed: int) -> Floorplan:
    """A grid of rooms in which some doors are gaps, some walls are of glass, and some rooms have a screen."""
    rng = random.Random(seed)
    floorplan = grid_building(seed)
    openings = tuple(
        replace(o, category=OpeningCategory.GAP) if None not in o.zones and rng.random() < 0.5 else o
        for o in floorplan.openings
    )
    walls = []
    for column in range(3):
        for row in range(3):
            x, y = column * 6.2 + 6.1, row * 6.2
            if rng.random() < 0.3:
                walls.append(Wall(uid(f"glass {x} {y}"), uid("L0"), LineString([(x, y + 3), (x, y + 4)]), 0.2, True))
            at = [(x - 6 + rng.uniform(0.5, 5.5), y + rng.uniform(0.5, 5.5)) for _ in range(2)]
            walls.append(Wall(uid(f"screen {x} {y}"), uid("L0"), LineString(at)))
    return replace(floorplan, openings=openings, walls=tuple(walls))


@pytest.mark.parametrize("seed", range(12))
def test_seconds_in_sight_are_those_of_rays_that_shapely_tries_one_by_one(seed: int) -> None:
    floorplan = glassy_building(seed)
    place = random.Random(seed).choice(floorplan.zones).polygon.representative_point()
    made = make(floorplan, threat(place.x, place.y, speed_mps=1.0), choices=True)
    looker = Looker(floorplan, [place])
    counted = 0
    for route in made.routes:
        ways: list[Route | Choice] = [route, *route.choices]
        for way in ways:
            seen_s = looker.seconds(way.legs)
            # A place every 2 cm: an edge of what is seen is crossed that much sooner or later, a few times a way.
            assert way.exposure_s == pytest.approx(seen_s, abs=0.15), (seed, route.zone_id)
            counted += seen_s > 0
    assert counted


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 30),
    at=st.tuples(st.floats(0.3, 24), st.floats(0.3, 18)),
    start=st.tuples(st.floats(0, 25), st.floats(0, 19)),
    end=st.tuples(st.floats(0, 25), st.floats(0, 19)),
)
def test_one_more_wall_never_puts_a_way_into_sight(
    seed: int, at: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> None:
    floorplan = glassy_building(seed)
    wall = Wall(uid("one more"), uid("L0"), LineString([start, end]))
    if wall.line.length < 0.1 or wall.line.distance(Point(at)) < 0.05:
        return
    danger = threat(*at)
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=[danger], now=NOW, choices=True))
    walled = replace(floorplan, walls=(*floorplan.walls, wall))
    after = plan(compile_floorplan(walled), PlanRequest(threats=[danger], now=NOW, choices=True))
    for one, other in zip(made.routes, after.routes, strict=True):
        if one.exposure_s is not None and other.exposure_s is not None:
            assert one.legs == other.legs, "walls do not move anybody"
            assert other.exposure_s <= one.exposure_s + 1e-3


def test_sight_is_the_same_whatever_order_the_floorplan_is_in() -> None:
    floorplan = glassy_building(4)
    place = floorplan.zones[3].polygon.representative_point()
    turned = replace(
        floorplan, zones=floorplan.zones[::-1], openings=floorplan.openings[::-1], walls=floorplan.walls[::-1]
    )
    shares = []
    for one in (floorplan, turned):
        compiled = compile_floorplan(one)
        sight = find_sight(compiled, [locate(compiled, threat(place.x, place.y))])
        assert sight is not None
        shares.append(sight.shares.tolist())
    assert shares[0] == shares[1]
