"""The times of a drill, against a plain count moment by moment."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_server.domain.drills import SHARES, DrillType, measure_drill, suggest_type
from geo_server.domain.incidents import Incident, IncidentState, Status, StatusReport
from geo_server.services.protocols import load_shipped_pack

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ROOMS = [uuid4() for _ in range(5)]
YARD = uuid4()
DRILL = Incident(uuid4(), uuid4(), "fire", IncidentState.OPEN, exercise=True, opened_at=START)

said = st.tuples(
    st.sampled_from([*ROOMS, YARD]), st.sampled_from([Status.OK, Status.EVACUATED, Status.HELP]), st.integers(0, 9)
)


def report(
    zone_id: UUID, status: Status, at_s: float, *, students: int | None = None, adults: int | None = None
) -> StatusReport:
    at = START + timedelta(seconds=at_s)
    return StatusReport(uuid4(), DRILL.id, zone_id, status, at, at, adults=adults, students=students)


@given(st.lists(said, max_size=12))
@settings(deadline=None)
def test_shares_and_assembly_are_those_of_a_count_after_each_report(spoken: list[tuple[UUID, Status, int]]) -> None:
    reports = [report(zone, status, i) for i, (zone, status, _) in enumerate(spoken)]
    measures = measure_drill(DRILL, ROOMS, reports)
    for share in SHARES:
        reached = [
            START + timedelta(seconds=i)
            for i in range(len(reports))
            if 100 * len({one.zone_id for one in reports[: i + 1]} & set(ROOMS)) >= share * len(ROOMS)
        ]
        assert measures.reported_at[share] == next(iter(reached), None)
    last_words = {one.zone_id: one.status for one in reports}
    assert measures.evacuated == [*last_words.values()].count(Status.EVACUATED)
    assert set(measures.silent) == set(ROOMS) - last_words.keys()
    assert measures.reported + len(measures.silent) == len(ROOMS)


def test_a_class_that_leaves_the_assembly_point_again_is_there_only_from_its_return() -> None:
    reports = [
        report(ROOMS[0], Status.EVACUATED, 60),
        report(ROOMS[1], Status.EVACUATED, 90),
        report(ROOMS[0], Status.HELP, 120),
        report(ROOMS[0], Status.EVACUATED, 180),
        report(ROOMS[1], Status.EVACUATED, 200),
    ]
    after = measure_drill(DRILL, ROOMS, reports).after_alert()
    assert (after["first_evacuated"], after["last_evacuated"]) == (timedelta(seconds=90), timedelta(seconds=180))


def test_people_are_counted_once_a_room_and_not_at_all_where_nobody_counted() -> None:
    reports = [
        report(ROOMS[0], Status.OK, 1, students=20, adults=1),
        report(ROOMS[0], Status.OK, 2, students=22, adults=2),
        report(ROOMS[1], Status.OK, 3, students=10),
    ]
    measures = measure_drill(DRILL, ROOMS, reports)
    assert (measures.students, measures.staff, measures.injured) == (32, 2, None)


def test_a_site_without_rooms_reaches_no_share() -> None:
    measures = measure_drill(DRILL, [], [report(YARD, Status.OK, 5)])
    assert set(measures.reported_at.values()) == {None}
    assert measures.first_report_at == START + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("kind", "suggested"),
    [
        ("fire", DrillType.FIRE),
        ("armed_assailant", DrillType.LOCKDOWN),
        ("animal", DrillType.MODIFIED_LOCKDOWN),
        ("hazmat", DrillType.SHELTER),
        ("severe_weather", DrillType.WEATHER),
        ("gone_from_the_pack", DrillType.OTHER),
    ],
)
def test_a_kind_of_incident_suggests_what_was_practised(kind: str, suggested: DrillType) -> None:
    assert suggest_type(kind, load_shipped_pack()) is suggested
