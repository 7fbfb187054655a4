"""Plans of hand-made floorplans with lengths known beforehand."""

import math
from dataclasses import replace

import pytest
from shapely import LineString, box

from geo_server.domain.places import TransitionCategory, ZoneCategory
from geo_server.domain.routes import Advice, Route, RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT, WHEELCHAIR
from geo_server.routing.request import PlanRequest
from tests.routing.planning import make, route_of, two_levels
from tests.routing.plans import NOW, Sketch, closure, grid_building, school, threat, two_exits, uid


def test_without_a_threat_every_way_is_safe_and_has_no_margin() -> None:
    made = make(grid_building(2))
    assert {route.status for route in made.routes} == {RouteStatus.SAFE_SHORTEST}
    assert {route.margin_s for route in made.routes} == {None}
    assert {route.latest_departure_s for route in made.routes} == {None}
    assert made.reach == ()


def test_a_room_beside_a_corridor_has_its_known_length_without_walls_in_the_way() -> None:
    """From the corner (24, 6) to the door (22, 2), then 22 m to the west exit at (0, 1)."""
    distance = route_of(make(two_exits()), "room").distance_m
    assert distance is not None
    exact = math.hypot(2, 4) + math.hypot(22, 1)
    assert exact <= distance <= exact + 0.6


def test_a_threat_in_the_way_makes_people_take_the_longer_way_and_says_why() -> None:
    route = route_of(make(two_exits(), threat(6, 1, speed_mps=1.0)), "room")
    assert route.status is RouteStatus.SAFE_DETOUR
    assert route.exit_id == uid("east")
    assert route.advice is Advice.GO
    assert [a.exit_id for a in route.avoided] == [uid("west")]
    assert "Exit W is nearer" in route.avoided[0].words


def test_the_margin_is_the_time_between_the_last_person_and_the_first_threat() -> None:
    """The threat at (6, 1) with 1 m/s is at the near end (21.5, 2) of the room's door after 15.53 s, and at the east exit
    after 54 s; people have least time at the door."""
    route = route_of(make(two_exits(), threat(6, 1, speed_mps=1.0)), "room")
    walked_s = route.legs[0].arrive_s[route.legs[0].coordinates.index((22.0, 2.0))]
    assert route.time_s is not None
    assert route.margin_s == pytest.approx(math.hypot(15.5, 1) - walked_s)
    assert route.margin_s is not None
    assert route.margin_s < 54 - route.time_s
    assert route.margin_at == ((22.0, 2.0), uid("L0"))
    assert route.latest_departure_s == pytest.approx(route.margin_s)


def test_a_threat_at_the_only_door_leaves_no_guaranteed_way_and_a_negative_margin() -> None:
    route = route_of(make(two_exits(), threat(22, 1.5)), "room")
    assert route.status is RouteStatus.NO_GUARANTEED_ROUTE
    assert route.margin_s is not None
    assert route.margin_s < 0
    assert route.latest_departure_s is None
    assert route.advice is Advice.STAY
    assert "no guaranteed way out" in route.radio


def test_a_room_whose_door_is_closed_is_unreachable() -> None:
    route = route_of(make(two_exits(), closures=[closure("room door")]), "room")
    assert route.status is RouteStatus.UNREACHABLE
    assert (route.exit_id, route.distance_m, route.legs) == (None, None, ())


def test_a_route_over_stairs_has_a_leg_a_level_and_takes_the_stairs_in_between() -> None:
    route = route_of(make(two_levels()), "attic")
    assert [leg.level_id for leg in route.legs] == [uid("L1"), uid("L0")]
    assert [leg.transition_id for leg in route.legs] == [uid("stairs"), None]
    assert route.legs[0].coordinates[-1] == (12.0, 1.0)
    assert route.legs[1].coordinates[0] == (18.0, 1.0)
    assert route.legs[1].arrive_s[0] - route.legs[0].arrive_s[-1] == pytest.approx(10 / 0.65)
    walked = sum(LineString(leg.coordinates).length for leg in route.legs)
    assert route.distance_m == pytest.approx(walked + 10)
    assert route.time_s == pytest.approx(route.legs[-1].arrive_s[-1])
    assert "Go down the stairs to Ground (10 m)." in route.instructions


def test_stairs_that_a_route_only_passes_are_no_step_of_it() -> None:
    """The foot of the stairs lies on the straight line from the door to the exit."""
    sketch = Sketch()
    sketch.level(1)
    sketch.zone("staircase", (0, 0, 10, 2), category=ZoneCategory.STAIRS)
    sketch.zone("landing", (0, 0, 10, 2), 1, ZoneCategory.STAIRS)
    sketch.zone("room", (-4, 0, 0, 2))
    sketch.door("room door", [(0, 0.5), (0, 1.5)], ("room", "staircase"))
    sketch.door("exit", [(10, 0.5), (10, 1.5)], ("staircase", None), out=True, number="1")
    sketch.stairs("stairs", [(5, 1), (1, 1)], ("staircase", "landing"), 5.0)
    made = make(sketch.build())
    assert route_of(made, "room").instructions == (
        "Leave room by the door to staircase (5 m).",
        "In staircase keep straight on and go 10 m to exit 1.",
    )
    assert route_of(made, "landing").instructions[0].startswith("Leave landing by the stairs")


