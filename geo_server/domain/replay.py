"""What was known of an incident at a moment: from what had arrived by then, without what was taken back by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from geo_server.domain.conflicts import ProtocolConflict
from geo_server.domain.incidents import Incident, IncidentState, Sighting, Threat
from geo_server.domain.tracks import track


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened, for a timeline.

    Args:
        kind: As live events call it, such as ``sighting_added``.
        subject_id: The thing; None is the incident itself.
    """

    at: datetime
    kind: str
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KindChange:
    """That an incident was made another kind.

    Args:
        before: The kind until then.
    """

    at: datetime
    before: str


def incident_at(incident: Incident, at: datetime, changes: Sequence[KindChange] = ()) -> Incident:
    """An incident as it stood. An all-clear that was taken back is not told.

    Args:
        incident: As it is now.
        at: The moment.
        changes: Of its kind, earliest first.
    """
    kind = next((change.before for change in changes if change.at > at), incident.kind)
    return _state_at(replace(incident, kind=kind), at)


def _state_at(incident: Incident, at: datetime) -> Incident:
    if incident.closed_at is not None and incident.closed_at <= at:
        return incident
    if incident.cleared_at is not None and incident.cleared_at <= at:
        return replace(incident, state=IncidentState.ALL_CLEAR, closed_at=None)
    return replace(incident, state=IncidentState.OPEN, cleared_at=None, closed_at=None)


def sightings_at(sightings: Sequence[Sighting], at: datetime) -> list[Sighting]:
    """The sightings that had arrived, each retracted only if it was by then."""
    arrived = [sighting for sighting in sightings if (sighting.received_at or sighting.seen_at) <= at]
    return [
        replace(sighting, retraction=None) if sighting.retraction and sighting.retraction.at > at else sighting
        for sighting in arrived
    ]


def threats_at(
    sightings: Sequence[Sighting], at: datetime, speeds: Mapping[str, float], otherwise_mps: float
) -> list[Threat]:
    """The threats where the sightings that held then put them, by id."""
    held = sorted(sightings_at(sightings, at), key=lambda sighting: str(sighting.threat_id))
    tracks = (track(list(one), speeds, otherwise_mps) for _, one in groupby(held, key=lambda one: one.threat_id))
    return [threat for threat in tracks if threat is not None]


def conflicts_at(conflicts: Sequence[ProtocolConflict], at: datetime) -> list[ProtocolConflict]:
    """The conflicts that had been raised, each settled only if it was by then."""
    return [
        replace(conflict, settlement=None) if conflict.settlement and conflict.settlement.at > at else conflict
        for conflict in conflicts
        if conflict.raised_at <= at
    ]
