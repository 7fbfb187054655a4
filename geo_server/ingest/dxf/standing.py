"""What stands where a door may be, asked by place: barriers, and lines that may be leaves. All lengths in metres."""

import math

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.ingest.dxf.drawing import Points, Vertex
from geo_server.ingest.dxf.segments import Segments, as_lines, lengths

ALONG_M = 0.13
"""How far from a wall that runs on through the opening a chord may be drawn."""
JAMB_M = 0.12
"""How far from the end of a wall a latch is drawn, when a panel does not stand between them."""
ON_ARC = 0.003
"""Lines with both ends so near to a swing, as a share of its radius, are pieces of it."""
LATCH_M = 0.65
"""How far from the wall a latch may be drawn: a side panel may stand between them."""


class Standing:
    """Barriers, asked by place; and the lines that may be leaves of doors."""

    def __init__(self, segments: Segments, leaves: Segments) -> None:
        self.leaves = leaves
        self.leaf_sizes = lengths(leaves)
        self.leaf_tree = STRtree(as_lines(leaves))
        self.segments = segments
        self.lines = as_lines(segments)
        self.tree = STRtree(self.lines)
        self.sizes = lengths(segments)

    def near(self, at: Vertex, distance: float) -> npt.NDArray[np.intp]:
        """Indices of the barriers so near to a place."""
        return np.asarray(self.tree.query(shapely.Point(at), predicate="dwithin", distance=distance), dtype=np.intp)

    def distance(self, at: Vertex, leaf: float, hinge: Vertex) -> float:
        """To the nearest barrier that is no leaf of this door."""
        near = self.near(at, LATCH_M)
        near = near[~self._leaflike(near, leaf, hinge)]
        if len(near) == 0:
            return math.inf
        return float(shapely.distance(self.lines[near], shapely.Point(at)).min())

    def ends_at(self, at: Vertex, leaf: float, hinge: Vertex) -> bool:
        """Whether a barrier that is no part of this door ends at a place, as walls do at a gap."""
        near = self.near(at, JAMB_M)
        ends = self.segments[near[~self._leaflike(near, leaf, hinge)]].reshape(-1, 2, 2)
        out = np.linalg.norm(ends - np.array(hinge), axis=2)
        ends = ends[(np.abs(out / leaf - 1) > ON_ARC).any(axis=1)]
        return bool((np.linalg.norm(ends - np.array(at), axis=2) <= JAMB_M).any())

    def _leaflike(self, which: npt.NDArray[np.intp], leaf: float, hinge: Vertex) -> npt.NDArray[np.bool_]:
        close = shapely.distance(self.lines[which], shapely.Point(hinge)) < 0.08
        return np.asarray(close & (np.abs(self.sizes[which] / leaf - 1) < 0.12), dtype=np.bool_)

    def has_leaf(self, hinge: Vertex, tip: Vertex) -> bool:
        """Whether a line of about a leaf's length is drawn from near the hinge towards a tip."""
        size = math.dist(hinge, tip)
        unit = np.subtract(tip, hinge) / (size or 1.0)
        near = np.asarray(self.leaf_tree.query(shapely.LineString([hinge, tip]), predicate="dwithin", distance=0.08))
        near = near[np.abs(self.leaf_sizes[near] / size - 0.95) < 0.25]
        if len(near) == 0:
            return False
        steps = (self.leaves[near, 2:] - self.leaves[near, :2]) / self.leaf_sizes[near, None]
        ends = np.stack([self.leaves[near, :2], self.leaves[near, 2:]])
        at_hinge = np.hypot(*(ends - np.array(hinge)).transpose(2, 0, 1)).min(axis=0) < 0.2
        return bool(((np.abs(steps @ unit) > 0.985) & at_hinge).any())

    def _parallel(self, which: npt.NDArray[np.intp], step: Points) -> npt.NDArray[np.bool_]:
        steps = (self.segments[which, 2:] - self.segments[which, :2]) / self.sizes[which, None]
        return np.asarray(np.abs(steps @ (step / np.hypot(*step))) > 0.97, dtype=np.bool_)

    def goes_on(self, at: Vertex, direction: Points) -> bool:
        """Whether a barrier runs in a direction around a place."""
        near = self.near(at, 0.12)
        if len(near) == 0:
            return False
        steps = (self.segments[near, 2:] - self.segments[near, :2]) / self.sizes[near, None]
        return bool((np.abs(steps @ direction) > 0.97).any())

    def covers(self, start: Vertex, end: Vertex, leaf: float, away: float = ALONG_M) -> float:
        """Share of a chord's middle part that lies along barriers, no farther away than so much."""
        first, last = np.array(start), np.array(end)
        chord = shapely.LineString([first + 0.15 * (last - first), last - 0.15 * (last - first)])
        near = np.asarray(self.tree.query(chord, predicate="dwithin", distance=away), dtype=np.intp)
        near = near[~self._leaflike(near, leaf, start)]
        near = near[self._parallel(near, last - first)]
        if len(near) == 0:
            return 0.0
        band = shapely.union_all(shapely.buffer(self.lines[near], away, cap_style="flat"))
        return float(chord.intersection(band).length / (chord.length or 1.0))
