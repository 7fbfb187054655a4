"""What closures and threats would do to the ways out of a floorplan, and where one loss would cut zones off."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from geo_server.domain.routes import EvacuationPlan, Route


class Subject(StrEnum):
    """What can be lost."""

    OPENING = "opening"
    TRANSITION = "transition"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Choke:
    """Something that every way out of some zones leads through: when it is lost too, they have none.

    Args:
        subject_id: Of the opening, transition or zone.
        zone_ids: The zones that would have no way out, itself not counted.
        name: What people call it.
    """

    subject: Subject
    subject_id: UUID
    zone_ids: tuple[UUID, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left to one zone.

    Args:
        route: Its way out, with what is closed and the threats there are.
        usual_time_s: Upper bound of the walking time with nothing closed and no threat; None without a way.
        independent_ways: Ways out that share no opening and no transition: 0, 1, or 2 for two or more.
        choke_ids: Openings and transitions that every way out leads through, in the order they are passed.
        doors: Openings and transitions by which the zone itself can be left.
        exits: Exits that are open and can be come to, by whatever way; None on a campus with too many to count for each zone.
    """

    route: Route
    usual_time_s: float | None
    independent_ways: int
    choke_ids: tuple[UUID, ...]
    doors: int
    exits: int | None

    @property
    def zone_id(self) -> UUID:
        """The zone."""
        return self.route.zone_id

    @property
    def chokes_beyond(self) -> tuple[UUID, ...]:
        """The chokes without the zone's only door, where it has only one."""
        return self.choke_ids[1:] if self.doors == 1 else self.choke_ids


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer for a whole floorplan.

    Args:
        plan: The ways out of all zones.
        outlooks: One a zone, the worst off first.
        chokes: Those whose loss leaves most zones without a way out first.
        words: The same in a few sentences.
        usual_clearance_s: Of the plan's ``egress`` with nothing closed and no threat; None where nobody is counted.
    """

    plan: EvacuationPlan
    outlooks: tuple[Outlook, ...]
    chokes: tuple[Choke, ...]
    words: tuple[str, ...]
    usual_clearance_s: float | None
