"""The fields that a plan is read from, each one pass over the graph.

Terminology (times in seconds from the plan's moment; formulation and proofs in ``docs/routing.md``):
    arrival A(v): the earliest that any threat can be at a node.
    distance d(v): the least time from a node to an exit.
    deadline: A(v) less the margin.
    latest departure D(v): the latest that a node can be left so that some route is at every node before its deadline:
        ``D(exit) = deadline(exit)``, ``D(u) = min(deadline(u), max over (u, v) of D(v) - time(u, v))``. The labels never
        increase against the edges, so one pass with a heap is exact, as with Dijkstra.
    slack S(v): the latest departure along the shortest route from a node, before the margin is taken off.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np
from scipy.sparse.csgraph import dijkstra

from geo_server.routing.compiled import Bools, CompiledFloorplan
from geo_server.routing.threats import LocatedThreat
from geo_server.routing.visibility import Floats, Ints

EPSILON_S = 1e-6
"""Times closer than this are the same: sums of the same numbers in another order differ by less."""


@dataclass(frozen=True)
class Arrivals:
    """Earliest seconds at which any threat can be somewhere; infinite where none can come.

    Args:
        nodes: At each node, shape (n,).
        states: At each node and about to go on by one of its sides, shape (s,): see ``chase``.
    """

    nodes: Floats
    states: Floats


def threat_arrivals(compiled: CompiledFloorplan, threats: Iterable[tuple[LocatedThreat, float, float]]) -> Arrivals:
    """Earliest arrivals of any of some threats.

    Args:
        compiled: The floorplan.
        threats: Each with the second at which it was at its place, and its speed in metres per second.
    """
    found = Arrivals(np.full(len(compiled.nodes), np.inf), np.full(len(compiled.chase.states), np.inf))
    by_speed: dict[float, list[tuple[LocatedThreat, float]]] = {}
    for located, at_s, speed_mps in threats:
        by_speed.setdefault(speed_mps, []).append((located, at_s))
    for speed_mps, group in sorted(by_speed.items(), key=lambda item: item[0]):
        one = _arrivals_at_speed(compiled, group, speed_mps)
        found = Arrivals(np.minimum(found.nodes, one.nodes), np.minimum(found.states, one.states))
    return found


def _arrivals_at_speed(
    compiled: CompiledFloorplan, group: list[tuple[LocatedThreat, float]], speed_mps: float
) -> Arrivals:
    chase, seconds = compiled.chase, compiled.threat_seconds(speed_mps)
    nodes, starts = np.full(len(compiled.nodes), np.inf), np.full(len(chase.states), np.inf)
    for located, at_s in group:
        for node, side, metres in located.approaches(compiled):
            at = at_s + metres / speed_mps
            nodes[node] = min(nodes[node], at)
            state = chase.onwards[node, side]
            starts[state] = min(starts[state], at)
    states = chase.spread(starts, seconds)
    np.minimum.at(nodes, chase.heads, states[chase.before] + seconds)
    return Arrivals(nodes, states)


def exit_distances(compiled: CompiledFloorplan, pair_s: Floats, sinks: Bools) -> Floats:
    """Least time from each node to any sink, shape (n,)."""
    exits = np.flatnonzero(sinks)
    if not len(exits):
        return np.full(len(compiled.nodes), np.inf)
    reverse = compiled.matrix(pair_s, reverse=True)
    return np.asarray(dijkstra(reverse, indices=exits, min_only=True), dtype=np.float64)


def next_nodes(compiled: CompiledFloorplan, pair_s: Floats, distances: Floats) -> Ints:
    """The node after each on its shortest route, shape (n,): itself at a sink, -1 without a route.

    Of several it is the farthest on, so that no route makes a halt at stairs or doors that it only passes; of several as
    far the one with the smallest number, whatever order a library settles them in.
    """
    tails, heads = compiled.pair_tails, compiled.pair_heads
    found = np.where(distances == 0, np.arange(len(distances)), -1)
    with np.errstate(invalid="ignore"):
        on_way = np.abs(distances[tails] - pair_s - distances[heads]) <= EPSILON_S
    on_way &= np.isfinite(distances[tails]) & (distances[heads] < distances[tails]) & (distances[tails] > 0)
    chosen = np.flatnonzero(on_way)
    # What is written last stays.
    chosen = chosen[np.lexsort((heads[chosen], distances[heads[chosen]]))[::-1]]
    found[tails[chosen]] = heads[chosen]
    return found


def slacks(distances: Floats, following: Ints, arrivals: Floats) -> Floats:
    """The slack of every node's shortest route, shape (n,), by pointer jumping: log2(hops) passes over arrays."""
    known = following >= 0
    slack = np.where(known, arrivals + distances, np.inf)
    ahead = np.where(known, following, np.arange(len(following)))
    while True:
        slack = np.minimum(slack, slack[ahead])
        further = ahead[ahead]
        if np.array_equal(further, ahead):
            return np.where(known, slack - np.where(known, distances, 0.0), -np.inf)
        ahead = further


