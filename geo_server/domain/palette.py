"""Colours of the map. Never a colour alone: each meaning has a second cue (a mark, an outline, a dash).

Chosen so that any two meanings stay apart for readers with protan, deutan and tritan vision (CIE76 distance of at least
18, Machado 2009) and that text on a fill keeps a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
"""

from dataclasses import dataclass

from geo_server.domain.incidents import Status


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by meaning, as CSS hexadecimal."""

    ground: str
    zone: str
    corridor: str
    stairs: str
    outdoor: str
    outline: str
    text: str
    halo: str
    wall: str
    glass: str
    door: str
    exit: str
    asset: str
    threat: str
    safe: str
    caution: str
    unknown: str
    on_strong: str


LIGHT = Palette(
    ground="#F6F5F2",
    zone="#FFFFFF",
    corridor="#ECEBE7",
    stairs="#DDE3EA",
    outdoor="#E3EBDD",
    outline="#333333",
    text="#111111",
    halo="#FFFFFF",
    wall="#333333",
    glass="#5B8DB8",
    door="#6B6B6B",
    exit="#007A5A",
    asset="#6A3D9A",
    threat="#B5360B",
    safe="#0072B2",
    caution="#F0E442",
    unknown="#E6E6E6",
    on_strong="#FFFFFF",
)

DARK = Palette(
    ground="#121212",
    zone="#1E1E1E",
    corridor="#2A2A2A",
    stairs="#26313D",
    outdoor="#1C261C",
    outline="#BDBDBD",
    text="#F2F2F2",
    halo="#121212",
    wall="#D0D0D0",
    glass="#7FB2DD",
    door="#9A9A9A",
    exit="#4FC3A1",
    asset="#C9A6F0",
    threat="#FF8A50",
    safe="#56B4E9",
    caution="#F0E442",
    unknown="#4A4A4A",
    on_strong="#000000",
)

MEANINGS: dict[Status, str] = {
    Status.DANGER: "threat",
    Status.THREAT_HERE: "threat",
    Status.MEDICAL: "caution",
    Status.HELP: "caution",
    Status.UNREPORTED: "unknown",
    Status.EVACUATING: "safe",
    Status.OK: "safe",
    Status.EVACUATED: "safe",
    Status.CLEARED: "safe",
}
"""Which colour a status has."""

MARKS: dict[Status, str] = {
    Status.DANGER: "▲",
    Status.THREAT_HERE: "▲",
    Status.MEDICAL: "✚",
    Status.HELP: "!",
    Status.UNREPORTED: "?",
    Status.EVACUATING: "→",
    Status.OK: "✓",
    Status.EVACUATED: "✓✓",
    Status.CLEARED: "✓✓",
}
"""The second cue of a status, drawn with the device's own fonts."""
