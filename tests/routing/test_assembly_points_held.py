"""Ways to assembly points on generated sites, held to a pursuer, to every simple way there is, and to turned sites."""

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
from shapely import LineString, Point, box
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import AssemblyPoint, Floorplan, Opening, Zone, ZoneCategory
from geo_server.domain.routes import Destination, EvacuationPlan, Onward, Route, RouteStatus
from geo_server.routing.assembly_points import FACADE_M
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from geo_server.routing.walks import CLEARANCE_M
from tests.routing.campus_pursuer import footprint
from tests.routing.campuses import gathering_campus
from tests.routing.planning import make
from tests.routing.plans import NOW, SAFE, grid_building, threat, uid
from tests.routing.test_campus_soundness import WHERE, chase, narrowest, somewhere


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
