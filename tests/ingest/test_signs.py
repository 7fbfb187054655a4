"""A door's number and its warning go to the exit that they stand beside."""

import pytest
from shapely import LineString

from geo_server.domain.places import OpeningCategory
from geo_server.ingest.dxf.drawing import Label
from geo_server.ingest.dxf.openings import FoundOpening
from geo_server.ingest.dxf.signs import read_signs


def _door(x: float, *, leads_out: bool = True) -> FoundOpening:
    return FoundOpening(LineString([(x, 0), (x + 1, 0)]), (0, None), OpeningCategory.DOOR, exit=leads_out)


def _label(text: str, x: float, layer: str = "A-DOOR-IDEN", tag: str = "") -> Label:
    return Label(text, (x, 2.0), 0.2, layer, "1F", tag)


def test_a_number_goes_to_the_nearest_exit() -> None:
    near, far = read_signs([_door(0), _door(3)], [_label("D7", 3.4)])
    assert (near.number, far.number) == (None, "D7")


@pytest.mark.parametrize("words", ["EMERGENCY EXIT", "Emergency exit only", "NOTAUSGANG", "Issue de secours"])
def test_a_warning_makes_an_emergency_exit_on_whatever_layer_it_stands(words: str) -> None:
    (door,) = read_signs([_door(0)], [_label(words, 0, layer="TEXT")])
    assert door.category is OpeningCategory.EMERGENCY_EXIT


@pytest.mark.parametrize(
    "label",
    [
        _label("101", 0, layer="A-AREA-IDEN"),
        _label("CLASSROOM", 0),
        _label("EMERGENCY SHOWER", 0),
        _label("D7", 9),
    ],
)
def test_room_numbers_other_words_and_far_signs_change_nothing(label: Label) -> None:
    assert read_signs([_door(0)], [label]) == [_door(0)]


def test_a_door_inside_takes_no_exterior_number() -> None:
    assert read_signs([_door(0, leads_out=False)], [_label("D7", 0)])[0].number is None


def test_the_attribute_of_a_tag_block_says_that_a_number_is_a_doors() -> None:
    assert read_signs([_door(0)], [_label("12", 0, layer="0", tag="DOOR_NO")])[0].number == "12"
