"""Where on the ground a file says that it is, in the words that a person would use: control points.

Terminology:
    grid: the plane of a coordinate reference system (CRS), in its own unit, easting before northing.
    convergence: the angle between a grid's north and true north. It needs no care here, because control points are in
        longitude and latitude, and a site's frame has true north up.

Sources of a place: a GEODATA entity, a CAD world file (``.wld``, ``.wld3``) with its projection file (``.prj``) beside the
drawing, or a CRS that a person names because the drawing is in its coordinates. PROJ never fetches grids from a network
here; the accuracy that it states for the best transformation at hand is reported.
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import ControlPoint, Coordinates

LONGEST_PROJECTION = 16_384
"""Characters of a projection file; real ones have some hundreds."""
_AUTHORITY = re.compile(r"^(?:EPSG|ESRI|IGNF|OGC):[A-Za-z0-9_.-]{1,32}$")
_MARGIN_DEG = 0.5
"""How far outside of the area that a CRS is made for a place may be."""

pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Georeference:
    """Where on the ground a file says that it is.

    Args:
        source: What says so, such as ``GEODATA`` or ``plan.wld``.
        crs: Name of the coordinate reference system.
        accuracy_m: Metres that the step from this CRS to WGS 84 may be off, as PROJ states; None when unknown.
        control_points: Corners of the drawing in drawing metres and on the ground.
    """

    source: str
    crs: str
    accuracy_m: float | None
    control_points: tuple[ControlPoint, ...]


@dataclass(frozen=True)
class GridPlace:
    """Drawing units to a grid: ``grid = matrix @ (x, y) + shift``.

    Args:
        source: What says so.
        matrix: Shape (2, 2).
        shift: Shape (2,).
        unit_known: The matrix tells how long a unit is; else the drawing's coordinates are the grid's, in whichever unit
            puts them where the CRS is made for.
    """

    source: str
    crs: pyproj.CRS
    matrix: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]
    unit_known: bool

    @property
    def grid_unit(self) -> float:
        """Metres per unit of the grid."""
        return float(self.crs.axis_info[0].unit_conversion_factor)

    @property
    def metres_per_unit(self) -> float:
        """Metres per drawing unit that the matrix asks for."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix)))) * self.grid_unit

    def in_unit(self, metres_per_unit: float) -> "GridPlace":
        """The same place when a unit is this long; changes nothing when the matrix already tells."""
        if self.unit_known:
            return self
        return GridPlace(self.source, self.crs, self.matrix * (metres_per_unit / self.grid_unit), self.shift, True)

    def lonlat(self, xy: npt.ArrayLike) -> Coordinates:
        """Drawing-unit pairs, shape (n, 2), as lon, lat; infinite where PROJ finds no answer."""
        grid = np.asarray(xy, dtype=np.float64) @ self.matrix.T + self.shift
        return np.column_stack(_best(self.crs).transform(grid[:, 0], grid[:, 1]))

    def fits(self, xy: npt.ArrayLike) -> bool:
        """Whether drawing-unit pairs lie where the CRS is made for."""
        lonlat, area = self.lonlat(xy), self.crs.area_of_use
        if not np.isfinite(lonlat).all() or float(np.abs(lonlat[:, 1]).max()) > 85:
            return False
        if area is None:
            return True
        west, south, east, north = area.bounds
        in_width = (lonlat[:, 0] >= west - _MARGIN_DEG) & (lonlat[:, 0] <= east + _MARGIN_DEG)
        if west > east:
            in_width = (lonlat[:, 0] >= west - _MARGIN_DEG) | (lonlat[:, 0] <= east + _MARGIN_DEG)
        in_height = (lonlat[:, 1] >= south - _MARGIN_DEG) & (lonlat[:, 1] <= north + _MARGIN_DEG)
        return bool((in_width & in_height).all())


def projected_crs(said: str, where: str) -> pyproj.CRS:
    """The projected CRS that a person or a projection file names.

    Args:
        said: ``EPSG:2263`` and the like, or well-known text.
        where: For the refusal.

    Raises:
        InvalidInput: There is no such CRS, or it is not a projected one.
    """
    text = said.strip()
    crs = _find_crs(text)
    if crs is None:
        raise InvalidInput(
            f"{text[:40]!r} names no coordinate reference system.", where=where, advice="Give one like EPSG:2263."
        )
    if not crs.is_projected:
        raise InvalidInput(
            f"{crs.name} is in degrees; drawings are in metres or feet.",
            where=where,
            advice="Give the projected system that the drawing was surveyed in, such as a UTM or state plane zone.",
        )
    return crs


def _find_crs(text: str) -> pyproj.CRS | None:
    """The CRS of a name or of well-known text; PROJ strings are not taken, because they can name files."""
    try:
        if _AUTHORITY.match(text.upper()):
            return pyproj.CRS.from_user_input(text.upper())
        if "[" in text and len(text) <= LONGEST_PROJECTION:
            return pyproj.CRS.from_wkt(text)
    except CRSError:
        pass
    return None


def grid_coordinates(crs: pyproj.CRS, source: str) -> GridPlace:
    """The place of a drawing whose coordinates are those of a grid."""
    return GridPlace(source, crs, np.eye(2), np.zeros(2), unit_known=False)


def georeference(place: GridPlace, bounds: Sequence[float], metres_per_unit: float) -> Georeference:
    """A place as control points at the corners of what is drawn.

    Args:
        place: Drawing units to a grid.
        bounds: West, south, east and north end of what is drawn, in drawing units.
        metres_per_unit: Length of a drawing unit.

    Raises:
        InvalidInput: That is nowhere on the ground, or not where the CRS is made for.
    """
    west, south, east, north = bounds
    corners = np.array([(west, south), (east, south), (east, north), (west, north)], dtype=np.float64)
    place = place.in_unit(metres_per_unit)
    if not place.fits(corners):
        raise InvalidInput(
            f"{place.source} puts the drawing outside of the area that {place.crs.name} is made for.",
            where=place.source,
            advice="Check the reference system and the unit, or place the drawing by control points.",
        )
    lonlat = place.lonlat(corners)
    points = tuple(
        ControlPoint(x * metres_per_unit, y * metres_per_unit, lon, lat)
        for (x, y), (lon, lat) in zip(corners.tolist(), lonlat.tolist(), strict=True)
    )
    accuracy = _best(place.crs).accuracy
    return Georeference(place.source, _name(place.crs), accuracy if accuracy >= 0 else None, points)


def _name(crs: pyproj.CRS) -> str:
    authority = crs.to_authority()
    return f"{':'.join(authority)} {crs.name}" if authority else str(crs.name)


def _best(crs: pyproj.CRS) -> pyproj.Transformer:
    """The best transformation to WGS 84 that needs nothing but what is installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a grid is not installed, which the accuracy tells
        group = TransformerGroup(crs, "EPSG:4326", always_xy=True)
    known = [t for t in group.transformers if t.accuracy >= 0]
    best: pyproj.Transformer = min(known, key=lambda t: t.accuracy) if known else group.transformers[0]
    return best
