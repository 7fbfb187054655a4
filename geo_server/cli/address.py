"""The address of the server that runs on a data folder, noted there so that other commands can name it."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from geo_server.settings import Settings

_NOTE = "address.json"


@contextlib.contextmanager
def noted(settings: Settings, address: str) -> Iterator[None]:
    """Keep the address noted for as long as the server runs. A folder that cannot be written goes without."""
    note = settings.data_dir / _NOTE
    with contextlib.suppress(OSError):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"address": address, "pid": os.getpid()}))
    try:
        yield
    finally:
        if _read(note).get("pid") == os.getpid():
            note.unlink(missing_ok=True)


def running_address(settings: Settings) -> str:
    """What people type: the public URL, else the address of the running server, else that of the settings."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    note = _read(settings.data_dir / _NOTE)
    address, pid = note.get("address"), note.get("pid")
    if isinstance(address, str) and isinstance(pid, int) and _lives(pid):
        return address
    return f"http://{settings.host}:{settings.port}"


def _read(note: Path) -> dict[str, object]:
    try:
        read = json.loads(note.read_text())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
