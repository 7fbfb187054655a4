"""What the clipping boundary of a block use (command XCLIP) leaves of what the block draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from ezdxf.xclip import XClip
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.ingest.dxf.affine import Affine
from geo_server.ingest.dxf.drawing import Points, Vertex
from geo_server.ingest.dxf.entities import Entity


@dataclass(frozen=True)
class Clip:
    """A boundary that a block use shows its content inside of, or outside of.

    Args:
        outline: In the coordinates that the block use stands in.
        inverted: What lies inside is hidden.
    """

    outline: Polygon
    inverted: bool = False

    def moved(self, by: Affine | None) -> "Clip":
        """The same boundary after a transformation; None changes nothing."""
        if by is None:
            return self
        return Clip(Polygon([by.apply_flat((x, y)) for x, y in self.outline.exterior.coords]), self.inverted)

    def keep(self, run: Points) -> list[Points]:
        """The pieces of a run that are shown."""
        line = LineString(run)
        if self.outline.covers(line):
            return [] if self.inverted else [run]
        shown = line.difference(self.outline) if self.inverted else line.intersection(self.outline)
        return [_points(part) for part in _lines(shown)]

    def shows(self, at: Vertex) -> bool:
        """Whether a place is shown."""
        return bool(shapely.intersects_xy(self.outline, *at)) != self.inverted


def clip_of(insert: Entity) -> Clip | None:
    """The boundary of a block use, in the coordinates that it stands in; None without one, or when it is off.

    Raises:
        Exception: The boundary's data is contradictory (ezdxf raises many kinds).
    """
    xclip = XClip(insert)
    if not (xclip.has_clipping_path and xclip.is_clipping_enabled):
        return None
    path = xclip.get_wcs_clipping_path()
    vertices = path.inner_polygon()
    if len(vertices) < 3:
        return None
    outline = shapely.make_valid(Polygon([(v.x, v.y) for v in vertices]))
    if not isinstance(outline, Polygon) or outline.is_empty:
        outline = shapely.convex_hull(outline)
    return Clip(outline, path.is_inverted_clip) if isinstance(outline, Polygon) else None


def keep_all(clips: Sequence[Clip], runs: Sequence[Points]) -> list[Points]:
    """The pieces of some runs that every boundary shows."""
    shown = list(runs)
    for clip in clips:
        shown = [piece for run in shown for piece in clip.keep(run)]
    return shown


def _lines(geometry: BaseGeometry) -> list[LineString]:
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    return [part for part in shapely.get_parts(merged) if isinstance(part, LineString) and part.length > 0]


def _points(line: LineString) -> Points:
    return np.asarray(shapely.get_coordinates(line), dtype=np.float64)
