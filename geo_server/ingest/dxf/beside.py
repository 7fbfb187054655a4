"""Buildings beside each other on one sheet: parts of one level, where each is called a building by a letter or a number.

All lengths in metres.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely import Point

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.drawing import Label
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.titles import LONGEST_TITLE, level_of
from geo_server.ingest.dxf.views import TITLE_REACH_M, View, name_views

_BUILDING = (
    r"BUILDING|BLDG|BLOCK|HALL|HOUSE|WING|PAVILION|PORTABLE|GEBAE?UDE|HAUS|TRAKT|FLUE?GEL|PAVILLON|BATIMENT|BAT|AILE|"
    r"EDIFICIO|EDIFICI|BLOQUE|BLOC|PABELLON|ALA|PADIGLIONE|GEBOUW|VLEUGEL|BUDYNEK|SKRZYDLO|BUDOVA|EPULET|BYGNING|BYGGNAD|"
    r"RAKENNUS|PREDIO|КОРПУС|ЗДАНИЕ|БЛОК|ΚΤΙΡΙΟ|مبنى|בניין"
)
_CALLED = (
    re.compile(rf"\b(?:{_BUILDING})\b[\s.:#№-]*(?:NO\b\W*)?([^\W\d_]|\d{{1,3}}[A-Z]?)\b"),
    re.compile(r"([A-Z]|\d{1,3})\s*(?:号楼|號樓|号館|棟|栋|동)"),
)


def building_of(text: str) -> str | None:
    """The letter or number of the building that a title speaks of, or None."""
    words = plain_words(text)
    if len(words) > LONGEST_TITLE:
        return None
    return next((match[1] for pattern in _CALLED if (match := pattern.search(words))), None)


def joined_buildings(views: Sequence[View], labels: Sequence[Label]) -> tuple[View, Finding] | None:
    """The one level that views show when each is called a building of its own, and what to tell; None when they are not.

    Where more than one level is written, each building has several, and which lies over which is not known.
    """
    titles = [(building, Point(label.at)) for label in labels if (building := building_of(label.text))]
    called = [_nearest(view, views, titles) for view in views]
    if len(views) < 2 or len(set(called) - {None}) < len(views):
        return None
    named = name_views(views, labels)
    written = {level for view in named if (level := level_of(view.title)) is not None}
    if len(written) > 1:
        return None
    words = f"Buildings {', '.join(sorted(name for name in called if name))} were taken for parts of one level."
    first = max(named, key=lambda view: level_of(view.title) is not None)
    whole = replace(
        first,
        outline=shapely.union_all([view.outline for view in views]),
        length_m=sum(view.length_m for view in views),
        ordinal=next(iter(written), 0),
        guessed=not written,
    )
    return whole, make_finding("buildings-beside", words, count=len(views))


def _nearest(view: View, views: Sequence[View], titles: Sequence[tuple[str, Point]]) -> str | None:
    """The building that stands nearest to a view by its title, and is nearer to no other view."""
    away = []
    for building, at in titles:
        distance = view.outline.distance(at)
        if distance <= TITLE_REACH_M and all(distance <= other.outline.distance(at) for other in views):
            away.append((distance, building))
    return min(away)[1] if away else None
