"""Drawings with one odd thing in them: the same rooms, names, doors and ways out as without it."""

from collections.abc import Callable

import pytest

from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.odd import ODD, UNDER, Drawn, court, cubicles, revolving, tables, under_names
from tests.ingest.dxf.styles import Style, as_bytes
from tests.ingest.dxf.test_styles import ALL_RIGHT
from tests.ingest.dxf.truth import compare


@pytest.mark.parametrize("draw", ODD.values(), ids=ODD.keys())
def test_one_odd_thing_changes_no_room_no_name_and_no_door(draw: Callable[[], Drawn]) -> None:
    document, floor = draw()
    assert compare(read_plan(as_bytes(document), "odd.dxf"), floor, Style()) == ALL_RIGHT


def test_what_was_taken_for_a_marking_on_a_floor_is_told() -> None:
    result = read_plan(as_bytes(court("A-WALL")[0]), "odd.dxf")
    assert "island-absorbed" in {finding.code for finding in result.findings}


def test_a_table_that_looks_like_a_door_on_a_wall_is_told_with_its_place() -> None:
    told = [f for f in read_plan(as_bytes(tables()[0]), "odd.dxf").findings if f.code == "door-doubtful"]
    assert (0.18, 15.82) in {(round(f.x or 0, 2), round(f.y or 0, 2)) for f in told}
    assert all(f.layer == "0" and f.handle for f in told)


def test_cubicles_are_told() -> None:
    told = [f for f in read_plan(as_bytes(cubicles("A-WALL")[0]), "odd.dxf").findings if f.code == "cubicle-absorbed"]
    assert [f.count for f in told] == [20]


def test_cubicles_in_a_drawing_without_a_word_are_parts_of_a_room() -> None:
    document, _ = cubicles("A-WALL")
    for text in list(document.modelspace().query("TEXT")):
        document.modelspace().delete_entity(text)
    assert len(read_plan(as_bytes(document), "odd.dxf").floorplan.zones) == 3


def test_rooms_behind_thin_walls_without_doors_stay_rooms_when_their_use_is_written() -> None:
    document, _ = cubicles("A-WALL")
    for text, x in (("STORE", 5.2), ("MEETING", 7.6), ("LAB", 10.0)):
        document.modelspace().add_text(text, height=0.2, dxfattribs={"layer": "A-AREA-IDEN"}).set_placement((x, 4.7))
    names = {zone.name for zone in read_plan(as_bytes(document), "odd.dxf").floorplan.zones}
    assert names == {"OPEN OFFICE", "201", "202", "STORE", "MEETING", "LAB"}


def test_a_gap_in_an_outside_wall_with_nothing_in_it_is_told() -> None:
    document, floor = revolving()
    for entity in list(document.modelspace().query('CIRCLE[layer=="A-DOOR"]')):
        document.modelspace().delete_entity(entity)
    space = document.modelspace()
    main = next(door for door in floor.doors if "" in door.sides and door.leaves == 2)
    for line in list(space.query('LINE[layer=="A-DOOR"]')):
        if line.dxf.start.distance(line.dxf.end) == pytest.approx(main.width):
            space.delete_entity(line)
    result = read_plan(as_bytes(document), "odd.dxf")
    told = [(f.x, f.y) for f in result.findings if f.code == "gap-outside"]
    assert told == [pytest.approx((26.9, 0.0), abs=0.3)]


@pytest.mark.parametrize("words", UNDER)
def test_what_recurs_under_names_is_neither_a_number_nor_another_name(words: str) -> None:
    document, floor = under_names(words)
    zones = read_plan(as_bytes(document), "odd.dxf").floorplan.zones
    assert {(zone.name, zone.alias) for zone in zones} == {(name, None) for name in floor.rooms}


def test_codes_that_differ_from_room_to_room_stay_numbers() -> None:
    document, floor = under_names("P12")
    for count, text in enumerate(document.modelspace().query('TEXT[text=="P12"]')):
        text.dxf.text = f"P{10 + count}"
    result = read_plan(as_bytes(document), "odd.dxf")
    named = [zone for zone in result.floorplan.zones if not zone.name.isdigit()]
    assert {zone.alias for zone in named} == {name for name in floor.rooms if not name.isdigit()}
    assert all(zone.name.startswith("P") for zone in named)
    assert "tag-not-name" not in {finding.code for finding in result.findings}
