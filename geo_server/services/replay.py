"""An incident as it was known at any moment of it, for looking back. What is read here gives nobody an order."""

from datetime import UTC, datetime
from uuid import UUID

from geo_server.domain.accountability import latest_reports, tally
from geo_server.domain.directives import in_force, withdrawals
from geo_server.domain.errors import InvalidInput
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident, IncidentState, Sighting
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.replay import Happened, KindChange, conflicts_at, incident_at, threats_at
from geo_server.services.picture import Picture
from geo_server.services.published import PublishedFloorplans
from geo_server.store.audit import list_deeds
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq
from geo_server.store.incidents import list_conflicts, load_incident
from geo_server.store.plans import find_latest_plan
from geo_server.store.reports import list_closures, list_directives, list_status_reports
from geo_server.store.threats import list_sightings

OTHERWISE_MPS = 3.0
"""What a kind that the protocol pack no longer has counts as: a person who runs."""


def load_picture_at(
    database: Database,
    floorplans: PublishedFloorplans,
    pack: ProtocolPack,
    site: Site,
    incident_id: UUID,
    *,
    at: datetime | None,
) -> Picture:
    """An incident as it was known at a moment, on the map of today.

    Args:
        database: Where it is read.
        floorplans: The maps.
        pack: For the speeds of threats.
        site: The site.
        incident_id: The incident, whatever its state.
        at: The moment; None is now.

    Raises:
        NotFound: The site has no such incident.
        InvalidInput: The moment is before the incident began, or still to come.
    """
    now = datetime.now(UTC)
    at = at or now
    with database.snapshot(site.id) as c:
        incident = load_incident(c, site.id, incident_id)
        _check_moment(incident, at, now)
        published = floorplans.load(c, site)
        reports = [report for report in list_status_reports(c, incident_id) if report.received_at <= at]
        then = incident_at(incident, at, _kind_changes(c, incident))
        is_open = then.state is IncidentState.OPEN
        speeds = {key: kind.speed_mps for key, kind in pack.kinds.items()}
        sightings = list_sightings(c, incident_id, site.frame) if is_open else []
        given = [order for order in list_directives(c, incident_id) if order.given_at <= at] if is_open else []
        return Picture(
            seq=last_seq(c, site.id),
            at=at,
            published=published,
            incident=then,
            closures=tuple(list_closures(c, site.id, at=at)),
            threats=tuple(threats_at(sightings, at, speeds, OTHERWISE_MPS)),
            directives=tuple(in_force(given)),
            withdrawals=tuple(withdrawals(given)),
            statuses=latest_reports(reports),
            counts=tally(published.floorplan.zones, reports).by_status,
            conflicts=tuple(conflicts_at(list_conflicts(c, incident_id), at)) if is_open else (),
            plan=find_latest_plan(c, incident_id, at=at) if is_open else None,
        )


def load_timeline(database: Database, site: Site, incident_id: UUID) -> tuple[Incident, list[Happened]]:
    """What happened in an incident, in the order in which the server knew of it.

    Raises:
        NotFound: The site has no such incident.
    """
    with database.snapshot(site.id) as c:
        incident = load_incident(c, site.id, incident_id)
        happened = [
            *_states(incident),
            *(Happened(change.at, EventKind.INCIDENT_CHANGED) for change in _kind_changes(c, incident)),
            *(one for sighting in list_sightings(c, incident_id, site.frame) for one in _of_sighting(sighting)),
            *_reported(c, incident_id),
        ]
    return incident, sorted(happened, key=lambda one: (one.at, one.kind, str(one.subject_id)))


def _check_moment(incident: Incident, at: datetime, now: datetime) -> None:
    if not incident.opened_at <= at <= now:
        raise InvalidInput(
            f"The incident cannot be shown as of {at.isoformat()}.",
            where="as_of",
            advice=f"Give a moment from {incident.opened_at.isoformat()} to now.",
        )


def _states(incident: Incident) -> list[Happened]:
    moments = (
        (incident.opened_at, "incident_opened"),
        (incident.cleared_at, "all_clear"),
        (incident.closed_at, "incident_closed"),
    )
    return [Happened(at, kind) for at, kind in moments if at is not None]


def _kind_changes(c: Connection, incident: Incident) -> list[KindChange]:
    deeds = list_deeds(c, incident.site_id, EventKind.INCIDENT_CHANGED, str(incident.id))
    return [KindChange(at, detail["kind_before"]) for at, detail in deeds if "kind_before" in detail]


def _of_sighting(sighting: Sighting) -> list[Happened]:
    added = Happened(sighting.received_at or sighting.seen_at, "sighting_added", sighting.id)
    taken_back = sighting.retraction
    return [added] if taken_back is None else [added, Happened(taken_back.at, "sighting_retracted", sighting.id)]


def _reported(c: Connection, incident_id: UUID) -> list[Happened]:
    conflicts = list_conflicts(c, incident_id)
    return [
        *(
            Happened(report.received_at, "status_reported", report.zone_id)
            for report in list_status_reports(c, incident_id)
        ),
        *(Happened(order.given_at, "directive_given", order.id) for order in list_directives(c, incident_id)),
        *(Happened(conflict.raised_at, "conflict_raised", conflict.id) for conflict in conflicts),
        *(Happened(one.settlement.at, "conflict_settled", one.id) for one in conflicts if one.settlement),
    ]
