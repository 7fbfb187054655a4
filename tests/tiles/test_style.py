"""The style and the TileJSON say no more and no less than the registry of layers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from geo_server.domain.incidents import Status
from geo_server.domain.palette import DARK, LIGHT, MARKS, MEANINGS, Palette
from geo_server.tiles.layers import LAYERS
from geo_server.tiles.style import style
from geo_server.tiles.tilejson import tilejson

BOUNDS = (13.0, 51.0, 13.01, 51.01)
MADE = style("school", BOUNDS, base_url="http://here:8080", ordinal=1, rev=7)
BY_NAME = {layer.name: layer for layer in LAYERS}


def expressions(value: object) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
        for part in value:
            yield from expressions(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from expressions(part)


def test_every_layer_of_the_registry_is_drawn_and_no_other() -> None:
    drawn = {layer["source-layer"] for layer in MADE["layers"] if "source-layer" in layer}
    assert drawn == set(BY_NAME)


@pytest.mark.parametrize("layer", MADE["layers"], ids=lambda layer: layer["id"])
def test_a_style_layer_asks_only_for_attributes_that_the_tile_has(layer: dict[str, Any]) -> None:
    asked = {e[1] for e in expressions(layer) if len(e) == 2 and e[0] in {"get", "has"}}
    if layer["type"] != "background":
        assert asked <= {attribute.name for attribute in BY_NAME[layer["source-layer"]].attributes}


def test_the_ids_of_style_layers_are_unique() -> None:
    ids = [layer["id"] for layer in MADE["layers"]]
    assert len(ids) == len(set(ids))


def test_text_is_drawn_with_fonts_of_the_device_and_nothing_is_fetched_but_tiles() -> None:
    assert "glyphs" not in MADE
    assert "sprite" not in MADE
    assert re.findall(r"https?://[^\"]*", json.dumps(MADE)) == [
        "http://here:8080/tiles/school/{ordinal}/{z}/{x}/{y}.mvt?rev=7",
        "http://here:8080/tiles/school/1/{z}/{x}/{y}.mvt?rev=7",
    ]


def test_feature_state_works_on_the_ids_of_things() -> None:
    (source,) = MADE["sources"].values()
    assert source["promoteId"] == "id"


def test_feature_state_is_asked_for_in_paint_only() -> None:
    for layer in MADE["layers"]:
        quiet = [layer.get("layout"), layer.get("filter")]
        assert not [e for e in expressions(quiet) if e and e[0] == "feature-state"], layer["id"]


def test_every_status_has_a_colour_and_a_mark() -> None:
    assert set(MEANINGS) == set(MARKS) == set(Status)
    fill = next(layer for layer in MADE["layers"] if layer["id"] == "zone-fill")["paint"]["fill-color"]
    assert {status.value for status in Status} <= {part for part in fill if isinstance(part, str)}


def test_a_room_has_its_number_and_its_alias_in_one_symbol_the_number_in_bold_and_the_alias_smaller() -> None:
    (label,) = (layer for layer in MADE["layers"] if ["get", "alias"] in expressions(layer))
    both = next(e for e in expressions(label["layout"]["text-field"]) if e[0] == "format" and ["get", "alias"] in e)
    styled = {str(words): how for words, how in zip(both[1::2], both[2::2], strict=True)}
    assert list(styled) == ["['get', 'name']", "\n", "['get', 'alias']"]
    assert "Bold" in styled["['get', 'name']"]["text-font"][1][0]
    assert styled["['get', 'alias']"]["font-scale"] < 1


def test_an_alias_is_never_shown_without_its_number() -> None:
    (label,) = (layer for layer in MADE["layers"] if ["get", "alias"] in expressions(layer))
    for words in expressions(label["layout"]["text-field"]):
        if words[0] == "format":
            assert words[1] == ["get", "name"]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_every_fill_can_be_read(colours: Palette) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5."""
    for fill in (colours.threat, colours.safe):
        assert contrast(colours.on_strong, fill) >= 4.5
    for fill in (colours.zone, colours.corridor, colours.stairs, colours.outdoor, colours.unknown):
        assert contrast(colours.text, fill) >= 4.5
    assert contrast("#000000", colours.caution) >= 4.5


def test_the_black_and_white_of_the_contrast_formula_are_21_apart() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_tilejson_describes_the_layers_and_where_they_are() -> None:
    document = tilejson(site_slug="school", site_name="School", base_url="https://x", ordinal=-1, rev=3, bounds=BOUNDS)
    assert document["tilejson"] == "3.0.0"
    assert document["tiles"] == ["https://x/tiles/school/-1/{z}/{x}/{y}.mvt?rev=3"]
    assert document["bounds"] == list(BOUNDS)
    assert document["center"][:2] == pytest.approx([13.005, 51.005])
    found = {layer["id"]: set(layer["fields"]) for layer in document["vector_layers"]}
    assert found == {layer.name: {"id", *(a.name for a in layer.attributes)} for layer in LAYERS}


def test_tilejson_of_a_site_without_a_map_has_no_bounds() -> None:
    document = tilejson(site_slug="s", site_name="S", base_url="", ordinal=0, rev=0, bounds=None)
    assert "bounds" not in document


def contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, definition of contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
