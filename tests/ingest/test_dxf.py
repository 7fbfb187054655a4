"""The wing of a school in many dresses: the same rooms and doors every time."""

import itertools
from collections.abc import Callable, Iterable
from random import Random

import pytest
import shapely
from ezdxf.filemanagement import new
from ezdxf.math import Vec3
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon

from geo_server.domain.faults import find_faults
from geo_server.domain.places import Floorplan, OpeningCategory, ZoneCategory
from geo_server.ingest.dxf.entities import Entity
from geo_server.ingest.pipeline import ImportResult, read_plan
from tests.ingest.sketch import ROOMS, WAYS, Point, Sketch, turned


def read(sketch: Sketch) -> ImportResult:
    return read_plan(sketch.bytes(), "wing.dxf")


def ways(plan: Floorplan) -> dict[tuple[str, ...], float]:
    names = {zone.id: zone.name for zone in plan.zones} | {None: "outside"}
    return {tuple(sorted(names[side] for side in o.zones)): round(o.width_m, 2) for o in plan.openings}


def codes(result: ImportResult) -> set[str]:
    return {finding.code for finding in result.findings}


def likeness(zone: Polygon, room: Polygon) -> float:
    return float(zone.intersection(room).area / zone.union(room).area)


def assert_is_the_wing(result: ImportResult, place: Callable[[float, float], Point] = lambda x, y: (x, y)) -> None:
    plan, unit = result.floorplan, result.scale.metres_per_unit
    assert sorted(zone.name for zone in plan.zones) == sorted(ROOMS)
    for zone in plan.zones:
        corners = [place(x, y) for x, y in ROOMS[zone.name].exterior.coords]
        assert likeness(zone.polygon, Polygon([(x * unit, y * unit) for x, y in corners])) > 0.95
    expected = {tuple(sorted(pair)): width for pair, width in WAYS.items()}
    assert ways(plan) == pytest.approx(expected, abs=0.02)
    assert [o.exit for o in plan.openings].count(True) == 1
    assert {o.category for o in plan.openings} == {OpeningCategory.DOOR}
    assert find_faults(plan) == []
    for one, other in itertools.combinations(plan.zones, 2):
        assert one.polygon.intersection(other.polygon).area < 1e-6


def test_every_room_is_found_with_its_name_and_every_door_with_its_two_sides() -> None:
    result = read(Sketch().draw())
    assert_is_the_wing(result)
    categories = {zone.name: zone.category for zone in result.floorplan.zones}
    assert categories["CORRIDOR"] is ZoneCategory.CORRIDOR
    assert categories["LIBRARY"] is ZoneCategory.ASSEMBLY
    assert not {f.code for f in result.findings if f.severity == "error"}


@pytest.mark.parametrize("arcs", ["arc", "bulge", "spline"])
def test_a_door_is_a_door_however_its_swing_is_drawn(arcs: str) -> None:
    assert_is_the_wing(read(Sketch(arcs=arcs).draw()))


@pytest.mark.parametrize(("unit", "code"), [(0.001, 4), (0.01, 5), (1.0, 6), (0.0254, 1), (0.3048, 2)])
@pytest.mark.parametrize("told", ["rightly", "wrongly", "not at all"])
def test_the_unit_is_found_from_what_is_drawn_whatever_the_header_says(unit: float, code: int, told: str) -> None:
    header = {"rightly": code, "wrongly": 4 if code != 4 else 6, "not at all": 0}[told]
    place = turned(0, scale=1 / unit)
    result = read(Sketch(place=place, units=header).draw())
    assert result.scale.metres_per_unit == unit
    assert result.scale.confidence > 0.9
    assert ("scale-contradicts-header" in codes(result)) == (told == "wrongly")
    assert_is_the_wing(result, place)


def test_a_unit_that_a_person_gives_is_beyond_doubt() -> None:
    result = read_plan(Sketch().draw().bytes(), "wing.dxf", metres_per_unit=2.0)
    assert (result.scale.metres_per_unit, result.scale.confidence) == (2.0, 1.0)


def test_layers_may_be_named_in_another_language() -> None:
    assert_is_the_wing(read(Sketch(walls="WÄNDE", doors="TÜREN").draw()))


def test_walls_are_found_by_their_lines_when_no_layer_is_named_for_them() -> None:
    result = read(Sketch(walls="0", doors="A-DOOR").draw())
    assert "layer-guessed" in codes(result)
    assert_is_the_wing(result)


def test_a_mirrored_drawing_has_the_same_rooms() -> None:
    def mirror(x: float, y: float) -> Point:
        return 40.0 - x, y

    assert_is_the_wing(read(Sketch(place=mirror, mirrored=True).draw()), mirror)


def test_coordinates_of_a_national_grid_keep_their_millimetres() -> None:
    place = turned(0, 645_000.0, 5_125_000.0)
    assert_is_the_wing(read(Sketch(place=place).draw()), place)


