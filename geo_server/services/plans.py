"""Plans of an incident: made again after every change, read by those who may.

Routes are advice, directives are orders of people. A plan is made of what one moment knew, after what it is about has been
committed, and nothing is locked meanwhile; when that fails, what was recorded stays and the failure is itself an event.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from geo_server.domain.errors import GeoServerError
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident, IncidentState
from geo_server.domain.places import Site
from geo_server.services.planning import (
    MadePlan,
    PlanInputs,
    count_people,
    keep_safe_ways,
    plan_ways_of,
    read_inputs,
)
from geo_server.services.published import PublishedFloorplans
from geo_server.services.reaches import Reaches
from geo_server.services.turns import Turns
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq, record_event, routes_changed
from geo_server.store.incidents import find_open_incident, load_incident
from geo_server.store.plans import (
    StoredPlan,
    add_plan,
    find_latest_plan,
    load_packed_document,
    load_packed_reach,
    load_plan_document,
    pack,
)
from geo_server.store.sites import list_sites

log = logging.getLogger(__name__)

Route = dict[str, Any]
"""A zone's route as it stands in a plan document."""

NOWHERE = pack(b"[]")
"""Where threats can be while there is none, as the reach of a plan is kept."""

PARSED_KEPT = 8
"""Plans that stay in memory, a megabyte or two each: everybody asks for the latest one of their site."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What is looked up in a plan: routes by zone id, each with the moment that its seconds count from, and its people."""

    routes: Mapping[str, Route]
    people: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class LatestPlan:
    """The latest plan of an incident.

    Args:
        document: As packed.
        reach: As packed; None until it is drawn.
        behind: Something that routes depend on was recorded after it: no way of it is safe for sure.
    """

    stored: StoredPlan
    document: bytes
    reach: bytes | None
    behind: bool


def is_behind(c: Connection, stored: StoredPlan) -> bool:
    """Whether something that routes depend on was recorded after a plan was made."""
    return routes_changed(c, stored.site_id, stored.seq)


def _wants(c: Connection, incident: Incident, seq: int) -> bool:
    """Whether an incident is open and has no plan that knows of an event."""
    stored = find_latest_plan(c, incident.id)
    return incident.state is IncidentState.OPEN and (stored is None or stored.seq < seq)


