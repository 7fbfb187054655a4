"""The plan of all zones in one pass: where each goes, how far ahead of the threat, and until when it can leave.

The guarantee: a route is ``safe_*`` only if, at every node, the people's latest arrival plus the margin is no later than
the threat's earliest arrival. Between nodes it holds too, because the threat is given at least the people's speed.
A route starts at the place of its zone that is farthest from all doors. In a zone with several doors someone else may be
farther from the one that the route takes: ``spread_s`` says by how many seconds at most, and status, margin and latest
departure hold for them too.
Of a plan to refuges it holds until people have locked themselves in, and where a refuge cannot be locked and a threat can
come to it at any time, no way there is safe. Formulation and proofs: ``docs/routing.md``.
"""

from dataclasses import dataclass, replace
from math import inf, isfinite
from uuid import UUID

import numpy as np

from geo_server.domain.places import ZoneCategory
from geo_server.domain.routes import SAFE, Advice, EvacuationPlan, Route, RouteStatus
from geo_server.routing.areas import reach_areas
from geo_server.routing.choices import ExitTrees, build_exit_trees, explain_avoided, find_alternatives
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.fields import (
    EPSILON_S,
    latest_departures,
    shortest_in_time,
    slacks,
    threat_arrivals,
)
from geo_server.routing.instructions import NO_WAY, radio_sentence, turn_by_turn
from geo_server.routing.legs import build_legs
from geo_server.routing.refuges import inner_place, with_destinations
from geo_server.routing.request import PlanRequest, assumptions, check_request, parameters_hash, seen_s, used_speed
from geo_server.routing.threats import locate
from geo_server.routing.trails import Network, Trail, build_network, find_trail, follow
from geo_server.routing.visibility import Floats, Vertex
from geo_server.routing.zones import ZoneWays


@dataclass(frozen=True)
class Fields:
    """What all zones' routes are read from, as lists by node: see :mod:`geo_server.routing.fields`."""

    network: Network
    sinks: list[bool]
    arrivals: list[float]
    distances: list[float]
    following: list[int]
    slack: list[float]
    latest: list[float]


@dataclass(frozen=True)
class Ends:
    """Fields and trees to all ends of ways, and to those that stay good whatever a threat does later. Of exits that is all.

    Args:
        fields: To all ends that are open.
        held: To those of them that hold.
        trees: To each open end by itself.
        held_trees: To each that holds.
        unclosed: To each as if nothing were closed.
    """

    fields: Fields
    held: Fields
    trees: ExitTrees
    held_trees: ExitTrees
    unclosed: ExitTrees


@dataclass(frozen=True, slots=True)
class Chosen:
    """The way out of one zone: how good, and by which trail."""

    status: RouteStatus
    trail: Trail | None


def plan(compiled: CompiledFloorplan, request: PlanRequest) -> EvacuationPlan:
    """The ways out of all zones.

    Args:
        compiled: The floorplan.
        request: Threats, closures, people, and the moment.

    Raises:
        InvalidInput: A threat that is nowhere, an unknown closure, or a figure that is not one.
    """
    check_request(compiled, request)
    compiled = with_destinations(compiled, request.to, threatened=bool(request.threats))
    located = [locate(compiled, threat) for threat in sorted(request.threats, key=lambda threat: str(threat.id))]
    threats = [(one, seen_s(request, one.threat), used_speed(request, one.threat)) for one in located]
    network = build_network(compiled, request.profile, request.closures)
    arrivals = threat_arrivals(compiled, threats)
    ends = build_ends(network, arrivals.nodes, request)
    routes = tuple(
        _route(ends, ways, request) for ways in compiled.zones.values() if not _is_out_already(compiled, ways)
    )
    stated = assumptions(compiled, request, located)
    return EvacuationPlan(
        made_for_at=request.now,
        assumptions=stated,
        parameters_hash=parameters_hash(stated, request),
        routes=routes,
        reach=reach_areas(compiled, threats, arrivals),
        to=request.to,
    )


def build_ends(network: Network, arrivals: Floats, request: PlanRequest) -> Ends:
    """The fields and trees of a network against given arrivals of the threat."""
    fields = build_fields(network, arrivals, request.margin_s)
    trees = build_exit_trees(network)
    unclosed = build_exit_trees(build_network(network.compiled, request.profile)) if request.closures else trees
    holding = network.sinks & (network.compiled.held | np.isinf(arrivals))
    if (holding == network.sinks).all():
        return Ends(fields, fields, trees, trees, unclosed)
    held = replace(network, sinks=holding, trails={})
    return Ends(fields, build_fields(held, arrivals, request.margin_s), trees, build_exit_trees(held), unclosed)


def build_fields(network: Network, arrivals: Floats, margin_s: float) -> Fields:
    """The fields of a network against given arrivals of the threat."""
    latest = latest_departures(network.compiled, network.pair_s, arrivals - margin_s, network.sinks)
    return Fields(
        network=network,
        sinks=network.sinks.tolist(),
        arrivals=arrivals.tolist(),
        distances=network.distances.tolist(),
        following=network.following.tolist(),
        slack=slacks(network.distances, network.following, arrivals).tolist(),
        latest=latest.tolist(),
    )


