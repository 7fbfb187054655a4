"""What stays in memory from plan to plan, and what does not."""

import gc
import weakref
from dataclasses import replace

from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.kept import Kept
from geo_server.routing.network import NETWORKS, build_network
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from tests.routing.plans import NOW, closure, grid_building, threat, two_exits


def test_a_floorplan_that_nobody_holds_any_more_is_forgotten_with_all_that_was_planned_on_it() -> None:
    compiled = compile_floorplan(grid_building(4))
    plan(compiled, PlanRequest(threats=[threat(3, 1)], closures=[closure("east")], now=NOW))
    gone = weakref.ref(compiled)
    del compiled
    gc.collect()
    assert gone() is None


def test_incidents_with_closures_on_many_sites_at_once_build_no_network_twice() -> None:
    sites = [compile_floorplan(two_exits()) for _ in range(12)]
    first = [(build_network(site, ADULT), build_network(site, ADULT, [closure("east")])) for site in sites]
    again = [(build_network(site, ADULT), build_network(site, ADULT, [closure("east")])) for site in sites]
    assert all(a is c and b is d for (a, b), (c, d) in zip(first, again, strict=True))


def test_no_more_networks_stay_than_are_meant_to_however_many_doors_are_closed_in_turn() -> None:
    compiled = compile_floorplan(grid_building(4))
    for opening in compiled.floorplan.openings:
        build_network(compiled, ADULT, [replace(closure("one of them"), subject_id=opening.id)])
    assert len(compiled.workings.of(NETWORKS)) == NETWORKS.size


def test_the_least_recently_used_is_forgotten_first() -> None:
    kept: Kept[str, object] = Kept(2)
    one, two = kept.get("1", object), kept.get("2", object)
    assert kept.get("1", object) is one
    kept.get("3", object)
    assert kept.get("1", object) is one
    assert kept.get("2", object) is not two