@dataclass(frozen=True)
class Adjacency:
    """Pairs as lists, for the passes in Python: for each node its neighbours and the pair that joins them."""

    neighbours: tuple[tuple[tuple[int, int], ...], ...]


@lru_cache(maxsize=16)
def adjacency(compiled: CompiledFloorplan, *, reverse: bool) -> Adjacency:
    """Neighbours of each node: those that it leads to, or in reverse those that lead to it."""
    lists: list[list[tuple[int, int]]] = [[] for _ in compiled.nodes]
    for pair, (tail, head) in enumerate(zip(compiled.pair_tails.tolist(), compiled.pair_heads.tolist(), strict=True)):
        if reverse:
            lists[head].append((tail, pair))
        else:
            lists[tail].append((head, pair))
    return Adjacency(tuple(tuple(neighbours) for neighbours in lists))


def latest_departures(compiled: CompiledFloorplan, pair_s: Floats, deadlines: Floats, sinks: Bools) -> Floats:
    """Latest departure of every node, shape (n,); minus infinity where there is no route at all."""
    seconds, deadline = pair_s.tolist(), deadlines.tolist()
    into = adjacency(compiled, reverse=True).neighbours
    latest = [-inf] * len(deadline)
    heap = []
    for sink in np.flatnonzero(sinks).tolist():
        latest[sink] = deadline[sink]
        heap.append((-deadline[sink], sink))
    heapq.heapify(heap)
    done = [False] * len(deadline)
    while heap:
        _, head = heapq.heappop(heap)
        if done[head]:
            continue
        done[head] = True
        for tail, pair in into[head]:
            if seconds[pair] == inf:
                continue
            label = min(deadline[tail], latest[head] - seconds[pair])
            if not done[tail] and label > latest[tail]:
                latest[tail] = label
                heapq.heappush(heap, (-label, tail))
    return np.array(latest)


def shortest_in_time(
    compiled: CompiledFloorplan,
    pair_s: Sequence[float],
    starts: Iterable[tuple[int, float]],
    *,
    latest: Sequence[float],
    distances: Sequence[float],
    sinks: Sequence[bool],
) -> tuple[int, ...]:
    """The shortest route to a sink that is at every node by its latest departure; empty when there is none.

    Whoever is at a node by its latest departure can go on to a sink, so no search runs into a dead end. Arriving
    earlier is never worse, so one label a node suffices (Dijkstra with deadlines; A* with the free distance).

    Args:
        compiled: The floorplan.
        pair_s: Seconds of each pair.
        starts: First nodes, each with the second of arrival there.
        latest: Latest departures D.
        distances: Least times to a sink d.
        sinks: Whether a node is a sink.
    """
    out_of = adjacency(compiled, reverse=False).neighbours
    best: dict[int, float] = {}
    before: dict[int, int] = {}
    heap: list[tuple[float, int, float]] = []
    for node, at in starts:
        if at <= latest[node] + EPSILON_S and at < best.get(node, inf):
            best[node] = at
            heapq.heappush(heap, (at + distances[node], node, at))
    while heap:
        _, node, at = heapq.heappop(heap)
        if at > best[node]:
            continue
        if sinks[node]:
            return _trail(before, node)
        for head, pair in out_of[node]:
            then = at + pair_s[pair]
            if then < inf and then <= latest[head] + EPSILON_S and then < best.get(head, inf):
                best[head], before[head] = then, node
                heapq.heappush(heap, (then + distances[head], head, then))
    return ()


def _trail(before: dict[int, int], last: int) -> tuple[int, ...]:
    trail = [last]
    while trail[-1] in before:
        trail.append(before[trail[-1]])
    return tuple(reversed(trail))
