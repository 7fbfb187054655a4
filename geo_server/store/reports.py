"""What people say and order: sightings, closures, status reports and directives.

Their ids are made by clients: the same one sent again is not counted twice (see :func:`insert_once`). They are never
changed; a closure is lifted, a directive is followed by another one.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, update

from geo_server.domain.errors import NotFound
from geo_server.domain.frame import SiteFrame
from geo_server.domain.incidents import Closure, ClosureReason, Directive, Sighting, Status, StatusReport
from geo_server.store.conflicts import insert_once, refusing
from geo_server.store.geometry import decode, encode
from geo_server.store.tables import closures, directives, incidents, sightings, status_reports


def add_sighting(c: Connection, sighting: Sighting, threat_id: UUID, frame: SiteFrame, by: UUID | None) -> bool:
    """Add an observation of a threat.

    Args:
        c: A connection inside a transaction.
        sighting: What was seen.
        threat_id: The track that it belongs to, of the same incident.
        frame: Frame of the site.
        by: A person's id; None is the operator at the command line, or a system.

    Returns:
        False when the same was there already, in whichever incident.

    Raises:
        Conflict: The id is taken by another sighting.
        NotFound: There is no such incident, or its site has no such level or threat.
    """
    stood = sighting.reporter_point
    said = {
        "site_id": _site_of(c, sighting.incident_id),
        "id": sighting.id,
        "level_id": sighting.level_id,
        "geom": encode(sighting.point, frame),
        "radius_m": sighting.radius_m,
        "seen_at": sighting.seen_at,
        "confidence": sighting.confidence,
        "source": sighting.source,
        "reporter_geom": None if stood is None else encode(stood, frame),
        "reported_by": by,
    }
    noted = {"incident_id": sighting.incident_id, "threat_id": threat_id}
    no_level = NotFound(f"The site has no level {sighting.level_id}.", where="ordinal")
    no_threat = NotFound(f"The site has no threat {threat_id}.", where="threat_id")
    with (
        refusing("fk_sightings_site_id_level_id_levels", no_level),
        refusing("fk_sightings_site_id_threat_id_threats", no_threat),
    ):
        return insert_once(c, sightings, said, noted, "sighting")


def find_sighting_threat(c: Connection, site_id: UUID, sighting_id: UUID) -> tuple[UUID, UUID] | None:
    """The incident and the threat that a sighting was recorded for, or None when the site has no such sighting."""
    statement = select(sightings.c.incident_id, sightings.c.threat_id)
    row = c.execute(statement.where(sightings.c.site_id == site_id, sightings.c.id == sighting_id)).one_or_none()
    return None if row is None else (row.incident_id, row.threat_id)


def list_sightings(c: Connection, incident_id: UUID, frame: SiteFrame) -> list[Sighting]:
    """The sightings of an incident, in site metres, earliest first."""
    statement = select(sightings).where(sightings.c.incident_id == incident_id)
    rows = c.execute(statement.order_by(sightings.c.seen_at, sightings.c.received_at)).mappings()
    return [_sighting(row, frame) for row in rows]


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


def lift_closure(c: Connection, site_id: UUID, closure_id: UUID, at: datetime) -> None:
    """Open a way again; a closure that was lifted keeps the moment of the first time.

    Raises:
        NotFound: The site has no such closure.
    """
    where = (closures.c.site_id == site_id) & (closures.c.id == closure_id)
    if c.execute(select(closures.c.id).where(where)).one_or_none() is None:
        raise NotFound(f"The site has no closure {closure_id}.", where="closure_id", advice="It may be open again.")
    c.execute(update(closures).where(where, closures.c.lifted_at.is_(None)).values(lifted_at=at))


def list_closures(c: Connection, site_id: UUID) -> list[Closure]:
    """The closures of a site that are in force, earliest first."""
    statement = select(closures).where(closures.c.site_id == site_id, closures.c.lifted_at.is_(None))
    rows = c.execute(statement.order_by(closures.c.since_at, closures.c.id)).mappings()
    return [
        Closure(row["id"], row["subject_id"], ClosureReason(row["reason"]), row["source"], row["since_at"])
        for row in rows
    ]


def add_status_report(c: Connection, report: StatusReport, by: UUID | None) -> bool:
    """Add what one person says of one zone.

    Args:
        c: A connection inside a transaction.
        report: The report.
        by: A person's id; None is the operator at the command line.

    Returns:
        False when the same was there already, in whichever incident and whenever it arrived.

    Raises:
        Conflict: The id is taken by another report.
        NotFound: There is no such incident.
    """
    said = {
        "site_id": _site_of(c, report.incident_id),
        "id": report.id,
        "zone_id": report.zone_id,
        "status": report.status.value,
        "client_at": report.client_at,
        "adults": report.adults,
        "students": report.students,
        "injured": report.injured,
        "note": report.note,
        "reported_by": by,
    }
    noted = {"incident_id": report.incident_id, "received_at": report.received_at}
    return insert_once(c, status_reports, said, noted, "status report")


def list_status_reports(c: Connection, incident_id: UUID, *, by: UUID | None = None) -> list[StatusReport]:
    """The status reports of an incident, in the order in which they arrived.

    Args:
        c: A connection inside a transaction.
        incident_id: The incident.
        by: Only those of this person; None is all.
    """
    statement = select(status_reports).where(status_reports.c.incident_id == incident_id)
    if by is not None:
        statement = statement.where(status_reports.c.reported_by == by)
    rows = c.execute(statement.order_by(status_reports.c.received_at, status_reports.c.id)).mappings()
    return [_status_report(row) for row in rows]


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
    """The directives of an incident that are in force: the latest for the whole site, and the latest for each zone.

    The one for the whole site comes first. Which of the two counts for a zone is for the protocol to say.
    """
    statement = select(directives).where(directives.c.incident_id == incident_id)
    rows = c.execute(statement.order_by(directives.c.given_at, directives.c.id)).mappings()
    latest = {row["zone_id"]: _directive(row) for row in rows}
    return sorted(latest.values(), key=lambda directive: (directive.zone_id is not None, str(directive.zone_id)))


def _site_of(c: Connection, incident_id: UUID) -> UUID:
    site_id: UUID | None = c.scalar(select(incidents.c.site_id).where(incidents.c.id == incident_id))
    if site_id is None:
        raise NotFound(f"There is no incident {incident_id}.")
    return site_id


def _sighting(row: RowMapping, frame: SiteFrame) -> Sighting:
    stood = row["reporter_geom"]
    return Sighting(
        id=row["id"],
        incident_id=row["incident_id"],
        level_id=row["level_id"],
        point=decode(row["geom"], frame),
        radius_m=row["radius_m"],
        seen_at=row["seen_at"],
        confidence=row["confidence"],
        source=row["source"],
        reporter_point=None if stood is None else decode(stood, frame),
    )


def _status_report(row: RowMapping) -> StatusReport:
    return StatusReport(
        id=row["id"],
        incident_id=row["incident_id"],
        zone_id=row["zone_id"],
        status=Status(row["status"]),
        client_at=row["client_at"],
        received_at=row["received_at"],
        adults=row["adults"],
        students=row["students"],
        injured=row["injured"],
        note=row["note"],
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
