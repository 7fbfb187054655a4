"""The running database server of a cluster: is it there, start it, stop it.

Terminology: the *postmaster* is PostgreSQL's parent process. It writes ``postmaster.pid``, whose first line is its pid,
whose fifth is the folder of its socket and whose eighth says ``ready`` once it takes connections
(``src/include/utils/pidfile.h``).

What a kill -9 leaves behind: the pid file; the socket and its lock file; shared memory, as long as one backend still
runs; and, where process 1 does not reap orphans (many containers), a zombie under the old pid, which PostgreSQL takes
for a living server and refuses to start. So a pid counts only when that process was started on this very folder.
"""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from geo_server.domain.errors import Unavailable
from geo_server.store.cluster.account import Account
from geo_server.store.cluster.binaries import ServerBinaries
from geo_server.store.cluster.folder import ClusterFolder, open_log

_START_S = 120.0
"""Recovery after a crash replays at most ``max_wal_size``; a slow disk may take a minute."""
_STOP_S = 30.0
_POLL_S = 0.01
_ORPHANS_AFTER_S = 2.0
_SHARED_MEMORY_IN_USE = "is still in use"
_NEEDED = (
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "listen_addresses=",
    "unix_socket_permissions=0700",
)
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Postmasters that this process started and has not seen end."""
_PREFERRED = ("jit=off", "logging_collector=off")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A living postmaster.

    Args:
        socket_folder: Where its socket lies; None until it has said so.
        ready: Whether it takes connections.
    """

    pid: int
    socket_folder: Path | None
    ready: bool


def find_postmaster(folder: ClusterFolder) -> Postmaster | None:
    """The postmaster that lives on this folder, or None."""
    try:
        lines = (folder.database / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if not _serves(pid, folder.database):
        return None
    lines += [""] * 8
    return Postmaster(pid, Path(lines[4]) if lines[4] else None, ready=lines[7].strip() == "ready")


def start(folder: ClusterFolder, binaries: ServerBinaries, account: Account, sockets: Path) -> Postmaster:
    """Start a postmaster and wait until it takes connections. The caller holds the lock on starts and stops.

    Raises:
        Unavailable: It did not come up, with the last lines of its log.
    """
    deadline = time.monotonic() + _START_S
    orphans_at = time.monotonic() + _ORPHANS_AFTER_S
    while True:
        _reap()
        _clear_left_overs(folder, sockets)
        log_from = folder.log.stat().st_size if folder.log.exists() else 0
        with open_log(folder) as log:
            process = account.spawn(_command(folder, binaries, sockets), output=log)
        found = _await_ready(folder, process, deadline)
        _children[process.pid] = process
        if found is not None:
            return found
        if _SHARED_MEMORY_IN_USE not in _log_since(folder, log_from) or time.monotonic() > deadline:
            raise Unavailable(
                f"The database server did not start: {folder.log_tail()}",
                where=str(folder.database),
                advice=f"The whole story is in {folder.log}.",
            )
        if time.monotonic() > orphans_at:
            _end_orphans(folder)
        time.sleep(0.1)


def stop(folder: ClusterFolder) -> None:
    """Stop the postmaster: fast shutdown, immediate when that takes too long. Nothing happens when there is none.

    Raises:
        Unavailable: It does not end.
    """
    for signal_number, seconds in ((signal.SIGINT, _STOP_S), (signal.SIGQUIT, 10.0)):
        found = find_postmaster(folder)
        if found is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(found.pid, signal_number)
        if _await_end(found.pid, seconds):
            return
    raise Unavailable("The database server does not stop.", where=str(folder.database), advice=f"See {folder.log}.")


def await_ready(folder: ClusterFolder) -> Postmaster | None:
    """Wait for a postmaster that is there already, perhaps still recovering; None when it ends instead.

    Raises:
        Unavailable: It is neither ready nor gone in time.
    """
    return _await_ready(folder, None, time.monotonic() + _START_S)


def _command(folder: ClusterFolder, binaries: ServerBinaries, sockets: Path) -> list[str | Path]:
    given = [*_NEEDED, *_PREFERRED, f"unix_socket_directories={_quoted(sockets)}"]
    return [binaries.postgres, "-D", folder.database, *(part for setting in given for part in ("-c", setting))]


def _quoted(folder: Path) -> str:
    """A folder in PostgreSQL's list syntax, where a comma would part two folders."""
    return '"' + str(folder).replace('"', '""') + '"'


def _await_ready(folder: ClusterFolder, process: subprocess.Popen[bytes] | None, deadline: float) -> Postmaster | None:
    while time.monotonic() < deadline:
        found = find_postmaster(folder)
        if found is not None and found.ready and (process is None or found.pid == process.pid):
            return found
        if process is not None and process.poll() is not None:
            return None
        if process is None and found is None:
            return None
        time.sleep(_POLL_S)
    raise Unavailable(
        f"The database server is not ready after {_START_S:.0f} s: {folder.log_tail()}",
        where=str(folder.database),
        advice=f"It may still be recovering; see {folder.log}.",
    )


def _await_end(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not _has_ended(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    _reap()
    return True


def _has_ended(pid: int) -> bool:
    """Whether a process is gone, or a zombie (state ``Z``, see proc(5))."""
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(b")")[2].split()[0] in {b"Z", b"X"}


def _reap() -> None:
    """Collect the exit status of children that have ended, so that they do not stay zombies."""
    for pid, process in list(_children.items()):
        if process.poll() is not None:
            _children.pop(pid, None)


def _serves(pid: int, database: Path) -> bool:
    """Whether a process is a living postmaster on this folder: a zombie has no command line, a stranger another one."""
    process = Path(f"/proc/{pid}")
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    if not words[0].endswith((b"postgres", b"postmaster")):
        return False
    return os.fsencode(database) in words or _works_in(process, database)


def _works_in(process: Path, folder: Path) -> bool:
    """Whether a process's working folder is known to be ``folder``; unknown to root without CAP_SYS_PTRACE."""
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False


def _clear_left_overs(folder: ClusterFolder, sockets: Path) -> None:
    """Remove what a killed server left behind; only called when no server lives on the folder."""
    for left_over in (folder.database / "postmaster.pid", sockets / ".s.PGSQL.5432", sockets / ".s.PGSQL.5432.lock"):
        left_over.unlink(missing_ok=True)


def _log_since(folder: ClusterFolder, position: int) -> str:
    with folder.log.open("rb") as log:
        log.seek(position)
        return log.read().decode(errors="replace")


def _end_orphans(folder: ClusterFolder) -> None:
    """End the backends of a killed postmaster that are too busy to notice; they hold its shared memory."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if _works_in(process, folder.database) and (process / "cmdline").read_bytes().startswith(b"postgres:"):
                os.kill(int(process.name), signal.SIGQUIT)
