"""A drawing brought in as a draft, on record from its beginning to its end.

Terminology:
    lease: a running import says every few seconds that it still runs. One that has not for ``LEASE_S`` belongs to a
        process that was killed, and is marked as failed by whoever looks next.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID

from geo_server.domain.errors import GeoServerError, InvalidInput
from geo_server.domain.places import Building, Site
from geo_server.services.drawings import (
    DrawingFile,
    Progress,
    join_files,
    new_building,
    read_files,
    silent,
    with_ordinals,
)
from geo_server.services.joining import OtherLevels
from geo_server.services.revisions import keep_draft
from geo_server.services.unpacking import unpack
from geo_server.store.database import Connection, Database
from geo_server.store.imports import Import, add_import, fail_silent_imports, finish_import, list_imports, note_step
from geo_server.store.revisions import Revision
from geo_server.store.sites import find_building

BEAT_S = 5.0
LEASE_S = 30.0
"""Six beats: a database that restarts meanwhile ends no import."""

_BUG = GeoServerError("This program made a mistake while reading it.", advice="Its log says more.")
"""What is on record of an import that ended with no refusal."""

_SILENT = GeoServerError("The server was stopped while it read this file.", advice="Send the file again.")


def import_drawing(
    database: Database,
    site: Site,
    building_name: str,
    files: Sequence[DrawingFile],
    *,
    by: UUID | None,
    other_levels: OtherLevels | None = None,
    progress: Progress = silent,
) -> Revision:
    """Read files of one building and keep what they show as a draft; a file in lon, lat is placed by that.

    Levels that the building has and the files do not show are kept as they are in its latest revision. The import is on
    record from its beginning, and says why it failed when it does.

    Args:
        database: Where it is kept.
        site: Site of the building.
        building_name: The building; made when the site has none of that name.
        files: One level each, or one file with several of them.
        by: A person's id; None is the operator at the command line.
        other_levels: What becomes of the levels that the files do not show; None keeps the latest revision's.
        progress: Told what is being done.

    Raises:
        GeoServerError: A file is refused, or does not fit to the levels that are kept; nothing but the failed import is
            kept.
    """
    files = with_ordinals(unpack(files))
    if not files:
        raise InvalidInput("There is no file.", where="file", advice="Give a drawing.")
    with database.snapshot() as c:
        known = find_building(c, site.id, building_name)
    building = known or new_building(site, building_name)
    with database.transaction() as c:
        import_ids = [_begin(c, site, known, file, by) for file in files]
    with _on_record(database, import_ids) as note:

        def tell(step: str) -> None:
            note(step)
            progress(step)

        read = join_files(building, files, read_files(files, tell), site.frame)
        with database.transaction() as c:
            draft, _ = keep_draft(c, site, read, other_levels or OtherLevels(), by=by)
            for import_id in import_ids:
                finish_import(c, import_id, result=draft.id)
    return draft


def list_site_imports(database: Database, site: Site) -> list[Import]:
    """The imports of a site, latest first; those of processes that were killed have failed."""
    fail_abandoned(database)
    with database.snapshot() as c:
        return list_imports(c, site.id)


def fail_abandoned(database: Database) -> int:
    """Mark the imports of processes that were killed as failed; how many that were."""
    with database.transaction() as c:
        return fail_silent_imports(c, LEASE_S, _SILENT)


def _begin(c: Connection, site: Site, building: Building | None, file: DrawingFile, by: UUID | None) -> UUID:
    begun = add_import(
        c,
        site_id=site.id,
        building_id=building.id if building else None,
        file_name=file.name,
        size_bytes=len(file.data),
        sha256=file.sha256,
        started_by=by,
    )
    return begun.id


@contextmanager
def _on_record(database: Database, import_ids: Sequence[UUID]) -> Iterator[Progress]:
    """Keep the lease of running imports, and put on record why they failed when they do.

    Yields:
        Notes what is being done.
    """
    with _beating(database, import_ids) as note:
        try:
            yield note
        except Exception as fault:
            why = fault if isinstance(fault, GeoServerError) else _BUG
            with suppress(GeoServerError), database.transaction() as c:  # else the lease ends it
                for import_id in import_ids:
                    finish_import(c, import_id, result=why)
            raise


@contextmanager
def _beating(database: Database, import_ids: Sequence[UUID]) -> Iterator[Progress]:
    """Note the latest step again and again, from a thread of its own."""
    ended = threading.Event()
    steps = ["received"]

    def beat() -> None:
        while not ended.wait(BEAT_S):
            _note(database, import_ids, steps[-1])

    def note(step: str) -> None:
        steps.append(step)
        _note(database, import_ids, step)

    thread = threading.Thread(target=beat, name="import lease", daemon=True)
    thread.start()
    try:
        yield note
    finally:
        ended.set()
        thread.join()


def _note(database: Database, import_ids: Sequence[UUID], step: str) -> None:
    """Note a step; a database that is away for a moment ends no import."""
    with suppress(GeoServerError), database.transaction() as c:
        note_step(c, import_ids, step)
