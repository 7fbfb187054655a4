"""The floorplan that is in force on a site, read and compiled once for each time that something is published."""

import threading
from collections import OrderedDict
from uuid import UUID

from geo_server.domain.places import Floorplan, Site
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.sites import floorplan_rev

SITES_KEPT = 8
"""Sites whose floorplan stays in memory: a process that serves more reads the others again."""


class Edition:
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


class Editions:
    """The editions that a process keeps, the least recently used forgotten first. Shared by threads."""

    def __init__(self, database: Database, sites_kept: int = SITES_KEPT) -> None:
        self._database = database
        self._sites_kept = sites_kept
        self._kept: OrderedDict[UUID, Edition] = OrderedDict()
        self._locks: dict[UUID, threading.Lock] = {}
        self._lock = threading.Lock()

    def current(self, site: Site) -> Edition:
        """The edition in force now."""
        with self._database.snapshot() as c:
            return self.load(c, site)

    def load(self, c: Connection, site: Site) -> Edition:
        """The edition that a transaction sees.

        Args:
            c: An open transaction. Its view decides which revision is in force.
            site: The site.
        """
        with self._lock_of(site.id):
            rev = floorplan_rev(c, site.id)
            edition = self._find(site.id, rev)
            while edition is None:
                read = Edition(rev, load_floorplan(c, site))
                rev = floorplan_rev(c, site.id)
                # Unless nothing was published while it was read: a transaction that is no snapshot sees both.
                edition = read if read.rev == rev else None
            self._keep(site.id, edition)
            return edition

    def _lock_of(self, site_id: UUID) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(site_id, threading.Lock())

    def _find(self, site_id: UUID, rev: int) -> Edition | None:
        with self._lock:
            edition = self._kept.get(site_id)
            if edition is None or edition.rev != rev:
                return None
            self._kept.move_to_end(site_id)
            return edition

    def _keep(self, site_id: UUID, edition: Edition) -> None:
        with self._lock:
            self._kept[site_id] = edition
            self._kept.move_to_end(site_id)
            while len(self._kept) > self._sites_kept:
                self._kept.popitem(last=False)
