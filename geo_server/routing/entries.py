"""Ways in for responders: by which outside door to a zone, from where they stand, past the threat or ahead of it.

The same graph, fields and proofs as for ways out, turned round: ways start at the outside doors, after the walk over open
ground, and end at the first door of the zone. Whoever is at that door before any threat has met none on the way, outside
either: a threat walks straight over open ground, and nobody's way there is shorter.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from uuid import UUID

import numpy as np
from shapely import Point

from geo_server.domain.entries import Entries, Entry, EntryMode
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Opening, OpeningCategory, Zone, ZoneCategory
from geo_server.domain.routes import Leg
from geo_server.routing.choosing import Fields, build_fields, choose_nodes
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.courses import build_course
from geo_server.routing.exposure import Sight, find_sight
from geo_server.routing.fields import EPSILON_S, threat_arrivals
from geo_server.routing.grounds import ground_line
from geo_server.routing.instructions import way_in
from geo_server.routing.legs import build_legs
from geo_server.routing.locks import with_lock_faults
from geo_server.routing.names import zone_words
from geo_server.routing.network import Network, build_network
from geo_server.routing.nodes import opening_node
from geo_server.routing.request import PlanRequest, assumptions, check_request, seen_s, used_speed
from geo_server.routing.starts import Start
from geo_server.routing.threats import locate
from geo_server.routing.trails import Trail, follow, timed_trail
from geo_server.routing.walks import Walk

SIDES = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")

EMERGENCY = OpeningCategory.EMERGENCY_EXIT
OVER_GROUND = (
    "open ground is walked straight and round buildings, walls in the open and the fences of yards, which are entered by their "
    "openings; cars and slopes are not known"
)
STEP_M = 0.6
"""To tell the inner side of a door from the outer."""


@dataclass(frozen=True, eq=False)
class WaysIn:
    """What the ways into a zone are read from.

    Args:
        fields: Of the network whose ends are the zone's doors.
        sight: What threats see; None when nobody can tell.
        start: Where people set out; None when nobody said.
    """

    fields: Fields
    sight: Sight | None
    request: PlanRequest
    zone: Zone
    mode: EntryMode
    start: Point | None

    @property
    def compiled(self) -> CompiledFloorplan:
        """The floorplan."""
        return self.fields.network.compiled

    @cached_property
    def doors(self) -> list[Opening]:
        """The outside doors by which the zone can be come to, in the order of their ids."""
        network = self.fields.network
        return [
            opening
            for opening in outside_doors(self.compiled)
            if not network.shut[node := self.compiled.index[opening_node(opening.id)]]
            and math.isfinite(self.fields.distances[node])
        ]

    def find(self) -> Iterator[Entry]:
        """A way by each outside door that can be walked to."""
        ground, places = self.compiled.ground_around, [_middle(self.compiled, door) for door in self.doors]
        if self.start is None:
            # Nobody comes from outside into a courtyard that is closed all round.
            walks = [
                _no_walk(self.compiled, door) if ground.is_come_to(place) else None
                for door, place in zip(self.doors, places, strict=True)
            ]
        else:
            (walks,) = ground.walks([self.start], places)
        for door, walk in zip(self.doors, walks, strict=True):
            if walk is not None:
                yield self._entry(door, walk)

    def _entry(self, door: Opening, walk: Walk) -> Entry:
        compiled, request = self.compiled, self.request
        trail = self._trail(door, walk)
        slack, _ = trail.slack(self.fields.arrivals)
        safe = request.reaction_s <= slack - request.margin_s + EPSILON_S
        number, side = door.number, building_side(compiled, door)
        margin_s = None if math.isinf(slack) else slack - request.reaction_s
        named = _door_words(compiled, door, side)
        return Entry(
            opening_id=door.id,
            number=number,
            side=side,
            opens_from_outside=door.category is not EMERGENCY,
            outside_m=None if self.start is None else walk.metres,
            outside=() if self.start is None else walk.line,
            distance_m=trail.metres,
            time_s=trail.seconds,
            margin_s=margin_s,
            safe=safe,
            exposure_s=None if self.sight is None else self.sight.seconds(trail),
            legs=_inside(trail, _no_walk(compiled, door)),
            instructions=way_in(trail.course, named, self.zone),
            radio=_radio(self.zone, named, trail, margin_s, safe=safe),
        )

    def _trail(self, door: Opening, walk: Walk) -> Trail:
        """The way by a door: to avoid a threat chosen like a way out, else the quickest."""
        fields, node = self.fields, self.compiled.index[opening_node(door.id)]
        start = Start(node, walk, walk.metres / self.request.profile.level_mps, 0.0)
        if self.mode is EntryMode.APPROACH:
            nodes = follow(fields.following, node)
        else:
            _, nodes = choose_nodes(fields, [start], self.request.reaction_s, self.request.margin_s)
        network = fields.network
        edges = tuple(network.edge(tail, head) for tail, head in pairwise(nodes))
        inner = _inner_zone(self.compiled, door)
        return timed_trail(network, build_course(self.compiled, inner.id, walk, nodes, edges), 0.0)


def find_entries(
    compiled: CompiledFloorplan, request: PlanRequest, zone_id: UUID, mode: EntryMode, start: Point | None = None
) -> Entries:
    """The ways into a zone, the best first: those that open from outside, then the safe or quick ones.

    Args:
        compiled: The floorplan.
        request: Threats, closures, who walks, and the moment; ``to``, ``people`` and ``previous`` do not count.
        zone_id: The zone.
        mode: What the threat means.
        start: Where responders stand, on open ground, in the floorplan's metres; None: at whichever door.

    Raises:
        InvalidInput: As of a plan; a zone that is not there or not indoors, or a start inside a building.
    """
    check_request(compiled, request)
    zone = compiled.floorplan.zone_by_id.get(zone_id)
    if zone is None or zone.category is ZoneCategory.OUTDOOR:
        raise InvalidInput(
            f"No zone indoors has the id {zone_id}.", where="zone", advice="Name a room, a corridor or a staircase."
        )
    if start is not None and not compiled.ground_around.is_outside(start):
        raise InvalidInput(
            "The place to start from is inside a building, or between a fence and one.",
            where="from",
            advice="Give a place on open ground.",
        )
    compiled = with_lock_faults(compiled, request.propped, request.lock_broken)
    located = [locate(compiled, threat) for threat in sorted(request.threats, key=lambda threat: str(threat.id))]
    threats = [(one, seen_s(request, one.threat), used_speed(request, one.threat)) for one in located]
    arrivals = threat_arrivals(compiled, threats).nodes
    fields = build_fields(_network_to(compiled, request, zone), arrivals, request.margin_s)
    found = WaysIn(fields, find_sight(compiled, located), request, zone, mode, start).find()
    stated = {**assumptions(compiled, request, located), "over_ground": OVER_GROUND}
    told = json.dumps(
        [stated, str(zone_id), mode.value, None if start is None else [start.x, start.y], request.now.isoformat()],
        sort_keys=True,
    )
    return Entries(
        zone_id,
        mode,
        request.now,
        stated,
        hashlib.sha256(told.encode()).hexdigest(),
        tuple(sorted(found, key=lambda entry: _how_bad(entry, mode))),
    )


def _network_to(compiled: CompiledFloorplan, request: PlanRequest, zone: Zone) -> Network:
    """What people can use, with the doors and stairs of a zone as ends."""
    network = build_network(compiled, request.profile, request.closures)
    sinks = np.zeros(len(compiled.nodes), dtype=np.bool_)
    dangling = compiled.zones[zone.id].dangling
    sinks[[node for k, node in enumerate(compiled.zone_nodes[zone.id]) if k not in dangling]] = True
    return replace(network, sinks=sinks & ~network.shut)


def outside_doors(compiled: CompiledFloorplan) -> list[Opening]:
    """Openings between indoors and the open, yards too, in the order of their ids."""
    floorplan = compiled.floorplan

    return sorted(
        (
            opening
            for opening in floorplan.openings
            if floorplan.is_indoors(opening.zones[0]) != floorplan.is_indoors(opening.zones[1])
        ),
        key=lambda opening: str(opening.id),
    )


def building_side(compiled: CompiledFloorplan, door: Opening) -> str | None:
    """The side of its building that an outside door looks to; None where nobody knows where north is."""
    if not compiled.floorplan.placed:
        return None
    (west, south), (east, north) = door.line.coords[0], door.line.coords[-1]
    across = np.array([north - south, west - east])
    across = across / (np.linalg.norm(across) or 1.0)
    middle = np.array(door.line.interpolate(0.5, normalized=True).coords[0])
    inner = _inner_zone(compiled, door).polygon
    ahead, behind = (inner.distance(Point(middle + step * across)) for step in (STEP_M, -STEP_M))
    out = across if ahead > behind else -across
    bearing_deg = math.degrees(math.atan2(out[0], out[1])) % 360
    return SIDES[round(bearing_deg / 45) % 8]


def _inner_zone(compiled: CompiledFloorplan, door: Opening) -> Zone:
    zones = [compiled.floorplan.zone_by_id[zone_id] for zone_id in door.zones if zone_id is not None]
    return next(zone for zone in zones if zone.category is not ZoneCategory.OUTDOOR)


def _middle(compiled: CompiledFloorplan, door: Opening) -> Point:
    return ground_line(compiled.floorplan, door).interpolate(0.5, normalized=True)


def _no_walk(compiled: CompiledFloorplan, door: Opening) -> Walk:
    node = compiled.graph.nodes[opening_node(door.id)]
    place = (node["x"], node["y"])
    return Walk(0.0, (place, place), clear=True)


def _inside(trail: Trail, at_door: Walk) -> tuple[Leg, ...]:
    """The legs of a way in from its door on, which is come to as late as the walk there takes."""
    first, *others = build_legs(replace(trail, course=replace(trail.course, walk=at_door)))
    return (replace(first, arrive_s=(trail.arrive_s[0], *first.arrive_s[1:])), *others)


def _door_words(compiled: CompiledFloorplan, door: Opening, side: str | None) -> str:
    name = f"door {door.number}" if door.number else f"the outside door of {zone_words(_inner_zone(compiled, door))}"
    where = f" on the {side} side" if side else ""
    locked = " (an emergency exit: it may not open from outside)" if door.category is EMERGENCY else ""
    return f"{name}{where}{locked}"


def _radio(zone: Zone, door: str, trail: Trail, margin_s: float | None, *, safe: bool) -> str:
    outside = f"{math.ceil(trail.walk.metres)} m outside and " if trail.walk.metres else ""
    inside_m = math.ceil(trail.metres - trail.walk.metres - 1e-9)
    ahead = ""
    if margin_s is not None:
        ahead = f"; {math.floor(margin_s)} seconds ahead of the threat" if safe else "; the threat can be on the way"
    who = zone_words(zone)
    return f"{who[:1].upper()}{who[1:]}: in by {door}, {outside}{inside_m} m inside, {math.ceil(trail.seconds)} seconds{ahead}."


def _how_bad(entry: Entry, mode: EntryMode) -> tuple[bool, bool, float, float, str]:
    """Sorts the best first."""
    avoids = mode is EntryMode.AVOID
    unsafe = avoids and not entry.safe
    behind = -(entry.margin_s or 0.0) if unsafe else 0.0
    return not entry.opens_from_outside, unsafe, behind, entry.time_s, str(entry.opening_id)
