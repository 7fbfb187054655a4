"""What a plan is asked for, and the assumptions that it then rests on."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Closure, Threat
from geo_server.domain.occupancy import MOST_PEOPLE, CountedBy
from geo_server.domain.regions import ring_of
from geo_server.domain.routes import Destination
from geo_server.routing.anchors import Anchor
from geo_server.routing.compiled import LOCK_S, CompiledFloorplan
from geo_server.routing.flows import BOUNDARY_M, LEVEL_FLOW, STAIR_WIDTH_M
from geo_server.routing.graph import ELEVATOR_MPS
from geo_server.routing.profiles import ADULT, Profile
from geo_server.routing.threats import LocatedThreat, locate
from geo_server.routing.walks import CLEARANCE_M

REACTION_S = 10.0
"""Seconds until people start to walk, when nobody says otherwise. A first-order input: ask for your own."""

MARGIN_S = 5.0
"""Seconds that people must be ahead of a threat, when nobody says otherwise."""

LONGEST_S = 86_400.0

COVERS = {
    Destination.EXITS: "contact: no threat that is named here can be where a person on a safe route is, before or when they "
    "are there",
    Destination.SHELTER: "contact until people are in the shelter and, where a threat can come to it, have locked all its "
    "doors: no threat that is named here can be where they are, before or when they are there",
    Destination.LOCKABLE: "contact until people are in the room and have locked all its doors: no threat that is named here "
    "can be where they are, before or when they are there",
    Destination.ASSEMBLY_POINTS: "contact until people are at the assembly point: no threat that is named here can be where a "
    "person on a safe route is, before or when they are there",
}

DOES_NOT_COVER = (
    "being shot at or seen from a distance",
    "a threat that nobody has reported, or one that is not where it was reported to be",
    "a threat faster than the speed stated",
    "doors, stairs or walls that are not as the floorplan has them, or that were closed and not reported",
    "people who do not walk at the profile's speed, or do not start in time",
    "what happens outside the building, but for contact on the way to an assembly point that is named",
)

DOORS = (
    "open to a threat at once unless rated; a rated lock holds it only where it comes in from the open, or from a corridor or "
    "staircase into a room"
)

OUTDOORS = (
    "a threat walks in straight lines between doors to the outside; people walk to assembly points round buildings, yards with a "
    "fence and walls in the open; cars and slopes are not known"
)

SIGHT = (
    "exposure counts seconds in sight of the place where a threat was last known to be, on its level, as if it stayed there; "
    "doors are shut, walls said to be transparent and gaps are seen through, and nobody looks in from open ground, "
    "or at people there"
)

NO_THREAT = "any threat: none is named, so that every way that nothing closes is called safe"
NOT_COUNTED = "people who queue at doors or on stairs: nobody was counted"
COUNTED = "more people than were counted, or people who stop in a door"
PARTLY_COUNTED = "people who queue and were not counted: of some zones only adults or only students were"

SPREAD_TO_POINTS = (
    "people are sent by another exit where it is on the way to another assembly point; one point is walked to by the exit that is "
    "nearest to it all the way, however many people queue there; seconds of an exit are those until the last is at the point"
)

REFUGES = frozenset({Destination.SHELTER, Destination.LOCKABLE})
"""Where people stay, whoever comes."""

WAITING = (
    "people who cannot use stairs and have no way out without them are told the way to a shelter, to wait there for help; of that "
    f"way the guarantee covers {COVERS[Destination.SHELTER]}"
)

REFUGES_DO_NOT_COVER = (
    "a lock, a door, a window or a wall that does not hold",
    "whoever comes after the doors are locked",
    "more people than a place holds",
)
"""What a plan to refuges does not cover either."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a plan is asked for.

    Args:
        threats: Where threats were last known to be.
        closures: Openings, transitions, zones and assembly points that people cannot use. A threat is not held by them.
        profile: How fast people walk.
        reaction_s: Seconds from ``now`` until people start to walk.
        margin_s: Seconds that they must be ahead of a threat.
        now: The moment that all seconds count from; aware.
        to: Where people go.
        people: How many are in each zone, by its id; where a zone is not named nobody is. None: nobody counted, and nobody
            waits for anybody.
        counted_by: Where each of these numbers comes from; those that are not here were given with the request.
        previous: The ways that zones were sent before, by zone: ids of the openings and transitions passed, in order. They
            are kept while they are safe and nothing much shorter is.
        start: Where somebody is who asks: then only their zone has a way, measured from there.
        choices: Whether each zone is to have the ways that people may choose between, with their seconds in sight.
        propped: Openings that were found held open, or zones whose doors were: they hold no threat.
        lock_broken: Openings that do not lock, or zones that do not: they hold no threat, and nobody hides there.
    """

    threats: Sequence[Threat] = ()
    closures: Sequence[Closure] = ()
    profile: Profile = ADULT
    reaction_s: float = REACTION_S
    margin_s: float = MARGIN_S
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    to: Destination = Destination.EXITS
    people: Mapping[UUID, int] | None = None
    previous: Mapping[UUID, Sequence[UUID]] | None = None
    counted_by: Mapping[UUID, CountedBy] = field(default_factory=dict)
    start: Anchor | None = None
    choices: bool = False
    propped: frozenset[UUID] = frozenset()
    lock_broken: frozenset[UUID] = frozenset()


def check_request(compiled: CompiledFloorplan, request: PlanRequest) -> None:
    """Refuse what cannot be planned with.

    Raises:
        InvalidInput: A time that is not one, or a closure of something that is not there.
    """
    for name in ("reaction_s", "margin_s"):
        seconds = getattr(request, name)
        if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_S):
            raise InvalidInput(f"{name} is {seconds}.", where=name, advice="Give seconds, 0 or more.")
    moments = [request.now, *(threat.seen_at for threat in request.threats)]
    if any(moment.tzinfo is None for moment in moments):
        raise InvalidInput("A time has no time zone.", where="now", advice="Give times with their offset, such as Z.")
    if request.start is not None and request.people is not None:
        raise InvalidInput(
            "The way from one place is not timed with the people of all zones.",
            where="people",
            advice="Leave people out, or the place.",
        )
    _check_people(compiled, request.people or {})
    known = {*compiled.subjects, *compiled.zones, *compiled.floorplan.assembly_point_by_id}
    for closure in request.closures:
        if closure.subject_id not in known:
            raise InvalidInput(
                f"Nothing in this floorplan has the id {closure.subject_id}, so it cannot be closed.",
                where="closure",
                advice="Name an opening, a transition, a zone or an assembly point of the floorplan.",
            )


def _check_people(compiled: CompiledFloorplan, people: Mapping[UUID, int]) -> None:
    for zone_id, count in people.items():
        if zone_id not in compiled.zones:
            raise InvalidInput(
                f"This floorplan has no zone {zone_id}.", where="people", advice="Name people by the ids of zones."
            )
        if not 0 <= count <= MOST_PEOPLE:
            raise InvalidInput(
                f"{count} people cannot be in zone {zone_id}.", where="people", advice=f"Give 0 to {MOST_PEOPLE:,}."
            )


def seen_s(request: PlanRequest, threat: Threat) -> float:
    """Second at which a threat was at its place; never later than now, whatever a clock says."""
    return min(0.0, (threat.seen_at - request.now).total_seconds())


def used_speed(request: PlanRequest, threat: Threat) -> float:
    """Speed that a threat is given: at least that of the people, or the guarantee would not hold between nodes."""
    return max(threat.speed_mps, request.profile.fastest_mps)


def timed_threats(compiled: CompiledFloorplan, request: PlanRequest) -> list[tuple[LocatedThreat, float, float]]:
    """The threats of a request in the order of their ids, each with the second at which it was at its place, and its speed.

    Raises:
        InvalidInput: A threat that is nowhere.
    """
    threats = sorted(request.threats, key=lambda threat: str(threat.id))
    return [(locate(compiled, one), seen_s(request, one), used_speed(request, one)) for one in threats]


def assumptions(
    compiled: CompiledFloorplan, request: PlanRequest, located: Sequence[LocatedThreat], *, refuges: bool = False
) -> dict[str, object]:
    """Everything that a plan rests on, as JSON values.

    Args:
        compiled: The floorplan.
        request: What was asked for.
        located: The threats.
        refuges: Whether some people are told the way to a refuge beside that to an exit.
    """
    stay = refuges or request.to in REFUGES
    return {
        "profile": request.profile.as_json(),
        "reaction_s": float(request.reaction_s),
        "margin_s": float(request.margin_s),
        "clearance_m": CLEARANCE_M,
        "elevator_mps": ELEVATOR_MPS,
        "elevators": "not used by people; a threat finds them waiting",
        "doors": DOORS,
        "closures_hold_a_threat": False,
        **({"propped": sorted(map(str, request.propped))} if request.propped else {}),
        **({"lock_broken": sorted(map(str, request.lock_broken))} if request.lock_broken else {}),
        "outdoors": OUTDOORS,
        **({"lock_s": LOCK_S} if stay else {}),
        **({"refuges": WAITING} if refuges else {}),
        **({} if request.people is None else _crowd_json(request)),
        **({"sight": SIGHT} if request.choices else {}),
        **({} if request.previous is None else {"previous_sha256": _previous_hash(request.previous)}),
        "threats": [_threat_json(compiled, request, one) for one in located],
        "closures": [
            {"subject_id": str(closure.subject_id), "reason": str(closure.reason), "source": closure.source}
            for closure in sorted(request.closures, key=lambda c: (str(c.subject_id), str(c.id)))
        ],
        "floorplan_sha256": compiled.digest,
        "flags": list(compiled.ways.flags),
        **({"lock_flags": list(compiled.ways.lock_flags)} if compiled.ways.lock_flags else {}),
        "guarantee": {"covers": COVERS[request.to], "does_not_cover": _not_covered(request, stay=stay)},
    }


def _not_covered(request: PlanRequest, *, stay: bool) -> list[str]:
    queues = [NOT_COUNTED] if request.people is None else [COUNTED]
    if CountedBy.PART in request.counted_by.values():
        queues.append(PARTLY_COUNTED)
    return [
        *(() if request.threats else (NO_THREAT,)),
        *DOES_NOT_COVER,
        *queues,
        *(REFUGES_DO_NOT_COVER if stay else ()),
    ]


def _previous_hash(previous: Mapping[UUID, Sequence[UUID]]) -> str:
    passed = [[str(zone_id), *map(str, previous[zone_id])] for zone_id in sorted(previous, key=str)]
    return hashlib.sha256(json.dumps(passed).encode()).hexdigest()


def _crowd_json(request: PlanRequest) -> dict[str, object]:
    people, counted_by = request.people or {}, request.counted_by
    by: dict[CountedBy, list[str]] = {source: [] for source in CountedBy}
    for zone_id in sorted(people, key=str):
        by[counted_by.get(zone_id, CountedBy.GIVEN)].append(str(zone_id))
    return {
        "people": {str(zone_id): people[zone_id] for zone_id in sorted(people, key=str)},
        "people_from": {source.value: zone_ids for source, zone_ids in by.items() if zone_ids},
        **({"spread": SPREAD_TO_POINTS} if request.to is Destination.ASSEMBLY_POINTS else {}),
        "flow": {
            "level_persons_per_s_per_m": LEVEL_FLOW,
            "boundary_m": BOUNDARY_M,
            "stair_width_m": STAIR_WIDTH_M,
            "source": "SFPE hydraulic model; first come, first served; the width of stairs is assumed",
        },
    }


def _threat_json(compiled: CompiledFloorplan, request: PlanRequest, located: LocatedThreat) -> dict[str, object]:
    threat = located.threat
    level = compiled.floorplan.level_by_id.get(threat.level_id)
    speed = used_speed(request, threat)
    raised = (
        f"Its speed was raised from {threat.speed_mps} m/s to that of the people." if speed > threat.speed_mps else ""
    )
    return {
        "id": str(threat.id),
        "kind": threat.kind,
        "level_id": str(threat.level_id),
        "ordinal": level.ordinal if level else None,
        "at": [float(threat.point.x), float(threat.point.y)],
        "radius_m": float(threat.radius_m),
        **({} if threat.polygon is None else {"polygon": ring_of(threat.polygon)}),
        "speed_mps": float(speed),
        "seen_s_ago": 0.0 - seen_s(request, threat),
        "zone_ids": [str(seed.ways.zone_id) for seed in located.seeds if seed.inside],
        "in_the_open": located.ground is not None,
        "notes": [note for note in (located.note, raised) if note],
    }


def parameters_hash(stated: dict[str, object], request: PlanRequest) -> str:
    """Hash of all inputs of a plan: its assumptions hold them all but the moment and the start."""
    start = request.start
    asked: list[object] = [stated, request.to.value, request.now.isoformat()]
    if start is not None:
        asked.append([str(start.level_id), float(start.point.x), float(start.point.y)])
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
