"""What closures and threats would do, without an incident: who loses the way out, who depends on one door, who needs longest,
and where people are counted, what each exit has to let through.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil, inf
from uuid import UUID

import numpy as np

from geo_server.domain.accountability import OCCUPIED
from geo_server.domain.places import Floorplan
from geo_server.domain.routes import Egress, EvacuationPlan, Route, RouteStatus
from geo_server.domain.what_if import Choke, Outlook, Subject, WhatIf
from geo_server.domain.wording import counted
from geo_server.routing.choices import ExitTrees
from geo_server.routing.chokes import Chokes, find_chokes
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.names import end_words, subject_words, zone_words
from geo_server.routing.network import Network, build_network
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest

TOLD = 5
"""Zones and chokes that are named in one sentence; the rest are counted."""

LONGER_S = 1.0
"""Less than this is no longer way."""

WORST_FIRST = (
    RouteStatus.UNREACHABLE,
    RouteStatus.NO_GUARANTEED_ROUTE,
    RouteStatus.SAFE_DETOUR,
    RouteStatus.SAFE_SHORTEST,
)


def what_if(compiled: CompiledFloorplan, request: PlanRequest) -> WhatIf:
    """The ways out of all zones with some closures and threats, what they lead through, and what is worst.

    Args:
        compiled: The floorplan.
        request: As for a plan.

    Raises:
        InvalidInput: As for a plan.
    """
    made = plan(compiled, request)
    usual = plan(compiled, replace(request, threats=(), closures=()))
    network = build_network(compiled, request.profile, request.closures)
    found = find_chokes(network)
    outlooks, chokes = _outlooks(network, made, usual, found), _chokes(compiled.floorplan, made, found)
    words = (*_words(compiled.floorplan, outlooks, chokes), *_on_people(compiled.floorplan, made.egress, usual.egress))
    return WhatIf(made, outlooks, chokes, words, None if usual.egress is None else usual.egress.clearance_s)


def _outlooks(network: Network, made: EvacuationPlan, usual: EvacuationPlan, found: Chokes) -> tuple[Outlook, ...]:
    before = {route.zone_id: route.time_s for route in usual.routes}
    floorplan, trees = network.compiled.floorplan, ExitTrees(network)
    outlooks = []
    for route in made.routes:
        chain = found.passed.get(route.zone_id)
        chokes = tuple(choke for choke in chain or () if choke not in floorplan.zone_by_id)
        ways = 0 if chain is None else 1 if chokes else 2
        exits = int(np.isfinite(trees.seconds(network.compiled.zones[route.zone_id])).sum())
        outlooks.append(
            Outlook(
                route,
                before[route.zone_id],
                ways,
                chokes,
                found.doors[route.zone_id],
                exits if len(trees.exits) or not network.sinks.any() else None,
            )
        )
    return tuple(sorted(outlooks, key=_how_bad))


def _how_bad(outlook: Outlook) -> tuple[int, float, str]:
    """Sorts the worst first: by status, and in a status by margin where there is none guaranteed, else by time."""
    route = outlook.route
    rank = WORST_FIRST.index(route.status)
    if route.status is RouteStatus.NO_GUARANTEED_ROUTE:
        return rank, inf if route.margin_s is None else route.margin_s, str(route.zone_id)
    return rank, -(route.time_s or 0.0), str(route.zone_id)


def _chokes(floorplan: Floorplan, made: EvacuationPlan, found: Chokes) -> tuple[Choke, ...]:
    """Those that leave zones of the plan without a way out."""
    planned = {route.zone_id for route in made.routes}
    chokes = []
    for subject_id, zone_ids in found.cut_off.items():
        left = tuple(zone_id for zone_id in zone_ids if zone_id in planned)
        if left:
            name = subject_words(floorplan, subject_id)
            chokes.append(Choke(_subject(floorplan, subject_id), subject_id, left, name))
    return tuple(sorted(chokes, key=lambda choke: (-len(choke.zone_ids), str(choke.subject_id))))


def _subject(floorplan: Floorplan, subject_id: UUID) -> Subject:
    if subject_id in floorplan.opening_by_id:
        return Subject.OPENING
    return Subject.TRANSITION if subject_id in floorplan.transition_by_id else Subject.ZONE


def _words(floorplan: Floorplan, outlooks: Sequence[Outlook], chokes: Sequence[Choke]) -> tuple[str, ...]:
    """Sentences on the zones where people stay; corridors and stairs would only repeat them."""
    stay = [o for o in outlooks if floorplan.zone_by_id[o.zone_id].category in OCCUPIED]
    return tuple(
        sentence
        for sentence in (
            _on_ways(floorplan, stay),
            _on_guarantee(floorplan, stay),
            _on_change(floorplan, stay),
            _on_exits(floorplan, stay),
            _on_dependence(floorplan, stay),
            *_on_chokes(floorplan, chokes, {o.zone_id for o in stay}),
            _on_longest(floorplan, stay),
        )
        if sentence
    )


def _on_ways(floorplan: Floorplan, stay: Sequence[Outlook]) -> str:
    without = [o for o in stay if o.route.status is RouteStatus.UNREACHABLE]
    if not stay:
        return "No zone is one where people stay."
    if not without:
        return f"{counted(len(stay), 'zone')} where people stay; each has a way out."
    return f"{counted(len(stay), 'zone')} where people stay; {_have(len(without))} no way out: {_named(floorplan, without)}."


def _on_guarantee(floorplan: Floorplan, stay: Sequence[Outlook]) -> str:
    without = [o for o in stay if o.route.status is RouteStatus.NO_GUARANTEED_ROUTE]
    if not without:
        return ""
    return f"{_of_zones(without)} no guaranteed way out: {_named(floorplan, without)}."


def _on_change(floorplan: Floorplan, stay: Sequence[Outlook]) -> str:
    lost = [o for o in stay if o.usual_time_s is not None and o.route.time_s is None]
    longer = [(_longer_s(o), o) for o in stay if _longer_s(o) >= LONGER_S]
    said = []
    if lost:
        said.append(f"{_of_zones(lost)} lost the way out there usually is: {_named(floorplan, lost)}.")
    if longer:
        most_s, worst = max(longer, key=lambda pair: (pair[0], str(pair[1].zone_id)))
        who = zone_words(floorplan.zone_by_id[worst.zone_id])
        need = "needs" if len(longer) == 1 else "need"
        said.append(f"{counted(len(longer), 'zone')} {need} longer than usual, {who} by {ceil(most_s)} s.")
    return " ".join(said)


def _longer_s(outlook: Outlook) -> float:
    now, usual = outlook.route.time_s, outlook.usual_time_s
    return now - usual if now is not None and usual is not None else 0.0


def _on_exits(floorplan: Floorplan, stay: Sequence[Outlook]) -> str:
    one = [o for o in stay if o.exits == 1]
    return f"{counted(len(one), 'zone')} can come to one exit only: {_named(floorplan, one)}." if one else ""


def _on_dependence(floorplan: Floorplan, stay: Sequence[Outlook]) -> str:
    one_door = [o for o in stay if o.independent_ways == 1 and not o.chokes_beyond]
    beyond = [o for o in stay if o.chokes_beyond]
    said = []
    if beyond:
        said.append(
            f"All ways out of {counted(len(beyond), 'zone')} lead through one door or staircase, a room's own only door "
            f"not counted: {_named(floorplan, beyond)}."
        )
    if one_door:
        said.append(f"{_of_zones(one_door)} one door only, and from there two independent ways out.")
    return " ".join(said)


def _on_chokes(floorplan: Floorplan, chokes: Sequence[Choke], stay: set[UUID]) -> list[str]:
    """The openings and transitions that cut off more than the room behind them, worst first."""
    said = []
    for choke in chokes:
        left = [zone_id for zone_id in choke.zone_ids if zone_id in stay]
        if choke.subject is not Subject.ZONE and len(left) > 1:
            names = _listed([zone_words(floorplan.zone_by_id[zone_id]) for zone_id in left])
            said.append(f"Without {choke.name}, {counted(len(left), 'zone')} would have no way out: {names}.")
    return said[:TOLD]


def _on_longest(floorplan: Floorplan, stay: Sequence[Outlook]) -> str:
    timed = sorted((-o.route.time_s, str(o.zone_id), o) for o in stay if o.route.time_s is not None)
    if not timed:
        return ""
    named = [f"{zone_words(floorplan.zone_by_id[o.zone_id])} {_far(o.route)}" for _, _, o in timed[:TOLD]]
    return f"Longest ways out: {', '.join(named)}."


def _on_people(floorplan: Floorplan, made: Egress | None, usual: Egress | None) -> list[str]:
    """When all are out and by which exits, where people are counted."""
    if made is None or not made.people:
        return []
    people = counted(made.people, "person")
    if made.clearance_s is None:
        return [f"None of {people} can get out."]
    longer_s = made.clearance_s - (usual.clearance_s if usual and usual.clearance_s is not None else inf)
    later = f", {ceil(longer_s)} s later than usual" if longer_s >= LONGER_S else ""
    stuck = f"; {made.without_way:,} of them have no way out" if made.without_way else ""
    loads = [
        f"{end_words(floorplan, load.exit_id)} {counted(load.people, 'person')}, clear after {ceil(load.clearance_s)} s"
        for load in made.exits[:TOLD]
    ]
    more = f"; and {len(made.exits) - TOLD} more" if len(made.exits) > TOLD else ""
    return [
        f"{people}: the last is out after {ceil(made.clearance_s)} s at the latest{later}{stuck}.",
        f"Exits, the last to be clear first: {'; '.join(loads)}{more}.",
    ]


def _far(route: Route) -> str:
    return f"{ceil(route.time_s or 0.0)} s ({ceil(route.distance_m or 0.0)} m)"


def _of_zones(outlooks: Sequence[Outlook]) -> str:
    return f"{counted(len(outlooks), 'zone')} {'has' if len(outlooks) == 1 else 'have'}"


def _have(count: int) -> str:
    return f"{count} has" if count == 1 else f"{count} have"


def _named(floorplan: Floorplan, outlooks: Iterable[Outlook]) -> str:
    return _listed([zone_words(floorplan.zone_by_id[o.zone_id]) for o in outlooks])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return f"{', '.join(sorted(names)[:TOLD])}{more}"
