"""Sightings: what a witness says is committed before anything is computed from it, and can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from geo_server.domain.errors import Conflict, NotAllowed, NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident, IncidentState, Retraction, Sighting, Threat
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.roles import Permission
from geo_server.domain.tracks import track
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.conflicts import conflicts_with, raise_conflict
from geo_server.services.incidents import add_incident, end_drill
from geo_server.services.levels import load_level, region_observed
from geo_server.services.published import PublishedFloorplans
from geo_server.store import threats as rows
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq
from geo_server.store.incidents import find_current_incident, find_open_incident, load_incident, lock_site

UNKNOWN = "unknown"
"""Kind of a threat that nobody could tell what it is."""


class NothingToJoin(Exception):
    """A sighting of somebody who may add to an incident and not open one. Whoever lets such people report deals with it."""


@dataclass(frozen=True, slots=True)
class NewSighting:
    """What a witness says of a threat.

    Args:
        id: Made by the client.
        kind: A kind of the protocol pack.
        at: Lon, lat of the threat, not of the witness; None where a polygon says it.
        building: Name, or None when the place says it.
        radius_m: How far off the place may be.
        polygon: Lon, lat vertices of an area that it is somewhere in, in place of ``at`` and its radius.
        exercise: A drill; None: like the open incident, and real when there is none.
        threat_id: The track that it belongs to; None begins one.
        source: ``person``, or the name of the system that saw it.
    """

    id: UUID
    kind: str
    at: tuple[float, float] | None
    ordinal: int
    seen_at: datetime
    building: str | None = None
    radius_m: float = 5.0
    exercise: bool | None = None
    threat_id: UUID | None = None
    confidence: float = 1.0
    source: str = "person"
    polygon: Sequence[tuple[float, float]] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a sighting, or its retraction, went.

    Args:
        new: False when the same had been recorded before.
        seq: Number of an event that a plan which knows of it has.
    """

    sighting_id: UUID
    incident_id: UUID
    threat_id: UUID
    new: bool
    seq: int


def add_sighting(
    database: Database,
    floorplans: PublishedFloorplans,
    pack: ProtocolPack,
    site: Site,
    said: NewSighting,
    *,
    by: Principal | None,
    may_open: bool = True,
) -> Recorded:
    """Record what a witness says, opening an incident of that kind when none is open.

    A real sighting during a drill ends the drill, unless it is refused or had been recorded before. One that calls for
    leaving while people are told to stay, or for staying while they are told to leave, raises a conflict. Planning comes after this has committed, never within. A system
    that saw it is named by ``source``, and ``by`` is None.

    Raises:
        NothingToJoin: Nothing real is open, and who says it may neither open an incident nor end a drill (``may_open``).
        InvalidInput: No such kind or level, no place and no polygon or one that is none, or far from the site.
        NotFound: The track is not one of the open incident.
        Conflict: A drill during a real incident, the id is taken by another sighting, or the track is of another kind.
    """
    pack.action_for(said.kind)
    region = region_observed(said.at, said.radius_m, said.polygon, site.frame)
    with database.transaction(site.id) as c:
        level = load_level(floorplans.load(c, site).floorplan, region.point, said.ordinal, said.building)
        known = _find_or_lock(c, site, said, by, may_open=may_open)
        incident_id, threat_id = known or _place_within(c, pack, site, said, by)
        sighting = Sighting(
            id=said.id,
            incident_id=incident_id,
            threat_id=threat_id,
            kind=said.kind,
            level_id=level.id,
            point=region.point,
            radius_m=region.radius_m,
            polygon=region.polygon,
            seen_at=said.seen_at,
            confidence=said.confidence,
            source=said.source,
            reported_by=by.person_id if by else None,
        )
        if known is None and said.threat_id is None:
            rows.add_threat(c, incident_id, _new_threat(sighting, pack), site.frame)
        new = rows.add_sighting(c, sighting, site.frame)
        if new:
            _retrack(c, pack, site, sighting)
            told = {"sighting_id": str(said.id), "threat_id": str(threat_id), "source": said.source}
            record_change(c, site, EventKind.SIGHTING_ADDED, subject=said.id, said=told, by=by)
        return Recorded(said.id, incident_id, threat_id, new, last_seq(c, site.id))


def retract_sighting(
    database: Database, pack: ProtocolPack, site: Site, sighting_id: UUID, reason: str, *, by: Principal
) -> Recorded:
    """Take a sighting back: the threat stands where the others put it, or is withdrawn. The sighting itself is kept.

    Raises:
        NotFound: The site has no such sighting.
        NotAllowed: It is somebody else's, and the role may not give directives.
        Conflict: Its incident is closed.
    """
    with database.transaction(site.id) as c:
        lock_site(c, site.id)
        sighting = rows.find_sighting(c, site.id, sighting_id, site.frame)
        if sighting is None:
            raise NotFound(
                f"The site has no sighting {sighting_id}.", where="sighting_id", advice="See the list of sightings."
            )
        if sighting.reported_by != by.person_id and not by.may(site.id, Permission.GIVE_DIRECTIVES):
            raise NotAllowed(
                "A sighting is retracted by who reported it, or by whoever gives directives.",
                where="sighting_id",
                advice="Ask the commander.",
            )
        if load_incident(c, site.id, sighting.incident_id).state is IncidentState.CLOSED:
            raise Conflict("The incident of this sighting is closed.", where="sighting_id")
        new = rows.retract_sighting(c, site.id, sighting_id, Retraction(datetime.now(UTC), by.person_id, reason))
        if new:
            _retrack(c, pack, site, sighting)
            told = {"sighting_id": str(sighting_id), "threat_id": str(sighting.threat_id)}
            record_change(c, site, EventKind.SIGHTING_RETRACTED, subject=sighting_id, said=told, by=by)
        return Recorded(sighting_id, sighting.incident_id, sighting.threat_id, new, last_seq(c, site.id))


