"""Incidents of a site, and the conflicts that are raised within them.

What is observed and ordered within them is told in :mod:`geo_server.store.threats` and
:mod:`geo_server.store.reports`.

Lock order: an incident first, the site's row (its counters) next; whatever opens an incident holds the site's row
before it does, because two that open one at once wait for each other. The lock on an incident lets others add
sightings and reports to it meanwhile: what a witness says never waits for a plan.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from geo_server.domain.conflicts import Decision, ProtocolConflict, Settlement
from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.incidents import Incident, IncidentState, check_transition
from geo_server.store.conflicts import refusing
from geo_server.store.tables import conflicts, incidents, sites


def lock_site(c: Connection, site_id: UUID) -> None:
    """Hold a site's row until the transaction ends: whoever records anything on the site, and so whoever opens, clears or
    closes an incident, waits for that.

    Raises:
        NotFound: There is no such site.
    """
    statement = select(sites.c.id).where(sites.c.id == site_id).with_for_update(key_share=True)
    if c.execute(statement).one_or_none() is None:
        raise NotFound(f"There is no site {site_id}.")


def add_incident(c: Connection, incident: Incident) -> None:
    """Add an incident; the site's row is locked until the transaction ends.

    Raises:
        Conflict: Another incident is open on the site, or the id is taken.
        NotFound: There is no such site.
    """
    lock_site(c, incident.site_id)
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
                cleared_at=incident.cleared_at,
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
    """The incident that people of a site are to know of: the open one, else the last all-clear.

    The all-clear has to reach whoever the alarm reached, also those who look only later: it stays until its incident is
    closed, or until another one has been opened after it, for the first time or again.
    """
    statement = select(incidents).where(incidents.c.site_id == site_id, is_current())
    row = c.execute(statement.order_by(incidents.c.cleared_at.desc().nulls_first()).limit(1)).mappings().one_or_none()
    return None if row is None else _incident(row)


def is_current() -> ColumnElement[bool]:
    """Of a row of incidents: that people are to know of it, as :func:`find_current_incident` says."""
    later = incidents.alias("later")
    followed = exists().where(
        later.c.site_id == incidents.c.site_id,
        later.c.id != incidents.c.id,
        (later.c.opened_at >= incidents.c.cleared_at) | (later.c.state == IncidentState.OPEN.value),
    )
    return (incidents.c.state == IncidentState.OPEN.value) | (
        (incidents.c.state == IncidentState.ALL_CLEAR.value) & ~followed
    )


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
        at: When; kept of an all-clear and of a closing.

    Raises:
        NotFound: There is no such incident.
        Conflict: It may not go there from where it is, or another incident of the site is open.
    """
    statement = select(incidents.c.site_id, incidents.c.state).where(incidents.c.id == incident_id)
    present = c.execute(statement.with_for_update(key_share=True)).one_or_none()
    if present is None:
        raise NotFound(f"There is no incident {incident_id}.")
    check_transition(IncidentState(present.state), state)
    lock_site(c, present.site_id)
    moments: dict[IncidentState, dict[str, datetime | None]] = {
        IncidentState.OPEN: {"cleared_at": None},
        IncidentState.ALL_CLEAR: {"cleared_at": at},
        IncidentState.CLOSED: {"closed_at": at},
    }
    changed = update(incidents).where(incidents.c.id == incident_id).values(state=state.value, **moments[state])
    with refusing("uq_incidents_open", _another_open()):
        c.execute(changed)


def set_incident_kind(c: Connection, incident_id: UUID, kind: str) -> None:
    """Make an incident another kind. The caller holds its lock and sees to it that it is open."""
    c.execute(update(incidents).where(incidents.c.id == incident_id).values(kind=kind))


def list_incidents(c: Connection, site_id: UUID) -> list[Incident]:
    """The incidents of a site, latest first."""
    statement = select(incidents).where(incidents.c.site_id == site_id)
    rows = c.execute(statement.order_by(incidents.c.opened_at.desc(), incidents.c.id)).mappings()
    return [_incident(row) for row in rows]


