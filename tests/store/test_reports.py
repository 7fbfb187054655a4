from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_server.domain.accountability import latest_reports
from geo_server.domain.directives import in_force
from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.incidents import IncidentState, Status, StatusReport
from geo_server.store.access import add_person
from geo_server.store.database import Connection, Database
from geo_server.store.incidents import add_incident, set_incident_state
from geo_server.store.reports import (
    Kept,
    add_closure,
    add_directive,
    add_status_reports,
    find_in_force,
    find_status_reports,
    lift_closure,
    list_closures,
    list_directives,
    list_kept_reports,
    list_status_reports,
)
from geo_server.store.sites import add_site
from tests.store.samples import (
    NOON,
    a_closure,
    a_directive,
    a_report,
    a_site,
    an_incident,
    found,
    in_incident,
    later,
)

ZONE = uuid4()


def added(c: Connection, site_id: UUID, report: StatusReport, by: UUID | None) -> bool:
    """Add one report; whether it was new."""
    return add_status_reports(c, site_id, [Kept(report, by)]) == {report.id}


def kept(c: Connection, site_id: UUID, report: StatusReport) -> Kept:
    """What is on record by its id."""
    return find_status_reports(c, site_id, {report.id})[report.id]


def test_a_status_report_is_read_as_it_was_written(database: Database) -> None:
    _, incident, _ = in_incident(database)
    report = a_report(incident, ZONE)
    with database.transaction() as c:
        assert added(c, incident.site_id, report, add_person(c, "Ann")) is True
        assert list_status_reports(c, incident.id) == [report]


def test_a_repeated_report_is_not_counted_twice(database: Database) -> None:
    _, incident, _ = in_incident(database)
    report = a_report(incident, ZONE)
    with database.transaction() as c:
        assert added(c, incident.site_id, report, None) is True
    with database.transaction() as c:
        assert added(c, incident.site_id, later(report, 90), None) is False
        assert list_status_reports(c, incident.id) == [report]


def test_a_report_that_is_repeated_into_the_next_incident_is_still_the_same_report(database: Database) -> None:
    site, first, _ = in_incident(database)
    second = an_incident(site, minutes=60)
    report = a_report(first, ZONE)
    with database.transaction() as c:
        added(c, site.id, report, None)
        set_incident_state(c, first.id, IncidentState.ALL_CLEAR, NOON)
        add_incident(c, second)
        assert added(c, site.id, replace(report, incident_id=second.id), None) is False
        assert list_status_reports(c, second.id) == []


def changed_in_one_way(report: StatusReport) -> list[StatusReport]:
    return [
        replace(report, status=Status.HELP),
        replace(report, zone_id=uuid4()),
        replace(report, students=23),
        replace(report, students=None),
        replace(report, injured=0),
        replace(report, note=""),
        replace(report, client_at=NOON + timedelta(milliseconds=1)),
    ]


def test_an_id_that_comes_again_with_another_content_is_told_from_a_repetition(database: Database) -> None:
    _, incident, _ = in_incident(database)
    report = a_report(incident, ZONE)
    with database.transaction() as c:
        added(c, incident.site_id, report, None)
        for changed in changed_in_one_way(report):
            assert not added(c, incident.site_id, changed, None)
            assert not Kept(changed, None).repeats(kept(c, incident.site_id, report))
        assert Kept(later(report, 9), None).repeats(kept(c, incident.site_id, report))
        assert list_status_reports(c, incident.id) == [report]


def test_the_id_of_somebody_elses_report_is_told_from_ones_own(database: Database) -> None:
    _, incident, _ = in_incident(database)
    report = a_report(incident, ZONE)
    with database.transaction() as c:
        ann, bob = add_person(c, "Ann"), add_person(c, "Bob")
        added(c, incident.site_id, report, ann)
        assert added(c, incident.site_id, report, ann) is False
        assert kept(c, incident.site_id, report) == Kept(report, ann)
        assert not Kept(report, bob).repeats(kept(c, incident.site_id, report))


MOMENTS = st.integers(0, 3).map(lambda s: NOON + timedelta(seconds=s))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.tuples(MOMENTS, MOMENTS, st.booleans()), min_size=1, max_size=8))
def test_the_database_and_the_domain_agree_which_reports_count(
    database: Database, moments: list[tuple[datetime, datetime, bool]]
) -> None:
    zones = uuid4(), uuid4()
    with database.transaction() as c:
        site = a_site(uuid4().hex)
        add_site(c, site)
        incident = an_incident(site)
        add_incident(c, incident)
        reports = [
            replace(a_report(incident, zones[other]), client_at=client_at, received_at=received_at)
            for client_at, received_at, other in moments
        ]
        add_status_reports(c, site.id, [Kept(report, None) for report in reports])
        found = find_in_force(c, {incident.id}, set(zones))
    assert found == {report.id for report in latest_reports(reports).values()}


