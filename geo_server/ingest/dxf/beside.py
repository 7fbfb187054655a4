"""Buildings beside each other on one sheet: parts of one level, where each is called a building by a letter or a number.

Rooms are called so too (``HALL 2``), and storeys laid into one are worse than buildings laid over each other. So it must
be a title, and nothing beside or in any of them may speak of levels that differ. All lengths in metres.
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
from geo_server.ingest.dxf.titles import LONGEST_TITLE, is_title, level_of
from geo_server.ingest.dxf.views import TITLE_REACH_M, View, name_views, titles_among

_BUILDING = (
    r"BUILDING|BLDG|BLOCK|HALL|HOUSE|WING|PAVILION|PORTABLE|GEBAE?UDE|HAUS|TRAKT|FLUE?GEL|PAVILLON|BATIMENT|BAT|AILE|"
    r"EDIFICIO|EDIFICI|BLOQUE|BLOC|PABELLON|ALA|PADIGLIONE|GEBOUW|VLEUGEL|BUDYNEK|SKRZYDLO|BUDOVA|EPULET|BYGNING|BYGGNAD|"
    r"RAKENNUS|PREDIO|КОРПУС|ЗДАНИЕ|БЛОК|ΚΤΙΡΙΟ|مبنى|בניין"
)
_CALLED = (
    re.compile(rf"\b(?:{_BUILDING})\b[\s.:#№-]*(?:NO\b\W*)?([^\W\d_]|\d{{1,3}}[A-Z]?)\b"),
    re.compile(r"([A-Z]|\d{1,3})\s*(?:号楼|號樓|号館|棟|栋|동)"),
)

_BETWEEN = " \t\n,;:.()[]/|_-–—"
_SCALE = re.compile(r"\b(?:SCALE|MASSSTAB|ESCALA|ECHELLE|SCALA)?\W*1\s*[:/]\s*\d{2,4}\b")
_PLAN_ALONE = re.compile(
    rf"(?:(?:GENERAL|SITE|KEY|OVERALL|FLOOR)\s+)*PLAN|GRUNDRISS|平面図|平面图|平面圖|{plain_words('평면도')}"
)
"""Titles that say what is drawn and not which level."""


def building_of(text: str) -> str | None:
    """The letter or number of the building that a text is the title of, or None."""
    building, rest = _parts(text)
    return building if not rest or is_title(rest) else None


def _parts(text: str) -> tuple[str | None, str]:
    """The building that a text begins or ends with, and all else that it says."""
    words = _SCALE.sub(" ", plain_words(text)).strip(_BETWEEN)
    for pattern in _CALLED if len(words) <= LONGEST_TITLE else ():
        for match in pattern.finditer(words):
            before, after = words[: match.start()].strip(_BETWEEN), words[match.end() :].strip(_BETWEEN)
            if not before or not after:
                return match[1], before or after
    return None, words


def joined_buildings(views: Sequence[View], labels: Sequence[Label]) -> tuple[View, Finding] | None:
    """The one level that views show when each is called a building of its own, and what to tell; None when they are not.

    Where levels are written, all of them must show the same: else each building has several, and which lies over which
    is not known.
    """
    called = _called(views, labels)
    if len(views) < 2 or len(set(called) - {None}) < len(views):
        return None
    said = [_levels_said(view, views, labels) for view in views]
    if any(said) and (said[0] == {None} or len(said[0]) > 1 or any(levels != said[0] for levels in said)):
        return None
    named = name_views(views, labels)
    words = f"Buildings {', '.join(sorted(name for name in called if name))} were taken for parts of one level."
    first = max(named, key=lambda view: level_of(view.title) is not None)
    whole = replace(
        first,
        outline=shapely.union_all([view.outline for view in views]),
        length_m=sum(view.length_m for view in views),
        ordinal=next((level for level in said[0] if level is not None), 0),
        guessed=not said[0],
    )
    return whole, make_finding("buildings-beside", words, count=len(views))


def _called(views: Sequence[View], labels: Sequence[Label]) -> list[str | None]:
    """The building that the nearest title of each view names."""
    named = titles_among(labels, views, lambda text: building_of(text) is not None)
    called = []
    for view in views:
        own = [label.height for label in labels if is_title(label.text) and _is_of(label, view, views)]
        mine = [
            (view.outline.distance(Point(label.at)), building_of(label.text))
            for label in named
            if _is_of(label, view, views) and (not _is_in(label, view) or label.height >= max(own, default=0.0))
        ]
        called.append(min(mine, key=lambda found: found[0])[1] if mine else None)
    return called


def _levels_said(view: View, views: Sequence[View], labels: Sequence[Label]) -> set[int | None]:
    """The levels that texts in or beside a view speak of; None for one without a number."""
    rests = [_parts(label.text)[1] for label in labels if _is_of(label, view, views)]
    return {level_of(rest) for rest in rests if is_title(rest) and not _PLAN_ALONE.fullmatch(rest)}


def _is_in(label: Label, view: View) -> bool:
    return bool(view.outline.distance(Point(label.at)) == 0)


def _is_of(label: Label, view: View, views: Sequence[View]) -> bool:
    """Whether a text stands within reach of a view and is nearer to no other."""
    at = Point(label.at)
    distance = view.outline.distance(at)
    return bool(distance <= TITLE_REACH_M and all(distance <= other.outline.distance(at) for other in views))
