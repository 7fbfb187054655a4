"""How each layer is drawn: the layers of the style, bottom first.

Terminology:
    expression: a value of the MapLibre Style Specification that a client works out for each feature.
    feature state: what a client says of a feature by its id, beside what the tile says.
"""

from typing import Any

from geo_server.domain.palette import MARKS, MEANINGS, Palette
from geo_server.tiles.layers import LAYERS

SOURCE = "floorplan"
"""Name of the style's one source."""

FONTS = ["Noto Sans Regular", "sans-serif"]
BOLD = ["Noto Sans Bold", "sans-serif"]

ALIAS_SCALE = 0.85
ALIAS_AREA_M2 = {16: 2000, 17: 500, 18: 128, 19: 32, 20: 8, 21: 0}
"""From each zoom on, how large a zone must be for its alias: as a square about 60 pixels wide at 51° north."""

Expression = list[Any]
Json = dict[str, Any]

_STATUS = ["coalesce", ["feature-state", "status"], ""]
_AREA = ["coalesce", ["get", "area_m2"], 0]
_SELECTED = ["boolean", ["feature-state", "selected"], False]


def style_layers(colours: Palette) -> list[dict[str, Any]]:
    """The layers, bottom first."""
    return [
        {"id": "ground", "type": "background", "paint": {"background-color": colours.ground}},
        _layer("zone-fill", "fill", "zones", {"fill-color": _zone_fill(colours), "fill-antialias": False}),
        _layer(
            "zone-outline",
            "line",
            "zones",
            {
                "line-color": colours.outline,
                "line-width": ["case", _SELECTED, 4, ["!=", _STATUS, ""], 1.5, 0.75],
            },
        ),
        *_structure(colours),
        *_doors(colours),
        *_symbols(colours),
        *_labels(colours),
    ]


def _structure(colours: Palette) -> list[dict[str, Any]]:
    solid = ["!=", ["get", "transparent"], True]
    width = _by_zoom(0.5, 3.0)
    return [
        _layer("wall", "line", "walls", {"line-color": colours.wall, "line-width": width}, filter=solid),
        _layer("wall-glass", "line", "walls", {"line-color": colours.glass, "line-width": width}, filter=["!", solid]),
    ]


def _doors(colours: Palette) -> list[dict[str, Any]]:
    leads_out = ["==", ["get", "exit"], True]
    cap = {"line-cap": "round"}
    door = {"line-color": colours.zone, "line-width": _by_zoom(1.0, 6.0)}
    exit_casing = {"line-color": colours.halo, "line-width": _by_zoom(5.0, 14.0)}
    exit_line = {"line-color": colours.exit, "line-width": _by_zoom(3.0, 9.0)}
    return [
        _layer("door", "line", "openings", door, filter=["!", leads_out]),
        _layer(
            "door-leaf",
            "line",
            "openings",
            {"line-color": colours.door, "line-width": _by_zoom(0.5, 2.0)},
            filter=["all", ["!", leads_out], ["!=", ["get", "category"], "gap"]],
        ),
        _layer("exit-casing", "line", "openings", exit_casing, layout=cap, filter=leads_out),
        _layer("exit", "line", "openings", exit_line, layout=cap, filter=leads_out),
    ]


def _symbols(colours: Palette) -> list[dict[str, Any]]:
    stairs = ["match", ["get", "category"], "stairs", "≣", "ramp", "◢", "elevator", "⇕", "•"]
    exit_name = ["concat", "EXIT ", ["coalesce", ["get", "number"], ""]]
    return [
        _text("transition", "transitions", stairs, size=16, colour=colours.text, halo=colours.halo, minzoom=17),
        _text("asset", "assets", _asset_name(), size=11, colour=colours.asset, halo=colours.halo, minzoom=19),
        _text(
            "exit-name",
            "openings",
            exit_name,
            size=12,
            colour=colours.exit,
            halo=colours.halo,
            minzoom=17,
            filter=["==", ["get", "exit"], True],
            layout={"symbol-placement": "line-center", "text-rotation-alignment": "viewport", "symbol-sort-key": 0},
        ),
        _text(
            "assembly-point",
            "assembly_points",
            ["concat", "⚑ ", ["get", "name"]],
            size=14,
            colour=colours.exit,
            halo=colours.halo,
        ),
    ]


def _labels(colours: Palette) -> list[dict[str, Any]]:
    strong = ["in", _STATUS, ["literal", _statuses("threat") + _statuses("safe")]]
    caution = ["in", _STATUS, ["literal", _statuses("caution")]]
    colour = ["case", strong, colours.on_strong, caution, "#000000", colours.text]
    marks = [_mark(mark, colours) for mark in dict.fromkeys(MARKS.values())]
    return [_label(colours, colour), *marks]


