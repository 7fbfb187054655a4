"""Where a threat is taken to be, how fast it comes, and where it can be by when."""

import json
import math
from dataclasses import replace
from datetime import timedelta

import pytest
from shapely import Point, Polygon, box

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Threat
from geo_server.domain.places import TransitionCategory, ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.planning import AT_1, make, route_of, two_levels
from tests.routing.plans import NOW, SAFE, Sketch, closure, grid_building, threat, two_exits, uid


def test_a_threat_gains_nothing_from_the_doors_that_it_passes_in_a_corridor() -> None:
    """One hundred metres of corridor with forty doors of 1 m: the far exit is not reached forty metres too early."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 120, 2), category=ZoneCategory.CORRIDOR)
    for k in range(40):
        sketch.zone(f"room {k}", (k * 3.0, 2, k * 3.0 + 3, 6))
        sketch.door(f"door {k}", [(k * 3.0 + 1, 2), (k * 3.0 + 2, 2)], (f"room {k}", "corridor"))
    sketch.door("east", [(120, 0), (120, 2)], ("corridor", None), out=True)
    route = route_of(make(sketch.build(), threat(0, 1, speed_mps=1.0)), "room 39")
    at_exit = next(a for leg in route.legs for a in leg.arrive_s[-1:])
    assert route.margin_s is not None
    assert route.margin_s + at_exit >= 115


def test_an_older_sighting_leaves_less_time() -> None:
    compiled = compile_floorplan(two_exits())
    fresh = threat(6, 1, speed_mps=1.0)
    old = replace(fresh, seen_at=NOW - timedelta(seconds=5))
    margins = [
        route_of(plan(compiled, PlanRequest(threats=[t], profile=AT_1, now=NOW)), "room").margin_s for t in (fresh, old)
    ]
    assert margins[0] is not None
    assert margins[1] == pytest.approx(margins[0] - 5)


def test_a_sighting_from_a_clock_that_runs_ahead_counts_as_seen_now() -> None:
    ahead = replace(threat(6, 1, speed_mps=1.0), seen_at=NOW + timedelta(hours=1))
    assert route_of(make(two_exits(), ahead), "room").margin_s == pytest.approx(
        route_of(make(two_exits(), threat(6, 1, speed_mps=1.0)), "room").margin_s
    )


def test_a_slow_threat_is_given_the_speed_of_the_people() -> None:
    slow, as_fast = (make(two_exits(), threat(6, 1, speed_mps=speed)) for speed in (0.1, 1.0))
    assert route_of(slow, "room").margin_s == pytest.approx(route_of(as_fast, "room").margin_s)


def test_people_do_not_take_an_elevator_and_a_threat_does() -> None:
    made = make(two_levels(TransitionCategory.ELEVATOR), threat(10, 1))
    assert route_of(made, "attic").status is RouteStatus.UNREACHABLE
    assert any(area.level_id == uid("L1") for area in made.reach)


def test_a_rated_lock_holds_a_threat_that_comes_in_and_none_that_goes_out() -> None:
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 20, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (0, 2, 20, 8))
    sketch.door("door", [(9.5, 2), (10.5, 2)], ("room", "corridor"), lock_delay_s=100.0)
    sketch.door("back", [(9.5, 8), (10.5, 8)], ("room", None), out=True)
    sketch.door("front", [(0, 0.5), (0, 1.5)], ("corridor", None), out=True)
    floorplan = sketch.build()

    def margin(at: Threat, zone: str) -> float:
        margin_s = route_of(make(floorplan, at, closures=[closure("front")]), zone).margin_s
        assert margin_s is not None
        return margin_s

    unlocked = replace(floorplan, openings=tuple(replace(o, lock_delay_s=0.0) for o in floorplan.openings))
    inside = threat(10, 5)
    assert (
        make(floorplan, inside, closures=[closure("back")]).routes[0].margin_s
        == make(unlocked, inside, closures=[closure("back")]).routes[0].margin_s
    )
    # From the corridor it can be at the back door by the open ground: round the building, not through the room.
    assert margin(threat(19, 1), "room") > 0


def test_a_threat_that_leaves_by_one_exit_can_come_to_another_over_open_ground() -> None:
    sketch = Sketch()
    sketch.zone("left", (0, 0, 10, 10))
    sketch.zone("right", (12, 0, 22, 10))
    sketch.door("left exit", [(4, 0), (5, 0)], ("left", None), out=True)
    sketch.door("right exit", [(14, 0), (15, 0)], ("right", None), out=True)
    route = route_of(make(sketch.build(), threat(4.5, 0, speed_mps=1.0)), "right")
    assert route.margin_s == pytest.approx(9.5 - (route.time_s or 0), abs=1.0)


def test_a_threat_in_the_open_walks_straight_to_the_exits() -> None:
    made = make(two_exits(), threat(-30, 1, speed_mps=1.0))
    assert route_of(made, "room").margin_s == pytest.approx(30 - (route_of(made, "room").time_s or 0), abs=0.5)


def test_a_disc_that_crosses_a_wall_puts_the_threat_on_both_sides_of_it() -> None:
    made = make(two_exits(), threat(30, 1, radius_m=8.0))
    room = next(area for area in made.reach if area.at_s == 0)
    assert room.area.intersects(Point(23.9, 2.5))


def test_a_wall_that_crosses_a_disc_ends_the_way_to_it_where_the_wall_meets_the_rim() -> None:
    """The wall y = 3 leaves the disc at x = 3.5 + sqrt(1.8² - 1); from there it is straight to the door's end (6, 2.6)."""
    sketch = Sketch()
    sketch.zone("room", Polygon([(0, 0), (6, 0), (6, 3), (4.5, 3), (4.5, 6), (0, 6)]))
    sketch.door("exit", [(6, 1.6), (6, 2.6)], ("room", None), out=True)
    compiled = compile_floorplan(sketch.build())
    seed = locate(compiled, threat(3.5, 4, radius_m=1.8)).seeds[0]
    assert seed.terminals_m.tolist() == pytest.approx([math.hypot(2.5 - math.sqrt(1.8**2 - 1), 0.4)])