@settings(max_examples=6, deadline=None)
@given(angle=st.floats(-180, 180), x=st.floats(-500, 500), y=st.floats(-500, 500))
def test_turning_and_moving_a_drawing_moves_its_rooms_with_it(angle: float, x: float, y: float) -> None:
    place = turned(angle, x, y)
    assert_is_the_wing(read(Sketch(place=place).draw()), place)


@settings(max_examples=4, deadline=None)
@given(seed=st.randoms(use_true_random=False))
def test_the_order_of_objects_does_not_matter(seed: Random) -> None:
    sketch = Sketch().draw()
    space = sketch.document.modelspace()
    entities = list(space)
    seed.shuffle(entities)
    for entity in entities:
        space.unlink_entity(entity)
    for entity in entities:
        space.add_entity(entity)
    shuffled, straight = read(sketch).floorplan, read(Sketch().draw()).floorplan
    assert {z.id for z in shuffled.zones} == {z.id for z in straight.zones}
    assert {o.id for o in shuffled.openings} == {o.id for o in straight.openings}


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_lines_may_be_drawn_in_pieces_backwards_and_a_millimetre_off(seed: int) -> None:
    chance, sketch = Random(seed), Sketch().draw()
    space = sketch.document.modelspace()
    lines: list[Entity] = list(space.query("LINE"))
    for line in lines:
        start, end = line.dxf.start, line.dxf.end
        off = [Vec3(chance.uniform(-0.001, 0.001), chance.uniform(-0.001, 0.001)) for _ in range(4)]
        middle = start.lerp(end, chance.uniform(0.3, 0.7))
        space.add_line(middle + off[0], start + off[1], dxfattribs={"layer": line.dxf.layer})
        space.add_line(end + off[2], middle + off[3], dxfattribs={"layer": line.dxf.layer})
        space.delete_entity(line)
    assert_is_the_wing(read(sketch))


def test_jambs_and_bits_of_wall_may_be_drawn_on_the_layer_of_the_doors() -> None:
    assert_is_the_wing(read(Sketch(jamb=0.3).draw()))


def test_reading_twice_gives_the_same_ids_in_the_same_order() -> None:
    data = Sketch().draw().bytes()
    once, twice = read_plan(data, "a").floorplan, read_plan(data, "b").floorplan
    assert [z.id for z in once.zones] == [z.id for z in twice.zones]
    assert [o.id for o in once.openings] == [o.id for o in twice.openings]


def test_zones_without_a_name_are_numbered_and_said_so() -> None:
    result = read(Sketch().draw(names=False))
    assert all(zone.name for zone in result.floorplan.zones)
    assert {"Zone 1", "Zone 2"} <= {zone.name for zone in result.floorplan.zones}
    assert "name-made-up" in codes(result)


def test_room_stamps_may_be_attributes_of_a_block() -> None:
    sketch = Sketch().draw(names=False)
    stamp = sketch.document.blocks.new("STAMP")
    stamp.add_attdef("ROOM_NO", (0, 0.3), dxfattribs={"height": 0.25})
    stamp.add_attdef("ROOM_NAME", (0, 0), dxfattribs={"height": 0.25})
    for name, room in ROOMS.items():
        at = room.centroid
        insert = sketch.document.modelspace().add_blockref("STAMP", (at.x, at.y), dxfattribs={"layer": "A-AREA-IDEN"})
        insert.add_auto_attribs({"ROOM_NO": f"A{len(name)}{name[-1:]}", "ROOM_NAME": name})
    aliases = {zone.alias for zone in read(sketch).floorplan.zones}
    assert aliases == set(ROOMS)


def test_objects_on_layer_0_of_a_block_count_for_the_layer_that_it_stands_on() -> None:
    source = Sketch(walls="0").draw(names=False)
    target = Sketch()
    block = target.document.blocks.new("PLAN")
    for line in source.document.modelspace().query('LINE[layer=="0"]'):
        block.add_line(line.dxf.start, line.dxf.end, dxfattribs={"layer": "0"})
    target.document.modelspace().add_blockref("PLAN", (0, 0), dxfattribs={"layer": "A-WALL"})
    others: Iterable[Entity] = source.document.modelspace().query('*[layer!="0"]')
    for entity in others:
        target.document.modelspace().add_foreign_entity(entity.copy())
    for name, room in ROOMS.items():
        target.text(name, room.centroid.x, room.centroid.y)
    assert_is_the_wing(read(target))


def test_doors_may_be_blocks_and_mirrored_ones() -> None:
    sketch = Sketch().draw()
    space = sketch.document.modelspace()
    drawn: Iterable[Entity] = space.query('*[layer=="A-DOOR"]')
    for entity in drawn:
        space.delete_entity(entity)
    door = sketch.document.blocks.new("DOOR-90")
    door.add_line((0, 0), (0, 0.9), dxfattribs={"layer": "0"})
    door.add_arc((0, 0), 0.9, 0, 90, dxfattribs={"layer": "0"})
    for at, turn, flip in [
        ((2, 5.2), 0, 1),
        ((8.9, 5.2), 0, -1),
        ((5, 3.0), 0, 1),
        ((6.8, 3.0), 0, -1),
        ((12, 3.6), 90, 1),
    ]:
        down = -1 if at[1] == 3.0 or turn == 90 else 1
        space.add_blockref(
            "DOOR-90", at, dxfattribs={"layer": "A-DOOR", "rotation": turn, "xscale": flip, "yscale": down}
        )
    assert_is_the_wing(read(sketch))


