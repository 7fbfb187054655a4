"""Which views of a drawing are levels, which are parts of one, and which show the building from elsewhere.

All lengths in metres.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import shapely

from geo_server.domain.findings import Finding
from geo_server.ingest.alignment import align_shift
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.beside import joined_buildings
from geo_server.ingest.dxf.drawing import Drawing, Stroke
from geo_server.ingest.dxf.ledger import BUILT
from geo_server.ingest.dxf.plan_signs import Signs, plans_among
from geo_server.ingest.dxf.profile import stroke_role
from geo_server.ingest.dxf.repeated import Written, without_repeated
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import segments_of
from geo_server.ingest.dxf.views import (
    View,
    corners_of,
    find_views,
    name_views,
    overlap_once_laid,
    strokes_in,
)

LIKE_LEVELS = 0.3
"""Views that share fewer corners than this are parts of one level, unless titles say otherwise."""
LIKE_OUTLINES = 0.4
"""Levels cover each other to this share of what both cover, once laid over each other."""
LEAST_LENGTH_M = 12.0
"""A building has walls of at least this length."""


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
    views, small = find_views(segments_of(built))
    if not views:
        return [], small, []
    signs = Signs(drawing, roles)
    views, elsewhere, told = plans_among(views, drawing, signs)
    if not views:
        return [], [*small, *elsewhere], []
    if joined := None if one_level else joined_buildings(views, drawing.labels):
        return [joined[0]], [*small, *elsewhere], [*told, joined[1]]
    views, again, findings = _told_apart(views, built, drawing, signs)
    findings = [*told, *findings]
    views, rest = name_views(views, drawing.labels), [*elsewhere, *again]
    if one_level:
        views = _with_parts(views[:1], views[0], views[1:])
    elif len(views) > 1:
        fixed = next((v for v in views if v.ordinal == 0), views[0])
        views, parts, told = _laid_over(fixed, views, built)
        findings += [*told, *_about_guesses(views)]
        views = _with_parts(views, fixed, parts)
    views, small, told = _with_outbuildings(views, small, rest, signs)
    return views, [*small, *rest], [*findings, *told]


def _about_guesses(views: Sequence[View]) -> list[Finding]:
    return [
        make_finding("level-guessed", f"View {view.title!r} was taken for level {view.ordinal} by where it stands.")
        for view in views
        if view.guessed and len(views) > 1
    ]


def _with_outbuildings(
    levels: Sequence[View], small: Sequence[View], rest: Sequence[View], signs: Signs
) -> tuple[list[View], list[View], list[Finding]]:
    """Levels with small buildings that stand apart from them, such as portable classrooms: they have doors and names of
    rooms of their own. A detail of a level has the names of its rooms.
    """
    likely = [v for v in small if v.length_m >= LEAST_LENGTH_M]
    joined, findings = [], list[Finding]()
    known = {(s.number, s.name) for stamps in signs.stamps_in([*levels, *rest]) for s in stamps} if likely else set()
    for view, doors, stamps in zip(likely, signs.doors_in(likely), signs.stamps_in(likely), strict=True):
        if not doors or any((s.number, s.name) in known for s in stamps):
            continue
        at, host = view.outline.centroid, _host(view, levels, rest) if stamps else None
        if host is None:
            findings.append(make_finding("building-left-out", at=(at.x, at.y)))
        else:
            findings.append(make_finding("building-apart", at=(at.x, at.y)))
            levels = _with_parts(levels, host, [view])
            joined.append(view)
    return list(levels), [v for v in small if v not in joined], findings


def _host(view: View, levels: Sequence[View], others: Sequence[View]) -> View | None:
    """The level that a small building belongs to: the nearest, if no other drawing lies between them."""
    nearest = min(levels, key=lambda level: level.outline.distance(view.outline))
    between = shapely.convex_hull(shapely.union(nearest.outline, view.outline))
    beside = [v for v in (*levels, *others) if v is not nearest]
    return None if any(between.intersects(v.outline) for v in beside) else nearest


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


def _told_apart(
    views: Sequence[View], built: Sequence[Stroke], drawing: Drawing, signs: Signs
) -> tuple[list[View], list[View], list[Finding]]:
    """Views that show levels of their own, those that show one of them again, and what was noticed."""
    if len(views) == 1:
        return list(views), [], []
    titled = name_views(views, drawing.labels)
    written = {
        id(view): Written(corners_of(strokes_in(view, built, titled)), stamps, doors)
        for view, stamps, doors in zip(titled, signs.stamps_in(titled), signs.doors_in(titled), strict=True)
    }
    return without_repeated(titled, written)


def _with_parts(kept: Sequence[View], first: View, parts: Sequence[View]) -> list[View]:
    """The levels, the first one joined with the views that are parts of it."""
    if not parts:
        return list(kept)
    whole = shapely.convex_hull(shapely.union_all([part.outline for part in (first, *parts)]))
    return [replace(v, outline=whole) if v.outline is first.outline else v for v in kept]
