"""What is written beside doors to outside: their numbers, and that they are for emergencies only. All lengths in
metres."""

import re
from collections.abc import Sequence
from dataclasses import replace

from shapely import Point

from geo_server.domain.places import OpeningCategory
from geo_server.ingest.dxf import lexicon
from geo_server.ingest.dxf.drawing import Label
from geo_server.ingest.dxf.openings import FoundOpening
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.profile import tokens

SIGN_REACH_M = 4.0
"""A sign may stand this far from the middle of its door: outside the sweep of a double leaf."""

_NUMBER = re.compile(r"^(?:D|DOOR|E|EX|EXIT|T|P)?[-. ]?\d{1,3}[A-Z]?$")
_EMERGENCY = re.compile(
    r"EMERGENCY (?:EXIT|DOOR|ONLY)|NOTAUSGANG|NOTTURE?\b|(?:SORTIE|ISSUE|PORTE) DE SECOURS|SALIDA DE EMERGENCIA"
    r"|SORTIDA D.EMERGENCIA|USCITA DI (?:SICUREZZA|EMERGENZA)|NOODUITGANG|WYJSCIE EWAKUACYJNE|SAIDA DE EMERGENCIA"
)


def read_signs(openings: Sequence[FoundOpening], labels: Sequence[Label]) -> list[FoundOpening]:
    """Openings with the numbers and the category that texts beside exits give them; each sign serves its nearest exit."""
    signed = list(openings)
    for label in labels:
        words = plain_words(label.text).strip()
        numbers, warns = _is_door_number(label, words), _EMERGENCY.search(words) is not None
        index = _nearest_exit(signed, label) if numbers or warns else None
        if index is None:
            continue
        if numbers:
            signed[index] = replace(signed[index], number=signed[index].number or label.text.strip())
        else:
            signed[index] = replace(signed[index], category=OpeningCategory.EMERGENCY_EXIT)
    return signed


def _is_door_number(label: Label, words: str) -> bool:
    """Whether a text reads like a door's number and its layer, block or attribute is about doors."""
    about = {*tokens(label.layer), *tokens(label.block), *tokens(label.tag)}
    return _NUMBER.match(words) is not None and not about.isdisjoint(lexicon.DOOR)


def _nearest_exit(openings: Sequence[FoundOpening], label: Label) -> int | None:
    at = Point(label.at)
    away = [(o.line.centroid.distance(at), index) for index, o in enumerate(openings) if o.exit]
    distance, index = min(away, default=(SIGN_REACH_M, -1))
    return index if distance < SIGN_REACH_M else None
