"""What people in their zones say.

Reports that come at once are written in one transaction, because each transaction on a site waits for the one before it:
the site's row counts events and audit. Each has its own receipt or refusal, and nobody is told that a report was taken
before it is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from uuid import UUID

from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput, NotAllowed, NotFound, Unavailable
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import (
    CALLS,
    RESPONDER_STATUSES,
    Incident,
    IncidentState,
    Particulars,
    Status,
    StatusReport,
)
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission
from geo_server.services.access import Principal
from geo_server.services.changes import Change, record_changes
from geo_server.services.gathering import Gathering
from geo_server.store import reports as rows
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import present_zones
from geo_server.store.incidents import find_open_incident, list_incidents, load_incident
from geo_server.store.reports import Kept

APART_S = 0.02
"""Between two transactions of reports on a site: what a rush adds to the wait of each, and what makes the rush cheap."""

LATE_FOR = timedelta(hours=1)
"""After an incident was closed: so long a call for help that names none is taken to be of it."""

LATE = "This came after the incident was closed. It is kept, and those who lead can see it, but nobody may be looking any more."
LATE_ADVICE = "Call 911 if you need help."


@dataclass(frozen=True, slots=True)
class NewStatusReport(Particulars):
    """What one person says of one zone.

    Args:
        id: Made by the client.
        client_at: The client's clock.
        incident_id: The incident that the client was shown; None is the latest. A report that waited on a phone must not
            count in another incident than the one it was given for.
    """

    id: UUID
    zone_id: UUID
    status: Status
    client_at: datetime
    incident_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a status report.

    Args:
        report: As it was recorded.
        new: False when the same had been recorded before.
        in_force: It is the one that counts for its zone; False when one that was given later has been recorded.
        late: It came after its incident had been closed, so that nobody may be looking any more.
    """

    report: StatusReport
    new: bool
    in_force: bool
    late: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A report, and who gives it."""

    said: NewStatusReport
    by: Principal


class StatusReports:
    """Takes the reports of all sites of a process. Lives in one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathering: Gathering[tuple[Site, Told], Receipt] = Gathering(self._record, apart_s=APART_S)

    async def add(self, site: Site, said: NewStatusReport, *, by: Principal) -> Receipt:
        """Record a status report.

        Reports are taken until the incident is closed, so after the all-clear too; a call for help even then, as a late one:
        of the incident that it names, or within :data:`LATE_FOR` of the closing, of the one that was opened last. A repetition is welcome even later, and
        has the receipt of the first one. A report is corrected by another one.

        Raises:
            InvalidInput: ``unreported``, which is what silence means and nobody can say.
            NotAllowed: A status that responders alone may give.
            NotFound: No such zone on the published map, or no such incident.
            Conflict: Nothing to report to, or the id is taken by another report.
            Unavailable: The database is down; whether it was recorded, sending it again tells.
        """
        return await self._gathering.ask(site.id, (site, Told(said, by)))

    def _record(self, asked: Sequence[tuple[Site, Told]]) -> Sequence[Receipt | Exception]:
        """Record reports on one site together; when one of them breaks that, each by itself."""
        site, _ = asked[0]
        try:
            with self._database.transaction(site.id) as c:
                return record_status_reports(c, site, [told for _, told in asked])
        except Unavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - it is the answer of whoever it belongs to
            return [fault] if len(asked) == 1 else [one for alone in asked for one in self._record([alone])]


def record_status_report(c: Connection, site: Site, said: NewStatusReport, *, by: Principal) -> Receipt:
    """:meth:`StatusReports.add` within a transaction."""
    receipt = record_status_reports(c, site, [Told(said, by)])[0]
    if isinstance(receipt, GeoServerError):
        raise receipt
    return receipt


