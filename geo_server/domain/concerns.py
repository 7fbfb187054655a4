"""Concerns: what people notice outside incidents, and what becomes of it.

Terminology:
    concern: somebody, or a system, noticed something that may be nothing: no incident is opened by it.
    triage: an officer has looked at it and means to go on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shapely import Point

from geo_server.domain.errors import Conflict


class ConcernKind(StrEnum):
    """What was noticed."""

    PERSON = "person"
    """Somebody who does not seem to belong there."""
    BEHAVIOUR = "behaviour"
    DOOR = "door"
    """Propped open, broken, or unlocked where it should not be."""
    HAZARD = "hazard"
    WELFARE = "welfare"
    """Somebody may need help."""
    ALARM = "alarm"
    """A system reported, and may not open incidents."""
    OTHER = "other"


SAID_BY_PEOPLE = tuple(kind for kind in ConcernKind if kind is not ConcernKind.ALARM)


class ConcernState(StrEnum):
    """Life of a concern."""

    NEW = "new"
    TRIAGED = "triaged"
    CLOSED = "closed"
    TURNED_INTO_SIGHTING = "turned_into_sighting"

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to do something."""
        return self in {ConcernState.NEW, ConcernState.TRIAGED}


def check_handling(present: ConcernState, wanted: ConcernState) -> None:
    """Raise unless a concern may go from one state to another: what is open may become anything but new.

    Raises:
        Conflict: It may not.
    """
    if not present.is_open or wanted in {ConcernState.NEW, present}:
        raise Conflict(
            f"A concern that is {present} cannot become {wanted}.", where="state", advice="See the list of concerns."
        )


@dataclass(frozen=True, slots=True)
class ConcernNote:
    """What an officer wrote of a concern, or did with it.

    Args:
        by: The officer's name.
        state: What it became by that; None when it stayed as it was.
    """

    at: datetime
    by: str
    words: str
    state: ConcernState | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that was noticed.

    Args:
        id: Made when the form was shown, so that one that is sent twice counts once.
        words: What was noticed.
        place: Where, in words; may be empty.
        point: Where, in site metres; None when it was not put on the map.
        by: The name that was given; empty without one.
        source: ``person``, or the name of the system that noticed it.
        link_id: The site link by which it came; None of a system.
        sighting_id: What it was turned into, or None.
    """

    id: UUID
    kind: ConcernKind
    words: str
    place: str
    point: Point | None
    by: str
    source: str
    link_id: UUID | None
    reported_at: datetime
    state: ConcernState = ConcernState.NEW
    sighting_id: UUID | None = None
    notes: tuple[ConcernNote, ...] = ()
