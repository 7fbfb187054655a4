"""Texts that read like the number or the name of a room and are none: tags of doors, keynotes, finishes. Told by how those
of one kind stand together: a room has one number, and no other room has the same. All lengths in metres.

Terminology:
    kind: texts of one height whose letters and digits follow each other alike, such as ``103A`` and ``104B``.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain

import shapely
from shapely import LineString, Polygon, STRtree

from geo_server.ingest.dxf.labels import Stamp
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.profile import category_of

LEAST_OF_A_KIND = 3
"""Fewer may be anything."""
AT_DOOR_M, AT_DOORS_SHARE = 1.3, 0.7
"""Tags of doors stand this near to openings, most of them."""
CROWDED_SHARE = 0.25
"""So many of a kind share their zone with another one: it numbers something else than zones."""
BESIDE_SHARE = 0.5
"""So many of a kind stand in a zone that something else names; a kind that alone names most of its zones is believed."""

_Kind = tuple[int, str]


def without_annotations(stamps: Sequence[Stamp], zones: Sequence[Polygon], ways: Sequence[LineString]) -> list[Stamp]:
    """Stamps without those of kinds that name no rooms.

    Args:
        stamps: Of a level.
        zones: None overlapping.
        ways: Openings.
    """
    kinds: dict[_Kind, list[int]] = defaultdict(list)
    for index, stamp in enumerate(stamps):
        if not stamp.area_m2 and category_of(stamp.name) is None:
            kinds[round(stamp.height / 0.01), _shape(stamp)].append(index)
    many = [members for members in kinds.values() if len(members) >= LEAST_OF_A_KIND]
    if not many:
        return list(stamps)
    places = shapely.points([stamp.at for stamp in stamps])
    homes = _homes(places, zones)
    at_door = set(STRtree(list(ways)).query(places, predicate="dwithin", distance=AT_DOOR_M)[0].tolist())
    gone = set(chain.from_iterable(_no_names(members, stamps, homes, at_door) for members in many))
    return [stamp for index, stamp in enumerate(stamps) if index not in gone]


def _shape(stamp: Stamp) -> str:
    words = re.sub(r"\d", "9", plain_words(stamp.number or stamp.name))
    return re.sub(r"[^\W\d_]", "A", words)


def _homes(places: Sequence[shapely.Point], zones: Sequence[Polygon]) -> dict[int, int]:
    """Index of the zone that each place lies in."""
    place, zone = STRtree(list(zones)).query(places, predicate="within")
    return dict(zip(place.tolist(), zone.tolist(), strict=True))


def _no_names(members: Sequence[int], stamps: Sequence[Stamp], homes: dict[int, int], at_door: set[int]) -> list[int]:
    """Those of one kind that name no rooms: all when they stand at doors, else what is said again and again."""
    held = [index for index in members if index in homes]
    own = set(members)
    named = {homes[i] for i in homes if i not in own and (stamps[i].names or stamps[i].number)}
    if not held or sum(homes[i] in named for i in held) < BESIDE_SHARE * len(held):
        return []
    in_zone = Counter(homes[i] for i in held)
    crowded = sum(in_zone[homes[i]] > 1 for i in held)
    if len(at_door & own) >= AT_DOORS_SHARE * len(members) and crowded >= CROWDED_SHARE * len(held):
        return list(members)
    said = Counter((stamps[i].number, stamps[i].name) for i in members)
    return [i for i in members if said[stamps[i].number, stamps[i].name] >= LEAST_OF_A_KIND]
