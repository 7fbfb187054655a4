"""The floorplan that is in force on a site, read and compiled once for each time that something is published."""

import logging
import threading
from collections import OrderedDict
from uuid import UUID

from geo_server.domain.errors import GeoServerError, Unavailable
from geo_server.domain.places import Floorplan, Site
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.sites import floorplan_rev, list_sites

log = logging.getLogger(__name__)

SITES_KEPT = 8
"""Sites whose floorplan stays in memory: a process that serves more reads the others again."""


class PublishedFloorplan:
    """A site's published floorplan at one revision number.

    Args:
        rev: The site's ``floorplan_rev``.
        floorplan: In site metres.
    """

    def __init__(self, rev: int, floorplan: Floorplan) -> None:
        self.rev = rev
        self.floorplan = floorplan
        self._lock = threading.Lock()
        self._compiled: CompiledFloorplan | None = None

    def compiled(self) -> CompiledFloorplan:
        """The floorplan ready for planning. One thread builds it, others wait for that."""
        with self._lock:
            if self._compiled is None:
                self._compiled = compile_floorplan(self.floorplan)
            return self._compiled


class PublishedFloorplans:
    """The floorplans that a process keeps, the least recently used forgotten first. Shared by threads."""

    def __init__(self, database: Database, sites_kept: int = SITES_KEPT) -> None:
        self._database = database
        self._sites_kept = sites_kept
        self._kept: OrderedDict[UUID, PublishedFloorplan] = OrderedDict()
        self._locks: dict[UUID, threading.Lock] = {}
        self._lock = threading.Lock()

    def current(self, site: Site) -> PublishedFloorplan:
        """What is in force now."""
        with self._database.snapshot(site.id) as c:
            return self.load(c, site)

    def warm(self, site: Site) -> None:
        """Compile what is in force ahead of time, so that the first sighting does not wait for it.

        Meant for a thread in the background: a floorplan that cannot be compiled is logged, and will be the failure of
        whichever plan needs it. A database that is away, as when the server is stopped meanwhile, is nobody's failure.
        """
        try:
            self.current(site).compiled()
        except Unavailable as lack:
            log.info("The floorplan of site %s is not compiled ahead: %s", site.slug, lack)
        except Exception:
            log.exception("The floorplan of site %s cannot be compiled", site.slug)

    def warm_all(self, leaving: threading.Event) -> None:
        """:meth:`warm` as many sites as are kept.

        Args:
            leaving: Once it is set, no other site is begun.
        """
        try:
            with self._database.snapshot() as c:
                sites = list_sites(c)
        except GeoServerError as refusal:
            log.warning("No floorplan is compiled ahead: %s", refusal)
            return
        for site in sites[: self._sites_kept]:
            if leaving.is_set():
                return
            self.warm(site)

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
                read = PublishedFloorplan(rev, load_floorplan(c, site))
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
