"""Plans to shelters and to rooms that can be locked: known lengths, every simple way, and a pursuer who knows everything."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import inf, isfinite
from uuid import UUID

import networkx as nx
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box

from geo_server.domain.places import Floorplan, Opening, OpeningCategory, Zone, ZoneCategory
from geo_server.domain.routes import Destination, EvacuationPlan, Route, RouteStatus
from geo_server.routing.compiled import LOCK_S, CompiledFloorplan, compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT, REDUCED_MOBILITY, WHEELCHAIR, Profile
from geo_server.routing.refuges import with_destinations
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import make, route_of, two_levels
from tests.routing.plans import NOW, SAFE, Sketch, closure, grid_building, threat, two_exits, uid
from tests.routing.pursuer import Pursuer
from tests.routing.test_campus_soundness import WHERE, chase, somewhere
from tests.routing.test_soundness import beginnings, samples

LOCKABLE, SHELTER = Destination.LOCKABLE, Destination.SHELTER


def hall_with_rooms(*, far_lockable: bool | None = True, near_shelter: bool = False) -> Floorplan:
    """A hall of 60 m with three rooms on it: an open one at its west end, one in the middle, and one at its east end."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 60, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("open", (0, 2, 4, 6), lockable=False)
    kind = ZoneCategory.SHELTER if near_shelter else ZoneCategory.ROOM
    sketch.zone("middle", (20, 2, 24, 6), category=kind, lockable=None if near_shelter else True)
    sketch.zone("far", (50, 2, 54, 6), category=ZoneCategory.SHELTER, lockable=far_lockable)
    for name, x in (("open", 1.5), ("middle", 21.5), ("far", 51.5)):
        sketch.door(f"{name} door", [(x, 2), (x + 1, 2)], (name, "hall"))
    sketch.door("west", [(0, 0.5), (0, 1.5)], ("hall", None), out=True, number="W")
    return sketch.build()


def test_people_go_into_the_nearest_room_that_can_be_locked_and_lock_it() -> None:
    """From the corner (4, 6) of the open room to its door (2, 2), 20 m along the hall to (22, 2), and the lock."""
    made = make(hall_with_rooms(), to=LOCKABLE)
    route = route_of(made, "open")
    assert made.to is LOCKABLE
    assert (route.status, route.exit_id) == (RouteStatus.SAFE_SHORTEST, uid("middle"))
    assert route.time_s is not None
    walked = np.hypot(2, 4) + 20
    assert walked + LOCK_S <= route.time_s <= walked + LOCK_S + 1
    assert route.instructions[-1] == "Go into middle; close and lock its door."
    assert route.radio.startswith("Open: to middle through hall, ")


def test_who_is_in_a_room_that_can_be_locked_stays_and_locks_it() -> None:
    route = route_of(make(hall_with_rooms(), to=LOCKABLE), "middle")
    assert route.exit_id == uid("middle")
    assert route.time_s == pytest.approx(np.hypot(2, 4) + LOCK_S, abs=0.7)
    assert route.instructions == ("Stay in middle; close and lock its door.",)
    assert route.radio.startswith("Middle: stay in middle; close and lock its door, ")


def test_who_is_in_a_shelter_is_there_and_needs_no_lock_while_there_is_no_threat() -> None:
    made = make(hall_with_rooms(near_shelter=True), to=SHELTER)
    assert (route_of(made, "middle").time_s, route_of(made, "middle").distance_m) == (0, 0)
    assert route_of(made, "middle").instructions == ("Stay in middle.",)
    assert route_of(made, "open").exit_id == uid("middle")
    assert route_of(made, "open").instructions[-1] == "Go into middle and stay there."


def test_a_shelter_that_cannot_be_locked_is_not_safe_once_a_threat_can_come_to_it() -> None:
    danger = threat(0.5, 1, speed_mps=1.0)
    floorplan = hall_with_rooms(near_shelter=True)
    route = route_of(make(floorplan, danger, to=SHELTER), "middle")
    assert route.status is RouteStatus.SAFE_DETOUR
    assert route.exit_id == uid("far")
    assert [(a.exit_id, a.reason) for a in route.avoided] == [(uid("middle"), "not_held")]
    assert uid("middle") not in {other.exit_id for other in route.alternatives}
    none_held = make(hall_with_rooms(near_shelter=True, far_lockable=None), danger, to=SHELTER)
    assert {r.status for r in none_held.routes} == {RouteStatus.NO_GUARANTEED_ROUTE}
    assert {r.latest_departure_s for r in none_held.routes} == {None}


