"""Nodes that no way goes on through are left out of searches, and nothing comes out otherwise for that."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
import pytest
from shapely import Polygon

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.ends import find_ends
from geo_server.routing.fields import exit_distances
from geo_server.routing.network import build_network
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.sparse import build_pattern
from tests.routing.campuses import two_storey_campus
from tests.routing.plans import NOW, Sketch, grid_building, school, threat, two_exits


def random_tree_of_zones(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs both ways among inner nodes by chance, and ends that are joined to some of them and to each other."""
    rng = np.random.default_rng(seed)
    inner, ends = 8, 12
    n = inner + ends
    joined = {(a, b) for a in range(inner) for b in range(inner) if a != b and rng.random() < 0.4}
    for end in range(inner, n):
        joined |= {pair for other in rng.choice(inner, 2, replace=False) for pair in ((end, other), (other, end))}
    tails, heads = np.array(sorted(joined)).T
    shuffled = rng.permutation(len(tails))
    return tails[shuffled], heads[shuffled], rng.uniform(1, 9, len(tails)), np.arange(n) >= inner


@pytest.mark.parametrize("seed", range(40))
def test_least_sums_with_ends_are_those_of_networkx_without_ways_through_them(seed: int) -> None:
    tails, heads, weights, ends = random_tree_of_zones(seed)
    rng = np.random.default_rng(seed)
    starts = np.where(rng.random(len(ends)) < 0.2, rng.uniform(0, 5, len(ends)), np.inf)
    sums, before = build_pattern(tails, heads, ends).spread(weights, starts)
    for node in range(len(ends)):
        graph = nx.DiGraph()
        graph.add_nodes_from(["start", *range(len(ends))])
        graph.add_weighted_edges_from(zip(tails.tolist(), heads.tolist(), weights.tolist(), strict=True))
        begun = np.flatnonzero(np.isfinite(starts)).tolist()
        graph.add_weighted_edges_from(("start", other, float(starts[other])) for other in begun)
        for end in np.flatnonzero(ends).tolist():
            if end != node:
                # It may be left by who begins there, and by nobody else.
                graph.remove_edges_from([(other, end) for other in list(graph.predecessors(end)) if other != "start"])
        found = nx.single_source_dijkstra_path_length(graph, "start").get(node, np.inf)
        assert sums[node] == pytest.approx(found)
        way = [node]
        while before[way[-1]] >= 0:
            way.append(int(before[way[-1]]))
            assert len(way) <= len(ends)
        if np.isfinite(sums[node]):
            assert np.isfinite(starts[way[-1]])
    assert np.array_equal(build_pattern(tails, heads, ends).sums(weights, starts), sums)


def narrow_bay() -> Floorplan:
    """A hall whose west end is too narrow for clearance: what leads by its middle door is longer than direct, or not."""
    sketch = Sketch()
    hall = Polygon([(0, 0), (10, 0), (10, 4), (4, 4), (4, 0.5), (0, 0.5)])
    sketch.zone("hall", hall, category=ZoneCategory.CORRIDOR)
    sketch.zone("north", (4, 4, 10, 8))
    sketch.zone("south", (4, -4, 10, 0))
    sketch.door("north door", [(6, 4), (7, 4)], ("north", "hall"))
    sketch.door("south door", [(6, 0), (7, 0)], ("south", "hall"))
    sketch.door("west", [(0, 0.1), (0, 0.4)], ("hall", None), out=True)
    sketch.door("east", [(10, 1), (10, 2)], ("hall", None), out=True)
    return sketch.build()


FLOORPLANS: dict[str, Callable[[], Floorplan]] = {
    "two exits": two_exits,
    "a school": partial(school, 24),
    "a narrow bay": narrow_bay,
    **{f"rooms {seed}": partial(grid_building, seed) for seed in range(6)},
    **{f"a campus {seed}": partial(two_storey_campus, seed) for seed in range(4)},
}


def no_ends(*_: Any) -> np.ndarray:
    return np.zeros(len(_[-1]), dtype=np.bool_)


@pytest.mark.parametrize("name", FLOORPLANS)
def test_a_plan_is_the_same_to_the_byte_as_if_all_nodes_were_searched(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    floorplan = FLOORPLANS[name]()
    place = random.Random(name).choice(floorplan.zones).polygon.representative_point()
    request = PlanRequest(
        [threat(place.x, place.y, speed_mps=1.5)], reaction_s=2.0, margin_s=1.0, now=NOW, choices=True
    )
    lean = compile_floorplan(floorplan)
    made = plan(lean, request)
    monkeypatch.setattr("geo_server.routing.compiled.find_ends", no_ends)
    whole = compile_floorplan(floorplan)
    assert not whole.ends.any()
    again = plan(whole, request)
    assert [route.legs for route in made.routes] == [route.legs for route in again.routes]
    assert [route.margin_s for route in made.routes] == pytest.approx([route.margin_s for route in again.routes])
    assert [route.status for route in made.routes] == [route.status for route in again.routes]


@pytest.mark.parametrize("name", FLOORPLANS)
def test_least_times_and_arrivals_are_those_of_networkx_on_the_whole_graph(name: str) -> None:
    compiled = compile_floorplan(FLOORPLANS[name]())
    network = build_network(compiled, ADULT)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(compiled.nodes)))
    usable = np.isfinite(network.pair_s)
    pairs = compiled.pair_heads[usable], compiled.pair_tails[usable], network.pair_s[usable]
    graph.add_weighted_edges_from(zip(*(column.tolist() for column in pairs), strict=True))
    least = nx.multi_source_dijkstra_path_length(graph, set(np.flatnonzero(network.sinks).tolist()))
    expected = [least.get(node, np.inf) for node in range(len(compiled.nodes))]
    assert exit_distances(compiled, network.pair_s, network.sinks).tolist() == pytest.approx(expected)


def test_most_doors_of_a_school_are_ends_and_exits_and_doors_between_rooms_are_none() -> None:
    compiled = compile_floorplan(school(24))
    assert compiled.ends.sum() == 24
    assert not compiled.ends[compiled.exits].any()
    assert not compile_floorplan(two_exits()).ends[compile_floorplan(two_exits()).exits].any()


def test_a_door_past_which_a_way_is_shorter_than_direct_is_no_end() -> None:
    """Three doors of one zone: from 0 to 2 it is 10 m direct and 9 m past 1."""
    tails, heads = np.array([0, 0, 1, 1, 2, 2]), np.array([1, 2, 0, 2, 0, 1])
    metres = np.array([4.0, 10.0, 4.0, 5.0, 10.0, 5.0])
    exits = np.array([False, False, True])
    assert find_ends(tails, heads, ["zone"] * 6, metres, exits).tolist() == [True, False, False]
    metres[[1, 4]] = 9.0
    assert find_ends(tails, heads, ["zone"] * 6, metres, exits).tolist() == [True, True, False]
    assert find_ends(tails, heads, ["zone"] * 5 + ["other"], metres, exits).tolist() == [False, False, False]
