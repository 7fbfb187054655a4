"""How answers are written: times in UTC with a Z, coordinates as lon, lat with 7 decimals, entity tags."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

import numpy as np
import orjson
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from starlette.requests import Request
from starlette.responses import Response

from geo_server.api.encodings import accepts_gzip
from geo_server.domain.document import LONLAT_DECIMALS
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Floorplan
from geo_server.domain.regions import ring_of

REVALIDATE = "private, no-cache"
"""Keep it, but ask each time whether it is still right; never in a cache that is shared."""


def moment(at: datetime) -> str:
    """A moment as ISO 8601 in UTC with a Z and milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lonlat(geometry: BaseGeometry, frame: SiteFrame) -> list[float]:
    """A place inside a site-metres geometry as [lon, lat]."""
    lon, lat = frame.coordinates_to_lonlat(geometry.representative_point().coords)[0]
    return [round(float(lon), LONLAT_DECIMALS), round(float(lat), LONLAT_DECIMALS)]


def ring_lonlat(polygon: Polygon | None, frame: SiteFrame) -> list[list[float]] | None:
    """The vertices of a site-metres region as [lon, lat] in order, the first not repeated; None of none."""
    if polygon is None:
        return None
    pairs: list[list[float]] = np.round(frame.coordinates_to_lonlat(ring_of(polygon)), LONLAT_DECIMALS).tolist()
    return pairs


def with_member(document: bytes, name: str, value: bytes) -> bytes:
    """A JSON object of at least one member with one more at its end, nothing of it read.

    Args:
        document: UTF-8 JSON of an object without that member.
        name: Plain letters.
        value: UTF-8 JSON.
    """
    return b'%s,"%s":%s}' % (document.rstrip()[:-1], name.encode(), value)


def json_tagged(
    request: Request, make: Callable[[], object], etag: str, media_type: str = "application/json"
) -> Response:
    """JSON with an entity tag, or 304 when the client has it already.

    Args:
        request: Its ``If-None-Match`` decides.
        make: Gives JSON values, or bytes that are JSON already; called only when they are sent.
        etag: Opaque, without quotes.
        media_type: Of the answer.
    """
    headers = {"ETag": f'"{etag}"', "Cache-Control": REVALIDATE, "Vary": "Authorization, Cookie"}
    if has_tag(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    content = make()
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return Response(body, headers=headers, media_type=media_type)


def packed_tagged(request: Request, packed: bytes, etag: str) -> Response:
    """:func:`json_tagged` of UTF-8 JSON that is gzip-packed already, and goes as it is to whoever takes that."""
    as_it_is = accepts_gzip(request.headers.get("accept-encoding", ""))
    answer = json_tagged(request, lambda: packed if as_it_is else gzip.decompress(packed), etag)
    answer.headers["Vary"] += ", Accept-Encoding"
    if as_it_is:
        # Of a representation in another coding the tag is a weak one.
        answer.headers["ETag"] = f'W/"{etag}"'
        if answer.status_code == HTTPStatus.OK:
            answer.headers["Content-Encoding"] = "gzip"
    return answer


def has_tag(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` header names a tag. Weak comparison, as RFC 9110 section 13.1.2 asks."""
    named = [tag.strip().removeprefix("W/").strip('"') for tag in if_none_match.split(",")]
    return "*" in named or etag in named


def site_bounds(floorplan: Floorplan, frame: SiteFrame) -> list[float] | None:
    """West, south, east, north of everything on a site's map; None of an empty one."""
    geometries = [zone.polygon for zone in floorplan.zones] + [wall.line for wall in floorplan.walls]
    geometries += [point.point for point in floorplan.assembly_points]
    if not geometries:
        return None
    west, south, east, north = shapely.total_bounds(geometries)
    corners = frame.coordinates_to_lonlat([(west, south), (east, south), (east, north), (west, north)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return [round(float(value), LONLAT_DECIMALS) for value in (*low, *high)]


def download(body: bytes, name: str, media_type: str) -> Response:
    """A file to take away: the browser keeps it and never shows it as a page of this server."""
    return Response(body, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=media_type)
