"""English in messages."""

_FORMS = {"foot": "feet", "person": "people"}
"""Plurals that an s alone does not make."""


def plural(noun: str) -> str:
    """More than one of a noun; of a phrase, its last word changes: ``room outline`` to ``room outlines``."""
    head, space, last = noun.rpartition(" ")
    return f"{head}{space}{_plural_of_word(last)}"


def counted(count: int, noun: str) -> str:
    """How many there are: ``1 zone``, ``3 zones``, ``2,400 zones``."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def _plural_of_word(word: str) -> str:
    if word in _FORMS:
        return _FORMS[word]
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"