def _label(colours: Palette, colour: Expression) -> Json:
    """What a zone is called, below its mark: its number and under it, in one symbol, its alias."""
    layer = _text(
        "zone-label",
        "zone_labels",
        _name_and_alias(),
        size=13,
        colour=colour,
        halo=colours.halo,
        filter=["has", "name"],
        layout={
            "symbol-sort-key": ["-", 0, _AREA],
            "text-padding": 1,
            "text-max-width": 7,
            "text-anchor": "top",
            "text-offset": [0, 0.1],
        },
    )
    layer["paint"]["text-halo-color"] = ["match", _STATUS, *_by_status(colours), colours.halo]
    return layer


def _name_and_alias() -> Expression:
    """The number, with the alias where the zone is large enough on the screen to hold both, so that no number is crowded out."""
    name = [["get", "name"], {"text-font": ["literal", BOLD]}]
    number = ["format", *name]
    both = ["format", *name, "\n", {}, ["get", "alias"], {"font-scale": ALIAS_SCALE}]
    fits = [["case", ["all", ["has", "alias"], [">=", _AREA, area]], both, number] for area in ALIAS_AREA_M2.values()]
    return ["step", ["zoom"], number, *(part for pair in zip(ALIAS_AREA_M2, fits, strict=True) for part in pair)]


def _mark(mark: str, colours: Palette) -> dict[str, Any]:
    """One symbol layer a mark: layout cannot depend on feature state, opacity can. Names give way to marks."""
    statuses = [status.value for status, own in MARKS.items() if own == mark]
    meaning = next(MEANINGS[status] for status, own in MARKS.items() if own == mark)
    colour = colours.on_strong if meaning in {"threat", "safe"} else colours.text
    layer = _text(
        f"status-mark-{statuses[0]}",
        "zone_labels",
        mark,
        size=16,
        colour="#000000" if meaning == "caution" else colour,
        halo=colours.halo,
        layout={
            # Of a whole campus on a phone the rooms are smaller than a mark of full size.
            "text-size": ["interpolate", ["linear"], ["zoom"], 15.5, 8, 17, 16],
            "text-allow-overlap": True,
            "text-padding": 0,
            "text-anchor": "bottom",
            "text-offset": [0, -0.35],
        },
    )
    layer["paint"] |= {
        "text-halo-width": 0,
        "text-opacity": ["case", ["in", _STATUS, ["literal", statuses]], 1, 0],
    }
    return layer


def _zone_fill(colours: Palette) -> list[Any]:
    by_category = [
        "match",
        ["get", "category"],
        "corridor",
        colours.corridor,
        ["stairs", "elevator", "ramp"],
        colours.stairs,
        "outdoor",
        colours.outdoor,
        colours.zone,
    ]
    return ["match", _STATUS, *_by_status(colours), by_category]


def _by_status(colours: Palette) -> list[str]:
    """Status, colour, status, colour: the arms of a match."""
    return [part for status, meaning in MEANINGS.items() for part in (status.value, getattr(colours, meaning))]


def _statuses(meaning: str) -> list[str]:
    return [status.value for status, own in MEANINGS.items() if own == meaning]


def _asset_name() -> list[Any]:
    short = {
        "aed": "AED",
        "extinguisher": "Extinguisher",
        "key_box": "Key box",
        "trauma_kit": "Trauma kit",
        "shut_off": "Shut-off",
        "panel": "Panel",
        "call_point": "Call point",
        "detector": "Detector",
        "camera": "Camera",
        "hydrant": "Hydrant",
    }
    words = ["match", ["get", "category"], *(part for pair in short.items() for part in pair), ""]
    return ["concat", "● ", ["coalesce", ["get", "name"], words]]


def _by_zoom(far: float, near: float) -> list[Any]:
    return ["interpolate", ["exponential", 1.5], ["zoom"], 16, far, 21, near]


def _layer(layer_id: str, kind: str, source_layer: str, paint: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - members of the style specification
    minzoom = next(layer.min_zoom for layer in LAYERS if layer.name == source_layer)
    return {
        "id": layer_id,
        "type": kind,
        "source": SOURCE,
        "source-layer": source_layer,
        "minzoom": minzoom,
        "paint": paint,
        **more,
    }


def _text(
    layer_id: str,
    source_layer: str,
    words: Any,  # noqa: ANN401 - an expression
    *,
    size: int,
    colour: Any,  # noqa: ANN401 - an expression
    halo: str,
    layout: dict[str, Any] | None = None,
    **more: Any,  # noqa: ANN401 - members of the style specification
) -> dict[str, Any]:
    drawn = {"text-field": words, "text-font": FONTS, "text-size": size, "text-padding": 4, **(layout or {})}
    paint = {"text-color": colour, "text-halo-color": halo, "text-halo-width": 1.5}
    return _layer(layer_id, "symbol", source_layer, paint, layout=drawn, **more)
