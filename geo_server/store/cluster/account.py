"""As whom the database server runs. PostgreSQL refuses root, so root's server drops to an unprivileged user."""

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from geo_server.domain.errors import Unavailable

_CANDIDATES = ("postgres", "geo-server", "daemon")
_REACH = 'for folder in "$@"; do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done'


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system.

    Args:
        drop: Whether this process is another user (root) and has to drop to it.
    """

    name: str
    uid: int
    gid: int
    drop: bool

    def spawn(self, command: list[str | Path], *, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start a program as this user, in a session of its own, so that a terminal's Ctrl-C does not reach it.

        Args:
            command: The program and its arguments.
            output: Where its standard output and error go.
        """
        return subprocess.Popen(  # noqa: S603 - the programs of find_server_binaries
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            **self._identity(),
        )

    def check_reach(self, folder: Path) -> None:
        """Make sure that this user may pass through every folder down to ``folder``.

        Raises:
            Unavailable: It may not; says which folder stands in the way.
        """
        if not self.drop:
            return
        chain = [str(step) for step in reversed([folder, *folder.parents])]
        answer = subprocess.run(  # noqa: S603 - a constant script; folders are its arguments
            ["/bin/sh", "-c", _REACH, "sh", *chain],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **self._identity(),
        )
        if answer.returncode != 0:
            raise Unavailable(
                f"User {self.name!r}, whom the database server runs as, may not enter {answer.stdout or chain[0]}.",
                where=str(folder),
                advice="Set GEO_SERVER_DATA_DIR to a folder outside private homes, such as /var/lib/geo-server.",
            )

    def own(self, folder: Path) -> None:
        """Give a folder to this user, closed to everybody else."""
        folder.chmod(0o700)
        if self.drop:
            os.chown(folder, self.uid, self.gid)

    def _identity(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {}


def find_account(cluster_folder: Path) -> Account:
    """The user who runs the server on ``cluster_folder``, which need not exist yet.

    Raises:
        Unavailable: The folder belongs to somebody else, or root has nobody to drop to.
    """
    me = os.geteuid()
    owner = cluster_folder.stat().st_uid if cluster_folder.exists() else None
    if me == 0:
        return _account_for_root(owner)
    if owner not in {None, me}:
        raise Unavailable(
            f"The database belongs to user {_name(owner or 0)!r}, not to {_name(me)!r}.",
            where=str(cluster_folder),
            advice=f"Run as {_name(owner or 0)!r} or root, or set GEO_SERVER_DATA_DIR to a folder of your own.",
        )
    return Account(_name(me), me, os.getegid(), drop=False)


def _account_for_root(owner: int | None) -> Account:
    """The owner of what is there already, else the first of the usual system users."""
    if owner:
        return Account(_name(owner), owner, _group(owner), drop=True)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, drop=True)
    raise Unavailable(
        "PostgreSQL does not run as root, and there is no system user to run it as.",
        advice="Run: useradd --system geo-server",
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def _environment() -> Mapping[str, str]:
    """Nothing of the caller's: its PG* variables, locale and time zone are not the cluster's business."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
