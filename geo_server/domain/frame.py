"""Where metres meet longitude and latitude.

Terminology:
    drawing metres: metres in a drawing's own axes: drawing units times metres per unit, same origin.
    site metres: metres east and north of a site's origin, in a transverse Mercator projection centred there
        (scale 1 at the origin, true north up). Within 10 km of the origin a length is right to 2 mm per km.
    placement: the similarity that turns drawing metres into site metres. Its scale is fixed at 1, because the
        drawing's unit is known by then; the scale that the control points would ask for is reported as a check.
    control point: one spot named twice, in drawing metres and in longitude and latitude.
    residual: distance in metres from where a placement puts a control point to where it should be.

Crossing between the two happens in :class:`SiteFrame` only. Axis order is x, y (east, north) in metres and
longitude, latitude in degrees (RFC 7946). The projection is never EPSG:3857, which stretches lengths by 1/cos(lat).
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import InvalidInput

G = TypeVar("G", bound=BaseGeometry)

Coordinates = npt.NDArray[np.float64]
"""Shape (n, 2)."""

LEAST_SPREAD_M = 1.0
"""Control points closer together than this say nothing about rotation."""


@dataclass(frozen=True, slots=True)
class SiteFrame:
    """A site's metric frame: WGS 84 to metres east and north of an origin, and back.

    Args:
        lon: Longitude of the origin in degrees, -180 to 180.
        lat: Latitude of the origin in degrees, -85 to 85.
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lon) and math.isfinite(self.lat) and abs(self.lon) <= 180 and abs(self.lat) <= 85):
            raise InvalidInput(
                f"The site's origin {self.lon}, {self.lat} is not a longitude and latitude.",
                advice="Give longitude first (-180 to 180), then latitude (-85 to 85).",
            )

    @property
    def proj4(self) -> str:
        """The projection to its metres, in the words of PROJ."""
        return f"+proj=tmerc +lat_0={self.lat!r} +lon_0={self.lon!r} +k=1 +datum=WGS84 +units=m +no_defs"

    def to_metres(self, geometry: G) -> G:
        """A lon, lat geometry in site metres."""
        return _transformed(geometry, _transformers(self.lon, self.lat, threading.get_ident())[0])

    def to_lonlat(self, geometry: G) -> G:
        """A site-metres geometry in lon, lat."""
        return _transformed(geometry, _transformers(self.lon, self.lat, threading.get_ident())[1])

    def coordinates_to_metres(self, lonlat: npt.ArrayLike) -> Coordinates:
        """Lon, lat pairs, shape (n, 2), in site metres."""
        return _project(lonlat, _transformers(self.lon, self.lat, threading.get_ident())[0])

    def coordinates_to_lonlat(self, metres: npt.ArrayLike) -> Coordinates:
        """Site-metre pairs, shape (n, 2), as lon, lat."""
        return _project(metres, _transformers(self.lon, self.lat, threading.get_ident())[1])


@dataclass(frozen=True, slots=True)
class DrawingFrame:
    """The frame of a drawing that has no place on the ground yet: drawing metres.

    Args:
        metres_per_unit: Length of one drawing unit in metres (0.01 for centimetres).
    """

    metres_per_unit: float = 1.0


