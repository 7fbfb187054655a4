"""Incidents, and what is observed and ordered within them: threats, sightings, closures, status reports, directives.

The reports of people are told in :mod:`geo_server.store.reports`; its functions are offered here as well, so that
callers need one name for all that happens.

Lock order: an incident first, the site's row (its counters) next; whatever opens an incident holds the site's row
before it does, because two that open one at once wait for each other. The lock on an incident lets others add
sightings and reports to it meanwhile: what a witness says never waits for a plan.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, RowMapping, insert, select, update

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.frame import SiteFrame
from geo_server.domain.incidents import Incident, IncidentState, Threat, check_transition
from geo_server.store.conflicts import refusing
from geo_server.store.geometry import decode, encode
from geo_server.store.reports import (
    add_closure,
    add_directive,
    add_sighting,
    add_status_report,
    find_sighting_threat,
    lift_closure,
    list_closures,
    list_directives,
    list_sightings,
    list_status_reports,
)
from geo_server.store.tables import incidents, sites, threats

__all__ = [
    "add_closure",
    "add_directive",
    "add_incident",
    "add_sighting",
    "add_status_report",
    "add_threat",
    "find_current_incident",
    "find_open_incident",
    "find_sighting_threat",
    "lift_closure",
    "list_closures",
    "list_directives",
    "list_incidents",
    "list_sightings",
    "list_status_reports",
    "list_threats",
    "load_incident",
    "set_incident_state",
    "update_threat",
]


def add_incident(c: Connection, incident: Incident) -> None:
    """Add an incident; the site's row is locked until the transaction ends.

    Raises:
        Conflict: Another incident is open on the site, or the id is taken.
        NotFound: There is no such site.
    """
    _lock_site(c, incident.site_id)
    with (
        refusing("uq_incidents_open", _another_open()),
        refusing("pk_incidents", Conflict(f"The incident id {incident.id} is taken.", where="id")),
    ):
        c.execute(
            insert(incidents).values(
                id=incident.id,
                site_id=incident.site_id,
                kind=incident.kind,
                state=incident.state.value,
                exercise=incident.exercise,
                opened_at=incident.opened_at,
                closed_at=incident.closed_at,
            )
        )


def find_open_incident(c: Connection, site_id: UUID, *, lock: bool = False) -> Incident | None:
    """The open incident of a site, or None.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        lock: Hold it until the transaction ends, so that no two transactions plan or change it at once.
    """
    statement = select(incidents).where(incidents.c.site_id == site_id, incidents.c.state == IncidentState.OPEN.value)
    if lock:
        statement = statement.with_for_update(key_share=True)
    row = c.execute(statement).mappings().one_or_none()
    return None if row is None else _incident(row)


def find_current_incident(c: Connection, site_id: UUID) -> Incident | None:
    """The incident that people of a site are to know of: the open one, else the latest all-clear until it is closed.

    The all-clear has to reach whoever the alarm reached, also those who look only later.
    """
    current = incidents.c.state.in_([IncidentState.OPEN.value, IncidentState.ALL_CLEAR.value])
    open_first = (incidents.c.state == IncidentState.OPEN.value).desc()
    statement = select(incidents).where(incidents.c.site_id == site_id, current)
    row = c.execute(statement.order_by(open_first, incidents.c.opened_at.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _incident(row)


def load_incident(c: Connection, site_id: UUID, incident_id: UUID, *, lock: bool = False) -> Incident:
    """An incident of a site, whatever its state.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        incident_id: The incident.
        lock: Hold it until the transaction ends, so that no two transactions plan or change it at once.

    Raises:
        NotFound: The site has no such incident.
    """
    statement = select(incidents).where(incidents.c.site_id == site_id, incidents.c.id == incident_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    row = c.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(f"The site has no incident {incident_id}.", where="incident_id", advice="See the picture.")
    return _incident(row)


def set_incident_state(c: Connection, incident_id: UUID, state: IncidentState, at: datetime) -> None:
    """Take an incident to another state.

    Args:
        c: A connection inside a transaction.
        incident_id: The incident; it and the site's row are locked until the transaction ends.
        state: The state that it is to have.
        at: When; kept when the incident is closed.

    Raises:
        NotFound: There is no such incident.
        Conflict: It may not go there from where it is, or another incident of the site is open.
    """
    statement = select(incidents.c.site_id, incidents.c.state).where(incidents.c.id == incident_id)
    present = c.execute(statement.with_for_update(key_share=True)).one_or_none()
    if present is None:
        raise NotFound(f"There is no incident {incident_id}.")
    check_transition(IncidentState(present.state), state)
    _lock_site(c, present.site_id)
    closed_at = at if state is IncidentState.CLOSED else None
    with refusing("uq_incidents_open", _another_open()):
        c.execute(update(incidents).where(incidents.c.id == incident_id).values(state=state.value, closed_at=closed_at))


def list_incidents(c: Connection, site_id: UUID) -> list[Incident]:
    """The incidents of a site, latest first."""
    statement = select(incidents).where(incidents.c.site_id == site_id)
    rows = c.execute(statement.order_by(incidents.c.opened_at.desc(), incidents.c.id)).mappings()
    return [_incident(row) for row in rows]


def add_threat(c: Connection, incident_id: UUID, threat: Threat, frame: SiteFrame) -> None:
    """Begin a track.

    Raises:
        NotFound: There is no such incident, or its site has no such level.
        Conflict: The id is taken.
    """
    site_id = select(incidents.c.site_id).where(incidents.c.id == incident_id).scalar_subquery()
    with (
        refusing("site_id", NotFound(f"There is no incident {incident_id}.")),
        refusing("pk_threats", Conflict(f"The threat id {threat.id} is taken.", where="threat_id")),
        refusing("fk_threats_site_id_level_id_levels", _no_level(threat.level_id)),
    ):
        c.execute(
            insert(threats).values(
                id=threat.id,
                site_id=site_id,
                incident_id=incident_id,
                kind=threat.kind,
                level_id=threat.level_id,
                geom=encode(threat.point, frame),
                radius_m=threat.radius_m,
                speed_mps=threat.speed_mps,
                seen_at=threat.seen_at,
            )
        )


def update_threat(c: Connection, threat: Threat, frame: SiteFrame) -> None:
    """Take a track on to where it was seen last.

    Raises:
        NotFound: There is no such threat, or its site has no such level.
    """
    statement = (
        update(threats)
        .where(threats.c.id == threat.id)
        .values(
            kind=threat.kind,
            level_id=threat.level_id,
            geom=encode(threat.point, frame),
            radius_m=threat.radius_m,
            speed_mps=threat.speed_mps,
            seen_at=threat.seen_at,
        )
    )
    with refusing("fk_threats_site_id_level_id_levels", _no_level(threat.level_id)):
        if c.execute(statement.returning(threats.c.id)).one_or_none() is None:
            raise NotFound(f"There is no threat {threat.id}.")


def list_threats(c: Connection, incident_id: UUID, frame: SiteFrame) -> list[Threat]:
    """The tracks of an incident, in site metres, the one seen last first."""
    statement = select(threats).where(threats.c.incident_id == incident_id)
    rows = c.execute(statement.order_by(threats.c.seen_at.desc(), threats.c.id)).mappings()
    return [
        Threat(
            id=row["id"],
            kind=row["kind"],
            level_id=row["level_id"],
            point=decode(row["geom"], frame),
            radius_m=row["radius_m"],
            speed_mps=row["speed_mps"],
            seen_at=row["seen_at"],
        )
        for row in rows
    ]


def _lock_site(c: Connection, site_id: UUID) -> None:
    statement = select(sites.c.id).where(sites.c.id == site_id).with_for_update(key_share=True)
    if c.execute(statement).one_or_none() is None:
        raise NotFound(f"There is no site {site_id}.")


def _incident(row: RowMapping) -> Incident:
    return Incident(
        id=row["id"],
        site_id=row["site_id"],
        kind=row["kind"],
        state=IncidentState(row["state"]),
        exercise=row["exercise"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
    )


def _another_open() -> Conflict:
    return Conflict("Another incident is open on this site.", advice="Give its all-clear first, or add to it.")


def _no_level(level_id: UUID) -> NotFound:
    return NotFound(f"The site has no level {level_id}.", where="ordinal")
