"""Floorplans that were made ready, kept in files from one run of a server to the next: one that was killed in an emergency does not
spend its first ten seconds on what was worked out before.

A file is of one floorplan, to the last vertex, and of one program: of another one it is never read, since what is in it is
unpacked by a planner. The folder is the server's own; what is in it can be deleted at any time.
"""

import hashlib
import logging
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import pyproj
import shapely

import geo_server

log = logging.getLogger(__name__)

FILES_KEPT = 16
"""5 MB each for a campus of 600 zones; those that were used last stay."""

ENDING = ".ready"

_LIBRARIES = ("networkx", "numpy", "pyproj", "scipy", "shapely")
_HASH_BYTES = hashlib.sha256().digest_size


def program_digest() -> str:
    """SHA-256 of all that what is packed depends on but the floorplan: our code, Python, and the libraries of geometry."""
    seen = hashlib.sha256(f"{sys.version} {shapely.geos_version} {pyproj.proj_version_str}\n".encode())
    for library in _LIBRARIES:
        seen.update(f"{library} {version(library)}\n".encode())
    for path in sorted(Path(geo_server.__file__).parent.rglob("*.py")):
        seen.update(hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


class ReadyFiles:
    """The files of one folder. Shared by threads, and by the processes of a server.

    Args:
        folder: Made when the first file is kept; readable by nobody else.
        program: Of another one nothing is found. By default that which begins now, whatever is installed over it later.
    """

    def __init__(self, folder: Path, program: str | None = None) -> None:
        self._folder = folder
        self._program = program or program_digest()

    def find(self, key: str) -> bytes | None:
        """What was kept under a name; None when nothing was, when it is damaged, or when others may have written it."""
        path = self._path(key)
        try:
            if not _is_ours(self._folder) or not _is_ours(path):
                return None
            kept = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        packed = kept[_HASH_BYTES:]
        return packed if hashlib.sha256(packed).digest() == kept[:_HASH_BYTES] else None

    def keep(self, key: str, packed: bytes) -> None:
        """Keep it for the next run, whole or not at all; a folder that cannot be written costs only time."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=ENDING)
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(packed).digest() + packed)
            Path(name).replace(self._path(key))
            for old in sorted(self._folder.glob(f"*{ENDING}"), key=_used_at, reverse=True)[FILES_KEPT:]:
                old.unlink(missing_ok=True)
        except OSError as fault:
            log.warning("A floorplan that was made ready is not kept for the next start: %s", fault)

    def _path(self, key: str) -> Path:
        return self._folder / (hashlib.sha256(f"{self._program} {key}".encode()).hexdigest() + ENDING)


def _is_ours(path: Path) -> bool:
    found = path.lstat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _used_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:  # another process was quicker
        return 0.0
