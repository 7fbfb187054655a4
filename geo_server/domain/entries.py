"""Ways in: by which outside door responders come to a zone.

Coordinates and seconds as in :mod:`geo_server.domain.routes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from geo_server.domain.routes import Leg, Vertex


class EntryMode(StrEnum):
    """What the threat means to those who come in."""

    APPROACH = "approach"
    """They go to the zone by the quickest way, whoever may be on it."""
    AVOID = "avoid"
    """They go by the quickest way on which no threat can be before them; without one, by the one farthest ahead of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in by one outside door.

    Args:
        opening_id: The door.
        number: Its number, or None.
        side: Side of the building that it is on, such as ``north-east``; None where north is not known.
        opens_from_outside: False of an emergency exit: it may have no handle outside.
        outside_m: Metres to it over open ground; None when nobody said from where.
        outside: The way there; empty when nobody said from where.
        distance_m: Metres of all the way to the first door of the zone.
        time_s: Upper bound, seconds from setting out.
        margin_s: As of a route: negative when the threat can be first. None where no threat limits it.
        safe: Whether they are ahead of every threat by the margin all the way, at the door of the zone too.
        exposure_s: Seconds of it, indoors, in sight of a threat; None when nobody can tell.
        legs: The way inside, one a level.
    """

    opening_id: UUID
    number: str | None
    side: str | None
    opens_from_outside: bool
    outside_m: float | None
    outside: tuple[Vertex, ...]
    distance_m: float
    time_s: float
    margin_s: float | None
    safe: bool
    exposure_s: float | None
    legs: tuple[Leg, ...]
    instructions: tuple[str, ...]
    radio: str


@dataclass(frozen=True, slots=True)
class Entries:
    """The ways into a zone, the best first.

    Args:
        zone_id: The zone.
        made_for_at: The moment that seconds count from.
        assumptions: As of a plan.
        parameters_hash: Of all inputs: same hash, same answer.
    """

    zone_id: UUID
    mode: EntryMode
    made_for_at: datetime
    assumptions: Mapping[str, object]
    parameters_hash: str
    entries: tuple[Entry, ...]