def add_conflict(c: Connection, site_id: UUID, raised: ProtocolConflict) -> bool:
    """Raise a conflict, unless one of the same kind waits already for somebody to settle it; then returns False.

    The site's row is locked until the transaction ends.

    Raises:
        NotFound: The site has no such incident.
    """
    lock_site(c, site_id)
    statement = insert_or_skip(conflicts).values(
        id=raised.id,
        site_id=site_id,
        incident_id=raised.incident_id,
        kind=raised.kind,
        action=raised.action,
        raised_at=raised.raised_at,
        reason="",
    )
    statement = statement.on_conflict_do_nothing(
        index_elements=["incident_id", "kind"], index_where=conflicts.c.settled_at.is_(None)
    )
    nothing = NotFound(f"The site has no incident {raised.incident_id}.")
    with refusing("fk_conflicts_site_id_incident_id_incidents", nothing):
        added = c.execute(statement.returning(conflicts.c.id)).one_or_none()
    return added is not None


def load_conflict(c: Connection, site_id: UUID, conflict_id: UUID, *, lock: bool = False) -> ProtocolConflict:
    """A conflict of a site.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        conflict_id: The conflict.
        lock: Hold it until the transaction ends, so that no two people settle it at once.

    Raises:
        NotFound: The site has no such conflict.
    """
    statement = select(conflicts).where(conflicts.c.site_id == site_id, conflicts.c.id == conflict_id)
    if lock:
        statement = statement.with_for_update()
    row = c.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(f"The site has no conflict {conflict_id}.", where="conflict_id", advice="See the picture.")
    return _conflict(row)


def list_conflicts(c: Connection, incident_id: UUID) -> list[ProtocolConflict]:
    """The conflicts of an incident: those that nobody has settled first, then the latest first."""
    statement = select(conflicts).where(conflicts.c.incident_id == incident_id)
    unsettled_first = conflicts.c.settled_at.is_(None).desc()
    rows = c.execute(statement.order_by(unsettled_first, conflicts.c.raised_at.desc(), conflicts.c.id)).mappings()
    return [_conflict(row) for row in rows]


def lock_waiting_conflicts(c: Connection, incident_id: UUID) -> list[ProtocolConflict]:
    """The conflicts of an incident that nobody has settled or is about to settle, held until the transaction ends."""
    statement = select(conflicts).where(conflicts.c.incident_id == incident_id, conflicts.c.settled_at.is_(None))
    rows = c.execute(statement.order_by(conflicts.c.id).with_for_update(skip_locked=True)).mappings()
    return [_conflict(row) for row in rows]


def settle_conflict(c: Connection, conflict_id: UUID, settlement: Settlement) -> None:
    """Keep how a conflict was settled. The caller holds its lock, has seen that nobody had settled it, and holds the site's row:
    whoever raises one waits for this while holding that.
    """
    said = {
        "decision": settlement.decision.value,
        "settled_at": settlement.at,
        "settled_by": settlement.by,
        "reason": settlement.reason,
    }
    c.execute(update(conflicts).where(conflicts.c.id == conflict_id).values(said))


def _incident(row: RowMapping) -> Incident:
    return Incident(
        id=row["id"],
        site_id=row["site_id"],
        kind=row["kind"],
        state=IncidentState(row["state"]),
        exercise=row["exercise"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        cleared_at=row["cleared_at"],
    )


def _another_open() -> Conflict:
    return Conflict("Another incident is open on this site.", advice="Give its all-clear first, or add to it.")


def _conflict(row: RowMapping) -> ProtocolConflict:
    decision = row["decision"]
    settled = decision and Settlement(Decision(decision), row["settled_at"], row["settled_by"], row["reason"])
    return ProtocolConflict(
        id=row["id"],
        incident_id=row["incident_id"],
        kind=row["kind"],
        action=row["action"],
        raised_at=row["raised_at"],
        settlement=settled,
    )
