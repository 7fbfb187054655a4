"""The drawings of the sample campus are what their README says, and the intake finds what the architect drew."""

import hashlib
import itertools
import re
from collections import Counter
from functools import cache
from typing import Any

import ezdxf.filemanagement
import pytest
from shapely import Point, Polygon

from geo_server.domain.places import AssetCategory, Floorplan, Opening, OpeningCategory, Zone, ZoneCategory
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.pipeline import read_plan
from geo_server.ingest.result import ImportResult
from tests.data.school_design import FOLDER, FOOT_M, in_metres, load_module, load_storey

LEVELS = (0, 1, 2)

CATEGORIES = {
    "stairs": ZoneCategory.STAIRS,
    "elevator": ZoneCategory.ELEVATOR,
    "corridor": ZoneCategory.CORRIDOR,
    "restroom": ZoneCategory.RESTROOM,
}


@cache
def _result(ordinal: int) -> ImportResult:
    file = FOLDER / f"school_level_{ordinal}.dxf"
    return read_plan(file.read_bytes(), file.name, ordinal=ordinal)


@cache
def _rooms_found(ordinal: int) -> dict[str, Zone]:
    """The zone that covers each room of the design best, by room number."""
    return {room.number: _zone_over(in_metres(room.outline), ordinal) for room in load_storey(ordinal).rooms}


def _zone_over(outline: Polygon, ordinal: int) -> Zone:
    return max(_result(ordinal).floorplan.zones, key=lambda zone: zone.polygon.intersection(outline).area)


def _opening_at(plan: Floorplan, door: Any) -> Opening:
    at = Point(door.at[0] * FOOT_M, door.at[1] * FOOT_M)
    return min(plan.openings, key=lambda opening: opening.line.centroid.distance(at))


def test_every_file_has_the_hash_that_the_readme_states() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", readme, re.MULTILINE))
    drawings = {file.name for pattern in ("*.dxf", "*.geojson") for file in FOLDER.glob(pattern)}
    assert set(stated) == drawings
    for name, digest in stated.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_no_file_names_a_folder_of_the_machine_that_it_was_made_on() -> None:
    for file in FOLDER.iterdir():
        if file.is_file():
            assert not re.search(rb"(?i)/home/|/root/|/users/|[a-z]:\\\\users", file.read_bytes()), file.name


@pytest.mark.parametrize("ordinal", LEVELS)
def test_the_design_is_a_building_that_can_be_walked(ordinal: int) -> None:
    storey = load_storey(ordinal)
    assert 26 <= len(storey.rooms) <= 32
    for one, two in itertools.combinations(storey.rooms, 2):
        assert one.outline.intersection(two.outline).area < 1e-9, (one.number, two.number)
    with_door = {number for door in storey.doors for number in door.rooms if number}
    assert with_door == {room.number for room in storey.rooms}


@pytest.mark.parametrize("ordinal", LEVELS)
def test_the_committed_drawing_shows_the_design(ordinal: int) -> None:
    drawn = load_module("draw_school").draw(load_storey(ordinal))
    committed = ezdxf.filemanagement.readfile(FOLDER / f"school_level_{ordinal}.dxf")
    assert _content(committed) == _content(drawn)


@pytest.mark.parametrize("ordinal", LEVELS)
def test_the_foot_is_recognised(ordinal: int) -> None:
    scale = _result(ordinal).scale
    assert scale.metres_per_unit == pytest.approx(FOOT_M, rel=1e-3)
    assert scale.confidence >= 0.9


@pytest.mark.parametrize("ordinal", LEVELS)
def test_nothing_is_noted_of_a_drawing_whose_layers_say_what_they_hold(ordinal: int) -> None:
    whole_building = {"level-without-exit", "zone-cut-off"}
    assert [f for f in _result(ordinal).findings if f.code not in whole_building] == []


