"""What lines are for where one layer holds everything: told by how they are drawn. All lengths in metres.

Layers that are named for walls are believed. A layer that was taken for walls because most of what is drawn on it are
walls may hold stairs, furniture, axes, dimensions and doors as well:

- an arc as wide as a leaf is a swing, any other tight curve is furniture;
- rows of parallel lines are treads, or tiles when they are too many or too wide apart;
- a line that goes through a doorway is an escape route, an axis or a dimension;
- lines that meet like spokes are trees or symbols;
- a line beside which its length is written measures something;
- a line that is free at both ends and crosses others is an axis, or a tick;
- a line that is free beside a text and crosses others points from the text to something;
- boxes of one size side by side are cupboards;
- an outline that touches nothing and is no wall's thickness across is furniture.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.cabinets import find_cabinets
from geo_server.ingest.dxf.captions import ROOM_M2, find_leaders
from geo_server.ingest.dxf.curves import Arc, arcs_of
from geo_server.ingest.dxf.drawing import Label, Stroke
from geo_server.ingest.dxf.noding import GRAIN_M
from geo_server.ingest.dxf.passages import find_passages
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.rows import crossing_rows, find_rows
from geo_server.ingest.dxf.segments import Corners, Segments, grouped, lengths
from geo_server.ingest.dxf.swings import NARROWEST_M, WIDEST_DEG, WIDEST_M
from geo_server.ingest.dxf.walls import REACH_M

TIGHT_M = 1.6
"""Walls have no smaller radius."""
TREAD_M, MOST_TREADS, NARROWEST_FLIGHT_M = (0.22, 0.36), 24, 0.7
LEAST_M, STRAIGHT = 0.3, 0.9999
"""Shorter lines are no treads; the cosine of the turn between pieces of one line is at least this."""
TOUCH_M = 0.03
"""Ends that are nearer to a line than this end on it."""
OVERSHOOT_M = 0.5
"""A wall is drawn no farther than this beyond the one that it should end at."""
LEAST_SPOKES, SPOKE_DEG = 6, 5
"""Walls that meet in one point are fewer, or overlap to within so many degrees."""
MOST_CROSSED = 4
"""What crosses this many lines is no wall."""
TICK_M = 0.6
FURNITURE_M = 4.0
"""Furniture is no longer than this."""
LEAST_SIDES = 3
"""Fewer straight lines enclose nothing."""
WALL_M = 0.55
"""Walls are no thicker than this; what is wider and stands alone is furniture."""
_WORDS = {
    Role.STAIRS: "of stairs",
    Role.DOOR: "of doors",
    Role.EXCLUDE: "of furniture, axes, tiles, routes or dimensions",
    Role.UNKNOWN: "in blocks that draw no walls",
}
_NUMBER = re.compile(r"^\s*(\d{1,6}(?:[.,]\d{1,3})?)\s*(?:m|cm|mm)?\s*$")


def sort_strokes(strokes: Sequence[Stroke], layers: Collection[str], labels: Sequence[Label]) -> tuple[Stroke, ...]:
    """Strokes, those of some layers with a role of their own where they are no walls.

    Args:
        strokes: In metres.
        layers: Taken for walls by what is drawn on them.
        labels: In metres.
    """
    mixed = [i for i, stroke in enumerate(strokes) if stroke.layer in layers and stroke.role is None]
    if not mixed:
        return tuple(strokes)
    arcs = arcs_of([strokes[i].points for i in mixed])
    roles: list[Role | None] = [_curve_role(strokes[i], curves) for i, curves in zip(mixed, arcs, strict=True)]
    swings = [arc for role, curves in zip(roles, arcs, strict=True) if role is Role.DOOR for arc in curves]
    left = [k for k, role in enumerate(roles) if role is None]
    for k, through in zip(left, find_passages([strokes[mixed[k]] for k in left], swings).tolist(), strict=True):
        roles[k] = Role.EXCLUDE if through else None
    for sorter in (_rows, _stars, _measured, _leaders, _free, _cabinets, _alone):
        left = [k for k, role in enumerate(roles) if role is None]
        for k, role in zip(left, sorter([strokes[mixed[k]] for k in left], labels), strict=True):
            roles[k] = role
    told = dict(zip(mixed, roles, strict=True))
    return tuple(replace(s, role=told[i]) if told.get(i) is not None else s for i, s in enumerate(strokes))


def about_sorted(strokes: Sequence[Stroke], layers: Collection[str]) -> list[Finding]:
    """One finding for each of some layers on which lines have a role of their own.

    Args:
        strokes: As :func:`sort_strokes` gives them back.
        layers: Taken for walls by what is drawn on them; of others nobody thought that all their lines were walls.
    """
    counts: dict[str, Counter[Role]] = defaultdict(Counter)
    for stroke in strokes:
        if stroke.role is not None and stroke.layer in layers:
            counts[stroke.layer][stroke.role] += 1
    findings = []
    for layer, roles in sorted(counts.items()):
        said = ", ".join(f"{count} {_WORDS.get(role, 'other')}" for role, count in sorted(roles.items()))
        words = f"Not all lines of layer {layer!r} are walls: {said}."
        findings.append(make_finding("lines-sorted", words, layer=layer, count=roles.total()))
    return findings


def _curve_role(stroke: Stroke, arcs: Sequence[Arc]) -> Role | None:
    arcs = [arc for arc in arcs if arc.radius <= TIGHT_M]
    if not arcs:
        return None
    curved = sum(np.radians(arc.sweep_deg) * arc.radius for arc in arcs)
    if curved < 0.3 * shapely.length(shapely.linestrings(stroke.points)):
        return None
    leaf = any(NARROWEST_M <= arc.radius <= WIDEST_M and arc.sweep_deg <= WIDEST_DEG for arc in arcs)
    return Role.DOOR if leaf else Role.EXCLUDE


def _single(strokes: Sequence[Stroke]) -> tuple[list[npt.NDArray[np.intp]], Segments]:
    """Single lines as segments, those that continue each other as one; and which strokes each consists of."""
    which = np.array([i for i, s in enumerate(strokes) if len(s.points) == 2], dtype=np.intp)
    segments = np.array([strokes[i].points.ravel() for i in which.tolist()]).reshape(-1, 4)
    if len(which) == 0:
        return [], segments
    corners = Corners(segments, GRAIN_M)
    ends = np.flatnonzero(corners.partner >= 0)
    others = corners.partner[ends]
    on = (corners.away[ends] * corners.away[others]).sum(axis=1) < -STRAIGHT
    group = grouped(len(segments), ends[on] // 2, others[on] // 2)
    order = np.argsort(group, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return [which[run] for run in members], np.array([_whole(segments[run]) for run in members])


def _whole(pieces: Segments) -> npt.NDArray[np.float64]:
    """The line from end to end of pieces of one straight line."""
    if len(pieces) == 1:
        return np.asarray(pieces[0], dtype=np.float64)
    ends = pieces.reshape(-1, 2)
    along = (ends - ends[0]) @ (pieces[0, 2:] - pieces[0, :2])
    return np.concatenate([ends[along.argmin()], ends[along.argmax()]])


def _tell(roles: list[Role | None], which: npt.NDArray[np.intp], role: Role) -> None:
    for k in which.tolist():
        roles[k] = role


def _rows(strokes: Sequence[Stroke], _: Sequence[Label]) -> list[Role | None]:
    """Treads, and lines of tiles."""
    roles: list[Role | None] = [None] * len(strokes)
    which, segments = _single(strokes)
    which = [run for run, size in zip(which, lengths(segments).tolist(), strict=True) if size >= LEAST_M]
    segments = segments[lengths(segments) >= LEAST_M]
    if not which:
        return roles
    row, pitch = find_rows(segments)
    count, sizes = np.bincount(row[row >= 0], minlength=len(segments) + 1), lengths(segments)
    for k in np.flatnonzero(row >= 0).tolist():
        is_tread = TREAD_M[0] <= pitch[k] <= TREAD_M[1] and count[row[k]] <= MOST_TREADS
        _tell(roles, which[k], Role.STAIRS if is_tread and sizes[k] >= NARROWEST_FLIGHT_M else Role.EXCLUDE)
    for k in np.flatnonzero(crossing_rows(segments, row) & (row < 0)).tolist():
        _tell(roles, which[k], Role.EXCLUDE)
    return roles


def _stars(strokes: Sequence[Stroke], _: Sequence[Label]) -> list[Role | None]:
    """Lines that meet many others in one point: spokes of trees, of symbols, of parasols."""
    roles: list[Role | None] = [None] * len(strokes)
    which, segments = _single(strokes)
    corners = Corners(segments, GRAIN_M)
    for here in corners.meeting(LEAST_SPOKES):
        if _ways(corners.away[here]) >= LEAST_SPOKES:
            for k in (here // 2).tolist():
                _tell(roles, which[k], Role.EXCLUDE)
    return roles


def _ways(steps: npt.NDArray[np.float64]) -> int:
    """In how many directions unit vectors point; lines drawn twice count once."""
    return len(np.unique(np.round(np.degrees(np.arctan2(steps[:, 1], steps[:, 0])) / SPOKE_DEG) % (360 // SPOKE_DEG)))


def _measured(strokes: Sequence[Stroke], labels: Sequence[Label]) -> list[Role | None]:
    """Lines beside whose middle their length is written."""
    roles: list[Role | None] = [None] * len(strokes)
    which, segments = _single(strokes)
    said = [(label, float(match[1].replace(",", "."))) for label in labels if (match := _NUMBER.match(label.text))]
    if not said or len(segments) == 0:
        return roles
    sizes, middles = lengths(segments), (segments[:, :2] + segments[:, 2:]) / 2
    reach = np.array([3.0 * label.height + 0.3 for label, _ in said])
    spots = shapely.points(np.array([label.at for label, _ in said]))
    text, line = STRtree(shapely.linestrings(segments.reshape(-1, 2, 2))).query(
        spots, predicate="dwithin", distance=reach
    )
    value = np.array([number for _, number in said])[text]
    same = np.min([np.abs(sizes[line] * unit / value - 1) for unit in (1.0, 100.0, 1000.0)], axis=0) < 0.004
    at_middle = np.hypot(*(middles[line] - shapely.get_coordinates(spots)[text]).T) <= 0.3 * sizes[line] + reach[text]
    for k in np.unique(line[same & at_middle]).tolist():
        _tell(roles, which[k], Role.EXCLUDE)
    return roles


def _leaders(strokes: Sequence[Stroke], labels: Sequence[Label]) -> list[Role | None]:
    """Lines that point from a text to what it speaks of."""
    return [Role.EXCLUDE if leads else None for leads in find_leaders(strokes, labels).tolist()]


def _free(strokes: Sequence[Stroke], _: Sequence[Label]) -> list[Role | None]:
    """Lines whose ends touch nothing, and that cross others far from their ends."""
    roles: list[Role | None] = [None] * len(strokes)
    which, segments = _single(strokes)
    if len(segments) == 0:
        return roles
    runs = shapely.linestrings(segments.reshape(-1, 2, 2))
    every = np.array([shapely.LineString(s.points) for s in strokes], dtype=object)
    tree = STRtree(every)
    ends = shapely.points(segments.reshape(-1, 2))
    end, line = tree.query(ends, predicate="dwithin", distance=TOUCH_M)
    touched = np.zeros(len(segments), dtype=np.bool_)
    run = np.full(len(strokes), -1, dtype=np.intp)
    for k, members in enumerate(which):
        run[members] = k
    touched[end[run[line] != end // 2] // 2] = True
    one, other = tree.query(runs[~touched], predicate="crosses")
    index = np.flatnonzero(~touched)[one]
    nearest = np.full((len(segments), 2), np.inf)
    meets = shapely.intersection(runs[index], every[other])
    for side in (0, 1):
        np.minimum.at(nearest[:, side], index, shapely.distance(ends[2 * index + side], meets))
    crossing = np.bincount(index, minlength=len(segments))
    axes = (crossing >= MOST_CROSSED) & (nearest > OVERSHOOT_M).all(axis=1)
    axes[axes] = _leads_nowhere(segments[axes], tree)
    for k in np.flatnonzero(axes | ((crossing > 0) & (lengths(segments) < TICK_M))).tolist():
        _tell(roles, which[k], Role.EXCLUDE)
    return roles


def _leads_nowhere(segments: Segments, tree: STRtree) -> npt.NDArray[np.bool_]:
    """Which segments have nothing ahead of either end that a wall with a door at its end would go on to."""
    ahead = (segments[:, 2:] - segments[:, :2]) / lengths(segments)[:, None]
    open_ends = np.ones(len(segments), dtype=np.bool_)
    for end, way in ((segments[:, 2:], ahead), (segments[:, :2], -ahead)):
        rays = shapely.linestrings(np.stack([end + way * TOUCH_M, end + way * REACH_M], axis=1))
        open_ends[tree.query(rays, predicate="intersects")[0]] = False
    return open_ends


def _cabinets(strokes: Sequence[Stroke], _: Sequence[Label]) -> list[Role | None]:
    """Boxes of one size in a row, wherever they stand."""
    return [Role.EXCLUDE if boxed else None for boxed in find_cabinets(strokes).tolist()]


def _alone(strokes: Sequence[Stroke], labels: Sequence[Label]) -> list[Role | None]:
    """Outlines of furniture: what hangs together, has no open end, and is too small for a room and too wide for a wall,
    and holds no words.
    """
    words = STRtree([shapely.Point(label.at) for label in labels])
    lines = np.array([shapely.LineString(s.points) for s in strokes], dtype=object)
    one, other = STRtree(lines).query(lines, predicate="dwithin", distance=TOUCH_M)
    group = grouped(len(strokes), one, other)
    roles: list[Role | None] = [None] * len(strokes)
    order = np.argsort(group, kind="stable")
    pieces = shapely.get_num_coordinates(lines) - 1
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if pieces[members].sum() >= LEAST_SIDES and _is_furniture(lines[members], words):
            for k in members.tolist():
                roles[k] = Role.EXCLUDE
    return roles


def _is_furniture(lines: npt.NDArray[np.object_], words: STRtree) -> bool:
    bounds = shapely.total_bounds(lines)
    if max(bounds[2] - bounds[0], bounds[3] - bounds[1]) > FURNITURE_M:
        return False
    outline = shapely.union_all(shapely.buffer(lines, TOUCH_M / 2, quad_segs=1))
    shells = [shapely.Polygon(part.exterior) for part in shapely.get_parts(outline)]
    whole = shapely.union_all(shells)
    if whole.buffer(-WALL_M / 2 - TOUCH_M).is_empty:
        return False
    return whole.area < ROOM_M2 or len(words.query(whole, predicate="intersects")) == 0
