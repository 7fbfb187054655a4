"""Which report counts, and who is silent."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo_server.domain.accountability import URGENCY, latest_reports, tally
from geo_server.domain.incidents import Status, StatusReport
from geo_server.domain.places import Zone, ZoneCategory

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ZONE, OTHER = uuid4(), uuid4()


def report(status: Status, given_s: float, received_s: float | None = None, zone: UUID = ZONE) -> StatusReport:
    client, server = START + timedelta(seconds=given_s), START + timedelta(seconds=received_s or given_s)
    return StatusReport(uuid4(), uuid4(), zone, status, client, server)


def test_a_report_that_arrives_late_does_not_undo_a_newer_one() -> None:
    newer, late = report(Status.HELP, 20, 21), report(Status.OK, 5, 60)
    assert latest_reports([newer, late])[ZONE] == newer


def test_a_phone_whose_clock_runs_ahead_does_not_outrank_a_later_report() -> None:
    ahead, later = report(Status.OK, 3600, 10), report(Status.MEDICAL, 30, 31)
    assert latest_reports([ahead, later])[ZONE] == later


SECONDS = st.integers(0, 4)
COUNTS = st.none() | st.integers(0, 3)
REPORTS = st.builds(
    StatusReport,
    id=st.uuids(),
    incident_id=st.just(uuid4()),
    zone_id=st.sampled_from([ZONE, OTHER]),
    status=st.sampled_from(Status),
    client_at=SECONDS.map(lambda s: START + timedelta(seconds=s)),
    received_at=SECONDS.map(lambda s: START + timedelta(seconds=s)),
    adults=COUNTS,
    students=COUNTS,
    injured=COUNTS,
)


def outranks(one: StatusReport, other: StatusReport) -> bool:
    """The rule as it is told to people, one question after the other."""
    given = [min(r.client_at, r.received_at) for r in (one, other)]
    if given[0] != given[1]:
        return given[0] > given[1]
    if one.received_at != other.received_at:
        return one.received_at > other.received_at
    return str(one.id) > str(other.id)


def last_of(reports: list[StatusReport]) -> StatusReport | None:
    """The one that no other outranks, found by asking each of all others."""
    return next((r for r in reports if not any(outranks(o, r) for o in reports if o is not r)), None)


@given(st.lists(REPORTS, max_size=8, unique_by=lambda r: r.id), st.randoms())
def test_late_and_disordered_reports_come_to_what_brute_force_says(
    reports: list[StatusReport], dice: random.Random
) -> None:
    disordered = dice.sample(reports, len(reports))
    counting = latest_reports(disordered)

    assert counting == latest_reports(reports)
    for zone in (ZONE, OTHER):
        of_zone = [r for r in reports if r.zone_id == zone]
        last = last_of(of_zone)
        assert (last is None) == (zone not in counting)
        if last is None:
            continue
        assert (counting[zone].id, counting[zone].status) == (last.id, last.status)
        for name in ("adults", "students", "injured"):
            saying = last_of([r for r in of_zone if getattr(r, name) is not None])
            assert getattr(counting[zone], name) == (getattr(saying, name) if saying else None)


def test_who_says_ok_after_having_counted_has_not_uncounted() -> None:
    counted = replace(report(Status.HELP, 10), students=24, injured=1)
    ok = replace(report(Status.OK, 20), injured=0)
    counting = latest_reports([ok, counted])[ZONE]
    assert (counting.status, counting.students, counting.injured) == (Status.OK, 24, 0)


def test_every_occupied_zone_is_counted_once_and_silence_is_counted_too() -> None:
    zones = [Zone(i, uuid4(), box(0, 0, 1, 1), "z", ZoneCategory.ROOM) for i in (ZONE, OTHER, uuid4())]
    corridor = Zone(uuid4(), uuid4(), box(0, 0, 1, 1), "c", ZoneCategory.CORRIDOR)
    counts = tally([*zones, corridor], [report(Status.OK, 1), report(Status.HELP, 2), report(Status.OK, 3, zone=OTHER)])
    assert counts.by_status[Status.UNREPORTED] == 1
    assert counts.by_status[Status.HELP] == 1
    assert counts.by_status[Status.OK] == 1
    assert sum(counts.by_status.values()) == 3


def test_a_corridor_counts_once_somebody_reports_from_it() -> None:
    corridor = Zone(ZONE, uuid4(), box(0, 0, 1, 1), "c", ZoneCategory.CORRIDOR)
    assert tally([corridor], []).by_status[Status.UNREPORTED] == 0
    assert tally([corridor], [report(Status.HELP, 1)]).by_status[Status.HELP] == 1


def test_every_status_has_a_place_of_its_own_and_silence_comes_before_any_good_news() -> None:
    assert sorted(URGENCY) == sorted(Status)
    good = (Status.EVACUATING, Status.OK, Status.EVACUATED, Status.CLEARED)
    assert all(URGENCY.index(Status.UNREPORTED) < URGENCY.index(status) for status in good)
