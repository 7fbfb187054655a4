"""What requests may say: every field with its bounds. A value outside them is refused before anything else happens."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from geo_server.domain.conflicts import Decision
from geo_server.domain.incidents import ClosureReason, IncidentState, Status
from geo_server.domain.occupancy import MOST_PEOPLE
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL
from geo_server.domain.regions import FEWEST_VERTICES, MOST_VERTICES, WIDEST_M
from geo_server.domain.sign_offs import Method
from geo_server.routing.request import MARGIN_S, REACTION_S

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

_LONGEST_NOTE = 500

MOST_NAMED = 60
"""People whom one report may name as missing, and as extra: more than belong to one group."""


def _without_control(text: str) -> str:
    """Refuse control and bidirectional override characters, which can hide what a text says."""
    for character in text:
        if (
            not (character.isprintable() or character == "\n")
            or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ):
            raise ValueError(f"the character {character!a} is not allowed")
    return text.strip()


def _said(name: str) -> str:
    if not any(character.isalnum() for character in name):
        raise ValueError("a name has letters or digits")
    return name


def _in_time(moment: datetime) -> datetime:
    if not EARLIEST.timestamp() <= moment.timestamp() <= LATEST.timestamp():
        raise ValueError("the moment is not between the years 2000 and 2200")
    return moment.astimezone(UTC)


Note = Annotated[str, Field(max_length=_LONGEST_NOTE), AfterValidator(_without_control)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_without_control)]
PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    AfterValidator(_without_control),
    AfterValidator(_said),
]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
Moment = Annotated[AwareDatetime, AfterValidator(_in_time)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]
Ordinal = Annotated[int, Field(ge=LOWEST_ORDINAL, le=HIGHEST_ORDINAL)]
DrawingMetres = Annotated[float, Field(ge=-1e7, le=1e7, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10_000)]


Place: TypeAlias = tuple[Longitude, Latitude]
Area: TypeAlias = Annotated[
    tuple[Place, ...] | None,
    Field(
        min_length=FEWEST_VERTICES,
        max_length=MOST_VERTICES + 1,
        description="Vertices of an area that the threat is somewhere in, in order: in place of at and radius_m.",
    ),
]


class Said(BaseModel):
    """Base of all: unknown fields are refused, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ThreatSaid(Said):
    """Where a threat is: at a place, or somewhere in an area."""

    at: Place | None = None
    polygon: Area = None

    @model_validator(mode="after")
    def _one_extent(self) -> Self:
        if self.polygon is not None and "radius_m" in self.model_fields_set:
            raise ValueError("radius_m says how far off at may be, and nothing of a polygon: leave it out")
        return self


class SightingSaid(ThreatSaid):
    """Where a threat was seen: the place of the threat, never that of the reporter."""

    id: UUID
    kind: Key
    ordinal: Ordinal
    building: Name | None = None
    radius_m: Annotated[float, Field(gt=0, le=WIDEST_M, allow_inf_nan=False)] = 5.0
    seen_at: Moment
    exercise: Annotated[
        bool | None, Field(description="A drill. Not said: as the open incident, or real when there is none.")
    ] = None
    threat_id: UUID | None = None
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0


class RetractionSaid(Said):
    """Why a sighting does not hold."""

    reason: Annotated[Note, Field(min_length=1)]


class DecisionSaid(Said):
    """How a conflict is settled."""

    decision: Decision
    action: Annotated[
        Key | None, Field(description="With change: what is to be done. Not said: what the conflict calls for.")
    ] = None
    zone_id: Annotated[UUID | None, Field(description="With change: where. Not said: on the whole site.")] = None
    reason: Note = ""


class IncidentSaid(Said):
    """An incident to open."""

    kind: Key
    exercise: bool = False


class KindSaid(Said):
    """What kind an incident has turned out to be."""

    kind: Key


class LinkSaid(Said):
    """A link for people without an account."""

    label: Annotated[Name, Field(description="For whom it is, or where it hangs: a car, the lobby. No secret.")]


class StateSaid(Said):
    """What an incident is to become."""

    state: IncidentState


class MissingSaid(Said):
    """Somebody who should be with a group and is not. Who is absent for the day is not missing."""

    name: PersonName
    last_seen_zone_id: UUID | None = None
    last_seen_at: Moment | None = None


