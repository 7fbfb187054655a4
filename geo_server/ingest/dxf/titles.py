"""What the titles of drawings say: which level of a building a view shows."""

import re

from geo_server.ingest.dxf.plain import plain_words

LONGEST_TITLE = 60
"""Longer texts are notes."""

_LEVEL_WORDS: tuple[tuple[int, str], ...] = (
    (
        0,
        r"GROUND(?: LEVEL| FLOOR| STOREY)|MAIN (?:LEVEL|FLOOR)|ERDGESCHOSS|REZ[- ]DE[- ]CHAUSSEE|PLANTA BAIXA|PLANTA BAJA",
    ),
    (0, r"PIANO TERRA|BEGANE GROND|PARTER|RES[- ]DO[- ]CHAO|BOTTENVANING|STUEETAGE|\bEG\b|\bRDC\b|\bPB\b"),
    (
        -1,
        r"BASEMENT|CELLAR|LOWER LEVEL|UNTERGESCHOSS|KELLER|SOUS[- ]SOL|SOTERRANI|SOTANO|SEMISOTANO|SEMINTERRATO|KELDER|PIWNICA|ПОДВАЛ|ЦОКОЛ",
    ),
)
_WORDS_TO_NUMBER = {
    w: n
    for n, words in enumerate(
        (
            "",
            "FIRST PRIMERA PRIMER PREMIER PRIMO ERSTES",
            "SECOND SEGONA SEGUNDA DEUXIEME SECONDO ZWEITES",
            "THIRD TERCERA TROISIEME TERZO DRITTES",
            "FOURTH QUARTA CUARTA QUATRIEME QUARTO VIERTES",
            "FIFTH CINQUENA QUINTA CINQUIEME QUINTO",
        )
    )
    for w in words.split()
}
_STOREY = r"(?:FLOOR|LEVEL|STOREY|STORY|PLANTA|NIVELL?|ETAGE|NIVEAU|PIANO|VERDIEPING|PIETRO|PLAN|OBERGESCHOSS|OG|ЭТАЖА?|ПОВЕРХУ?)"
_NUMBERED = (
    re.compile(rf"(?<![\d.])(-?\d{{1,2}})\s*(?:ST|ND|RD|TH|\.|O|A|º|ª|ER|EME|E)?\s*{_STOREY}\b"),
    re.compile(rf"\b{_STOREY}\s*[:#-]?\s*(-?\d{{1,2}})(?![\d.,])"),
    re.compile(r"^\s*L\s*0?(\d{1,2})\s*$"),
    re.compile(rf"(?<!\d)(\d{{1,2}})\s*(?:階|层|層|{plain_words('층')})"),
)
_UG = re.compile(rf"(\d)?\s*\.?\s*UG\b|(?:地下|{plain_words('지하')})\s*(\d)?")
_TITLE = re.compile(rf"\b{_STOREY}\b|FLOOR PLAN|GRUNDRISS|PLANTA|ROOF|TOP FLOOR|平面図|平面图|平面圖|평면도")


TOP = re.compile(
    r"\b(?:ROOF|DACH\w*|TOITURE|COBERTA|CUBIERTA|COPERTURA|TETTO|DAK\w*|COBERTURA|TAK|STRECHA|TETO|КРОВЛ\w*|КРЫШ\w*|ДАХ)\b|屋顶|屋面|屋頂|屋根"
)
"""The top of a building, whatever its number is."""


def level_of(title: str) -> int | None:
    """The ordinal that a title speaks of, or None."""
    words = plain_words(title)
    for ordinal, pattern in _LEVEL_WORDS:
        if re.search(pattern, words):
            return ordinal
    if match := _UG.search(words):
        return -int(match[1] or match[2] or 1)
    for numbered in _NUMBERED:
        if match := numbered.search(words):
            return int(match[1])
    number = next((n for w, n in _WORDS_TO_NUMBER.items() if re.search(rf"\b{w}\b", words)), None)
    return number if number is not None and re.search(rf"\b{_STOREY}\b", words) else None


def is_title(text: str) -> bool:
    """Whether a text names a level."""
    return len(text) <= LONGEST_TITLE and (level_of(text) is not None or _TITLE.search(plain_words(text)) is not None)