def test_a_room_that_the_threat_may_be_in_is_no_place_to_hide() -> None:
    """The far corner of the room is well away from its door, so that the threat is not first there."""
    made = make(hall_with_rooms(), threat(20.2, 5.8, speed_mps=1.0), to=LOCKABLE)
    assert route_of(made, "middle").status is RouteStatus.NO_GUARANTEED_ROUTE
    assert route_of(made, "far").status is RouteStatus.SAFE_SHORTEST
    assert route_of(made, "open").exit_id != uid("middle") or route_of(made, "open").status not in SAFE


def test_nothing_holds_against_a_threat_that_may_come_through_walls() -> None:
    floorplan = hall_with_rooms()
    unmapped = replace(threat(22, 4), level_id=uid("nowhere"))
    assert not {route.status for route in make(floorplan, unmapped, to=LOCKABLE).routes} & SAFE


@pytest.mark.parametrize(
    "spoil",
    [
        lambda o: replace(o, category=OpeningCategory.GAP),
        lambda o: replace(o, line=shapely.transform(o.line, lambda xy: xy - [0, 1.9])),
    ],
)
def test_a_room_with_an_opening_that_cannot_be_locked_is_no_place_to_hide(spoil: object) -> None:
    floorplan = hall_with_rooms()
    assert callable(spoil)
    openings = tuple(spoil(o) if o.id == uid("middle door") else o for o in floorplan.openings)
    made = make(replace(floorplan, openings=openings), to=LOCKABLE)
    assert uid("middle") not in {route.exit_id for route in made.routes}
    flags = made.assumptions["flags"]
    assert isinstance(flags, list)
    assert any("said to be lockable" in flag for flag in flags)


def test_a_floorplan_without_refuges_says_so() -> None:
    made = make(two_exits(), to=SHELTER)
    assert {route.status for route in made.routes} == {RouteStatus.UNREACHABLE}
    assert made.assumptions["flags"] == ["No zone of the floorplan is a shelter."]
    assert route_of(made, "room").instructions == ("There is no way to a shelter from here that can be used.",)


def test_a_room_that_is_closed_or_whose_door_is_closed_is_not_entered() -> None:
    for name in ("middle", "middle door"):
        made = make(hall_with_rooms(), to=LOCKABLE, closures=[closure(name)])
        route = route_of(made, "open")
        assert route.exit_id == uid("far")
        assert [(a.exit_id, a.reason) for a in route.avoided] == [(uid("middle"), "closed")]


def lockable_by_chance(floorplan: Floorplan, rng: random.Random, share: float = 0.5) -> Floorplan:
    zones = tuple(replace(zone, lockable=rng.random() < share or None) for zone in floorplan.zones)
    return replace(floorplan, zones=zones)


@pytest.mark.parametrize("seed", range(8))
def test_a_pursuer_never_comes_into_a_refuge_or_meets_anyone_on_the_way_before_its_doors_are_locked(seed: int) -> None:
    rng = random.Random(3000 + seed)
    floorplan = lockable_by_chance(grid_building(seed, columns=9, rows=2), rng)
    centre = rng.choice(floorplan.zones[:2]).polygon.representative_point()
    danger = threat(centre.x, centre.y, radius_m=rng.choice([0.0, 2.0]), speed_mps=rng.choice([0.5, 1.0, 1.5]))
    margin_s = rng.choice([0.0, 3.0])
    made = hide(floorplan, danger, margin_s)
    pursuer = Pursuer(floorplan, beginnings(centre, danger.radius_m, floorplan))
    speed_mps = max(danger.speed_mps, ADULT.level_mps)
    for route in safe_in_time(made):
        assert route.latest_departure_s is not None
        assert route.time_s is not None
        visited = [sample for leg in route.legs for sample in samples(leg)]
        chased_s = pursuer.metres_to_each([place for place, _ in visited]) / speed_mps
        on_way = (chased_s - route.latest_departure_s - np.array([at_s for _, at_s in visited])).min()
        inside = pursuer.metres_to(places_of(floorplan, route.exit_id)) / speed_mps
        locked_s = route.latest_departure_s + route.spread_s + route.time_s
        assert min(on_way, inside - locked_s) >= margin_s - 1e-3, (seed, route.zone_id)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("where", WHERE)
