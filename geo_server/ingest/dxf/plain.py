"""Texts made comparable."""

import unicodedata

_LETTERS = {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ł": "l", "Ł": "L"}
"""Letters that are not put together of another one and an accent."""


def plain_words(text: str) -> str:
    """Upper case, no accents."""
    for letter, plain in _LETTERS.items():
        text = text.replace(letter, plain)
    split = unicodedata.normalize("NFKD", text.upper())
    return "".join(c for c in split if not unicodedata.combining(c))
