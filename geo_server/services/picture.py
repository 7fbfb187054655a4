"""The live picture of a site: everything that is known of the incident at one moment, for one reader."""

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from geo_server.domain.accountability import latest_reports, tally
from geo_server.domain.conflicts import ProtocolConflict
from geo_server.domain.directives import Withdrawal, in_force, withdrawals
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Closure, Directive, Incident, IncidentState, Status, StatusReport, Threat
from geo_server.domain.places import Site
from geo_server.services.gathering import Gathering
from geo_server.services.plans import is_behind
from geo_server.services.published import SITES_KEPT, PublishedFloorplan, PublishedFloorplans
from geo_server.store.database import Connection, Database
from geo_server.store.events import find_last_event, last_seq
from geo_server.store.incidents import find_current_incident, list_conflicts
from geo_server.store.plans import StoredPlan, find_latest_plan, find_latest_reach
from geo_server.store.reports import Kept, list_closures, list_directives, list_kept_reports, list_late_calls
from geo_server.store.threats import list_threats

APART_S = 0.02
"""Between two looks at the number of a site's last event."""

LATE_SHOWN = timedelta(hours=12)
"""So long those who lead see a call for help that came after its incident was closed, at least."""

LATE_OF = timedelta(days=7)
"""Incidents that were closed longer ago have them in their timeline alone."""


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
        late_calls: Calls for help that came after their incident had been closed, the latest first.
        counts: Occupied zones by status; None when the reader may not see those of others.
        conflicts: Those of the incident, unsettled ones first.
        plan: The latest plan, whether or not the reader may see it.
        plan_behind: The plan does not know of everything that routes depend on: another one is being made, or failed.
        plan_failed_at: When planning failed last, where the plan is behind since.
        reach: Of the plans that have their reach the latest: that of a newer plan is being drawn, or failed.
        reach_failed_at: When that failed.
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
    late_calls: tuple[StatusReport, ...] = ()
    plan: StoredPlan | None = None
    plan_behind: bool = False
    plan_failed_at: datetime | None = None
    reach: StoredPlan | None = None
    reach_failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as those see it who may see the reports of all, and what others see of the reports instead.

    Args:
        picture: With the reports of all.
        by_person: The reports of each person, by zone.
        documents: For whoever writes it out: what they have made of it already.
    """

    picture: Picture
    by_person: Mapping[UUID | None, Mapping[UUID, StatusReport]]
    documents: dict[Hashable, Any] = field(default_factory=dict)

    def for_reader(self, person_id: UUID, *, sees_statuses: bool) -> Picture:
        """What a reader sees, who may see others' reports or only their own."""
        if sees_statuses:
            return self.picture
        return replace(self.picture, statuses=self.by_person.get(person_id, {}), counts=None, late_calls=())


class Pictures:
    """The pictures of a process's sites, each read once for everybody who asks until the next event. Lives in one event loop.

    Whatever a picture shows is changed together with an event, in one transaction: with the same number it is the same.
    """

    def __init__(self, database: Database, floorplans: PublishedFloorplans) -> None:
        self._database = database
        self._floorplans = floorplans
        self._kept: OrderedDict[UUID, Seen] = OrderedDict()
        self._gathering: Gathering[Site, Seen] = Gathering(self._look, apart_s=APART_S)

    async def load(self, site: Site) -> Seen:
        """The picture of a site as it is now, but for its moment, which is when it was read."""
        return await self._gathering.ask(site.id, site)

    def _look(self, asked: Sequence[Site]) -> Sequence[Seen]:
        site = asked[0]
        with self._database.snapshot(site.id) as c:
            kept = self._kept.get(site.id)
            if kept is None or kept.picture.seq != last_seq(c, site.id):
                kept = _read(c, self._floorplans, site)
        self._kept[site.id] = kept
        while len(self._kept) > SITES_KEPT:
            self._kept.popitem(last=False)
        return [kept] * len(asked)


def load_picture(database: Database, floorplans: PublishedFloorplans, site: Site) -> Seen:
    """The picture of a site, read at one moment."""
    with database.snapshot(site.id) as c:
        return _read(c, floorplans, site)


def _read(c: Connection, floorplans: PublishedFloorplans, site: Site) -> Seen:
    seq = last_seq(c, site.id)
    published = floorplans.load(c, site)
    incident = find_current_incident(c, site.id)
    closures = tuple(list_closures(c, site.id))
    now = datetime.now(UTC)
    late = tuple(list_late_calls(c, site.id, now - LATE_SHOWN, now - LATE_OF))
    if incident is None:
        return Seen(Picture(seq, now, published, None, closures, counts={}, late_calls=late), {})
    given_by = list_kept_reports(c, incident.id)
    reports = [one.report for one in given_by]
    is_open = incident.state is IncidentState.OPEN
    given = list_directives(c, incident.id) if is_open else []
    plan = find_latest_plan(c, incident.id) if is_open else None
    behind = is_open and (plan is None or is_behind(c, plan))
    picture = Picture(
        seq=seq,
        at=datetime.now(UTC),
        published=published,
        incident=incident,
        closures=closures,
        threats=tuple(list_threats(c, incident.id, site.frame)) if is_open else (),
        directives=tuple(in_force(given)),
        withdrawals=tuple(withdrawals(given)),
        statuses=latest_reports(reports),
        counts=tally(published.floorplan.zones, reports).by_status,
        conflicts=tuple(list_conflicts(c, incident.id)) if is_open else (),
        late_calls=late,
        plan=plan,
        plan_behind=behind,
        plan_failed_at=_plan_failed_at(c, incident, plan) if behind else None,
        reach=plan if plan is None or plan.reach_etag else find_latest_reach(c, incident.id),
        reach_failed_at=_reach_failed_at(c, incident, plan) if plan and not plan.reach_etag else None,
    )
    return Seen(picture, _by_person(given_by))


def _by_person(given_by: Sequence[Kept]) -> dict[UUID | None, Mapping[UUID, StatusReport]]:
    own: dict[UUID | None, list[StatusReport]] = defaultdict(list)
    for one in given_by:
        own[one.by].append(one.report)
    return {person: latest_reports(reports) for person, reports in own.items()}


def _plan_failed_at(c: Connection, incident: Incident, plan: StoredPlan | None) -> datetime | None:
    after = plan.seq if plan else 0
    failure = find_last_event(c, incident.site_id, EventKind.PLAN_FAILED, incident.id, after=after)
    return failure.at if failure else None


def _reach_failed_at(c: Connection, incident: Incident, plan: StoredPlan) -> datetime | None:
    failure = find_last_event(c, incident.site_id, EventKind.REACH_FAILED, incident.id, after=plan.seq)
    return failure.at if failure and failure.payload.get("plan") == plan.etag else None