def choose(fields: Fields, ways: ZoneWays, reaction_s: float, margin_s: float) -> Chosen:
    """The way out of a zone: its shortest if that is safe, else the shortest safe one, else the largest margin."""
    starts = [
        start
        for start in fields.network.starts[ways.zone_id]
        if isfinite(fields.distances[start.node]) and isfinite(start.seconds)
    ]
    if not starts:
        return Chosen(RouteStatus.UNREACHABLE, None)
    nearest = min(starts, key=lambda start: (start.seconds + fields.distances[start.node], start.node))
    if reaction_s <= fields.slack[nearest.node] - nearest.latest_s - margin_s + EPSILON_S:
        trail = find_trail(fields.network, ways.zone_id, follow(fields.following, nearest.node))
        return Chosen(RouteStatus.SAFE_SHORTEST, trail)
    latest = max(fields.latest[start.node] - start.latest_s for start in starts)
    safe = reaction_s <= latest + EPSILON_S
    leave_s = reaction_s if safe else latest
    nodes = shortest_in_time(
        fields.network.compiled,
        fields.network.pair_seconds,
        [(start.node, leave_s + start.latest_s) for start in starts],
        latest=fields.latest,
        distances=fields.distances,
        sinks=fields.sinks,
    )
    trail = find_trail(fields.network, ways.zone_id, nodes)
    return Chosen(RouteStatus.SAFE_DETOUR if safe else RouteStatus.NO_GUARANTEED_ROUTE, trail)


def choose_end(ends: Ends, ways: ZoneWays, reaction_s: float, margin_s: float) -> Chosen:
    """The way out of a zone, as :func:`choose` has it; but safe only if what it leads to holds."""
    chosen = choose(ends.fields, ways, reaction_s, margin_s)
    if chosen.status not in SAFE or chosen.trail is None or ends.held.sinks[chosen.trail.exit]:
        return chosen
    other = choose(ends.held, ways, reaction_s, margin_s)
    if other.status in SAFE:
        return Chosen(RouteStatus.SAFE_DETOUR, other.trail)
    return Chosen(RouteStatus.NO_GUARANTEED_ROUTE, chosen.trail)


def _is_out_already(compiled: CompiledFloorplan, ways: ZoneWays) -> bool:
    """Whether who is in a zone is outside: a yard with an exit on it. Such a zone needs no way out."""
    return ways.zone.category is ZoneCategory.OUTDOOR and bool(compiled.exits[compiled.zone_nodes[ways.zone_id]].any())


def _route(ends: Ends, ways: ZoneWays, request: PlanRequest) -> Route:
    compiled, zone = ends.fields.network.compiled, ways.zone
    chosen = choose_end(ends, ways, request.reaction_s, request.margin_s)
    trail, arrivals = chosen.trail, ends.fields.arrivals
    avoided = explain_avoided(
        ends.trees,
        ends.unclosed,
        ways,
        trail,
        held=ends.held.sinks,
        arrivals=arrivals,
        reaction_s=request.reaction_s,
        margin_s=request.margin_s,
    )
    if trail is None:
        return Route(
            zone.id,
            zone.level_id,
            chosen.status,
            inner_place(ways),
            avoided=avoided,
            instructions=(NO_WAY[request.to],),
            radio=radio_sentence(compiled, zone, chosen.status, None, to=request.to),
        )
    slack, worst = trail.slack(arrivals)
    margin_s, latest_s = _margins(slack, request)
    latest_s = latest_s if ends.held.sinks[trail.exit] else None
    return Route(
        zone.id,
        zone.level_id,
        chosen.status,
        trail.walk.line[0],
        Advice.STAY if chosen.status is RouteStatus.NO_GUARANTEED_ROUTE else Advice.GO,
        compiled.subjects[trail.exit],
        trail.metres,
        trail.seconds,
        margin_s,
        _where(compiled, worst) if margin_s is not None else None,
        latest_s,
        build_legs(trail),
        avoided,
        find_alternatives(ends.held_trees, ways, trail, arrivals, request.reaction_s),
        turn_by_turn(trail),
        radio_sentence(compiled, zone, chosen.status, trail, to=request.to, margin_s=margin_s, latest_s=latest_s),
        trail.spread_s,
    )


def _margins(slack: float, request: PlanRequest) -> tuple[float | None, float | None]:
    """Margin and latest departure of a route, each None where no threat limits it or no departure is safe."""
    if slack == inf:
        return None, None
    latest = slack - request.margin_s
    return slack - request.reaction_s, latest if latest >= 0 else None


def _where(compiled: CompiledFloorplan, node: int) -> tuple[Vertex, UUID]:
    found = compiled.graph.nodes[compiled.nodes[node]]
    return (found["x"], found["y"]), UUID(found["level_id"])
