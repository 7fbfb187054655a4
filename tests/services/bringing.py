"""Bringing in drawings as a server does, with the job done at once and here."""

from collections.abc import Sequence
from uuid import UUID

from geo_server.domain.places import Site
from geo_server.services.drawings import DrawingFile
from geo_server.services.imports import find_site_import, receive, refusal_of
from geo_server.services.joining import OtherLevels
from geo_server.services.reading import Reader
from geo_server.store.database import Database
from geo_server.store.imports import Import
from geo_server.store.revisions import Revision


def import_drawing(
    database: Database,
    site: Site,
    building_name: str,
    files: Sequence[DrawingFile],
    *,
    by: UUID | None,
    other_levels: OtherLevels | None = None,
) -> Revision:
    """The draft that comes of files; what they are refused for is raised."""
    one, draft = do_job(database, site, receive(database, site, building_name, files, by=by, other_levels=other_levels))
    if draft is None:
        raise refusal_of(one)
    return draft


def do_job(database: Database, site: Site, received: Import) -> tuple[Import, Revision | None]:
    """Read an import that waits; what became of it."""
    assert received.job_id is not None
    Reader(database).read(received.id, received.job_id, lambda: False)
    return find_site_import(database, site, received.id)
