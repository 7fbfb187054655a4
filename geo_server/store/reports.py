"""What people say and order: closures, status reports and directives.

Their ids are made by clients: the same one sent again is not counted twice (see :func:`insert_once`). They are never
changed; a closure is lifted, a directive is followed by another one, which may be that it no longer holds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from geo_server.domain.errors import NotFound
from geo_server.domain.incidents import Closure, ClosureReason, Directive, MissingPerson, Status, StatusReport
from geo_server.store.conflicts import insert_once, refusing, refusing_bad_values
from geo_server.store.lists import is_one_of
from geo_server.store.tables import closures, directives, incidents, status_reports


def add_closure(c: Connection, site_id: UUID, closure: Closure, by: UUID | None) -> bool:
    """Shut a way; returns False when the same was said already.

    Raises:
        Conflict: The id is taken by another closure.
        NotFound: There is no such site.
    """
    said = {
        "site_id": site_id,
        "id": closure.id,
        "subject_id": closure.subject_id,
        "reason": closure.reason.value,
        "source": closure.source,
        "reported_by": by,
    }
    with refusing("fk_closures_site_id_sites", NotFound(f"There is no site {site_id}.")):
        return insert_once(c, closures, said, {"since_at": closure.since_at}, "closure")


def lift_closure(c: Connection, site_id: UUID, closure_id: UUID, at: datetime) -> bool:
    """Open a way again; returns False when it was open again already, since the moment of the first time.

    Raises:
        NotFound: The site has no such closure.
    """
    where = (closures.c.site_id == site_id) & (closures.c.id == closure_id)
    lift = update(closures).where(where, closures.c.lifted_at.is_(None)).values(lifted_at=at)
    if c.execute(lift.returning(closures.c.id)).one_or_none() is not None:
        return True
    if c.execute(select(closures.c.id).where(where)).one_or_none() is None:
        raise NotFound(
            f"The site has no closure {closure_id}.", where="closure_id", advice="The picture lists those in force."
        )
    return False


def list_closures(c: Connection, site_id: UUID, *, at: datetime | None = None) -> list[Closure]:
    """The closures of a site that are in force, or with ``at`` were at that moment, earliest first."""
    in_force: ColumnElement[bool] = closures.c.lifted_at.is_(None)
    if at is not None:
        in_force = (closures.c.since_at <= at) & (in_force | (closures.c.lifted_at > at))
    statement = select(closures).where(closures.c.site_id == site_id, in_force)
    rows = c.execute(statement.order_by(closures.c.since_at, closures.c.id)).mappings()
    return [
        Closure(row["id"], row["subject_id"], ClosureReason(row["reason"]), row["source"], row["since_at"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Kept:
    """A status report as it is on record, and whose it is: a person's id, or None for the operator at the command line."""

    report: StatusReport
    by: UUID | None

    def repeats(self, other: "Kept") -> bool:
        """Whether both say the same. When a report came, and to which incident, the server adds."""
        return replace(self.report, **_noted(other.report)) == other.report and self.by == other.by


def add_status_reports(c: Connection, site_id: UUID, said: Sequence[Kept]) -> set[UUID]:
    """Add what people say of their zones.

    Args:
        c: A connection inside a transaction.
        site_id: Site of their incidents.
        said: At least one, each with an id of its own.

    Returns:
        The ids of those that are new; the others were there already, in whichever incident and whenever they arrived.

    Raises:
        InvalidInput: A value cannot be.
        NotFound: The site has no such incident.
    """
    in_order = sorted(said, key=lambda one: one.report.id)  # two who add the same ones must not wait for each other
    values = [_values(site_id, one) for one in in_order]
    statement = insert(status_reports).on_conflict_do_nothing(index_elements=["site_id", "id"])
    nothing = NotFound("The site has no such incident.")
    with (
        refusing("fk_status_reports_site_id_incident_id_incidents", nothing),
        refusing_bad_values("status report", "Correct the value and send it again."),
    ):
        return set(c.scalars(statement.returning(status_reports.c.id), values))


