"""What requests may say of drills."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from geo_server.api.schemas import Count, Note, Said
from geo_server.domain.drills import DrillType, Participant, ProblemKind, Situation

Line = Annotated[Note, Field(max_length=120)]


class DrillFormSaid(Said):
    """What no measurement can tell of a drill. Fields that are not sent stay as they are."""

    drill_type: DrillType | None = None
    announced: bool | None = None
    situation: Situation | None = None
    weather: Line = ""
    participants: Annotated[tuple[Participant, ...], Field(max_length=len(Participant))] = ()
    alert_method: Line = ""
    staff: Annotated[Count | None, Field(description="Null: as many as were reported.")] = None
    students: Annotated[Count | None, Field(description="Null: as many as were reported.")] = None
    mapping_system_used: Annotated[
        bool | None, Field(description="Null: it was, when anybody reported through it.")
    ] = None
    incident_roles: Note = ""
    remarks: Note = ""

    def filled(self) -> dict[str, Any]:
        """The fields that were sent, as JSON values."""
        return self.model_dump(mode="json", exclude_unset=True)


class ProblemSaid(Said):
    """Something that went wrong in a drill."""

    id: UUID
    kind: ProblemKind
    note: Note = ""
    zone_id: UUID | None = None


class ActionSaid(Said):
    """Something to be done after a drill."""

    id: UUID
    what: Annotated[Note, Field(min_length=1)]
    owner: Line = ""
    due_on: date | None = None


class ActionDoneSaid(Said):
    """Whether an action is done."""

    done: bool
