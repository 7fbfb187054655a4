"""People by zone: what somebody counted goes before what a room may hold, and who is gone is not counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from shapely import box

from geo_server.domain.accountability import latest_reports
from geo_server.domain.incidents import Status, StatusReport
from geo_server.domain.occupancy import MOST_PEOPLE, CountedBy, occupancy
from geo_server.domain.places import Zone, ZoneCategory

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEVEL, INCIDENT = uuid4(), uuid4()


def zone(capacity: int | None, category: ZoneCategory = ZoneCategory.ROOM) -> Zone:
    return Zone(uuid4(), LEVEL, box(0, 0, 1, 1), "1", category, capacity=capacity)


def said(zone_id: UUID, status: Status = Status.OK, minute: int = 0, **numbers: object) -> StatusReport:
    at = AT + timedelta(minutes=minute)
    return replace(StatusReport(uuid4(), INCIDENT, zone_id, status, at, at), **numbers)  # type: ignore[arg-type]


def test_a_reported_number_goes_before_what_the_room_holds() -> None:
    counted, full, unknown = zone(30), zone(25), zone(None)
    found = occupancy([counted, full, unknown], latest_reports([said(counted.id, adults=1, students=17)]))
    assert found is not None
    assert found.people == {counted.id: 18, full.id: 25}
    assert found.counted_by == {counted.id: CountedBy.REPORT, full.id: CountedBy.CAPACITY}


@pytest.mark.parametrize(
    ("report", "number", "by"),
    [
        ({"adults": 1, "students": 12}, 13, CountedBy.REPORT),
        ({"adults": 0, "students": 0}, 0, CountedBy.REPORT),
        ({"students": 12}, 30, CountedBy.CAPACITY),
        ({"adults": 0}, 30, CountedBy.CAPACITY),
        ({"students": 34}, 34, CountedBy.PART),
        ({}, 30, CountedBy.CAPACITY),
        ({"injured": 2}, 30, CountedBy.CAPACITY),
        ({"status": Status.EVACUATED, "students": 12}, 0, CountedBy.REPORT),
        ({"status": Status.CLEARED}, 0, CountedBy.REPORT),
        ({"status": Status.EVACUATING, "adults": 2, "students": 12}, 14, CountedBy.REPORT),
    ],
)
def test_who_is_gone_is_not_counted_and_a_report_without_numbers_says_none(
    report: dict[str, object], number: int, by: CountedBy
) -> None:
    room = zone(30)
    found = occupancy([room], latest_reports([said(room.id, **report)]))  # type: ignore[arg-type]
    assert found is not None
    assert (found.people[room.id], found.counted_by[room.id]) == (number, by)


def test_nobody_is_taken_to_be_in_a_corridor_unless_somebody_says_so() -> None:
    corridor = zone(200, ZoneCategory.CORRIDOR)
    assert occupancy([corridor], {}) is None
    found = occupancy([corridor], latest_reports([said(corridor.id, students=3)]))
    assert found is not None
    assert found.people == {corridor.id: 3}
    assert found.counted_by == {corridor.id: CountedBy.PART}


def test_numbers_said_before_stay_when_a_later_report_leaves_them_unsaid() -> None:
    room = zone(30)
    counted = said(room.id, adults=1, students=12)
    found = occupancy([room], latest_reports([counted, said(room.id, Status.HELP, minute=1, adults=2)]))
    assert found is not None
    assert found.people == {room.id: 14}


def test_a_capacity_that_no_room_can_have_is_cut_to_one_that_can_be_planned_with() -> None:
    found = occupancy([room := zone(10**9)], {})
    assert found is not None
    assert found.people[room.id] == MOST_PEOPLE
