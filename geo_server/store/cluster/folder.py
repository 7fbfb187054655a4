"""The data folder of a private cluster: what lies where, made whole or not at all."""

import hashlib
import os
import shutil
import signal
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from geo_server.domain.errors import InvalidInput, Unavailable
from geo_server.store.cluster.account import Account
from geo_server.store.cluster.binaries import ServerBinaries

SUPERUSER = "postgres"
"""Role that owns the cluster; the application is not it."""
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107
"""Bytes: ``sockaddr_un.sun_path`` of Linux less its closing NUL."""
_HALF_MADE = "postgres.new."
_LOG_LIMIT_BYTES = 10_000_000
_PACKAGE = Path(__file__).resolve().parents[2]
_TUNABLES = """
# What geo-server starts with; yours to change. What it needs (unix socket only, fsync) it sets when it starts.
shared_buffers = 128MB
work_mem = 16MB
maintenance_work_mem = 64MB
max_connections = 100
max_wal_size = 512MB
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
"""


@dataclass(frozen=True, slots=True)
class ClusterFolder:
    """Where things lie.

    Args:
        root: The data folder, absolute and free of links.
    """

    root: Path

    @property
    def database(self) -> Path:
        """The cluster itself (PGDATA)."""
        return self.root / "postgres"

    @property
    def locks(self) -> Path:
        """Lock files between geo-server processes."""
        return self.root / "locks"

    @property
    def log(self) -> Path:
        """What the database server says."""
        return self.root / "log" / "postgres.log"

    @property
    def exists(self) -> bool:
        """Whether there is a cluster."""
        return (self.database / "PG_VERSION").exists()

    def major(self) -> int | None:
        """Major version of PostgreSQL that made the cluster; None when there is none yet."""
        return int((self.database / "PG_VERSION").read_text().split(".")[0]) if self.exists else None

    def log_tail(self, lines: int = 6) -> str:
        """The last lines of the log, on one line."""
        if not self.log.exists():
            return "(no log)"
        return " | ".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def locate(data_dir: Path) -> ClusterFolder:
    """The data folder, which need not exist.

    Raises:
        InvalidInput: The folder lies inside the program.
    """
    root = data_dir.expanduser().resolve()
    if root == _PACKAGE or _PACKAGE in root.parents:
        raise InvalidInput(
            "Data cannot be kept inside the program's own folder, where an upgrade would delete it.",
            where=str(root),
            advice="Set GEO_SERVER_DATA_DIR to another folder.",
        )
    return ClusterFolder(root)


def check_free(folder: ClusterFolder) -> None:
    """Make sure that nothing but a cluster lies where the cluster goes.

    Raises:
        Unavailable: A file stands in place of the data folder, or a folder with something else in place of the cluster.
    """
    if folder.root.exists() and not folder.root.is_dir():
        raise Unavailable(
            "It is a file, not a folder.", where=str(folder.root), advice="Set GEO_SERVER_DATA_DIR to a folder."
        )
    occupied = folder.database.is_dir() and os.access(folder.database, os.R_OK) and any(folder.database.iterdir())
    if occupied and not folder.exists:
        raise Unavailable(
            "Something lies there that is not a PostgreSQL database.",
            where=str(folder.database),
            advice="Move it away, or set GEO_SERVER_DATA_DIR to another folder.",
        )


def prepare(folder: ClusterFolder) -> None:
    """Make the data folder when it is missing.

    Raises:
        Unavailable: It cannot be made, or something else lies there.
    """
    check_free(folder)
    root = folder.root
    try:
        root.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        folder.locks.mkdir(mode=0o700, exist_ok=True)
        folder.log.parent.mkdir(mode=0o750, exist_ok=True)
    except OSError as fault:
        raise Unavailable(
            f"The data folder cannot be used: {fault.strerror or fault}.",
            where=str(fault.filename or root),
            advice="Make its parent writable, or set GEO_SERVER_DATA_DIR to a folder that is.",
        ) from fault


def make_cluster(folder: ClusterFolder, binaries: ServerBinaries, account: Account) -> None:
    """Make the cluster beside its final place, then move it there: a kill in the middle leaves nothing half-made.

    Raises:
        Unavailable: ``initdb`` failed, with what it said.
    """
    for left_over in folder.root.glob(f"{_HALF_MADE}*"):
        _remove(left_over)
    made = Path(tempfile.mkdtemp(prefix=_HALF_MADE, dir=folder.root))
    try:
        account.own(made)
        account.check_reach(made)
        _run_initdb(made, folder, binaries, account)
        with (made / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(_TUNABLES)
        if folder.database.exists():
            folder.database.rmdir()
        made.rename(folder.database)
        _sync(folder.root)
    except OSError as fault:
        raise Unavailable(
            f"The database cannot be made: {fault.strerror or fault}.",
            where=str(folder.database),
            advice="Move away what lies there; it is not a PostgreSQL database.",
        ) from fault
    finally:
        _remove(made)


def _run_initdb(made: Path, folder: ClusterFolder, binaries: ServerBinaries, account: Account) -> None:
    """Run ``initdb``; with the plain C locale where the system has no C.UTF-8."""
    for locale in ("C.UTF-8", "C"):
        command: list[str | Path] = [
            binaries.initdb,
            *("--pgdata", made, "--username", SUPERUSER, "--encoding=UTF8", f"--locale={locale}"),
            *("--data-checksums", "--auth-local=trust", "--auth-host=reject"),
        ]
        with open_log(folder) as log:
            process = account.spawn(command, output=log)
            try:
                code = process.wait(timeout=300)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
        if code == 0:
            return
    raise Unavailable(
        f"initdb failed: {folder.log_tail()}", where=str(folder.root), advice=f"The whole story is in {folder.log}."
    )


def open_log(folder: ClusterFolder) -> BinaryIO:
    """The log, to append to; an overlong one is put aside first."""
    if folder.log.exists() and folder.log.stat().st_size > _LOG_LIMIT_BYTES:
        folder.log.replace(folder.log.with_suffix(".log.1"))
    return folder.log.open("ab")


def socket_folder(folder: ClusterFolder, account: Account) -> Path:
    """The private folder of the server's socket: in the data folder, or in /tmp when that path would be too long.

    Raises:
        Unavailable: The folder in /tmp is there already and belongs to somebody else.
    """
    place = folder.root / "run"
    if len(os.fsencode(place / _SOCKET_NAME)) > _SOCKET_PATH_LIMIT:
        place = Path("/tmp") / f"geo-server-{hashlib.sha256(os.fsencode(folder.root)).hexdigest()[:16]}"  # noqa: S108 - 0700, owner checked
    place.mkdir(mode=0o700, exist_ok=True)
    status = place.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {account.uid, os.geteuid()}:
        raise Unavailable(
            "Somebody else made the folder that the database's socket should lie in.",
            where=str(place),
            advice="Remove it, or set GEO_SERVER_DATA_DIR to a folder with a shorter path.",
        )
    account.own(place)
    return place


def _remove(folder: Path) -> None:
    """Remove a half-made cluster, even while what was making it is still dying."""
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.02)


def _sync(folder: Path) -> None:
    """Make a rename in ``folder`` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
