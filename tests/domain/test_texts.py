"""A status report in one line: what it says, whatever is in it."""

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from geo_server.domain.incidents import Status
from geo_server.domain.places import Building, Floorplan, Level, Zone
from geo_server.domain.texts import LONGEST_LINE, LONGEST_NOTE, TextReport, match_zones, one_line, read_text
from tests.campus import FRAME


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("S 114 OK 24 0", TextReport("114", Status.OK, 24, 0)),
        ("s 114 ok", TextReport("114", Status.OK)),
        ("114 help", TextReport("114", Status.HELP)),
        (
            "S Main Library MEDICAL 20 1 2 near the desk",
            TextReport("Main Library", Status.MEDICAL, 20, 1, 2, "near the desk"),
        ),
        ("S 9 THREAT!", TextReport("9", Status.THREAT_HERE)),
        ("S 9 leaving 12", TextReport("9", Status.EVACUATING, 12)),
        ("  S\t9\n OUT  12 0 3 4 ", TextReport("9", Status.EVACUATED, 12, 0, 3, "4")),
        ("S 9 OK 99999", TextReport("9", Status.OK, note="99999")),
        ("S 9 OK \u0662\u0664", TextReport("9", Status.OK, note="\u0662\u0664")),
        ("S S OK", TextReport("S", Status.OK)),
    ],
)
def test_a_line_says_a_place_a_status_and_up_to_three_numbers(line: str, meant: TextReport) -> None:
    assert read_text(line) == [meant]


@pytest.mark.parametrize("line", ["", "S", "OK", "S OK 114", "what do I do", "S 114", "114"])
def test_a_line_without_a_place_and_a_status_says_nothing(line: str) -> None:
    assert read_text(line) == []


def test_a_room_whose_name_is_a_status_is_among_the_readings() -> None:
    assert [reading.place for reading in read_text("S Check out OK 3")] == ["Check", "Check out"]


def _floorplan(*rooms: tuple[str, str, str | None]) -> Floorplan:
    buildings = {name: Building(uuid4(), name) for name, _, _ in rooms}
    levels = {name: Level(uuid4(), building.id, 0, "Ground") for name, building in buildings.items()}
    zones = tuple(Zone(uuid4(), levels[where].id, box(0, 0, 1, 1), name, alias=alias) for where, name, alias in rooms)
    return Floorplan(FRAME, tuple(levels.values()), zones, buildings=tuple(buildings.values()))


def test_a_zone_is_found_by_name_alias_and_building_whatever_the_case() -> None:
    plan = _floorplan(("Main", "120", "Library"), ("Annex", "120", None))
    library, annex = plan.zones

    assert (
        match_zones(plan, "library") == match_zones(plan, "LIBRARY 120") == match_zones(plan, "main  120") == [library]
    )
    assert match_zones(plan, "Annex 120") == [annex]
    assert match_zones(plan, "120") == [library, annex]
    assert match_zones(plan, "12") == []


@settings(deadline=None)
@given(st.text(max_size=400))
def test_whatever_a_line_holds_it_is_read_or_not_and_its_note_fits(line: str) -> None:
    for reading in read_text(line):
        assert reading.place
        assert len(reading.note) <= LONGEST_NOTE
        assert all(count is None or 0 <= count <= 9999 for count in (reading.students, reading.injured, reading.adults))


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_becomes_one_line_that_every_telephone_shows(text: str) -> None:
    line = one_line(text)
    assert len(line) <= LONGEST_LINE
    assert line.isascii()
    assert line.isprintable()
    assert line == " ".join(line.split())
