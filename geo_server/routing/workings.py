"""What is worked out on a floorplan for one plan and stays with it for the next ones."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from geo_server.domain.routes import Destination
from geo_server.routing.kept import Kept
from geo_server.routing.profiles import Profile
from geo_server.routing.visibility import Floats

NETWORKS_KEPT = 4
"""Networks that stay with a floorplan: with no door closed and with some, for a few groups of people or incidents."""

SPEEDS_KEPT = 8
"""Speeds of threats and of people whose times stay with a floorplan: each kind of incident has its own."""

THREATS_KEPT = 64
"""Places of threats that stay with a floorplan: of several threats one is seen again at a time."""

VARIANTS_KEPT = len(Destination) * 2 + 2
"""With all ends of ways, and with the locks of today and of a moment ago."""


@dataclass(frozen=True, eq=False)
class Workings:
    """Of one compiled floorplan; those who work something out know what it is.

    Args:
        networks: By people and what is closed (see :mod:`geo_server.routing.trails`).
        courses: Ways as they lie, by zone, nodes and edges (see :mod:`geo_server.routing.courses`).
        located: Threats by level, place, radius and polygon (see :mod:`geo_server.routing.threats`).
        variants: The same floorplan with other ends of ways (see :mod:`geo_server.routing.refuges`), or with locks as they were
            found (:mod:`geo_server.routing.locks`).
        times: Seconds of people and of threats, by profile or speed.
    """

    networks: Kept[tuple[Profile, frozenset[UUID]], Any] = field(default_factory=lambda: Kept(NETWORKS_KEPT))
    courses: dict[tuple[UUID, tuple[int, ...], tuple[int, ...]], Any] = field(default_factory=dict)
    located: Kept[Any, Any] = field(default_factory=lambda: Kept(THREATS_KEPT))
    variants: Kept[Any, Any] = field(default_factory=lambda: Kept(VARIANTS_KEPT))
    times: Kept[Profile | float, Floats] = field(default_factory=lambda: Kept(SPEEDS_KEPT))