class Plans:
    """Makes and reads the plans of all sites of a process. Shared by threads.

    Args:
        database: Where all is kept.
        floorplans: What is published, ready for planning.
        reaches: Draws where threats can be after each plan.

    Attributes:
        on_failure: Called with the site of each plan that failed.
    """

    def __init__(self, database: Database, floorplans: PublishedFloorplans, reaches: Reaches) -> None:
        self._database = database
        self._floorplans = floorplans
        self._reaches = reaches
        self.on_failure: Callable[[Site], object] = lambda _: None
        self._lock = threading.Lock()
        self._turns = Turns()
        self._parsed: OrderedDict[UUID, _Read] = OrderedDict()

    def replan(self, site: Site, incident_id: UUID, seq: int) -> bool:
        """Plan all ways out for an incident, with everything that is known once its turn has come.

        Whoever waits holds no connection to the database. A planner that fails loses nothing: the failure is logged and
        recorded, and the previous plan stays with its age. An incident that is not open needs no plan.

        Args:
            site: The incident's site.
            incident_id: The incident.
            seq: Number of an event that the plan has to know of; when a stored one does, nothing is done.

        Returns:
            False when the plan failed.
        """
        return self._turns.take(incident_id, seq, lambda last: self._plan_or_say_so(site, incident_id, last))

    def replan_open(self, site: Site, seq: int | None = None) -> bool | None:
        """:meth:`replan` for the open incident of a site, with all events so far when none is named.

        Returns:
            None when no incident is open.
        """
        with self._database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            latest = last_seq(c, site.id)
        return None if incident is None else self.replan(site, incident.id, latest if seq is None else seq)

    def replan_if_due(self, site: Site) -> bool:
        """:meth:`replan` for the open incident of a site if its plan is behind, or counts too few people in some zone.

        Returns:
            False when the plan failed, and it is still due.
        """
        with self._database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            if incident is None or not self._is_due(c, site, incident):
                return True
            seq = last_seq(c, site.id)
        return self.replan(site, incident.id, seq)

    def _has_more_people(self, c: Connection, site: Site, incident: Incident, stored: StoredPlan) -> bool:
        """Whether more people are known of in some zone than a plan counted."""
        inside = count_people(c, self._floorplans.load(c, site), incident)
        if inside is None:
            return False
        counted = self._read(c, stored).people
        return any(number > counted.get(zone_id, 0) for zone_id, number in inside.people.items())

    def replan_behind(self, leaving: threading.Event) -> None:
        """Plan every open incident whose plan is behind, or counts too few people: a process may have ended before it planned.

        Args:
            leaving: Once it is set, no other plan is begun.
        """
        try:
            waiting = self._list_behind()
        except GeoServerError as refusal:
            log.warning("Plans of an earlier process are not looked after: %s", refusal)
            return
        for site, incident_id, seq in waiting:
            if leaving.is_set():
                return
            self.replan(site, incident_id, seq)

    def _list_behind(self) -> list[tuple[Site, UUID, int]]:
        waiting = []
        with self._database.snapshot() as c:
            for site in list_sites(c):
                incident = find_open_incident(c, site.id)
                if incident is not None and self._is_due(c, site, incident):
                    waiting.append((site, incident.id, last_seq(c, site.id)))
        return waiting

    def _is_due(self, c: Connection, site: Site, incident: Incident) -> bool:
        latest = find_latest_plan(c, incident.id)
        return latest is None or is_behind(c, latest) or self._has_more_people(c, site, incident, latest)

    def find_latest(self, site: Site) -> LatestPlan | None:
        """The latest plan of the open incident; None when there is none."""
        with self._database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            stored = None if incident is None else find_latest_plan(c, incident.id)
            if stored is None:
                return None
            document, reach = load_packed_document(c, stored.id), load_packed_reach(c, stored.id)
            return LatestPlan(stored, document, reach, is_behind(c, stored))

    def find_route(self, stored: StoredPlan, zone_id: UUID) -> Route | None:
        """A zone's route in a plan, with the moment that its seconds count from."""
        read = self._kept(stored)
        if read is None:
            with self._database.snapshot(stored.site_id) as c:
                read = self._read(c, stored)
        return read.routes.get(str(zone_id))

    def _plan_or_say_so(self, site: Site, incident_id: UUID, seq: int) -> bool:
        try:
            inputs = self._inputs(site, incident_id, seq)
            if inputs is not None:
                self._keep(site, plan_ways_of(inputs))
        except Exception:
            log.exception("No plan could be made for incident %s of site %s", incident_id, site.slug)
            self._say_that_it_failed(site, incident_id)
            self.on_failure(site)
            return False
        return True

    def _inputs(self, site: Site, incident_id: UUID, seq: int) -> PlanInputs | None:
        """What to plan with; None when nothing is to be planned."""
        with self._database.snapshot(site.id) as c:
            incident = load_incident(c, site.id, incident_id)
            return read_inputs(c, self._floorplans, site, incident) if _wants(c, incident, seq) else None

    def _say_that_it_failed(self, site: Site, incident_id: UUID) -> None:
        """Record it, unless the database is what failed: who reported something is told that it was taken all the same."""
        try:
            with self._database.transaction(site.id) as c:
                record_event(c, site.id, EventKind.PLAN_FAILED, {"incident_id": str(incident_id)})
        except GeoServerError as refusal:
            log.warning("Nor could that be recorded: %s", refusal)

    def _keep(self, site: Site, made: MadePlan) -> None:
        """Keep a plan, unless another process has kept one meanwhile that knows as much, or the incident has ended."""
        with self._database.transaction(site.id) as c:
            incident = load_incident(c, site.id, made.inputs.incident.id, lock=True)
            if not _wants(c, incident, made.inputs.seq):
                return
            stored = add_plan(
                c,
                site_id=site.id,
                incident_id=incident.id,
                seq=made.inputs.seq,
                floorplan_rev=made.inputs.published.rev,
                parameters_hash=made.parameters_hash,
                made_for_at=made.inputs.request.now,
                document=made.document,
                reach=None if made.inputs.request.threats else NOWHERE,
            )
            payload = {"incident_id": str(incident.id), "etag": stored.etag}
            record_event(c, site.id, EventKind.PLAN_MADE, payload)
        keep_safe_ways(stored, made)
        if stored.reach_etag is None:
            self._reaches.draw(site, stored, made.inputs)

    def _read(self, c: Connection, stored: StoredPlan) -> _Read:
        """A plan, parsed once."""
        read = self._kept(stored)
        if read is None:
            document = orjson.loads(load_plan_document(c, stored.id))
            moment = document["made_for_at"]
            read = _Read(
                {route["zone_id"]: {**route, "made_for_at": moment} for route in document["zones"]},
                {UUID(zone_id): number for zone_id, number in document["assumptions"].get("people", {}).items()},
            )
            with self._lock:
                self._parsed[stored.id] = read
                while len(self._parsed) > PARSED_KEPT:
                    self._parsed.popitem(last=False)
        return read

    def _kept(self, stored: StoredPlan) -> _Read | None:
        with self._lock:
            if stored.id in self._parsed:
                self._parsed.move_to_end(stored.id)
            return self._parsed.get(stored.id)
