"""Re-planning beside networkx: the same floorplan, the same weights, all ways taking turns in one run."""

import statistics
import time
from collections.abc import Callable

import networkx as nx

from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.fields import exit_distances, threat_arrivals
from geo_server.routing.plan import build_fields, plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from geo_server.routing.trails import build_network
from tests.routing.plans import NOW, school, threat

ROOMS = (60, 200, 450)
ROUNDS = 7


def run() -> str:
    """The table."""
    rows = [row for rooms in ROOMS for row in _measure(rooms)]
    head = "| zones | nodes | edges | what | median ms | beside scipy's one run |\n|---|---|---|---|---|---|"
    return "\n".join(["## Routing", "", __doc__ or "", "", head, *rows, ""])


def _measure(rooms: int) -> list[str]:
    floorplan = school(rooms)
    began = time.perf_counter()
    compiled = compile_floorplan(floorplan)
    build_ms = (time.perf_counter() - began) * 1000
    danger = threat(20, 1.5, radius_m=5.0)
    network = build_network(compiled, ADULT)
    reverse = _reverse_graph(compiled.graph)
    exits = {node for node, data in compiled.graph.nodes(data=True) if data["exit"]}

    def fields() -> None:
        arrivals = threat_arrivals(compiled, [(locate(compiled, danger), 0.0, 2.0)])
        build_fields(build_network(compiled, ADULT), arrivals.nodes, 5.0)

    ways: dict[str, Callable[[], object]] = {
        "scipy, one reverse run from all exits": lambda: exit_distances(compiled, network.pair_s, network.sinks),
        "networkx, one reverse run from all exits": lambda: nx.multi_source_dijkstra_path_length(
            reverse, exits, weight="occupant_m"
        ),
        "all fields: threat, arrivals, distances, slack, latest departures": fields,
        "whole plan: routes, words, reach": lambda: plan(compiled, PlanRequest(threats=[danger], now=NOW)),
    }
    times = _take_turns(ways)
    base = times["scipy, one reverse run from all exits"]
    size = f"| {len(floorplan.zones)} | {len(compiled.nodes)} | {len(compiled.tails)} "
    rows = [f"{size}| {name} | {ms:.2f} | {ms / base:.1f} |" for name, ms in times.items()]
    return [*rows, f"{size}| building the graph, once a revision | {build_ms:.0f} | |"]


def _reverse_graph(graph: nx.MultiDiGraph) -> nx.DiGraph:
    """What people can walk, turned round, with the shorter of two ways between the same doors."""
    reverse = nx.DiGraph()
    for tail, head, data in graph.edges(data=True):
        metres = data["occupant_m"]
        if (
            metres < float("inf")
            and metres < reverse.get_edge_data(head, tail, {"occupant_m": metres + 1})["occupant_m"]
        ):
            reverse.add_edge(head, tail, occupant_m=metres)
    return reverse


def _take_turns(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if turn:
                taken[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}
