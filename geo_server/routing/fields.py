"""The fields that a plan is read from, each one pass over the graph.

Terminology (times in seconds from the plan's moment; formulation and proofs in ``docs/routing.md``):
    arrival A(v): the earliest that any threat can be at a node.
    distance d(v): the least time from a node to an exit.
    deadline: A(v) less the margin.
    latest departure D(v): the latest that a node can be left so that some route is at every node before its deadline:
        ``D(exit) = deadline(exit)``, ``D(u) = min(deadline(u), max over (u, v) of D(v) - time(u, v))``.
    slack S(v): the latest departure along the shortest route from a node, before the margin is taken off.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.threats import LocatedThreat
from geo_server.routing.visibility import Bools, Floats, Ints

Approach = tuple[int, str, float]
"""A node, the side that a threat comes to it from, and the second."""

ROUNDING_S = 1e-9
"""What rounding can make of one sum."""

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
    by_speed: dict[float, list[Approach]] = defaultdict(list)
    for located, at_s, speed_mps in threats:
        by_speed[speed_mps] += [
            (node, side, at_s + metres / speed_mps) for node, side, metres in located.approaches(compiled)
        ]
    found = np.full(len(compiled.chase.states), np.inf)
    for speed_mps, approaches in sorted(by_speed.items()):
        found = np.minimum(found, arrivals_at_speed(compiled, approaches, speed_mps))
    return Arrivals(compiled.chase.at_nodes(found), found)


def arrivals_at_speed(compiled: CompiledFloorplan, approaches: Iterable[Approach], speed_mps: float) -> Floats:
    """Earliest arrivals in each state of whoever comes to some nodes first, shape (s,)."""
    starts = np.full(len(compiled.chase.states), np.inf)
    for node, side, at in approaches:
        state = compiled.chase.onwards[node, side]
        starts[state] = min(starts[state], at)
    return compiled.chase.spread(starts, compiled.threat_seconds(speed_mps))


def exit_distances(compiled: CompiledFloorplan, pair_s: Floats, sinks: Bools) -> Floats:
    """Least time from each node to any sink, shape (n,)."""
    return compiled.backward.sums(pair_s, np.where(sinks, 0.0, np.inf))


def next_nodes(compiled: CompiledFloorplan, pair_s: Floats, distances: Floats, sinks: Bools) -> Ints:
    """The node after each on its shortest route, shape (n,): itself at a sink, -1 without a route.

    Of several it is the farthest on, so that no route makes a halt at stairs or doors that it only passes; of several as
    far the one with the smallest number, whatever order a library settles them in.
    """
    # A way that goes on through an end has one as short that does not, and that gets farther at once.
    pairs = compiled.onward if not (sinks & compiled.ends).any() else np.arange(len(pair_s))
    tails, heads = compiled.pair_tails[pairs], compiled.pair_heads[pairs]
    found = np.where(distances == 0, np.arange(len(distances)), -1)
    before, after = distances[tails], distances[heads]
    with np.errstate(invalid="ignore"):
        on_way = np.abs(before - pair_s[pairs] - after) <= EPSILON_S
    on_way &= np.isfinite(before) & (after < before) & (before > 0)
    chosen = np.flatnonzero(on_way)
    if not len(chosen):
        return found
    # Pairs are sorted by tail and then by head.
    firsts = np.flatnonzero(np.diff(tails[chosen], prepend=-1))
    farthest = np.repeat(np.minimum.reduceat(after[chosen], firsts), np.diff(np.append(firsts, len(chosen))))
    # What is written last stays.
    chosen = chosen[after[chosen] <= farthest + EPSILON_S][::-1]
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


def latest_departures(compiled: CompiledFloorplan, pair_s: Floats, deadlines: Floats, sinks: Bools) -> Floats:
    """Latest departure of every node, shape (n,); minus infinity where there is no route at all.

    A threat that is as fast as people, and that no lock holds, is first nowhere on a way if it is not first at its end: it
    could follow them there. Then D is the best of the exits' deadlines less the way to them, one pass of scipy. That pass
    is made first. Where a deadline on the way is tighter all the same, it and every node whose way leads there is done
    again with a heap. All others keep what they have, since no way is better than the best that no deadline cuts short.
    """
    latest, following = _unhindered(compiled, pair_s, deadlines, sinks)
    tighter = latest > deadlines + ROUNDING_S
    latest = np.minimum(latest, deadlines)
    if tighter.any():
        again = _leads_to(tighter, following)
        latest[again] = np.where(sinks[again], deadlines[again], -np.inf)
        _relabel(compiled, pair_s, deadlines, latest, again)
    return latest


def _unhindered(compiled: CompiledFloorplan, pair_s: Floats, deadlines: Floats, sinks: Bools) -> tuple[Floats, Ints]:
    """Latest departures if no deadline counted but those of the exits, and the node after each; negative at the end."""
    n = len(deadlines)
    latest, following = np.full(n, -np.inf), np.full(n, -1, dtype=np.int64)
    endless = np.isinf(deadlines)
    for ends, starts in ((sinks & ~endless, -deadlines), (sinks & endless, np.zeros(n))):
        if not ends.any():
            continue
        sums, after = compiled.backward.spread(pair_s, np.where(ends, starts, np.inf))
        reached = np.isfinite(sums)
        latest[reached] = np.where(endless[ends].any(), np.inf, -sums[reached])
        following[reached] = after[reached]
    return latest, following


def _leads_to(marked: Bools, following: Ints) -> Bools:
    """Whether a node or any that follows it is marked, by pointer jumping."""
    ahead = np.where(following >= 0, following, np.arange(len(following)))
    while True:
        marked = marked | marked[ahead]
        further = ahead[ahead]
        if np.array_equal(further, ahead):
            return marked
        ahead = further


def _relabel(compiled: CompiledFloorplan, pair_s: Floats, deadlines: Floats, latest: Floats, again: Bools) -> None:
    """Find the latest departures of some nodes, given those of all others; written into ``latest``."""
    tails, heads = compiled.pair_tails, compiled.pair_heads
    pairs = np.flatnonzero(again[tails] & np.isfinite(pair_s))
    inner = again[heads[pairs]]
    into: defaultdict[int, list[tuple[int, float, float]]] = defaultdict(list)
    within = pairs[inner]
    for tail, head, seconds, deadline in zip(
        tails[within].tolist(),
        heads[within].tolist(),
        pair_s[within].tolist(),
        deadlines[tails[within]].tolist(),
        strict=True,
    ):
        into[head].append((tail, seconds, deadline))
    out = pairs[~inner]
    np.maximum.at(latest, tails[out], np.minimum(deadlines[tails[out]], latest[heads[out]] - pair_s[out]))
    label = {node: latest[node] for node in np.flatnonzero(again).tolist()}
    heap = [(-at, node) for node, at in label.items() if at > -inf]
    heapq.heapify(heap)
    while heap:
        at, head = heapq.heappop(heap)
        if -at < label[head]:
            continue
        for tail, seconds, deadline in into[head]:
            then = min(deadline, -at - seconds)
            if then > label[tail]:
                label[tail] = then
                heapq.heappush(heap, (-then, tail))
    latest[list(label)] = list(label.values())


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
    best: dict[int, float] = {}
    before: dict[int, int] = {}
    heap: list[tuple[float, int, float]] = []
    for node, at in starts:
        if at <= latest[node] + EPSILON_S and at < best.get(node, inf):
            best[node] = at
            heapq.heappush(heap, (_rounded(at + distances[node]), node, at))
    while heap:
        _, node, at = heapq.heappop(heap)
        if at > best[node]:
            continue
        if sinks[node]:
            return _trail(before, node)
        for head, pair in compiled.neighbours[node]:
            then = at + pair_s[pair]
            if then < inf and then <= latest[head] + EPSILON_S and then < best.get(head, inf):
                best[head], before[head] = then, node
                heapq.heappush(heap, (_rounded(then + distances[head]), head, then))
    return ()


def _rounded(seconds: float) -> float:
    """What orders ways, so that rounding does not choose among those of one length: they go by the numbers of their nodes."""
    return round(seconds, 6)


def _trail(before: dict[int, int], last: int) -> tuple[int, ...]:
    trail = [last]
    while trail[-1] in before:
        trail.append(before[trail[-1]])
    return tuple(reversed(trail))
