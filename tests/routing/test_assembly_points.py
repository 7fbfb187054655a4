"""Ways from exits to assembly points: round buildings and through no fence, and how people are told where to gather."""

from dataclasses import replace

import numpy as np
import pytest
from shapely import LineString, Point, Polygon, box

from geo_server.domain.places import AssemblyPoint, Floorplan, Wall, ZoneCategory
from geo_server.domain.routes import Destination, RouteStatus
from geo_server.routing.assembly_points import FACADE_M, SIMPLER_M
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.refuges import NO_POINTS
from geo_server.routing.walks import CLEARANCE_M
from tests.routing.planning import make, route_of
from tests.routing.plans import Sketch, closure, threat, two_exits, uid


def house(*points: tuple[str, float, float]) -> Sketch:
    """A house of one room, 10 by 10 m, whose only exit is in the middle of its west side; and assembly points."""
    sketch = Sketch()
    sketch.zone("room", (0, 0, 10, 10))
    sketch.door("west", [(0, 4.5), (0, 5.5)], ("room", None), out=True, number="1")
    sketch.points += [AssemblyPoint(uid(name), Point(x, y), name) for name, x, y in points]
    return sketch


def edge(compiled: CompiledFloorplan, exit_name: str, point: str) -> dict[str, object]:
    found: dict[str, object] = compiled.graph.edges[
        f"opening:{uid(exit_name)}", f"assembly_point:{uid(point)}", "outdoors"
    ]
    return found


def test_an_assembly_point_behind_the_house_is_walked_to_round_its_corner_with_clearance() -> None:
    told = edge(compile_floorplan(house(("East", 14, 5)).build()), "west", "East")
    bare = float(np.hypot(5, 0) + 10 + np.hypot(4, 5))
    assert bare < float(told["occupant_m"]) < bare + 4  # type: ignore[arg-type]
    line = LineString(told["line"])
    assert line.length == pytest.approx(told["occupant_m"])
    assert line.crosses(box(0, 0, 10, 10)) is False
    off_wall = line.difference(Point(0, 5).buffer(1.0)).distance(box(0, 0, 10, 10))
    assert FACADE_M + CLEARANCE_M - SIMPLER_M <= off_wall <= FACADE_M + CLEARANCE_M + 1e-6
    # A threat is given the straight line, whatever stands there.
    assert told["threat_m"] == pytest.approx(14.0)


def test_another_building_in_the_way_is_walked_round() -> None:
    sketch = house(("West", -20, 5))
    free = float(edge(compile_floorplan(sketch.build()), "west", "West")["occupant_m"])  # type: ignore[arg-type]
    assert free == pytest.approx(20.0)

    sketch.zone("gym", (-10, -5, -5, 15))
    sketch.door("gym exit", [(-10, 14), (-10, 14.9)], ("gym", None), out=True)
    told = edge(compile_floorplan(sketch.build()), "west", "West")
    assert float(told["occupant_m"]) > np.hypot(5, 10) + 5 + np.hypot(10, 10)  # type: ignore[arg-type]
    assert not LineString(told["line"]).intersects(box(-10, -5, -5, 15))


def test_a_wall_in_the_open_and_a_yard_with_a_fence_are_walked_round_too() -> None:
    sketch = house(("West", -20, 5))
    sketch.wall("garden wall", [(-4, -10), (-4, 12)])
    line = LineString(edge(compile_floorplan(sketch.build()), "west", "West")["line"])
    assert not line.intersects(LineString([(-4, -10), (-4, 12)]))
    assert line.length > 20 + 4
    sketch = house(("West", -20, 5))
    sketch.zone("court", (-9, 0, -5, 8), category=ZoneCategory.OUTDOOR)
    line = LineString(edge(compile_floorplan(sketch.build()), "west", "West")["line"])
    assert not line.intersects(box(-9, 0, -5, 8))


def test_a_yard_that_an_exit_leads_into_is_no_fence() -> None:
    sketch = house(("West", -20, 5))
    sketch.zone("lawn", (-9, 0, -0.1, 10), category=ZoneCategory.OUTDOOR)
    told = edge(compile_floorplan(sketch.build()), "west", "West")
    assert told["occupant_m"] == pytest.approx(20.0)


