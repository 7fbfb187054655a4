"""What the edges of zones are made of: drawn, or assumed by us. All lengths in metres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon, STRtree

from geo_server.ingest.dxf.segments import Segments, as_lines, lengths
from geo_server.ingest.dxf.walls import Bridge, Filling, bridge_segments

STEP_M = 0.25
"""Edges are looked at in pieces no longer than this."""
LEAST_GAP_M = 0.6
"""A narrower gap without a door is no way that anybody may have meant."""
ON_LINE_M, ON_BRIDGE_M = 0.03, 0.1
"""An edge that runs this near to a line, or to the middle line of a doorway, lies on it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The edge of a zone.

    Args:
        drawn: The share of it on drawn lines and in doorways with a door in them, 0 to 1.
        widest_m: Width of the widest gap without a door that it crosses; 0 when there is none.
    """

    drawn: float
    widest_m: float


def measure_edges(
    zones: Sequence[Polygon], drawn: Segments, closures: Sequence[Bridge], settled: Sequence[bool]
) -> list[Edge]:
    """The edge of each zone.

    Args:
        zones: Of a level.
        drawn: What was drawn: walls, glazing, treads.
        closures: What closed its gaps, doors and others.
        settled: Of which zones more than walls says where they end: what ends at them does not end on our word either.
    """
    if not zones:
        return []
    pieces, owner = _pieces(zones)
    middles, sizes = shapely.points((pieces[:, :2] + pieces[:, 2:]) / 2), lengths(pieces)
    doors = [bridge for bridge in closures if is_door(bridge)]
    gaps = [bridge for bridge in closures if not is_door(bridge)]
    on_drawn = _near(middles, drawn, ON_LINE_M) | _near(middles, bridge_segments(doors), ON_BRIDGE_M)
    rest = np.flatnonzero(~on_drawn)
    on_drawn[rest[_beside_others(middles[rest], owner[rest], pieces, owner, np.array(settled, dtype=np.bool_))]] = True
    rest = np.flatnonzero(~on_drawn)
    piece, gap = STRtree(as_lines(bridge_segments(gaps))).query(
        middles[rest], predicate="dwithin", distance=ON_BRIDGE_M
    )
    widest = np.zeros(len(zones))
    np.maximum.at(widest, owner[rest[piece]], np.array([bridge.width_m for bridge in gaps], dtype=np.float64)[gap])
    whole = np.bincount(owner, sizes, len(zones))
    share = np.bincount(owner, sizes * on_drawn, len(zones)) / np.maximum(whole, 1e-9)
    return [Edge(float(one), float(other)) for one, other in zip(share, widest, strict=True)]


def is_door(bridge: Bridge) -> bool:
    """Whether what closes a gap is drawn: a door with its arc, one without, or a window."""
    return bridge.symbol is not None or bridge.filled in {Filling.DOOR, Filling.WINDOW}


def _pieces(zones: Sequence[Polygon]) -> tuple[Segments, npt.NDArray[np.intp]]:
    """Short pieces of all rings, and the index of the zone that each belongs to."""
    rings, owner = shapely.get_rings(np.array(zones, dtype=object), return_index=True)
    points, ring = shapely.get_coordinates(shapely.segmentize(rings, STEP_M), return_index=True)
    within = ring[1:] == ring[:-1]
    return np.hstack([points[:-1], points[1:]])[within], owner[ring[1:][within]]


def _beside_others(
    points: npt.NDArray[np.object_],
    of: npt.NDArray[np.intp],
    pieces: Segments,
    owner: npt.NDArray[np.intp],
    settled: npt.NDArray[np.bool_],
) -> npt.NDArray[np.intp]:
    """Indices of points that lie on the edge of a settled zone which is not their own."""
    edges = np.flatnonzero(settled[owner])
    point, edge = STRtree(as_lines(pieces[edges])).query(points, predicate="dwithin", distance=ON_LINE_M)
    return np.asarray(point[of[point] != owner[edges[edge]]], dtype=np.intp)


def _near(points: npt.NDArray[np.object_], segments: Segments, distance: float) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(points), dtype=np.bool_)
    found[STRtree(as_lines(segments)).query(points, predicate="dwithin", distance=distance)[0]] = True
    return found