def list_current_sightings(database: Database, site: Site) -> list[Sighting]:
    """The sightings of the open incident or of the last all-clear, retracted ones too, earliest first."""
    with database.snapshot(site.id) as c:
        incident = find_current_incident(c, site.id)
        return [] if incident is None else rows.list_sightings(c, incident.id, site.frame)


def _find_or_lock(
    c: Connection, site: Site, said: NewSighting, by: Principal | None, *, may_open: bool
) -> tuple[UUID, UUID] | None:
    """The incident and the track of a sighting that is there already; else None, and the site's row is held.

    Two first sightings must not open two incidents, the sightings of one track are taken one after the other, and of the
    same sighting twice at once the second waits until the first is there.
    """
    known = rows.find_sighting(c, site.id, said.id, site.frame)
    if known is None:
        if said.exercise is False and may_open:
            end_drill(c, site, by)
        lock_site(c, site.id)
        known = rows.find_sighting(c, site.id, said.id, site.frame)
        if known is None and not may_open:
            _check_real_incident(c, site)
    return (known.incident_id, known.threat_id) if known else None


def _check_real_incident(c: Connection, site: Site) -> None:
    """The caller holds the site's row, so that it stays as it is found."""
    incident = find_open_incident(c, site.id)
    if incident is None or incident.exercise:
        raise NothingToJoin


def _place_within(
    c: Connection, pack: ProtocolPack, site: Site, said: NewSighting, by: Principal | None
) -> tuple[UUID, UUID]:
    """The incident and the track that a new sighting belongs to; the incident is opened as needed."""
    incident = _incident_for(c, site, said, by)
    known = None if said.threat_id is None else _load_track(c, pack, site, incident, said).kind
    if conflicts_with(c, pack, incident, said.kind, known=known):
        raise_conflict(c, pack, site, incident, said.kind, by=by)
    return incident.id, said.threat_id or uuid4()


def _load_track(c: Connection, pack: ProtocolPack, site: Site, incident: Incident, said: NewSighting) -> Threat:
    """The track that a sighting carries on, if it may: a fire that is seen does not make the gunman go away.

    An intruder may turn out to be armed, because the protocol asks the same for both; what was of unknown kind may turn out
    to be anything.
    """
    present = None if said.threat_id is None else rows.find_threat(c, incident.id, said.threat_id, site.frame)
    if present is None:
        raise NotFound(
            f"The open incident has no threat {said.threat_id}.",
            where="threat_id",
            advice="Leave it out to begin a new track.",
        )
    known = pack.kinds.get(present.kind)
    alike = known is not None and known.action == pack.kinds[said.kind].action
    if present.kind != UNKNOWN and not alike:
        raise Conflict(
            f"That threat is {present.kind!r}, and this sighting is of {said.kind!r}.",
            where="threat_id",
            advice="Leave it out: another kind of threat is another track.",
        )
    return present


def _incident_for(c: Connection, site: Site, said: NewSighting, by: Principal | None) -> Incident:
    incident = find_open_incident(c, site.id)
    if incident is None:
        return add_incident(c, site, said.kind, exercise=bool(said.exercise), by=by)
    if said.exercise and not incident.exercise:
        raise Conflict(
            "A real incident is open; a drill cannot be added to it.",
            where="exercise",
            advice="Leave exercise out to report something real, or end the incident first.",
        )
    return incident


def _new_threat(first: Sighting, pack: ProtocolPack) -> Threat:
    speed_mps = pack.kinds[first.kind].speed_mps
    return Threat(
        first.threat_id,
        first.kind,
        first.level_id,
        first.point,
        first.radius_m,
        speed_mps,
        first.seen_at,
        first.polygon,
    )


def _retrack(c: Connection, pack: ProtocolPack, site: Site, changed: Sighting) -> None:
    """Put a threat where the sightings that hold say. The caller holds the site's row."""
    present = rows.find_threat(c, changed.incident_id, changed.threat_id, site.frame)
    assert present is not None, "a sighting refers to its threat"
    speeds = {key: kind.speed_mps for key, kind in pack.kinds.items()}
    sightings = rows.list_sightings(c, changed.incident_id, site.frame, threat_id=changed.threat_id)
    threat = track(sightings, speeds, otherwise_mps=present.speed_mps)
    if threat is None:
        rows.withdraw_threat(c, changed.threat_id, datetime.now(UTC))
    else:
        rows.update_threat(c, threat, site.frame)
