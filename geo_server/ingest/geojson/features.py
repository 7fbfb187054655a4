"""A FeatureCollection of other people's making as sound geometries in metres."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import InvalidInput, TooLarge, UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.domain.frame import DrawingFrame, Frame, SiteFrame
from geo_server.ingest.codes import make_finding
from geo_server.ingest.georeference import grid_coordinates, projected_crs
from geo_server.ingest.result import Scale
from geo_server.ingest.spaces.sound import is_lonlat, read_geometry, sound_parts

MOST_VERTICES = 2_000_000
SPREAD_DEG = 0.2
"""Coordinates spread wider than this are no building's longitudes and latitudes (about 20 km): they are metres."""
LARGEST_M = 1e7
_IN_DEGREES = ("CRS84", ":4326", ":4258", ":4269")
_URN = re.compile(r"^urn:ogc:def:crs:([A-Z]+):[^:]*:(\w+)$")


@dataclass(frozen=True, slots=True)
class PlainFeature:
    """One part of an object.

    Args:
        source: Id of the object, or its place in the file; parts are told apart by a number.
        geometry: Point, LineString or valid Polygon.
    """

    source: str
    geometry: BaseGeometry
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class PlainFile:
    """What a file holds, in the metres of its frame."""

    features: Sequence[PlainFeature]
    frame: Frame
    scale: Scale
    findings: Sequence[Finding]


def read_features(document: Mapping[str, Any], name: str, metres_per_unit: float | None, crs: str | None) -> PlainFile:
    """The objects of a file, in metres.

    Longitude and latitude become site metres around their middle. Coordinates of a reference system that the file or a
    person names become longitude and latitude first. Others are taken for a drawing's own.

    Args:
        document: A parsed FeatureCollection.
        name: What to call it in refusals.
        metres_per_unit: Length of a unit when the coordinates are a drawing's; None lets the coordinates decide.
        crs: Reference system that the coordinates are in, as a person says, or None.

    Raises:
        InvalidInput: There is no such reference system.
        UnreadableFile: No geometry can be used.
        TooLarge: More than 2,000,000 vertices.
    """
    features, findings = _sound(document["features"], name)
    if not features:
        raise UnreadableFile("No object has a usable geometry.", where=name, advice="Export polygons as GeoJSON.")
    said = crs or _named_crs(document)
    if said and metres_per_unit is None:
        features = _to_lonlat(features, said)
    west, south, east, north = shapely.total_bounds([feature.geometry for feature in features]).tolist()
    fits = all(is_lonlat(feature.geometry) for feature in features)
    if metres_per_unit is None and fits and max(east - west, north - south) <= SPREAD_DEG:
        frame = SiteFrame(round((west + east) / 2, 6), round((south + north) / 2, 6))
        moved = [replace(feature, geometry=frame.to_metres(feature.geometry)) for feature in features]
        return PlainFile(moved, frame, Scale(1.0, 1.0, ("The coordinates are longitude and latitude.",)), findings)
    return _as_drawing(features, metres_per_unit, findings)


def _as_drawing(features: Sequence[PlainFeature], metres_per_unit: float | None, findings: list[Finding]) -> PlainFile:
    unit = metres_per_unit or 1.0
    if metres_per_unit is None:
        words = "The coordinates are no longitudes and latitudes of one place; a unit is taken for a metre."
        findings = [*findings, make_finding("scale-unsure", words)]
    evidence = "A person gave the unit." if metres_per_unit else "Nothing says what a unit is."
    scale = Scale(unit, 1.0 if metres_per_unit else 0.3, (evidence,))
    near = [f for f in features if float(np.abs(f.geometry.bounds).max()) * unit <= LARGEST_M]
    if len(near) < len(features):
        findings = [*findings, make_finding("not-finite", count=len(features) - len(near))]
    moved = [replace(f, geometry=shapely.transform(f.geometry, lambda xy: xy * unit)) for f in near]
    return PlainFile(moved, DrawingFrame(unit), scale, findings)


def _sound(values: Sequence[object], name: str) -> tuple[list[PlainFeature], list[Finding]]:
    features: list[PlainFeature] = []
    findings: list[Finding] = []
    broken, vertices = 0, 0
    seen: set[str] = set()
    for index, value in enumerate(values):
        geometry = read_geometry(value.get("geometry")) if isinstance(value, dict) else None
        if geometry is None or not isinstance(value, dict):
            broken += 1
            continue
        vertices += int(shapely.get_num_coordinates(geometry))
        if vertices > MOST_VERTICES:
            raise TooLarge(f"More than {MOST_VERTICES:,} vertices.", where=name, advice="Give one building a file.")
        given = value.get("id")
        source = str(given)[:80] if isinstance(given, str | int) and str(given) not in seen else f"feature {index}"
        seen.add(source)
        properties = value.get("properties")
        parts, repaired = sound_parts(geometry)
        if repaired:
            findings.append(make_finding("area-repaired", handle=source))
        features += [
            PlainFeature(
                source if n == 0 else f"{source}#{n}", part, properties if isinstance(properties, dict) else {}
            )
            for n, part in enumerate(parts)
        ]
    if broken:
        findings.append(make_finding("not-finite", f"{broken:,} objects have no usable geometry.", count=broken))
    return features, findings


def _named_crs(document: Mapping[str, Any]) -> str | None:
    """The reference system of a file of before RFC 7946, unless it is in degrees anyway."""
    member = document.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(named, str) or named.endswith(_IN_DEGREES):
        return None
    code = _URN.match(named)
    return f"{code[1]}:{code[2]}" if code else named


def _to_lonlat(features: Sequence[PlainFeature], said: str) -> list[PlainFeature]:
    place = replace(grid_coordinates(projected_crs(said, "crs"), "crs"), unit_known=True)
    moved = [replace(f, geometry=shapely.transform(f.geometry, place.lonlat)) for f in features]
    if not all(math.isfinite(bound) for f in moved for bound in f.geometry.bounds):
        raise InvalidInput(
            f"The coordinates do not lie where {said[:60]!r} is made for.",
            where="crs",
            advice="Check the reference system, and that east comes before north.",
        )
    return moved
