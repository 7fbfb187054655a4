"""A floorplan as a networkx graph: door to door, so that any answer can be checked with networkx alone.

Nodes (strings; one for each opening, a foot and a head for each transition, and one for each assembly point that people can
walk to):
    ``opening:<id>``  ``foot:<id>``  ``head:<id>``  ``assembly_point:<id>``
    kind: ``opening``, ``foot``, ``head`` or ``assembly_point``
    subject_id: id of the opening, transition or assembly point, as text
    level_id, ordinal, x, y: where it is, in metres of the floorplan's frame, on its level
    exit: it leads out of the building        outside: its other side, or its own zone, is in the open
    number: exterior door number, or ``""``   lock_delay_s: seconds that its rated lock holds a threat

Edges (directed; the key is the id of the zone or transition that they go through, or ``outdoors``):
    kind: ``walk``, ``stairs_up``, ``stairs_down``, ``ramp``, ``elevator`` or ``outdoors``
    occupant_m: metres for people, an upper bound: door centre to door centre, with clearance where that fits;
        infinite where people are not sent: elevators, ways that contradict themselves, and in the open but for ways from exits to
        assembly points
    threat_m: metres for a threat, a lower bound: nearest points of the two doors, no clearance
    threat_s: seconds that a threat needs beside that: the lock of the door it comes through, an elevator's ride
    clear: the walk keeps its clearance
    line: vertices of the walk, both ends included; empty where people are not sent

A rated lock holds a threat that comes in from the open, or from a corridor or staircase into a room: there it surely faces it.
Never one that goes out of a room or a building, because doors open that way freely; nor one between two rooms or two corridors,
or where a zone is of no category, because nobody says which side its lock is on.

A floorplan does not say all that lies in the open between two doors, so a threat is taken to walk there in a straight line.
People are sent round buildings and fences there (:mod:`geo_server.routing.assembly_points`). No edge leaves an assembly point.
"""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import permutations
from typing import Any
from uuid import UUID

import networkx as nx
from shapely import LineString, Point

from geo_server.domain.places import Floorplan, Opening, Transition, TransitionCategory, Zone, ZoneCategory
from geo_server.routing.assembly_points import Spot, find_spots
from geo_server.routing.faults import check_floorplan
from geo_server.routing.flags import find_flags
from geo_server.routing.flights import drawn_m, flight_kind, foot, head, is_known_to_rise
from geo_server.routing.grounds import ground_line, line_on
from geo_server.routing.nodes import NodeKind, assembly_node, node_name, opening_node, read_node
from geo_server.routing.safe_side import take_safely
from geo_server.routing.zones import Terminal, ZoneWays, build_zone_ways

ELEVATOR_MPS = 2.5
"""A fast elevator of a low building. A threat finds it waiting with its doors open."""

CIRCULATION = frozenset({ZoneCategory.CORRIDOR, ZoneCategory.STAIRS, ZoneCategory.RAMP, ZoneCategory.ELEVATOR})
"""Zones that people leave rooms into."""

LEAST_M = 0.01
"""What two terminals on one spot count for people, so that no way is free and every route has an end."""


@dataclass(frozen=True)
class Ways:
    """A floorplan joined up.

    Args:
        graph: The networkx graph.
        zones: What routing knows of each zone, by id.
        flags: Sentences on what could not be used, for the assumptions of a plan.
        lock_flags: Those on locks that were found broken: they name rooms, and are not for everybody.
    """

    graph: nx.MultiDiGraph
    zones: dict[UUID, ZoneWays]
    flags: tuple[str, ...]
    lock_flags: tuple[str, ...] = ()


def build_graph(floorplan: Floorplan) -> nx.MultiDiGraph:
    """The graph of a floorplan (see the module's description).

    Raises:
        InvalidInput: Nothing can be planned with the floorplan.
    """
    return join_ways(floorplan).graph


