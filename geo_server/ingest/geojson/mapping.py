"""Which property of a file says what: suggested by its name, overruled by a person.

Terminology:
    field: what is looked for in a file: ``name``, ``level`` and so on.
    property: what the file's author called it: ``ROOM_NO``, ``floor_id``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.titles import level_of

CANDIDATES: dict[str, str] = {
    "name": """ROOMNO ROOMNUMBER ROOMNUM ROOMNR RAUMNR RAUMNUMMER RMNO RMID ROOMID NUMBER NUMMER NUM NO NR REF CODE ROOM RAUM
        SPACEID UNITID NAME ROOMNAME LABEL TITLE SPACENAME UNITNAME BEZEICHNUNG NOM NOMBRE NOME NAAM NAZWA""",
    "alias": """ROOMNAME LONGNAME NAMELONG SPACENAME UNITNAME ALTNAME ALIAS NAME RAUMNAME BEZEICHNUNG DESCRIPTION DESC NOM
        NOMBRE""",
    "level": """LEVEL FLOOR STOREY STORY LEVELNUMBER FLOORNUMBER LEVELNO FLOORNO VERTICALORDER ORDINAL LEVELNAME FLOORNAME
        LEVELID FLOORID GESCHOSS ETAGE STOCKWERK STOCK PLANTA PIANO NIVEAU VERDIEPING NIVEL POZIOM""",
    "category": """CATEGORY USETYPE USAGE USE ROOMTYPE SPACETYPE UNITTYPE TYPE KIND CLASS FUNCTION NUTZUNG NUTZUNGSART RAUMTYP
        KATEGORIE LAYER USO FONCTION""",
    "capacity": "CAPACITY OCCUPANCY MAXOCCUPANCY OCCUPANTS SEATS PLACES PLAETZE KAPAZITAET",
    "width": "WIDTH WIDTHM CLEARWIDTH DOORWIDTH BREITE LARGEUR ANCHO",
}
"""Properties that a field is taken from, likeliest first, without separators."""

_SPLIT = re.compile(r"[^A-Z0-9]+")


def suggest_mapping(properties: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The property of each field that has one, by name. A property stands for one field only.

    Args:
        properties: Of all objects of a file.
    """
    filled = Counter(key for one in properties for key, value in one.items() if text_of(value))
    by_word: dict[str, str] = {}
    for key in sorted(filled, key=lambda key: (-filled[key], key)):
        by_word.setdefault("".join(_SPLIT.split(plain_words(key))), key)
    found: dict[str, str] = {}
    for field, words in CANDIDATES.items():
        free = [by_word[word] for word in words.split() if word in by_word and by_word[word] not in found.values()]
        if free:
            found[field] = free[0]
    return found


def told_mapping(told: Mapping[str, str], properties: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What a person says, checked; an empty property takes a field out.

    Raises:
        InvalidInput: There is no such field, or no object has such a property.
    """
    known = {key for one in properties for key in one}
    for field, key in told.items():
        if field not in CANDIDATES:
            raise InvalidInput(
                f"There is no field {field[:40]!r}.", where="map", advice=f"Fields: {', '.join(CANDIDATES)}."
            )
        if key and key not in known:
            shown = ", ".join(sorted(known)[:40]) or "none"
            raise InvalidInput(
                f"No object has a property {key[:60]!r}.", where=f"map: {field}", advice=f"Properties found: {shown}."
            )
    return dict(told)


def text_of(value: object) -> str:
    """A property's value as a text of one line; empty for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())[:200]


def ordinal_of(text: str) -> int | None:
    """The ordinal that a level's value names: a whole number, or words such as ``2nd floor`` or ``EG``."""
    if re.fullmatch(r"[-+−]?\d{1,3}(?:\.0+)?", text):
        ordinal = int(float(text.replace("−", "-")))
    else:
        said = level_of(text)
        if said is None:
            return None
        ordinal = said
    return ordinal if LOWEST_ORDINAL <= ordinal <= HIGHEST_ORDINAL else None
