"""The database as the services see it: transactions, snapshots, and whether it is fit for use."""

import contextlib
import math
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy import URL, Connection, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from geo_server.domain.errors import DatabaseUnavailable, InvalidInput, Unavailable

__all__ = ["Connection", "Database"]

_OLDEST_POSTGIS = (3, 3)
_WHERE = "GEO_SERVER_DATABASE_URL"
_DOWN = re.compile(r"08...|53...|57P0[1-5]|28...|3D000")
"""SQLSTATE of: connection lost, out of resources, shutting down, not let in, no such database.

Source: PostgreSQL documentation, appendix A.
"""

_TOO_SLOW = "57014"
"""SQLSTATE of a statement that was stopped for its time. Source: as above."""

READING_S = 60.0
"""What one statement of a snapshot may take: whoever asked has gone away by then, and holds a connection that others need."""

_SCOPE = "SELECT set_config('geo_server.site', :site, true), set_config('geo_server.every_site', :every_site, true)"
_KEEP_TO = text(_SCOPE)
_READ = text(f"{_SCOPE}, set_config('statement_timeout', :patience_ms, true)")


class Database:
    """A pool of connections to one PostGIS database; connects when first used.

    Args:
        url: ``postgresql://user:password@host:port/name``, as PostgreSQL's own tools take it.
        pool_size: Connections kept open; half as many more are opened in a rush.
        embedded_in: The data folder, when it is the embedded one that lies there.

    Raises:
        InvalidInput: The URL is not one of PostgreSQL.
    """

    def __init__(self, url: str, *, pool_size: int = 10, embedded_in: Path | None = None) -> None:
        self._url = _parse(url)
        self._embedded_in = embedded_in
        self._engine = create_engine(
            self._url,
            pool_size=pool_size,
            max_overflow=max(1, pool_size // 2),
            pool_pre_ping=True,
            pool_timeout=10,
            connect_args={"connect_timeout": 5, "application_name": "geo-server"},
        )
        self._closed = False
        event.listen(self._engine, "checkin", self._close_late)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def url(self) -> str:
        """The URL for SQLAlchemy, password and all: not for logs."""
        return self._url.render_as_string(hide_password=False)

    @property
    def name(self) -> str:
        """The URL without its password: for messages."""
        return self._url.render_as_string(hide_password=True)

    @contextlib.contextmanager
    def transaction(self, site_id: UUID | None = None) -> Iterator[Connection]:
        """A transaction that commits at the end of the block, or rolls back when it raises.

        Args:
            site_id: The only site whose rows it sees and writes; None for work that is of no site or of all.

        Raises:
            Unavailable: The database cannot be reached, or was lost on the way; nothing was written, unless the
                connection broke during the commit itself.
        """
        with self._refusing(), self._engine.begin() as connection:
            connection.execute(_KEEP_TO, _scope(site_id))
            yield connection

    @contextlib.contextmanager
    def snapshot(self, site_id: UUID | None = None, *, patience_s: float = READING_S) -> Iterator[Connection]:
        """A read-only transaction in which everything is seen as at one moment.

        Args:
            site_id: The only site whose rows it sees; None for work that is of no site or of all.
            patience_s: How long the database may think about one statement, or wait for a lock.

        Raises:
            Unavailable: As ``transaction``, or a statement took too long.
        """
        with self._refusing(), self._reader.begin() as connection:
            connection.execute(_READ, {**_scope(site_id), "patience_ms": str(math.ceil(patience_s * 1000))})
            yield connection

    def check(self) -> str:
        """Make sure that the database is fit for use.

        Returns:
            The version of PostGIS.

        Raises:
            Unavailable: Not reachable, no PostGIS, or one that is too old; with what to do.
        """
        with self.snapshot() as connection:
            found = connection.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'"))
            offered = connection.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"))
        if found is None:
            raise DatabaseUnavailable(
                f"The database {self._url.database!r} has no PostGIS.",
                where=self.name,
                advice=_how_to_add(bool(offered)),
            )
        version = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
        if version < _OLDEST_POSTGIS:
            raise DatabaseUnavailable(
                f"PostGIS {found} is too old; 3.3 or newer is needed.",
                where=self.name,
                advice="Install a newer PostGIS package, then run as superuser: SELECT postgis_extensions_upgrade();",
            )
        return str(found)

    def close(self) -> None:
        """Close all connections, those in use as soon as they are given back. It can still be used, connecting anew."""
        self._closed = True
        self._engine.dispose()

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """Turn a database that is down into a refusal; any other database error stays the bug that it is."""
        try:
            yield
        except PoolTimeout as fault:
            raise Unavailable(
                "All connections to the database are busy.", advice="Try again; if it lasts, look for slow statements."
            ) from fault
        except (OperationalError, InterfaceError) as fault:
            if getattr(fault.orig, "sqlstate", None) == _TOO_SLOW:
                raise Unavailable(
                    "The database did not answer in time.",
                    advice="Try again; if it lasts, something in it is locked, or it has too much to do.",
                ) from fault
            if not _is_down(fault):
                raise
            raise self._down(" ".join(str(fault.orig).split())) from fault

    def _down(self, why: str) -> DatabaseUnavailable:
        if self._embedded_in is None:
            return DatabaseUnavailable(
                f"The database cannot be reached: {why}.",
                where=_WHERE,
                advice="Start it, or correct the URL; `geo-server doctor` says more.",
            )
        return DatabaseUnavailable(
            f"The embedded database cannot be reached: {why}.",
            where=str(self._embedded_in),
            advice="The server starts it again within seconds; if not, log/postgres.log in that folder says why.",
        )

    def _close_late(self, connection: DBAPIConnection | None, _: object) -> None:
        """Close what a thread gives back after :meth:`close`; otherwise it would stay open until the process ends."""
        if self._closed and connection is not None:
            connection.close()


def _scope(site_id: UUID | None) -> dict[str, str]:
    """Whose rows a transaction is about; the policies of the tables hold it to that.

    Both settings end with the transaction. A connection that says nothing sees no row of any site.
    """
    return {"site": str(site_id or ""), "every_site": "off" if site_id else "on"}


def _how_to_add(offered: bool) -> str:
    if offered:
        return "Run in that database, as a superuser: CREATE EXTENSION postgis;"
    return "Install PostGIS on the database's host, then run in that database: CREATE EXTENSION postgis;"


def _parse(url: str) -> URL:
    """A URL for SQLAlchemy's psycopg driver from any spelling of a PostgreSQL URL."""
    advice = "Write it as postgresql://user:password@host:5432/name."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidInput("That is not a database URL.", where=_WHERE, advice=advice) from None
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise InvalidInput(f"{parsed.drivername!r} is not a PostgreSQL database.", where=_WHERE, advice=advice)
    return parsed.set(drivername="postgresql+psycopg")


def _is_down(fault: DBAPIError) -> bool:
    """Whether an error says that the database is not there, rather than that a statement failed."""
    state = getattr(fault.orig, "sqlstate", None)
    return fault.connection_invalidated or state is None or bool(_DOWN.fullmatch(state))
