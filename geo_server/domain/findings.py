"""What an intake noticed in a drawing: dropped, repaired, guessed or contradictory. A damaged drawing is a report, not
an exception."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """Something is missing or contradictory; a person must look before publishing."""
    FIXED = "fixed"
    """Something was repaired or guessed, and said so."""
    NOTE = "note"
    """Something worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed.

    Args:
        code: Stable kebab-case name, documented in ``docs/reference/findings.md``.
        message: One sentence: what.
        advice: One sentence: what to do; empty when there is nothing to do.
        x: Place in drawing metres, or None.
        y: Place in drawing metres, or None.
        ordinal: Level, or None.
        layer: Layer in the drawing, or None.
        handle: Handle (DXF) or id (OSM, GeoJSON) of the object, or None.
        count: How many objects this finding stands for.
    """

    code: str
    severity: Severity
    message: str
    advice: str = ""
    x: float | None = None
    y: float | None = None
    ordinal: int | None = None
    layer: str | None = None
    handle: str | None = None
    count: int = 1
