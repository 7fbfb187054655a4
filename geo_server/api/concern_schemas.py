"""What requests may say of concerns."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from geo_server.api.schemas import Note, Said
from geo_server.domain.concerns import ConcernKind, ConcernState
from geo_server.services.access import LONGEST_SECRET


def _with_plain_ends(text: object) -> object:
    """A form ends its lines with CR and LF."""
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


Line = Annotated[Note, Field(max_length=100)]
Metres = Annotated[float, Field(ge=-1e5, le=1e5, allow_inf_nan=False)]
Words = Annotated[Note, BeforeValidator(_with_plain_ends)]


class ConcernSaid(Said):
    """What somebody noticed, as the form sends it."""

    link: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SECRET)]
    id: UUID
    kind: ConcernKind
    words: Annotated[Words, Field(min_length=1)]
    place: Line = ""
    x_m: Annotated[Metres | None, Field(description="On the map of the form: metres east of the site's origin.")] = None
    y_m: Annotated[Metres | None, Field(description="Metres north.")] = None
    by: Annotated[Line, Field(description="A name; may be left out.")] = ""


class ConcernNoteSaid(Said):
    """What an officer writes of a concern, or does with it."""

    words: Note = ""
    state: Annotated[ConcernState | None, Field(description="What it becomes: triaged or closed.")] = None
