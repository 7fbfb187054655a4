"""People in each other's way: bounds against a simulation of queues that shares no code with them, and known figures."""

import heapq
import math
import random
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Floorplan, Transition, TransitionCategory, ZoneCategory
from geo_server.domain.routes import EvacuationPlan, RouteStatus
from geo_server.routing.choices import ExitTrees
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.crowds import Group
from geo_server.routing.egress import build_crowd
from geo_server.routing.flows import flows, stair_flow
from geo_server.routing.network import build_network
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.trails import Trail, find_trail, follow
from geo_server.routing.way_table import tabulate
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import AT_1, make, route_of, two_levels
from tests.routing.plans import NOW, SAFE, Sketch, closure, grid_building, threat, two_exits, uid
from tests.routing.pursuer import Pursuer
from tests.routing.test_soundness import samples


def populated(floorplan: Floorplan, rng: random.Random) -> dict[UUID, int]:
    return {zone.id: rng.choice([0, 1, 12, 30, 80]) for zone in floorplan.zones}


def groups_of(floorplan: Floorplan, people: dict[UUID, int], compiled: CompiledFloorplan | None = None) -> list[Group]:
    """Everybody on the shortest way of their zone."""
    network = build_network(compiled or compile_floorplan(floorplan), ADULT)
    groups = []
    for zone_id, count in people.items():
        starts = [s for s in network.starts[zone_id] if math.isfinite(network.distances[s.node])]
        if starts:
            first = min(starts, key=lambda s: (s.seconds + network.distances[s.node], s.node)).node
            nodes = follow(network.following.tolist(), first)
            groups.append(Group(zone_id, find_trail(network, zone_id, nodes), count))
    return groups


def passages(trail: Trail) -> dict[int, UUID]:
    """The doors and flights of a way, each by the position of the node at which one is through."""
    steps, ids = tabulate(trail.compiled, [trail]).steps, trail.compiled.passages.ids
    return {column: ids[number] for column, number in zip(steps.columns.tolist(), steps.passages.tolist(), strict=True)}


