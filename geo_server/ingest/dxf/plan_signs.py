"""What shows a view to be a floor plan, and which views are none: sections, elevations and enlarged details.

All lengths in metres.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import shapely
from shapely import STRtree

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.drawing import Drawing, Stroke
from geo_server.ingest.dxf.labels import Stamp, find_stamps
from geo_server.ingest.dxf.profile import category_of, stroke_role
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.swings import find_swings
from geo_server.ingest.dxf.titles import level_of
from geo_server.ingest.dxf.views import Kind, View, name_views, seen_as

LEAST_SIGNS = 4
"""Doors and room names that a level shows before another view without any is no plan."""
DETAIL_SHARE, ENLARGED = 0.5, 0.75
"""A detail shows at most this share of the doors and names of its level, at a scale whose number is at most this of its."""
_DOORS = frozenset({Role.DOOR, Role.GLAZING, Role.WALL})
_SCALE = re.compile(r"\b1\s*[:/]\s*(\d{1,4})\b")


class Signs:
    """What shows a view to be a plan: doors with swings, and texts that tell of rooms by a number or a word for a use."""

    def __init__(self, drawing: Drawing, roles: Mapping[str, Role]) -> None:
        self._drawing = drawing
        self._roles = roles
        self._doors: dict[bytes, int] = {}

    @cached_property
    def stamps(self) -> list[Stamp]:
        """Those that tell of rooms."""
        return [s for s in find_stamps(self._drawing.labels) if s.number or category_of(s.name) is not None]

    def doors_in(self, views: Sequence[View]) -> list[int]:
        """How many doors each view shows."""
        new = [view for view in views if view.outline.wkb not in self._doors]
        hinges = [shapely.Point(swing.arc.centre) for swing in find_swings(self._drawn_in(new))] if new else []
        for view in new:
            self._doors[view.outline.wkb] = int(shapely.intersects(view.outline, hinges).sum()) if hinges else 0
        return [self._doors[view.outline.wkb] for view in views]

    def _drawn_in(self, views: Sequence[View]) -> list[Stroke]:
        """Strokes that may draw doors and begin in the bounds of a view."""
        doors = [s for s in self._drawing.strokes if s.block or stroke_role(s, self._roles) in _DOORS]
        starts = np.array([stroke.points[0] for stroke in doors]).reshape(-1, 2)
        inside = np.zeros(len(doors), dtype=np.bool_)
        for view in views:
            low, high = np.array(view.outline.bounds).reshape(2, 2)
            inside |= ((starts >= low) & (starts <= high)).all(axis=1)
        return [stroke for stroke, within in zip(doors, inside.tolist(), strict=True) if within]

    def stamps_in(self, views: Sequence[View]) -> list[list[Stamp]]:
        """The stamps in each view."""
        tree = STRtree([shapely.Point(stamp.at) for stamp in self.stamps])
        return [
            [self.stamps[i] for i in sorted(tree.query(view.outline, predicate="intersects").tolist())]
            for view in views
        ]


def plans_among(views: Sequence[View], drawing: Drawing, signs: Signs) -> tuple[list[View], list[View], list[Finding]]:
    """Views that may be plans, those that are none, and what to tell of these.

    Views that show the building from the side have neither doors nor names of rooms, and either are called so, or another
    view has some and nobody calls them levels. Details are called so, or are called by a larger scale, or have no doors of
    the usual size and no names but those of a plan beside them.
    """
    kinds = [kind for kind, _ in seen_as(views, drawing.labels)]
    if len(views) == 1 and kinds[0] is not Kind.SIDE:
        return list(views), [], []
    doors, stamps = signs.doors_in(views), signs.stamps_in(views)
    counts = [n + len(written) for n, written in zip(doors, stamps, strict=True)]
    titles = {view.outline.wkb: view.title for view in name_views(views, drawing.labels)}
    few = max(counts) < LEAST_SIGNS
    plans = [
        view
        for view, count, kind in zip(views, counts, kinds, strict=True)
        if count or ((titles[view.outline.wkb] or few) and kind is not Kind.SIDE)
    ]
    details = [] if few else _details(views, drawing, signs)
    told = [_about_detail(view) for view in details if view in plans]
    plans = [view for view in plans if view not in details]
    return plans, [view for view in views if view not in plans], told


def _details(views: Sequence[View], drawing: Drawing, signs: Signs) -> list[View]:
    """Views that show a part of the one with most doors and names again."""
    doors, stamps = signs.doors_in(views), signs.stamps_in(views)
    counts = [n + len(written) for n, written in zip(doors, stamps, strict=True)]
    seen = seen_as(views, drawing.labels)
    first = max(range(len(views)), key=lambda i: counts[i])
    known = {(stamp.number, stamp.name) for stamp in stamps[first]}
    whole = _scale_of(seen[first][1])
    found = []
    for index, view in enumerate(views):
        kind, title = seen[index]
        if index == first or counts[index] > DETAIL_SHARE * counts[first]:
            continue
        own = _scale_of(title)
        enlarged = own is not None and whole is not None and own <= ENLARGED * whole
        level = level_of(title)
        again = bool(stamps[index]) and not doors[index] and {(s.number, s.name) for s in stamps[index]} <= known
        alike = level is None or level == level_of(seen[first][1])
        if kind is Kind.DETAIL or enlarged or (again and alike):
            found.append(view)
    return found


def _scale_of(title: str) -> int | None:
    match = _SCALE.search(title)
    return int(match[1]) if match else None


def _about_detail(view: View) -> Finding:
    at = view.outline.centroid
    return make_finding("detail-left-out", at=(at.x, at.y))
