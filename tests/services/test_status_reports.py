"""Reports that come at once: written together, answered one by one."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import event

from geo_server.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Status
from geo_server.domain.roles import Role
from geo_server.services.access import authenticate
from geo_server.services.incidents import open_incident
from geo_server.services.protocols import load_pack
from geo_server.services.status_reports import NewStatusReport, Receipt, StatusReports
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.events import last_seq, list_events
from geo_server.store.incidents import find_open_incident
from geo_server.store.reports import list_status_reports
from tests.campus import Campus, build_campus


def _said(campus: Campus, number: int = 0) -> NewStatusReport:
    zone = campus.rooms[number % len(campus.rooms)]
    return NewStatusReport(uuid4(), zone.id, Status.OK, datetime.now(UTC), adults=1, students=number)


def _send(database: Database, campus: Campus, said: list[NewStatusReport]) -> list[Receipt | BaseException]:
    """All at once, by one person."""
    by = authenticate(database, campus.tokens[Role.STAFF])

    async def scenario() -> list[Receipt | BaseException]:
        desk = StatusReports(database)
        return await asyncio.gather(*(desk.add(campus.site, one, by=by) for one in said), return_exceptions=True)

    return asyncio.run(scenario())


def _in_incident(database: Database) -> Campus:
    campus = build_campus(database)
    by = authenticate(database, campus.tokens[Role.COMMANDER])
    open_incident(database, load_pack(Path("nowhere")), campus.site, "fire", exercise=True, by=by)
    return campus


def test_each_of_many_at_once_has_its_own_answer_and_refused_ones_leave_nothing(database: Database) -> None:
    campus = _in_incident(database)
    good = [_said(campus, number) for number in range(60)]
    twice = good[7]
    refused = {
        Conflict: replace(good[8], students=99),
        InvalidInput: replace(_said(campus), status=Status.UNREPORTED),
        NotAllowed: replace(_said(campus), status=Status.CLEARED),
        NotFound: replace(_said(campus), zone_id=uuid4()),
    }
    with database.snapshot(campus.site.id) as c:
        before = last_seq(c, campus.site.id)

    answers = _send(database, campus, [*good, twice, *refused.values()])

    assert all(isinstance(one, Receipt) and one.new for one in answers[:60])
    repeated = answers[60]
    assert isinstance(repeated, Receipt)
    assert not repeated.new
    assert [type(one) for one in answers[61:]] == list(refused)
    with database.snapshot(campus.site.id) as c:
        incident = find_open_incident(c, campus.site.id)
        assert incident
        kept = list_status_reports(c, incident.id)
        told = list_events(c, campus.site.id, before)
        assert verify_audit(c, campus.site.id) is None
    assert sorted(one.id for one in kept) == sorted(one.id for one in good)
    assert Counter(one.kind for one in told) == {EventKind.STATUS_REPORTED: 60}
    assert [one.seq for one in told] == list(range(before + 1, before + 61))
    counting = Counter(one.report.zone_id for one in answers[:60] if isinstance(one, Receipt) and one.in_force)
    assert counting == {zone.id: 1 for zone in campus.rooms}, "of each room one counts"


def test_a_report_that_cannot_be_kept_takes_no_other_along(database: Database) -> None:
    campus = _in_incident(database)
    good = [_said(campus, number) for number in range(5)]

    answers = _send(database, campus, [good[0], replace(_said(campus), note="NUL\x00"), *good[1:]])

    assert isinstance(answers.pop(1), InvalidInput)
    assert all(isinstance(one, Receipt) and one.new for one in answers)
    with database.snapshot(campus.site.id) as c:
        assert verify_audit(c, campus.site.id) is None


def test_a_rush_of_reports_asks_the_database_no_more_often_than_a_few(database: Database) -> None:
    campus = _in_incident(database)
    asked: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    _send(database, campus, [_said(campus, number) for number in range(200)])

    assert len(asked) < 40, "not a statement for each of two hundred"