@pytest.mark.parametrize("ordinal", LEVELS)
def test_every_room_is_found_with_its_outline_and_no_room_is_made_up(ordinal: int) -> None:
    storey, found = load_storey(ordinal), _rooms_found(ordinal)
    for room in storey.rooms:
        truth, zone = in_metres(storey.clear(room)), found[room.number]
        iou = zone.polygon.intersection(truth).area / zone.polygon.union(truth).area
        assert iou >= 0.9, (room.number, room.name, round(iou, 3))
    assert len(_result(ordinal).floorplan.zones) == len(storey.rooms)


@pytest.mark.parametrize("ordinal", LEVELS)
def test_every_room_has_the_number_and_the_name_of_its_stamp(ordinal: int) -> None:
    found = _rooms_found(ordinal)
    for room in load_storey(ordinal).rooms:
        zone = found[room.number]
        words = f"{zone.name} {zone.alias or ''}".upper()
        assert room.number in words, (room.number, zone.name)
        assert room.name in words, (room.name, zone.name, zone.alias)


@pytest.mark.parametrize("ordinal", LEVELS)
def test_stairs_elevators_corridors_and_restrooms_are_told_apart(ordinal: int) -> None:
    found = _rooms_found(ordinal)
    for room in load_storey(ordinal).rooms:
        if room.kind in CATEGORIES and room.name != "LOBBY":
            assert found[room.number].category is CATEGORIES[room.kind], (room.number, room.name)


@pytest.mark.parametrize("ordinal", LEVELS)
def test_every_door_joins_the_two_rooms_that_it_was_drawn_between(ordinal: int) -> None:
    plan, found = _result(ordinal).floorplan, _rooms_found(ordinal)
    for door in load_storey(ordinal).doors:
        opening = _opening_at(plan, door)
        expected = {found[number].id if number else None for number in door.rooms}
        assert set(opening.zones) == expected, door
        assert opening.width_m == pytest.approx(door.width * FOOT_M, abs=0.15), door


def test_exactly_the_doors_to_outside_are_exits_with_their_numbers() -> None:
    plan = _result(0).floorplan
    outside = [door for door in load_storey(0).doors if door.rooms[1] is None]
    exits = {_opening_at(plan, door).number: door for door in outside}
    assert sorted(exits, key=str) == [f"D{n}" for n in range(1, 9)]
    assert all(number == door.tag for number, door in exits.items())
    assert sum(1 for opening in plan.openings if opening.exit) == len(outside)


def test_doors_marked_for_emergencies_are_emergency_exits() -> None:
    plan = _result(0).floorplan
    for door in load_storey(0).doors:
        if door.emergency:
            assert _opening_at(plan, door).category is OpeningCategory.EMERGENCY_EXIT, door


@pytest.mark.parametrize("ordinal", [1, 2])
def test_no_window_of_an_upper_level_is_taken_for_an_exit(ordinal: int) -> None:
    plan = _result(ordinal).floorplan
    assert not any(opening.exit for opening in plan.openings)
    assert len(plan.openings) == len(load_storey(ordinal).doors)


def test_aeds_and_extinguishers_are_found() -> None:
    counts = Counter(asset.category for asset in _result(0).floorplan.assets)
    assert counts[AssetCategory.AED] == 3
    assert counts[AssetCategory.EXTINGUISHER] == 6
    assert counts[AssetCategory.KEY_BOX] == 1


def test_nobody_on_the_ground_level_is_without_a_way_out() -> None:
    assert zones_without_way_out(_result(0).floorplan) == ()


def _content(document: Any) -> Counter[tuple[Any, ...]]:
    """What a drawing shows, whatever order and handles it is written with."""
    return Counter(
        (entity.dxftype(), entity.dxf.layer, *_places(entity.dxfattribs())) for entity in document.modelspace()
    )


def _places(attributes: dict[str, Any]) -> list[float]:
    return [round(value, 3) for name in ("start", "end", "insert") for value in attributes.get(name, ())]


def test_the_parts_of_the_pavilion_are_one_level_when_a_person_says_so() -> None:
    file = FOLDER / "barcelona_pavilion.dxf"
    plan = read_plan(file.read_bytes(), file.name, ordinal=0).floorplan
    assert [level.ordinal for level in plan.levels] == [0]
    assert 4 <= len(plan.zones) <= 9, "a person counts 4 to 9"