def record_status_reports(c: Connection, site: Site, told: Sequence[Told]) -> list[Receipt | GeoServerError]:
    """Record reports within a transaction; the receipt or the refusal of each. One that is refused leaves nothing.

    Raises:
        InvalidInput: A value of one of them cannot be kept; none is recorded.
    """
    judge = _Judge(c, site, told)
    judged = [judge.judge(one) for one in told]
    fresh: dict[UUID, Kept] = {}
    for one in judged:
        if isinstance(one, Kept) and one.report.id not in judge.known:
            fresh.setdefault(one.report.id, one)
    added = rows.add_status_reports(c, site.id, list(fresh.values())) if fresh else set()
    kept = {**judge.known, **fresh}
    if len(added) < len(fresh):  # another process was quicker
        kept |= rows.find_status_reports(c, site.id, fresh.keys() - added)
    reports = [one.report for one in kept.values()]
    counting = rows.find_in_force(c, {one.incident_id for one in reports}, {one.zone_id for one in reports})

    def receipt(one: Kept | GeoServerError) -> Receipt | GeoServerError:
        if isinstance(one, GeoServerError):
            return one
        found = kept[one.report.id]
        if not one.repeats(found):
            return _taken(one)
        return Receipt(found.report, found is one, one.report.id in counting, judge.is_late(found.report))

    receipts = [receipt(one) for one in judged]
    _tell(
        c, site, [(one, by.by) for one, by in zip(receipts, told, strict=True) if isinstance(one, Receipt) and one.new]
    )
    return receipts


def _tell(c: Connection, site: Site, new: Sequence[tuple[Receipt, Principal]]) -> None:
    changes = [Change(one.report.id, _said(one), by) for one, by in new]
    if changes:
        record_changes(c, site, EventKind.STATUS_REPORTED, changes)


def _said(one: Receipt) -> dict[str, object]:
    late = {"late": True, "incident_id": str(one.report.incident_id)} if one.late else {}
    return {"zone_id": str(one.report.zone_id), "status": one.report.status, **late}


class _Judge:
    """What reports are held against: the incidents and zones that they name, and the reports on record with their ids."""

    def __init__(self, c: Connection, site: Site, told: Sequence[Told]) -> None:
        self._c, self._site = c, site
        self._incidents = {name: _find_incident(c, site, name) for name in {one.said.incident_id for one in told}}
        self._zones = present_zones(c, site.id, {one.said.zone_id for one in told})
        self.known: Mapping[UUID, Kept] = rows.find_status_reports(c, site.id, {one.said.id for one in told})

    def judge(self, told: Told) -> Kept | GeoServerError:
        """A report as it is to be recorded, or why it is not."""
        said, by = told.said, told.by
        if said.status is Status.UNREPORTED:
            what = "A zone is unreported by itself; nobody reports that."
            return InvalidInput(what, where="status", advice="Say ok, or what is needed.")
        if said.status in RESPONDER_STATUSES and not by.may(self._site.id, Permission.MANAGE_INCIDENT):
            what = f"Only responders may report {said.status}."
            return NotAllowed(what, where="status", advice="Say ok, or what is needed.")
        incident = self._incidents[said.incident_id]
        if isinstance(incident, GeoServerError):
            return incident
        if said.id not in self.known:
            if incident.state is IncidentState.CLOSED and not _is_late_call(said, incident):
                return _nothing_open()
            if said.zone_id not in self._zones:
                what = f"The published map has no zone {said.zone_id}."
                return NotFound(what, where="zone_id", advice="See the list of zones.")
        return Kept(_report(said, incident), by.person_id)

    def is_late(self, report: StatusReport) -> bool:
        """Whether a report on record came after its incident had been closed."""
        known = (one for one in self._incidents.values() if isinstance(one, Incident))
        incident = next((one for one in known if one.id == report.incident_id), None)
        closed_at = (incident or load_incident(self._c, self._site.id, report.incident_id)).closed_at
        return closed_at is not None and report.received_at > closed_at


def _is_late_call(said: NewStatusReport, closed: Incident) -> bool:
    named = said.incident_id is not None
    recent = closed.closed_at is not None and datetime.now(UTC) - closed.closed_at <= LATE_FOR
    return said.status in CALLS and (named or recent)


def _report(said: NewStatusReport, incident: Incident) -> StatusReport:
    taken = {one.name: getattr(said, one.name) for one in fields(said)}
    return StatusReport(**{**taken, "incident_id": incident.id, "received_at": datetime.now(UTC)})


def _find_incident(c: Connection, site: Site, named: UUID | None) -> Incident | GeoServerError:
    """The incident that is named, else the open one, else the one that was opened last."""
    if named is not None:
        try:
            return load_incident(c, site.id, named)
        except NotFound as refusal:
            return refusal
    return find_open_incident(c, site.id) or next(iter(list_incidents(c, site.id)), None) or _nothing_open()


def _nothing_open() -> Conflict:
    return Conflict("No incident is open on this site.", advice="Report what was seen first; that opens one.")


def _taken(one: Kept) -> Conflict:
    return Conflict(
        f"The status report id {one.report.id} is taken by another status report.",
        where="id",
        advice="Make a new random UUID for each new one, and send it again only with the same content.",
    )