class ReportSaid(Said):
    """What one person says of one zone at one time."""

    id: UUID
    zone_id: UUID
    status: Status
    client_at: Moment
    adults: Count | None = None
    students: Count | None = None
    injured: Count | None = None
    need_assistance: Annotated[Count | None, Field(description="Who cannot leave without help.")] = None
    missing: Annotated[list[MissingSaid] | None, Field(max_length=MOST_NAMED)] = None
    extra: Annotated[
        list[PersonName] | None, Field(max_length=MOST_NAMED, description="Who is there and belongs elsewhere.")
    ] = None
    door_locked: bool | None = None
    can_move: Annotated[bool | None, Field(description="Whether the group can leave if told to.")] = None
    note: Note = ""
    incident_id: Annotated[
        UUID | None, Field(description="The incident that the person was shown. Not said: the latest.")
    ] = None


class DirectiveSaid(Said):
    """What a zone, or without one the whole site, is to do."""

    id: UUID
    action: Key
    zone_id: UUID | None = None
    reason: Note = ""


class WithdrawalSaid(Said):
    """Why a directive no longer holds.

    Args:
        id: Of the withdrawal, made by the client.
    """

    id: UUID
    reason: Annotated[Note, Field(min_length=1)]


class ClosureSaid(Said):
    """A way that cannot be used."""

    id: UUID
    subject_id: UUID
    reason: ClosureReason


class SupposedThreatSaid(ThreatSaid):
    """A threat that is only supposed, to see what it would do."""

    kind: Key
    ordinal: Ordinal
    building: Name | None = None
    radius_m: Annotated[float, Field(ge=0, le=WIDEST_M, allow_inf_nan=False)] = 5.0
    speed_mps: Annotated[
        float | None, Field(ge=0, le=50, allow_inf_nan=False, description="Not said: that of its kind.")
    ] = None


class WhatIfSaid(Said):
    """What is supposed: nothing of it is recorded."""

    closures: Annotated[
        tuple[UUID, ...], Field(max_length=500, description="Ids of openings, transitions and zones that are shut.")
    ] = ()
    threats: Annotated[tuple[SupposedThreatSaid, ...], Field(max_length=20)] = ()
    people: Annotated[
        dict[UUID, Annotated[int, Field(ge=0, le=MOST_PEOPLE)]] | Literal["capacity"] | None,
        Field(
            description="By the id of a zone; or capacity: every room as full as it may be. Not said: nobody queues."
        ),
    ] = None
    profile: Annotated[Key, Field(description="adult, child, reduced_mobility or wheelchair.")] = "adult"
    reaction_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = REACTION_S
    margin_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = MARGIN_S


class ImportSaid(Said):
    """What a person says about drawings of a building, in the form that carries them."""

    building: Name
    ordinal: Annotated[
        list[Ordinal],
        Field(
            description="The level that each file shows, in the order of the files; may be unsaid of the first drawings"
            " of a building, or when the files or their names tell."
        ),
    ] = []
    map: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[a-z]+=[^=]*$", max_length=200)]],
        Field(description="Of GeoJSON of any making: a field and the property that it is taken from: name=ROOM_NO."),
    ] = []
    level_name: Name | None = None
    metres_per_unit: Annotated[
        float | None,
        Field(gt=0, le=10_000, allow_inf_nan=False, description="Length of its unit; unsaid, the intake tells."),
    ] = None

    whole_building: Annotated[
        bool, Field(description="It shows all levels there are: those that it does not show are dropped, not kept.")
    ] = False
    onto: Annotated[
        UUID | None, Field(description="The revision whose other levels are kept; unsaid, the building's latest.")
    ] = None

    @classmethod
    def json_properties(cls) -> dict[str, Any]:
        """Its fields as JSON Schema, for the description of the form."""
        properties: dict[str, Any] = cls.model_json_schema()["properties"]
        return properties


class ControlPointSaid(Said):
    """One spot named twice: in drawing metres, and in degrees."""

    x_m: DrawingMetres
    y_m: DrawingMetres
    lon: Longitude
    lat: Latitude


class PlacementSaid(Said):
    """Where a drawing lies on the ground."""

    control_points: Annotated[list[ControlPointSaid], Field(min_length=2, max_length=100)]


class SignOffSaid(Said):
    """Who stands for which zones, how they know, and until when."""

    id: UUID
    zone_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=5000)]
    method: Method
    verify_by: date | None = None
    note: Note = ""


class PublishSaid(Said):
    """Who signs for a floorplan with findings that would hold it back."""

    signed_by: Name | None = None
