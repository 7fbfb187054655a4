from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from geo_server.domain.conflicts import Decision, ProtocolConflict, Settlement
from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident, IncidentState
from geo_server.store.database import Connection, Database
from geo_server.store.events import record_event
from geo_server.store.incidents import (
    add_conflict,
    add_incident,
    find_current_incident,
    find_open_incident,
    list_conflicts,
    list_incidents,
    load_conflict,
    load_incident,
    set_incident_state,
    settle_conflict,
)
from geo_server.store.reports import Kept, add_status_reports
from geo_server.store.threats import add_sighting, add_threat
from tests.store.samples import NOON, a_report, a_sighting, an_incident, found, in_incident


def test_an_incident_is_read_as_it_was_written(database: Database) -> None:
    site, _ = found(database)
    incident = an_incident(site)
    with database.transaction() as c:
        assert find_open_incident(c, site.id) is None
        add_incident(c, incident)
        assert find_open_incident(c, site.id) == find_open_incident(c, site.id, lock=True) == incident
        assert load_incident(c, site.id, incident.id) == load_incident(c, site.id, incident.id, lock=True) == incident


def test_one_incident_is_open_on_a_site_and_others_on_other_sites(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        add_incident(c, an_incident(north))
        add_incident(c, an_incident(south))
    with pytest.raises(Conflict, match="open"), database.transaction() as c:
        add_incident(c, an_incident(north))
    with pytest.raises(NotFound), database.transaction() as c:
        add_incident(c, replace(an_incident(north), site_id=uuid4()))


def wait_until_someone_waits(c: Connection) -> None:
    """Returns once another transaction of this database waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(20_000):
        if c.scalar(waiting):
            return
        c.execute(text("SELECT pg_stat_clear_snapshot()"))
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("other", ["opens another", "reopens the last"])
def test_of_two_who_open_an_incident_at_once_one_does_and_neither_waits_for_ever(
    database: Database, other: str
) -> None:
    site, _ = found(database)
    last = an_incident(site)
    with database.transaction() as c:
        add_incident(c, last)
        set_incident_state(c, last.id, IncidentState.ALL_CLEAR, NOON)

    def open_another() -> None:
        with database.transaction() as c:
            if other == "opens another":
                add_incident(c, an_incident(site))
            else:
                set_incident_state(c, last.id, IncidentState.OPEN, NOON)
            record_event(c, site.id, EventKind.INCIDENT_OPENED, {})

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as c:
            record_event(c, site.id, EventKind.SIGHTING_ADDED, {})
            second = pool.submit(open_another)
            wait_until_someone_waits(c)
            add_incident(c, an_incident(site))
        with pytest.raises(Conflict, match="open"):
            second.result()


def test_after_the_all_clear_another_may_open_and_the_first_cannot_be_reopened_beside_it(database: Database) -> None:
    site, _ = found(database)
    first, second = an_incident(site), an_incident(site, minutes=30)
    with database.transaction() as c:
        add_incident(c, first)
        set_incident_state(c, first.id, IncidentState.ALL_CLEAR, NOON)
        add_incident(c, second)
        assert [incident.id for incident in list_incidents(c, site.id)] == [second.id, first.id]
    with pytest.raises(Conflict, match="open"), database.transaction() as c:
        set_incident_state(c, first.id, IncidentState.OPEN, NOON)


def test_a_closed_incident_keeps_when_and_stays_closed(database: Database) -> None:
    site, _ = found(database)
    incident, end = an_incident(site), NOON + timedelta(hours=1)
    with database.transaction() as c:
        add_incident(c, incident)
        with pytest.raises(Conflict, match="cannot become closed"):
            set_incident_state(c, incident.id, IncidentState.CLOSED, end)
        set_incident_state(c, incident.id, IncidentState.ALL_CLEAR, end)
        set_incident_state(c, incident.id, IncidentState.CLOSED, end)
        assert load_incident(c, site.id, incident.id) == replace(
            incident, state=IncidentState.CLOSED, closed_at=end, cleared_at=end
        )
        with pytest.raises(Conflict, match="is closed"):
            set_incident_state(c, incident.id, IncidentState.OPEN, end)


def test_an_incident_of_another_site_is_not_found(database: Database) -> None:
    _, incident, _ = in_incident(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        with pytest.raises(NotFound):
            load_incident(c, south.id, incident.id)
        with pytest.raises(NotFound):
            set_incident_state(c, uuid4(), IncidentState.ALL_CLEAR, NOON)


def test_what_a_witness_says_does_not_wait_for_a_plan_that_is_being_made(database: Database) -> None:
    site, incident, threat = in_incident(database)
    with database.transaction() as planning:
        load_incident(planning, site.id, incident.id, lock=True)
        with database.transaction() as witness:
            witness.execute(text("SET LOCAL lock_timeout = '2s'"))
            assert add_sighting(witness, a_sighting(incident, threat), site.frame)
            assert add_status_reports(witness, site.id, [Kept(a_report(incident, uuid4()), None)])
            add_threat(witness, incident.id, replace(threat, id=uuid4()), site.frame)


def test_two_plans_are_not_made_at_once(database: Database) -> None:
    site, incident, _ = in_incident(database)
    with database.transaction() as planning:
        load_incident(planning, site.id, incident.id, lock=True)
        with database.transaction() as other:
            skipped = other.execute(
                text("SELECT id FROM incidents WHERE id = :id FOR NO KEY UPDATE SKIP LOCKED"), {"id": incident.id}
            )
            assert skipped.all() == []


def test_an_all_clear_is_current_until_it_is_closed_or_another_incident_follows(database: Database) -> None:
    site, _ = found(database)
    first, second = an_incident(site), an_incident(site, minutes=30)
    clear, close, end = IncidentState.ALL_CLEAR, IncidentState.CLOSED, NOON + timedelta(minutes=40)
    current = []
    changes: list[Callable[[Connection], None]] = [
        lambda c: add_incident(c, first),
        lambda c: set_incident_state(c, first.id, clear, NOON + timedelta(minutes=10)),
        lambda c: add_incident(c, second),
        lambda c: set_incident_state(c, second.id, clear, end),
        lambda c: set_incident_state(c, second.id, close, end),
    ]
    with database.transaction() as c:
        for change in changes:
            change(c)
            found_now = find_current_incident(c, site.id)
            current.append(found_now and (found_now.id, found_now.state))
    opened = IncidentState.OPEN
    assert current == [(first.id, opened), (first.id, clear), (second.id, opened), (second.id, clear), None]


def test_an_alarm_that_is_taken_up_again_is_current_and_has_no_all_clear(database: Database) -> None:
    site, _ = found(database)
    incident = an_incident(site)
    with database.transaction() as c:
        add_incident(c, incident)
        set_incident_state(c, incident.id, IncidentState.ALL_CLEAR, NOON)
        set_incident_state(c, incident.id, IncidentState.OPEN, NOON)
        assert find_current_incident(c, site.id) == incident


def a_conflict(incident: Incident, kind: str = "fire") -> ProtocolConflict:
    return ProtocolConflict(uuid4(), incident.id, kind, "evacuate", NOON)


def test_one_conflict_of_a_kind_waits_at_a_time_and_another_may_follow_once_it_is_settled(database: Database) -> None:
    site, incident, _ = in_incident(database)
    first, again, gas = a_conflict(incident), a_conflict(incident), a_conflict(incident, "gas")
    kept = Settlement(Decision.KEEP, NOON + timedelta(minutes=1), "Kim", "no smoke")
    with database.transaction() as c:
        assert [add_conflict(c, site.id, raised) for raised in (first, again, gas)] == [True, False, True]
        settle_conflict(c, first.id, kept)
        assert load_conflict(c, site.id, first.id) == replace(first, settlement=kept)
        assert add_conflict(c, site.id, again) is True
        assert list_conflicts(c, incident.id)[-1].id == first.id


def test_a_conflict_belongs_to_an_incident_of_its_site(database: Database) -> None:
    north, incident, _ = in_incident(database, "north")
    south, _ = found(database, "south")
    raised = a_conflict(incident)
    with pytest.raises(NotFound), database.transaction() as c:
        add_conflict(c, south.id, raised)
    with database.transaction() as c:
        add_conflict(c, north.id, raised)
        with pytest.raises(NotFound):
            load_conflict(c, south.id, raised.id)
