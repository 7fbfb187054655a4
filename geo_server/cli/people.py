"""How many people are where, as ``geo-server plan --people`` takes it."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from geo_server.cli.files import read_whole, shown
from geo_server.domain.errors import InvalidInput
from geo_server.domain.occupancy import MOST_PEOPLE, Occupancy, full_occupancy
from geo_server.domain.places import Floorplan

CAPACITY = "capacity"
FILE_MIB = 4
WHERE = "--people"

_Counts: TypeAdapter[dict[UUID, int]] = TypeAdapter(
    dict[UUID, Annotated[int, Field(ge=0, le=MOST_PEOPLE, strict=True)]]
)


def read_people(words: str, floorplan: Floorplan) -> Occupancy:
    """People by zone.

    Args:
        words: What stands behind ``--people``.
        floorplan: Whose zones they are in.

    Raises:
        InvalidInput: Not an object of ids and numbers in JSON, or no zone of the document says what it holds.
        NotFound: There is no such file.
    """
    if words == CAPACITY:
        return full_occupancy(floorplan.zones, where=WHERE)
    data, where = words.encode("utf-8", "replace"), WHERE
    if words.startswith("@"):
        where = shown(Path(words[1:]))
        data = read_whole(Path(words[1:]), FILE_MIB, "Give only ids and numbers.")
    try:
        return Occupancy(_Counts.validate_json(data), {})
    except ValidationError as fault:
        error = fault.errors(include_url=False)[0]
        place = ".".join(str(step) for step in error["loc"] if step != "[key]")
        raise InvalidInput(
            f"{place or 'It'}: {error['msg']}.",
            where=where,
            advice='Give an object such as {"<id of a zone>": 24}, @FILE, or capacity.',
        ) from None
