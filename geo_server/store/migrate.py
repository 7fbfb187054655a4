"""Bring a database to the schema of this program, with Alembic, from the program itself."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, text

import geo_server
from geo_server.domain.errors import Conflict, DatabaseUnavailable
from geo_server.store.database import Database
from geo_server.store.row_security import list_unguarded

_LOCK = 0x67656F73
"""Key of the advisory lock: ``geos`` in ASCII."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the migrations up to ``revision``, all or none. Two processes at once: the second waits, then has nothing to do.

    At the head every table that names a site keeps its rows to that site, whichever migration made it.

    Raises:
        Conflict: A newer program has migrated the database.
        Unavailable: The database cannot be reached, or has no PostGIS.
    """
    database.check()
    with _migrating(database) as connection:
        command.upgrade(_config(connection), revision)
        if revision == "head" and list_unguarded(connection):  # it locks every table of a site
            connection.execute(text("SELECT keep_rows_to_their_site()"))


def downgrade(database: Database, revision: str) -> None:
    """Undo the migrations after ``revision`` (``base`` for all), all or none. Loses what the older schema cannot hold.

    Raises:
        Conflict: A newer program has migrated the database.
        Unavailable: The database cannot be reached.
    """
    with _migrating(database) as connection:
        command.downgrade(_config(connection), revision)


def pending(database: Database) -> list[str]:
    """Migrations that the database still lacks, oldest first, as ``revision: message``.

    Raises:
        Conflict: A newer program has migrated the database.
        Unavailable: The database cannot be reached.
    """
    script = ScriptDirectory.from_config(_config())
    with database.snapshot() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    with _explaining(database):
        lacking = list(script.iterate_revisions("heads", applied or "base"))
    return [f"{step.revision}: {step.doc}" for step in reversed(lacking)]


def check_migrated(database: Database) -> None:
    """Make sure that the database has the schema of this program.

    Raises:
        DatabaseUnavailable: It lacks migrations.
        Conflict: A newer program has migrated it.
    """
    behind = pending(database)
    if behind:
        raise DatabaseUnavailable(
            f"The database lacks {len(behind)} migrations, the first being {behind[0]!r}.",
            where=database.name,
            advice="Run: geo-server migrate",
        )


def _folder() -> Path:
    """The migrations: inside the package in a wheel, beside it in a checkout."""
    package = Path(geo_server.__file__).parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextlib.contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """One transaction for all steps, under a lock that keeps other processes from migrating at the same time."""
    with _explaining(database), database.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection


@contextlib.contextmanager
def _explaining(database: Database) -> Iterator[None]:
    """Say in our words what Alembic refuses."""
    try:
        yield
    except (CommandError, RevisionError) as fault:
        raise Conflict(
            f"The database's schema does not fit this program: {fault}.",
            where=database.name,
            advice="It was made by a newer geo-server: install that one, or use another database.",
        ) from fault
