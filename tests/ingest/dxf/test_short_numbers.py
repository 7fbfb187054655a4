"""Rooms that are numbered by one digit, and tags that read alike and number something else."""

from dataclasses import replace

import pytest

from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.floor import Floor, school_floor
from tests.ingest.dxf.styles import Style, as_bytes, draw
from tests.ingest.dxf.test_styles import ALL_RIGHT, outcome_of


def numbered(form: str) -> Floor:
    """The school with its rooms numbered from 1 to 9; corridor, hall and stair keep their names."""
    floor = school_floor()
    names = ["101", "102", "OFFICE", "103", "104", "WC", "105", "106", "ADMIN"]
    short = {name: form.format(number + 1) for number, name in enumerate(names)}
    doors = tuple(
        replace(door, sides=(short.get(door.sides[0], door.sides[0]), short.get(door.sides[1], door.sides[1])))
        for door in floor.doors
    )
    places = {short.get(name, name): at for name, at in floor.names.items()}
    return Floor(floor.walls, doors, floor.windows, places, floor.treads)


@pytest.mark.parametrize("form", ["{}", "B{}", "{}a"])
def test_rooms_are_called_by_numbers_of_one_digit(form: str) -> None:
    assert outcome_of(Style(), numbered(form)) == ALL_RIGHT


def test_a_code_that_repeats_numbers_no_room() -> None:
    floor = school_floor()
    document = draw(floor, Style(texts="none"))
    for room in floor.rooms.values():
        at = room.representative_point()
        document.modelspace().add_text("T1", height=0.2).set_placement((at.x, at.y))
    plan = read_plan(as_bytes(document), "floor.dxf").floorplan
    assert len(plan.zones) == len(floor.rooms)
    assert "T1" not in {zone.name for zone in plan.zones}
