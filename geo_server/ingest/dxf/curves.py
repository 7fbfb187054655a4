"""Arcs found again in runs of points.

Arcs reach a drawing as arcs, bulges, splines or many short segments; :func:`fit_arcs` sees them all alike.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import shapely

from geo_server.ingest.dxf.drawing import Points, Stroke, Vertex

LEAST_PIECES = 3
"""Lines that a curve was cut into at least."""
LEAST_TURN_DEG, MOST_TURN_DEG, MOST_RATIO = 0.2, 40.0, 2.5
"""How far a curve turns from piece to piece, and how much longer one may be than the next."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A circular arc.

    Args:
        start: One end.
        end: The other end.
        sweep_deg: Angle between the ends, positive.
    """

    centre: Vertex
    radius: float
    start: Vertex
    end: Vertex
    sweep_deg: float


def chained(strokes: Iterable[Stroke], longest: float) -> list[Stroke]:
    """Runs of short single lines that continue each other, as one stroke each: curves that were cut to pieces.

    Args:
        strokes: Of any kind; only those with two points, on one layer and of one block, are joined.
        longest: Longer lines are no pieces of a curve.
    """
    pieces: dict[tuple[str, str], list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        if len(stroke.points) == 2:
            pieces[stroke.layer, stroke.block].append(stroke)
    found = []
    for single in pieces.values():
        ends = np.array([stroke.points for stroke in single])
        short = np.hypot(*(ends[:, 1] - ends[:, 0]).T) <= longest
        if short.sum() < LEAST_PIECES:
            continue
        size = float(np.abs(ends).max()) or 1.0
        merged = shapely.line_merge(shapely.multilinestrings(np.round(ends[short] / size, 9) * size))
        found += [
            replace(single[0], points=shapely.get_coordinates(run))
            for run in shapely.get_parts(merged)
            if shapely.get_num_points(run) > LEAST_PIECES
        ]
    return found


def arcs_in(strokes: Iterable[Stroke]) -> Iterator[tuple[Stroke, Arc]]:
    """Circular arcs in some strokes, each with its stroke: as :func:`fit_arcs` of each."""
    strokes = list(strokes)
    for stroke, arcs in zip(strokes, arcs_of([stroke.points for stroke in strokes]), strict=True):
        for arc in arcs:
            yield stroke, arc


def arcs_of(runs: Sequence[Points]) -> list[list[Arc]]:
    """Circular arcs in each of some runs of points: as :func:`fit_arcs` of each, all at once."""
    found: list[list[Arc]] = [[] for _ in runs]
    long = [index for index, run in enumerate(runs) if len(run) >= 4]
    bent = [index for index, turns in zip(long, _bent([runs[i] for i in long]), strict=True) if turns]
    parts = [(index, part) for index in bent for part in _even_parts(runs[index])]
    for (index, _), arc in zip(parts, _fit([part for _, part in parts]), strict=True):
        if arc is not None:
            found[index].append(arc)
    return found


def _bent(runs: Sequence[Points]) -> list[bool]:
    """Which runs of points may hold an arc: they turn evenly twice on end, or hold a point twice."""
    if not runs:
        return []
    count = np.array([len(run) for run in runs])
    steps = np.diff(np.concatenate(runs), axis=0)
    lengths, headings = np.hypot(*steps.T), np.arctan2(steps[:, 1], steps[:, 0])
    turns = np.degrees((np.diff(headings) + math.pi) % math.tau - math.pi)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = lengths[1:] / lengths[:-1]
    even = (
        (np.abs(turns) >= LEAST_TURN_DEG)
        & (np.abs(turns) <= MOST_TURN_DEG)
        & (ratio >= 1 / MOST_RATIO)
        & (ratio <= MOST_RATIO)
    )
    twice = even[1:] & even[:-1] & (turns[1:] * turns[:-1] > 0)
    ends = np.cumsum(count)
    owner = np.repeat(np.arange(len(runs)), count)
    bent = np.zeros(len(runs), dtype=np.bool_)
    bent[owner[: len(twice)][twice & (owner[:-3] == owner[3:])]] = True
    inside = np.ones(len(steps), dtype=np.bool_)
    inside[ends[:-1] - 1] = False
    bent[owner[:-1][inside & ~(lengths > 0)]] = True
    return bent.tolist()


def fit_arcs(points: Points) -> list[Arc]:
    """Circular arcs in a run of points: constant turning, then a circle through it (Kåsa 1976).

    A run counts when at least three segments turn the same way by 0.2 to 40 degrees each, their lengths differ by no
    more than a factor of 2.5 from one to the next, and no point is off the circle by more than 4 % of the radius.
    """
    return [arc for arc in _fit(_even_parts(points)) if arc is not None]


def _even_parts(points: Points) -> list[Points]:
    """The parts of a run of points that turn evenly."""
    if len(points) < 4:
        return []
    steps = np.diff(points, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    if not (lengths > 0).all():
        keep = np.concatenate([[True], lengths > 0])
        return _even_parts(points[keep]) if keep.sum() >= 4 else []
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    turns = np.degrees((np.diff(headings) + math.pi) % math.tau - math.pi)
    return [points[first : last + 2] for first, last in _runs(turns.tolist(), lengths.tolist())]


def _runs(turns: Sequence[float], lengths: Sequence[float]) -> Iterator[tuple[int, int]]:
    """First and last segment of each run of even turning."""
    first = 0
    for i in range(1, len(lengths) + 1):
        goes_on = (
            i < len(lengths)
            and LEAST_TURN_DEG <= abs(turns[i - 1]) <= MOST_TURN_DEG
            and 1 / MOST_RATIO <= lengths[i] / lengths[i - 1] <= MOST_RATIO
            and (i - 1 == first or turns[i - 1] * turns[i - 2] > 0)
        )
        if goes_on:
            continue
        if i - 1 - first >= 2:
            yield first, i - 1
        first = i


def _fit(parts: Sequence[Points]) -> list[Arc | None]:
    """The circle through each of some runs of points, None where they lie on none; all at once.

    With the origin in the middle of its points the normal equations of a circle are two.
    """
    if not parts:
        return []
    count = np.array([len(part) for part in parts])
    begin, owner = np.cumsum(count) - count, np.repeat(np.arange(len(parts)), count)

    def mean(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(np.add.reduceat(values, begin) / count, dtype=np.float64)

    points = np.concatenate(parts)
    origin = np.stack([mean(points[:, 0]), mean(points[:, 1])], axis=1)
    x, y = (points - origin[owner]).T
    square = x * x + y * y
    xx, xy, yy, xs, ys = (mean(v) for v in (x * x, x * y, y * y, x * square, y * square))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        turned = 2 * (xx * yy - xy * xy)
        a, b = (xs * yy - ys * xy) / turned, (ys * xx - xs * xy) / turned
        radius = np.sqrt(mean(square) + a * a + b * b)
        u, v = x - a[owner], y - b[owner]
        off = np.maximum.reduceat(np.abs(np.hypot(u, v) - radius[owner]), begin)
        round_ = off <= 0.04 * radius  # false where they are no numbers
    steps = (np.diff(np.arctan2(v, u), append=0.0) + math.pi) % math.tau - math.pi
    steps[begin + count - 1] = 0.0
    sweep = np.degrees(np.abs(np.add.reduceat(steps, begin)))
    centre = origin + np.stack([a, b], axis=1)
    rows = zip(parts, round_.tolist(), centre.tolist(), radius.tolist(), sweep.tolist(), strict=True)
    return [
        Arc((at[0], at[1]), size, _vertex(part[0]), _vertex(part[-1]), angle) if fits else None
        for part, fits, at, size, angle in rows
    ]


def _vertex(point: Points) -> Vertex:
    return float(point[0]), float(point[1])


def joined(one: Arc, other: Arc, reach: float) -> Arc | None:
    """One arc of two that go on in each other, or None; lengths within ``reach`` are the same."""
    if abs(one.radius - other.radius) > reach:
        return None
    for first, meeting in ((one.end, one.start), (one.start, one.end)):
        for last, met in ((other.end, other.start), (other.start, other.end)):
            sweep = one.sweep_deg + other.sweep_deg
            chord = 2 * one.radius * math.sin(math.radians(min(sweep, 180) / 2))
            if math.dist(meeting, met) < reach and abs(math.dist(first, last) - chord) < reach:
                return Arc(one.centre, one.radius, first, last, sweep)
    return None


def outlines_of(arcs: Sequence[Arc]) -> npt.NDArray[np.object_]:
    """Arcs as LineStrings of thirteen points."""
    centre, start, end = (
        np.array([at(arc) for arc in arcs]).reshape(-1, 1, 2) for at in map(attrgetter, ("centre", "start", "end"))
    )
    first, last = (np.arctan2((at - centre)[..., 1], (at - centre)[..., 0]) for at in (start, end))
    turn = (last - first + math.pi) % math.tau - math.pi
    angles = first + turn * np.linspace(0, 1, 13)
    radius = np.array([arc.radius for arc in arcs]).reshape(-1, 1, 1)
    points = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return np.asarray(shapely.linestrings(points), dtype=object)
