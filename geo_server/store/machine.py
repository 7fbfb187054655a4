"""The machine under the server: its ports, folders, disk and clock.

These probes live in ``store`` because only ``store`` and the faces do I/O (the design's third rule) and two rooms above
need them: the faces open the port, and ``services.doctor`` judges what the probes measure.
"""

import errno
import shutil
import socket
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from geo_server.domain.errors import Conflict, InvalidInput, Unavailable
from geo_server.store.database import Database
from geo_server.store.tables import events

_BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on a TCP port, so that nobody else can take it; connections wait until they are accepted.

    Args:
        host: Name or address.
        port: Port; 0 takes a free one.

    Raises:
        Conflict: The port is in use.
        InvalidInput: There is no such host on this machine.
        Unavailable: The system does not permit the port.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as fault:
        raise _bad_host(host, fault) from None
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as fault:
        listener.close()
        raise _bad_port(host, port, fault) from None
    return listener


def _bad_host(host: str, fault: OSError) -> InvalidInput:
    return InvalidInput(
        f"This machine cannot listen on {host!r}: {fault.strerror}.",
        where="GEO_SERVER_HOST",
        advice="Use 127.0.0.1 for this machine only, or 0.0.0.0 for all its addresses.",
    )


def _bad_port(host: str, port: int, fault: OSError) -> Conflict | InvalidInput | Unavailable:
    if fault.errno == errno.EADDRINUSE:
        return Conflict(
            f"Port {port} of {host} is in use by another program.",
            where="GEO_SERVER_PORT",
            advice=f"Stop it (`ss -ltnp 'sport = :{port}'` names it), or choose another port: --port {port % 65535 + 1}.",
        )
    if fault.errno == errno.EADDRNOTAVAIL:
        return _bad_host(host, fault)
    return Unavailable(
        f"The system does not let this user listen on port {port}: {fault.strerror}.",
        where="GEO_SERVER_PORT",
        advice="Choose a port above 1023.",
    )


def check_writable(folder: Path) -> Path:
    """Make sure that files can be made in a folder, or in the nearest parent that exists when it does not yet.

    Returns:
        The folder that was tried.

    Raises:
        Unavailable: They cannot.
    """
    place = next(step for step in (folder, *folder.parents) if step.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            return place
    except OSError as fault:
        raise Unavailable(
            f"Files cannot be made there: {fault.strerror}.",
            where=str(place),
            advice="Make it writable for this user, or set GEO_SERVER_DATA_DIR to another folder.",
        ) from fault


def free_bytes(folder: Path) -> int:
    """Free space on the disk of a folder, or of its nearest parent that exists."""
    place = next(step for step in (folder, *folder.parents) if step.exists())
    return shutil.disk_usage(place).free


def clock_ahead(database: Database) -> timedelta:
    """By how much this machine's clock is ahead of the database's; negative when it is behind."""
    with database.snapshot() as connection:
        asked_at = datetime.now(UTC)
        there_at: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        answered_at = datetime.now(UTC)
    return asked_at + (answered_at - asked_at) / 2 - there_at


def newest_event_at(database: Database) -> datetime | None:
    """When the newest event of any site was recorded; None when there is none."""
    with database.snapshot() as connection:
        newest_at: datetime | None = connection.scalar(select(func.max(events.c.at)))
        return newest_at
