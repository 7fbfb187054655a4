"""Drawings with one odd thing in them: the same rooms, names, doors and ways out as without it."""

from collections.abc import Callable

import pytest

from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.odd import ODD, Drawn, court, revolving
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
