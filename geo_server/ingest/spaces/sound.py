"""Geometry of GeoJSON files, made sound: finite, flat, valid."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


def read_geometry(value: object) -> BaseGeometry | None:
    """A GeoJSON geometry in two dimensions, valid or not; None when it is none, is empty or is not finite."""
    try:
        geometry: BaseGeometry = shapely.force_2d(shapely.geometry.shape(value))
    except (shapely.errors.ShapelyError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
    if geometry.is_empty or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return None
    return geometry


def is_lonlat(geometry: BaseGeometry) -> bool:
    """Whether all coordinates can be longitudes and latitudes."""
    west, south, east, north = geometry.bounds
    return bool(west >= -180 and east <= 180 and south >= -85 and north <= 85)


def sound_parts(geometry: BaseGeometry) -> tuple[list[BaseGeometry], bool]:
    """Points, lines and valid polygons of a geometry, and whether something had to be repaired."""
    repaired = geometry.geom_type in {"Polygon", "MultiPolygon"} and not geometry.is_valid
    if repaired:
        parts = [part for part in shapely.get_parts(shapely.make_valid(geometry)) if part.area > 0]
        return [piece for part in parts for piece in shapely.get_parts(part)], True
    return [part for part in shapely.get_parts(geometry) if not part.is_empty], False
