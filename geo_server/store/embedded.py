"""A private PostGIS cluster in the data folder, for whoever has no database server to point at.

Terminology: the *owner* is the one process that serves from the folder (``geo-server up``). *Users* are all processes
that have it open, the owner among them. Whoever comes first starts the server, whoever leaves last stops it; so a
command may run beside the owner, without it, or outlive it. Three locks say who is there (``lock.FileLock``): ``owner``
(held by one), ``users`` (shared) and ``changing`` (held while the server is started or stopped, and to join).

The server listens on a unix socket only, in a folder that is closed to everybody else; so it asks for no password.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from geo_server.domain.errors import Conflict, GeoServerError, Unavailable
from geo_server.store.cluster import postmaster
from geo_server.store.cluster.account import find_account
from geo_server.store.cluster.binaries import ServerBinaries, find_server_binaries
from geo_server.store.cluster.folder import (
    SUPERUSER,
    ClusterFolder,
    check_free,
    locate,
    make_cluster,
    prepare,
    socket_folder,
)
from geo_server.store.cluster.lock import FileLock
from geo_server.store.row_security import INDEX_USED, LET_USE_INDEX

__all__ = ["ServerBinaries", "check_place", "find_owner", "find_server_binaries", "has_cluster", "open_cluster"]

DATABASE = "geo_server"
"""Name of the database, and of the role that owns it."""
_CHANGE_S = 300.0
_WATCH_S = 0.5
_LOOK_S = 0.3
"""Whoever only looks for an owner holds the lock for an instant."""


def _silent(_: str) -> None:
    """Report nothing."""


@contextlib.contextmanager
def open_cluster(data_dir: Path, progress: Callable[[str], None] = _silent, *, own: bool = False) -> Iterator[str]:
    """The cluster of a data folder: made when missing, started or joined, and stopped by whoever leaves last.

    Args:
        data_dir: The data folder. Its ``postgres`` is the cluster, its ``log/postgres.log`` what the server says.
        progress: Told what is being done, in a few words, before each step that takes time.
        own: Be the owner, who also starts the server again should it be killed.

    Yields:
        The SQLAlchemy URL of the database, which has PostGIS.

    Raises:
        Conflict: ``own``, and another process is the owner.
        Unavailable: It cannot be made, started or reached; says why and what to do.
        InvalidInput: The data folder lies inside the program.
    """
    folder = locate(data_dir)
    prepare(folder)
    with contextlib.ExitStack() as stack:
        if own:
            stack.enter_context(_ownership(folder))
        users = stack.enter_context(FileLock(folder.locks / "users"))
        sockets = _join(folder, users, progress)
        stack.callback(_leave, folder, users)
        if own:
            stack.enter_context(_watch(folder))
        yield _url(sockets, DATABASE)


def has_cluster(data_dir: Path) -> bool:
    """Whether a data folder holds a cluster already."""
    return locate(data_dir).exists


def check_place(data_dir: Path) -> None:
    """Make sure that a cluster can be made in a data folder, without making anything.

    Raises:
        Unavailable: The server's user may not enter it, there is no such user, or something else lies there.
        InvalidInput: The data folder lies inside the program.
    """
    folder = locate(data_dir)
    check_free(folder)
    place = next(step for step in (folder.root, *folder.root.parents) if step.exists())
    find_account(folder.database).check_reach(place)


def find_owner(data_dir: Path) -> str | None:
    """Who serves from a data folder, as ``process 123 (geo-server up) since …``; None when nobody does."""
    path = locate(data_dir).locks / "owner"
    if not path.exists():
        return None
    with FileLock(path) as lock:
        return None if lock.try_shared() else lock.read()


@contextlib.contextmanager
def _ownership(folder: ClusterFolder) -> Iterator[None]:
    """Be the one owner."""
    with FileLock(folder.locks / "owner") as lock:
        if not lock.wait_exclusive(_LOOK_S):
            raise Conflict(
                f"Another geo-server already serves from this folder: {lock.read()}.",
                where=str(folder.root),
                advice="Stop that one, or set GEO_SERVER_DATA_DIR to another folder.",
            )
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
        lock.write(f"process {os.getpid()} ({command}) since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        yield


@contextlib.contextmanager
def _changing(folder: ClusterFolder) -> Iterator[None]:
    """Nobody else starts, stops or joins the server meanwhile."""
    with FileLock(folder.locks / "changing") as lock:
        if not lock.wait_exclusive(_CHANGE_S):
            raise Unavailable(
                "Another process has been starting or stopping the database for minutes.",
                where=str(folder.root),
                advice=f"See what it does in {folder.log}.",
            )
        yield


def _join(folder: ClusterFolder, users: FileLock, progress: Callable[[str], None]) -> Path:
    """Become a user of a running server, starting it when need be; the folder of its socket."""
    with _changing(folder):
        users.try_shared()
        try:
            return _ensure_running(folder, progress)
        except BaseException:
            users.free()
            if users.try_exclusive():
                postmaster.stop(folder)
            raise


def _leave(folder: ClusterFolder, users: FileLock) -> None:
    """Stop the server, unless somebody else still uses it."""
    with _changing(folder):
        users.free()
        if users.try_exclusive():
            postmaster.stop(folder)


def _ensure_running(folder: ClusterFolder, progress: Callable[[str], None]) -> Path:
    """Make, start and complete the cluster as far as needed. The caller holds the changing lock."""
    found = postmaster.await_ready(folder)
    if found is None:
        account = find_account(folder.database)
        binaries = find_server_binaries(folder.major())
        account.check_reach(folder.root)
        if not folder.exists:
            progress(f"Making a database (PostgreSQL {binaries.major}, PostGIS {binaries.postgis}) in {folder.root}")
            make_cluster(folder, binaries, account)
        progress("Starting the database")
        found = postmaster.start(folder, binaries, account, socket_folder(folder, account))
    assert found.socket_folder is not None, "a ready postmaster has written where its socket is"
    _complete(found.socket_folder, progress)
    return found.socket_folder


def _complete(sockets: Path, progress: Callable[[str], None]) -> None:
    """Make the role, the database and the extension, those that a kill in the middle left out included."""
    try:
        with psycopg.connect(_conninfo(sockets, "postgres"), autocommit=True) as connection:
            name = sql.Identifier(DATABASE)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                progress("Adding PostGIS")
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
        with psycopg.connect(_conninfo(sockets, DATABASE), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone():
                connection.execute("CREATE EXTENSION postgis")
            if connection.execute(INDEX_USED).fetchone() == (False,):
                connection.execute(LET_USE_INDEX)
    except psycopg.Error as fault:
        raise Unavailable(
            f"The embedded database cannot be completed: {' '.join(str(fault).split())}.",
            advice="Read log/postgres.log in the data folder.",
        ) from fault


@contextlib.contextmanager
def _watch(folder: ClusterFolder) -> Iterator[None]:
    """Start the server again when it is killed, as long as this block runs."""
    leaving = threading.Event()

    def watch() -> None:
        while not leaving.wait(_WATCH_S):
            if postmaster.find_postmaster(folder) is None:
                with contextlib.suppress(GeoServerError, OSError), _changing(folder):
                    if not leaving.is_set():
                        _ensure_running(folder, _silent)

    thread = threading.Thread(target=watch, name="cluster-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        thread.join()


def _url(sockets: Path, database: str) -> str:
    place = {"host": str(sockets), "port": "5432"}
    return URL.create("postgresql+psycopg", username=DATABASE, database=database, query=place).render_as_string()


def _conninfo(sockets: Path, database: str) -> str:
    return psycopg.conninfo.make_conninfo(
        host=str(sockets), port=5432, dbname=database, user=SUPERUSER, connect_timeout=30
    )
