"""DWG bytes to objects as dwg2geo gives them: blocks expanded, curves as runs of points, one record each."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dwg2geo
import numpy as np
import orjson

from geo_server.domain.errors import TooLarge, UnreadableFile
from geo_server.ingest.dxf.blocks import MOST_OBJECTS

FINENESS = 2e-5
"""Distance that a curve may stray from its chord, as a share of the drawing's extent: 1 mm in a plan of 50 m."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Converted:
    """What dwg2geo makes of a file.

    Args:
        features: GeoJSON features with ``entity_type``, ``layer``, ``block_path`` and so on as properties.
        skipped: Objects of types that it does not draw: ``entity_type``, ``count`` and a reason.
        failed: Objects that it could not draw.
        top_level: Objects in model space, block uses counted once and their content not at all.
        warnings: What it says about the file as a whole.
    """

    features: Sequence[Mapping[str, Any]]
    skipped: Sequence[Mapping[str, Any]]
    failed: Sequence[Mapping[str, Any]]
    top_level: int
    warnings: tuple[str, ...]


def convert(data: bytes, name: str) -> Converted:
    """Everything in model space.

    dwg2geo samples curves by a length, and the unit of a drawing is unknown while it is read, so that the first run only
    measures how large the drawing is.

    Args:
        data: A DWG file.
        name: What to call it in refusals.

    Raises:
        UnreadableFile: dwg2geo cannot read it.
        TooLarge: More objects than anybody draws.
    """
    first = _run(data, name, None)
    extent = _extent(first)
    return _run(data, name, extent * FINENESS) if extent > 0 else first


def _run(data: bytes, name: str, tolerance: float | None) -> Converted:
    try:
        found = dwg2geo.convert(data, curve_tolerance=tolerance)
    except ValueError as fault:
        raise _refusal(name, fault) from None
    count = int(found["feature_count"])
    if count > MOST_OBJECTS:
        raise TooLarge(
            f"The drawing expands to {count:,} objects; the limit is {MOST_OBJECTS:,}.",
            where=name,
            advice="Delete furniture, planting and hatching, PURGE, and export again.",
        )
    return Converted(
        orjson.loads(found["geojson"])["features"],
        found["skipped"],
        found["failed"],
        int(found["model_space_entities"]),
        tuple(str(warning) for warning in found["warnings"]),
    )


def _refusal(name: str, fault: ValueError) -> UnreadableFile:
    log.info("%s: %s", name, fault)
    words = " ".join(str(fault).split()).rpartition("strict error: ")[2].partition(";")[0].rstrip(".")[:160]
    return UnreadableFile(
        f"The DWG file is damaged, or of a version that cannot be read: {words}.",
        where=name,
        advice="Open it in a CAD program, run AUDIT, and save it as DXF (R2013).",
    )


def _extent(found: Converted) -> float:
    """Width or height of what most of the drawing lies in: strays far away do not count."""
    corners = [corner for feature in found.features if (corner := first_corner(feature["geometry"])) is not None]
    if len(corners) < 2:
        return 0.0
    low, high = np.percentile(np.array(corners, dtype=np.float64), (5, 95), axis=0)
    extent = float((high - low).max())
    return extent if np.isfinite(extent) else 0.0


def first_corner(geometry: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """The first vertex of a GeoJSON geometry; None when it has none."""
    value: Any = geometry.get("coordinates") if geometry else None
    while isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    return (float(value[0]), float(value[1])) if isinstance(value, list) and len(value) >= 2 else None
