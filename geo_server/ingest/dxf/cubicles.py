"""Places of work behind low partitions: parts of the room that they stand in, and no rooms of their own.

What nobody can lock and anybody can look over shelters nobody. Partitions are thinner than the walls of the building, and
the places between them are many, small, alike and open. All lengths in metres.
"""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon, STRtree

from geo_server.domain.findings import Finding
from geo_server.domain.places import OpeningCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.booths import THROUGH_M, free_part
from geo_server.ingest.dxf.labels import Stamp
from geo_server.ingest.dxf.openings import FoundOpening
from geo_server.ingest.dxf.profile import category_of

LARGEST_M2, LEAST = 12.0, 3
"""Cubicles are no larger, and come in no smaller numbers."""
THIN_M, THIN_SHARE = 0.105, 0.6
"""Partitions are no thicker than this, along this share of a cubicle's edge."""
THINNER = 0.7
"""Partitions are thinner than this share of the thickness of walls."""
FARTHEST_M, STEP_M = 0.6, 0.25
"""How far from the edge of a zone another one is looked for, and how often along it."""


def absorb_cubicles(
    zones: Sequence[Polygon], openings: Sequence[FoundOpening], kept: Collection[int], stamps: Sequence[Stamp]
) -> tuple[list[Polygon], list[FoundOpening], list[Stamp], list[Finding]]:
    """Zones with cubicles joined to the rooms that they open to; indices of zones stay as they were.

    Args:
        zones: None overlapping; empty ones do not count.
        openings: Between them.
        kept: Indices of zones that stay: stairs, and rooms that somebody outlined.
        stamps: What texts say.

    Returns:
        The zones, an absorbed one empty; the openings and stamps that are left; what was told.
    """
    unlike = _entered_by_doors(openings) | set(kept) | _named(zones, stamps)
    likely = [i for i, zone in enumerate(zones) if 0 < zone.area <= LARGEST_M2 and i not in unlike]
    cubicles = _thinly_parted(zones, likely) if len(likely) >= LEAST else []
    hosts = _hosts(cubicles, openings)
    if len(hosts) < LEAST:
        return list(zones), list(openings), list(stamps), []
    result = list(zones)
    for host in sorted(set(hosts.values())):
        own = {i for i, found in hosts.items() if found == host}
        ways = [o.line for o in openings if set(o.sides) <= own | {host}]
        gaps = [free_part(line.buffer(THROUGH_M, cap_style="flat"), zones, {host, *own}) for line in ways]
        joined = shapely.union_all([zones[host], *(zones[i] for i in own), *gaps], grid_size=0.001)
        parts = [part for part in shapely.get_parts(joined) if isinstance(part, Polygon)]
        result[host] = max(parts, key=lambda part: part.area)
        for index in own:
            result[index] = Polygon()
    left = [o for o in openings if not any(side in hosts for side in o.sides)]
    tree = STRtree([zones[i] for i in hosts])
    said = [stamp for stamp in stamps if len(tree.query(Point(stamp.at), predicate="within")) == 0]
    return result, left, said, [_told(zones, hosts)]


def _told(zones: Sequence[Polygon], cubicles: Collection[int]) -> Finding:
    at = zones[min(cubicles)].representative_point()
    return make_finding("cubicle-absorbed", at=(at.x, at.y), count=len(cubicles))


def _entered_by_doors(openings: Sequence[FoundOpening]) -> set[int]:
    """Zones with a door, or with a way out."""
    ways = [o for o in openings if o.category is not OpeningCategory.GAP or None in o.sides]
    return {side for o in ways for side in o.sides if side is not None}


def _named(zones: Sequence[Polygon], stamps: Sequence[Stamp]) -> set[int]:
    """Zones in which a use of a room or an area is written."""
    telling = [Point(s.at) for s in stamps if s.area_m2 or category_of(s.name) is not None]
    return set(STRtree(list(zones)).query(telling, predicate="within")[1].tolist()) if telling else set()


def _thinly_parted(zones: Sequence[Polygon], likely: Sequence[int]) -> list[int]:
    """Which of some zones have others behind partitions, thinner than the walls between the other zones."""
    others = sorted(set(range(len(zones))) - set(likely))
    tree = STRtree(list(zones))
    away = {i: _thickness(zones, tree, i) for i in likely}
    walls = [
        thick
        for i in others
        if zones[i].area > 0
        for thick in _thickness(zones, tree, i)
        if THIN_M < thick <= FARTHEST_M
    ]
    usual = float(np.median(walls)) if walls else 0.0
    thin = min(THIN_M, THINNER * usual)
    return [i for i in likely if len(away[i]) and float((away[i] <= thin).mean()) >= THIN_SHARE]


def _thickness(zones: Sequence[Polygon], tree: STRtree, index: int) -> npt.NDArray[np.float64]:
    """How far from places along the edge of a zone the nearest other one is; FARTHEST_M and more is infinite."""
    ring = zones[index].exterior
    count = max(8, int(ring.length / STEP_M))
    spots = shapely.line_interpolate_point(ring, (np.arange(count) + 0.5) / count, normalized=True)
    near = tree.query(ring, predicate="dwithin", distance=FARTHEST_M).tolist()
    around = [zones[i] for i in near if i != index]
    if not around:
        return np.full(count, np.inf)
    away = np.min([shapely.distance(zone, spots) for zone in around], axis=0)
    return np.where(away <= FARTHEST_M, away, np.inf)


def _hosts(cubicles: Sequence[int], openings: Sequence[FoundOpening]) -> dict[int, int]:
    """The room that each cubicle opens to, by way of other cubicles if need be."""
    hosts: dict[int, int] = {}
    own = set(cubicles)
    changed = True
    while changed:
        changed = False
        for opening in openings:
            for here, there in (opening.sides, opening.sides[::-1]):
                if here not in own or here in hosts or there is None:
                    continue
                host = hosts.get(there) if there in own else there
                if host is not None:
                    hosts[here] = host
                    changed = True
    return hosts
