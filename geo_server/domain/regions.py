"""Where a threat was seen: a disc around a place, or a polygon that somebody drew.

Who knows nothing of polygons is told a disc that holds it, so nothing that is worked out from the disc is too small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point, Polygon

from geo_server.domain.errors import InvalidInput

WIDEST_M = 500.0
"""Radius of an observed place at most: wider than any building, and less than a slip of the hand."""

FEWEST_VERTICES, MOST_VERTICES = 3, 100
"""Of a polygon, the first not repeated."""


@dataclass(frozen=True, slots=True)
class Region:
    """Where a threat was seen, in metres.

    Args:
        point: The place, or one in the middle of the polygon.
        radius_m: How far off the place may be: never less than to any place of the polygon.
        polygon: Where it is somewhere; None: anywhere in the disc.
    """

    point: Point
    radius_m: float
    polygon: Polygon | None = None


def region_within(vertices: Sequence[tuple[float, float]], *, where: str) -> Region:
    """The region of a polygon.

    Args:
        vertices: Of its only ring, in metres, either way round; the first may be repeated at the end.
        where: What it is called in the input.

    Raises:
        InvalidInput: Too few or too many vertices, one that is no place, a ring that crosses itself or has no area, or a
            polygon that is too wide.
    """
    ring = list(vertices[:-1] if len(vertices) > 1 and tuple(vertices[0]) == tuple(vertices[-1]) else vertices)
    if not FEWEST_VERTICES <= len(ring) <= MOST_VERTICES:
        raise InvalidInput(
            f"A polygon of {len(ring)} vertices.", where=where, advice=f"Give {FEWEST_VERTICES} to {MOST_VERTICES}."
        )
    if not np.isfinite(ring).all():
        raise InvalidInput("A vertex is no place.", where=where, advice="Give finite numbers.")
    polygon = Polygon(ring)
    if not (shapely.is_valid(polygon) and polygon.area > 0):
        raise InvalidInput(
            f"This is no polygon of some area ({shapely.is_valid_reason(polygon)}).",
            where=where,
            advice="Give its vertices in order, so that no two edges cross.",
        )
    middle = polygon.centroid if polygon.covers(polygon.centroid) else polygon.representative_point()
    radius_m = float(shapely.distance(shapely.points(ring), middle).max())
    if radius_m > WIDEST_M:
        raise InvalidInput(
            f"The polygon reaches {radius_m:.0f} m from its middle.",
            where=where,
            advice=f"Give {WIDEST_M:.0f} m at most.",
        )
    return Region(middle, radius_m, polygon)


def ring_of(polygon: Polygon) -> list[list[float]]:
    """The vertices of a region's ring in order, the first not repeated."""
    return [[float(x), float(y)] for x, y in polygon.exterior.coords[:-1]]