def test_a_layer_that_is_switched_off_is_left_out_and_named() -> None:
    sketch = Sketch().draw()
    sketch.line((0, 4), (12, 4), "A-WALL-OLD")
    sketch.document.layers.add("A-WALL-OLD").off()
    result = read(sketch)
    assert [f.layer for f in result.findings if f.code == "hidden-layer"] == ["A-WALL-OLD"]
    assert_is_the_wing(result)


def test_when_every_layer_is_off_the_switches_are_disregarded() -> None:
    sketch = Sketch().draw()
    for name in ("A-WALL", "A-DOOR", "A-GLAZ", "A-AREA-IDEN"):
        layer = sketch.document.layers.get(name) if name in sketch.document.layers else sketch.document.layers.add(name)
        layer.off()
    result = read(sketch)
    assert "all-layers-hidden" in codes(result)
    assert_is_the_wing(result)


def test_furniture_hatching_and_dimensions_change_nothing() -> None:
    sketch = Sketch().draw()
    for i in range(20):
        sketch.line((0.3 + 0.2 * i, 5.3), (0.3 + 0.2 * i, 7.7), "A-FURN")
        sketch.line((0.3, 0.3 + 0.1 * i), (11.7, 0.3 + 0.1 * i), "A-WALL-PATT")
    sketch.document.modelspace().add_arc((3, 1), 0.9, 0, 90, dxfattribs={"layer": "A-FURN"})
    assert_is_the_wing(read(sketch))


def test_an_outlined_room_is_taken_as_it_was_drawn() -> None:
    sketch = Sketch().draw()
    corners = [(6.1, 5.2), (11.8, 5.2), (11.8, 7.8), (6.1, 7.8)]
    sketch.document.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": "A-AREA"})
    assert_is_the_wing(read(sketch))


def test_totals_add_up() -> None:
    sketch = Sketch().draw()
    sketch.document.modelspace().add_circle((1, 1), 1e300, dxfattribs={"layer": "A-WALL"})
    totals = read(sketch).totals
    assert totals["entities"] == totals["used"] + totals["ignored"] + totals["finding"]
    assert totals["finding"] == 1


def test_assets_are_named_by_their_blocks() -> None:
    sketch = Sketch().draw()
    sketch.document.blocks.new("FE-EXTINGUISHER").add_circle((0, 0), 0.1)
    sketch.document.modelspace().add_blockref("FE-EXTINGUISHER", (3, 4))
    assets = read(sketch).floorplan.assets
    assert [(a.category.value, a.point.x, a.point.y) for a in assets] == [("extinguisher", 3, 4)]


def test_levels_side_by_side_are_split_named_ordered_and_laid_over_each_other() -> None:
    document = new("R2010")
    for index, title in enumerate(["GROUND FLOOR", "1ST FLOOR", "2ND FLOOR"]):
        part = Sketch(place=turned(0, 40.0 * index), document=document).draw()
        part.text(title, 6, 11, "G-ANNO-TEXT", 1.0)
    result = read(Sketch(document=document))
    levels = result.floorplan.levels
    assert [(level.ordinal, level.name) for level in levels] == [
        (0, "GROUND FLOOR"),
        (1, "1ST FLOOR"),
        (2, "2ND FLOOR"),
    ]
    assert [level.shift_m for level in levels] == [pytest.approx((-40.0 * i, 0), abs=0.01) for i in range(3)]
    assert len(result.floorplan.zones) == 12
    laid = {level.id: level.shift_m for level in levels}
    for zone in result.floorplan.zones:
        shift = laid[zone.level_id]
        assert likeness(shapely.transform(zone.polygon, lambda xy, s=shift: xy + s), ROOMS[zone.name]) > 0.95


def test_the_only_level_may_be_told_its_place() -> None:
    result = read_plan(Sketch().draw().bytes(), "wing.dxf", ordinal=2, level_name="Second floor")
    assert [(level.ordinal, level.name) for level in result.floorplan.levels] == [(2, "Second floor")]


def test_a_drawing_without_walls_gives_no_zones_and_says_why() -> None:
    sketch = Sketch()
    sketch.text("GROUND FLOOR", 0, 0)
    result = read(sketch)
    assert result.floorplan.zones == ()
    assert codes(result) & {"no-walls", "no-rooms"}


def test_walls_that_enclose_nothing_give_no_zones_and_say_why() -> None:
    sketch = Sketch()
    sketch.line((0, 0), (10, 0), "A-WALL")
    sketch.line((0, 5), (10, 5), "A-WALL")
    result = read(sketch)
    assert result.floorplan.zones == ()
    assert "no-rooms" in codes(result)
