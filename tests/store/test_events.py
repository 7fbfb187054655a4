from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event as Signal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import DataError

from geo_server.domain.errors import NotFound
from geo_server.domain.events import EventKind
from geo_server.store.database import Database
from geo_server.store.events import find_last_event, forget_events, last_seq, list_events, oldest_seq, record_event
from geo_server.store.tables import events
from tests.store.samples import found

WRITERS, EACH = 4, 25


def record(database: Database, site_id: UUID, *, fails: bool = False) -> None:
    """Record one event in a transaction of its own, which may fail afterwards."""
    with suppress(DataError), database.transaction() as c:
        record_event(c, site_id, EventKind.STATUS_REPORTED, {})
        if fails:
            c.execute(text("SELECT 1 / 0"))


def test_events_are_numbered_from_one_on_each_site_and_read_as_they_were_recorded(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        assert (last_seq(c, north.id), oldest_seq(c, north.id)) == (0, 1)
        first = record_event(c, north.id, EventKind.INCIDENT_OPENED, {"incident_id": "x", "exercise": True})
        second = record_event(c, north.id, EventKind.PLAN_MADE, {"etag": None, "names": ["Größe"]})
        other = record_event(c, south.id, EventKind.PLAN_FAILED, {})
        assert [first.seq, second.seq, other.seq] == [1, 2, 1]
        assert list_events(c, north.id, 0) == [first, second]
        assert list_events(c, north.id, 1) == [second]
        assert list_events(c, north.id, 0, limit=1) == [first]
        assert (last_seq(c, north.id), oldest_seq(c, north.id)) == (2, 1)
    assert first.at <= second.at


def test_the_oldest_number_tells_a_client_whether_it_can_resume(database: Database) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        for _ in range(5):
            record_event(c, site.id, EventKind.PLAN_MADE, {})
        c.execute(delete(events).where(events.c.seq <= 3))
        assert oldest_seq(c, site.id) == 4
        c.execute(delete(events))
        assert oldest_seq(c, site.id) == 6


def test_events_from_before_a_moment_are_forgotten_and_the_numbers_go_on(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        for site in (north, south, north):
            record_event(c, site.id, EventKind.PLAN_MADE, {})
        last = list_events(c, north.id, 1)[0]
        assert forget_events(c, before=last.at) == 2
        assert list_events(c, north.id, 0) == [last]
        assert (oldest_seq(c, north.id), oldest_seq(c, south.id)) == (2, 2)
        assert record_event(c, south.id, EventKind.PLAN_MADE, {}).seq == 2


def test_the_latest_event_of_a_kind_is_found_for_its_incident_alone(database: Database) -> None:
    site, _ = found(database)
    mine, other = uuid4(), uuid4()
    with database.transaction() as c:
        told = [
            record_event(c, site.id, kind, {"incident_id": str(incident_id)})
            for kind, incident_id in (
                (EventKind.PLAN_FAILED, mine),
                (EventKind.PLAN_FAILED, mine),
                (EventKind.PLAN_MADE, mine),
                (EventKind.PLAN_FAILED, other),
            )
        ]
        assert find_last_event(c, site.id, EventKind.PLAN_FAILED, mine, after=0) == told[1]
        assert find_last_event(c, site.id, EventKind.PLAN_FAILED, mine, after=told[1].seq) is None


def test_a_site_that_is_not_there_has_no_events(database: Database) -> None:
    with database.transaction() as c:
        for ask in (last_seq, oldest_seq):
            with pytest.raises(NotFound):
                ask(c, uuid4())
        with pytest.raises(NotFound):
            record_event(c, uuid4(), EventKind.PLAN_MADE, {})


def test_a_transaction_that_fails_leaves_no_gap(database: Database) -> None:
    site, _ = found(database)
    for fails in (False, True, False):
        record(database, site.id, fails=fails)
    with database.snapshot() as c:
        assert [event.seq for event in list_events(c, site.id, 0)] == [1, 2]


def test_a_reader_who_resumes_sees_every_event_of_many_writers_once_and_in_order(database: Database) -> None:
    site, _ = found(database)
    written = Signal()

    def write(_: int) -> None:
        for n in range(EACH):
            record(database, site.id, fails=n % 5 == 4)

    def read() -> list[int]:
        seen: list[int] = []
        last_look = False
        while not last_look:
            last_look = written.is_set()
            with database.transaction() as c:
                seen += [event.seq for event in list_events(c, site.id, seen[-1] if seen else 0)]
        return seen

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read)
        try:
            for writer in [pool.submit(write, n) for n in range(WRITERS)]:
                writer.result()
        finally:
            written.set()
        seen = reader.result()
    assert seen == list(range(1, WRITERS * EACH * 4 // 5 + 1))
