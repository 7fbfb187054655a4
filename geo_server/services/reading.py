"""The job of an import: its files are read in child processes, and what they show becomes one draft.

A server may be killed at any moment, and then another does the job again from its beginning. The draft and the word that
the import has ended are written in one transaction, so however often it is read there is one draft.
"""

import logging
from collections.abc import Callable
from uuid import UUID

from geo_server.domain.errors import DatabaseUnavailable, GeoServerError, Unavailable
from geo_server.domain.places import Site
from geo_server.domain.progress import MATCHING, STORING
from geo_server.services.drawings import ReadBuilding, join_files, new_building, read_files, with_ordinals
from geo_server.services.following import Follower, Stopped
from geo_server.services.imports import load_drawings, tell_change
from geo_server.services.joining import OtherLevels
from geo_server.services.revisions import keep_draft
from geo_server.services.unpacking import unpack
from geo_server.store import imports as rows
from geo_server.store.database import Database
from geo_server.store.import_files import forget_files
from geo_server.store.imports import Import
from geo_server.store.sites import find_building, load_site_by_id

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""How often reading may be broken off, by servers that come to their end, before the import is taken to be why."""

_BUG = GeoServerError(
    "This program made a mistake while reading it.", advice="Its log says more. Try again after an update."
)
_DEADLY = GeoServerError(
    f"Reading this was broken off {MOST_ATTEMPTS} times: the server was stopped, or lost its database.",
    advice="See in its log why; then try again, or send the levels one at a time.",
)


class Reader:
    """Does the jobs of imports.

    Args:
        database: Where imports and their files are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, import_id: UUID, job_id: int, stopped: Callable[[], bool]) -> None:
        """Read an import, unless nothing is to come of it any more.

        Args:
            import_id: The import.
            job_id: The job that asks.
            stopped: Whether it is to be stopped: it was cancelled, or the server is going down.

        Raises:
            DatabaseUnavailable: So that the job has to be done again.
        """
        running = self._begin(import_id, job_id)
        if running is None:
            return
        try:
            self._read(running, Follower(self._database, running, stopped))
        except Stopped:
            self._put_back(running)
        except DatabaseUnavailable:
            raise
        except Unavailable as lack:
            self._fail(running, lack, refused=False)
        except GeoServerError as refusal:
            self._fail(running, refusal, refused=True)
        except Exception:
            log.exception("The import %s could not be read", import_id)
            self._fail(running, _BUG, refused=False)

    def _begin(self, import_id: UUID, job_id: int) -> Import | None:
        with self._database.transaction() as c:
            begun = rows.begin_import(c, import_id, job_id)
            if begun is not None and begun.attempts > MOST_ATTEMPTS:
                begun = rows.fail_import(c, import_id, _DEADLY, refused=False)
            if begun is not None:
                tell_change(c, begun)
        return begun if begun is not None and begun.state.is_open else None

    def _read(self, running: Import, follower: Follower) -> None:
        target = running.target
        with self._database.snapshot(running.site_id) as c:
            site = load_site_by_id(c, running.site_id)
            building = find_building(c, site.id, target.building_name) or new_building(site, target.building_name)
            sent = load_drawings(c, running.id)
        files = with_ordinals(unpack(sent))
        results = read_files(files, follow=follower.hear)
        follower.reach(MATCHING)
        read = join_files(building, files, results, site.frame)
        follower.reach(STORING)
        self._store(running, site, read)

    def _store(self, running: Import, site: Site, read: ReadBuilding) -> None:
        """Keep the draft and end the import, both or neither; nothing when somebody has ended it meanwhile."""
        others = OtherLevels(running.target.keep_others, running.target.onto)
        with self._database.transaction(running.site_id) as c:
            if not rows.lock_running(c, running):
                return
            draft, _ = keep_draft(c, site, read, others, by=running.started_by)
            finished = rows.finish_import(c, running.id, draft.id)
            forget_files(c, running.id)
            tell_change(c, finished)

    def _put_back(self, running: Import) -> None:
        with self._database.transaction(running.site_id) as c:
            if waiting := rows.put_back(c, running):
                tell_change(c, waiting)

    def _fail(self, running: Import, why: GeoServerError, *, refused: bool) -> None:
        with self._database.transaction(running.site_id) as c:
            if not rows.lock_running(c, running):
                return
            failed = rows.fail_import(c, running.id, why, refused=refused)
            if refused:
                forget_files(c, running.id)
            tell_change(c, failed)
