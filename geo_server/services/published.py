"""The floorplan that is in force on a site, read and made ready once for each time that something is published."""

import threading
from collections import OrderedDict
from uuid import UUID

from geo_server.domain.places import Floorplan, Site
from geo_server.services.planner import Ready, T, Task
from geo_server.services.planners import Desk, Planners
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.sites import floorplan_rev, list_sites

SITES_KEPT = 8
"""Sites whose floorplan stays in memory: a process that serves more reads the others again."""


class PublishedFloorplan:
    """A site's published floorplan at one revision number.

    Args:
        rev: The site's ``floorplan_rev``.
        floorplan: In site metres.
        planners: Of the process.
    """

    def __init__(self, rev: int, floorplan: Floorplan, planners: Planners) -> None:
        self.rev = rev
        self.floorplan = floorplan
        self._planners = planners
        self._lock = threading.Lock()
        self._ready: Ready | None = None

    def ready(self) -> Ready:
        """The floorplan ready for planning. One thread has it made, others wait for that."""
        with self._lock:
            if self._ready is None:
                self._ready = self._planners.prepare(self.floorplan)
            return self._ready

    def work(self, task: Task[T], desk: Desk = Desk.ASKED) -> T:
        """What a task makes of it, in a process of its own.

        Args:
            task: See :data:`~geo_server.services.planner.Task`.
            desk: Where it is done.

        Raises:
            GeoServerError: The task refuses what it was given.
            RuntimeError: There is a bug in it, or it takes too long.
        """
        return self._planners.work(desk, self.ready(), task)


class PublishedFloorplans:
    """The floorplans that a process keeps, the least recently used forgotten first. Shared by threads."""

    def __init__(self, database: Database, planners: Planners, sites_kept: int = SITES_KEPT) -> None:
        self._database = database
        self._planners = planners
        self._sites_kept = sites_kept
        self._kept: OrderedDict[UUID, PublishedFloorplan] = OrderedDict()
        self._locks: dict[UUID, threading.Lock] = {}
        self._lock = threading.Lock()

    def current(self, site: Site) -> PublishedFloorplan:
        """What is in force now."""
        with self._database.snapshot(site.id) as c:
            return self.load(c, site)

    def list_sites(self) -> list[Site]:
        """As many sites as are kept."""
        with self._database.snapshot() as c:
            return list_sites(c)[: self._sites_kept]

    def load(self, c: Connection, site: Site) -> PublishedFloorplan:
        """What a transaction sees as published.

        Args:
            c: An open transaction. Its view decides which revision is in force.
            site: The site.
        """
        with self._lock_of(site.id):
            rev = floorplan_rev(c, site.id)
            published = self._find(site.id, rev)
            while published is None:
                read = PublishedFloorplan(rev, load_floorplan(c, site), self._planners)
                rev = floorplan_rev(c, site.id)
                # Unless nothing was published while it was read: a transaction that is no snapshot sees both.
                published = read if read.rev == rev else None
            self._keep(site.id, published)
            return published

    def _lock_of(self, site_id: UUID) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(site_id, threading.Lock())

    def _find(self, site_id: UUID, rev: int) -> PublishedFloorplan | None:
        with self._lock:
            published = self._kept.get(site_id)
            if published is None or published.rev != rev:
                return None
            self._kept.move_to_end(site_id)
            return published

    def _keep(self, site_id: UUID, published: PublishedFloorplan) -> None:
        with self._lock:
            self._kept[site_id] = published
            self._kept.move_to_end(site_id)
            while len(self._kept) > self._sites_kept:
                self._kept.popitem(last=False)
