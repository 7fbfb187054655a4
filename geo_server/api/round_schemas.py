"""What requests may say of rounds, checkpoints and faults."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from geo_server.api.schemas import Latitude, Longitude, Moment, Name, Note, Ordinal, Said
from geo_server.domain.places import ZoneCategory
from geo_server.domain.rounds import FaultKind


class CheckpointSaid(Said):
    """A place to be looked at: something of the published map, or a spot with its level and a name."""

    id: UUID
    name: Annotated[Name | None, Field(description="Not said: as the map calls its subject.")] = None
    subject_id: Annotated[UUID | None, Field(description="Of an opening, a transition or a zone.")] = None
    at: tuple[Longitude, Latitude] | None = None
    ordinal: Ordinal | None = None
    building: Name | None = None


class FromMapSaid(Said):
    """What of the published map is to be a checkpoint."""

    exits: bool = True
    zones: Annotated[tuple[ZoneCategory, ...], Field(max_length=len(ZoneCategory))] = ()


class RoundSaid(Said):
    """That a round is begun."""

    id: UUID
    client_at: Moment


class CheckSaid(Said):
    """What somebody found at a checkpoint."""

    id: UUID
    checkpoint_id: UUID
    fault: Annotated[FaultKind | None, Field(description="Not said: all is well.")] = None
    note: Note = ""
    client_at: Moment


class MendingSaid(Said):
    """That a fault is no more."""

    note: Note = ""
    client_at: Annotated[
        Moment | None, Field(description="When it was said, on a phone that had to wait. Not said: now.")
    ] = None
