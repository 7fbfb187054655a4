"""Lines that belong to texts: frames drawn around them, and leaders that point from them. All lengths in metres."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon, STRtree

from geo_server.domain.findings import Finding
from geo_server.domain.wording import counted
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.drawing import Label, Stroke, all_points
from geo_server.ingest.dxf.polygonize import LEAST_AREA_M2
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import grouped
from geo_server.ingest.dxf.walls import REACH_M

ROOM_M2 = 2.0
"""What stands by itself and is smaller is no room, whatever is written on it."""
LETTER = 0.62
"""Width of a letter, in heights of a capital."""
AROUND = 5.0
"""A frame leaves no more room around its text than this many heights of its capitals, on both sides together."""
BESIDE = 1.5
"""A leader ends this near to its text, in heights of a capital."""
TOUCH_M = 0.03
MOST_POINTS = 4
"""Most points of a leader, of one stroke or of several that meet."""
LONGEST_M = 3.0
"""No straight piece of a leader is longer."""
ALONG_M = 0.2
"""A line that goes on ahead of an end does so along this much of a straight line."""


def without_frames(
    strokes: Sequence[Stroke], labels: Sequence[Label], roles: Mapping[str, Role], walls: Collection[str]
) -> tuple[tuple[Stroke, ...], list[Finding]]:
    """Strokes, closed ones that hug a text and touch nothing but others of their kind excluded.

    What stands on a layer that is named for something is believed, and so is what is large enough for a room.

    Args:
        strokes: Of any role.
        labels: Texts.
        roles: What layers are for.
        walls: Layers that were taken for walls by what is drawn on them.

    Returns:
        The strokes, and one finding for each layer with frames as large as the smallest zones, at the largest of them.
    """
    unsaid = {layer for layer, role in roles.items() if role is Role.UNKNOWN}.union(walls)
    closed = [i for i, s in enumerate(strokes) if s.closed and s.layer in unsaid and s.role in {None, Role.UNKNOWN}]
    if not closed or not labels:
        return tuple(strokes), []
    shapes = shapely.polygons([shapely.linearrings(strokes[i].points) for i in closed])
    label, shape = STRtree(shapes).query(shapely.points([label.at for label in labels]), predicate="within")
    hugging = {
        closed[s]: shapes[s]
        for t, s in zip(label.tolist(), shape.tolist(), strict=True)
        if shapes[s].area <= ROOM_M2 and _hugs(shapes[s], labels[t])
    }
    if not hugging:
        return tuple(strokes), []
    others = lines_of([stroke for i, stroke in enumerate(strokes) if i not in hugging])
    rings = [shape.exterior for shape in hugging.values()]
    touched = {int(i) for i in STRtree(others).query(rings, predicate="dwithin", distance=TOUCH_M)[0]}
    frames = {index: hugging[index] for number, index in enumerate(hugging) if number not in touched}
    told = tuple(replace(s, role=Role.EXCLUDE) if i in frames else s for i, s in enumerate(strokes))
    return told, _about_frames([(strokes[i].layer, shape) for i, shape in frames.items()])


def _about_frames(frames: Sequence[tuple[str, Polygon]]) -> list[Finding]:
    findings = []
    large = [(layer, shape) for layer, shape in frames if shape.area >= LEAST_AREA_M2]
    for layer in sorted({layer for layer, _ in large}):
        shapes = [shape for on, shape in large if on == layer]
        at = max(shapes, key=lambda shape: (shape.area, shape.bounds)).centroid
        words = f"Around texts on layer {layer!r}, and taken for their frames: {counted(len(shapes), 'outline')}."
        findings.append(make_finding("frame-left-out", words, layer=layer, at=(at.x, at.y), count=len(shapes)))
    return findings


def _hugs(shape: Polygon, label: Label) -> bool:
    """Whether a shape is hardly larger than a text in it."""
    wide, tall = np.subtract(_box_of(label).bounds[2:], _box_of(label).bounds[:2])
    low_x, low_y, high_x, high_y = shape.bounds
    room = AROUND * label.height
    return bool(high_x - low_x <= wide + room and high_y - low_y <= tall + room)


def find_leaders(strokes: Sequence[Stroke], labels: Sequence[Label]) -> npt.NDArray[np.bool_]:
    """Which strokes are leaders: runs of few short lines that are free where a text stands, and cross other lines on their
    way. Where a line goes on ahead, a wall is broken by a doorway.

    Args:
        strokes: Among which leaders are; short runs that meet end to end are looked at together.
        labels: Texts.
    """
    found = np.zeros(len(strokes), dtype=np.bool_)
    few = np.flatnonzero([len(s.points) <= MOST_POINTS and not s.closed for s in strokes])
    if len(few) == 0 or not labels:
        return found
    lines = lines_of(strokes)
    tree = STRtree(lines)
    group = _chained(strokes, few)
    tips = np.array([[p[:2], p[:-3:-1]] for p in (strokes[i].points for i in few.tolist())]).reshape(-1, 2, 2)
    ends = shapely.points(tips[:, 0])
    end, line = tree.query(ends, predicate="dwithin", distance=TOUCH_M)
    touched = np.bincount(end[line != few[end // 2]], minlength=len(ends)) > 0
    boxes = np.array([_box_of(label) for label in labels], dtype=object)
    reach = np.array([BESIDE * label.height for label in labels])
    spoken = STRtree(ends).query(boxes, predicate="dwithin", distance=reach)[1]
    begins = np.zeros(len(ends), dtype=np.bool_)
    begins[spoken] = True
    begins &= ~touched
    begins[begins] = ~_goes_on(tips[begins], lines, tree)
    which, other = tree.query(lines[few], predicate="crosses")
    meets = shapely.intersection(lines[few[which]], lines[other])
    away = np.minimum(shapely.distance(ends[2 * which], meets), shapely.distance(ends[2 * which + 1], meets))
    crossing = np.bincount(which[away > TOUCH_M], minlength=len(few)) > 0
    long = np.array([np.hypot(*np.diff(strokes[i].points, axis=0).T).max() > LONGEST_M for i in few.tolist()])
    sizes, leads, crosses, too_long = (
        np.bincount(group, weights=each, minlength=len(few))
        for each in (np.ones(len(few)), begins.reshape(-1, 2).any(axis=1), crossing, long)
    )
    found[few[((leads > 0) & (crosses > 0) & (too_long == 0) & (sizes <= MOST_POINTS - 1))[group]]] = True
    return found


def _goes_on(tips: npt.NDArray[np.float64], lines: npt.NDArray[np.object_], tree: STRtree) -> npt.NDArray[np.bool_]:
    """At which tips (an end and the point before it, shape (n, 2, 2)) another line goes on straight ahead."""
    ahead = tips[:, 0] - tips[:, 1]
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    rays = shapely.linestrings(np.stack([tips[:, 0] + ahead * TOUCH_M, tips[:, 0] + ahead * REACH_M], axis=1))
    bands = shapely.buffer(rays, TOUCH_M, cap_style="flat")
    tip, line = tree.query(bands, predicate="intersects")
    along = shapely.length(shapely.intersection(lines[line], bands[tip]))
    return np.bincount(tip[along >= ALONG_M], minlength=len(tips)) > 0


def _chained(strokes: Sequence[Stroke], few: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """A number for each of some strokes, the same for those that meet end to end."""
    ends = shapely.points(np.array([strokes[i].points[[0, -1]] for i in few.tolist()]).reshape(-1, 2))
    one, other = STRtree(ends).query(ends, predicate="dwithin", distance=TOUCH_M)
    return grouped(len(few), one // 2, other // 2)


def _box_of(label: Label) -> Polygon:
    lines = label.text.splitlines() or [""]
    wide, tall = label.height * LETTER * max(map(len, lines)), label.height * 1.5 * len(lines)
    x, y = label.at
    return shapely.box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)


def lines_of(strokes: Sequence[Stroke]) -> npt.NDArray[np.object_]:
    """Strokes as an array of LineStrings."""
    owner = np.repeat(np.arange(len(strokes)), [len(stroke.points) for stroke in strokes])
    return np.asarray(shapely.linestrings(all_points(strokes), indices=owner), dtype=object)
