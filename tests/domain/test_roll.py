"""Who is missing, and where somebody of that name has turned up."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_server.domain.accountability import latest_reports
from geo_server.domain.incidents import MissingPerson, Status, StatusReport
from geo_server.domain.roll import Headcount, call_roll, folded, headcount

NOON, LATER = datetime(2026, 1, 5, 12, 0, tzinfo=UTC), datetime(2026, 1, 5, 12, 20, tzinfo=UTC)
ROOMS = [uuid4() for _ in range(4)]
HERE, THERE, ELSEWHERE, FAR = ROOMS


def report(zone: UUID, missing: tuple[str, ...] = (), extra: tuple[str, ...] = ()) -> StatusReport:
    people = tuple(MissingPerson(name) for name in missing)
    return StatusReport(uuid4(), uuid4(), zone, Status.OK, NOON, NOON, missing=people, extra=extra)


def found(*reports: StatusReport) -> list[tuple[str, list[UUID], bool]]:
    """Each missing name with the rooms that may have them, and whether that is sure."""
    roll = call_roll(reports)
    return [
        (one.person.name, [f.extra.zone_id for f in one.found], all(f.sure for f in one.found)) for one in roll.missing
    ]


def test_who_is_missing_in_one_room_and_extra_in_another_is_found_there() -> None:
    roll = call_roll([report(HERE, missing=("Ana Núñez",)), report(THERE, extra=("nunez, ANA", "Bo Li"))])
    (missing,) = roll.missing
    (where,) = missing.found
    assert (where.extra.zone_id, where.sure) == (THERE, True)
    assert [person.name for person in roll.extra] == ["Bo Li"]


def test_a_name_that_two_miss_or_two_have_is_nobodys_for_sure() -> None:
    both_miss = (report(HERE, missing=("Jo Lee",)), report(THERE, missing=("Jo Lee",)), report(FAR, extra=("Jo Lee",)))
    assert [(rooms, sure) for _, rooms, sure in found(*both_miss)] == [([FAR], False), ([FAR], False)]
    both_have = (report(HERE, missing=("Jo Lee",)), report(THERE, extra=("Jo Lee",)), report(FAR, extra=("Jo Lee",)))
    assert found(*both_have) == [("Jo Lee", sorted([THERE, FAR], key=str), False)]


@pytest.mark.parametrize("written", ["Jon Smyth", "John", "Smith J. John", "john  smith jr"])
def test_a_name_written_otherwise_is_perhaps_the_same(written: str) -> None:
    assert found(report(HERE, missing=("John Smith",)), report(THERE, extra=(written,))) == [
        ("John Smith", [THERE], False)
    ]


def test_other_names_and_ones_own_room_are_no_find_and_who_is_found_nowhere_comes_first() -> None:
    reports = (
        report(HERE, missing=("Ada Berg", "Zoe Quist"), extra=("Zoe Quist",)),
        report(THERE, extra=("Ada Berg", "Max Stone")),
    )
    assert found(*reports) == [("Zoe Quist", [], True), ("Ada Berg", [THERE], True)]


def test_names_are_compared_without_case_accents_order_and_punctuation() -> None:
    assert folded("  Núñez-Pérez, ANA ") == folded("ana nunez perez") == "ana nunez perez"
    assert folded("…") == ""


def test_names_hold_until_others_are_named_and_keep_the_time_of_who_said_them() -> None:
    first = replace(report(HERE, missing=("Ana Li",)), need_assistance=1, students=20, door_locked=True)
    later = StatusReport(uuid4(), first.incident_id, HERE, Status.HELP, LATER, LATER)
    (missing,) = call_roll([later, first]).missing
    assert (missing.person.name, missing.said_at) == ("Ana Li", NOON)
    (in_force,) = latest_reports([first, later]).values()
    assert headcount(in_force) == Headcount(students=20, need_assistance=1)
    assert in_force.door_locked is None, "a door of before is not one of now"
    assert call_roll([first, replace(later, missing=())]).missing == ()


def test_who_is_out_is_counted_as_out() -> None:
    counted = replace(report(HERE), students=20, adults=1, injured=1)
    left = StatusReport(uuid4(), counted.incident_id, HERE, Status.EVACUATED, LATER, LATER)
    (in_force,) = latest_reports([counted, left]).values()
    assert headcount(in_force) == Headcount(out=21)


def test_a_single_name_and_one_without_letters_are_nobody_for_sure() -> None:
    assert found(report(HERE, missing=("Ana",)), report(THERE, extra=("Ana",))) == [("Ana", [THERE], False)]
    assert found(report(HERE, missing=("?",)), report(THERE, extra=("???",))) == [("?", [], True)]


def test_a_thousand_names_on_either_side_are_matched_in_a_moment() -> None:
    reports = [
        report(uuid4(), tuple(f"Gone {k} Of{n}" for k in range(60)), tuple(f"Come {k} To{n}" for k in range(60)))
        for n in range(20)
    ]
    assert len(call_roll(reports).missing) == 1200


NAMES = st.sampled_from(["Ana", "Ana Li", "Bo", "Bo Li", "Cy", "Li Ana", ""])
SAID = st.lists(st.tuples(st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3)), min_size=4, max_size=4)


@given(SAID)
def test_nobody_is_lost_and_nobody_is_found_twice_for_sure(said: list[tuple[list[str], list[str]]]) -> None:
    reports = [report(room, tuple(m), tuple(e)) for room, (m, e) in zip(ROOMS, said, strict=True)]
    roll = call_roll(reports)
    assert sorted(one.person.name for one in roll.missing) == sorted(name for m, _ in said for name in m)
    sure = [f.extra for one in roll.missing for f in one.found if f.sure]
    assert len(sure) == len(set(sure))
    claimed = {id(f.extra): f.extra.name for one in roll.missing for f in one.found}
    left = [person.name for person in roll.extra]
    assert sorted([*claimed.values(), *left]) == sorted(name for _, extra in said for name in extra)
    assert all(f.extra.zone_id != one.zone_id for one in roll.missing for f in one.found)
