"""Drawings like none at hand: the rooms, names, doors and ways out that they were made of, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from geo_server.ingest.dxf.beside import building_of
from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.drawings import Drawn
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.sheets import put_floor, put_text, renumbered, sheet
from tests.ingest.dxf.styles import Style, as_bytes
from tests.ingest.dxf.test_styles import ALL_RIGHT
from tests.ingest.dxf.truth import compare
from tests.ingest.dxf.unseen import UNSEEN, side_by_side


@pytest.mark.parametrize("draw", UNSEEN.values(), ids=UNSEEN.keys())
def test_a_floor_drawn_in_an_unseen_way_has_its_rooms_and_doors(draw: Callable[[], Drawn]) -> None:
    drawn = draw()
    result = read_plan(as_bytes(drawn.document), "unseen.dxf")
    assert compare(result, drawn.floor, drawn.style) == ALL_RIGHT


@pytest.mark.parametrize(
    ("titles", "ordinals"),
    [
        (("GROUND FLOOR PLAN", "FIRST FLOOR PLAN", "SECOND FLOOR PLAN", "THIRD FLOOR PLAN"), [0, 1, 2, 3]),
        (("LEVEL 2", "LEVEL 1", "LEVEL 3", "ROOF PLAN"), [2, 1, 3, 4]),
    ],
)
def test_levels_wherever_there_was_room_for_them_are_laid_over_each_other(
    titles: tuple[str, ...], ordinals: list[int]
) -> None:
    document, drawn = side_by_side(*titles)
    result = read_plan(as_bytes(document), "levels.dxf")
    plan = result.floorplan
    levels = {level.ordinal: level for level in plan.levels}
    assert sorted(levels) == sorted(ordinals)
    laid = []
    for (floor, at), ordinal in zip(drawn, ordinals, strict=True):
        level = levels[ordinal]
        own = replace(
            plan,
            zones=tuple(zone for zone in plan.zones if zone.level_id == level.id),
            openings=tuple(opening for opening in plan.openings if opening.level_id == level.id),
        )
        assert compare(replace(result, floorplan=own), floor, Style(shift=at)) == ALL_RIGHT
        laid.append((at[0] + level.shift_m[0], at[1] + level.shift_m[1]))
    assert laid == [pytest.approx(laid[0], abs=0.05)] * len(laid)


def test_ten_buildings_that_are_called_so_are_parts_of_one_level() -> None:
    document = sheet()
    for k, letter in enumerate("ABCDEFGHIJ"):
        floor = renumbered(school_floor(), str(k))
        put_floor(document.modelspace(), floor, (55.0 * (k % 5), 48.0 * (k // 5)), f"BUILDING {letter}")
    result = read_plan(as_bytes(document), "site.dxf")
    assert [level.ordinal for level in result.floorplan.levels] == [0]
    assert len(result.floorplan.zones) == 10 * len(school_floor().names)
    assert not result.floorplan.transitions
    assert [finding.count for finding in result.findings if finding.code == "buildings-beside"] == [10]


def two_floors(titles: tuple[str, str], halls: tuple[str, str], *, height: float = 0.25, below: float = 0.0) -> bytes:
    """Two floors with titles, each with a text in it or below it."""
    document = sheet()
    for k, (title, hall) in enumerate(zip(titles, halls, strict=True)):
        floor = renumbered(school_floor(), str(k + 1))
        put_floor(document.modelspace(), floor, (60.0 * k, 0.0), title)
        low_x, low_y, high_x, high_y = floor.solid.bounds
        middle = (60.0 * k + (low_x + high_x) / 2, low_y - below if below else (low_y + high_y) / 2)
        put_text(document.modelspace(), hall, middle, height)
    return as_bytes(document)


@pytest.mark.parametrize(
    ("titles", "halls"),
    [
        (("GROUND FLOOR", "UPPER FLOOR"), ("SPORTS HALL 1", "EXAM HALL 2")),
        (("GROUND FLOOR", "UPPER FLOOR"), ("HALL 1", "HALL 2")),
        (("LOWER STOREY", "UPPER STOREY"), ("BLOCK 1", "BLOCK 2")),
        (("", ""), ("BLOCK 3 STORE", "HOUSE 2 OFFICE")),
        (("", ""), ("HALL 1", "HALL 2")),
        (("BUILDING A - GROUND FLOOR", "BUILDING B - UPPER FLOOR"), ("", "")),
        (("BUILDING A - GROUND FLOOR", "BUILDING B - FIRST FLOOR"), ("", "")),
        (("BUILDING A - GROUND FLOOR", "BUILDING B"), ("", "")),
    ],
)
def test_storeys_whose_rooms_are_called_like_buildings_are_not_laid_into_one(
    titles: tuple[str, str], halls: tuple[str, str]
) -> None:
    result = read_plan(two_floors(titles, halls), "storeys.dxf")
    assert len(result.floorplan.levels) == 2
    assert "buildings-beside" not in {finding.code for finding in result.findings}


def test_a_name_of_a_building_beside_storeys_that_differ_joins_none_of_them() -> None:
    data = two_floors(("LOWER STOREY", "UPPER STOREY"), ("BUILDING A", "BUILDING B"), height=1.2, below=7.0)
    assert len(read_plan(data, "storeys.dxf").floorplan.levels) == 2


@pytest.mark.parametrize(
    ("titles", "texts", "height", "ordinal"),
    [
        (("BUILDING A", "BUILDING B"), ("HALL 1", "HALL 2"), 0.25, 0),
        (("", ""), ("BUILDING A", "BUILDING B"), 1.0, 0),
        (("Haus 1, 1. Obergeschoss", "Haus 2, 1. Obergeschoss"), ("", ""), 0.25, 1),
        (("FLOOR PLAN BUILDING A", "FLOOR PLAN BUILDING B 1:100"), ("", ""), 0.25, 0),
    ],
)
def test_buildings_whose_titles_say_so_and_speak_of_one_level_are_parts_of_it(
    titles: tuple[str, str], texts: tuple[str, str], height: float, ordinal: int
) -> None:
    result = read_plan(two_floors(titles, texts, height=height), "site.dxf")
    assert [level.ordinal for level in result.floorplan.levels] == [ordinal]
    assert "buildings-beside" in {finding.code for finding in result.findings}


@pytest.mark.parametrize(
    ("title", "building"),
    [
        ("Building A", "A"),
        ("BLDG. 12 - GROUND FLOOR", "12"),
        ("Haus 3, Erdgeschoss", "3"),
        ("Bâtiment C", "C"),
        ("Корпус 2", "2"),
        ("3号楼 平面图", "3"),
        ("BUILDING SECTION", None),
        ("LEVEL 2", None),
        ("BUILDING PLAN", None),
        ("GROUND FLOOR PLAN - BUILDING C, SCALE 1:100", "C"),
        ("SPORTS HALL 2", None),
        ("BLOCK 3 STORE", None),
        ("HOUSE 2 OFFICE", None),
        ("STORE OF BLOCK 3", None),
    ],
)
def test_a_title_says_which_building_it_speaks_of(title: str, building: str | None) -> None:
    assert building_of(title) == building
