"""Where geometry of the store crosses between site metres and lon, lat.

In the database geometry is EPSG:4326, x = longitude. It travels as EWKB, so that no digit is lost to text. Decoding is
done for a whole column at once: one pass through the projection costs as much as a few single ones.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame

SRID = 4326


def encode(geometry: BaseGeometry, frame: SiteFrame) -> WKBElement:
    """A site-metres geometry as the database takes it: lon, lat, two dimensions, EWKB.

    Raises:
        InvalidInput: Empty, or so far from the site's origin that it has no longitude and latitude.
    """
    return encode_lonlat(frame.to_lonlat(geometry))


def encode_lonlat(geometry: BaseGeometry) -> WKBElement:
    """A lon, lat geometry as the database takes it, bit for bit.

    Raises:
        InvalidInput: Empty, or not finite.
    """
    if geometry.is_empty or not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InvalidInput(
            f"A {geometry.geom_type} is empty or has no longitude and latitude.",
            advice="Check the control points: the place must lie within a few hundred kilometres of the site's origin.",
        )
    return from_shape(shapely.force_2d(geometry), srid=SRID, extended=True)


def decode(value: WKBElement, frame: SiteFrame) -> Any:  # noqa: ANN401 -- the column says which kind of geometry
    """A geometry of the database in site metres."""
    return frame.to_metres(decode_lonlat(value))


def decode_lonlat(value: WKBElement) -> Any:  # noqa: ANN401 -- the column says which kind of geometry
    """A geometry of the database in lon, lat, bit for bit."""
    return shapely.from_wkb(bytes(value.data))


def decode_all(values: Sequence[WKBElement | None], frame: SiteFrame) -> list[Any]:
    """A column of geometries in site metres, in order; None stays None."""
    lonlat = shapely.from_wkb(
        np.array([None if value is None else bytes(value.data) for value in values], dtype=object)
    )
    return list(shapely.transform(lonlat, frame.coordinates_to_metres))
