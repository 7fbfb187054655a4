"""Re-planning beside scipy, networkx, rustworkx and pgRouting: same graph, same weights, all ways taking turns in one run. Times
are processor time of one thread (of pgRouting: of the server process), so that what else the machine does counts little."""

import gc
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

import networkx as nx
import numpy as np
import orjson
import rustworkx as rx
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.campus import campus
from benchmarks.pgrouting import NAME, SKIPPED, open_pgrouting
from benchmarks.served import serving
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan
from geo_server.domain.routes import SAFE, Route
from geo_server.export.plan import plan_document
from geo_server.ingest.pipeline import read_plan
from geo_server.routing.choosing import build_fields
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.fields import arrivals_at_speed, exit_distances, latest_departures
from geo_server.routing.network import Network, build_network
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.store.floorplans import load_floorplan
from geo_server.store.opening import open_database
from geo_server.store.sites import list_sites
from tests.routing.plans import NOW, closure, school, threat

CAMPUSES = {3: 9, 29: 7, 286: 3}
"""Buildings of each campus, with the rounds that are measured."""

ROOMS = (60, 200)
ROUNDS = 7
THREATS, PEOPLE = 4, 20
DRESDEN = Path(__file__).parents[1] / "data/floorplans/tud_apb.geojson"

Ways = dict[str, Callable[[], object]]
Clock = Callable[[], float]

BASE = "scipy, one run from all exits"
HEAD = "| what | median CPU ms | beside scipy's one run |\n|---|---|---|"


def run() -> str:
    """The tables."""
    return "\n".join(["## Routing", "", __doc__ or "", "", *_fields(), *_plans()])


def _fields() -> list[str]:
    lines = []
    with open_pgrouting() as peer:
        for buildings, rounds in CAMPUSES.items():
            compiled = campus(buildings)
            ways, clocks = _passes(compiled), dict[str, Clock]()
            if peer is not None:
                ways[NAME], clocks[NAME] = peer.run_on(build_network(compiled, ADULT)), peer.cpu_s
            times = _take_turns(ways, rounds, clocks)
            lines += [f"A campus of {len(compiled.nodes):,} nodes and {len(compiled.tails):,} edges.", "", HEAD]
            lines += [f"| {name} | {ms:.2f} | {ms / times[BASE]:.1f} |" for name, ms in times.items()] + [""]
        return lines if peer else [*lines, SKIPPED, ""]


def _passes(compiled: CompiledFloorplan) -> Ways:
    network = build_network(compiled, ADULT)
    corridor = compiled.keys[0]
    begins = [(0, corridor, 0.0), (1, corridor, 1.0)]
    deadlines = compiled.chase.at_nodes(arrivals_at_speed(compiled, begins, 3.0)) - 5.0
    usable = np.isfinite(network.pair_s)
    columns = compiled.pair_heads[usable], compiled.pair_tails[usable]
    plain = csr_array((network.pair_s[usable], columns), shape=(len(compiled.nodes),) * 2)
    plain_exits = np.flatnonzero(network.sinks)
    reverse, exits = _in_networkx(network)
    rust, source = _in_rustworkx(network)

    def fields(known: Network) -> None:
        arrivals = compiled.chase.at_nodes(arrivals_at_speed(compiled, begins, 3.0))
        made = build_fields(known, arrivals, 5.0)
        # What a search for a detour reads.
        assert len(made.searched) == len(made.network.distance_list)

    return {
        BASE: lambda: dijkstra(plain, indices=plain_exits, min_only=True),
        "networkx, one run from all exits": lambda: nx.multi_source_dijkstra_path_length(reverse, exits),
        "rustworkx, one run from all exits": lambda: rx.dijkstra_shortest_path_lengths(rust, source, float),
        "least times of all nodes to an exit": lambda: exit_distances(compiled, network.pair_s, network.sinks),
        "latest departures of all nodes": lambda: latest_departures(compiled, network.pair_s, deadlines, network.sinks),
        "all fields after a sighting": lambda: fields(network),
        "all fields after a closure": lambda: fields(
            Network(compiled, ADULT, compiled.occupant_s(ADULT), network.sinks, network.shut)
        ),
    }


def _in_networkx(network: Network) -> tuple[nx.DiGraph, set[int]]:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(_backward(network))
    return graph, set(np.flatnonzero(network.sinks).tolist())


def _in_rustworkx(network: Network) -> tuple["rx.PyDiGraph[None, float]", int]:
    """Rustworkx has no run from several sources: one more node leads to all exits at once."""
    graph: rx.PyDiGraph[None, float] = rx.PyDiGraph(multigraph=False)
    graph.add_nodes_from([None] * (len(network.sinks) + 1))
    graph.add_edges_from(_backward(network))
    source = len(network.sinks)
    graph.add_edges_from([(source, sink, 0.0) for sink in np.flatnonzero(network.sinks).tolist()])
    return graph, source


