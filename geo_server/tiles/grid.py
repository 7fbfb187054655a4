"""The tile grid: which addresses there are.

Web Mercator tiles (EPSG:3857), ``x`` counted from 180° west to the east, ``y`` from the north to the south, as in every
``{z}/{x}/{y}`` address. Source: OGC 17-083r4, WebMercatorQuad.
"""

import math
from dataclasses import dataclass

from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL

MAX_ZOOM = 22
"""Deepest zoom that is answered: a tile is 10 m wide at the equator."""

DETAIL_ZOOM = 20
"""Deepest zoom that a client need ask for. A unit of a tile is 1 cm there; clients enlarge these tiles further in."""

EXTENT = 4096
"""Units along a tile's side."""

BUFFER = 64
"""Units around a tile that it holds as well, so that outlines join without a seam."""


@dataclass(frozen=True, slots=True)
class TileAddress:
    """One tile of one level of a site.

    Args:
        ordinal: Of the level.
        z: Zoom, 0 to 22.
        x: Column, from the west.
        y: Row, from the north.
    """

    ordinal: int
    z: int
    x: int
    y: int


def read_address(ordinal: str, z: str, x: str, y: str) -> TileAddress:
    """A tile's address from the parts of a path.

    Raises:
        InvalidInput: A part is not a whole number.
        NotFound: The tile is not on the grid.
    """
    address = TileAddress(
        _whole("ordinal", ordinal), _whole("zoom", z), _whole("column", x), _whole("row", y.removesuffix(".mvt"))
    )
    where = f"{ordinal}/{z}/{x}/{y}"
    if not LOWEST_ORDINAL <= address.ordinal <= HIGHEST_ORDINAL:
        raise NotFound(
            f"There is no level {address.ordinal}.",
            where=where,
            advice=f"Ordinals run from {LOWEST_ORDINAL} to {HIGHEST_ORDINAL}.",
        )
    if not 0 <= address.z <= MAX_ZOOM:
        raise NotFound(f"There is no zoom {address.z}.", where=where, advice=f"Zooms run from 0 to {MAX_ZOOM}.")
    last = 2**address.z - 1
    if not (0 <= address.x <= last and 0 <= address.y <= last):
        raise NotFound(
            f"Tile {address.x}, {address.y} is off the grid of zoom {address.z}.",
            where=where,
            advice=f"Columns and rows run from 0 to {last}.",
        )
    return address


def tile_at(lon: float, lat: float, z: int, ordinal: int = 0) -> TileAddress:
    """The tile that holds a place.

    Args:
        lon: Longitude in degrees.
        lat: Latitude in degrees, between ±85.0511.
        z: Zoom.
        ordinal: Of the level.
    """
    side = 2**z
    north = math.asinh(math.tan(math.radians(lat)))
    x = math.floor((lon + 180) / 360 * side)
    y = math.floor((1 - north / math.pi) / 2 * side)
    return TileAddress(ordinal, z, min(max(x, 0), side - 1), min(max(y, 0), side - 1))


def _whole(name: str, text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise InvalidInput(
            f"The {name} is {text!r:.40}, not a whole number.",
            advice="Tiles are at /tiles/{site}/{ordinal}/{z}/{x}/{y}.mvt.",
        )
    return int(text)
