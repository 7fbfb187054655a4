"""Where on the ground a model says that it is: by its map conversion, or by the latitude and longitude of its site."""

import math
from collections.abc import Iterator

import numpy as np
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from geo_server.domain.errors import InvalidInput
from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.georeference import Georeference, GridPlace, georeference, projected_crs
from geo_server.ingest.ifc.model import Entity, Model


def find_place(model: Model, bounds_m: tuple[float, float, float, float]) -> tuple[Georeference | None, list[Finding]]:
    """The place of a model as control points, and what to tell of it.

    Args:
        model: The model.
        bounds_m: West, south, east and north end of its spaces, in metres of its world axes.
    """
    unit = model.metres_per_unit
    findings: list[Finding] = []
    for place in _places(model, findings):
        try:
            found = georeference(place, [value / unit for value in bounds_m], unit)
        except InvalidInput as refusal:
            findings.append(make_finding("georeference-unusable", str(refusal)))
            continue
        words = f"{found.source} says where the model is, in {found.crs}."
        return found, [*findings, make_finding("georeferenced", words)]
    return None, findings


def _places(model: Model, findings: list[Finding]) -> Iterator[GridPlace]:
    for conversion in model.all("IfcMapConversion"):
        try:
            yield _of_conversion(conversion, model.metres_per_unit)
        except InvalidInput as refusal:
            findings.append(make_finding("georeference-unusable", str(refusal)))
    for site in model.all("IfcSite"):
        lat, lon = _degrees(site.RefLatitude), _degrees(site.RefLongitude)
        if lat is not None and lon is not None and abs(lat) < 85 and abs(lon) <= 180 and (lat, lon) != (0, 0):
            yield _of_site(model, site, lon, lat)


def _of_conversion(conversion: Entity, metres_per_unit: float) -> GridPlace:
    """Eastings and northings of the origin, a turn, and a scale, which many programs leave out."""
    crs = projected_crs(str(conversion.TargetCRS.Name or ""), "IfcProjectedCRS")
    a, b = _direction(conversion.XAxisAbscissa, conversion.XAxisOrdinate) or (1.0, 0.0)
    right = metres_per_unit / float(crs.axis_info[0].unit_conversion_factor)
    said = float(conversion.Scale or 1.0)
    scale = said if abs(said / right - 1) < 0.01 else right
    matrix = scale * np.array([[a, -b], [b, a]])
    shift = np.array([conversion.Eastings, conversion.Northings], dtype=np.float64)
    return GridPlace("IfcMapConversion", crs, matrix, shift, unit_known=True)


def _of_site(model: Model, site: Entity, lon: float, lat: float) -> GridPlace:
    """Metres around the site's origin, turned so that true north is up."""
    crs = ProjectedCRS(TransverseMercatorConversion(lat, lon), "metres around the site")
    x, y = _true_north(model)
    turn = np.array([[y, -x], [x, y]])
    matrix = turn * model.metres_per_unit
    return GridPlace("IfcSite", crs, matrix, -matrix @ _origin(site), unit_known=True)


def _true_north(model: Model) -> tuple[float, float]:
    """Direction of true north in the model's plane; its y axis when nothing else is said."""
    for context in model.all("IfcGeometricRepresentationContext"):
        direction = getattr(context, "TrueNorth", None)
        found = _direction(*direction.DirectionRatios[:2]) if direction else None
        if found is not None:
            return found
    return 0.0, 1.0


def _direction(x: float | None, y: float | None) -> tuple[float, float] | None:
    """A direction of unit length; None when it is none."""
    length = math.hypot(x or 0.0, y or 0.0)
    return ((x or 0.0) / length, (y or 0.0) / length) if 0 < length < math.inf else None


def _origin(site: Entity) -> np.ndarray:
    """Where a site stands in the model's world axes, in the model's unit."""
    placement = getattr(site, "ObjectPlacement", None)
    relative = getattr(placement, "RelativePlacement", None)
    location = getattr(relative, "Location", None)
    coordinates = getattr(location, "Coordinates", (0.0, 0.0))
    return np.array(coordinates[:2], dtype=np.float64)


def _degrees(angle: object) -> float | None:
    """Degrees of an angle in degrees, minutes, seconds and millionths of a second (IfcCompoundPlaneAngleMeasure)."""
    if not isinstance(angle, tuple) or not 3 <= len(angle) <= 4 or not all(isinstance(part, int) for part in angle):
        return None
    return float(sum(part / size for part, size in zip(angle, (1, 60, 3600, 3.6e9), strict=False)))