def test_nobody_comes_into_a_refuge_of_a_campus_before_it_is_locked(where: str, seed: int) -> None:
    rng = random.Random(f"refuges {where} {seed}")
    floorplan = lockable_by_chance(two_storey_campus(seed + 40, columns=8), rng)
    danger = replace(somewhere(where, floorplan, rng), speed_mps=1.0)
    pursuer = chase(floorplan, danger)
    for route in safe_in_time(hide(floorplan, danger, 0.0)):
        assert route.latest_departure_s is not None
        assert route.time_s is not None
        level_id = floorplan.zone_by_id[route.exit_id or route.zone_id].level_id
        inside_s = pursuer.seconds_to_each(level_id, places_of(floorplan, route.exit_id)).min()
        assert inside_s >= route.latest_departure_s + route.spread_s + route.time_s - 1e-3


def test_the_oracle_finds_a_pursuer_inside_when_people_set_out_too_late() -> None:
    """Guards against a test that cannot fail."""
    floorplan = lockable_by_chance(grid_building(3, columns=9, rows=2), random.Random(1))
    centre = floorplan.zones[0].polygon.representative_point()
    danger = threat(centre.x, centre.y, speed_mps=1.0)
    pursuer = Pursuer(floorplan, [centre])
    ahead = [
        pursuer.metres_to(places_of(floorplan, route.exit_id)) - (route.latest_departure_s or 0) - 10 - route.time_s
        for route in safe_in_time(hide(floorplan, danger, 0.0))
        if route.time_s is not None
    ]
    assert ahead
    assert min(ahead) < 0


def hide(floorplan: Floorplan, danger: object, margin_s: float) -> EvacuationPlan:
    request = PlanRequest(threats=[danger], reaction_s=0.0, margin_s=margin_s, now=NOW, to=LOCKABLE)  # type: ignore[list-item]
    return plan(compile_floorplan(floorplan), request)


def safe_in_time(made: EvacuationPlan) -> list[Route]:
    return [route for route in made.routes if route.status in SAFE and route.latest_departure_s is not None]


def places_of(floorplan: Floorplan, zone_id: UUID | None) -> list[Point]:
    """Corners of a zone and all of its doors."""
    assert zone_id is not None
    polygon: Polygon = floorplan.zone_by_id[zone_id].polygon
    doors = [o.line.segmentize(0.2) for o in floorplan.openings if zone_id in o.zones]
    return [Point(xy) for xy in shapely.get_coordinates([polygon, *doors])]


@pytest.mark.parametrize("to", [LOCKABLE, SHELTER])
@pytest.mark.parametrize("seed", range(10))
def test_no_simple_way_to_a_refuge_is_safe_where_the_planner_says_there_is_none_or_leaves_later(
    seed: int, to: Destination
) -> None:
    """Every simple way from door to door by networkx, with the deadline of a refuge worked out from its doors."""
    rng = random.Random(4000 + seed)
    floorplan = lockable_by_chance(grid_building(seed, columns=14, rows=1), rng, 0.4)
    if to is SHELTER:
        zones = tuple(
            replace(zone, category=ZoneCategory.SHELTER) if rng.random() < 0.5 else zone for zone in floorplan.zones
        )
        floorplan = replace(floorplan, zones=zones)
    place = rng.choice(floorplan.zones[:3]).polygon.representative_point()
    danger = threat(place.x, place.y, speed_mps=rng.choice([1.0, 1.2, 1.5]))
    reaction_s = rng.choice([0.0, 4.0])
    request = PlanRequest(threats=[danger], reaction_s=reaction_s, margin_s=1.0, now=NOW, to=to)
    compiled = compile_floorplan(floorplan)
    located = locate(compiled, danger)
    arrivals = dict(
        zip(compiled.nodes, threat_arrivals(compiled, [(located, 0.0, danger.speed_mps)]).nodes.tolist(), strict=True)
    )
    inside = {seed.ways.zone_id for seed in located.seeds if seed.inside}
    joined = with_destinations(compiled, to, threatened=True)
    deadlines = {**arrivals, **dict(refuge_deadlines(joined, arrivals, inside))}
    for route in plan(compiled, request).routes:
        best = max(
            (min(deadlines[node] - at_s for node, at_s in way) for way in all_ways(joined, route.zone_id)), default=-inf
        )
        assert (route.status in SAFE) == (reaction_s <= best - 1.0 + 1e-6), (route, best)
        if route.status is RouteStatus.SAFE_SHORTEST and route.latest_departure_s is not None:
            assert route.latest_departure_s <= best - 1.0 + 1e-6


