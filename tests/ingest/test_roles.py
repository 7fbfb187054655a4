"""Layers whose names say nothing: what they hold is told by what is drawn on them."""

import pytest

from geo_server.domain.places import OpeningCategory
from tests.ingest.sketch import ROOMS, Sketch
from tests.ingest.test_dxf import assert_is_the_wing, codes, read


def furnished(walls: str, doors: str, furniture: str, paving: str, axes: str) -> Sketch:
    """The wing with more metres of chairs than of walls, tiles in the corridor, and axes across it all."""
    sketch = Sketch(walls=walls, doors=doors).draw()
    for column in range(20):
        for row in range(4):
            x, y = 0.6 + 0.5 * column, 0.5 + 0.5 * row
            corners = [(x, y), (x + 0.4, y), (x + 0.4, y + 0.4), (x, y + 0.4)]
            sketch.document.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": furniture})
    for tile in range(30):
        sketch.line((0.25 + 0.38 * tile, 3.25), (0.25 + 0.38 * tile, 4.95), paving)
    for axis in range(5):
        sketch.line((-8, 2.0 * axis), (20, 2.0 * axis), axes)
        sketch.line((3.0 * axis, -8), (3.0 * axis, 16), axes)
    return sketch


@pytest.mark.parametrize("names", [("1", "2", "3", "4", "5"), ("PEN_C", "PEN_A", "PEN_E", "PEN_B", "PEN_D")])
def test_walls_and_doors_are_told_from_chairs_tiles_and_axes(names: tuple[str, ...]) -> None:
    result = read(furnished(*names))
    guessed = {f.layer: f.message for f in result.findings if f.code == "layer-guessed"}
    assert guessed == {
        names[0]: f"Layer {names[0]!r} was taken for walls.",
        names[1]: f"Layer {names[1]!r} was taken for doors.",
    }
    assert_is_the_wing(result)


def test_a_layer_of_doors_is_known_by_its_swings_when_only_the_walls_are_named() -> None:
    result = read(Sketch(doors="X-77").draw())
    assert [f.layer for f in result.findings if f.code == "layer-guessed"] == ["X-77"]
    assert_is_the_wing(result)


def test_walls_without_any_door_drawn_are_still_told_from_furniture() -> None:
    sketch = furnished("1", "2", "3", "4", "5")
    for entity in list(sketch.document.modelspace().query('*[layer=="2"]')):
        sketch.document.modelspace().delete_entity(entity)
    result = read(sketch)
    assert [f.layer for f in result.findings if f.code == "layer-guessed"] == ["1"]
    assert sorted(zone.name for zone in result.floorplan.zones) == sorted(ROOMS)
    assert {o.category for o in result.floorplan.openings} == {OpeningCategory.GAP}


def test_outlines_along_the_walls_are_rooms_and_the_outline_of_all_is_none() -> None:
    sketch = Sketch().draw()
    space = sketch.document.modelspace()
    for room in (ROOMS["101"], ROOMS["LIBRARY"]):
        space.add_lwpolyline(list(room.exterior.coords), close=True, dxfattribs={"layer": "77"})
    space.add_lwpolyline([(0, 0), (12, 0), (12, 8), (0, 8)], close=True, dxfattribs={"layer": "78"})
    result = read(sketch)
    assert_is_the_wing(result)
    assert "areas-overlap" not in codes(result)
