"""Ways from exits to assembly points: round buildings and through no fence, and how people are told where to gather."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from math import inf, isfinite
from uuid import UUID

import networkx as nx
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import AssemblyPoint, Floorplan, Opening, Zone, ZoneCategory
from geo_server.domain.routes import Destination, EvacuationPlan, Onward, Route, RouteStatus
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.gathering import FACADE_M, SIMPLER_M
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from geo_server.routing.walks import CLEARANCE_M
from tests.routing.campus_pursuer import footprint
from tests.routing.campuses import gathering_campus
from tests.routing.planning import make, route_of
from tests.routing.plans import NOW, SAFE, Sketch, closure, grid_building, threat, two_exits, uid
from tests.routing.test_campus_soundness import WHERE, chase, narrowest, somewhere


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


def test_without_assembly_points_nothing_is_said_of_them_and_nothing_is_less_safe() -> None:
    bare = replace(two_exits(), assembly_points=())
    route = route_of(make(bare), "room")
    assert (route.onward, route.status) == (None, RouteStatus.SAFE_SHORTEST)
    asked = make(bare, to=Destination.ASSEMBLY_POINTS)
    assert asked.to is Destination.EXITS
    assert route_of(asked, "room").status is RouteStatus.SAFE_SHORTEST
    flags = asked.assumptions["flags"]
    assert isinstance(flags, list)
    assert flags == ["No assembly point of the floorplan can be walked to from an exit: ways end at the exits."]


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


def ways_to_points(made: EvacuationPlan) -> list[tuple[Route | Onward, str]]:
    """The ways to assembly points that a plan calls safe, each with its zone."""
    to_points = made.to is Destination.ASSEMBLY_POINTS
    routes = [(route, str(route.zone_id)) for route in made.routes if to_points and route.status in SAFE]
    onward = [(r.onward, str(r.zone_id)) for r in made.routes if r.onward and r.onward.assembly_point_id]
    return [*routes, *onward]


@pytest.mark.parametrize("where", WHERE)
def test_nobody_is_met_on_the_way_to_an_assembly_point_and_who_leaves_too_late_is(where: str) -> None:
    """By the pursuer of the campus, which walks round buildings, through doors and over fences, from anywhere in the disc."""
    ahead_s: list[float] = []
    for seed in range(3):
        rng = random.Random(f"{where} {seed}")
        floorplan = gathering_campus(seed, columns=7)
        danger = replace(somewhere(where, floorplan, rng), speed_mps=ADULT.level_mps)
        pursuer, compiled = chase(floorplan, danger), compile_floorplan(floorplan)
        for to in (Destination.EXITS, Destination.ASSEMBLY_POINTS):
            request = PlanRequest(threats=[danger], reaction_s=0.0, margin_s=0.0, now=NOW, to=to)
            for way, zone_id in ways_to_points(plan(compiled, request)):
                leave_s = 1e6 if way.latest_departure_s is None else way.latest_departure_s
                ahead_s.append(narrowest(way, pursuer, leave_s))
                assert ahead_s[-1] >= -1e-3, (seed, zone_id)
    assert len(ahead_s) > 10
    assert min(ahead_s) < 30, "who leaves half a minute too late is met"


@pytest.mark.parametrize("seed", range(12))
def test_ways_over_open_ground_lead_through_nothing_and_are_hardly_longer_than_the_shortest(seed: int) -> None:
    """Held to a search of its own: over all corners of what is left when all that stands there is grown by the clearance."""
    floorplan = gathering_campus(seed)
    compiled = compile_floorplan(floorplan)
    level = floorplan.levels[0]
    stands = shapely.union_all(
        [
            footprint(floorplan, level),
            *(zone.polygon for zone in floorplan.zones if zone.category is ZoneCategory.OUTDOOR),
            *(wall.line.buffer(0.01) for wall in floorplan.walls),
        ]
    )
    outside = [(tail, head, told) for tail, head, told in compiled.graph.edges(data=True) if told["kind"] == "outdoors"]
    walked = [(tail, head, told) for tail, head, told in outside if told["line"]]
    in_yard = {f"assembly_point:{uid('point yard')}"} & set(compiled.nodes)
    points = {node for node in compiled.nodes if node.startswith("assembly_point:")} - in_yard
    exits = {f"opening:{o.id}" for o in floorplan.openings if o.exit}
    assert {(tail, head) for tail, head, _ in walked} == {(tail, head) for tail in exits for head in points}
    for tail, head, told in walked:
        line = LineString(told["line"])
        assert stands.buffer(-0.01).intersection(line).length < 0.5, "but for the step through the door's own wall"
        door, point = (Point(compiled.graph.nodes[node]["x"], compiled.graph.nodes[node]["y"]) for node in (tail, head))
        least = shortest_around(stands, door, point)
        at_most = shortest_around(stands.buffer(FACADE_M + CLEARANCE_M, join_style="mitre"), door, point)
        assert told["occupant_m"] >= told["threat_m"]
        assert least - 1e-6 <= told["occupant_m"] <= at_most + 1.0


def shortest_around(stands: BaseGeometry, start: Point, end: Point) -> float:
    """Metres between two places round all that stands there; both may be up to a metre within it."""
    near = shapely.union_all([start.buffer(1.0), end.buffer(1.0)])
    free = shapely.box(*stands.buffer(40).bounds) - (stands - near)
    places = [start, end, *shapely.points(shapely.get_coordinates(free.simplify(0.01)))]
    free = free.buffer(0.02)
    shapely.prepare(free)
    graph = nx.Graph()
    for (i, one), (j, other) in combinations(enumerate(places), 2):
        if free.covers(LineString([one, other])):
            graph.add_edge(i, j, metres=one.distance(other))
    return float(nx.dijkstra_path_length(graph, 0, 1, weight="metres"))


def small_site(seed: int) -> Floorplan:
    """Four rooms, a shed in the way, and two or three assembly points around them."""
    rng = random.Random(seed)
    building = grid_building(seed, columns=2, rows=2)
    shed = Zone(uid("shed"), uid("L0"), box(-12, 0, -7, 6), "Shed")
    out = Opening(uid("shed exit"), uid("L0"), LineString([(-7, 2), (-7, 3)]), (shed.id, None), exit=True)
    places = [(-16, rng.uniform(0, 8)), (rng.uniform(0, 12), 18), (22, rng.uniform(-3, 10))][: rng.choice([2, 3])]
    points = tuple(AssemblyPoint(uid(f"point {k}"), Point(place), str(k)) for k, place in enumerate(places))
    zones, openings = (*building.zones, shed), (*building.openings, out)
    return replace(building, zones=zones, openings=openings, assembly_points=points)


@pytest.mark.parametrize("seed", range(16))
def test_no_way_to_an_assembly_point_is_safe_where_the_plan_has_none_and_none_can_be_left_later(seed: int) -> None:
    """Every simple way of every zone, by the edges of the graph alone: exhaustive."""
    rng = random.Random(seed)
    floorplan = small_site(seed)
    danger = threat(rng.uniform(-20, 30), rng.uniform(-20, 30), radius_m=rng.choice([0.0, 3.0]), speed_mps=0.95)
    compiled = compile_floorplan(floorplan)
    arrivals = threat_arrivals(compiled, [(locate(compiled, danger), 0.0, danger.speed_mps)])
    first = dict(zip(compiled.nodes, arrivals.nodes.tolist(), strict=True))
    reaction_s = rng.choice([0.0, 3.0])
    to = Destination.ASSEMBLY_POINTS
    made = plan(compiled, PlanRequest([danger], reaction_s=reaction_s, margin_s=1.0, now=NOW, to=to))
    assert {route.zone_id for route in made.routes} == set(compiled.zones)
    for route in made.routes:
        ways = list(all_ways(compiled, route.zone_id))
        assert ways
        best = max(min(first[node] - at_s for node, at_s in way) for way in ways)
        assert (route.status in SAFE) == (reaction_s <= best - 1.0 + 1e-6)
        assert route.status is not RouteStatus.UNREACHABLE
        if route.status is RouteStatus.NO_GUARANTEED_ROUTE:
            assert route.margin_s == pytest.approx(best - reaction_s)
        if route.status in SAFE and route.latest_departure_s is not None:
            assert route.latest_departure_s <= best - 1.0 + 1e-6


def all_ways(compiled: CompiledFloorplan, zone_id: UUID) -> Iterator[list[tuple[str, float]]]:
    """Every simple way of a zone to an assembly point: nodes with the second at which the last of the zone is there."""
    ways, graph = compiled.zones[zone_id], nx.DiGraph()
    speeds = {"stairs_up": ADULT.stairs_up_mps, "stairs_down": ADULT.stairs_down_mps, "ramp": ADULT.ramp_mps}
    for tail, head, told in compiled.graph.edges(data=True):
        seconds = told["occupant_m"] / speeds.get(told["kind"], ADULT.level_mps)
        if isfinite(seconds) and seconds < graph.get_edge_data(tail, head, {"s": inf})["s"]:
            graph.add_edge(tail, head, s=seconds)
    ends = {node for node in compiled.nodes if node.startswith("assembly_point:")}
    for node, walk, spread_m in zip(ways.nodes, ways.starts, ways.spread_m, strict=True):
        if walk is None or not (node in ends or node in graph):
            continue
        first_s = (walk.metres + spread_m) / ADULT.level_mps
        for path in [[node]] if node in ends else nx.all_simple_paths(graph, node, ends):
            along = np.cumsum([first_s, *(graph.edges[pair]["s"] for pair in pairwise(path))])
            yield list(zip(path, along.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_to_the_exits_statuses_are_as_if_nobody_had_drawn_an_assembly_point(seed: int) -> None:
    floorplan = gathering_campus(seed)
    danger = somewhere(WHERE[seed % len(WHERE)], floorplan, random.Random(seed))
    with_, without = (
        make(replace(floorplan, assembly_points=points), danger) for points in (floorplan.assembly_points, ())
    )
    yard = uid("yard")
    for one, two in zip(with_.routes, without.routes, strict=True):
        if one.zone_id != yard:  # its start is farthest from its doors and from the point
            assert (one.status, one.exit_id, one.margin_s, one.time_s) == (
                two.status,
                two.exit_id,
                two.margin_s,
                two.time_s,
            )


def test_the_choice_of_an_assembly_point_is_the_nearest_that_all_the_way_is_ahead_of_the_threat() -> None:
    chosen = 0
    for seed in range(12):
        floorplan = gathering_campus(seed, columns=7)
        danger = replace(somewhere(WHERE[seed % len(WHERE)], floorplan, random.Random(seed)), speed_mps=ADULT.level_mps)
        compiled = compile_floorplan(floorplan)
        arrivals = threat_arrivals(compiled, [(locate(compiled, danger), 0.0, danger.speed_mps)]).nodes
        first = dict(zip(compiled.nodes, arrivals.tolist(), strict=True))
        made = plan(compiled, PlanRequest([danger], reaction_s=0.0, margin_s=2.0, now=NOW))
        for route in made.routes:
            if route.onward is None or route.time_s is None:
                continue
            tail = f"opening:{route.exit_id}"
            there = [
                (told["occupant_m"] / ADULT.level_mps, UUID(head.partition(":")[2]))
                for _, head, told in compiled.graph.out_edges(tail, data=True)
                if head.startswith("assembly_point:") and isfinite(told["occupant_m"])
            ]
            at_s = route.time_s + route.spread_s
            ahead = [p for s, p in sorted(there) if first[f"assembly_point:{p}"] - at_s - s >= 2.0 - 1e-6]
            assert route.onward.assembly_point_id == (ahead[0] if ahead else None)
            chosen += bool(ahead)
    assert chosen > 10


@pytest.mark.parametrize("angle_deg", [90.0, 37.0])
@pytest.mark.parametrize("seed", range(3))
def test_turning_a_campus_changes_nothing_but_coordinates(seed: int, angle_deg: float) -> None:
    """Assembly points, yards, walls and stairs turn with it. Where in its zone a way begins is searched on a grid, which does not;
    so its time is taken for whoever has farthest."""
    floorplan = gathering_campus(seed)
    danger = threat(4 + seed, -6, speed_mps=1.0)

    def turned(geometry: BaseGeometry) -> BaseGeometry:
        return rotate(geometry, angle_deg, origin=(0, 0))

    other = replace(
        floorplan,
        zones=tuple(replace(zone, polygon=turned(zone.polygon)) for zone in floorplan.zones),
        openings=tuple(replace(opening, line=turned(opening.line)) for opening in floorplan.openings),
        transitions=tuple(replace(way, geometry=turned(way.geometry)) for way in floorplan.transitions),
        walls=tuple(replace(wall, line=turned(wall.line)) for wall in floorplan.walls),
        assembly_points=tuple(replace(point, point=turned(point.point)) for point in floorplan.assembly_points),
    )
    for to in (Destination.EXITS, Destination.ASSEMBLY_POINTS):
        one = make(floorplan, danger, to=to)
        two = make(other, replace(danger, point=turned(danger.point)), to=to)
        for before, after in zip(one.routes, two.routes, strict=True):
            assert (before.status, before.exit_id) == (after.status, after.exit_id)
            assert before.time_s is not None
            assert after.time_s is not None
            assert before.time_s + before.spread_s == pytest.approx(after.time_s + after.spread_s, abs=0.1)
            assert before.margin_s == pytest.approx(after.margin_s, abs=0.1)
