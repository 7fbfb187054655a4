"""The address of the server that runs on a data folder, noted there so that other commands can name it.

The note is a file that the server holds locked for as long as it runs: however it ends, the kernel lets go, so a note
that was left behind is known for what it is.
"""

import contextlib
from collections.abc import Iterator

from geo_server.domain.errors import Unavailable
from geo_server.settings import Settings
from geo_server.store.cluster.lock import FileLock

_NOTE = "address"
_LOOK_S = 0.3
"""Whoever only looks holds the lock for an instant."""


def web_address(settings: Settings, port: int) -> str:
    """What people type: the public URL when there is one, else where a server of these settings listens.

    Args:
        settings: The settings.
        port: That it listens on.
    """
    if settings.public_url:
        return settings.public_url
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def noted(settings: Settings, address: str) -> Iterator[None]:
    """Keep the address noted for as long as the server runs.

    Of several servers on one folder the first is named; a folder that cannot be written goes without.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, Unavailable):
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(FileLock(settings.data_dir / _NOTE))
            if lock.wait_exclusive(_LOOK_S):
                lock.write(address)
        yield


def find_address(settings: Settings) -> str | None:
    """The address of the server that runs on the data folder, or None when none does or it cannot be told."""
    note = settings.data_dir / _NOTE
    try:
        if not note.exists():
            return None
        with FileLock(note) as lock:
            return None if lock.try_shared() else lock.read()
    except (OSError, Unavailable):
        return None