def test_an_assembly_point_in_a_fenced_yard_is_walked_to_through_its_gate_alone() -> None:
    sketch = house(("Court", 5, -5))
    sketch.zone("court", (0, -10, 10, -0.2), category=ZoneCategory.OUTDOOR)
    sketch.door("back", [(8, -0.1), (9, -0.1)], ("room", "court"))
    compiled = compile_floorplan(sketch.build())
    walked = {
        (tail, key)
        for tail, head, key, told in compiled.graph.edges(keys=True, data=True)
        if head.startswith("assembly_point:") and np.isfinite(told["occupant_m"])
    }
    assert walked == {(f"opening:{uid('back')}", str(uid("court")))}
    made = make(sketch.build(), to=Destination.ASSEMBLY_POINTS)
    assert route_of(made, "room").exit_id == uid("Court")
    assert route_of(made, "court").instructions == ("Go to assembly point Court (8 m).",)


def test_nobody_is_sent_to_a_point_in_a_building_or_behind_a_wall_all_round_it_and_each_is_named() -> None:
    sketch = house(("Inside", 5, 5), ("Walled in", -20, 5))
    sketch.wall("ring", [(-25, 0), (-15, 0), (-15, 10), (-25, 10), (-25, 0)])
    made = make(sketch.build())
    route = route_of(made, "room")
    assert route.status is RouteStatus.SAFE_SHORTEST
    assert route.onward is not None
    assert (route.onward.assembly_point_id, route.onward.legs) == (None, ())
    assert route.instructions[-1] == "Outside, no way to an assembly point is known."
    flags = made.assumptions["flags"]
    assert isinstance(flags, list)
    assert {flag.partition(" (")[0] for flag in flags} == {"Assembly point Inside", "Assembly point Walled in"}


def test_a_courtyard_with_an_exit_and_an_assembly_point_is_walked_in_and_not_left() -> None:
    sketch = Sketch()
    ring = Polygon(box(0, 0, 40, 40).exterior, [box(10, 10, 30, 30).exterior])
    sketch.zone("ring", ring, category=ZoneCategory.CORRIDOR)
    sketch.door("inner", [(10, 19), (10, 20)], ("ring", None), out=True)
    sketch.door("outer", [(0, 19), (0, 20)], ("ring", None), out=True)
    sketch.points += [AssemblyPoint(uid("In"), Point(25, 20), "In"), AssemblyPoint(uid("Out"), Point(-20, 20), "Out")]
    compiled = compile_floorplan(sketch.build())
    pairs = {
        (tail, head) for tail, head, told in compiled.graph.edges(data=True) if told["line"] and "assembly" in head
    }
    assert pairs == {
        (f"opening:{uid('inner')}", f"assembly_point:{uid('In')}"),
        (f"opening:{uid('outer')}", f"assembly_point:{uid('Out')}"),
    }


def test_levels_drawn_side_by_side_are_walked_out_of_in_the_coordinates_of_their_exit() -> None:
    floorplan = house(("East", 14, 5)).build()
    moved = replace(
        floorplan,
        levels=tuple(replace(level, shift_m=(100.0, 0.0)) for level in floorplan.levels),
        assembly_points=(AssemblyPoint(uid("East"), Point(114, 5), "East"),),
    )
    one, two = (edge(compile_floorplan(plan), "west", "East") for plan in (floorplan, moved))
    assert np.asarray(one["line"]) == pytest.approx(np.asarray(two["line"]), abs=1e-6)
    node = compile_floorplan(moved).graph.nodes[f"assembly_point:{uid('East')}"]
    assert (node["x"], node["y"], node["kind"]) == (14.0, 5.0, "assembly_point")


def far_and_near() -> Floorplan:
    """A corridor of 60 m with an exit at either end: 20 m beyond the west one is Near, and 90 m to the north Far."""
    floorplan = two_exits()
    points = AssemblyPoint(uid("near"), Point(-20, 1), "Near"), AssemblyPoint(uid("far"), Point(0, 91), "Far")
    return replace(floorplan, assembly_points=points)


