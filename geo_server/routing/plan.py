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
from dataclasses import replace
from functools import partial
from uuid import UUID

import numpy as np

from geo_server.domain.places import ZoneCategory
from geo_server.domain.routes import SAFE, Destination, Egress, EvacuationPlan, Route, RouteStatus
from geo_server.routing.anchors import anchored
from geo_server.routing.choosing import Chosen, Ends, Judgement, build_ends, choose_end
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.crowds import Group
from geo_server.routing.detours import Detours, SentRound, send_round
from geo_server.routing.egress import Crowd, account, place_people
from geo_server.routing.exposure import find_sight
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.locks import with_lock_faults
from geo_server.routing.network import build_network
from geo_server.routing.options import Options
from geo_server.routing.reach import find_reach
from geo_server.routing.refuges import meant_ends, with_destinations
from geo_server.routing.request import (
    REFUGES,
    PlanRequest,
    assumptions,
    check_request,
    parameters_hash,
    timed_threats,
)
from geo_server.routing.spreading import LONGER, Other
from geo_server.routing.stability import keep
from geo_server.routing.telling import Telling
from geo_server.routing.threats import LocatedThreat
from geo_server.routing.trails import Trail
from geo_server.routing.way_table import tabulate_shortest
from geo_server.routing.zones import ZoneWays


def plan(compiled: CompiledFloorplan, request: PlanRequest) -> EvacuationPlan:
    """The ways out of all zones, or that from one place, and where the threats can be.

    Args:
        compiled: The floorplan.
        request: Threats, closures, people, and the moment.

    Raises:
        InvalidInput: A threat or a start that is nowhere, an unknown closure, or a figure that is not one.
    """
    return replace(plan_ways(compiled, request), reach=find_reach(compiled, request))


def plan_ways(compiled: CompiledFloorplan, request: PlanRequest) -> EvacuationPlan:
    """:func:`plan` without the areas where the threats can be, which are most of the work and which no way rests on.

    Args:
        compiled: The floorplan.
        request: Threats, closures, people, and the moment.

    Raises:
        InvalidInput: A threat or a start that is nowhere, an unknown closure, or a figure that is not one.
    """
    check_request(compiled, request)
    compiled = with_lock_faults(compiled, request.propped, request.lock_broken)
    compiled, to = meant_ends(compiled, request.to, request.profile, request.closures, threatened=bool(request.threats))
    request = replace(request, to=to)
    only: set[UUID] | None = None
    if request.start is not None:
        compiled, zone_id = anchored(compiled, request.start)
        only = {zone_id}
    threats = timed_threats(compiled, request)
    located = [one for one, _, _ in threats]
    network = build_network(compiled, request.profile, request.closures)
    ends = build_ends(network, threat_arrivals(compiled, threats).nodes, request)
    routes, egress, searched = _routes(compiled, request, located, ends, only)
    routes, waits = _with_refuges(compiled, request, threats, routes)
    stated = {**assumptions(compiled, request, located, refuges=waits), **searched}
    return EvacuationPlan(
        made_for_at=request.now,
        assumptions=stated,
        parameters_hash=parameters_hash(stated, request),
        routes=routes,
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
    routes = Telling(judge, crowd, options).routes(
        {zone_id: _in_crowd(judge, crowd, zone_id, one) for zone_id, one in chosen.items()}
    )
    return routes, _egress(judge, crowd, chosen) if crowd else None, round_it.stated() if round_it else {}


def _is_out_already(compiled: CompiledFloorplan, ways: ZoneWays) -> bool:
    """Whether who is in a zone is outside: a yard with an exit on it. Such a zone needs no way out."""
    return ways.zone.category is ZoneCategory.OUTDOOR and bool(compiled.exits[compiled.zone_nodes[ways.zone_id]].any())


def _crowd(judge: Judgement, chosen: Mapping[UUID, Chosen]) -> SentRound:
    """The people that a request names, on the ways of their zones or on others that are as safe."""
    compiled = judge.ends.fields.network.compiled
    trails = {zone_id: one.trail for zone_id, one in chosen.items() if one.trail is not None}
    safe = [zone_id for zone_id, one in chosen.items() if one.status in SAFE]
    # What a refuge has room for is not known, so nobody is sent past one.
    may = [] if judge.request.to in REFUGES else safe
    others = _others(judge, {zone_id: trails[zone_id] for zone_id in may if judge.people.get(zone_id)})
    return send_round(judge, place_people(compiled, trails, judge.people, others, judge.are_safe), safe)


def _others(judge: Judgement, trails: Mapping[UUID, Trail]) -> dict[UUID, list[Other]]:
    """Other ways of zones that are little longer than theirs, and as safe."""
    trees = judge.ends.held_trees
    zones, numbers = trees.network.compiled.zones, trees.network.compiled.all_zones.numbers
    positions = np.array([numbers[zone_id] for zone_id in trails], dtype=np.int64)
    longest_s = np.array([LONGER * trail.latest_s for trail in trails.values()])
    exits = np.array([trail.exit for trail in trails.values()], dtype=np.int64)
    near = (trees.all_seconds[positions] <= longest_s[:, None]) & (trees.exits != exits[:, None])
    rows, ends = np.nonzero(near)
    table = tabulate_shortest(trees.network, positions[rows], ends)
    soon = table.seconds + table.spread_s <= longest_s[rows]
    safe = np.flatnonzero(soon & judge.are_safe(table)).tolist()
    found: dict[UUID, list[Other]] = {}
    zone_ids = list(trails)
    for row in safe:
        ways = zones[zone_ids[rows[row]]]
        trail = partial(trees.trail, ways, int(ends[row]))
        to_point = judge.request.to is Destination.ASSEMBLY_POINTS
        way_out = trail().way_out if to_point else int(table.exits[row])
        found.setdefault(ways.zone_id, []).append(Other(way_out, float(table.seconds[row]), trail))
    return found


def _in_crowd(judge: Judgement, crowd: Crowd | None, zone_id: UUID, chosen: Chosen) -> Chosen:
    """What is chosen once people are in each other's way: safe only if every way of the zone's people is."""
    if crowd is None or chosen.trail is None:
        return chosen
    groups = crowd.of_zone[zone_id]
    first = crowd.groups[groups[0]].trail
    if chosen.status in SAFE and not all(judge.is_safe(crowd.trails[position]) for position in groups):
        return Chosen(RouteStatus.NO_GUARANTEED_ROUTE, first)
    return chosen if first.nodes == chosen.trail.nodes else Chosen(RouteStatus.SAFE_DETOUR, first)


def _egress(judge: Judgement, crowd: Crowd, chosen: Mapping[UUID, Chosen]) -> Egress:
    network = judge.ends.fields.network

    def status_of(group: Group) -> RouteStatus:
        own = chosen[group.zone_id]
        is_own = own.trail is not None and group.trail.nodes == own.trail.nodes
        return own.status if is_own or own.status not in SAFE else RouteStatus.SAFE_DETOUR

    return account(
        crowd,
        judge.people,
        np.flatnonzero(network.sinks).tolist(),
        reaction_s=judge.request.reaction_s,
        status_of=status_of,
        slack=crowd.late.slack(np.asarray(judge.ends.fields.arrivals)),
        are_safe=judge.are_safe,
    )
