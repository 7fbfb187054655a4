"""The database that the settings name, for commands."""

import contextlib
from collections.abc import Iterator
from typing import Annotated

import typer

from geo_server.cli.progress import Progress
from geo_server.settings import Settings
from geo_server.store import opening
from geo_server.store.database import Database

DataDir = Annotated[str | None, typer.Option(help="Folder of the embedded database [GEO_SERVER_DATA_DIR].")]


@contextlib.contextmanager
def open_database(settings: Settings, progress: Progress, *, own: bool = False) -> Iterator[Database]:
    """The database that the settings name: a PostGIS elsewhere, else the embedded one, started when nobody runs it.

    Args:
        settings: The settings.
        progress: Told what is being done.
        own: Be the one server of the embedded cluster; without meaning for a database elsewhere.

    Raises:
        GeoServerError: It cannot be opened, or has no PostGIS; says why and what to do.
    """
    if settings.database_url is not None:
        progress("Connecting to the database")
    with opening.open_database(settings.database_url, settings.data_dir, progress, own=own) as database:
        database.check()
        yield database