def test_the_nearest_assembly_point_is_named_with_its_way_and_figures() -> None:
    route = route_of(make(far_and_near()), "room")
    onward = route.onward
    assert onward is not None
    assert onward.assembly_point_id == uid("near")
    assert onward.distance_m == pytest.approx(20.0)
    assert (onward.margin_s, onward.avoided) == (None, ())
    assert route.time_s is not None
    assert onward.time_s == pytest.approx(route.time_s + 20.0)
    (leg,) = onward.legs
    assert (leg.coordinates[0], leg.coordinates[-1]) == ((0.0, 1.0), (-20.0, 1.0))
    assert leg.arrive_s[0] == pytest.approx(route.time_s)
    assert leg.arrive_s[-1] == pytest.approx(onward.time_s)


def test_where_no_assembly_point_is_ahead_of_the_threat_the_exit_is_still_a_safe_end() -> None:
    """Both points are beside the threat, and the exit is well ahead of it."""
    danger = threat(-60, 46, speed_mps=1.0)
    points = tuple(AssemblyPoint(uid(f"p{k}"), Point(-60, 40 + 5 * k), f"P{k}") for k in range(2))
    route = route_of(make(replace(two_exits(), assembly_points=points), danger), "room")
    assert route.status is RouteStatus.SAFE_SHORTEST
    assert route.onward is not None
    assert route.onward.assembly_point_id is None
    assert {(one.exit_id, one.reason) for one in route.onward.avoided} == {
        (point.id, "threat_first") for point in points
    }
    assert route.instructions[-1].startswith("Outside, there is no assembly point")
    assert "assembly" not in route.radio
    assert route.onward.avoided[0].words.startswith("Assembly point P0: the threat can be there ")


def test_a_farther_point_is_named_with_why_the_nearer_was_not() -> None:
    danger = threat(-80, -15, speed_mps=1.0)
    points = AssemblyPoint(uid("near"), Point(-40, -10), "Near"), AssemblyPoint(uid("far"), Point(0, 61), "Far")
    route = route_of(make(replace(two_exits(), assembly_points=points), danger), "room")
    assert route.onward is not None
    assert route.onward.assembly_point_id == uid("far")
    (avoided,) = route.onward.avoided
    assert (avoided.exit_id, avoided.reason) == (uid("near"), "threat_first")
    assert avoided.words.startswith("Assembly point Near is nearer, but the threat can be there ")
    assert (
        route.instructions[-1] == "Outside, turn right and go 61 m to assembly point Far, not to assembly point Near."
    )
    assert route.radio.endswith("; then 61 m to assembly point Far.")


def test_a_point_that_is_closed_is_passed_over() -> None:
    route = route_of(make(far_and_near(), closures=[closure("near")]), "room")
    assert route.onward is not None
    assert route.onward.assembly_point_id == uid("far")
    assert [one.reason for one in route.onward.avoided] == ["closed"]
    assert route.onward.avoided[0].exit_id == uid("near")


def test_with_a_point_closed_a_plan_to_assembly_points_leads_to_another_and_none_to_one_that_nobody_can_walk_to() -> (
    None
):
    whole = route_of(make(far_and_near(), closures=[closure("near")], to=Destination.ASSEMBLY_POINTS), "room")
    assert whole.exit_id == uid("far")
    inside = house(("In", 5, 5), ("West", -20, 5)).build()
    assert compile_floorplan(inside).ways.flags != ()
    route = route_of(make(inside, closures=[closure("In")]), "room")
    assert route.onward is not None
    assert route.onward.assembly_point_id == uid("West")


def test_without_assembly_points_nothing_is_said_of_them_and_nothing_is_less_safe() -> None:
    bare = replace(two_exits(), assembly_points=())
    route = route_of(make(bare), "room")
    assert (route.onward, route.status) == (None, RouteStatus.SAFE_SHORTEST)
    asked = make(bare, to=Destination.ASSEMBLY_POINTS)
    assert asked.to is Destination.EXITS
    assert route_of(asked, "room").status is RouteStatus.SAFE_SHORTEST
    flags = asked.assumptions["flags"]
    assert isinstance(flags, list)
    assert flags == [NO_POINTS]


