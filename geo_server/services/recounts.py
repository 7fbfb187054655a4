"""Plans again for people whom no plan has counted yet: some seconds after the first report that tells of them.

In the first minutes reports come in by the hundred. One plan counts all that came within :data:`GATHER_S`, and every device
fetches one plan instead of a hundred. Until then the plan before stands: it says whom it counted.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from geo_server.domain.errors import GeoServerError
from geo_server.domain.places import Site
from geo_server.services.plans import Plans

log = logging.getLogger(__name__)

THREAD_NAME = "recounts"
GATHER_S = 10.0


class Recounts:
    """The sites of a process on which people were reported. Shared by threads.

    Args:
        plans: Makes the plans.
        gather_s: Seconds from the first report to the plan.
    """

    def __init__(self, plans: Plans, gather_s: float = GATHER_S) -> None:
        self._plans = plans
        self._gather_s = gather_s
        self._sites: dict[UUID, Site] = {}
        self._lock = threading.Lock()
        self._asked, self._leaving = threading.Event(), threading.Event()

    def soon(self, site: Site) -> None:
        """Plan again for a site's open incident, if more people are known of by then."""
        with self._lock:
            self._sites[site.id] = site
        self._asked.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do it in a thread beside the block. Leaving waits for the plan that is under way, and begins no other."""
        thread = threading.Thread(target=self._run, name=THREAD_NAME)
        thread.start()
        try:
            yield
        finally:
            self._leaving.set()
            self._asked.set()
            await asyncio.to_thread(thread.join)

    def _run(self) -> None:
        while self._asked.wait() and not self._leaving.wait(self._gather_s):
            self._asked.clear()
            with self._lock:
                sites, self._sites = self._sites, {}
            for site in sites.values():
                if not self._leaving.is_set():
                    self._plan(site)

    def _plan(self, site: Site) -> None:
        try:
            self._plans.replan_for_more_people(site)
        except GeoServerError as refusal:
            log.warning("People reported on site %s are not counted yet: %s", site.slug, refusal)
        except Exception:
            log.exception("People reported on site %s are not counted yet", site.slug)
