"""Several levels in one model space: clusters of linework, their titles, their order, and how they lie over each other.

All lengths in metres.

Terminology:
    view: a cluster of walls that may be a level; sections, details and strays are views too and are left out.
    title: the text that names a view, such as ``GROUND FLOOR``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from geo_server.ingest.dxf import lexicon
from geo_server.ingest.dxf.drawing import Label, Points, Stroke, Vertex, all_points
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.profile import tokens
from geo_server.ingest.dxf.segments import Segments, as_lines, lengths, segments_of
from geo_server.ingest.dxf.titles import LONGEST_TITLE, TOP, is_title, level_of

JOIN_M = 3.0
"""Walls closer than this belong to one view."""
ROUGH_M, SHORT_M = 0.1, 0.5
"""As exactly as this one must know where walls are to tell views apart, and of what is shorter than this half as exactly
as it is long: of a curve in many pieces few are left then."""
AROUND_M = 1.0
"""What lies farther out than this on all sides goes around a view."""
SMALLEST_SHARE = 0.15
"""A view with less wall than this share of the largest one is no level."""
TITLE_REACH_M = 25.0
BORDER_SHARE, BORDER_HOLDS = 0.45, 0.5
"""What covers less than this share of its hull, and holds a view with this share of its lines, is the border of a sheet."""


@dataclass(frozen=True)
class View:
    """A cluster of walls.

    Args:
        outline: Hull of its walls.
        length_m: Total length of its walls.
        title: What it is called, or empty.
        ordinal: Its place in the building.
        guessed: The ordinal is not written in the drawing.
        shift_m: Moves it over the first level.
    """

    outline: BaseGeometry
    length_m: float
    title: str = ""
    ordinal: int = 0
    guessed: bool = True
    shift_m: Vertex = (0.0, 0.0)


def find_views(walls: Segments) -> tuple[list[View], list[View]]:
    """Clusters of walls that are large enough for a level, from left to right, and the others."""
    sizes = lengths(walls)
    walls = walls[(sizes < 300) & (sizes > 0)]
    if len(walls) == 0:
        return [], []
    blobs = list(shapely.get_parts(shapely.union_all(_around(_roughly(walls)))))
    tree = STRtree(blobs)
    middles = shapely.points((walls[:, :2] + walls[:, 2:]) / 2)
    which, blob = tree.query(middles, predicate="intersects")
    total = np.zeros(len(blobs))
    np.add.at(total, blob, lengths(walls)[which])
    views = [View(_hull_around(walls[which[blob == i]]), float(n)) for i, n in enumerate(total)]
    views = _nested_joined(_without_borders(views, blobs))
    largest = max(view.length_m for view in views)
    kept = [v for v in views if v.length_m >= SMALLEST_SHARE * largest]
    rest = [v for v in views if v.length_m < SMALLEST_SHARE * largest]
    return sorted(kept, key=lambda v: v.outline.bounds), rest


def _roughly(walls: Segments) -> Segments:
    """Walls as exactly as one must know where they are to tell views apart; short ones are points."""
    short = lengths(walls) < SHORT_M
    spots = np.unique(np.round((walls[short, :2] + walls[short, 2:]) / SHORT_M), axis=0) * SHORT_M / 2
    long = np.unique(np.round(walls[~short] / ROUGH_M), axis=0) * ROUGH_M
    return np.vstack([long, np.hstack([spots, spots])])


def _around(walls: Segments) -> npt.NDArray[np.object_]:
    """What lies nearer to each wall than half of what joins two."""
    return np.asarray(shapely.buffer(as_lines(walls), JOIN_M / 2, quad_segs=1), dtype=object)


def _hull_around(walls: Segments) -> BaseGeometry:
    """The hull of what lies around some walls; those well inside of the hull of all of them have no part in it."""
    ends = shapely.points(walls.reshape(-1, 2))
    hull = shapely.convex_hull(shapely.multipoints(ends))
    if isinstance(hull, Polygon):
        outer = shapely.dwithin(hull.exterior, ends, JOIN_M / 2).reshape(-1, 2).any(axis=1)
        walls = walls[outer]
    return shapely.convex_hull(shapely.geometrycollections(_around(walls)))


def _without_borders(views: list[View], blobs: Sequence[BaseGeometry]) -> list[View]:
    """Views without the borders of sheets: lines far apart, with nothing between them but another view."""
    kept = []
    for view, blob in zip(views, blobs, strict=True):
        held = max((v.length_m for v in views if v is not view and view.outline.contains(v.outline)), default=0.0)
        if held < BORDER_HOLDS * view.length_m or blob.area > BORDER_SHARE * view.outline.area:
            kept.append(view)
    return kept


def _nested_joined(views: list[View]) -> list[View]:
    """Views whose hulls overlap are one: free-standing walls inside a building are no level of their own."""
    merged: list[View] = []
    for view in sorted(views, key=lambda v: -v.length_m):
        host = next((i for i, m in enumerate(merged) if m.outline.intersects(view.outline)), None)
        if host is None:
            merged.append(view)
        else:
            hull = shapely.convex_hull(shapely.union(merged[host].outline, view.outline))
            merged[host] = View(hull, merged[host].length_m + view.length_m)
    return merged if len(merged) == len(views) else _nested_joined(merged)


def strokes_in(view: View, strokes: Sequence[Stroke], others: Sequence[View]) -> list[Stroke]:
    """Strokes that lie in a view, or nearer to it than to any other and within 5 m; what goes around it all does not."""
    if not strokes:
        return []
    starts, vertices = np.cumsum([0, *(len(s.points) for s in strokes[:-1])]), all_points(strokes)
    low, high = np.minimum.reduceat(vertices, starts), np.maximum.reduceat(vertices, starts)
    points = shapely.points((low + high) / 2)
    here = shapely.distance(view.outline, points)
    nearer = [shapely.distance(other.outline, points) for other in others if other is not view]
    bounds = np.array(view.outline.bounds)
    around = (low < bounds[:2] - AROUND_M).all(axis=1) & (high > bounds[2:] + AROUND_M).all(axis=1)
    mine = (here <= 5.0) & ~around & (here <= np.min(nearer, axis=0) if nearer else True)
    return [stroke for stroke, inside in zip(strokes, mine.tolist(), strict=True) if inside]


class Kind(Enum):
    """What a title says that a view is."""

    PLAN = "plan"
    SIDE = "side"
    DETAIL = "detail"


def seen_as(views: Sequence[View], labels: Sequence[Label]) -> list[tuple[Kind, str]]:
    """What each view is by the title that stands nearest to it, beside all views; and that title, or nothing."""
    hulls = [view.outline.buffer(-JOIN_M / 2) for view in views]
    titles = [
        label
        for label in labels
        if (is_title(label.text) or _kind_of(label.text) is not Kind.PLAN)
        and not any(hull.contains(Point(label.at)) for hull in hulls)
    ]
    nearest = [_nearest_title(view, titles) for view in views]
    return [(_kind_of(title), title) for title in nearest]


def _kind_of(text: str) -> Kind:
    words = set(tokens(text)) if len(text) <= LONGEST_TITLE else set()
    if words & lexicon.FROM_THE_SIDE:
        return Kind.SIDE
    return Kind.DETAIL if words & lexicon.ENLARGED and not words & lexicon.POINTING else Kind.PLAN


def _nearest_title(view: View, titles: Sequence[Label]) -> str:
    away = [(view.outline.distance(Point(label.at)), -label.height, label.text) for label in titles]
    return min((title for title in away if title[0] <= TITLE_REACH_M), default=(0.0, 0.0, ""))[2]


def titles_among(
    labels: Sequence[Label], views: Sequence[View], names: Callable[[str], bool] = is_title
) -> list[Label]:
    """Texts that name levels, or what else: they stand beside all views, or in letters half as large again as usual."""
    usual = float(np.median([label.height for label in labels])) if labels else 0.0
    return [
        label
        for label in labels
        if names(label.text)
        and (label.height >= 1.5 * usual or all(view.outline.distance(Point(label.at)) > 0 for view in views))
    ]


def name_views(views: Sequence[View], labels: Sequence[Label]) -> list[View]:
    """Views with their titles and ordinals.

    A view whose title gives no number takes the place that its position among its neighbours leaves: levels stand in
    their order, from left to right or from bottom to top.
    """
    titles = titles_among(labels, views)
    named = [replace(view, title=_title_of(view, views, titles)) for view in _in_order(views)]
    known: list[int | None] = [level_of(view.title) for view in named]
    on_top = max((k for k in known if k is not None), default=len(named) - 2) + 1
    roofs = [i for i, view in enumerate(named) if known[i] is None and TOP.search(plain_words(view.title))]
    if len(roofs) == 1:
        known[roofs[0]] = on_top
    if len({k for k in known if k is not None}) < sum(k is not None for k in known):
        known, roofs = [None] * len(named), []
    return [
        replace(view, ordinal=ordinal, guessed=known[i] is None or i in roofs)
        for i, (view, ordinal) in enumerate(zip(named, _filled(known), strict=True))
    ]


def _in_order(views: Sequence[View]) -> list[View]:
    centres = np.array([view.outline.centroid.coords[0] for view in views])
    spread = np.ptp(centres, axis=0)
    axis = 0 if spread[0] >= spread[1] else 1
    return [views[i] for i in np.argsort(centres[:, axis], kind="stable")]


def _title_of(view: View, views: Sequence[View], titles: Sequence[Label]) -> str:
    """The largest title that stands in or nearest to a view."""
    mine = []
    for label in titles:
        at = Point(label.at)
        distance = view.outline.distance(at)
        if distance <= TITLE_REACH_M and all(distance <= other.outline.distance(at) for other in views):
            mine.append((-label.height, distance, label.text))
    return " ".join(min(mine)[2].split()) if mine else ""


def _filled(known: Sequence[int | None]) -> list[int]:
    """Ordinals for all views in order, given those that are written."""
    anchors = [(i, k) for i, k in enumerate(known) if k is not None]
    if not anchors:
        return list(range(len(known)))
    rising = len(anchors) < 2 or anchors[-1][1] >= anchors[0][1]
    step = 1 if rising else -1
    taken = {k for _, k in anchors}
    result: list[int] = []
    for index, ordinal in enumerate(known):
        if ordinal is None:
            near, base = min(anchors, key=lambda a: (abs(a[0] - index), a[0]))
            ordinal = base + step * (index - near)  # noqa: PLW2901 - the missing one
            while ordinal in taken:
                ordinal += step if index > near else -step  # noqa: PLW2901 - the next free one
            taken.add(ordinal)
        result.append(ordinal)
    return result


def overlap_once_laid(fixed: View, moving: View, shift: Vertex) -> float:
    """Intersection over union of two outlines once one is shifted."""
    laid = shapely.transform(moving.outline, lambda xy: xy + np.asarray(shift))
    return float(fixed.outline.intersection(laid).area / (fixed.outline.union(laid).area or 1.0))


def corners_of(strokes: Sequence[Stroke]) -> Points:
    """Ends of the longer segments of some strokes."""
    segments = segments_of(strokes)
    long = segments[lengths(segments) >= 1.0]
    return np.vstack([long[:, :2], long[:, 2:]]) if len(long) else all_points(())
