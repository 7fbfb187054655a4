"""Check a plan with networkx and shapely alone: is each zone's answer the one that the graph gives?

geo-server export SITE --to campus.graphml
python examples/check_plan.py campus.graphml plan.json

The plan is what ``geo-server plan`` prints or ``GET /api/sites/SITE/plan`` serves, to exits or to assembly points, of all zones and
without people counted. How the graph is meant: ``docs/formats/graph.md``. Nothing of geo-server is used here.
"""

import argparse
import heapq
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

NOT_SENT = 1e9
OPEN = "outdoors"
EPSILON_S = 1e-6
WALL_M = 0.001
"""Straight ways may cut a wall by so much: doors lie on it up to rounding."""

Plan = Mapping[str, Any]


class Answer(NamedTuple):
    """What can be said of a zone; None as in the plan."""

    status: str
    time_s: float | None = None
    margin_s: float | None = None
    latest_departure_s: float | None = None


def read_graph(file: Path) -> nx.MultiDiGraph:
    """An exported graph: GraphML, or node-link JSON."""
    if file.suffix == ".graphml":
        return nx.read_graphml(file, force_multigraph=True)
    return nx.node_link_graph(json.loads(file.read_text()), edges="edges")


def answers(graph: nx.MultiDiGraph, plan: Plan) -> dict[str, Answer]:
    """The answer for each zone of a plan, worked out from the graph, by the zone's id."""
    if plan["to"] not in {"exits", "assembly_points"} or "people" in plan["assumptions"]:
        raise SystemExit("Give a plan to exits or assembly points, without people.")
    people = walkable(graph, plan)
    to_points = plan["to"] == "assembly_points"
    ends = {
        n for n, told in people.nodes(data=True) if (told["kind"] == "assembly_point" if to_points else told["exit"])
    }
    there_s = arrivals(graph, plan)
    zones = (zone["zone_id"] for zone in plan["zones"])
    return dict(_answers(people, ends, there_s, plan, zones))


def walkable(graph: nx.MultiDiGraph, plan: Plan) -> nx.DiGraph:
    """The ways of people: of several the quickest, without what is closed."""
    closed = {closure["subject_id"] for closure in plan["assumptions"]["closures"]}
    weight = f"{plan['assumptions']['profile']['name']}_s"
    people = nx.DiGraph()
    people.add_nodes_from(
        (n, told) for n, told in graph.nodes(data=True) if told["kind"] == "zone" or told["subject_id"] not in closed
    )
    for tail, head, told in graph.edges(data=True):
        shut = told["kind"] != "start" and told["through"] in closed
        if tail in people and head in people and told[weight] < NOT_SENT and not shut:
            _keep_least(people, tail, head, told[weight], spread_m=told.get("spread_m", 0.0))
    return people


def _keep_least(graph: nx.DiGraph, tail: Any, head: Any, seconds: float, **told: float) -> None:  # noqa: ANN401
    if seconds < graph.edges.get((tail, head), {}).get("seconds", inf):
        graph.add_edge(tail, head, seconds=seconds, **told)


def arrivals(graph: nx.MultiDiGraph, plan: Plan) -> dict[str, float]:
    """The earliest second at which any threat can be at each node; one that is not named is never reached.

    A threat goes on from a node on the other side than it came from: never twice in a row through one zone. So the search is
    over nodes with the side that they are left by, and not over nodes.
    """
    weak = {*plan["assumptions"].get("propped", ()), *plan["assumptions"].get("lock_broken", ())}
    soonest: dict[str, float] = {}
    for threat in plan["threats"]:
        speed = threat["speed_mps"]
        steps = nx.DiGraph()
        for tail, head, told in graph.edges(data=True):
            if told["kind"] == "start":
                continue
            node = graph.nodes[tail]
            unlocked = weak & {node["subject_id"], node["side"], node["other_side"]}
            seconds = told["threat_m"] / speed + (0.0 if unlocked else told["threat_s"])
            _keep_least(steps, (tail, told["side"]), _onward(graph, head, told["side"]), seconds)
        for node, side, metres in approaches(graph, threat):
            _keep_least(steps, "threat", _onward(graph, node, side), metres / speed)
        if "threat" not in steps:
            continue
        found = nx.single_source_dijkstra_path_length(steps, "threat", weight="seconds")
        for (node, _), seconds in ((state, seconds) for state, seconds in found.items() if state != "threat"):
            soonest[node] = min(soonest.get(node, inf), seconds - threat["seen_s_ago"])
    return soonest