def simulate(
    groups: list[Group], flow: dict[UUID, float], rng: random.Random, latest_s: float
) -> list[tuple[Group, list[float]]]:
    """When each person is past each node: they set out at some moment until the latest, walk at the speed of their group or
    faster, and queue first come, first served."""
    people = [group for group in groups for _ in range(group.people)]
    past: list[list[float]] = [[] for _ in people]
    free: dict[UUID, float] = {}
    heap = [(rng.uniform(0, latest_s) + group.trail.arrive_s[0], number, 0) for number, group in enumerate(people)]
    heapq.heapify(heap)
    while heap:
        at_s, number, position = heapq.heappop(heap)
        trail = people[number].trail
        server = passages(trail).get(position)
        if server is not None:
            at_s = max(at_s, free.get(server, 0.0)) + 1 / flow[server]
            free[server] = at_s
        past[number].append(at_s)
        if position + 1 < len(trail.nodes):
            walk_s = (trail.arrive_s[position + 1] - trail.arrive_s[position]) * rng.choice([1.0, rng.random()])
            heapq.heappush(heap, (at_s + walk_s, number, position + 1))
    return list(zip(people, past, strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_nobody_in_a_simulation_of_the_queues_is_later_anywhere_than_the_bound(seed: int) -> None:
    rng = random.Random(seed)
    floorplan = grid_building(seed) if seed % 3 else two_storey_campus(seed)
    groups, flow = groups_of(floorplan, populated(floorplan, rng)), flows(floorplan)
    crowd = build_crowd(groups[0].trail.compiled, groups)
    latest_s = rng.choice([0.0, 10.0, 60.0])
    waited, most = 0.0, 0.0
    late = {group.zone_id: trail for group, trail in zip(groups, crowd.trails, strict=True)}
    for group, past in simulate(groups, flow, rng, latest_s):
        bound = latest_s + np.array(late[group.zone_id].arrive_s)
        assert (np.array(past) <= bound + 1e-6).all(), (seed, group.zone_id)
        waited = max(waited, past[-1] - group.trail.seconds - latest_s)
        most = max(most, late[group.zone_id].queue_s)
    assert waited > 1, "somebody does wait"
    if latest_s == 0:
        assert most < 4 * waited, "the bound is not far from what comes about"


@pytest.mark.parametrize("seed", range(8))
def test_the_wait_at_a_passage_is_the_most_that_people_have_to_get_through_ahead(seed: int) -> None:
    """Counted link by link, and tried at every moment at which the people of one have all come."""
    rng = random.Random(seed)
    floorplan = grid_building(seed, columns=5) if seed % 2 else two_storey_campus(seed)
    groups, flow = groups_of(floorplan, populated(floorplan, rng)), flows(floorplan)
    crowd = build_crowd(groups[0].trail.compiled, groups)
    come: dict[UUID, dict[UUID | None, tuple[int, float]]] = {}
    for group in groups:
        before, left_s = None, 0.0
        for position, at in passages(group.trail).items():
            people, walk_s = come.setdefault(at, {}).get(before, (0, 0.0))
            longest_s = max(walk_s, group.trail.arrive_s[position] - left_s)
            come[at][before] = people + group.people, longest_s
            before, left_s = at, group.trail.arrive_s[position]
    ids, queued = crowd.compiled.passages.ids, 0
    for number, at in enumerate(ids):
        links = come.get(at, {})
        upstream = {before: flow[before] if before else math.inf for before in links}
        moments = [0.0, *((people - 1) / upstream[before] - walk_s for before, (people, walk_s) in links.items())]
        longest = max(
            sum(
                min(people, 1 + upstream[before] * (at_s + walk_s))
                for before, (people, walk_s) in links.items()
                if people
            )
            / flow[at]
            - at_s
            for at_s in moments
            if at_s >= 0
        )
        assert crowd.wait_s[number] == pytest.approx(longest, abs=1e-9), (seed, at)
        queued += longest > 1
    assert queued > 3


@pytest.mark.parametrize("seed", range(6))
def test_waits_of_who_takes_another_way_are_no_less_than_if_all_were_counted_anew(seed: int) -> None:
    rng = random.Random(seed)
    floorplan = grid_building(seed, columns=5)
    groups = groups_of(floorplan, populated(floorplan, rng))
    compiled = groups[0].trail.compiled
    trees, crowd = ExitTrees(build_network(compiled, ADULT)), build_crowd(compiled, groups)
    moved, more = 0, 0.0
    for group in groups:
        seconds = trees.seconds(compiled.zones[group.zone_id])
        farthest = int(np.argmax(np.where(np.isfinite(seconds), seconds, -1)))
        trail = trees.trail(compiled.zones[group.zone_id], farthest)
        (quick,) = crowd.delayed_if_taken([trail])
        anew = crowd.sent(trail).trails[-1]
        longer_s = np.diff(quick.arrive_s, prepend=0.0) - np.diff(anew.arrive_s, prepend=0.0)
        assert (longer_s >= -1e-9).all()
        moved += trail.nodes != group.trail.nodes
        more = max(more, float(longer_s.max()))
    assert moved > 5
    assert more < 20, "little is lost"


@pytest.mark.parametrize("seed", range(8))
def test_a_route_that_is_safe_with_people_is_safe_at_the_last_moment_that_they_are_through_each_door(seed: int) -> None:
    """The pursuer of the other tests, against arrivals that have all waits in them."""
    rng = random.Random(6000 + seed)
    floorplan = grid_building(seed, columns=6, rows=2)
    centre = rng.choice(floorplan.zones[:2]).polygon.representative_point()
    danger = threat(centre.x, centre.y, speed_mps=1.0)
    people = {zone.id: rng.choice([0, 1, 5]) for zone in floorplan.zones}
    made = crowded(floorplan, people, threats=[danger], reaction_s=0.0, margin_s=1.0)
    pursuer = Pursuer(floorplan, [centre])
    for route in made.routes:
        if route.status in SAFE and route.latest_departure_s is not None:
            visited = [sample for leg in route.legs for sample in samples(leg)]
            chased_s = pursuer.metres_to_each([place for place, _ in visited]) / 1.0
            ahead = (chased_s - route.latest_departure_s - np.array([at_s for _, at_s in visited])).min()
            assert ahead >= 1.0 - 1e-3


@pytest.mark.parametrize("seed", range(6))
def test_more_people_never_make_a_way_safer_or_the_building_clear_sooner(seed: int) -> None:
    rng = random.Random(seed)
    floorplan = grid_building(seed, columns=6, rows=2)
    people = populated(floorplan, rng)
    danger = threat(3, 3, speed_mps=1.0)
    request = {"threats": [danger], "reaction_s": 0.0, "margin_s": 0.0}
    nobody = crowded(floorplan, {}, **request)
    some = crowded(floorplan, people, **request)
    plain = plan(compile_floorplan(floorplan), PlanRequest(now=NOW, **request))  # type: ignore[arg-type]
    assert [r.status for r in nobody.routes] == [r.status for r in plain.routes]
    assert [r.time_s for r in nobody.routes] == [r.time_s for r in plain.routes]
    for before, after in zip(plain.routes, some.routes, strict=True):
        if after.status in SAFE:
            assert before.status in SAFE
    assert some.egress is not None
    assert nobody.egress is not None
    assert nobody.egress.clearance_s is None
    if some.egress.people:
        assert (some.egress.clearance_s or 0) > (some.egress.least_s or 0)


def crowded(floorplan: Floorplan, people: dict[UUID, int], **wanted: object) -> EvacuationPlan:
    request = PlanRequest(now=NOW, people=people, **wanted)  # type: ignore[arg-type]
    return plan(compile_floorplan(floorplan), request)


def test_a_queue_at_the_door_makes_a_way_that_was_in_time_no_longer_guaranteed() -> None:
    """40 people through 0.6 m of effective width at 1.3 a second and metre take 51 s, the threat is there after 40."""
    danger = threat(0, 1, speed_mps=1.0)
    floorplan = hall(opening_m=0.9)
    assert route_of(make(floorplan, danger), "room").status in SAFE
    queued = route_of(make(floorplan, danger, people={uid("room"): 40}), "room")
    assert queued.status is RouteStatus.NO_GUARANTEED_ROUTE
    assert 40 / (1.3 * 0.6) <= queued.queue_s <= 2 * 40 / (1.3 * 0.6)
    alone = route_of(make(floorplan, danger), "room")
    assert queued.time_s == pytest.approx((alone.time_s or 0) + queued.queue_s)
    assert queued.legs[-1].arrive_s[-1] == pytest.approx(queued.time_s)


def hall(opening_m: float) -> Floorplan:
    """A corridor of 60 m with exits at both ends and a room 40 m from its west end."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 60, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (40, 2, 44, 6))
    sketch.door("room door", [(41.5, 2), (42.4, 2)], ("room", "corridor"), width_m=opening_m)
    sketch.door("east", [(60, 0.5), (60, 1.4)], ("corridor", None), out=True, width_m=opening_m)
    return sketch.build()


def test_a_crowd_is_spread_over_exits_that_are_about_as_near() -> None:
    """Two rooms in the middle of a corridor whose ends are 30 m off, with 100 people each."""
    floorplan = middle(30.0)
    made = make(floorplan, people={uid("room"): 200})
    assert made.egress is not None
    assert {load.exit_id for load in made.egress.exits} == {uid("west"), uid("east")}
    assert sum(load.people for load in made.egress.exits) == 200
    assert {load.people for load in made.egress.exits} <= set(range(90, 111))
    shares = made.egress.shares[uid("room")]
    assert max(share.people for share in shares) >= 100
    alone = make(floorplan, people={uid("room"): 200}, closures=[closure("west")]).egress
    assert alone is not None
    assert (made.egress.clearance_s or 0) < (alone.clearance_s or 0)


def test_the_people_of_a_hall_use_both_its_exits_wherever_its_farthest_place_lies() -> None:
    """A door at the side moves the place that is farthest from all doors: from there one exit is a fifth farther, and most
    people are nearer to one of them all the same."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 40, 20))
    sketch.zone("room", (15, 20, 25, 30))
    sketch.door("west", [(0, 9.5), (0, 10.5)], ("hall", None), out=True)
    sketch.door("east", [(40, 9.5), (40, 10.5)], ("hall", None), out=True)
    sketch.door("side", [(19, 20), (20, 20)], ("room", "hall"))
    hall = route_of(make(sketch.build()), "hall")
    assert hall.time_s is not None
    assert hall.alternatives[0].time_s > 1.2 * hall.time_s
    egress = make(sketch.build(), people={uid("hall"): 200}).egress
    assert egress is not None
    assert {load.exit_id for load in egress.exits} == {uid("west"), uid("east")}
    assert min(load.people for load in egress.exits) > 90


def middle(east_m: float) -> Floorplan:
    """A hall that is its own doorway: a wide room with exits 30 m to the west and some metres to the east."""
    sketch = Sketch()
    sketch.zone("room", (-30, 0, east_m, 4))
    sketch.door("west", [(-30, 1.5), (-30, 2.4)], ("room", None), out=True)
    sketch.door("east", [(east_m, 1.5), (east_m, 2.4)], ("room", None), out=True)
    return sketch.build()


def test_nobody_is_sent_to_an_exit_that_is_much_farther() -> None:
    """The room is 22 m from the west exit and 38 m from the east one: more than 20 % longer."""
    made = make(two_exits(), people={uid("room"): 500})
    assert made.egress is not None
    assert [load.exit_id for load in made.egress.exits] == [uid("west")]


def test_nobody_is_sent_towards_a_threat_to_spread_a_crowd() -> None:
    floorplan = middle(30.0)
    danger = threat(29, 2, speed_mps=1.0)
    made = make(floorplan, danger, people={uid("room"): 200})
    assert made.egress is not None
    for share in made.egress.shares[uid("room")]:
        assert share.status is RouteStatus.NO_GUARANTEED_ROUTE or share.exit_id == uid("west")


def test_a_zone_that_moves_whole_is_told_why_the_nearer_exit_was_left() -> None:
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 60, 3), category=ZoneCategory.CORRIDOR)
    for name, x in (("left", 26.0), ("right", 30.5)):
        sketch.zone(name, (x, 3, x + 4, 7))
        sketch.door(f"{name} door", [(x + 0.5, 3), (x + 2.5, 3)], (name, "corridor"), width_m=2.0)
    sketch.door("west", [(0, 1), (0, 2)], ("corridor", None), out=True, number="W")
    sketch.door("east", [(57, 0), (58, 0)], ("corridor", None), out=True, number="E")
    made = make(sketch.build(), people={uid("left"): 60, uid("right"): 60})
    assert made.egress is not None
    exits = {zone: route_of(made, zone).exit_id for zone in ("left", "right")}
    assert set(exits.values()) <= {uid("west"), uid("east")}
    moved = [r for r in made.routes if any(a.reason == "crowded" for a in r.avoided)]
    for route in moved:
        assert route.status is RouteStatus.SAFE_DETOUR
        assert "clear of people sooner" in route.avoided[0].words
    assert sum(load.people for load in made.egress.exits) == 120


