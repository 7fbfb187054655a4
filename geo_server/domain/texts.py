"""A status report in one short line of text, such as a telephone without a network connection can still send.

Grammar, words in any case, apart by blanks::

    line    = ["S"] place status [students [injured [adults]]] [note]
    place   = what the zone is called: its name, its alias, or either behind the name of its building
    status  = OK | HELP | MEDICAL | MED | THREAT | LEAVING | OUT | DANGER | CLEARED

``S 114 OK 24 0`` says that room 114 is well, with 24 students and nobody injured.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from geo_server.domain.incidents import CALLS, Status
from geo_server.domain.places import Floorplan, Zone

WORDS: dict[str, Status] = {
    "OK": Status.OK,
    "HELP": Status.HELP,
    "MEDICAL": Status.MEDICAL,
    "MED": Status.MEDICAL,
    "THREAT": Status.THREAT_HERE,
    "LEAVING": Status.EVACUATING,
    "OUT": Status.EVACUATED,
    "DANGER": Status.DANGER,
    "CLEARED": Status.CLEARED,
}

LONGEST_LINE = 160
"""Characters of one text message (3GPP TS 23.038, 7-bit alphabet)."""
LONGEST_NOTE = 300
MOST_PEOPLE = 9999
USAGE = "Write: S 114 OK 24 0 (room; OK HELP MEDICAL THREAT LEAVING or OUT; students; injured)"

_COUNTS = 3
_STOPS = ".,;:!"


@dataclass(frozen=True, slots=True)
class TextReport:
    """What a line says.

    Args:
        place: What it calls the zone.
        students: None when not said; so are ``injured`` and ``adults``.
    """

    place: str
    status: Status
    students: int | None = None
    injured: int | None = None
    adults: int | None = None
    note: str = ""


def read_text(text: str) -> list[TextReport]:
    """Everything that a line can mean, the shortest name of a place first; nothing when it says no status.

    A zone may be called ``Check out``: which reading is meant is for the map to say.
    """
    words = text.split()
    if words and words[0].upper() == "S":
        words = words[1:]
    return [_reading(words, index) for index in range(1, len(words)) if _status(words[index]) is not None]


def other_calls(report: TextReport) -> list[str]:
    """Words of a note that call for help, though the status of the report does not: ``OK need help``."""
    said = {word.strip(_STOPS).upper() for word in report.note.split()}
    return [] if report.status in CALLS else sorted(word for word in said if WORDS.get(word) in CALLS)


def match_zones(floorplan: Floorplan, place: str) -> list[Zone]:
    """The zones that are called so, whatever the case and the blanks."""
    wanted = _folded(place)
    return [zone for zone in floorplan.zones if wanted in _names(floorplan, zone)]


def one_line(text: str) -> str:
    """A text as one line that every telephone shows: printable ASCII, no longer than a text message."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in plain).split())
    return shown if len(shown) <= LONGEST_LINE else f"{shown[: LONGEST_LINE - 3]}..."


def _reading(words: Sequence[str], index: int) -> TextReport:
    status = _status(words[index])
    assert status is not None
    rest = list(words[index + 1 :])
    counts: list[int | None] = []
    while rest and len(counts) < _COUNTS and _is_count(rest[0]):
        counts.append(int(rest.pop(0)))
    students, injured, adults = (counts + [None] * _COUNTS)[:_COUNTS]
    note = "".join(sign for sign in " ".join(rest) if sign.isprintable())
    return TextReport(" ".join(words[:index]), status, students, injured, adults, note[:LONGEST_NOTE])


def _status(word: str) -> Status | None:
    return WORDS.get(word.strip(_STOPS).upper())


def _is_count(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= len(str(MOST_PEOPLE))


def _names(floorplan: Floorplan, zone: Zone) -> set[str]:
    own = {zone.name, zone.alias or zone.name, f"{zone.alias} {zone.name}" if zone.alias else zone.name}
    level = floorplan.level_by_id[zone.level_id]
    building = floorplan.building_by_id.get(level.building_id) if level.building_id else None
    with_building = {f"{building.name} {name}" for name in own} if building else set()
    return {_folded(name) for name in own | with_building}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
