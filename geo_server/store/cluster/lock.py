"""Locks between processes: flock on a file, which the kernel lets go of however a process ends."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from geo_server.domain.errors import Unavailable

_POLL_S = 0.02


class FileLock:
    """A lock on a file, free until one of the ``try`` methods or ``wait`` takes it. Leaving the block frees it.

    Args:
        path: The lock file; made when missing, never removed (removing would let two processes lock two files).

    Raises:
        Unavailable: The file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise Unavailable(
                f"{fault.strerror or fault}.",
                where=str(path),
                advice="Make the folder writable, or set GEO_SERVER_DATA_DIR to another.",
            ) from fault

    def try_exclusive(self) -> bool:
        """Take the lock for this holder alone, at once; whether that worked."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock together with other sharers, at once; whether that worked."""
        return self._try(fcntl.LOCK_SH)

    def wait_exclusive(self, seconds: float) -> bool:
        """Take the lock for this holder alone, waiting up to ``seconds``; whether that worked."""
        deadline = time.monotonic() + seconds
        while not self.try_exclusive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def free(self) -> None:
        """Let go, keeping the file open."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def write(self, note: str) -> None:
        """Leave a note for whoever finds the lock taken."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, note.encode(), 0)

    def read(self) -> str:
        """The note of the present or last holder."""
        return os.pread(self._file, 4096, 0).decode(errors="replace")

    def close(self) -> None:
        """Let go and close the file."""
        os.close(self._file)

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _try(self, how: int) -> bool:
        try:
            fcntl.flock(self._file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
