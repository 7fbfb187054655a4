"""Drawings brought in as a draft: sent in, read by a job, followed, stopped and tried again.

Files are safe when :func:`receive` returns. Whatever becomes of the server then, :mod:`geo_server.services.reading` makes one
draft of them, or none and says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput, Unavailable
from geo_server.domain.events import EventKind
from geo_server.domain.places import Site
from geo_server.domain.states import ImportState
from geo_server.ingest.archive import is_archive, list_members
from geo_server.ingest.kinds import check_kind
from geo_server.services.drawings import DrawingFile, hash_together, name_together, with_ordinals
from geo_server.services.joining import OtherLevels
from geo_server.store import imports as rows
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection, Database
from geo_server.store.events import record_event
from geo_server.store.import_files import StoredFile, add_files, has_files, load_files
from geo_server.store.imports import Import, Problem, Source, Target, list_imports, load_import
from geo_server.store.jobs import add_job, stop_job
from geo_server.store.revisions import Revision, load_revision
from geo_server.store.sites import find_building

DAYS_KEPT = 7
"""How long the files of an import that failed or was cancelled are kept, in case somebody tries again."""


def receive(
    database: Database,
    site: Site,
    building_name: str,
    files: Sequence[DrawingFile],
    *,
    by: UUID | None,
    other_levels: OtherLevels | None = None,
) -> Import:
    """Keep files of one building, and have them read: a job makes a draft of what they show.

    Args:
        database: Where they are kept.
        site: Site of the building.
        building_name: The building; made with its first draft when the site has none of that name.
        files: One level each, or one file with several of them.
        by: A person's id; None is the operator.
        other_levels: What becomes of the levels that the files do not show; None keeps the latest revision's.

    Raises:
        GeoServerError: What can be told without reading the files: there is none, one is empty or of no kind that is
            known, an archive leads out of itself, two are said to show one level. Nothing is kept.
    """
    _check(files)
    others = other_levels or OtherLevels()
    with database.transaction(site.id) as c:
        building = find_building(c, site.id, building_name)
        target = Target(building_name, building.id if building else None, others.keep, others.onto)
        size = sum(len(file.data) for file in files)
        source = Source(name_together(files), size, hash_together(files))
        added = rows.add_import(c, site.id, target, source, started_by=by)
        add_files(c, site.id, added.id, [_stored(file) for file in files])
        return _start(c, added)


def cancel(database: Database, site: Site, import_id: UUID, *, by: UUID | None) -> Import:
    """Stop an import; whoever reads it hears of it at once.

    Raises:
        NotFound: The site has no such import.
        Conflict: It has ended already.
    """
    with database.transaction(site.id) as c:
        load_import(c, site.id, import_id)
        cancelled = rows.cancel_import(c, import_id)
        if cancelled.job_id is not None:
            stop_job(c, cancelled.job_id)
        _audit(c, cancelled, by, "import_cancelled")
        tell_change(c, cancelled)
    return cancelled


def retry(database: Database, site: Site, import_id: UUID, *, by: UUID | None) -> Import:
    """Have an import that failed or was cancelled read again.

    Raises:
        NotFound: The site has no such import.
        Conflict: It is in another state, or its files are not kept any more.
    """
    with database.transaction(site.id) as c:
        load_import(c, site.id, import_id)
        again = rows.reopen_import(c, import_id)
        if again is None:
            raise Conflict(
                f"The import {import_id} neither failed nor was cancelled.", advice="Send the files as a new import."
            )
        if not has_files(c, import_id):
            raise Conflict(f"The files of the import {import_id} are not kept any more.", advice="Send them again.")
        _audit(c, again, by, "import_retried")
        return _start(c, again)


def list_site_imports(database: Database, site: Site) -> list[Import]:
    """The imports of a site, latest first."""
    with database.snapshot(site.id) as c:
        return list_imports(c, site.id)


def find_site_import(database: Database, site: Site, import_id: UUID) -> tuple[Import, Revision | None]:
    """An import of a site, and the draft that came of it.

    Raises:
        NotFound: The site has no such import.
    """
    with database.snapshot(site.id) as c:
        one = load_import(c, site.id, import_id)
        return one, load_revision(c, site.id, one.revision_id) if one.revision_id else None


def load_drawings(c: Connection, import_id: UUID) -> list[DrawingFile]:
    """The files of an import, with what was said of each."""
    return [_drawing(file) for file in load_files(c, import_id)]


def tell_change(c: Connection, one: Import) -> None:
    """Record the live event of an import that changed; the last thing in a transaction."""
    record_event(c, one.site_id, EventKind.IMPORT_CHANGED, {"import_id": str(one.id), "state": one.state})


def refusal_of(one: Import) -> GeoServerError:
    """What an import that came to nothing is answered with: the refusal itself, or that it was stopped or failed."""
    problem = one.problem
    if problem is None:
        return Conflict("The import was cancelled.", advice="Try it again, or send other files.")
    if one.state is ImportState.FAILED:
        return Unavailable(problem.what, where=problem.where, advice=problem.advice)
    return _kind_of(problem)(problem.what, where=problem.where, advice=problem.advice)


def _kind_of(problem: Problem) -> type[GeoServerError]:
    kinds: list[type[GeoServerError]] = [GeoServerError]
    for kind in kinds:
        if kind.slug == problem.slug:
            return kind
        kinds += kind.__subclasses__()
    return GeoServerError


def _check(files: Sequence[DrawingFile]) -> None:
    if not files:
        raise InvalidInput("There is no file.", where="file", advice="Give a drawing.")
    for file in files:
        check_kind(file.data, file.name)
        if is_archive(file.data):
            list_members(file.data, file.name)
    with_ordinals(files)


def _start(c: Connection, one: Import) -> Import:
    """Have a waiting import read, and tell."""
    job_id = add_job(c, one.id)
    rows.set_job(c, one.id, job_id)
    tell_change(c, one)
    return replace(one, job_id=job_id)


def _audit(c: Connection, one: Import, by: UUID | None, action: str) -> None:
    detail = {"source": one.source.name, "sha256": one.source.sha256}
    record_audit(c, site_id=one.site_id, person_id=by, action=action, subject=str(one.id), detail=detail)


def _stored(file: DrawingFile) -> StoredFile:
    said = {
        "ordinal": file.ordinal,
        "level_name": file.level_name,
        "metres_per_unit": file.metres_per_unit,
        "crs": file.crs,
        "beside": {ending: data.decode("latin-1") for ending, data in file.beside.items()},
        "mapping": dict(file.mapping),
    }
    return StoredFile(file.name, file.data, said)


def _drawing(file: StoredFile) -> DrawingFile:
    said: Mapping[str, Any] = file.said
    beside = {ending: text.encode("latin-1") for ending, text in said["beside"].items()}
    return DrawingFile(file.name, file.data, **{**said, "beside": beside})