def join_ways(floorplan: Floorplan) -> Ways:
    """The graph of a floorplan with the geometry it was made from.

    Raises:
        InvalidInput: Nothing can be planned with the floorplan.
    """
    check_floorplan(floorplan)
    planned = take_safely(floorplan)
    floorplan, unusable = planned.floorplan, planned.unusable
    graph = nx.MultiDiGraph()
    for opening in sorted(floorplan.openings, key=lambda o: str(o.id)):
        _add_opening(graph, floorplan, opening)
    transitions = sorted(floorplan.transitions, key=lambda t: str(t.id))
    for transition in transitions:
        _add_transition(graph, floorplan, transition, usable=transition.id not in unusable)
    spots, unreached = find_spots(floorplan)
    for spot in spots:
        _add_spot(graph, floorplan, spot)
    zones = _join_zones(floorplan, spots, unusable)
    for ways in zones.values():
        _add_walks(graph, ways)
    _add_outdoors(graph, floorplan, spots)
    return Ways(graph, zones, (*planned.flags, *find_flags(planned, zones), *unreached))


def _add_opening(graph: nx.MultiDiGraph, floorplan: Floorplan, opening: Opening) -> None:
    centre = opening.line.interpolate(0.5, normalized=True)
    graph.add_node(
        opening_node(opening.id),
        kind=NodeKind.OPENING.value,
        subject_id=str(opening.id),
        level_id=str(opening.level_id),
        ordinal=floorplan.ordinal(opening.level_id),
        x=centre.x,
        y=centre.y,
        exit=opening.exit,
        outside=_is_outside(floorplan, opening),
        number=opening.number or "",
        lock_delay_s=float(opening.lock_delay_s),
    )


def _add_spot(graph: nx.MultiDiGraph, floorplan: Floorplan, spot: Spot) -> None:
    graph.add_node(
        assembly_node(spot.point.id),
        kind=NodeKind.ASSEMBLY_POINT.value,
        subject_id=str(spot.point.id),
        level_id=str(spot.level_id),
        ordinal=floorplan.ordinal(spot.level_id),
        x=spot.place.x,
        y=spot.place.y,
        exit=False,
        outside=True,
        number="",
        lock_delay_s=0.0,
    )


def _is_outside(floorplan: Floorplan, opening: Opening) -> bool:
    return opening.exit or not all(floorplan.is_indoors(zone_id) for zone_id in opening.zones)


def _add_transition(graph: nx.MultiDiGraph, floorplan: Floorplan, transition: Transition, *, usable: bool) -> None:
    ends = (
        (NodeKind.FOOT, foot(transition), transition.zones[0]),
        (NodeKind.HEAD, head(transition), transition.zones[1]),
    )
    for kind, point, zone_id in ends:
        zone = floorplan.zone_by_id[zone_id]
        graph.add_node(
            node_name(kind, transition.id),
            kind=kind.value,
            subject_id=str(transition.id),
            level_id=str(zone.level_id),
            ordinal=floorplan.ordinal(zone.level_id),
            x=point.x,
            y=point.y,
            exit=False,
            outside=zone.category is ZoneCategory.OUTDOOR,
            number="",
            lock_delay_s=0.0,
        )
    rides = transition.category is TransitionCategory.ELEVATOR
    for tail, head_, up in ((NodeKind.FOOT, NodeKind.HEAD, True), (NodeKind.HEAD, NodeKind.FOOT, False)):
        graph.add_edge(
            node_name(tail, transition.id),
            node_name(head_, transition.id),
            key=str(transition.id),
            kind=flight_kind(transition, up=up or not is_known_to_rise(floorplan, transition)),
            occupant_m=float("inf")
            if rides or not usable
            else max(transition.length_m, drawn_m(floorplan, transition), LEAST_M),
            threat_m=0.0 if rides else transition.length_m,
            threat_s=transition.length_m / ELEVATOR_MPS if rides else 0.0,
            clear=True,
            line=(),
        )


