"""Who reads the exported graph with networkx alone gets the times that the planner has."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import inf

import networkx as nx
import pytest

from geo_server.domain.places import Floorplan, TransitionCategory
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.graph_files import NOT_SENT, graphml, node_link
from geo_server.routing.network import build_network
from geo_server.routing.plan import plan
from geo_server.routing.profiles import PROFILES
from geo_server.routing.request import PlanRequest
from tests.export.floorplans import DRESDEN
from tests.export.floorplans import school as placed_school
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import two_levels
from tests.routing.plans import grid_building

Read = Callable[[CompiledFloorplan], nx.MultiDiGraph]


def by_graphml(compiled: CompiledFloorplan) -> nx.MultiDiGraph:
    return nx.read_graphml(io.BytesIO(graphml(compiled)), force_multigraph=True)


def by_node_link(compiled: CompiledFloorplan) -> nx.MultiDiGraph:
    return nx.node_link_graph(json.loads(json.dumps(node_link(compiled), allow_nan=False)), edges="edges")


FLOORPLANS: list[Floorplan] = [
    *(grid_building(seed) for seed in range(2)),
    two_storey_campus(1),
    two_levels(),
    two_levels(TransitionCategory.RAMP),
    two_levels(TransitionCategory.ELEVATOR),
    placed_school(DRESDEN),
]


@cache
def compiled_once(number: int) -> CompiledFloorplan:
    return compile_floorplan(FLOORPLANS[number])


def seconds_to_an_exit(graph: nx.MultiDiGraph, profile: str) -> dict[str, float]:
    exits = {node for node, is_exit in graph.nodes(data="exit") if is_exit}
    found = nx.multi_source_dijkstra_path_length(graph.reverse(), exits, weight=f"{profile}_s")
    return {node: seconds for node, seconds in found.items() if seconds < NOT_SENT}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
@pytest.mark.parametrize("read", [by_graphml, by_node_link])
@pytest.mark.parametrize("number", range(len(FLOORPLANS)))
def test_the_shortest_times_of_the_file_are_those_of_the_planner(number: int, read: Read, profile: object) -> None:
    compiled = compiled_once(number)
    walkers = next(one for one in PROFILES.values() if one is profile)
    found = seconds_to_an_exit(read(compiled), walkers.name)
    planned = build_network(compiled, walkers).distances.tolist()
    for node, seconds in zip(compiled.nodes, planned, strict=True):
        assert found.get(node, inf) == pytest.approx(seconds), node
    for route in plan(compiled, PlanRequest(profile=walkers)).routes:
        starts = build_network(compiled, walkers).starts[route.zone_id]
        least = min((start.seconds + found.get(compiled.nodes[start.node], inf) for start in starts), default=inf)
        assert found.get(f"zone:{route.zone_id}", inf) == pytest.approx(least)
        assert (inf if route.time_s is None else route.time_s) == pytest.approx(least)


@pytest.mark.parametrize("read", [by_graphml, by_node_link])
def test_every_node_and_edge_comes_back_with_plain_attributes(read: Read) -> None:
    compiled = compile_floorplan(two_storey_campus(1))
    graph = read(compiled)
    zones = {f"zone:{zone_id}" for zone_id in compiled.zones}
    assert set(graph.nodes) == {*compiled.nodes, *zones}
    assert not any(head in zones for _, head in graph.edges())
    assert graph.graph["floorplan_sha256"] == compiled.digest
    between = [(*ends, told) for *ends, told in graph.edges(data=True) if ends[0] not in zones]
    edges = sorted((tail, head, told["through"], told["threat_m"]) for tail, head, told in between)
    own = sorted(
        (compiled.nodes[tail], compiled.nodes[head], key, float(metres))
        for tail, head, key, metres in zip(
            compiled.tails, compiled.heads, compiled.keys, compiled.threat_m, strict=True
        )
    )
    assert edges == own
    for _, told in graph.nodes(data=True):
        assert isinstance(told["exit"], bool)


def test_a_placed_floorplan_has_its_nodes_in_longitude_and_latitude_as_well() -> None:
    floorplan = placed_school(DRESDEN)
    for _, told in by_node_link(compile_floorplan(floorplan)).nodes(data=True):
        lon, lat = DRESDEN.coordinates_to_lonlat([(told["x"], told["y"])])[0]
        assert (told["lon"], told["lat"]) == (pytest.approx(lon, abs=1e-7), pytest.approx(lat, abs=1e-7))


def test_an_empty_floorplan_gives_an_empty_graph() -> None:
    empty = replace(two_levels(), zones=(), openings=(), transitions=())
    assert by_graphml(compile_floorplan(empty)).number_of_nodes() == 0
