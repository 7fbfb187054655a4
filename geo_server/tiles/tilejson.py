"""TileJSON 3.0: how other applications find the tiles of a site. Source: github.com/mapbox/tilejson-spec, 3.0.0."""

from collections.abc import Sequence
from typing import Any

from geo_server.tiles.grid import DETAIL_ZOOM
from geo_server.tiles.layers import ID, LAYERS, Layer

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def tile_url(base_url: str, site_slug: str, ordinal: int | str, rev: int) -> str:
    """Template of the addresses of a level's tiles.

    Args:
        base_url: Scheme, host and port, without a slash at the end.
        site_slug: Of the site.
        ordinal: Of the level, or a placeholder for it.
        rev: The site's ``floorplan_rev``; an address that names the present one may be cached for ever.
    """
    return f"{base_url}/tiles/{site_slug}/{ordinal}/{{z}}/{{x}}/{{y}}.mvt?rev={rev}"


def tilejson(
    *, site_slug: str, site_name: str, base_url: str, ordinal: int, rev: int, bounds: Bounds | None
) -> dict[str, Any]:
    """The TileJSON of one level of a site.

    Args:
        site_slug: Of the site.
        site_name: Of the site.
        base_url: See :func:`tile_url`.
        ordinal: Of the level.
        rev: The site's ``floorplan_rev``.
        bounds: Of what is published, or None when nothing is.
    """
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": f"{site_name}, level {ordinal}",
        "scheme": "xyz",
        "tiles": [tile_url(base_url, site_slug, ordinal, rev)],
        "vector_layers": vector_layers(LAYERS),
        "minzoom": 0,
        "maxzoom": DETAIL_ZOOM,
        "version": f"1.0.{rev}",
    }
    if bounds is not None:
        west, south, east, north = bounds
        document["bounds"] = list(bounds)
        document["center"] = [(west + east) / 2, (south + north) / 2, 18]
    return document


def vector_layers(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """The ``vector_layers`` member."""
    return [
        {
            "id": layer.name,
            "description": layer.words,
            "minzoom": layer.min_zoom,
            "maxzoom": DETAIL_ZOOM,
            "fields": {attribute.name: attribute.kind.value for attribute in (ID, *layer.attributes)},
        }
        for layer in layers
    ]
