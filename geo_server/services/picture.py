"""The live picture of a site: everything that is known of the incident at one moment, for one reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from geo_server.domain.accountability import latest_reports, tally
from geo_server.domain.conflicts import ProtocolConflict
from geo_server.domain.directives import Withdrawal, in_force, withdrawals
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Closure, Directive, Incident, IncidentState, Status, StatusReport, Threat
from geo_server.domain.places import Site
from geo_server.services.plans import is_behind
from geo_server.services.published import PublishedFloorplan, PublishedFloorplans
from geo_server.store.database import Connection, Database
from geo_server.store.events import find_last_event, last_seq
from geo_server.store.incidents import find_current_incident, list_conflicts
from geo_server.store.plans import StoredPlan, find_latest_plan
from geo_server.store.reports import list_closures, list_directives, list_status_reports
from geo_server.store.threats import list_threats


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known at one moment.

    Args:
        seq: Number of the last event that it knows of: live events go on from there without a gap.
        published: The map that it is drawn on.
        incident: The open one, or the one that has had its all-clear and is not closed yet; None otherwise, and then there
            is nothing else but closures.
        directives: Those in force.
        withdrawals: Directives that were taken back, the one taken back last first.
        statuses: The report that counts for each zone; only the reader's own when they may not see others'.
        counts: Occupied zones by status; None when the reader may not see those of others.
        conflicts: Those of the incident, unsettled ones first.
        plan: The latest plan, whether or not the reader may see it.
        plan_behind: The plan does not know of everything that routes depend on: another one is being made, or failed.
        plan_failed_at: When planning failed last, where the plan is behind since.
    """

    seq: int
    at: datetime
    published: PublishedFloorplan
    incident: Incident | None
    closures: tuple[Closure, ...]
    threats: tuple[Threat, ...] = ()
    directives: tuple[Directive, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    statuses: Mapping[UUID, StatusReport] = field(default_factory=dict)
    counts: Mapping[Status, int] | None = None
    conflicts: tuple[ProtocolConflict, ...] = ()
    plan: StoredPlan | None = None
    plan_behind: bool = False
    plan_failed_at: datetime | None = None


def load_picture(
    database: Database, floorplans: PublishedFloorplans, site: Site, *, person_id: UUID, sees_statuses: bool
) -> Picture:
    """The picture now, read at one moment.

    Args:
        database: Where it is read.
        floorplans: The maps.
        site: The site.
        person_id: Who reads it.
        sees_statuses: Whether they may see which status others have given.
    """
    with database.snapshot(site.id) as c:
        seq = last_seq(c, site.id)
        published = floorplans.load(c, site)
        incident = find_current_incident(c, site.id)
        closures = tuple(list_closures(c, site.id))
        if incident is None:
            return Picture(seq, datetime.now(UTC), published, None, closures)
        reports = list_status_reports(c, incident.id, by=None if sees_statuses else person_id)
        is_open = incident.state is IncidentState.OPEN
        given = list_directives(c, incident.id) if is_open else []
        plan = find_latest_plan(c, incident.id) if is_open else None
        behind = is_open and (plan is None or is_behind(c, plan))
        return Picture(
            seq=seq,
            at=datetime.now(UTC),
            published=published,
            incident=incident,
            closures=closures,
            threats=tuple(list_threats(c, incident.id, site.frame)) if is_open else (),
            directives=tuple(in_force(given)),
            withdrawals=tuple(withdrawals(given)),
            statuses=latest_reports(reports),
            counts=tally(published.floorplan.zones, reports).by_status if sees_statuses else None,
            conflicts=tuple(list_conflicts(c, incident.id)) if is_open else (),
            plan=plan,
            plan_behind=behind,
            plan_failed_at=_failed_at(c, incident, plan) if behind else None,
        )


def _failed_at(c: Connection, incident: Incident, plan: StoredPlan | None) -> datetime | None:
    failure = find_last_event(c, incident.site_id, EventKind.PLAN_FAILED, incident.id, after=plan.seq if plan else 0)
    return failure.at if failure else None
