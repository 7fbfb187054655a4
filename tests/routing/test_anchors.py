"""The way from one place: shorter than that of whoever has farthest, and as safe as it says."""

import random
from dataclasses import replace

import pytest
from shapely import Point

from geo_server.domain.errors import InvalidInput
from geo_server.routing.anchors import Anchor
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from tests.routing.campus_pursuer import CampusGround, chase
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import make, route_of
from tests.routing.plans import NOW, SAFE, corridor_40m, threat, two_exits, uid
from tests.routing.test_campus_soundness import WHERE, narrowest, somewhere


def at(x: float, y: float, level: str = "L0") -> Anchor:
    return Anchor(uid(level), Point(x, y))


def test_the_way_from_a_place_is_as_long_as_it_is_from_there() -> None:
    made = make(corridor_40m(), start=at(30, 1))
    (route,) = made.routes
    assert route.distance_m == pytest.approx(10.0)
    assert route.start == (30.0, 1.0)
    assert route.spread_s == 0.0


def test_who_stands_at_the_end_of_a_corridor_takes_that_exit_and_is_ahead_where_the_zone_as_a_whole_is_not() -> None:
    danger = threat(35, 1, speed_mps=2.0)
    whole = route_of(make(two_exits(), danger), "corridor")
    from_west = route_of(make(two_exits(), danger, start=at(4, 1)), "corridor")
    from_east = route_of(make(two_exits(), danger, start=at(57, 1)), "corridor")
    assert whole.status not in SAFE
    assert (from_west.exit_id, from_east.exit_id) == (uid("west"), uid("east"))
    assert from_west.status in SAFE
    assert from_east.status in SAFE


def test_only_the_zone_at_the_place_has_a_way_and_the_hash_knows_the_place() -> None:
    one, other, whole = (make(two_exits(), **wanted) for wanted in ({"start": at(22, 4)}, {"start": at(22, 5)}, {}))
    assert [route.zone_id for route in one.routes] == [uid("room")]
    assert len({one.parameters_hash, other.parameters_hash, whole.parameters_hash}) == 3


@pytest.mark.parametrize("seed", range(10))
def test_nobody_who_sets_out_from_a_place_by_its_latest_departure_is_met(seed: int) -> None:
    rng = random.Random(f"anchor {seed}")
    floorplan = two_storey_campus(seed)
    danger = replace(somewhere(rng.choice(WHERE), floorplan, rng), speed_mps=ADULT.level_mps)
    compiled, pursuer = compile_floorplan(floorplan), chase(CampusGround(floorplan), danger)
    for zone in rng.sample(floorplan.zones, 6):
        west, south, east, north = zone.polygon.bounds
        places = (Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(1000))
        place = next(place for place in places if zone.polygon.covers(place))
        request = PlanRequest([danger], reaction_s=0.0, margin_s=0.0, now=NOW, start=Anchor(zone.level_id, place))
        for route in plan(compiled, request).routes:
            if route.status in SAFE:
                leave_s = 1e6 if route.latest_departure_s is None else route.latest_departure_s
                assert Point(route.legs[0].coordinates[0]).distance(place) < 1e-9
                assert narrowest(route, pursuer, leave_s) >= -1e-3


def test_a_place_in_no_zone_and_one_with_people_counted_are_refused() -> None:
    with pytest.raises(InvalidInput, match="No zone is at"):
        make(two_exits(), start=at(30, 30))
    with pytest.raises(InvalidInput, match="Leave people out"):
        make(two_exits(), start=at(30, 1), people={})
