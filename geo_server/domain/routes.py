"""The ways out of all zones at one moment, and what they rest on.

Coordinates are in the metres of the floorplan's frame until ``export.plan`` renders them. Times in seconds count from
departure (``arrive_s``) or from the plan's moment (``latest_departure_s``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shapely import MultiPolygon, Polygon

Vertex = tuple[float, float]


class RouteStatus(StrEnum):
    """How good the way out of a zone is. Never a blank, never a least-bad route dressed as a safe one."""

    SAFE_SHORTEST = "safe_shortest"
    """The shortest way out of all, and the threat cannot be there first."""
    SAFE_DETOUR = "safe_detour"
    """A longer way, because the shortest one can be cut off."""
    NO_GUARANTEED_ROUTE = "no_guaranteed_route"
    """There are ways, and the threat can be on each of them first. The margin says by how much."""
    UNREACHABLE = "unreachable"
    """There is no way to any exit."""


SAFE = frozenset({RouteStatus.SAFE_SHORTEST, RouteStatus.SAFE_DETOUR})
"""Statuses that carry the guarantee."""


class Destination(StrEnum):
    """Where people are to go."""

    EXITS = "exits"
    """Out of the building."""
    SHELTER = "shelter"
    """Into a zone that is a shelter."""
    LOCKABLE = "lockable"
    """Into a zone that can be locked, and lock it."""
    ASSEMBLY_POINTS = "assembly_points"
    """Out of the building and on over open ground to an assembly point."""


class Advice(StrEnum):
    """A fact for the person who decides, never a directive."""

    GO = "go"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a route on one level.

    Args:
        level_id: Its level.
        coordinates: Two or more vertices.
        arrive_s: Latest arrival at each vertex, in seconds from departure.
        opening_ids: Openings passed, in order.
        transition_id: The transition at its end, or None on the last leg.
    """

    level_id: UUID
    coordinates: tuple[Vertex, ...]
    arrive_s: tuple[float, ...]
    opening_ids: tuple[UUID, ...] = ()
    transition_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Avoided:
    """Why an exit that is nearer was not chosen.

    Args:
        exit_id: The opening, the zone of a refuge, or the assembly point.
        reason: ``closed``, ``threat_first``, ``in_reach``, ``not_held``, ``crowded`` or ``kept``.
        seconds: By how many seconds the threat is first, or None.
        words: The same as one sentence.
    """

    exit_id: UUID
    reason: str
    seconds: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way out, by another exit."""

    exit_id: UUID
    distance_m: float
    time_s: float
    margin_s: float | None


@dataclass(frozen=True, slots=True)
class Onward:
    """From the exit of a safe route on, over open ground, to where people gather. Status and figures of the route end at the exit.

    Args:
        assembly_point_id: The nearest assembly point on whose whole way, from the zone to it, people are ahead of every threat
            by the margin; None when there is no such one.
        distance_m: From the exit.
        time_s: From the start of the route, at most.
        margin_s: As of a route, over the whole way.
        latest_departure_s: As of a route, for the whole way.
        legs: The way from the exit: one leg, or none.
        avoided: Why each nearer one was not taken; all, where none was.
        words: What to do outside, as one sentence.
    """

    assembly_point_id: UUID | None
    words: str
    distance_m: float | None = None
    time_s: float | None = None
    margin_s: float | None = None
    latest_departure_s: float | None = None
    legs: tuple[Leg, ...] = ()
    avoided: tuple[Avoided, ...] = ()


class ChoiceLabel(StrEnum):
    """What a way is the best at."""

    FASTEST_SAFE = "fastest_safe"
    """The quickest of all safe ways."""
    LEAST_EXPOSED = "least_exposed"
    """Of all safe ways the one with the fewest seconds in sight of the threat, of several the quickest."""
    LARGEST_MARGIN = "largest_margin"
    """The one farthest ahead of the threat, safe or not, of several the quickest."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to choose.

    Args:
        labels: What it is the best at.
        safe: Whether it carries the guarantee.
        exposure_s: Seconds of it in sight of a threat from where that was last known to be; None when nobody can tell.
        queue_s: As of a route.
    """

    labels: tuple[ChoiceLabel, ...]
    safe: bool
    exit_id: UUID
    distance_m: float
    time_s: float
    margin_s: float | None
    latest_departure_s: float | None
    exposure_s: float | None
    queue_s: float
    legs: tuple[Leg, ...]
    instructions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The way out of one zone.

    Args:
        status: How good it is.
        exit_id: Opening that it leaves by; in a plan to refuges the zone that it ends in, in one to assembly points the point;
            None when unreachable.
        distance_m: Metres walked; None when unreachable.
        time_s: Upper bound of the walking time; None when unreachable.
        margin_s: Least time, over the whole route, between the occupant's latest and the threat's earliest arrival.
            Negative when the threat can be first. None without a threat or a route.
        margin_at: Where the margin is least, and its level id.
        latest_departure_s: Seconds from the plan's moment by which the zone must be left; None when no departure is
            safe or none is needed.
        start: Place in the zone that the route is measured from: the one farthest from its doors.
        level_id: Level of the zone.
        instructions: Turn by turn, for people.
        spread_s: Seconds that someone elsewhere in the zone may need more than from ``start`` to the first door of this
            route; margin, status and latest departure count it in. 0 in a zone with one door and no columns.
        radio: The same as one sentence to say on a radio.
        queue_s: Seconds of ``time_s`` that people wait at doors and stairs, at most, where they were counted.
        exposure_s: As of a choice; None too where choices were not asked for.
        choices: Ways to choose, where they were asked for.
        refuge: Of people who cannot use stairs and have no way out without: the way to a shelter, where there is one.
        onward: From its exit to an assembly point. None where the route is not safe, or the floorplan has no assembly points.
    """

    zone_id: UUID
    level_id: UUID
    status: RouteStatus
    start: Vertex
    advice: Advice = Advice.STAY
    exit_id: UUID | None = None
    distance_m: float | None = None
    time_s: float | None = None
    margin_s: float | None = None
    margin_at: tuple[Vertex, UUID] | None = None
    latest_departure_s: float | None = None
    legs: tuple[Leg, ...] = ()
    avoided: tuple[Avoided, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    instructions: tuple[str, ...] = ()
    radio: str = ""
    spread_s: float = 0.0
    queue_s: float = 0.0
    exposure_s: float | None = None
    choices: tuple[Choice, ...] = ()
    onward: Onward | None = None
    refuge: "Route | None" = None


@dataclass(frozen=True, slots=True)
class ReachArea:
    """Where a threat can be by a moment, on one level: walkable space only.

    Args:
        at_s: Seconds from the plan's moment.
    """

    level_id: UUID
    at_s: float
    area: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Share:
    """People of one zone who are sent one way.

    Args:
        exit_id: Where that way ends.
        time_s: Upper bound, waits included.
        queue_s: What of it they wait at doors and stairs, at most.
        margin_s: As of a route; None without a threat.
    """

    exit_id: UUID
    people: int
    distance_m: float
    time_s: float
    queue_s: float
    margin_s: float | None
    status: RouteStatus


@dataclass(frozen=True, slots=True)
class ExitLoad:
    """What one exit has to let through.

    Args:
        flow_pps: Persons a second, at most.
        clearance_s: Seconds from the plan's moment until the last of them is out, at the latest.
    """

    exit_id: UUID
    people: int
    flow_pps: float | None
    clearance_s: float


@dataclass(frozen=True, slots=True)
class Egress:
    """What the whole floorplan takes.

    Args:
        people: All of them.
        without_way: Those of zones without a way.
        clearance_s: Seconds from the plan's moment until the last one is out, at the latest; None when nobody gets out.
        least_s: No plan is quicker at the flow that is assumed: all people over what all open exits let through, reaction time
            added. Crowds that squeeze through doors can be.
        exits: Those that are used, the last to be clear first.
        shares: By zone with people, its ways, the one of most people first.
    """

    people: int
    without_way: int
    clearance_s: float | None
    least_s: float | None
    exits: tuple[ExitLoad, ...]
    shares: dict[UUID, tuple[Share, ...]]


@dataclass(frozen=True, slots=True)
class EvacuationPlan:
    """The ways out of all zones at one moment.

    Args:
        made_for_at: The moment that seconds count from.
        assumptions: Every speed, margin, reaction time and delay, and what the guarantee does not cover. JSON values.
        parameters_hash: Hash of all inputs: same hash, same plan, byte for byte.
        reach: Where the threats can be by some moments; empty as well while nobody has worked it out.
        to: Where people are to go.
        egress: What the crowd takes; None when nobody said how many people there are.
    """

    made_for_at: datetime
    assumptions: Mapping[str, object]
    parameters_hash: str
    routes: tuple[Route, ...] = ()
    reach: tuple[ReachArea, ...] = ()
    to: Destination = Destination.EXITS
    egress: Egress | None = None