def refuge_deadlines(
    joined: CompiledFloorplan, arrivals: dict[str, float], inside: set[UUID]
) -> Iterator[tuple[str, float]]:
    for node, told in joined.graph.nodes(data=True):
        if told["kind"] == "refuge":
            doors = [tail for tail, _ in joined.graph.in_edges(node)]
            first = min(arrivals[door] for door in doors)
            lost = UUID(told["subject_id"]) in inside or (isfinite(first) and not told["held"])
            yield node, -inf if lost else first


def all_ways(joined: CompiledFloorplan, zone_id: UUID) -> Iterator[list[tuple[str, float]]]:
    """Every simple way of a zone to a refuge: nodes with the second at which the last of the zone is there."""
    ways = joined.zones[zone_id]
    graph = nx.DiGraph()
    for tail, head, edge in joined.graph.edges(data=True):
        seconds = edge["occupant_m"] / ADULT.level_mps + LOCK_S * edge.get("locks", 0)
        if isfinite(seconds) and seconds < graph.get_edge_data(tail, head, {"s": inf})["s"]:
            graph.add_edge(tail, head, s=seconds)
    ends = [node for node, kind in joined.graph.nodes(data="kind") if kind == "refuge"]
    for node, walk, spread_m in zip(ways.nodes, ways.starts, ways.spread_m, strict=True):
        if walk is None or node not in graph:
            continue
        first_s = (walk.metres + spread_m) / ADULT.level_mps
        for path in nx.all_simple_paths(graph, node, ends):
            along = np.cumsum([first_s, *(graph.edges[pair]["s"] for pair in pairwise(path))])
            yield list(zip(path, along.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_to_the_exits_everything_is_as_without_refuges(seed: int) -> None:
    rng = random.Random(seed)
    compiled = compile_floorplan(lockable_by_chance(grid_building(seed), rng))
    request = PlanRequest(threats=[threat(9, 3)], now=NOW)
    before = plan(compiled, request)
    plan(compiled, replace(request, to=LOCKABLE))
    assert plan(compiled, request) == before


def two_storeys_with_a_shelter(*, shelter: bool = True) -> Floorplan:
    """Two halls over each other, joined by stairs; at the end of the upper one a shelter."""
    floorplan = two_levels()
    upper = uid("upper hall")
    place = Zone(uid("waiting"), uid("L1"), box(20, 0, 24, 2), "Waiting area", ZoneCategory.SHELTER)
    door = Opening(uid("waiting door"), uid("L1"), LineString([(20, 0.5), (20, 1.5)]), (place.id, upper))
    if not shelter:
        return floorplan
    return replace(floorplan, zones=(*floorplan.zones, place), openings=(*floorplan.openings, door))


def test_who_cannot_use_stairs_and_has_no_other_way_out_is_told_the_way_to_a_shelter_to_wait_in() -> None:
    made = make(two_storeys_with_a_shelter(), profile=WHEELCHAIR)
    above, below = route_of(made, "attic"), route_of(made, "hall")
    assert (above.status, below.status) == (RouteStatus.UNREACHABLE, RouteStatus.SAFE_SHORTEST)
    assert below.refuge is None
    assert above.refuge is not None
    assert (above.refuge.exit_id, above.refuge.status) == (uid("waiting"), RouteStatus.SAFE_SHORTEST)
    assert above.refuge.radio.startswith("Attic: to Waiting area through upper hall, ")
    assert "refuges" in made.assumptions
    assert {route.zone_id for route in made.routes if route.refuge} == {
        uid("attic"),
        uid("upper hall"),
        uid("waiting"),
    }


def test_a_refuge_that_the_threat_can_be_at_first_is_not_called_safe() -> None:
    made = make(two_storeys_with_a_shelter(), threat(19, 1, ordinal=1), profile=WHEELCHAIR)
    refuge = route_of(made, "attic").refuge
    assert refuge is not None
    assert refuge.status is RouteStatus.NO_GUARANTEED_ROUTE


@pytest.mark.parametrize("profile", [ADULT, REDUCED_MOBILITY])
def test_whoever_can_use_stairs_is_sent_out(profile: Profile) -> None:
    made = make(two_storeys_with_a_shelter(), profile=profile)
    assert not any(route.refuge for route in made.routes)
    assert {route.status for route in made.routes} == {RouteStatus.SAFE_SHORTEST}
    assert "refuges" not in made.assumptions


def test_without_a_shelter_there_is_no_refuge() -> None:
    made = make(two_storeys_with_a_shelter(shelter=False), profile=WHEELCHAIR)
    assert (route_of(made, "attic").status, route_of(made, "attic").refuge) == (RouteStatus.UNREACHABLE, None)
    assert "refuges" not in made.assumptions
