"""Doors of a drawing counted by a rule of its own on the raw objects, sharing no code with the intake, and the score.

The rule: each arc of 60 to 120 degrees - drawn as an arc, as a bulge or as a polyline on a circle - whose centre is joined to one of its ends by a drawn leaf is a swing; it closes
at its other end. Swings that close at the same place are one doorway: a double door, or a leaf that swings both ways.
All lengths in drawing units; the rule is for drawings in metres.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from ezdxf.document import Drawing as Document
from ezdxf.math import arc_angle_span_deg, bulge_center, bulge_radius
from scipy.optimize import linear_sum_assignment
from shapely import LineString, Point, STRtree

from tests.ingest.dxf.floor import Spot

NARROWEST_M, WIDEST_M = 0.55, 1.3
CUBICLE_M = 0.65
"""A leaf narrower than this shuts a cubicle, which is no zone of its own."""
FEWEST, ROUND_M = 8, 0.01
"""A polyline of at least so many vertices, all this near to one circle, is an arc in pieces."""
HINGE_M, TIP_M = 0.16, 0.06
"""How far from the hinge and from the end of its swing a leaf is drawn."""
SAME_M = 0.25
"""Swings that close nearer to each other than this share a doorway."""


@dataclass(frozen=True)
class Swing:
    """The swing of one leaf."""

    hinge: Spot
    ends: tuple[Spot, Spot]
    radius: float


@dataclass(frozen=True)
class Doorway:
    """A doorway with its middle; ``width`` is that of its widest leaf."""

    middle: Spot
    leaves: int
    width: float


def find_doorways(document: Document) -> list[Doorway]:
    """Doorways that a drawing shows by the swings of their leaves."""
    shown = list(_shown(document))
    lines = [line for entity in shown for line in _straight(entity)]
    tree = STRtree(lines)
    latched = []
    for swing in _distinct([swing for entity in shown for swing in _swings(entity)]):
        drawn = [_leaves(swing, end, lines, tree) for end in swing.ends]
        if drawn[0] != drawn[1]:
            latched.append((swing, swing.ends[0] if drawn[1] > drawn[0] else swing.ends[1]))
    return _doorways(latched)


def score(found: Sequence[Spot], truth: Sequence[Spot], near: float = 0.6) -> tuple[float, float]:
    """Precision and recall of places, matched one to one so that the sum of the distances is least."""
    distance = np.hypot(*(np.array(found)[:, None] - np.array(truth)[None]).transpose(2, 0, 1))
    rows, columns = linear_sum_assignment(np.where(distance <= near, distance, 1e6))
    hits = int((distance[rows, columns] <= near).sum())
    return hits / len(found), hits / len(truth)


def _shown(document: Document) -> Iterator[Any]:
    """Objects of model space on layers that are switched on, blocks taken apart."""
    hidden = {layer.dxf.name for layer in document.layers if layer.is_off() or layer.is_frozen()}

    def parts(entities: Any, within: str) -> Iterator[Any]:
        for entity in entities:
            layer = within if entity.dxf.layer == "0" and within else entity.dxf.layer
            if entity.dxftype() == "INSERT":
                yield from parts(entity.virtual_entities(), layer)
            elif layer not in hidden:
                yield entity

    return parts(document.modelspace(), "")


def _straight(entity: Any) -> Iterator[LineString]:
    if entity.dxftype() == "LINE":
        yield LineString([entity.dxf.start.vec2, entity.dxf.end.vec2])
    if entity.dxftype() == "LWPOLYLINE":
        points = list(entity.get_points("xyb"))
        for (x, y, bulge), (u, v, _) in pairwise([*points, *points[:1]] if entity.closed else points):
            if bulge == 0:
                yield LineString([(x, y), (u, v)])


def _swings(entity: Any) -> Iterator[Swing]:
    if entity.dxftype() == "ARC":
        span = arc_angle_span_deg(entity.dxf.start_angle, entity.dxf.end_angle)
        centre, ends = entity.ocs().to_wcs(entity.dxf.center), (entity.start_point, entity.end_point)
        yield from _swing((centre.x, centre.y), ends, entity.dxf.radius, span)
    if entity.dxftype() == "LWPOLYLINE":
        points = list(entity.get_points("xyb"))
        for (x, y, bulge), (u, v, _) in pairwise([*points, *points[:1]] if entity.closed else points):
            if bulge:
                centre, radius = bulge_center((x, y), (u, v), bulge), bulge_radius((x, y), (u, v), bulge)
                span = math.degrees(4 * math.atan(abs(bulge)))
                yield from _swing((centre.x, centre.y), ((x, y), (u, v)), radius, span)
        if len(points) >= FEWEST and not entity.closed:
            yield from _fitted(np.array([(x, y) for x, y, _ in points]))


def _fitted(points: npt.NDArray[np.float64]) -> Iterator[Swing]:
    """The swing whose circle all vertices of a polyline lie on, by least squares (Kåsa 1976)."""
    origin = points.mean(axis=0)
    at = points - origin
    (x, y, c), *_ = np.linalg.lstsq(np.column_stack([2 * at, np.ones(len(at))]), (at**2).sum(axis=1), rcond=None)
    radius = math.sqrt(max(c + x * x + y * y, 0.0))
    if np.abs(np.hypot(*(at - (x, y)).T) - radius).max() < ROUND_M:
        angles = np.unwrap(np.arctan2(at[:, 1] - y, at[:, 0] - x))
        centre = float(origin[0] + x), float(origin[1] + y)
        yield from _swing(centre, (points[0], points[-1]), radius, math.degrees(abs(angles[-1] - angles[0])))


def _swing(hinge: Spot, ends: Sequence[Any], radius: float, span: float) -> Iterator[Swing]:
    if 60 <= span <= 120 and NARROWEST_M <= radius <= WIDEST_M:
        first, last = ((float(end[0]), float(end[1])) for end in ends)
        yield Swing(hinge, (first, last), radius)


def _distinct(swings: Sequence[Swing]) -> list[Swing]:
    """Swings without those that are drawn twice."""
    kept: list[Swing] = []
    for swing in swings:
        if not any(
            math.dist(swing.hinge, k.hinge) < 0.05
            and all(min(math.dist(end, other) for other in k.ends) < 0.05 for end in swing.ends)
            for k in kept
        ):
            kept.append(swing)
    return kept


def _leaves(swing: Swing, tip: Spot, lines: Sequence[LineString], tree: STRtree) -> int:
    """How many lines run from about the hinge of a swing to one of its ends: a leaf drawn as a box has two."""
    found = 0
    for index in tree.query(Point(tip), predicate="dwithin", distance=TIP_M).tolist():
        first, last = lines[index].coords
        near = min(math.dist(first, swing.hinge), math.dist(last, swing.hinge))
        found += near < HINGE_M and abs(lines[index].length - swing.radius) < HINGE_M
    return found


def _doorways(latched: Sequence[tuple[Swing, Spot]]) -> list[Doorway]:
    groups: list[list[tuple[Swing, Spot]]] = []
    for swing, latch in latched:
        home = next((g for g in groups if any(_shared(swing, latch, *other) for other in g)), None)
        groups.append([(swing, latch)]) if home is None else home.append((swing, latch))
    doorways = []
    for group in groups:
        hinges: list[Spot] = []
        for swing, _ in group:
            if all(math.dist(swing.hinge, hinge) > SAME_M for hinge in hinges):
                hinges.append(swing.hinge)
        jambs = hinges if len(hinges) > 1 else [hinges[0], group[0][1]]
        middle = float(np.mean([x for x, _ in jambs])), float(np.mean([y for _, y in jambs]))
        doorways.append(Doorway(middle, len(hinges), max(swing.radius for swing, _ in group)))
    return doorways


def _shared(swing: Swing, latch: Spot, other: Swing, where: Spot) -> bool:
    """Whether two swings close the same doorway: in line with their hinges apart, or about one hinge to both sides."""
    if math.dist(latch, where) > SAME_M:
        return False
    apart = math.dist(swing.hinge, other.hinge)
    return apart < SAME_M or abs(apart - swing.radius - other.radius) < SAME_M