@pytest.mark.parametrize(
    ("riser_m", "tread_m", "per_metre"),
    [(0.1905, 0.254, 0.937), (0.1778, 0.2794, 1.017), (0.1651, 0.3048, 1.102), (0.1651, 0.3302, 1.147)],
)
def test_the_flow_on_stairs_is_that_of_the_table(riser_m: float, tread_m: float, per_metre: float) -> None:
    """Risers of 7.5, 7, 6.5 and 6.5 inches on treads of 10, 11, 12 and 13; what is out of range counts as the slowest."""
    way: Transition = two_levels().transitions[0]
    found = stair_flow(replace(way, riser_m=riser_m, tread_m=tread_m))
    assert found == pytest.approx(per_metre, rel=0.003) or tread_m > 0.33
    assert stair_flow(replace(way, riser_m=0.05, tread_m=0.6)) == pytest.approx(0.936, abs=0.002)
    assert stair_flow(replace(way, category=TransitionCategory.RAMP)) == 1.3


def test_stairs_are_a_passage_of_their_own() -> None:
    floorplan = two_levels()
    groups = groups_of(floorplan, {uid("attic"): 30})
    assert list(passages(groups[0].trail).values()) == [uid("attic door"), uid("stairs"), uid("exit")]
    queued = route_of(make(floorplan, people={uid("attic"): 30}, profile=AT_1), "attic")
    flow = flows(floorplan)
    assert flow[uid("stairs")] < flow[uid("attic door")]
    assert 30 / flow[uid("stairs")] < queued.queue_s < sum(30 / rate for rate in flow.values())


@pytest.mark.parametrize("people", [{uid("nowhere"): 3}, {uid("room"): -1}, {uid("room"): 10**9}])
def test_people_who_cannot_be_are_refused_by_name(people: dict[UUID, int]) -> None:
    with pytest.raises(InvalidInput, match=r"no zone|cannot be in zone"):
        make(two_exits(), people=people)
