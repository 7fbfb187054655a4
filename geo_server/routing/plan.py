"""The plan of all zones in one pass: where each goes, how far ahead of the threat, and until when it can leave.

The guarantee: a route is ``safe_*`` only if, at every node, the people's latest arrival plus the margin is no later than
the threat's earliest arrival. Between nodes it holds too, because the threat is given at least the people's speed.
A route starts at the place of its zone that is farthest from all doors. In a zone with several doors someone else may be
farther from the one that the route takes: ``spread_s`` says by how many seconds at most, and status, margin and latest
departure hold for them too.
Who cannot use stairs and has no way out without them is told the way to a shelter beside that: a refuge to wait in for help.
Of a plan to refuges it holds until people have locked themselves in, and where a refuge cannot be locked and a threat can
come to it at any time, no way there is safe. Formulation and proofs: ``docs/routing.md``.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import numpy as np

from geo_server.domain.places import ZoneCategory
from geo_server.domain.routes import SAFE, Advice, Destination, Egress, EvacuationPlan, Route, RouteStatus
from geo_server.routing.areas import reach_areas
from geo_server.routing.choices import explain_avoided, find_alternatives
from geo_server.routing.choosing import Chosen, Ends, Judgement, build_ends, choose_end
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.crowds import LONGER, Group, flows
from geo_server.routing.detours import Detours, SentRound, send_round
from geo_server.routing.egress import Crowd, account, place_people
from geo_server.routing.exposure import find_sight
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.instructions import NO_WAY, radio_sentence, turn_by_turn
from geo_server.routing.legs import build_legs
from geo_server.routing.locks import with_lock_faults
from geo_server.routing.onward import find_onward
from geo_server.routing.options import Options
from geo_server.routing.refuges import inner_place, meant_ends, with_destinations
from geo_server.routing.request import PlanRequest, assumptions, check_request, parameters_hash, seen_s, used_speed
from geo_server.routing.stability import keep
from geo_server.routing.threats import LocatedThreat, locate
from geo_server.routing.trails import Trail, build_network
from geo_server.routing.visibility import Vertex
from geo_server.routing.zones import ZoneWays


def plan(compiled: CompiledFloorplan, request: PlanRequest) -> EvacuationPlan:
    """The ways out of all zones.

    Args:
        compiled: The floorplan.
        request: Threats, closures, people, and the moment.

    Raises:
        InvalidInput: A threat that is nowhere, an unknown closure, or a figure that is not one.
    """
    check_request(compiled, request)
    compiled = with_lock_faults(compiled, request.propped, request.lock_broken)
    compiled, to = meant_ends(compiled, request.to, threatened=bool(request.threats))
    request = replace(request, to=to)
    located = [locate(compiled, threat) for threat in sorted(request.threats, key=lambda threat: str(threat.id))]
    threats = [(one, seen_s(request, one.threat), used_speed(request, one.threat)) for one in located]
    network = build_network(compiled, request.profile, request.closures)
    arrivals = threat_arrivals(compiled, threats)
    with ThreadPoolExecutor(1) as beside:  # most of the work on areas is done in C, while Python finds the routes
        reach = beside.submit(reach_areas, compiled, threats, arrivals)
        routes, egress, searched = _routes(compiled, request, located, build_ends(network, arrivals.nodes, request))
        routes, waits = _with_refuges(compiled, request, threats, routes)
    stated = {**assumptions(compiled, request, located, refuges=waits), **searched}
    return EvacuationPlan(
        made_for_at=request.now,
        assumptions=stated,
        parameters_hash=parameters_hash(stated, request),
        routes=routes,
        reach=reach.result(),
        to=request.to,
        egress=egress,
    )


def _with_refuges(
    compiled: CompiledFloorplan,
    request: PlanRequest,
    threats: Sequence[tuple[LocatedThreat, float, float]],
    routes: tuple[Route, ...],
) -> tuple[tuple[Route, ...], bool]:
    """Routes, of people without stairs those that lead nowhere with the way to a refuge; and whether there is such a way."""
    left = {route.zone_id for route in routes if route.status is RouteStatus.UNREACHABLE}
    shelters = any(zone.category is ZoneCategory.SHELTER for zone in compiled.floorplan.zones)
    if request.to is not Destination.EXITS or request.profile.takes_stairs or not (left and shelters):
        return routes, False
    compiled = with_destinations(compiled, Destination.SHELTER, threatened=bool(threats))
    asked = replace(request, to=Destination.SHELTER, people=None, previous=None, choices=False)
    network = build_network(compiled, request.profile, request.closures)
    ends = build_ends(network, threat_arrivals(compiled, threats).nodes, asked)
    found, *_ = _routes(compiled, asked, [one for one, _, _ in threats], ends, left)
    refuges = {route.zone_id: route for route in found if route.status is not RouteStatus.UNREACHABLE}
    return tuple(replace(r, refuge=refuges.get(r.zone_id)) for r in routes), bool(refuges)


def _routes(
    compiled: CompiledFloorplan,
    request: PlanRequest,
    located: Sequence[LocatedThreat],
    ends: Ends,
    only: AbstractSet[UUID] | None = None,
) -> tuple[tuple[Route, ...], Egress | None, dict[str, str]]:
    """The way of each zone; who leaves by which exit, where people were counted; and whether the search for ways was cut short."""
    judge = Judgement(ends, request)
    chosen = {
        ways.zone_id: keep(judge, ways.zone_id, choose_end(ends, ways, request.reaction_s, request.margin_s))
        for ways in compiled.zones.values()
        if (only is None or ways.zone_id in only)
        and (request.to is not Destination.EXITS or not _is_out_already(compiled, ways))
    }
    round_it = _crowd(judge, chosen) if request.people is not None else None
    crowd = round_it.crowd if round_it else None
    detours = Detours(judge, crowd) if crowd else None
    options = Options(judge, find_sight(compiled, located), detours) if request.choices else None
    routes = tuple(
        _route(judge, compiled.zones[zone_id], _in_crowd(judge, crowd, zone_id, one), crowd, options)
        for zone_id, one in chosen.items()
    )
    return routes, _egress(judge, crowd, chosen) if crowd else None, round_it.stated() if round_it else {}


def _is_out_already(compiled: CompiledFloorplan, ways: ZoneWays) -> bool:
    """Whether who is in a zone is outside: a yard with an exit on it. Such a zone needs no way out."""
    return ways.zone.category is ZoneCategory.OUTDOOR and bool(compiled.exits[compiled.zone_nodes[ways.zone_id]].any())


def _crowd(judge: Judgement, chosen: Mapping[UUID, Chosen]) -> SentRound:
    """The people that a request names, on the ways of their zones or on others that are as safe."""
    trees, zones = judge.ends.held_trees, judge.ends.fields.network.compiled.zones

    def options(group: Group) -> list[Trail]:
        # What a refuge has room for is not known, so nobody is sent past one.
        if chosen[group.zone_id].status not in SAFE or judge.request.to is not Destination.EXITS:
            return []
        ways = zones[group.zone_id]
        seconds, first = trees.seconds(ways)
        limit_s = LONGER * group.trail.latest_s
        trails = [trees.trail(ways, k, int(first[k])) for k in np.flatnonzero(seconds <= limit_s).tolist()]
        return [trail for trail in trails if trail.latest_s <= limit_s and judge.is_safe(trail)]

    trails = {zone_id: one.trail for zone_id, one in chosen.items() if one.trail is not None}
    flow = flows(judge.ends.fields.network.compiled.floorplan)
    placed = place_people(trails, judge.people, flow, options, judge.is_safe)
    return send_round(judge, placed, [zone_id for zone_id, one in chosen.items() if one.status in SAFE])


def _in_crowd(judge: Judgement, crowd: Crowd | None, zone_id: UUID, chosen: Chosen) -> Chosen:
    """What is chosen once people are in each other's way: safe only if every way of the zone's people is."""
    if crowd is None or chosen.trail is None:
        return chosen
    groups = crowd.of_zone[zone_id]
    if chosen.status in SAFE and not all(judge.is_safe(crowd.delayed(group.trail)) for group in groups):
        return Chosen(RouteStatus.NO_GUARANTEED_ROUTE, groups[0].trail)
    return chosen if groups[0].trail.nodes == chosen.trail.nodes else Chosen(RouteStatus.SAFE_DETOUR, groups[0].trail)


def _egress(judge: Judgement, crowd: Crowd, chosen: Mapping[UUID, Chosen]) -> Egress:
    network = judge.ends.fields.network

    def status_of(group: Group) -> RouteStatus:
        own = chosen[group.zone_id]
        is_own = own.trail is not None and group.trail.nodes == own.trail.nodes
        return own.status if is_own or own.status not in SAFE else RouteStatus.SAFE_DETOUR

    return account(
        crowd,
        judge.people,
        [network.compiled.subjects[node] for node in np.flatnonzero(network.sinks).tolist()],
        reaction_s=judge.request.reaction_s,
        status_of=status_of,
        margin_of=lambda trail: judge.margins(trail)[0],
        is_safe=judge.is_safe,
    )


def _route(judge: Judgement, ways: ZoneWays, chosen: Chosen, crowd: Crowd | None, options: Options | None) -> Route:
    ends, request = judge.ends, judge.request
    compiled, zone = ends.fields.network.compiled, ways.zone
    arrivals = ends.fields.arrivals
    timed = _same if crowd is None else crowd.delayed_if_taken
    avoided = explain_avoided(
        ends.trees,
        ends.unclosed,
        ways,
        chosen.trail,
        held=ends.held.sinks,
        kept=chosen.kept,
        arrivals=arrivals,
        reaction_s=request.reaction_s,
        margin_s=request.margin_s,
        timed=timed,
    )
    if chosen.trail is None:
        return Route(
            zone.id,
            zone.level_id,
            chosen.status,
            inner_place(ways),
            avoided=avoided,
            instructions=(NO_WAY[request.to],),
            radio=radio_sentence(compiled, zone, chosen.status, None, to=request.to),
        )
    trail = crowd.delayed(chosen.trail) if crowd else chosen.trail
    margin_s, latest_s = judge.margins(trail)
    onward = find_onward(judge, chosen.status, trail)
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
        _where(compiled, trail.slack(arrivals)[1]) if margin_s is not None else None,
        latest_s,
        build_legs(trail),
        avoided,
        find_alternatives(ends.held_trees, ways, trail, arrivals, reaction_s=request.reaction_s, timed=timed),
        (*turn_by_turn(trail.course), *([onward.words] if onward else ())),
        radio_sentence(
            compiled, zone, chosen.status, trail, to=request.to, margin_s=margin_s, latest_s=latest_s, onward=onward
        ),
        trail.spread_s,
        trail.queue_s,
        options.exposure_s(trail) if options else None,
        options.find(ways) if options else (),
        onward,
    )


def _same(trail: Trail) -> Trail:
    """A way as it is: nobody waits anywhere."""
    return trail


def _where(compiled: CompiledFloorplan, node: int) -> tuple[Vertex, UUID]:
    found = compiled.graph.nodes[compiled.nodes[node]]
    return (found["x"], found["y"]), UUID(found["level_id"])
