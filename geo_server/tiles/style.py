"""A MapLibre style of one level: for the page, and for any other application that draws vector tiles.

Text is drawn with fonts of the device, so the style names no glyph server; there are no sprites. What a zone's status
is comes from outside the tiles: a client sets the feature state ``status`` (a value of ``Status``) on the source layers
``zones`` and ``zone_labels`` by id, and ``selected`` (true) on ``zones``. To switch the level, set the source's tiles to
``metadata["geo-server:tiles"]`` with ``{ordinal}`` filled in.

Source: MapLibre Style Specification, version 8.
"""

from typing import Any

from geo_server.domain.palette import DARK, LIGHT
from geo_server.tiles.grid import DETAIL_ZOOM
from geo_server.tiles.layers import ID, LAYERS
from geo_server.tiles.rules import SOURCE, style_layers
from geo_server.tiles.tilejson import Bounds, tile_url


def style(
    site_slug: str,
    bounds: Bounds | None,
    *,
    site_name: str = "",
    base_url: str = "",
    ordinal: int = 0,
    rev: int = 0,
    dark: bool = False,
) -> dict[str, Any]:
    """The style of one level of a site.

    Args:
        site_slug: Of the site.
        bounds: Of what is published, or None when nothing is.
        site_name: Shown by clients that list styles.
        base_url: Scheme, host and port, without a slash at the end.
        ordinal: Level that is shown first.
        rev: The site's ``floorplan_rev``.
        dark: For the night.
    """
    colours = DARK if dark else LIGHT
    source: dict[str, Any] = {
        "type": "vector",
        "tiles": [tile_url(base_url, site_slug, ordinal, rev)],
        "minzoom": min(layer.min_zoom for layer in LAYERS),
        "maxzoom": DETAIL_ZOOM,
        "promoteId": ID.name,
    }
    view: dict[str, Any] = {}
    if bounds is not None:
        west, south, east, north = bounds
        source["bounds"] = list(bounds)
        view = {"center": [(west + east) / 2, (south + north) / 2], "zoom": 18}
    return {
        "version": 8,
        "name": site_name or site_slug,
        "metadata": {"geo-server:tiles": tile_url(base_url, site_slug, "{ordinal}", rev)},
        **view,
        "sources": {SOURCE: source},
        "layers": style_layers(colours),
    }
