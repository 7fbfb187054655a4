"""Several drawings in one model space: what is a level, what is one drawn again, and what is a building beside it."""

import pytest
from ezdxf.document import Drawing as Document

from geo_server.ingest.pipeline import ImportResult, read_plan
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.sheets import elevations, renumbered, twice, with_huts
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