def test_the_reach_stays_on_walkable_space_and_grows() -> None:
    floorplan = grid_building(5)
    made = make(floorplan, threat(3, 1, radius_m=1.0))
    areas = {area.at_s: area.area for area in made.reach}
    assert sorted(areas) == [0.0, 15.0, 30.0, 60.0]
    assert areas[0.0].area <= areas[15.0].area <= areas[30.0].area <= areas[60.0].area
    inside = [zone.polygon.buffer(0.01) for zone in floorplan.zones]
    for area in areas.values():
        assert area.is_valid
        assert sum(area.intersection(zone).area for zone in inside) == pytest.approx(area.area, rel=0.01)


def test_the_reach_in_an_open_hall_is_a_disc_of_speed_times_time() -> None:
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 200, 200))
    sketch.door("exit", [(0, 1), (0, 2)], ("hall", None), out=True)
    areas = {area.at_s: area.area.area for area in make(sketch.build(), threat(100, 100, speed_mps=2.0)).reach}
    assert areas[15.0] == pytest.approx(math.pi * 30**2, rel=0.01)


def test_the_reach_does_not_go_through_a_wall_round_a_corner() -> None:
    sketch = Sketch()
    u_shape = Polygon([(0, 0), (20, 0), (20, 2), (2, 2), (2, 3), (20, 3), (20, 5), (0, 5)])
    sketch.zone("u", u_shape, category=ZoneCategory.CORRIDOR)
    sketch.door("exit", [(20, 0.5), (20, 1.5)], ("u", None), out=True)
    areas = {area.at_s: area.area for area in make(sketch.build(), threat(19, 1, speed_mps=1.0)).reach}
    assert not areas[15.0].intersects(Point(19, 4))
    assert areas[60.0].intersects(Point(19, 4))


LOST = {
    "on a level that is not on the map": threat(10, 1, ordinal=7),
    "beside an upper level without a door to the outside": threat(10, -4, ordinal=1, radius_m=1.0),
    "far beside an upper level": threat(-900, 1, ordinal=1),
}


