"""Plans of hand-made floorplans with lengths known beforehand, and the published cases that a planner can be held to."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from shapely import LineString, Point, Polygon
from shapely.affinity import scale

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, TransitionCategory, ZoneCategory
from geo_server.domain.routes import Advice, EvacuationPlan, Route, RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.profiles import PROFILES, WHEELCHAIR, Profile, find_profile
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.plans import NOW, Sketch, closure, corridor_40m, grid_building, school, threat, two_exits, uid

AT_1 = Profile("1 m/s", 1.0, 0.5, 0.65, 1.0, "test")


def make(floorplan: Floorplan, *threats: Threat, **wanted: object) -> EvacuationPlan:
    request = replace(PlanRequest(threats=threats, profile=AT_1, reaction_s=0.0, margin_s=0.0, now=NOW), **wanted)  # type: ignore[arg-type]
    return plan(compile_floorplan(floorplan), request)


def route_of(made: EvacuationPlan, zone: str) -> Route:
    return next(route for route in made.routes if route.zone_id == uid(zone))


def two_levels(category: TransitionCategory = TransitionCategory.STAIRS) -> Floorplan:
    """A hall with an exit, and above it a hall with one room; joined by 10 m of stairs from x = 18 to x = 12."""
    sketch = Sketch()
    sketch.level(1)
    sketch.zone("hall", (0, 0, 20, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("upper hall", (0, 0, 20, 2), 1, ZoneCategory.CORRIDOR)
    sketch.zone("attic", (0, 2, 4, 6), 1)
    sketch.door("exit", [(0, 0.5), (0, 1.5)], ("hall", None), out=True, number="1")
    sketch.door("attic door", [(1.5, 2), (2.5, 2)], ("attic", "upper hall"), ordinal=1)
    sketch.stairs("stairs", [(18, 1), (12, 1)], ("hall", "upper hall"), 10.0, category)
    return sketch.build()


def test_without_a_threat_every_way_is_safe_and_has_no_margin() -> None:
    made = make(grid_building(2))
    assert {route.status for route in made.routes} == {RouteStatus.SAFE_SHORTEST}
    assert {route.margin_s for route in made.routes} == {None}
    assert {route.latest_departure_s for route in made.routes} == {None}
    assert made.reach == ()


def test_rimea_1_forty_metres_at_1_33_take_between_26_and_34_seconds() -> None:
    """RiMEA guideline, test 1: corridor 2 x 40 m, one person at 1.33 m/s."""
    made = make(corridor_40m(), profile=Profile("RiMEA 1", 1.33, 0.0, 0.0, 0.0, "RiMEA, test 1"))
    seconds = route_of(made, "corridor").time_s
    assert seconds is not None
    assert 26 <= seconds <= 34


def test_imo_1_forty_metres_at_1_metre_a_second_take_forty_seconds() -> None:
    """IMO MSC.1/Circ.1238, annex 3, test 1. The start is a corner: the way to the middle of the exit is 12.5 mm longer,
    and with clearance a little more."""
    assert route_of(make(corridor_40m()), "corridor").time_s == pytest.approx(40.0, abs=0.2)


def test_rimea_2_and_3_stairs_are_walked_along_their_slope_up_and_down() -> None:
    """RiMEA guideline, tests 2 and 3: a stair of 10 m along its slope; here 0.5 m/s up and 0.65 m/s down."""
    compiled = compile_floorplan(two_levels())
    seconds = compiled.occupant_s(AT_1)
    times = {
        compiled.nodes[t].partition(":")[0]: s
        for t, h, s in zip(compiled.tails, compiled.heads, seconds, strict=True)
        if compiled.subjects[t] == compiled.subjects[h]
    }
    assert times == pytest.approx({"foot": 10 / 0.5, "head": 10 / 0.65})


def test_nist_4_1_a_closed_exit_sends_people_to_the_other() -> None:
    """NIST TN 1822, test 4.1: dynamic availability of exits."""
    floorplan = two_exits()
    before, after = make(floorplan), make(floorplan, closures=[closure("west")])
    assert route_of(before, "room").exit_id == uid("west")
    moved = route_of(after, "room")
    assert moved.exit_id == uid("east")
    assert [(a.exit_id, a.reason) for a in moved.avoided] == [(uid("west"), "closed")]


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
    assert "Go down the stairs to Ground." in route.instructions


def test_a_wheelchair_does_not_take_stairs_but_a_ramp() -> None:
    assert route_of(make(two_levels(), profile=WHEELCHAIR), "attic").status is RouteStatus.UNREACHABLE
    ramp = two_levels(TransitionCategory.RAMP)
    assert route_of(make(ramp, profile=WHEELCHAIR), "attic").status is RouteStatus.SAFE_SHORTEST


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


@pytest.mark.parametrize("seed", range(4))
def test_mirroring_a_site_changes_nothing_but_coordinates(seed: int) -> None:
    floorplan = grid_building(seed)

    def mirrored(line: LineString | Polygon) -> LineString | Polygon:
        return scale(line, xfact=-1, origin=(0, 0))

    other = replace(
        floorplan,
        zones=tuple(replace(zone, polygon=mirrored(zone.polygon)) for zone in floorplan.zones),
        openings=tuple(replace(opening, line=mirrored(opening.line)) for opening in floorplan.openings),
    )
    for one, two in zip(make(floorplan, threat(9, 3)).routes, make(other, threat(-9, 3)).routes, strict=True):
        assert two.status is one.status
        assert two.margin_s == pytest.approx(one.margin_s, abs=0.3)
        assert two.distance_m == pytest.approx(one.distance_m, abs=0.3)


def test_the_same_input_gives_the_same_plan_and_hash() -> None:
    one, two = (make(grid_building(7), threat(9, 3)) for _ in range(2))
    assert one == two
    assert make(grid_building(7), threat(9, 3.5)).parameters_hash != one.parameters_hash


def test_a_route_is_told_door_by_door_with_its_exit_and_assembly_point() -> None:
    route = route_of(make(two_exits()), "room")
    assert route.instructions == (
        "Leave room by the door to corridor (5 m).",
        "In corridor turn right and go 23 m to exit W.",
        "Outside, go to assembly point Field, 30 m away in a straight line.",
    )
    assert route.radio == "Room: out by exit W through corridor, 27 m, 27 seconds."


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


def test_a_threat_beside_an_upper_level_is_taken_to_be_on_it_and_in_the_open() -> None:
    danger = threat(10, -4, ordinal=1, radius_m=1.0)
    located = locate(compile_floorplan(two_levels()), danger)
    assert [seed.ways.zone_id for seed in located.seeds] == [uid("upper hall")]
    assert list(located.doors_m.values()) == [pytest.approx(math.hypot(10, 4.5) - 1)]
    assert "no door to the outside" in located.note
    assert route_of(make(two_levels(), danger), "attic").status is RouteStatus.NO_GUARANTEED_ROUTE


def test_a_threat_far_beside_an_upper_level_is_in_the_open() -> None:
    located = locate(compile_floorplan(two_levels()), threat(-900, 1, ordinal=1))
    assert located.seeds == ()
    assert list(located.doors_m.values()) == [pytest.approx(900.0)]


@pytest.mark.parametrize(
    ("danger", "words"),
    [
        (threat(1e6, 1e6), "from the nearest zone"),
        (threat(float("nan"), 1), "x is nan"),
        (threat(1, 1, speed_mps=float("inf")), "speed_mps is inf"),
        (threat(1, 1, radius_m=-1), "radius_m is -1"),
        (threat(1, 1, ordinal=7), "no level"),
    ],
)
def test_a_threat_that_is_nowhere_is_refused(danger: Threat, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        make(two_exits(), danger)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"margin_s": float("nan")}, "margin_s is nan"),
        ({"reaction_s": -1.0}, "reaction_s is -1"),
        ({"now": datetime(2026, 3, 2)}, "no time zone"),  # noqa: DTZ001 - the fault that is tested
        ({"closures": [closure("no such door")]}, "cannot be closed"),
    ],
)
def test_a_request_that_cannot_be_planned_is_refused(wanted: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        make(two_exits(), **wanted)


def test_zones_that_overlap_are_refused_by_name() -> None:
    sketch = Sketch()
    sketch.zone("library", (0, 0, 5, 5))
    sketch.zone("archive", (3, 0, 8, 5))
    with pytest.raises(InvalidInput, match=r"library .* and archive .* overlap"):
        compile_floorplan(sketch.build())


def test_an_opening_far_from_its_zone_is_flagged_and_not_used_by_people() -> None:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 5, 5))
    sketch.door("lost", [(50, 1), (50, 2)], ("room", None), out=True)
    made = make(sketch.build())
    assert route_of(made, "room").status is RouteStatus.UNREACHABLE
    assert any("too far from zone room" in str(flag) for flag in made.assumptions["flags"])  # type: ignore[attr-defined]


def test_an_unknown_profile_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="pilot") as refused:
        find_profile("pilot")
    assert "wheelchair" in str(refused.value)


def test_every_profile_says_where_its_figures_come_from() -> None:
    assert all(profile.source for profile in PROFILES.values())


def test_a_way_is_called_safe_only_if_it_is_so_for_everybody_in_the_zone() -> None:
    """From the middle of the corridor the east exit is well ahead of the threat; from its west end it is not."""
    route = route_of(make(two_exits(), threat(6, 1, speed_mps=1.0)), "corridor")
    assert route.time_s is not None
    assert route.margin_s is not None
    assert 54 - route.time_s > 5
    assert route.status is RouteStatus.NO_GUARANTEED_ROUTE
    assert route.margin_s == pytest.approx(54 - 60, abs=0.1)
