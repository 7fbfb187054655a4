"""Which report counts, and who is silent."""

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
    assert latest_reports([newer, late])[ZONE] is newer


def test_a_phone_whose_clock_runs_ahead_does_not_outrank_a_later_report() -> None:
    ahead, later = report(Status.OK, 3600, 10), report(Status.MEDICAL, 30, 31)
    assert latest_reports([ahead, later])[ZONE] is later


@given(
    st.permutations([report(Status.OK, 1), report(Status.HELP, 2), report(Status.MEDICAL, 2), report(Status.OK, 2, 9)])
)
def test_the_order_of_arrival_in_a_list_changes_nothing(reports: list[StatusReport]) -> None:
    by_brute_force = max(
        reports, key=lambda r: (min(r.client_at, r.received_at), r.received_at, str(r.id))
    )  # fmt: skip
    assert latest_reports(reports)[ZONE] is by_brute_force


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
