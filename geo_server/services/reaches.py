"""Where the threats of an incident can be: drawn after each plan of it, kept beside it, and told of by an event of its own.

Nobody waits for it. One is drawn at a time, and of an incident that was planned for again meanwhile only the latest; what is
begun is also ended, so that areas come however fast sightings follow each other.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from geo_server.domain.errors import GeoServerError, Unavailable
from geo_server.domain.events import EventKind
from geo_server.domain.places import Site
from geo_server.services.planning import PlanInputs, draw_reach, read_inputs
from geo_server.services.published import PublishedFloorplans
from geo_server.store.database import Database
from geo_server.store.events import record_event, routes_changed
from geo_server.store.incidents import find_open_incident
from geo_server.store.plans import StoredPlan, add_reach, find_latest_plan, find_latest_reach, load_reach
from geo_server.store.sites import list_sites

log = logging.getLogger(__name__)

AGAIN_S, TRIES = 1.0, 60
"""Before the database is asked again that was away, and how often."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    site: Site
    plan: StoredPlan
    inputs: PlanInputs


class Reaches:
    """Draws and reads the reaches of all sites of a process. Shared by threads.

    Args:
        database: Where all is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._closed = threading.Event()
        self._one_by_one = ThreadPoolExecutor(1, thread_name_prefix="reach")
        self._lock = threading.Lock()
        self._wanted: dict[UUID, _Wanted] = {}

    def __enter__(self) -> Self:
        """Nothing has begun yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Begin no other. What is under way ends with its planner, and is made up for at the next start."""
        with self._lock:
            self._closed.set()
        self._one_by_one.shutdown(wait=False, cancel_futures=True)

    def draw(self, site: Site, plan: StoredPlan, inputs: PlanInputs) -> None:
        """Draw the reach of a plan soon, in place of that of an earlier plan of the incident which nobody has begun with.

        Args:
            site: The site.
            plan: The plan.
            inputs: What it was made of.
        """
        with self._lock:
            waits = plan.incident_id in self._wanted
            self._wanted[plan.incident_id] = _Wanted(site, plan, inputs)
            if not (waits or self._closed.is_set()):
                self._one_by_one.submit(self._draw_latest, plan.incident_id)

    def draw_missing(self, floorplans: PublishedFloorplans) -> None:
        """Draw that of every open incident whose latest plan has none: a process may have ended before it drew.

        Args:
            floorplans: What is published, ready for planning.
        """
        with self._database.snapshot() as c:
            sites = list_sites(c)
        for site in sites:
            try:
                wanted = self._find_missing(floorplans, site)
            except GeoServerError as refusal:
                log.warning("Whether a reach of site %s is missing cannot be seen: %s", site.slug, refusal)
                continue
            if wanted is not None:
                self.draw(wanted.site, wanted.plan, wanted.inputs)

    def find_latest(self, site: Site) -> tuple[StoredPlan, bytes, bool] | None:
        """The reach of the open incident that knows most: the plan that it belongs to, its UTF-8 JSON, and whether the incident
        is an exercise. None when there is none.
        """
        with self._database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            stored = None if incident is None else find_latest_reach(c, incident.id)
            reach = None if stored is None else load_reach(c, stored.id)
        return None if incident is None or stored is None or reach is None else (stored, reach, incident.exercise)

    def _find_missing(self, floorplans: PublishedFloorplans, site: Site) -> _Wanted | None:
        with self._database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            plan = None if incident is None else find_latest_plan(c, incident.id)
            if incident is None or plan is None or plan.reach_etag or routes_changed(c, site.id, plan.seq):
                return None
            inputs = read_inputs(c, floorplans, site, incident)
        # Nothing that it depends on has changed since: it is that of the plan's own moment.
        return _Wanted(site, plan, replace(inputs, request=replace(inputs.request, now=plan.made_for_at)))

    def _draw_latest(self, incident_id: UUID) -> None:
        with self._lock:
            wanted = self._wanted.pop(incident_id)
        try:
            reach = draw_reach(wanted.inputs)
        except Unavailable as lack:  # the planners are closed
            log.info("No reach was drawn for incident %s of site %s: %s", incident_id, wanted.site.slug, lack)
            return
        except Exception:
            log.exception("No reach could be drawn for incident %s of site %s", incident_id, wanted.site.slug)
            self._until_taken(wanted, self._say_that_it_failed)
            return
        self._until_taken(wanted, lambda wanted: self._keep(wanted, reach))

    def _until_taken(self, wanted: _Wanted, record: Callable[[_Wanted], None]) -> None:
        """Record something, again and again while the database is away, unless there is a newer plan or the server ends."""
        for _ in range(TRIES):
            try:
                record(wanted)
            except Unavailable as lack:
                log.warning("The reach of incident %s cannot be kept yet: %s", wanted.plan.incident_id, lack)
            except Exception:
                log.exception("The reach of incident %s cannot be kept", wanted.plan.incident_id)
                return
            else:
                return
            if wanted.plan.incident_id in self._wanted or self._closed.wait(AGAIN_S):
                return

    def _keep(self, wanted: _Wanted, reach: bytes) -> None:
        with self._database.transaction(wanted.site.id) as c:
            stored = add_reach(c, wanted.plan.id, reach)
            if stored is not None:
                payload = {"incident_id": str(stored.incident_id), "etag": stored.reach_etag}
                record_event(c, wanted.site.id, EventKind.REACH_MADE, payload)

    def _say_that_it_failed(self, wanted: _Wanted) -> None:
        with self._database.transaction(wanted.site.id) as c:
            payload = {"incident_id": str(wanted.plan.incident_id), "plan": wanted.plan.etag}
            record_event(c, wanted.site.id, EventKind.REACH_FAILED, payload)
