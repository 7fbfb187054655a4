"""Incidents and sightings. What a witness says is committed before anything is computed from it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident, IncidentState, Sighting, Threat
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.levels import find_level, place_observed
from geo_server.services.published import PublishedFloorplans
from geo_server.store import incidents as rows
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection, Database
from geo_server.store.events import record_event


@dataclass(frozen=True, slots=True)
class NewSighting:
    """What a witness says of a threat.

    Args:
        id: Made by the client.
        kind: A kind of the protocol pack.
        at: Lon, lat of the threat, not of the witness.
        building: Name, or None when the place says it.
        radius_m: How far off the place may be.
        exercise: A drill; None: like the open incident, and real when there is none.
        threat_id: The track that it belongs to; None begins one.
    """

    id: UUID
    kind: str
    at: tuple[float, float]
    ordinal: int
    seen_at: datetime
    building: str | None = None
    radius_m: float = 5.0
    exercise: bool | None = None
    threat_id: UUID | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a sighting went.

    Args:
        new: False when the same sighting had been recorded before.
    """

    sighting_id: UUID
    incident_id: UUID
    threat_id: UUID
    new: bool


def open_incident(
    database: Database, pack: ProtocolPack, site: Site, kind: str, *, exercise: bool, by: Principal
) -> Incident:
    """Open an incident without a sighting.

    Raises:
        InvalidInput: The pack has no such kind.
        Conflict: One is open.
    """
    pack.action_for(kind)
    with database.transaction() as c:
        return _add_incident(c, site, kind, exercise=exercise, by=by)


def change_state(database: Database, site: Site, incident_id: UUID, state: IncidentState, *, by: Principal) -> None:
    """Give the all-clear, take it back, or close an incident.

    Raises:
        NotFound: No such incident on this site.
        Conflict: It cannot become that.
    """
    with database.transaction() as c:
        _set_state(c, site, rows.load_incident(c, site.id, incident_id, lock=True), state, by=by)


def add_sighting(
    database: Database,
    floorplans: PublishedFloorplans,
    pack: ProtocolPack,
    site: Site,
    seen: NewSighting,
    *,
    by: Principal,
) -> Recorded:
    """Record what a witness says, opening an incident of that kind when none is open.

    A real sighting during a drill ends the drill, unless it is refused or had been recorded before. Planning comes after
    this has committed, never within.

    Raises:
        InvalidInput: No such kind or level, or a place far from the site.
        NotFound: The track is not one of the open incident.
        Conflict: A drill during a real incident, or the id is taken by another sighting.
    """
    pack.action_for(seen.kind)
    point = place_observed(seen.at, site.frame)
    with database.transaction() as c:
        level = find_level(floorplans.load(c, site).floorplan, point, seen.ordinal, seen.building)
        threat = Threat(
            id=seen.threat_id or uuid4(),
            kind=seen.kind,
            level_id=level.id,
            point=point,
            radius_m=seen.radius_m,
            speed_mps=pack.kinds[seen.kind].speed_mps,
            seen_at=min(seen.seen_at, datetime.now(UTC)),  # a clock that runs ahead must not shorten a threat's reach
        )
        known = rows.find_sighting_threat(c, site.id, seen.id)
        if known is None and seen.exercise is False:
            _end_drill(c, site, by)
        incident_id, threat_id = known or _track(c, site, seen, threat, by=by)
        sighting = Sighting(
            seen.id, incident_id, level.id, point, seen.radius_m, seen.seen_at, confidence=seen.confidence
        )
        new = rows.add_sighting(c, sighting, threat_id, site.frame, by.person_id)
        if new:
            record_event(c, site.id, EventKind.SIGHTING_ADDED, {"threat_id": str(threat_id)})
    return Recorded(seen.id, incident_id, threat_id, new)


def _track(c: Connection, site: Site, seen: NewSighting, threat: Threat, *, by: Principal) -> tuple[UUID, UUID]:
    """The incident and the track that a new sighting belongs to, made or taken on as needed.

    The audit comes first because it holds the site's row: two first sightings must not open two incidents, and the
    sightings of one track are taken one after the other.
    """
    detail = {"kind": seen.kind, "ordinal": seen.ordinal, "threat_id": str(threat.id)}
    record_audit(
        c, site_id=site.id, person_id=by.person_id, action="sighting_added", subject=str(seen.id), detail=detail
    )
    incident = _incident_for(c, site, seen, by)
    if seen.threat_id is None:
        rows.add_threat(c, incident.id, threat, site.frame)
    else:
        _take_on(c, site, incident, threat)
    return incident.id, threat.id


def _take_on(c: Connection, site: Site, incident: Incident, threat: Threat) -> None:
    """Move a track to where it was seen, unless it was seen elsewhere later. Its speed is never lowered."""
    present = next((known for known in rows.list_threats(c, incident.id, site.frame) if known.id == threat.id), None)
    if present is None:
        raise NotFound(
            f"The open incident has no threat {threat.id}.",
            where="threat_id",
            advice="Leave it out to begin a new track.",
        )
    if threat.seen_at >= present.seen_at:
        rows.update_threat(c, replace(threat, speed_mps=max(threat.speed_mps, present.speed_mps)), site.frame)


def _incident_for(c: Connection, site: Site, seen: NewSighting, by: Principal) -> Incident:
    incident = rows.find_open_incident(c, site.id)
    if incident is None:
        return _add_incident(c, site, seen.kind, exercise=bool(seen.exercise), by=by)
    if seen.exercise and not incident.exercise:
        raise Conflict(
            "A real incident is open; a drill cannot be added to it.",
            where="exercise",
            advice="Leave exercise out to report something real, or end the incident first.",
        )
    return incident


def _end_drill(c: Connection, site: Site, by: Principal) -> None:
    """Give the all-clear of a drill. It comes before whatever else locks the site's row: an incident is locked first."""
    incident = rows.find_open_incident(c, site.id, lock=True)
    if incident is not None and incident.exercise:
        _set_state(c, site, incident, IncidentState.ALL_CLEAR, by=by)


def _add_incident(c: Connection, site: Site, kind: str, *, exercise: bool, by: Principal) -> Incident:
    incident = Incident(uuid4(), site.id, kind, IncidentState.OPEN, exercise, datetime.now(UTC))
    rows.add_incident(c, incident)
    said = {"incident_id": str(incident.id), "kind": kind, "exercise": exercise}
    record_change(c, site, EventKind.INCIDENT_OPENED, subject=incident.id, said=said, by=by)
    return incident


def _set_state(c: Connection, site: Site, incident: Incident, state: IncidentState, *, by: Principal) -> None:
    rows.set_incident_state(c, incident.id, state, datetime.now(UTC))
    said = {"incident_id": str(incident.id), "state": state}
    record_change(c, site, EventKind.INCIDENT_CHANGED, subject=incident.id, said=said, by=by)
