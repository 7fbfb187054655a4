"""Several drawings in one model space: what is a level, what is one drawn again, and what is a building beside it."""

import pytest
from ezdxf.document import Drawing as Document

from geo_server.ingest.pipeline import ImportResult, read_plan
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.sheets import (
    elevations,
    hut,
    put_elevation,
    put_floor,
    renumbered,
    sheet,
    twice,
    with_detail,
    with_huts,
)
from tests.ingest.dxf.styles import as_bytes

ROOMS = len(school_floor().rooms)


def read(document: Document) -> tuple[ImportResult, set[str]]:
    """What comes of a sheet, and the codes of its findings."""
    result = read_plan(as_bytes(document), "sheet.dxf")
    return result, {finding.code for finding in result.findings}


@pytest.mark.parametrize(
    "titles",
    [
        ("FIRST FLOOR PLAN", "FIRST FLOOR REFLECTED CEILING PLAN"),
        ("EXISTING GROUND FLOOR", "PROPOSED GROUND FLOOR"),
        ("Grundriss", "Elektro"),
        ("", ""),
    ],
)
def test_a_level_that_is_drawn_twice_is_read_once(titles: tuple[str, str]) -> None:
    result, codes = read(twice(*titles))
    assert (len(result.floorplan.levels), len(result.floorplan.zones)) == (1, ROOMS)
    assert "level-repeated" in codes


def test_of_two_drawings_of_a_level_that_of_another_trade_is_left_out() -> None:
    result, _ = read(twice("1ST FLOOR RCP", "1ST FLOOR PLAN"))
    assert [level.name for level in result.floorplan.levels] == ["1ST FLOOR PLAN"]


@pytest.mark.parametrize("titles", [("GROUND FLOOR", "2ND FLOOR"), ("", "")])
def test_levels_that_are_alike_but_numbered_otherwise_are_two(titles: tuple[str, str]) -> None:
    result, codes = read(twice(*titles, again=lambda floor: renumbered(floor, "2")))
    assert (len(result.floorplan.levels), len(result.floorplan.zones)) == (2, 2 * ROOMS)
    assert not codes & {"level-repeated", "levels-alike"}


def test_levels_that_nothing_tells_apart_are_two_and_a_finding() -> None:
    result, codes = read(twice("", "", names=False))
    assert len(result.floorplan.levels) == 2
    assert "levels-alike" in codes


def test_small_buildings_with_doors_and_names_are_parts_of_the_level() -> None:
    result, codes = read(with_huts("P1 PORTABLE", "P2 PORTABLE", "MUSIC P3"))
    assert {"P1 PORTABLE", "P2 PORTABLE", "MUSIC P3"} <= {zone.name for zone in result.floorplan.zones}
    assert sum(opening.exit for opening in result.floorplan.openings) == 2 + 3
    assert "building-apart" in codes


def test_a_room_of_the_level_that_is_drawn_again_apart_is_no_building() -> None:
    result, _ = read(with_huts("101"))
    assert len(result.floorplan.zones) == ROOMS


def test_walls_with_a_door_and_no_name_that_stand_apart_are_told() -> None:
    result, codes = read(with_huts("?"))
    assert len(result.floorplan.zones) == ROOMS
    assert "building-left-out" in codes


@pytest.mark.parametrize(
    "titles", [("NORTH ELEVATION", "SECTION A-A"), ("Südansicht 1:100", "Ansicht Nord"), ("ФАСАД 1-5",)]
)
def test_a_sheet_of_elevations_has_no_rooms_and_says_why(titles: tuple[str, ...]) -> None:
    result, codes = read(elevations(*titles))
    assert not result.floorplan.zones
    assert "no-plan" in codes


def test_a_plan_above_elevations_is_the_only_level() -> None:
    result, codes = read(elevations("NORTH ELEVATION", "SOUTH ELEVATION", plan=True))
    assert [level.name for level in result.floorplan.levels] == ["GROUND FLOOR"]
    assert len(result.floorplan.zones) == ROOMS
    assert "no-plan" not in codes


@pytest.mark.parametrize(
    ("title", "size"),
    [
        ("STAIR DETAIL 1:20", 1.5),
        ("ENLARGED TOILET PLAN", 4.0),
        ("Detail WC M 1:25", 2.0),
        ("GROUND FLOOR - TOILETS 1:50", 2.0),
        ("", 4.0),
    ],
)
def test_a_part_of_a_level_that_is_drawn_larger_beside_it_is_no_level_and_told(title: str, size: float) -> None:
    result, codes = read(with_detail(title, size, hut("WC")))
    assert len(result.floorplan.levels) == 1
    assert len(result.floorplan.zones) == ROOMS
    assert "detail-left-out" in codes


def test_a_smaller_level_with_a_title_of_its_own_is_no_detail() -> None:
    result, codes = read(with_detail("2ND FLOOR PLAN 1:100", 2.0, hut("WC"), "GROUND FLOOR PLAN 1:100"))
    assert [level.name for level in result.floorplan.levels] == ["GROUND FLOOR PLAN 1:100", "2ND FLOOR PLAN 1:100"]
    assert "detail-left-out" not in codes


def test_a_note_beside_a_plan_that_points_to_a_detail_makes_none_of_it() -> None:
    result, _ = read(with_detail("SEE DETAIL 4/A-501", 1.0, hut("P1 PORTABLE")))
    assert "P1 PORTABLE" in {zone.name for zone in result.floorplan.zones}


@pytest.mark.parametrize("base", [-30.0, 30.0])
def test_an_elevation_without_a_title_below_or_above_a_plan_has_no_rooms(base: float) -> None:
    document = sheet()
    put_floor(document.modelspace(), school_floor(), title="GROUND FLOOR PLAN")
    put_elevation(document.modelspace(), base, " ")
    result, _ = read(document)
    assert len(result.floorplan.zones) == ROOMS
