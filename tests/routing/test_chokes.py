"""Chokes against the planner itself, one loss at a time, and independent ways against networkx's maximum flow."""

from dataclasses import replace
from uuid import UUID

import networkx as nx
import pytest

from geo_server.domain.places import Floorplan, TransitionCategory, ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.routing.chokes import find_chokes
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.network import build_network
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT, WHEELCHAIR, Profile
from geo_server.routing.request import PlanRequest
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import AT_1, two_levels
from tests.routing.plans import Sketch, closure, grid_building, two_exits, uid

FLOORPLANS = [
    *(grid_building(seed) for seed in range(4)),
    *(two_storey_campus(seed) for seed in range(2)),
    two_levels(),
]
UP_ONLY = Profile("up only", 1.0, 0.5, 0.0, 0.5, "test")


def cut_off(compiled: CompiledFloorplan, profile: Profile, *lost: UUID) -> set[UUID]:
    """Zones that the planner finds no way out of."""
    closures = [replace(closure("lost"), subject_id=subject_id) for subject_id in lost]
    made = plan(compiled, PlanRequest(closures=closures, profile=profile))
    return {route.zone_id for route in made.routes if route.status is RouteStatus.UNREACHABLE}


@pytest.mark.parametrize("profile", [ADULT, WHEELCHAIR, UP_ONLY], ids=lambda profile: profile.name)
@pytest.mark.parametrize("number", range(len(FLOORPLANS)))
def test_what_is_lost_cuts_off_the_zones_that_the_planner_then_finds_no_way_out_of(
    number: int, profile: Profile
) -> None:
    floorplan = FLOORPLANS[number]
    compiled = compile_floorplan(floorplan)
    found = find_chokes(build_network(compiled, profile)).cut_off
    planned = {route.zone_id for route in plan(compiled, PlanRequest(profile=profile)).routes}
    before = cut_off(compiled, profile)
    for subject_id in (*floorplan.opening_by_id, *floorplan.transition_by_id, *floorplan.zone_by_id):
        after = cut_off(compiled, profile, subject_id)
        assert set(found.get(subject_id, ())) & planned == after - before, subject_id


@pytest.mark.parametrize("lost", [0, 3])
@pytest.mark.parametrize("number", range(len(FLOORPLANS)))
def test_a_zone_has_a_choke_exactly_when_no_two_ways_out_share_nothing(number: int, lost: int) -> None:
    """The other side is a maximum flow in which every opening and every flight of stairs passes one."""
    floorplan = FLOORPLANS[number]
    gone = {opening.id for opening in floorplan.openings[lost : lost + 1]} if lost else set()
    shut = [replace(closure("lost"), subject_id=subject_id) for subject_id in gone]
    found = find_chokes(build_network(compile_floorplan(floorplan), ADULT, shut))
    ways = {opening.id for opening in floorplan.openings} | {way.id for way in floorplan.transitions}
    graph = flow_graph(floorplan, gone)
    for zone in floorplan.zones:
        flow = nx.maximum_flow_value(graph, zone.id, "out") if graph.has_node(zone.id) else 0
        chokes = [choke for choke in found.passed.get(zone.id, ()) if choke in ways]
        assert (zone.id in found.passed, bool(chokes)) == (flow > 0, flow == 1), zone.name


def flow_graph(floorplan: Floorplan, gone: set[UUID]) -> nx.DiGraph:
    graph = nx.DiGraph()
    joined = [(o.id, o.zones, o.exit) for o in floorplan.openings if o.id not in gone]
    joined += [(t.id, t.zones, False) for t in floorplan.transitions if t.category is not TransitionCategory.ELEVATOR]
    for way, zones, is_exit in joined:
        graph.add_edge((way, "in"), (way, "out"), capacity=1)
        for zone in zones:
            if zone is not None:
                graph.add_edge(zone, (way, "in"))
                graph.add_edge((way, "out"), zone)
        if is_exit:
            graph.add_edge((way, "out"), "out")
    return graph


def test_chokes_are_named_in_the_order_in_which_they_are_passed() -> None:
    found = find_chokes(build_network(compile_floorplan(two_levels()), AT_1))
    assert found.passed[uid("attic")] == tuple(
        uid(name) for name in ("attic door", "upper hall", "stairs", "hall", "exit")
    )
    assert found.doors == {uid("attic"): 1, uid("upper hall"): 2, uid("hall"): 2}


def test_a_room_on_a_corridor_with_two_exits_has_its_own_door_as_its_only_choke_beside_the_corridor() -> None:
    found = find_chokes(build_network(compile_floorplan(two_exits()), AT_1))
    assert found.passed == {uid("room"): (uid("room door"), uid("corridor")), uid("corridor"): ()}
    assert found.cut_off == {uid("room door"): (uid("room"),), uid("corridor"): (uid("room"),)}


def test_a_floorplan_without_an_exit_has_no_chokes() -> None:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 4, 4))
    sketch.zone("hall", (4, 0, 8, 4), category=ZoneCategory.CORRIDOR)
    sketch.door("door", [(4, 1), (4, 2)], ("room", "hall"))
    found = find_chokes(build_network(compile_floorplan(sketch.build()), ADULT))
    assert (found.passed, found.cut_off) == ({}, {})