@pytest.mark.parametrize("closed", [["near", "far"], ["near", "room door", "far"]])
def test_where_every_assembly_point_is_closed_ways_end_at_the_exits_and_a_flag_says_so(closed: list[str]) -> None:
    closures = [closure(name) for name in closed]
    made = make(far_and_near(), closures=closures, to=Destination.ASSEMBLY_POINTS)
    out = make(far_and_near(), closures=closures)
    assert made.to is Destination.EXITS
    assert made.routes == out.routes
    assert route_of(made, "corridor").status is RouteStatus.SAFE_SHORTEST
    assert made.assumptions["flags"] == [NO_POINTS]
    # What was closed is open again: the same floorplan leads to the points again.
    assert make(far_and_near(), to=Destination.ASSEMBLY_POINTS).to is Destination.ASSEMBLY_POINTS


def test_where_the_exits_to_the_only_point_are_closed_ways_end_at_those_that_are_left() -> None:
    """A wall keeps all but the west exit from the point."""
    floorplan = replace(two_exits(), assembly_points=(AssemblyPoint(uid("p"), Point(-20, 1), "P"),))
    ring = [(-25, -30), (20, -30), (20, -0.1), (20.0, -30), (-25, -30), (-25, 30), (20, 30), (20, 6.2)]
    walled = replace(floorplan, walls=(Wall(uid("ring"), uid("L0"), LineString(ring)),))
    assert make(walled, to=Destination.ASSEMBLY_POINTS).to is Destination.ASSEMBLY_POINTS
    made = make(walled, closures=[closure("west")], to=Destination.ASSEMBLY_POINTS)
    assert made.to is Destination.EXITS
    assert route_of(made, "room").exit_id == uid("east")


def test_a_point_in_a_yard_that_nothing_leads_into_is_no_end_of_ways() -> None:
    sketch = house(("Court", 5, -5))
    sketch.zone("court", (0, -10, 10, -0.2), category=ZoneCategory.OUTDOOR)
    made = make(sketch.build(), to=Destination.ASSEMBLY_POINTS)
    assert made.to is Destination.EXITS
    assert route_of(made, "room").status is RouteStatus.SAFE_SHORTEST


def test_a_plan_to_assembly_points_takes_the_exit_from_which_all_the_way_is_shortest() -> None:
    """From the room the west exit is nearer, but East is behind the east exit."""
    floorplan = replace(two_exits(), assembly_points=(AssemblyPoint(uid("E"), Point(70, 1), "E"),))
    out = route_of(make(floorplan), "room")
    route = route_of(make(floorplan, to=Destination.ASSEMBLY_POINTS), "room")
    assert (out.exit_id, route.exit_id) == (uid("west"), uid("E"))
    assert [opening for leg in route.legs for opening in leg.opening_ids] == [uid("room door"), uid("east")]
    assert route.legs[-1].coordinates[-1] == (70.0, 1.0)
    assert route.instructions == (
        "Leave room by the door to corridor (5 m).",
        "In corridor turn left and go 39 m to exit E.",
        "Outside, go 10 m to assembly point E.",
    )
    assert route.radio == "Room: out by exit E to assembly point E through corridor, 53 m, 53 seconds."


def test_a_plan_to_assembly_points_is_safe_only_if_it_is_so_outside_too() -> None:
    danger = threat(-60, 46, speed_mps=1.0)
    floorplan = replace(two_exits(), assembly_points=(AssemblyPoint(uid("p"), Point(-60, 40), "P"),))
    assert route_of(make(floorplan, danger), "room").status is RouteStatus.SAFE_SHORTEST
    made = make(floorplan, danger, to=Destination.ASSEMBLY_POINTS)
    route = route_of(made, "room")
    assert route.status is RouteStatus.NO_GUARANTEED_ROUTE
    assert route.margin_s is not None
    assert route.margin_s < 0
    assert made.to is Destination.ASSEMBLY_POINTS
