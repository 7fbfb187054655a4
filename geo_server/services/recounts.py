"""Plans again for people whom no plan has counted yet, some seconds after the first report that tells of them, and where a plan
failed.

In the first minutes reports come in by the hundred. One plan counts all that came within :data:`GATHER_S`, and every device
fetches one plan instead of a hundred. Until then the plan before stands: it says whom it counted.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from uuid import UUID

from geo_server.domain.errors import GeoServerError
from geo_server.domain.places import Site
from geo_server.services.plans import Plans

log = logging.getLogger(__name__)

THREAD_NAME = "recounts"
GATHER_S = 10.0

AT_ONCE = 4
"""Sites that are planned for at once: one that waits for its database or its turn holds up no other."""

MOST_DOUBLED = 5
"""So often the time to the next try after a failure is doubled."""


class Recounts:
    """The sites of a process on which people were reported, or a plan failed. Shared by threads.

    A site whose plan fails comes here, whatever it was made for, and is tried again, each time after twice as long. What a process
    had here when it ended the next one finds by itself (:meth:`Plans.replan_behind`).

    Args:
        plans: Makes the plans.
        gather_s: Seconds from the first report to the plan.
    """

    def __init__(self, plans: Plans, gather_s: float = GATHER_S) -> None:
        self._plans = plans
        plans.on_failure = self.soon
        self._gather_s = gather_s
        self._sites: dict[UUID, Site] = {}
        self._under_way: set[UUID] = set()
        self._failures: dict[UUID, int] = {}
        self._not_before: dict[UUID, float] = {}
        self._lock = threading.Lock()
        self._asked, self._leaving = threading.Event(), threading.Event()

    def soon(self, site: Site) -> None:
        """Plan again for a site's open incident, if that is still due by then."""
        with self._lock:
            self._sites[site.id] = site
            self._not_before.pop(site.id, None)
            self._asked.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do it in threads beside the block. Leaving waits for the plans that are under way, and begins no other."""
        thread = threading.Thread(target=self._run, name=THREAD_NAME)
        thread.start()
        try:
            yield
        finally:
            self._leaving.set()
            self._asked.set()
            await asyncio.to_thread(thread.join)

    def _run(self) -> None:
        with ThreadPoolExecutor(AT_ONCE, THREAD_NAME) as pool:
            while self._asked.wait() and not self._leaving.wait(self._gather_s):
                for site in self._take():
                    pool.submit(self._plan, site)

    def _take(self) -> list[Site]:
        """The sites whose time has come; of one that is being planned for it comes after that."""
        now = time.monotonic()
        with self._lock:
            due = [one for one in self._sites.values() if one.id not in self._under_way]
            due = [site for site in due if self._not_before.get(site.id, now) <= now]
            for site in due:
                del self._sites[site.id]
                self._under_way.add(site.id)
            if not self._sites:
                self._asked.clear()
        return due

    def _plan(self, site: Site) -> None:
        planned = self._leaving.is_set() or self._is_planned(site)
        with self._lock:
            self._under_way.discard(site.id)
            self._not_before.pop(site.id, None)
            failures = self._failures.pop(site.id, 0)
            if not planned:
                self._failures[site.id] = failures + 1
                self._not_before[site.id] = time.monotonic() + self._gather_s * 2 ** min(failures, MOST_DOUBLED)
                self._sites.setdefault(site.id, site)
                self._asked.set()

    def _is_planned(self, site: Site) -> bool:
        try:
            return self._plans.replan_if_due(site)
        except GeoServerError as refusal:
            log.warning("No plan for site %s yet: %s", site.slug, refusal)
        except Exception:
            log.exception("No plan for site %s yet", site.slug)
        return False
