"""What happens on a site: incidents, sightings, threats, closures, status reports and directives.

Geometry is in site metres. Times are aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shapely import Point, Polygon

from geo_server.domain.errors import Conflict


class IncidentState(StrEnum):
    """Life of an incident."""

    OPEN = "open"
    ALL_CLEAR = "all_clear"
    CLOSED = "closed"


NEXT_STATES: dict[IncidentState, frozenset[IncidentState]] = {
    IncidentState.OPEN: frozenset({IncidentState.ALL_CLEAR}),
    IncidentState.ALL_CLEAR: frozenset({IncidentState.OPEN, IncidentState.CLOSED}),
    IncidentState.CLOSED: frozenset(),
}
"""An all-clear can be taken back; a closed incident stays closed."""


def check_transition(present: IncidentState, wanted: IncidentState) -> None:
    """Raise unless an incident may go from one state to another.

    Raises:
        Conflict: It may not.
    """
    if wanted not in NEXT_STATES[present]:
        allowed = ", ".join(sorted(NEXT_STATES[present])) or "nothing"
        raise Conflict(f"An incident that is {present} cannot become {wanted}.", advice=f"It can become: {allowed}.")


@dataclass(frozen=True, slots=True)
class Incident:
    """A situation to respond to.

    Args:
        kind: A kind of the protocol pack, such as ``armed_assailant`` or ``fire``.
        cleared_at: When the all-clear was given; None while it is open.
        exercise: A drill. It travels with every object, message and export.
    """

    id: UUID
    site_id: UUID
    kind: str
    state: IncidentState
    exercise: bool
    opened_at: datetime
    closed_at: datetime | None = None
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retraction:
    """That a sighting was taken back. The sighting itself is kept.

    Args:
        by: A person's id; None is the operator at the command line.
        reason: In words.
    """

    at: datetime
    by: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation of a threat: where *it* was seen. Where the reporter stood is a separate fact, or None.

    Args:
        kind: A kind of the protocol pack.
        point: Observed place of the threat, in site metres.
        radius_m: How far off the observed place may be.
        polygon: Where it was seen, if that was given as an area (:mod:`geo_server.domain.regions`), in site metres.
        confidence: 0 to 1.
        source: ``person``, or the name of the system that saw it.
        received_at: The server's clock when it arrived; None before that.
        reported_by: A person's id; None is the operator at the command line, or a system.
        retraction: None while it holds.
    """

    id: UUID
    incident_id: UUID
    threat_id: UUID
    kind: str
    level_id: UUID
    point: Point
    radius_m: float
    seen_at: datetime
    confidence: float = 1.0
    source: str = "person"
    reporter_point: Point | None = None
    received_at: datetime | None = None
    reported_by: UUID | None = None
    retraction: Retraction | None = None
    polygon: Polygon | None = None


@dataclass(frozen=True, slots=True)
class Threat:
    """The track that sightings make: where it was last known to be, and how fast it could have gone on.

    Args:
        point: Last known place, in the floorplan's metres.
        radius_m: Uncertainty around it.
        speed_mps: Top speed. A planner raises it to the occupants' speed where it is below.
        seen_at: When it was there.
        polygon: Where it is somewhere, if that is known as an area, in the floorplan's metres; it lies in the disc.
    """

    id: UUID
    kind: str
    level_id: UUID
    point: Point
    radius_m: float
    speed_mps: float
    seen_at: datetime
    polygon: Polygon | None = None


class ClosureReason(StrEnum):
    """Why a way is shut."""

    LOCKED = "locked"
    BLOCKED = "blocked"
    BURNING = "burning"


@dataclass(frozen=True, slots=True)
class Closure:
    """An opening, a transition, a zone or an assembly point that cannot be used.

    Args:
        subject_id: Its id.
        source: Who or what says so.
    """

    id: UUID
    subject_id: UUID
    reason: ClosureReason
    source: str
    since_at: datetime


class Status(StrEnum):
    """What one person says of one zone. Silence is a status too, and the worst."""

    UNREPORTED = "unreported"
    THREAT_HERE = "threat_here"
    MEDICAL = "medical"
    HELP = "help"
    EVACUATING = "evacuating"
    OK = "ok"
    EVACUATED = "evacuated"
    DANGER = "danger"
    CLEARED = "cleared"


RESPONDER_STATUSES = frozenset({Status.DANGER, Status.CLEARED})
"""Statuses that responders alone may give."""

CALLS = frozenset({Status.DANGER, Status.THREAT_HERE, Status.MEDICAL, Status.HELP})
"""Statuses that call for help."""


@dataclass(frozen=True, slots=True)
class MissingPerson:
    """Somebody who should be with a group and is not. Who is absent for the day is not missing.

    Args:
        last_seen_zone_id: Where they were seen last; None when not said.
        last_seen_at: When; None when not said.
    """

    name: str
    last_seen_zone_id: UUID | None = None
    last_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What may be said with the status of a zone.

    Args:
        adults: People present, or None when not said.
        students: Students present, or None when not said.
        injured: Of those present, or None when not said; so is ``need_assistance``, who cannot leave without help.
        missing: Who should be there and is not; none when empty, None when not said.
        extra: Names of those who are there and belong elsewhere; none when empty, None when not said.
        door_locked: The door is, or is not; None when not said.
        can_move: The group can leave if told to, or cannot; None when not said.
    """

    adults: int | None = None
    students: int | None = None
    injured: int | None = None
    need_assistance: int | None = None
    missing: tuple[MissingPerson, ...] | None = None
    extra: tuple[str, ...] | None = None
    door_locked: bool | None = None
    can_move: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport(Particulars):
    """What one person says of one zone at one time.

    Args:
        id: Made by the client, so that a repeated report is never counted twice.
        client_at: The client's clock when it was given.
        received_at: The server's clock when it arrived.
    """

    id: UUID
    incident_id: UUID
    zone_id: UUID
    status: Status
    client_at: datetime
    received_at: datetime


WITHDRAWN = "withdrawn"
"""Action of a directive that takes back the one before it. No protocol pack has an action of this name."""


@dataclass(frozen=True, slots=True)
class Directive:
    """What a zone is to do, by order of a person.

    Args:
        action: An action of the protocol pack: ``hold``, ``secure``, ``lockdown``, ``evacuate``, ``shelter``; or
            :data:`WITHDRAWN`.
        zone_id: The zone it is for; None is the whole site.
    """

    id: UUID
    incident_id: UUID
    action: str
    zone_id: UUID | None
    given_at: datetime
    given_by: str
    reason: str = ""
