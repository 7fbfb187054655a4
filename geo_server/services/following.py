"""Following a reading: how far it has come is put on record, not too often, and it ends when it is to be stopped."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from geo_server.domain.errors import Unavailable
from geo_server.domain.progress import Step
from geo_server.services.imports import tell_change
from geo_server.store.database import Database
from geo_server.store.imports import Import, note_step

NOTE_S = 0.5
"""Least seconds between two steps on record: each is a write, and a live event for every page."""


class Stopped(Exception):
    """The reading is to end, and nothing is to come of it here."""


class Follower:
    """Hears the steps of one import, from several threads.

    Args:
        database: Where they are put on record.
        running: The import, as this attempt at it began.
        stopped: Whether the reading is to end.
    """

    def __init__(self, database: Database, running: Import, stopped: Callable[[], bool]) -> None:
        self._database = database
        self._running = running
        self._stopped = stopped
        self._lock = threading.Lock()
        self._latest: Step | None = None
        self._noted_at = float("-inf")

    def hear(self, step: Step | None) -> None:
        """Take the next step, or with None see whether the last one is to be noted now.

        Raises:
            Stopped: The reading is to end.
        """
        if self._stopped():
            raise Stopped
        with self._lock:
            self._latest = step or self._latest
            if self._latest is not None and time.monotonic() - self._noted_at >= NOTE_S:
                self._note(self._latest)

    def reach(self, step: Step) -> None:
        """Note a step at once.

        Raises:
            Stopped: The reading is to end.
        """
        self._noted_at = float("-inf")
        self.hear(step)

    def _note(self, step: Step) -> None:
        """Put a step on record; a database that is away for a moment ends no reading."""
        self._latest, self._noted_at = None, time.monotonic()
        with suppress(Unavailable), self._database.transaction(self._running.site_id) as c:
            noted = note_step(c, self._running, step)
            if noted is None:
                raise Stopped
            tell_change(c, noted)