def test_a_wheelchair_does_not_take_stairs_but_a_ramp() -> None:
    assert route_of(make(two_levels(), profile=WHEELCHAIR), "attic").status is RouteStatus.UNREACHABLE
    ramp = two_levels(TransitionCategory.RAMP)
    assert route_of(make(ramp, profile=WHEELCHAIR), "attic").status is RouteStatus.SAFE_SHORTEST


@pytest.mark.parametrize("seed", range(6))
def test_a_threat_never_shortens_a_route(seed: int) -> None:
    floorplan = grid_building(seed)
    free, chased = make(floorplan), make(floorplan, threat(9, 3))
    for before, after in zip(free.routes, chased.routes, strict=True):
        assert (after.distance_m or math.inf) >= (before.distance_m or math.inf) - 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_closing_a_door_never_makes_a_way_safer(seed: int) -> None:
    floorplan = grid_building(seed)
    danger = threat(9, 3, speed_mps=1.0)
    shut = closure("h2.0") if uid("h2.0") in floorplan.opening_by_id else closure("v2.1")
    if shut.subject_id not in floorplan.opening_by_id:
        shut = replace(shut, subject_id=floorplan.openings[0].id)
    for before, after in zip(
        make(floorplan, danger).routes, make(floorplan, danger, closures=[shut]).routes, strict=True
    ):
        assert _rank(after) >= _rank(before)


@pytest.mark.parametrize("seed", range(6))
def test_a_longer_margin_never_makes_safe_what_was_not(seed: int) -> None:
    floorplan = grid_building(seed)
    for before, after in zip(
        make(floorplan, threat(9, 3, speed_mps=1.0)).routes,
        make(floorplan, threat(9, 3, speed_mps=1.0), margin_s=4.0).routes,
        strict=True,
    ):
        assert _rank(after) >= _rank(before)


def _rank(route: Route) -> int:
    """0 while a way is guaranteed, then worse. Which of the two safe ones it is says nothing."""
    return {RouteStatus.NO_GUARANTEED_ROUTE: 1, RouteStatus.UNREACHABLE: 2}.get(route.status, 0)


def test_the_same_input_gives_the_same_plan_and_hash() -> None:
    one, two = (make(grid_building(7), threat(9, 3)) for _ in range(2))
    assert one == two
    assert make(grid_building(7), threat(9, 3.5)).parameters_hash != one.parameters_hash


def test_floorplans_that_differ_in_an_outline_alone_have_hashes_of_their_own() -> None:
    plan, level_id = grid_building(7), grid_building(7).levels[0].id
    drawn = [
        replace(plan, outlines=outlines) for outlines in ({}, {level_id: box(0, 0, 9, 9)}, {level_id: box(0, 0, 9, 8)})
    ]
    made = [make(one) for one in drawn]
    assert len({one.parameters_hash for one in made}) == 3
    assert len({one.assumptions["floorplan_sha256"] for one in made}) == 3


def test_a_route_is_told_door_by_door_with_its_exit_and_assembly_point() -> None:
    route = route_of(make(two_exits()), "room")
    assert route.instructions == (
        "Leave room by the door to corridor (5 m).",
        "In corridor turn right and go 23 m to exit W.",
        "Outside, go 30 m to assembly point Field.",
    )
    assert route.radio == "Room: out by exit W through corridor, 27 m, 27 seconds; then 30 m to assembly point Field."


def test_everyone_in_a_school_gets_an_answer() -> None:
    floorplan = school(60)
    made = make(floorplan, threat(30, 1.5, radius_m=3))
    assert len(made.routes) == len(floorplan.zones)


def test_who_is_in_a_yard_outside_an_exit_needs_no_way_out() -> None:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 5, 5))
    sketch.zone("yard", (5, 0, 30, 30), category=ZoneCategory.OUTDOOR)
    sketch.door("exit", [(5, 1), (5, 2)], ("room", "yard"), out=True)
    assert [route.zone_id for route in make(sketch.build()).routes] == [uid("room")]


def test_a_way_is_called_safe_only_if_it_is_so_for_everybody_in_the_zone() -> None:
    """From the middle of the corridor the east exit is well ahead of the threat; from its west end it is not.

    Who keeps 0.3 m from the walls goes from the corner (0, 0) to (0.3, 0.3), on to (59.7, 1) and through the exit.
    """
    route = route_of(make(two_exits(), threat(6, 1, speed_mps=1.0)), "corridor")
    assert route.time_s is not None
    assert route.margin_s is not None
    assert 54 - route.time_s > 5
    assert route.status is RouteStatus.NO_GUARANTEED_ROUTE
    assert route.margin_s == pytest.approx(54 - (0.3 * math.sqrt(2) + math.hypot(59.4, 0.7) + 0.3), abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_what_was_planned_before_changes_no_plan(seed: int) -> None:
    """What is kept between plans belongs to a floorplan, a profile and closures, and to nothing else."""
    floorplan = grid_building(seed)
    shut, here, there = closure(""), threat(9, 3), threat(20, 8)
    shut = replace(shut, subject_id=floorplan.openings[0].id)
    compiled = compile_floorplan(floorplan)
    wanted = [
        PlanRequest(threats=threats, closures=closures, profile=profile, now=NOW)
        for threats in ((here,), (there,), (here, there))
        for closures in ((), (shut,))
        for profile in (ADULT, WHEELCHAIR)
    ]
    for request in [*wanted, *wanted[::-1]]:
        assert plan(compiled, request) == plan(compile_floorplan(floorplan), request)
