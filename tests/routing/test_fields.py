"""The fields against exhaustive search and networkx on random graphs."""

import itertools
import random
from math import inf, isfinite

import networkx as nx
import numpy as np
import pytest

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import Floorplan
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.fields import exit_distances, latest_departures, next_nodes, shortest_in_time, slacks
from geo_server.routing.graph import Ways
from geo_server.routing.profiles import ADULT
from tests.routing.plans import grid_building, uid

MARGIN_S = 2.0


def random_graph(rng: random.Random, n: int) -> CompiledFloorplan:
    """A graph of n doors with one or two exits, some pairs joined twice."""
    graph = nx.MultiDiGraph()
    nodes = sorted(f"opening:{uid(str(k))}" for k in range(n))
    for k, node in enumerate(nodes):
        graph.add_node(node, exit=k in {0, n - 1 - rng.randrange(2)})
    edges = [
        (a, b, key)
        for a, b in itertools.permutations(range(n), 2)
        for key in ("a", "b")
        if rng.random() < (0.4 if key == "a" else 0.1)
    ]
    weights = np.array([float(rng.randint(1, 9)) for _ in edges])
    tails, heads = (np.array([edge[k] for edge in edges], dtype=np.int64) for k in (0, 1))
    for (a, b, key), weight in zip(edges, weights, strict=True):
        graph.add_edge(nodes[a], nodes[b], key=key, occupant_m=float(weight))
    first = np.ones(len(edges), dtype=bool)
    first[1:] = (np.diff(tails) != 0) | (np.diff(heads) != 0)
    return CompiledFloorplan(
        Floorplan(DrawingFrame()),
        Ways(graph, {}, ()),
        tuple(nodes),
        tuple(edge[2] for edge in edges),
        tails,
        heads,
        np.zeros(len(edges), dtype=np.int64),
        weights,
        weights,
        np.zeros(len(edges)),
        np.zeros(len(edges), dtype=np.int64),
        np.flatnonzero(first),
        np.array([graph.nodes[node]["exit"] for node in nodes]),
        "",
    )


def all_routes(compiled: CompiledFloorplan, start: int) -> list[list[tuple[int, float]]]:
    """Every simple route from a node to an exit, as nodes with the seconds walked: exhaustive."""
    least: dict[tuple[int, int], float] = {}
    for tail, head, weight in zip(compiled.tails, compiled.heads, compiled.occupant_m, strict=True):
        pair = int(tail), int(head)
        least[pair] = min(least.get(pair, inf), float(weight))
    found: list[list[tuple[int, float]]] = []

    def walk(route: list[tuple[int, float]]) -> None:
        node, at = route[-1]
        if compiled.exits[node]:
            found.append(route)
            return
        visited = {n for n, _ in route}
        for (tail, head), weight in least.items():
            if tail == node and head not in visited:
                walk([*route, (head, at + weight)])

    walk([(start, 0.0)])
    return found


def prepared(seed: int) -> tuple[CompiledFloorplan, np.ndarray, np.ndarray]:
    rng = random.Random(seed)
    compiled = random_graph(rng, 6)
    arrivals = np.array([rng.choice([inf, *range(30)]) for _ in compiled.nodes], dtype=np.float64)
    return compiled, compiled.paired(compiled.occupant_m), arrivals


@pytest.mark.parametrize("seed", range(150))
def test_the_latest_departure_is_that_of_the_best_of_all_simple_routes(seed: int) -> None:
    compiled, pair_s, arrivals = prepared(seed)
    deadlines = arrivals - MARGIN_S
    latest = latest_departures(compiled, pair_s, deadlines, compiled.exits)
    for node in range(len(compiled.nodes)):
        best = max((min(deadlines[v] - at for v, at in route) for route in all_routes(compiled, node)), default=-inf)
        assert latest[node] == pytest.approx(best)


@pytest.mark.parametrize("seed", range(150))
def test_the_shortest_safe_route_is_the_shortest_of_all_simple_safe_routes(seed: int) -> None:
    compiled, pair_s, arrivals = prepared(seed)
    deadlines = arrivals - MARGIN_S
    latest = latest_departures(compiled, pair_s, deadlines, compiled.exits).tolist()
    distances = exit_distances(compiled, pair_s, compiled.exits).tolist()
    for node in range(len(compiled.nodes)):
        safe = [route[-1][1] for route in all_routes(compiled, node) if all(at <= deadlines[v] for v, at in route)]
        found = shortest_in_time(
            compiled, pair_s.tolist(), [(node, 0.0)], latest=latest, distances=distances, sinks=compiled.exits.tolist()
        )
        assert bool(found) == bool(safe)
        if found:
            walked = sum(pair_s[compiled.pair_number[pair]] for pair in itertools.pairwise(found))
            assert walked == pytest.approx(min(safe))


@pytest.mark.parametrize("seed", range(60))
def test_slack_by_pointer_jumping_is_the_least_along_the_shortest_route(seed: int) -> None:
    compiled, pair_s, arrivals = prepared(seed)
    distances = exit_distances(compiled, pair_s, compiled.exits)
    following = next_nodes(compiled, pair_s, distances, compiled.exits)
    found = slacks(distances, following, arrivals)
    for node in range(len(compiled.nodes)):
        if following[node] < 0:
            assert found[node] == -inf
            continue
        least, v = inf, node
        while True:
            least = min(least, arrivals[v] - (distances[node] - distances[v]))
            if following[v] == v:
                break
            v = int(following[v])
        assert found[node] == pytest.approx(least)


@pytest.mark.parametrize("seed", range(8))
def test_distances_equal_networkx_on_generated_floorplans(seed: int) -> None:
    compiled = compile_floorplan(grid_building(seed))
    seconds = compiled.paired(compiled.occupant_s(ADULT))
    found = exit_distances(compiled, seconds, compiled.exits)
    exits = {node for node, data in compiled.graph.nodes(data=True) if data["exit"]}
    usable = nx.MultiDiGraph(
        (head, tail, {"occupant_m": data["occupant_m"]})
        for tail, head, data in compiled.graph.edges(data=True)
        if isfinite(data["occupant_m"])
    )
    usable.add_nodes_from(compiled.graph)
    expected = nx.multi_source_dijkstra_path_length(usable, exits, weight="occupant_m")
    for node, distance in zip(compiled.nodes, found, strict=True):
        assert distance == pytest.approx(expected.get(node, inf) / ADULT.level_mps)


@pytest.mark.parametrize("seed", range(8))
def test_the_occupant_is_never_given_fewer_metres_than_the_threat(seed: int) -> None:
    compiled = compile_floorplan(grid_building(seed))
    assert (compiled.occupant_m >= compiled.threat_m - 1e-9).all()


@pytest.mark.parametrize("bad", [float("nan"), -1.0])
def test_a_weight_that_is_no_time_is_refused_by_the_name_of_its_way(bad: float) -> None:
    compiled = compile_floorplan(grid_building(1))
    weights = compiled.threat_seconds(1.0)
    weights[5] = bad
    with pytest.raises(InvalidInput, match=compiled.nodes[compiled.tails[5]]):
        compiled.checked("threat", weights)
