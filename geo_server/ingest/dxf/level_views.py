"""Which views of a drawing are levels, which are parts of one, and which show the building from elsewhere.

All lengths in metres.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import shapely
from shapely import STRtree

from geo_server.domain.findings import Finding
from geo_server.ingest.alignment import align_shift
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.drawing import Drawing, Stroke
from geo_server.ingest.dxf.labels import find_stamps
from geo_server.ingest.dxf.ledger import BUILT
from geo_server.ingest.dxf.profile import category_of, stroke_role
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import segments_of
from geo_server.ingest.dxf.swings import find_swings
from geo_server.ingest.dxf.views import View, corners_of, find_views, name_views, overlap_once_laid, strokes_in

LIKE_LEVELS = 0.3
"""Views that share fewer corners than this are parts of one level, unless titles say otherwise."""
LIKE_OUTLINES = 0.4
"""Levels cover each other to this share of what both cover, once laid over each other."""
LEAST_SIGNS = 4
"""Doors and room names that a level shows before another view without any is no plan."""
_DOORS = frozenset({Role.DOOR, Role.GLAZING, Role.WALL})


def choose_levels(
    drawing: Drawing, roles: Mapping[str, Role], *, one_level: bool
) -> tuple[list[View], list[View], list[Finding]]:
    """Views that are levels, named, ordered and laid over each other; the others; and what was noticed.

    Args:
        drawing: In metres.
        roles: What its layers are for.
        one_level: A person says that the drawing shows one level, so that views apart are parts of it.
    """
    built = [s for s in drawing.strokes if stroke_role(s, roles) in BUILT]
    views, rest = find_views(segments_of(built))
    if not views:
        return [], rest, []
    views, elsewhere = _plans_among(views, drawing, roles)
    views, rest = name_views(views, drawing.labels), [*rest, *elsewhere]
    if len(views) == 1:
        return views, rest, []
    if one_level:
        return _with_parts(views[:1], views[0], views[1:]), rest, []
    fixed = next((v for v in views if v.ordinal == 0), views[0])
    kept, parts, findings = _laid_over(fixed, views, built)
    findings += [
        make_finding("level-guessed", f"View {view.title!r} was taken for level {view.ordinal} by where it stands.")
        for view in kept
        if view.guessed and len(kept) > 1
    ]
    return _with_parts(kept, fixed, parts), rest, findings


def _laid_over(
    fixed: View, views: Sequence[View], built: Sequence[Stroke]
) -> tuple[list[View], list[View], list[Finding]]:
    """Views that are like the first level or are called something else, laid over it; its parts; what was noticed."""
    corners = {id(v): corners_of(strokes_in(v, built, views)) for v in views}
    kept, parts, findings = [], [], []
    for view in views:
        shift, agreement = align_shift(corners[id(fixed)], corners[id(view)])
        agreement *= overlap_once_laid(fixed, view, shift) >= LIKE_OUTLINES
        if view is fixed:
            kept.append(view)
        elif agreement >= LIKE_LEVELS or (view.title and fixed.title and view.title != fixed.title):
            kept.append(replace(view, shift_m=shift if agreement >= LIKE_LEVELS else view.shift_m))
            findings.append(_about_alignment(view, agreement))
        else:
            parts.append(view)
    return kept, parts, findings


def _about_alignment(view: View, agreement: float) -> Finding:
    code = "levels-aligned" if agreement >= LIKE_LEVELS else "levels-not-aligned"
    at = view.outline.centroid
    words = f"Level {view.ordinal} shares {agreement:.0%} of its corners with the level that it was laid over."
    return make_finding(code, words, at=(at.x, at.y), ordinal=view.ordinal)


def _plans_among(views: Sequence[View], drawing: Drawing, roles: Mapping[str, Role]) -> tuple[list[View], list[View]]:
    """Views that may be plans, and those that show the building from elsewhere, such as sections: they have neither doors
    nor names of rooms, where another view has, and nobody calls them levels.
    """
    if len(views) == 1:
        return list(views), []
    swings = find_swings(s for s in drawing.strokes if s.block or stroke_role(s, roles) in _DOORS)
    stamps = [s for s in find_stamps(drawing.labels) if s.number or category_of(s.name) is not None]
    places = [*(swing.arc.centre for swing in swings), *(stamp.at for stamp in stamps)]
    signs = STRtree([shapely.Point(at) for at in places])
    counts = [len(signs.query(view.outline, predicate="intersects")) for view in views]
    if max(counts) < LEAST_SIGNS:
        return list(views), []
    titled = [bool(view.title) for view in name_views(views, drawing.labels)]
    plans = [v for v, count, title in zip(views, counts, titled, strict=True) if count or title]
    return plans, [v for v in views if v not in plans]


def _with_parts(kept: Sequence[View], first: View, parts: Sequence[View]) -> list[View]:
    """The levels, the first one joined with the views that are parts of it."""
    if not parts:
        return list(kept)
    whole = shapely.convex_hull(shapely.union_all([part.outline for part in (first, *parts)]))
    return [replace(v, outline=whole) if v.outline is first.outline else v for v in kept]
