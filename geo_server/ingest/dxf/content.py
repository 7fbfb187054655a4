"""What is found of a level, before anything in it has an id. All lengths in metres."""

from dataclasses import dataclass, field

from shapely import LineString, Polygon

from geo_server.domain.confidence import Confidence
from geo_server.domain.findings import Finding
from geo_server.domain.places import ZoneCategory
from geo_server.ingest.dxf.openings import FoundOpening


@dataclass(frozen=True, slots=True)
class FoundZone:
    """A zone before it has an id.

    Args:
        area_m2: What is written in it, or None.
        outlined: Whether somebody drew its outline.
        treads: Whether it is what treads of stairs cover.
        names: How many different names stand in it.
        confidence: How sure its outline is; None until all is known.
    """

    polygon: Polygon
    name: str = ""
    alias: str | None = None
    category: ZoneCategory | None = None
    area_m2: float | None = None
    outlined: bool = False
    treads: bool = False
    names: int = 0
    confidence: Confidence | None = None


@dataclass
class LevelContent:
    """What a level holds.

    Args:
        walls: Lines of walls; the second value says whether one can look through.
    """

    zones: list[FoundZone] = field(default_factory=list)
    openings: list[FoundOpening] = field(default_factory=list)
    walls: list[tuple[LineString, bool]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    doors_drawn: int = 0