def _join_zones(floorplan: Floorplan, spots: Sequence[Spot], unusable: Set[UUID]) -> dict[UUID, ZoneWays]:
    terminals: dict[UUID, list[Terminal]] = defaultdict(list)
    for opening in floorplan.openings:
        for zone_id in {z for z in opening.zones if z is not None}:
            zone, node = floorplan.zone_by_id[zone_id], opening_node(opening.id)
            lock_s = _lock_delay(floorplan, zone, opening)
            line = line_on(floorplan, opening, zone.level_id)
            terminals[zone_id].append(Terminal(node, line, lock_s, usable=opening.id not in unusable))
    for transition in floorplan.transitions:
        ends = ((NodeKind.FOOT, foot(transition)), (NodeKind.HEAD, head(transition)))
        for (kind, place), zone_id in zip(ends, transition.zones, strict=True):
            node = node_name(kind, transition.id)
            terminals[zone_id].append(Terminal(node, place, usable=transition.id not in unusable))
    for spot in spots:
        if spot.yard_id is not None:
            terminals[spot.yard_id].append(Terminal(assembly_node(spot.point.id), spot.place))
    return {
        zone.id: build_zone_ways(zone, sorted(terminals[zone.id], key=lambda terminal: terminal.node))
        for zone in sorted(floorplan.zones, key=lambda zone: str(zone.id))
    }


def _lock_delay(floorplan: Floorplan, zone: Zone, opening: Opening) -> float:
    """Seconds that an opening holds a threat that comes through it into a zone: only where its lock surely faces it."""
    others = [floorplan.zone_by_id[z].category if z else ZoneCategory.OUTDOOR for z in opening.zones if z != zone.id]
    faces_it = any(min(_openness(other)) > max(_openness(zone.category)) for other in others)
    return float(opening.lock_delay_s) if faces_it else 0.0


def _openness(category: ZoneCategory) -> tuple[int, ...]:
    """How open a zone may be to whoever comes: a room 0, a way between rooms 1, the open 2."""
    if category is ZoneCategory.OUTDOOR:
        return (2,)
    if category is ZoneCategory.UNSPECIFIED:
        return (0, 1)
    return (1,) if category in CIRCULATION else (0,)


def _add_walks(graph: nx.MultiDiGraph, ways: ZoneWays) -> None:
    leads_on = [not _is_assembly(node) for node in ways.nodes]
    for i, j in permutations(range(len(ways.nodes)), 2):
        walk = ways.walks.get((i, j))
        threat_m = float(ways.threat_m[i, j])
        if (walk is None and threat_m == float("inf")) or not leads_on[i]:
            continue
        graph.add_edge(
            ways.nodes[i],
            ways.nodes[j],
            key=str(ways.zone_id),
            kind="walk",
            occupant_m=max(walk.metres, LEAST_M) if walk else float("inf"),
            threat_m=threat_m,
            threat_s=ways.lock_s[i],
            clear=walk.clear if walk else False,
            line=walk.line if walk else (),
        )


def _is_assembly(node: str) -> bool:
    return read_node(node)[0] is NodeKind.ASSEMBLY_POINT


def _add_outdoors(graph: nx.MultiDiGraph, floorplan: Floorplan, spots: Sequence[Spot]) -> None:
    """Ways in the open: of a threat as straight lines over the ground, of people from exits to assembly points."""
    walks = {(opening_node(door), assembly_node(s.point.id)): walk for s in spots for door, walk in s.walks.items()}
    for (tail, place), (head_, other) in permutations(ground_places(graph, floorplan).items(), 2):
        if _is_assembly(tail):
            continue
        walk = walks.get((tail, head_))
        graph.add_edge(
            tail,
            head_,
            key="outdoors",
            kind="outdoors",
            occupant_m=max(walk.metres, LEAST_M) if walk else float("inf"),
            threat_m=place.distance(other),
            threat_s=0.0,
            clear=walk is not None,
            line=walk.line if walk else (),
        )


def ground_places(graph: nx.MultiDiGraph, floorplan: Floorplan) -> dict[str, LineString | Point]:
    """Where the open is entered and left, by node: doors to it, and feet and heads of stairs in yards.

    Assembly points are among them. Each has its level laid over the other levels of its building.
    """
    return {node: _laid(floorplan, node, told) for node, told in sorted(graph.nodes(data=True)) if told["outside"]}


def _laid(floorplan: Floorplan, node: str, told: dict[str, Any]) -> LineString | Point:
    kind, subject_id = read_node(node)
    if kind is NodeKind.OPENING:
        return ground_line(floorplan, floorplan.opening_by_id[subject_id])
    east, north = floorplan.level_by_id[UUID(told["level_id"])].shift_m
    return Point(told["x"] + east, told["y"] + north)
