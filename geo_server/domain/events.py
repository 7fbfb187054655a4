"""What a live feed says: that something changed. Past tense; the payload names the thing, clients fetch it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from geo_server.domain.roles import Permission, Role, permits


class EventKind(StrEnum):
    """Kinds of events."""

    FLOORPLAN_PUBLISHED = "floorplan_published"
    INCIDENT_OPENED = "incident_opened"
    INCIDENT_CHANGED = "incident_changed"
    SIGHTING_ADDED = "sighting_added"
    SIGHTING_RETRACTED = "sighting_retracted"
    CLOSURE_ADDED = "closure_added"
    CLOSURE_LIFTED = "closure_lifted"
    DIRECTIVE_GIVEN = "directive_given"
    STATUS_REPORTED = "status_reported"
    PLAN_MADE = "plan_made"
    PLAN_FAILED = "plan_failed"
    CONFLICT_RAISED = "conflict_raised"
    CONFLICT_SETTLED = "conflict_settled"
    IMPORT_CHANGED = "import_changed"
    DRILL_CHANGED = "drill_changed"
    ROUND_CHANGED = "round_changed"
    FAULT_CHANGED = "fault_changed"
    CONCERN_CHANGED = "concern_changed"
    REACH_MADE = "reach_made"
    REACH_FAILED = "reach_failed"


CHANGES_ROUTES = frozenset(
    {
        EventKind.FLOORPLAN_PUBLISHED,
        EventKind.INCIDENT_OPENED,
        EventKind.INCIDENT_CHANGED,
        EventKind.SIGHTING_ADDED,
        EventKind.SIGHTING_RETRACTED,
        EventKind.CLOSURE_ADDED,
        EventKind.CLOSURE_LIFTED,
    }
)
"""After one of these a plan that does not know of it may call a way safe that no longer is. So it is after
:attr:`EventKind.FAULT_CHANGED` of a fault with which a door holds no threat; what closes a way has an event of its own."""


TOLD_TO: dict[EventKind, Permission] = {
    EventKind.STATUS_REPORTED: Permission.SEE_REPORTS,
    EventKind.DRILL_CHANGED: Permission.SEE_REPORTS,
    EventKind.ROUND_CHANGED: Permission.SEE_REPORTS,
    EventKind.FAULT_CHANGED: Permission.SEE_REPORTS,
    EventKind.CONCERN_CHANGED: Permission.HANDLE_CONCERNS,
}
"""Who hears what an event says: others hear only that something has changed. Of a kind that is not here, whoever may see
names."""


def is_told(role: Role, kind: EventKind) -> bool:
    """Whether a role hears what events of a kind say."""
    return permits(role, TOLD_TO.get(kind, Permission.SEE_NAMES))


WAKES: dict[EventKind, Permission] = {
    EventKind.REACH_MADE: Permission.SEE_PLAN,
    EventKind.REACH_FAILED: Permission.SEE_PLAN,
}
"""Whom an event is of use to: a stream of others has it with whatever comes next. Of a kind that is not here, everybody."""


def wakes(role: Role, kind: EventKind) -> bool:
    """Whether streams of a role are woken for events of a kind."""
    return kind not in WAKES or permits(role, WAKES[kind])


@dataclass(frozen=True, slots=True)
class Event:
    """One change on one site.

    Args:
        seq: Number on its site: without gaps, and in the order of commits.
        payload: JSON values only.
    """

    site_id: UUID
    seq: int
    kind: EventKind
    at: datetime
    payload: Mapping[str, object]