def test_two_sites_may_use_the_same_id(database: Database) -> None:
    _, north, _ = in_incident(database, "north")
    _, south, _ = in_incident(database, "south")
    report = a_report(north, ZONE)
    with database.transaction() as c:
        assert added(c, north.site_id, report, None) is True
        assert added(c, south.site_id, replace(report, incident_id=south.id), None) is True


def test_of_the_same_report_sent_many_times_at_once_one_counts(database: Database) -> None:
    _, incident, _ = in_incident(database)
    report = a_report(incident, ZONE)
    together = Barrier(4)

    def send(n: int) -> bool:
        together.wait(timeout=30)
        with database.transaction() as c:
            return added(c, incident.site_id, later(report, n), None)

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    with database.snapshot() as c:
        assert len(list_status_reports(c, incident.id)) == 1
    assert answers == [False, False, False, True]


def test_fewer_people_than_none_and_texts_that_cannot_be_kept_are_refused(database: Database) -> None:
    _, incident, _ = in_incident(database)
    report = a_report(incident, ZONE)
    impossible = {
        "adults_not_negative": replace(report, adults=-1),
        "students_not_negative": replace(report, students=-1),
        "injured_not_negative": replace(report, injured=-1),
        "out of range": replace(report, adults=2**31),
        "NUL": replace(report, note="OK\x00"),
        "half a character": replace(report, note="\ud83d"),
    }
    for words, wrong in impossible.items():
        with pytest.raises(InvalidInput, match=words), database.transaction() as c:
            added(c, incident.site_id, wrong, None)


def test_a_report_to_an_incident_that_is_not_there_is_refused(database: Database) -> None:
    _, incident, _ = in_incident(database)
    lost = replace(incident, id=uuid4())
    with pytest.raises(NotFound), database.transaction() as c:
        added(c, incident.site_id, a_report(lost, ZONE), None)


def test_a_closure_is_in_force_until_it_is_lifted(database: Database) -> None:
    site, _ = found(database)
    first, second = a_closure(uuid4()), replace(a_closure(uuid4()), since_at=NOON + timedelta(minutes=1))
    with database.transaction() as c:
        assert add_closure(c, site.id, second, None) is True
        assert add_closure(c, site.id, first, None) is True
        assert add_closure(c, site.id, replace(first, since_at=NOON + timedelta(hours=1)), None) is False
        assert list_closures(c, site.id) == [first, second]
        assert lift_closure(c, site.id, first.id, NOON) is True
        assert lift_closure(c, site.id, first.id, NOON) is False
        assert list_closures(c, site.id) == [second]


def test_a_closure_of_another_site_cannot_be_lifted(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    closure = a_closure(uuid4())
    with database.transaction() as c:
        add_closure(c, north.id, closure, None)
        with pytest.raises(NotFound):
            lift_closure(c, south.id, closure.id, NOON)
        assert list_closures(c, north.id) == [closure]
    with pytest.raises(NotFound), database.transaction() as c:
        add_closure(c, uuid4(), closure, None)


def test_directives_are_listed_as_they_were_given_and_the_latest_of_each_scope_is_in_force(database: Database) -> None:
    site, incident, _ = in_incident(database)
    gym, lab = sorted([uuid4(), uuid4()])
    hold = a_directive(incident, "hold")
    lockdown = a_directive(incident, "lockdown", minutes=2)
    evacuate = a_directive(incident, "evacuate", gym, minutes=1)
    shelter = a_directive(incident, "shelter", lab, minutes=3)
    secure = a_directive(incident, "secure", lab, minutes=1)
    with database.transaction() as c:
        for directive in (lockdown, hold, evacuate, shelter, secure):
            assert add_directive(c, site.id, directive) is True
        assert in_force(list_directives(c, incident.id)) == [lockdown, evacuate, shelter]
        assert add_directive(c, site.id, hold) is False


def test_a_directive_is_given_inside_an_incident_of_its_site(database: Database) -> None:
    _, incident, _ = in_incident(database, "north")
    south, _ = found(database, "south")
    with pytest.raises(NotFound), database.transaction() as c:
        add_directive(c, south.id, a_directive(incident, "hold"))


def test_reports_are_read_with_who_gave_them(database: Database) -> None:
    _, incident, _ = in_incident(database)
    with database.transaction() as c:
        ann, bob = add_person(c, "Ann"), add_person(c, "Bob")
        mine, theirs = a_report(incident, ZONE), a_report(incident, ZONE, Status.HELP)
        added(c, incident.site_id, mine, ann)
        added(c, incident.site_id, theirs, bob)
        given_by = list_kept_reports(c, incident.id)
    assert sorted(given_by, key=lambda one: one.report.id) == sorted(
        [Kept(mine, ann), Kept(theirs, bob)], key=lambda one: one.report.id
    )


def test_a_report_names_a_zone_even_when_no_floorplan_has_it_any_more(database: Database) -> None:
    _, incident, _ = in_incident(database)
    gone = UUID(int=7)
    with database.transaction() as c:
        added(c, incident.site_id, a_report(incident, gone), None)
        assert [report.zone_id for report in list_status_reports(c, incident.id)] == [gone]
