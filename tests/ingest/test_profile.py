"""What layers, blocks, titles and texts mean."""

import pytest

from geo_server.domain.places import AssetCategory, ZoneCategory
from geo_server.ingest.dxf.profile import asset_of, category_of, is_door_block, role_of
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.said import written_length
from geo_server.ingest.dxf.stated import is_number, written_area
from geo_server.ingest.dxf.titles import level_of


@pytest.mark.parametrize(
    ("layer", "role"),
    [
        ("A-WALL-FULL", Role.WALL),
        ("xref-House$0$A-WALL", Role.WALL),
        ("floor1|A-WALL", Role.WALL),
        ("MUR", Role.WALL),
        ("ENVANS_SECS", Role.WALL),
        ("Wände", Role.WALL),
        ("A-210-G", Role.WALL),
        ("A-COLS", Role.COLUMN),
        ("A-DOOR", Role.DOOR),
        ("Türen", Role.DOOR),
        ("A-GLAZ", Role.GLAZING),
        ("FENÊTRES", Role.GLAZING),
        ("A-FLOR-STRS", Role.STAIRS),
        ("A-FLOR-EVTR", Role.LIFT),
        ("E15-485A", Role.AREA),
        ("Meeting rooms", Role.AREA),
        ("A-AREA-IDEN", Role.LABEL),
        ("FURNITURE", Role.EXCLUDE),
        ("A-WALL-PATT", Role.EXCLUDE),
        ("A-WALL-DEMO", Role.EXCLUDE),
        ("ENDERROCAR", Role.EXCLUDE),
        ("S-STEM-WALL", Role.EXCLUDE),
        ("Стены_несущие", Role.WALL),
        ("Двери", Role.DOOR),
        ("外壁", Role.WALL),
        ("01_建具(窓)", Role.GLAZING),
        ("楼梯", Role.STAIRS),
        ("벽체", Role.WALL),
        ("ΤΟΙΧΟΙ", Role.WALL),
        ("أبواب", Role.DOOR),
        ("壁 家具", Role.EXCLUDE),
        ("LAYER7", Role.UNKNOWN),
    ],
)
def test_a_layer_is_for_what_the_whole_words_of_its_name_say(layer: str, role: Role) -> None:
    assert role_of(layer) is role


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("W.C", ZoneCategory.RESTROOM),
        ("BOYS TOILET", ZoneCategory.RESTROOM),
        ("PASSADÍS", ZoneCategory.CORRIDOR),
        ("Treppenhaus", ZoneCategory.STAIRS),
        ("MENJADOR", ZoneCategory.ASSEMBLY),
        ("SCHOOL YARD", ZoneCategory.OUTDOOR),
        ("Classroom", ZoneCategory.ROOM),
        ("Спортзал", ZoneCategory.ASSEMBLY),
        ("男子便所", ZoneCategory.RESTROOM),
        ("1年2組教室", ZoneCategory.ROOM),
        ("복도", ZoneCategory.CORRIDOR),
        ("ΔΙΑΔΡΟΜΟΣ", ZoneCategory.CORRIDOR),
        ("XYZZY", None),
    ],
)
def test_a_label_says_what_a_zone_is_for(words: str, category: ZoneCategory | None) -> None:
    assert category_of(words) is category


@pytest.mark.parametrize(
    ("block", "asset"),
    [
        ("EXTINTOR", AssetCategory.EXTINGUISHER),
        ("AED", AssetCategory.AED),
        ("KNOX-BOX", AssetCategory.KEY_BOX),
        ("Polsador", AssetCategory.CALL_POINT),
        ("DESK", None),
    ],
)
def test_a_block_is_the_asset_that_it_is_named_for(block: str, asset: AssetCategory | None) -> None:
    assert asset_of(block) is asset


def test_a_block_is_a_door_by_a_whole_word_with_or_without_a_number() -> None:
    assert is_door_block("DOOR-36")
    assert is_door_block("Door1swing826")
    assert not is_door_block("OUTDOORBENCH")


@pytest.mark.parametrize(
    ("title", "ordinal"),
    [
        ("GROUND FLOOR", 0),
        ("Erdgeschoss", 0),
        ("REZ-DE-CHAUSSÉE", 0),
        ("PLANTA BAIXA", 0),
        ("1ST FLOOR", 1),
        ("Second floor plan", 2),
        ("LEVEL 3", 3),
        ("2. OG", 2),
        ("1. UG", -1),
        ("BASEMENT", -1),
        ("PLANTA PRIMERA", 1),
        ("План 2 этажа", 2),
        ("3階平面図", 3),
        ("地下1階", -1),
        ("4층 평면도", 4),
        ("TOP FLOOR", None),
        ("MAIN ENTRANCE", None),
    ],
)
def test_a_title_says_which_level_it_names(title: str, ordinal: int | None) -> None:
    assert level_of(title) == ordinal


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("3'-1\"", 37 * 0.0254),
        ("175'-0\"", 2100 * 0.0254),
        ("4.90 m", 4.9),
        ("2100 mm", 2.1),
        ('36"', 0.9144),
        ("210", None),
    ],
)
def test_a_dimension_says_how_long_it_is_only_with_a_unit(text: str, metres: float | None) -> None:
    assert written_length(text) == (None if metres is None else pytest.approx(metres))


@pytest.mark.parametrize(
    ("text", "area"), [("s=55.13 m2", 55.13), ("25 m²", 25.0), ("450 SF", 450 * 0.09290304), ("CLASSROOM 2", None)]
)
def test_an_area_is_read_in_its_unit(text: str, area: float | None) -> None:
    assert written_area(text) == (None if area is None else pytest.approx(area))


def test_a_room_number_has_two_digits_or_more() -> None:
    assert [is_number(text) for text in ("114", "B-203", "2.14a", "7", "GYM")] == [True, True, True, False, False]