def find_status_reports(c: Connection, site_id: UUID, ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Those of some status reports that are on record, by their ids."""
    of_site = status_reports.c.site_id == site_id
    rows = c.execute(select(status_reports).where(of_site, is_one_of(status_reports.c.id, ids))).mappings()
    return {row["id"]: _kept(row) for row in rows}


def find_in_force(c: Connection, incident_ids: Collection[UUID], zone_ids: Collection[UUID]) -> set[UUID]:
    """The ids of the reports that count for some zones in some incidents.

    It is the rule of :func:`geo_server.domain.accountability.latest_reports`, where the reports are, because of a zone
    there may be many.
    """
    of, given_at = status_reports.c, func.least(status_reports.c.client_at, status_reports.c.received_at)
    latest_first = [given_at.desc(), of.received_at.desc(), of.id.desc()]
    rank = func.row_number().over(partition_by=[of.incident_id, of.zone_id], order_by=latest_first)
    ranked = (
        select(of.id, rank.label("rank"))
        .where(is_one_of(of.incident_id, incident_ids), is_one_of(of.zone_id, zone_ids))
        .subquery()
    )
    return set(c.scalars(select(ranked.c.id).where(ranked.c.rank == 1)))


def list_status_reports(c: Connection, incident_id: UUID) -> list[StatusReport]:
    """The status reports of an incident, in the order in which they arrived."""
    return [kept.report for kept in list_kept_reports(c, incident_id)]


def list_kept_reports(c: Connection, incident_id: UUID) -> list[Kept]:
    """:func:`list_status_reports` with whose each is."""
    statement = select(status_reports).where(status_reports.c.incident_id == incident_id)
    rows = c.execute(statement.order_by(status_reports.c.received_at, status_reports.c.id)).mappings()
    return [_kept(row) for row in rows]


def list_late_calls(c: Connection, site_id: UUID, since: datetime, closed_since: datetime) -> list[StatusReport]:
    """The status reports of a site that came after their incident had been closed, since a moment, the latest first.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        since: When they came.
        closed_since: When their incident was closed: the reports of those from before are not looked through.
    """
    of, late = status_reports.c, status_reports.c.received_at > incidents.c.closed_at
    joined = status_reports.join(incidents, incidents.c.id == of.incident_id)
    closed = incidents.c.site_id == site_id, incidents.c.closed_at >= closed_since
    statement = select(status_reports).select_from(joined).where(*closed, of.received_at >= since, late)
    rows = c.execute(statement.order_by(of.received_at.desc(), of.id)).mappings()
    return [_kept(row).report for row in rows]


def add_directive(c: Connection, site_id: UUID, directive: Directive) -> bool:
    """Add an order of a person; returns False when the same was given already.

    Raises:
        Conflict: The id is taken by another directive.
        NotFound: The site has no such incident.
    """
    said = {
        "site_id": site_id,
        "id": directive.id,
        "incident_id": directive.incident_id,
        "zone_id": directive.zone_id,
        "action": directive.action,
        "given_by": directive.given_by,
        "reason": directive.reason,
    }
    nothing = NotFound(f"The site has no incident {directive.incident_id}.")
    with refusing("fk_directives_site_id_incident_id_incidents", nothing):
        return insert_once(c, directives, said, {"given_at": directive.given_at}, "directive")


def list_directives(c: Connection, incident_id: UUID) -> list[Directive]:
    """All directives of an incident, earliest first, those that took another back too."""
    statement = select(directives).where(directives.c.incident_id == incident_id)
    rows = c.execute(statement.order_by(directives.c.given_at, directives.c.id)).mappings()
    return [_directive(row) for row in rows]


def _noted(report: StatusReport) -> dict[str, Any]:
    return {"incident_id": report.incident_id, "received_at": report.received_at}


def _values(site_id: UUID, said: Kept) -> dict[str, Any]:
    """Columns of a report: its fields, and people by name as JSON."""
    report = said.report
    columns = {one.name: getattr(report, one.name) for one in fields(report)}
    missing = None if report.missing is None else [_missing_values(person) for person in report.missing]
    extra = None if report.extra is None else list(report.extra)
    return {**columns, "missing": missing, "extra": extra, "site_id": site_id, "reported_by": said.by}


def _kept(row: RowMapping) -> Kept:
    return Kept(_status_report(row), row["reported_by"])


def _status_report(row: RowMapping) -> StatusReport:
    said = {one.name: row[one.name] for one in fields(StatusReport)}
    missing = None if row["missing"] is None else tuple(_missing_person(one) for one in row["missing"])
    extra = None if row["extra"] is None else tuple(row["extra"])
    return StatusReport(**{**said, "status": Status(row["status"]), "missing": missing, "extra": extra})


def _missing_values(person: MissingPerson) -> dict[str, str | None]:
    zone_id, at = person.last_seen_zone_id, person.last_seen_at
    return {
        "name": person.name,
        "last_seen_zone_id": str(zone_id) if zone_id else None,
        "last_seen_at": at.astimezone(UTC).isoformat() if at else None,
    }


def _missing_person(said: Mapping[str, str | None]) -> MissingPerson:
    zone_id, at = said["last_seen_zone_id"], said["last_seen_at"]
    return MissingPerson(
        said["name"] or "", UUID(zone_id) if zone_id else None, datetime.fromisoformat(at) if at else None
    )


def _directive(row: RowMapping) -> Directive:
    return Directive(
        id=row["id"],
        incident_id=row["incident_id"],
        action=row["action"],
        zone_id=row["zone_id"],
        given_at=row["given_at"],
        given_by=row["given_by"],
        reason=row["reason"],
    )
