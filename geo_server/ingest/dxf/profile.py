"""Which layers and blocks mean wall, door, stair or label: by whole tokens of their names.

A name is cut free of what a bound or attached reference put before it (``xref$0$``, ``xref|``), upper-cased, stripped
of accents and split into tokens (what puts no spaces between words, into all parts); tokens are then looked up in :mod:`geo_server.ingest.dxf.lexicon`. Content decides where
names say nothing, see :mod:`geo_server.ingest.dxf.roles`.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from geo_server.domain.places import AssetCategory, ZoneCategory
from geo_server.ingest.dxf import lexicon
from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.role import Role

_PREFIX = re.compile(r"^.*(?:\$\d+\$|\|)")
_WORDS = re.compile(r"[A-Z]+")
_SPLIT = re.compile(r"[\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_LONGEST_UNSPACED = 6
"""Signs in the longest word that is looked for in a run of Chinese or Japanese, which puts no spaces between words."""
_CODE = re.compile(r"\b[A-Z]{1,2}-?(\d{3})[A-Z]?\b")
_ROOM_NUMBER = re.compile(r"^(?:[A-Z]{0,4}\d{1,3}[-_. ])?[A-Z]{0,3}[-_. ]?\d{1,4}[A-Z]{0,2}$")

_ORDER: tuple[tuple[Role, frozenset[str]], ...] = (
    (Role.EXCLUDE, lexicon.EXCLUDE),
    (Role.LABEL, lexicon.LABEL),
    (Role.WALKABLE, lexicon.WALKABLE),
    (Role.DOOR, lexicon.DOOR),
    (Role.GLAZING, lexicon.GLAZING),
    (Role.STAIRS, lexicon.STAIRS),
    (Role.RAMP, lexicon.RAMP),
    (Role.LIFT, lexicon.LIFT),
    (Role.VOID, lexicon.VOID),
    (Role.COLUMN, lexicon.COLUMN),
    (Role.WALL, lexicon.WALL),
    (Role.AREA, lexicon.AREA),
)


@lru_cache(maxsize=8192)
def tokens(name: str) -> tuple[str, ...]:
    """The tokens of a layer's or block's name, outermost reference prefix removed."""
    return _tokens(plain_words(_PREFIX.sub("", name)))


def _tokens(plain: str) -> tuple[str, ...]:
    """The words of a plain text; of a run of Chinese or Japanese, all that it may consist of."""
    words = [word for word in _SPLIT.split(plain) if word]
    runs = [run for word in words for run in _UNSPACED.findall(word)]
    inside = [run[i : i + n] for run in runs for n in range(1, _LONGEST_UNSPACED + 1) for i in range(len(run) - n + 1)]
    return (*words, *(part for part in inside if part not in words))


@lru_cache(maxsize=8192)
def role_of(layer: str) -> Role:
    """What a layer's name says it is for."""
    words = tokens(layer)
    for role, lexical in _ORDER:
        if any(word in lexical for word in words):
            return role
    code = _CODE.search(plain_words(_PREFIX.sub("", layer)))
    if code is not None:
        for codes, role_name in lexicon.CISFB:
            if int(code.group(1)) in codes:
                return Role(role_name)
    if any(word in lexicon.USES for word in words) or is_room_number(layer):
        return Role.AREA
    return Role.UNKNOWN


@lru_cache(maxsize=8192)
def is_room_number(name: str) -> bool:
    """Whether a name reads like a room number with at least three digits: ``E15-485A``, ``114``, ``B 2.03``."""
    plain = plain_words(_PREFIX.sub("", name)).strip()
    return _ROOM_NUMBER.match(plain) is not None and sum(c.isdigit() for c in plain) >= 3


@lru_cache(maxsize=8192)
def category_of(text: str) -> ZoneCategory | None:
    """The use that a label or a layer's name speaks of, or None."""
    joined = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", plain_words(text))
    found = {lexicon.USES[word] for word in _tokens(joined) if word in lexicon.USES}
    return next((category for category in lexicon.USE_ORDER if category in found), None)


@lru_cache(maxsize=8192)
def asset_of(block: str) -> AssetCategory | None:
    """The asset that a block of this name draws, or None."""
    words = tokens(block)
    joined = {a + b for a, b in pairwise(words)}
    return next((lexicon.ASSETS[word] for word in (*words, *joined) if word in lexicon.ASSETS), None)


@lru_cache(maxsize=8192)
def is_door_block(block: str) -> bool:
    """Whether a block's name says that it draws a door."""
    return any(part in lexicon.DOOR for word in tokens(block) for part in (word, *_WORDS.findall(word)))


def roles_by_layer(strokes: Iterable[Stroke]) -> dict[str, Role]:
    """What each layer is for, by name."""
    return {layer: role_of(layer) for layer in sorted({stroke.layer for stroke in strokes})}


def stroke_role(stroke: Stroke, roles: Mapping[str, Role]) -> Role:
    """What one stroke is for: what its layer is for, unless the way it is drawn says something else, or it came in a
    block that is named for a door or for furniture.
    """
    role = stroke.role or roles.get(stroke.layer, Role.UNKNOWN)
    if stroke.block and role in {Role.UNKNOWN, Role.EXCLUDE} and is_door_block(stroke.block):
        return Role.DOOR
    if stroke.block and asset_of(stroke.block) is not None:
        return Role.EXCLUDE
    return role
