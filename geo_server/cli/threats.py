"""A threat as ``geo-server plan --threat`` takes it: JSON on the command line, or in a file."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from geo_server.cli.files import read_whole, shown
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL
from geo_server.domain.regions import WIDEST_M

FASTEST_MPS = 50.0
"""Above any car on a campus."""
LONGEST_S = 31_536_000.0
"""A year."""
FILE_MIB = 1


class GivenThreat(BaseModel):
    """What a threat is taken to be, and what it is taken to be where it does not say.

    Attributes:
        at: x, y as in the document: longitude and latitude, or drawing metres; None where it gives a polygon.
        polygon: The vertices of the area that it is somewhere in, in order, as ``at`` has them; None where it gives a place.
        ordinal: The level.
        radius_m: How far off the place may be; nothing of a polygon.
        speed_mps: Top speed; None is that of its kind.
        seen_s_ago: Seconds since it was there.
        kind: A kind of incident of the protocol pack.
        building: Name or id; None is the building nearest to it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    at: tuple[float, float] | None = None
    polygon: list[tuple[float, float]] | None = None
    ordinal: Annotated[int, Field(ge=LOWEST_ORDINAL, le=HIGHEST_ORDINAL)] = 0
    radius_m: Annotated[float, Field(ge=0, le=WIDEST_M)] = 5.0
    speed_mps: Annotated[float, Field(ge=0, le=FASTEST_MPS)] | None = None
    seen_s_ago: Annotated[float, Field(ge=0, le=LONGEST_S)] = 0.0
    kind: str = "armed_assailant"
    building: str | None = None


_FILE: TypeAdapter[list[GivenThreat]] = TypeAdapter(list[GivenThreat])


def read_threats(words: Sequence[str], kinds: Mapping[str, object]) -> list[tuple[str, GivenThreat]]:
    """The threats of a command line, each with its place there.

    Args:
        words: What stands behind each ``--threat``: an object in JSON, or ``@`` and the name of a file with one or a
            list of them.
        kinds: Kinds of incidents that there are, by key.

    Raises:
        InvalidInput: Not JSON, an unknown member or kind, a value of the wrong type or out of range.
    """
    found = [threat for number, text in enumerate(words, start=1) for threat in _read(text, f"--threat {number}")]
    for where, threat in found:
        _check_place(threat, where)
        if threat.kind not in kinds:
            raise InvalidInput(
                f"There is no kind {threat.kind!r:.60}.", where=where, advice=_nearest(threat.kind, list(kinds))
            )
    return found


def _check_place(threat: GivenThreat, where: str) -> None:
    """Refuse a threat that is nowhere, or in two places."""
    if threat.at is None and threat.polygon is None:
        raise InvalidInput("A threat needs at.", where=where, advice='Give an object such as {"at": [3.5, 2.0]}.')
    unfit = [name for name in ("at", "radius_m") if name in threat.model_fields_set]
    if threat.polygon is not None and unfit:
        raise InvalidInput(f"A threat has polygon and {unfit[0]}.", where=where, advice="Give one of the two.")


def _read(text: str, where: str) -> Iterator[tuple[str, GivenThreat]]:
    if not text.startswith("@"):
        yield where, _one(text.encode("utf-8", "replace"), where)
        return
    path = Path(text[1:])
    data = read_whole(path, FILE_MIB, "Give only the threats.").strip()
    where = shown(path)
    if not data.startswith(b"["):
        yield where, _one(data, where)
        return
    try:
        threats = _FILE.validate_json(data)
    except ValidationError as fault:
        raise _refusal(fault.errors(include_url=False)[0], where) from None
    yield from ((f"{where}: threat {number}", threat) for number, threat in enumerate(threats, start=1))


def _one(data: bytes, where: str) -> GivenThreat:
    try:
        return GivenThreat.model_validate_json(data)
    except ValidationError as fault:
        raise _refusal(fault.errors(include_url=False)[0], where) from None


def _refusal(error: ErrorDetails, where: str) -> InvalidInput:
    """What is wrong, in one line that names the member."""
    place = error["loc"]
    if place and isinstance(place[0], int):
        where, place = f"{where}: threat {place[0] + 1}", place[1:]
    name = ".".join(str(step) for step in place)
    if error["type"] == "json_invalid":
        return InvalidInput(f"This is not JSON: {error['ctx']['error']}.", where=where, advice="Quote it as one word.")
    if error["type"] == "extra_forbidden":
        advice = _nearest(name, list(GivenThreat.model_fields))
        return InvalidInput(f"A threat has no {name!r:.60}.", where=where, advice=advice)
    return InvalidInput(f"{name or 'It'} is {_brief(error['input'])}.", where=where, advice=f"{error['msg']}.")


def _brief(value: Any) -> str:  # noqa: ANN401 - whatever JSON may hold
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1) or [
        one for one in known if name and one.startswith(name)
    ]
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."