@pytest.mark.parametrize("where", LOST)
def test_a_threat_where_nobody_drew_anything_comes_straight_through_walls_and_floors(where: str) -> None:
    """It is at no door later than in a straight line, on whatever level, and its note says why."""
    floorplan, lost = two_levels(), LOST[where]
    compiled = compile_floorplan(floorplan)
    located = locate(compiled, lost)
    arrivals = threat_arrivals(compiled, [(located, 0.0, 2.0)]).nodes
    for node, arrival in zip(compiled.nodes, arrivals, strict=True):
        told = compiled.graph.nodes[node]
        assert arrival <= max(0.0, Point(told["x"], told["y"]).distance(lost.point) - lost.radius_m) / 2.0 + 1e-9
    assert "straight, through walls and floors" in located.note
    json.dumps(make(floorplan, lost).assumptions["threats"])


def test_a_threat_on_an_unknown_level_is_told_in_the_zones_at_its_place_and_reaches_all_levels_as_a_disc() -> None:
    made = make(two_levels(), LOST["on a level that is not on the map"])
    told = json.loads(json.dumps(made.assumptions["threats"]))[0]
    assert told["ordinal"] is None
    assert sorted(told["zone_ids"]) == sorted(str(uid(name)) for name in ("hall", "upper hall"))
    soon = {area.level_id: area.area for area in made.reach if area.at_s == 0.0}
    later = {area.level_id: area.area for area in made.reach if area.at_s == 60.0}
    assert soon == {}
    assert later.keys() == {uid("L0"), uid("L1")}


@pytest.mark.parametrize("ordinal", [0, 1])
def test_no_way_is_called_safe_that_would_not_be_with_the_lost_threat_on_one_of_the_levels(ordinal: int) -> None:
    floorplan = two_levels()
    known = {route.zone_id: route for route in make(floorplan, threat(10, 1, ordinal=ordinal)).routes}
    for route in make(floorplan, LOST["on a level that is not on the map"]).routes:
        assert (route.margin_s or -math.inf) <= (known[route.zone_id].margin_s or -math.inf) + 1e-9
        assert route.status not in SAFE or known[route.zone_id].status in SAFE


def test_a_threat_in_a_void_of_the_building_comes_straight_and_one_in_a_courtyard_by_the_doors() -> None:
    ring = Polygon(box(0, 0, 30, 30).exterior, [box(8, 8, 22, 22).exterior])
    wide = Polygon(box(0, 0, 100, 100).exterior, [box(8, 8, 92, 92).exterior])
    notes = []
    for shape, centre in ((ring, 15), (wide, 50)):
        sketch = Sketch()
        sketch.zone("ring", shape, category=ZoneCategory.CORRIDOR)
        sketch.door("exit", [(0, 1), (0, 2)], ("ring", None), out=True)
        notes.append(locate(compile_floorplan(sketch.build()), threat(centre, centre)).note)
    assert "7.0 m from any zone, inside the building" in notes[0]
    assert "in the open" in notes[1]


def test_a_threat_that_cannot_be_placed_stops_no_plan_for_the_others() -> None:
    here, far = threat(22, 1.5), threat(1e6, 1e6, name="far")
    alone, both = make(two_exits(), here), make(two_exits(), here, far)
    assert [route.status for route in both.routes] == [route.status for route in alone.routes]
    told = {t["id"]: t for t in json.loads(json.dumps(both.assumptions["threats"]))}
    assert "km from the nearest zone: check its place" in told[str(uid("far"))]["notes"][0]


@pytest.mark.parametrize(
    ("danger", "words"),
    [
        (threat(float("nan"), 1), "x is nan"),
        (threat(1, 1, speed_mps=float("inf")), "speed_mps is inf"),
        (threat(1, 1, radius_m=-1), "radius_m is -1"),
    ],
)
def test_a_threat_with_a_figure_that_is_none_is_refused(danger: Threat, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        make(two_exits(), danger)
