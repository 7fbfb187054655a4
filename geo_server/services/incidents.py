"""Incidents: opening, the all-clear, the end."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from geo_server.domain.errors import Conflict
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident, IncidentState
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.conflicts import conflicts_with, follow_kind, raise_conflict
from geo_server.store import incidents as rows
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of an incident to open.

    Args:
        incident: The new one, or the one that was open.
        new: False when it was not opened but raised a conflict within the one that is open.
        seq: Number of an event that a plan which knows of it has.
    """

    incident: Incident
    new: bool
    seq: int


def open_incident(
    database: Database, pack: ProtocolPack, site: Site, kind: str, *, exercise: bool, by: Principal
) -> Opened:
    """Open an incident without a sighting.

    An alarm that calls for leaving while people are told to stay, or for staying while they are told to leave, opens nothing
    and changes nothing: it raises a conflict, for a person to settle.

    Raises:
        InvalidInput: The pack has no such kind.
        Conflict: One is open, and this one does not contradict it.
    """
    pack.action_for(kind)
    with database.transaction(site.id) as c:
        rows.lock_site(c, site.id)  # an all-clear at this moment would leave the alarm in an incident that is over
        present = rows.find_open_incident(c, site.id)
        if present is not None and present.exercise == exercise and conflicts_with(c, pack, present, kind):
            raise_conflict(c, pack, site, present, kind, by=by)
            return Opened(present, new=False, seq=last_seq(c, site.id))
        incident = add_incident(c, site, kind, exercise=exercise, by=by)
        return Opened(incident, new=True, seq=last_seq(c, site.id))


def change_state(database: Database, site: Site, incident_id: UUID, state: IncidentState, *, by: Principal) -> int:
    """Give the all-clear, take it back, or close an incident.

    Returns:
        Number of the event that tells of it.

    Raises:
        NotFound: No such incident on this site.
        Conflict: It cannot become that.
    """
    with database.transaction(site.id) as c:
        return _set_state(c, site, rows.load_incident(c, site.id, incident_id, lock=True), state, by=by)


def change_kind(
    database: Database, pack: ProtocolPack, site: Site, incident_id: UUID, kind: str, *, by: Principal
) -> int:
    """Make an open incident another kind: it is not, or no longer only, what it was opened for.

    Where nothing is ordered, the protocol of the new kind holds from then on. Orders of people stand; where one contradicts
    the new kind, a conflict is raised. What it is already changes nothing.

    Returns:
        Number of an event that a plan which knows of it has.

    Raises:
        InvalidInput: The pack has no such kind.
        NotFound: No such incident on this site.
        Conflict: It is not open.
    """
    pack.action_for(kind)
    with database.transaction(site.id) as c:
        incident = rows.load_incident(c, site.id, incident_id, lock=True)
        if incident.state is not IncidentState.OPEN:
            raise Conflict(
                f"An incident that is {incident.state} keeps its kind.", advice="Take back the all-clear first."
            )
        if incident.kind != kind:
            rows.set_incident_kind(c, incident.id, kind)
            said = {"incident_id": str(incident.id), "kind": kind, "kind_before": incident.kind}
            record_change(c, site, EventKind.INCIDENT_CHANGED, subject=incident.id, said=said, by=by)
            follow_kind(c, pack, site, replace(incident, kind=kind), by=by)
        return last_seq(c, site.id)


def add_incident(c: Connection, site: Site, kind: str, *, exercise: bool, by: Principal | None) -> Incident:
    """Open an incident within a transaction.

    Raises:
        Conflict: One is open.
    """
    incident = Incident(uuid4(), site.id, kind, IncidentState.OPEN, exercise, datetime.now(UTC))
    rows.add_incident(c, incident)
    said = {"incident_id": str(incident.id), "kind": kind, "exercise": exercise}
    record_change(c, site, EventKind.INCIDENT_OPENED, subject=incident.id, said=said, by=by)
    return incident


def end_drill(c: Connection, site: Site, by: Principal | None) -> None:
    """Give the all-clear of a drill. It comes before whatever else locks the site's row: an incident is locked first."""
    incident = rows.find_open_incident(c, site.id, lock=True)
    if incident is not None and incident.exercise:
        _set_state(c, site, incident, IncidentState.ALL_CLEAR, by=by)


def _set_state(c: Connection, site: Site, incident: Incident, state: IncidentState, *, by: Principal | None) -> int:
    rows.set_incident_state(c, incident.id, state, datetime.now(UTC))
    said = {"incident_id": str(incident.id), "state": state}
    return record_change(c, site, EventKind.INCIDENT_CHANGED, subject=incident.id, said=said, by=by)
