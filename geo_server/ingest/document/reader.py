"""The floorplan document read back into a floorplan. See ``docs/formats/floorplan.md``.

Nothing is repaired: a document that says something that cannot be is refused, with the feature's index and id. Extra
members and properties are ignored; ``area_m2`` is worked out anew. A document that was taken in once is read again
whatever is looked for by now.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.document import DRAWING_METRES
from geo_server.domain.errors import GeoServerError, InvalidInput, TooLarge, UnreadableFile
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame, SiteFrame
from geo_server.domain.places import Floorplan
from geo_server.ingest.document.build import build_floorplan, find_site
from geo_server.ingest.document.features import Feature, read_features
from geo_server.ingest.document.fields import Fields
from geo_server.ingest.document.geometry import GeometryReader

MAX_BYTES = 200 * 2**20
"""Size of a document. A five-storey school takes 4 MB."""

HOW_TO_MAKE_ONE = "`geo-server inspect DRAWING --to FILE` makes a floorplan document of a drawing."
LARGEST_REACH_M = 20_000.0
"""Farthest that a feature may lie from a site's origin: beyond, the site's frame is no longer true to a centimetre, and
what is that far away is a mistake."""


def parse_document(data: bytes, name: str = "document") -> dict[str, Any]:
    """The JSON object that some bytes hold.

    Args:
        data: UTF-8, with or without a byte order mark.
        name: What to call it in a refusal.

    Raises:
        UnreadableFile: Not JSON, nested too deep, not an object.
        TooLarge: More than ``MAX_BYTES``.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(
            f"The document has {len(data) / 2**20:.0f} MiB, and {MAX_BYTES // 2**20} are read.",
            where=name,
            advice="Give one building a document.",
        )
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as fault:
        raise UnreadableFile(
            f"This is not JSON: {fault}.", where=name, advice=f"Save it again as GeoJSON (UTF-8). {HOW_TO_MAKE_ONE}"
        ) from None
    if not isinstance(document, dict):
        raise UnreadableFile(
            f"This is JSON, but {'a list' if isinstance(document, list) else 'a single value'}, not an object.",
            where=name,
            advice=f"Give a GeoJSON FeatureCollection. {HOW_TO_MAKE_ONE}",
        )
    return document


def read_document(doc: Mapping[str, Any], name: str | None = None) -> Floorplan:
    """The floorplan that a document describes.

    Drawing metres stay as they are. Lon, lat become site metres: in the frame of the document's site, else of the
    ``origin`` at its top, else of the centre of its bounds.

    Args:
        doc: A parsed FeatureCollection.
        name: Of the file, to begin every refusal with; None when there is only one document that can be meant.

    Raises:
        InvalidInput: The document says something that cannot be; ``where`` names the feature.
        TooLarge: Too many vertices.
    """
    try:
        return _refuse_faults(*_read(doc))
    except GeoServerError as refusal:
        refusal.where = ": ".join(filter(None, (name, refusal.where))) or None
        raise


def read_kept(doc: Mapping[str, Any]) -> Floorplan:
    """The floorplan of a document that was taken in before: contradictions that were accepted then are no reason to lose it."""
    return _read(doc)[0]


def _read(doc: Mapping[str, Any]) -> tuple[Floorplan, list[Feature]]:
    drawing = _drawing_frame(doc)
    features = list(read_features(_features(doc), GeometryReader(metres=drawing is not None)))
    site = find_site(features)
    frame = drawing or (site.frame if site else _ground_frame(doc, features))
    if isinstance(frame, SiteFrame):
        _move_to_site(features, frame)
    return build_floorplan(features, frame, site), features


def _features(doc: Mapping[str, Any]) -> list[object]:
    kind = doc.get("type")
    features = doc.get("features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise InvalidInput(
            f"The document's type is {kind!r:.60}, not a FeatureCollection with features.",
            where="type",
            advice="Give a floorplan document: a GeoJSON FeatureCollection.",
        )
    return features


def _drawing_frame(doc: Mapping[str, Any]) -> DrawingFrame | None:
    frame = doc.get("frame")
    if frame is None:
        return None
    if frame != DRAWING_METRES:
        raise InvalidInput(
            f"There is no frame {frame!r:.60}.",
            where="frame",
            advice=f'Write "{DRAWING_METRES}", or leave it out for longitude and latitude.',
        )
    return DrawingFrame(Fields(doc, "document").number("metres_per_unit", 1.0, least=1e-6, most=1e4))


def _ground_frame(doc: Mapping[str, Any], features: list[Feature]) -> SiteFrame:
    origin = Fields(doc, "document").find_numbers("origin")
    if origin:
        return SiteFrame(*origin)
    geometries = [feature.geometry for feature in features if feature.geometry is not None]
    if not geometries:
        raise InvalidInput(
            "No feature has a geometry, so that there is no place on the ground.",
            where="features",
            advice="Give a site feature with its origin, or zones with polygons.",
        )
    west, south, east, north = shapely.total_bounds(geometries)
    return SiteFrame(float(west + east) / 2, float(south + north) / 2)


def _move_to_site(features: list[Feature], frame: SiteFrame) -> None:
    """Turn all geometries into site metres, in one projection call."""
    lonlat = np.array([feature.geometry for feature in features], dtype=object)
    metres = shapely.transform(lonlat, frame.coordinates_to_metres)
    for feature, geometry in zip(features, metres, strict=True):
        feature.geometry = geometry
        if geometry is not None and _farthest(geometry) > LARGEST_REACH_M:
            raise InvalidInput(
                f"It lies {_farthest(geometry) / 1000:.0f} km from the site's origin ({frame.lon:.5f}, {frame.lat:.5f}).",
                where=feature.where,
                advice="Check that longitude comes first, and remove what does not belong to the site.",
            )


def _farthest(geometry: BaseGeometry) -> float:
    return float(np.abs(geometry.bounds).max())


def _refuse_faults(floorplan: Floorplan, features: list[Feature]) -> Floorplan:
    faults = find_faults(floorplan)
    if not faults:
        return floorplan
    where = {feature.id: feature.where for feature in features}
    more = f" There are {len(faults) - 1} more such faults." if len(faults) > 1 else ""
    raise InvalidInput(
        faults[0].message + more,
        where=where.get(faults[0].subject),
        advice="Correct what it names, or remove the feature.",
    )
