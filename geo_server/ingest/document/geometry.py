"""GeoJSON geometries of a floorplan document, checked: what cannot be a place is refused by name."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import InvalidInput, TooLarge

MAX_VERTICES = 2_000_000
"""Vertices in one document. The largest drawing that we know of, a five-storey school, has 40,000."""

LARGEST_METRES = 1e7
"""A drawing coordinate beyond this is a fault of the file, not a place."""

Position = tuple[float, float]


class GeometryReader:
    """Reads geometries and counts their vertices.

    Args:
        metres: Coordinates are drawing metres; else lon, lat.
    """

    def __init__(self, *, metres: bool) -> None:
        self._metres = metres
        self._vertices = 0

    def read(self, value: object, allowed: Collection[str], where: str) -> BaseGeometry:
        """A valid geometry of an allowed type, in the coordinates given; heights are dropped.

        Args:
            value: The feature's ``geometry``.
            allowed: GeoJSON type names.
            where: Place in the document, for refusals.

        Raises:
            InvalidInput: Wrong type, wrong shape, not finite, out of range, not closed, crossing itself.
            TooLarge: More than ``MAX_VERTICES`` in the document.
        """
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(kind, str) or kind not in allowed:
            raise InvalidInput(
                f"The geometry is {kind or type(value).__name__}.", where=where, advice=f"Give {' or '.join(allowed)}."
            )
        build: dict[str, Callable[[object, str], BaseGeometry]] = {
            "Point": self._point,
            "LineString": self._line,
            "Polygon": self._polygon,
            "MultiPolygon": self._multi_polygon,
        }
        geometry = build[kind](value.get("coordinates"), where)
        if not geometry.is_valid:
            raise InvalidInput(
                f"The {kind} is not valid: {shapely.is_valid_reason(geometry)}.",
                where=where,
                advice="Redraw it so that it neither crosses nor touches itself.",
            )
        return geometry

    def _point(self, value: object, where: str) -> Point:
        return Point(self._position(value, where))

    def _line(self, value: object, where: str) -> LineString:
        positions = self._positions(value, 2, where)
        return LineString(positions)

    def _polygon(self, value: object, where: str) -> Polygon:
        rings = [self._ring(ring, where) for ring in _list(value, 1, "ring", where)]
        return Polygon(rings[0], rings[1:])

    def _multi_polygon(self, value: object, where: str) -> MultiPolygon:
        return MultiPolygon([self._polygon(part, where) for part in _list(value, 1, "polygon", where)])

    def _ring(self, value: object, where: str) -> list[Position]:
        positions = self._positions(value, 4, where)
        if positions[0] != positions[-1]:
            raise InvalidInput(
                f"A ring is not closed: it starts at {positions[0]} and ends at {positions[-1]}.",
                where=where,
                advice="Repeat the first position at the end.",
            )
        return positions

    def _positions(self, value: object, least: int, where: str) -> list[Position]:
        values = _list(value, least, "position", where)
        self._vertices += len(values)
        if self._vertices > MAX_VERTICES:
            raise TooLarge(
                f"The document has more than {MAX_VERTICES:,} vertices.",
                where=where,
                advice="Give one building a document, or simplify its curves.",
            )
        return [self._position(position, where) for position in values]

    def _position(self, value: object, where: str) -> Position:
        if not isinstance(value, list) or len(value) not in {2, 3} or not all(map(_is_finite, value)):
            raise InvalidInput(
                f"{_shown(value)} is not a position.", where=where, advice="Give two finite numbers: [x, y]."
            )
        x, y = float(value[0]), float(value[1])
        if self._metres and max(abs(x), abs(y)) > LARGEST_METRES:
            raise InvalidInput(
                f"[{x}, {y}] is farther than 10,000 km from the drawing's origin.",
                where=where,
                advice="Remove the stray object, or correct metres_per_unit.",
            )
        if not self._metres and not (abs(x) <= 180 and abs(y) <= 85):
            raise InvalidInput(
                f"[{x}, {y}] is not a longitude and latitude.",
                where=where,
                advice='Give longitude first; if these are metres, put "frame": "drawing-metres" at the top.',
            )
        return x, y


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _list(value: object, least: int, of: str, where: str) -> list[Any]:
    if not isinstance(value, list) or len(value) < least:
        raise InvalidInput(
            f"The coordinates hold {_shown(value)} where a list of {least} or more {of}s should be.",
            where=where,
            advice="Compare the nesting of the coordinates with RFC 7946, section 3.1.",
        )
    return value


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value) if isinstance(value, int | float | str | None) else type(value).__name__
    return text if len(text) <= 60 else f"{text[:60]}…"
