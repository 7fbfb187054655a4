"""The kinds of edit.

Coordinates are in the metres of the floorplan's frame: drawing metres before it is placed. Every edit has an ``id``, made
by whoever made the edit; what an edit adds takes its id from it, so that applying it again gives the same floorplan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from geo_server.domain.places import OpeningCategory, TransitionCategory, ZoneCategory

Line = tuple[tuple[float, float], ...]
"""Two or more vertices, in metres."""


@dataclass(frozen=True, slots=True)
class ChangeZone:
    """Say of a zone what the drawing did not; None leaves a thing as it is.

    Args:
        zone_id: The zone.
        name: Its new name.
        alias: What people call it; an empty text takes it away.
    """

    kind: ClassVar[str] = "change_zone"
    id: UUID
    zone_id: UUID
    name: str | None = None
    alias: str | None = None
    category: ZoneCategory | None = None
    lockable: bool | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class MergeZones:
    """Make one zone of several that touch, or that only a wall divides. The first keeps its id, name and category."""

    kind: ClassVar[str] = "merge_zones"
    id: UUID
    zone_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class SplitZone:
    """Divide a zone in two along a line. The larger part keeps id and name.

    Args:
        zone_id: The zone.
        line: From one side of the zone to another.
        name: Of the smaller part.
        passable: People walk across the line: nothing stands there, and the parts are joined by a gap of its length.
    """

    kind: ClassVar[str] = "split_zone"
    id: UUID
    zone_id: UUID
    line: Line
    name: str
    passable: bool = False


@dataclass(frozen=True, slots=True)
class RemoveZone:
    """Take away what is no zone, with its openings to outside and its transitions."""

    kind: ClassVar[str] = "remove_zone"
    id: UUID
    zone_id: UUID


@dataclass(frozen=True, slots=True)
class AddOpening:
    """Put a door or a gap in a wall.

    Args:
        level_id: Its level.
        line: From jamb to jamb; the zones on its two sides are found from it.
        exit: It leads out of the building; None means that it does if one side is outside.
    """

    kind: ClassVar[str] = "add_opening"
    id: UUID
    level_id: UUID
    line: Line
    category: OpeningCategory = OpeningCategory.DOOR
    exit: bool | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeOpening:
    """Say of an opening what the drawing did not; None leaves a thing as it is."""

    kind: ClassVar[str] = "change_opening"
    id: UUID
    opening_id: UUID
    category: OpeningCategory | None = None
    exit: bool | None = None
    number: str | None = None
    width_m: float | None = None
    lock_delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class RemoveOpening:
    """Take away what is no opening, or is walled up."""

    kind: ClassVar[str] = "remove_opening"
    id: UUID
    opening_id: UUID


@dataclass(frozen=True, slots=True)
class AddTransition:
    """Join a zone with one of a higher level.

    Args:
        zone_ids: Lower zone, upper zone.
        length_m: Metres walked along the slope; None is estimated from the levels between them.
    """

    kind: ClassVar[str] = "add_transition"
    id: UUID
    zone_ids: tuple[UUID, UUID]
    category: TransitionCategory
    length_m: float | None = None


@dataclass(frozen=True, slots=True)
class RemoveTransition:
    """Take away a way between two levels that is none."""

    kind: ClassVar[str] = "remove_transition"
    id: UUID
    transition_id: UUID


Edit = (
    ChangeZone
    | MergeZones
    | SplitZone
    | RemoveZone
    | AddOpening
    | ChangeOpening
    | RemoveOpening
    | AddTransition
    | RemoveTransition
)

EDIT_KINDS: Mapping[str, type[Edit]] = {
    kind.kind: kind
    for kind in (
        ChangeZone,
        MergeZones,
        SplitZone,
        RemoveZone,
        AddOpening,
        ChangeOpening,
        RemoveOpening,
        AddTransition,
        RemoveTransition,
    )
}
"""By the word that says which one it is in a document."""