def _backward(network: Network) -> list[tuple[int, int, float]]:
    compiled, usable = network.compiled, np.isfinite(network.pair_s)
    columns = compiled.pair_heads[usable], compiled.pair_tails[usable], network.pair_s[usable]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _plans() -> list[str]:
    floorplans = {f"A school of {rooms} rooms on 3 levels": school(rooms) for rooms in ROOMS}
    floorplans["The APB building of TU Dresden"] = read_plan(DRESDEN.read_bytes(), DRESDEN.name).floorplan
    floorplans["The sample campus"] = _sample_campus()
    lines = [
        (
            "Whole plans, with words, legs, other ways out, reach and the document, each given the ways of the plan before. Processor "
            "time of all threads of the process. Memory is what a process grows by from before the graph is built to after the first "
            "plan."
        ),
        "",
        "| floorplan | zones | nodes | what | median CPU ms |",
        "|---|---|---|---|---|",
    ]
    memory = []
    for name, floorplan in floorplans.items():
        began = time.thread_time()
        compiled = compile_floorplan(floorplan)
        build_ms = (time.thread_time() - began) * 1000
        size = f"| {name} | {len(floorplan.zones)} | {len(compiled.nodes)} "
        ways = _whole(compiled)
        times = _take_turns(ways, ROUNDS, dict.fromkeys(ways, time.process_time))
        lines += [f"{size}| {what} | {ms:.0f} |" for what, ms in times.items()]
        lines.append(f"{size}| building the graph, once a revision | {build_ms:.0f} |")
        grown_mb = _in_a_process_of_its_own(floorplan)
        memory.append(
            f"| {name} | {len(floorplan.zones)} | {grown_mb:.0f} | {grown_mb * 1000 / len(floorplan.zones):.0f} |"
        )
    return [*lines, "", "| floorplan | zones | memory, MB | MB per 1,000 zones |", "|---|---|---|---|", *memory, ""]


def _sample_campus() -> Floorplan:
    with serving() as served, open_database(None, served.folder) as database, database.snapshot() as c:
        return load_floorplan(c, next(iter(list_sites(c))))


def _in_a_process_of_its_own(floorplan: Floorplan) -> float:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_grown_mb, floorplan).result()


def _grown_mb(floorplan: Floorplan) -> float:
    """Megabytes that this process grows by when a floorplan is made ready and planned on once."""
    plan(compile_floorplan(school(ROOMS[0])), PlanRequest(now=NOW))  # what is loaded once counts for no floorplan
    before = _resident_mb()
    compiled = compile_floorplan(floorplan)
    _whole(compiled)["a plan after a sighting"]()
    gc.collect()
    return _resident_mb() - before


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _whole(compiled: CompiledFloorplan) -> Ways:
    floorplan, turns = compiled.floorplan, count()
    places = sorted(floorplan.zones, key=lambda zone: -float(zone.polygon.area))[:THREATS]
    shut = [replace(closure("shut"), subject_id=o.id) for o in floorplan.openings if not o.exit]
    people = {zone.id: PEOPLE for zone in floorplan.zones}
    before: dict[str, dict[UUID, list[UUID]]] = {}

    def seen(number: int, turn: int) -> Threat:
        """As if one of the threats had moved by some centimetres and nothing of it were known, and the others had not."""
        at, moves = places[number].polygon.representative_point(), turn % len(places) == number
        found = threat(at.x + moves * turn * 0.01, at.y, radius_m=2.0, speed_mps=3.0, name=f"threat {number}")
        return replace(found, level_id=places[number].level_id)

    def make(name: str, threats: int, inside: dict[UUID, int] | None, *, closing: bool) -> None:
        turn = next(turns)
        request = PlanRequest(
            [seen(number, turn) for number in range(min(threats, len(places)))],
            closures=[shut[turn % len(shut)]] if closing else [],
            now=NOW,
            people=inside,
            previous=before.get(name),
        )
        made = plan(compiled, request)
        orjson.dumps(plan_document(made, floorplan))
        before[name] = {route.zone_id: list(_passed(route)) for route in made.routes if route.status in SAFE}

    asked = {"": (1, None), f", {THREATS} threats and {PEOPLE} people in every zone": (THREATS, people)}
    return {
        (name := f"a plan after {'a closure' if closing else 'a sighting'}{more}"): partial(
            make, name, threats, inside, closing=closing
        )
        for more, (threats, inside) in asked.items()
        for closing in (False, True)
    }


def _passed(route: Route) -> Iterator[UUID]:
    for leg in route.legs:
        yield from leg.opening_ids
        if leg.transition_id is not None:
            yield leg.transition_id


def _take_turns(ways: Ways, rounds: int, clocks: Mapping[str, Clock] | None = None) -> dict[str, float]:
    """Median milliseconds of each, by its clock or else by that of this thread; a first round warms up."""
    clock_of = {name: (clocks or {}).get(name, time.thread_time) for name in ways}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            began = clock_of[name]()
            way()
            if turn:
                taken[name].append((clock_of[name]() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}
