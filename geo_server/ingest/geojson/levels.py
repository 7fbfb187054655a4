"""What a person says of a file, and the levels that its objects lie on by what they call them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from geo_server.domain.findings import Finding
from geo_server.domain.places import Level
from geo_server.ingest.codes import make_finding
from geo_server.ingest.geojson.features import PlainFeature
from geo_server.ingest.geojson.mapping import ordinal_of, text_of

NAMESPACE = UUID("0d5f2f0a-2f0e-5b0f-9a0e-8f0c7a1e4b11")
"""Ids are made of the file's own ids in this namespace, so that the same file gives the same ids."""


@dataclass(frozen=True)
class Told:
    """What a person says of a file, and which property says what in it."""

    fields: Mapping[str, str]
    ordinal: int | None
    level_name: str | None

    def text(self, feature: PlainFeature, field: str) -> str:
        """What a feature says of a field; empty when nothing."""
        key = self.fields.get(field, "")
        return text_of(feature.properties.get(key)) if key else ""


def plain_id(kind: str, *parts: object) -> UUID:
    """The id of a thing made of an object of the file; a zone keeps its object's own UUID."""
    if kind == "zone" and len(parts) == 1:
        try:
            return UUID(str(parts[0]))
        except ValueError:
            pass
    return uuid5(NAMESPACE, "/".join([kind, *(str(part) for part in parts)]))


class Levels:
    """Levels by what features call them.

    Args:
        told: What a person says.
        features: Of the file.
    """

    def __init__(self, told: Told, features: Sequence[PlainFeature]) -> None:
        self._told = told
        self.findings: list[Finding] = []
        words = sorted({told.text(f, "level") for f in features}) if told.ordinal is None else [""]
        self._ordinals = self._numbered(words)
        titles: dict[int, str] = {}
        for word, ordinal in self._ordinals.items():
            titles.setdefault(ordinal, word if any(c.isalpha() for c in word) else f"Level {ordinal}")
        if told.level_name and len(titles) == 1:
            titles = dict.fromkeys(titles, told.level_name)
        self.all = [Level(plain_id("level", ordinal), None, ordinal, titles[ordinal]) for ordinal in sorted(titles)]

    def ordinal(self, feature: PlainFeature) -> int:
        """The ordinal of the level that a feature lies on."""
        return self._ordinals["" if self._told.ordinal is not None else self._told.text(feature, "level")]

    def _numbered(self, words: Sequence[str]) -> dict[str, int]:
        """Ordinals of what levels are called; names that say no number come after the others, in their order."""
        if self._told.ordinal is not None:
            return {"": self._told.ordinal}
        known = {word: ordinal_of(word) if word else 0 for word in words}
        found = {word: ordinal for word, ordinal in known.items() if ordinal is not None}
        following = max(found.values(), default=-1) + 1
        for number, word in enumerate((word for word in words if known[word] is None), start=following):
            found[word] = number
            self.findings.append(make_finding("level-guessed", f"{word[:60]!r} was taken for level {number}."))
        if "" in found:
            self._note_missing(len(words))
        return found

    def _note_missing(self, kinds: int) -> None:
        words = "Nothing says on which level the spaces lie." if kinds == 1 else "Some objects name no level."
        self.findings.append(make_finding("level-guessed", f"{words} They were put on level 0."))