def _onward(graph: nx.MultiDiGraph, node: str, side: str) -> tuple[str, str]:
    """A node with the side that it is left by, by who came to it on a side."""
    one, other = graph.nodes[node]["side"], graph.nodes[node]["other_side"]
    return node, other if side == one else one


def approaches(graph: nx.MultiDiGraph, threat: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """The nodes that a threat comes to first: each with the side that it comes from and the least metres."""
    if any("taken to" in note for note in threat["notes"]):
        raise SystemExit(f"Threat {threat['id']} is not simply where it was seen: {' '.join(threat['notes'])}")
    place = _place(graph, threat)
    for zone_id in threat["zone_ids"]:
        zone = graph.nodes[f"zone:{zone_id}"]
        polygon = shapely.from_wkt(zone["polygon"])
        regions = {
            head: shapely.from_wkt(told["region"]) for _, head, told in graph.out_edges(f"zone:{zone_id}", data=True)
        }
        for node, metres in shortest_ways(polygon, place & polygon, regions).items():
            yield node, zone["side"], metres
    if threat["in_the_open"]:
        nodes = graph.nodes(data=True)
        shifts = {told["level_id"]: (told["shift_x"], told["shift_y"]) for _, told in nodes}
        there = shapely.transform(place, lambda xy: xy + shifts[threat["level_id"]])
        for node, told in nodes:
            if told["outside"] and told["kind"] != "zone":
                own = shapely.from_wkt(told["line"]) if "line" in told else shapely.Point(told["x"], told["y"])
                laid = shapely.transform(own, lambda xy, of=told["level_id"]: xy + shifts[of])
                yield node, OPEN, there.distance(laid)


def _place(graph: nx.MultiDiGraph, threat: Mapping[str, Any]) -> BaseGeometry:
    """Where a threat may be, in metres."""
    given = np.array(threat.get("polygon", [threat["at"]]))
    if "crs" in graph.graph:
        metres = pyproj.Transformer.from_crs("EPSG:4326", graph.graph["crs"], always_xy=True)
        given = np.column_stack(metres.transform(given[:, 0], given[:, 1]))
    if len(given) > 1:
        return shapely.Polygon(given)
    return (
        shapely.Point(given[0]).buffer(threat["radius_m"], quad_segs=64)
        if threat["radius_m"]
        else shapely.Point(given[0])
    )


def shortest_ways(polygon: BaseGeometry, begin: BaseGeometry, ends: Mapping[str, BaseGeometry]) -> dict[str, float]:
    """Metres within a polygon from anywhere in a place to other places: shortest ways are straight, or bend at vertices."""
    free = polygon.buffer(WALL_M, join_style="mitre")
    shapely.prepare(free)

    def straight(one: BaseGeometry, others: Any) -> Any:  # noqa: ANN401 - arrays of shapely
        lines = shapely.shortest_line(one, others)
        return np.where(shapely.covers(free, lines), shapely.length(lines), inf)

    corners = shapely.points(np.unique(shapely.get_coordinates(polygon), axis=0))
    places = [*corners, *ends.values()]
    sights = nx.Graph()
    for number, corner in enumerate(corners):
        sights.add_weighted_edges_from(
            (number, other, metres) for other, metres in enumerate(straight(corner, places)) if other != number
        )
    inside = shapely.distance(begin, places) == 0
    nearest = np.where(inside, 0.0, np.min([straight(edge, places) for edge in _edges(begin)], axis=0))
    sights.add_weighted_edges_from(("begin", other, metres) for other, metres in enumerate(nearest))
    found = nx.single_source_dijkstra_path_length(sights, "begin")
    return {end: found[len(corners) + number] for number, end in enumerate(ends)}


def _edges(place: BaseGeometry) -> list[BaseGeometry]:
    """The straight pieces of a place's outline: by one of them whoever is in it comes out."""
    outline = shapely.get_parts(place.boundary) if place.area else [place]
    pairs = [np.repeat(shapely.get_coordinates(part), 2, axis=0) for part in outline]
    return [shapely.linestrings(pair) for xy in pairs for pair in (xy[1:-1] if len(xy) > 2 else xy).reshape(-1, 2, 2)]


def _answers(
    people: nx.DiGraph, ends: set[str], there_s: Mapping[str, float], plan: Plan, zones: Iterable[str]
) -> Iterator[tuple[str, Answer]]:
    said = plan["assumptions"]
    level_mps, reaction_s, margin_s = said["profile"]["level_mps"], said["reaction_s"], said["margin_s"]
    left_s, onward = nx.multi_source_dijkstra(people.reverse(), ends, weight="seconds") if ends else ({}, {})
    deadline_s = {node: there_s.get(node, inf) - margin_s for node in people}
    latest_s = latest_departures(people, ends, deadline_s)

    def ahead_s(way: list[str]) -> float:
        """The latest departure along a way, from anywhere in its zone, before the margin is taken off."""
        least, at_s = inf, people.edges[way[0], way[1]]["spread_m"] / level_mps
        for tail, head in pairwise(way):
            at_s += people.edges[tail, head]["seconds"]
            least = min(least, there_s.get(head, inf) - at_s)
        return least

    for zone_id in zones:
        zone = f"zone:{zone_id}"
        doors = {door: told for door, told in people.adj[zone].items() if door in left_s}
        if not doors:
            yield zone_id, Answer("unreachable")
            continue
        nearest = min(doors, key=lambda door: (doors[door]["seconds"] + left_s[door], door))
        way, status = [zone, *reversed(onward[nearest])], "safe_shortest"
        if reaction_s > ahead_s(way) - margin_s + EPSILON_S:
            begun_s = {door: told["seconds"] + told["spread_m"] / level_mps for door, told in doors.items()}
            best_s = max(latest_s[door] - begun_s[door] for door in doors)
            safe = reaction_s <= best_s + EPSILON_S
            status = "safe_detour" if safe else "no_guaranteed_route"
            leave_s = reaction_s if safe else best_s
            way = [zone, *shortest_in_time(people, ends, latest_s, {door: leave_s + s for door, s in begun_s.items()})]
        time_s = sum(people.edges[pair]["seconds"] for pair in pairwise(way))
        slack_s = ahead_s(way)
        limited = slack_s < inf
        latest = slack_s - margin_s
        yield (
            zone_id,
            Answer(
                status, time_s, slack_s - reaction_s if limited else None, latest if limited and latest >= 0 else None
            ),
        )


def latest_departures(people: nx.DiGraph, ends: set[str], deadline_s: Mapping[str, float]) -> dict[str, float]:
    """The latest second at which each node can be left so that some way is in time everywhere; minus infinity without a way.

    ``D(end) = deadline(end)``, ``D(u) = min(deadline(u), max over (u, v) of D(v) - seconds(u, v))``.
    """
    latest = {node: deadline_s[node] if node in ends else -inf for node in people}
    heap = [(-latest[end], end) for end in ends]
    heapq.heapify(heap)
    while heap:
        at, head = heapq.heappop(heap)
        for tail, told in people.pred[head].items() if -at == latest[head] else ():
            then = min(deadline_s[tail], -at - told["seconds"])
            if then > latest[tail]:
                latest[tail] = then
                heapq.heappush(heap, (-then, tail))
    return latest


def shortest_in_time(
    people: nx.DiGraph, ends: set[str], latest_s: Mapping[str, float], begun_s: Mapping[str, float]
) -> list[str]:
    """The way from some nodes to an end, each reached at a moment, that is soonest there and in time at every node."""
    settled = set()
    heap = [(at, door, [door]) for door, at in begun_s.items() if at <= latest_s[door] + EPSILON_S]
    heapq.heapify(heap)
    while heap:
        at, node, way = heapq.heappop(heap)
        if node in ends:
            return way
        if node in settled:
            continue
        settled.add(node)
        for head, told in people.adj[node].items():
            if at + told["seconds"] <= latest_s[head] + EPSILON_S:
                heapq.heappush(heap, (at + told["seconds"], head, [*way, head]))
    raise ValueError("who is at a node by its latest departure has a way")


def differences(graph: nx.MultiDiGraph, plan: Plan, within_s: float = 0.01) -> list[str]:
    """Sentences on the zones whose answer in a plan is another than the graph gives."""
    found = answers(graph, plan)
    wrong = []
    for zone in plan["zones"]:
        answer = found[zone["zone_id"]]
        for name, ours in answer._asdict().items():
            theirs = zone[name]
            same = ours == theirs if isinstance(ours, str) or None in (ours, theirs) else abs(ours - theirs) <= within_s
            if not same:
                wrong.append(f"zone {zone['zone_id']}: {name} is {theirs} in the plan, and {ours} by the graph")
    return wrong


def main() -> None:
    """Print the differences; exit with 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=Path, help="an exported graph: .graphml, or node-link .json")
    parser.add_argument("plan", type=Path, help="a plan document")
    asked = parser.parse_args()
    plan = json.loads(asked.plan.read_text())
    wrong = differences(read_graph(asked.graph), plan)
    print("\n".join(wrong) or f"{len(plan['zones'])} zones: all as the graph gives them.")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
