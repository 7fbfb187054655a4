"""The kinds of edit.

Coordinates are in the metres of the floorplan's frame: drawing metres before it is placed. Every edit has an ``id``, made
by whoever made the edit; what an edit adds takes its id from it, so that applying it again gives the same floorplan.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from geo_server.domain.places import OpeningCategory, TransitionCategory, ZoneCategory


class _Strict:
    """An edit that is read from JSON may not have fields that it does not know: a misspelt one must not be ignored."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


Line = tuple[tuple[float, float], ...]
"""Two or more vertices, in metres."""


@dataclass(frozen=True, slots=True)
class ChangeZone(_Strict):
    """Say of a zone what the drawing did not; None leaves a thing as it is.

    Args:
        zone_id: The zone.
        name: Its new name.
        alias: What people call it; an empty text takes it away.
    """

    id: UUID
    zone_id: UUID
    name: str | None = None
    alias: str | None = None
    category: ZoneCategory | None = None
    lockable: bool | None = None
    capacity: int | None = None
    kind: Literal["change_zone"] = "change_zone"


@dataclass(frozen=True, slots=True)
class MergeZones(_Strict):
    """Make one zone of several that touch, or that only a wall divides. The first keeps its id, name and category."""

    id: UUID
    zone_ids: tuple[UUID, ...]
    kind: Literal["merge_zones"] = "merge_zones"


@dataclass(frozen=True, slots=True)
class SplitZone(_Strict):
    """Divide a zone in two along a line. The larger part keeps id and name.

    Args:
        zone_id: The zone.
        line: From one side of the zone to another.
        name: Of the smaller part.
        passable: People walk across the line: nothing stands there, and the parts are joined by a gap of its length.
    """

    id: UUID
    zone_id: UUID
    line: Line
    name: str
    passable: bool = False
    kind: Literal["split_zone"] = "split_zone"


@dataclass(frozen=True, slots=True)
class RemoveZone(_Strict):
    """Take away what is no zone, with its openings to outside and its transitions."""

    id: UUID
    zone_id: UUID
    kind: Literal["remove_zone"] = "remove_zone"


@dataclass(frozen=True, slots=True)
class AddOpening(_Strict):
    """Put a door or a gap in a wall.

    Args:
        level_id: Its level.
        line: From jamb to jamb; the zones on its two sides are found from it.
        exit: It leads out of the building; None means that it does if one side is outside.
    """

    id: UUID
    level_id: UUID
    line: Line
    category: OpeningCategory = OpeningCategory.DOOR
    exit: bool | None = None
    number: str | None = None
    kind: Literal["add_opening"] = "add_opening"


@dataclass(frozen=True, slots=True)
class ChangeOpening(_Strict):
    """Say of an opening what the drawing did not; None leaves a thing as it is."""

    id: UUID
    opening_id: UUID
    category: OpeningCategory | None = None
    exit: bool | None = None
    number: str | None = None
    width_m: float | None = None
    lock_delay_s: float | None = None
    kind: Literal["change_opening"] = "change_opening"


@dataclass(frozen=True, slots=True)
class RemoveOpening(_Strict):
    """Take away what is no opening, or is walled up."""

    id: UUID
    opening_id: UUID
    kind: Literal["remove_opening"] = "remove_opening"


@dataclass(frozen=True, slots=True)
class AddTransition(_Strict):
    """Join a zone with one of a higher level.

    Args:
        zone_ids: Lower zone, upper zone.
        length_m: Metres walked along the slope; None is estimated from the levels between them.
    """

    id: UUID
    zone_ids: tuple[UUID, UUID]
    category: TransitionCategory
    length_m: float | None = None
    kind: Literal["add_transition"] = "add_transition"


@dataclass(frozen=True, slots=True)
class RemoveTransition(_Strict):
    """Take away a way between two levels that is none."""

    id: UUID
    transition_id: UUID
    kind: Literal["remove_transition"] = "remove_transition"


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