Frame = SiteFrame | DrawingFrame


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One spot named twice: ``x_m, y_m`` in drawing metres, ``lon, lat`` in degrees."""

    x_m: float
    y_m: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Drawing metres to site metres: turn, then shift. No scale and no mirroring.

    Args:
        rotation_deg: Counter-clockwise turn in degrees.
        east_m: Shift to the east in metres, after the turn.
        north_m: Shift to the north in metres, after the turn.
        residuals_m: Per control point, how far off it lands. Empty when not fitted from control points.
        scale_check: Scale that the control points ask for; 1 means that the drawing's unit agrees with the ground.
        verified: False with two control points or fewer: their residuals say little by construction.
    """

    rotation_deg: float
    east_m: float
    north_m: float
    residuals_m: tuple[float, ...] = ()
    scale_check: float = 1.0
    verified: bool = False

    def place(self, geometry: G, shift_m: tuple[float, float] = (0.0, 0.0)) -> G:
        """A drawing-metres geometry in site metres.

        Args:
            geometry: In drawing metres.
            shift_m: Added first: the level's own shift onto its building's axes.
        """

        def move(xy: Coordinates) -> Coordinates:
            return self.place_coordinates(xy + np.asarray(shift_m))

        moved: G = shapely.transform(geometry, move)
        return moved

    def place_coordinates(self, xy: npt.ArrayLike) -> Coordinates:
        """Drawing-metre pairs, shape (n, 2), in site metres."""
        turn = math.radians(self.rotation_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        points = np.asarray(xy, dtype=np.float64)
        moved = points @ np.array([[cos, sin], [-sin, cos]]) + np.array([self.east_m, self.north_m])
        return np.asarray(moved, dtype=np.float64)

    def unplace_coordinates(self, metres: npt.ArrayLike) -> Coordinates:
        """Site-metre pairs, shape (n, 2), in drawing metres: the way back of :meth:`place_coordinates`."""
        turn = math.radians(self.rotation_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        points = np.asarray(metres, dtype=np.float64) - np.array([self.east_m, self.north_m])
        return np.asarray(points @ np.array([[cos, -sin], [sin, cos]]), dtype=np.float64)


def fit_placement(points: Sequence[ControlPoint], frame: SiteFrame) -> Placement:
    """The placement that fits control points best, by least squares with the scale held at 1.

    Method: Umeyama 1991 (the orthogonal Procrustes problem in two dimensions, no reflection).

    Args:
        points: Two or more; three or more make the residuals mean something.
        frame: Frame of the site that the drawing is placed in.

    Raises:
        InvalidInput: Fewer than two points, points on one spot, a value that is not finite, or a mirrored drawing.
    """
    if len(points) < 2:
        raise InvalidInput(
            f"{len(points)} control point(s) cannot place a drawing.",
            advice="Give at least two spots that you can find both in the drawing and on the ground; three are checked.",
        )
    drawing = np.array([(p.x_m, p.y_m) for p in points], dtype=np.float64)
    ground = frame.coordinates_to_metres([(p.lon, p.lat) for p in points])
    if not (np.isfinite(drawing).all() and np.isfinite(ground).all()):
        raise InvalidInput("A control point is not finite.", advice="Give plain numbers for x_m, y_m, lon and lat.")
    # Complex numbers: a turn is a factor of length 1, and a mirrored drawing is one whose conjugate fits better.
    d = _as_complex(drawing - drawing.mean(axis=0))
    g = _as_complex(ground - ground.mean(axis=0))
    if min(np.abs(d).max(), np.abs(g).max()) < LEAST_SPREAD_M / 2:
        raise InvalidInput(
            "The control points lie on one spot.", advice="Choose spots at opposite corners of the building."
        )
    factor = np.vdot(d, g) / np.vdot(d, d).real
    mirrored = np.vdot(d.conj(), g) / np.vdot(d, d).real
    if len(points) >= 3 and abs(mirrored) > abs(factor) * 1.05:
        raise InvalidInput(
            "The control points fit only when the drawing is mirrored.",
            advice="Check that x_m and y_m are not swapped, or mirror the drawing back in the CAD program.",
        )
    turn = math.degrees(np.angle(factor))
    turned = Placement(turn, 0.0, 0.0).place_coordinates(drawing.mean(axis=0)[None, :])[0]
    east, north = ground.mean(axis=0) - turned
    fitted = Placement(turn, float(east), float(north))
    off = np.linalg.norm(fitted.place_coordinates(drawing) - ground, axis=1)
    return Placement(
        turn,
        float(east),
        float(north),
        residuals_m=tuple(float(r) for r in off),
        scale_check=float(abs(factor)),
        verified=len(points) >= 3,
    )


def _as_complex(xy: Coordinates) -> npt.NDArray[np.complex128]:
    return np.asarray(xy[:, 0] + 1j * xy[:, 1], dtype=np.complex128)


@lru_cache(maxsize=256)
def _transformers(lon: float, lat: float, _thread: int) -> tuple[pyproj.Transformer, pyproj.Transformer]:
    """There and back. A pyproj transformer belongs to one thread, so the thread is part of the key."""
    metric = pyproj.CRS.from_proj4(SiteFrame(lon, lat).proj4)
    return (
        pyproj.Transformer.from_crs("EPSG:4326", metric, always_xy=True),
        pyproj.Transformer.from_crs(metric, "EPSG:4326", always_xy=True),
    )


def _project(xy: npt.ArrayLike, transformer: pyproj.Transformer) -> Coordinates:
    points = np.asarray(xy, dtype=np.float64)
    if points.size == 0:
        return np.empty((0, 2), dtype=np.float64)
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))


def _transformed(geometry: G, transformer: pyproj.Transformer) -> G:
    moved: G = shapely.transform(geometry, lambda xy: _project(xy, transformer))
    return moved
