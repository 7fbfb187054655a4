"""Files that a command reads and writes: within a limit, and whole or not at all."""

import errno
import os
import secrets
import stat
from pathlib import Path

from geo_server.cli.output import say
from geo_server.domain.errors import InvalidInput, NotFound, TooLarge, Unavailable

STDOUT = Path("-")
"""As a file to write: the standard output."""


def shown(path: Path) -> str:
    """A path for messages and documents; bytes that are no text are replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


def read_whole(path: Path, limit_mib: int, advice: str) -> bytes:
    """The bytes of a file, or of a pipe until its end.

    Args:
        path: Of the file.
        limit_mib: Largest size in MiB.
        advice: What to do about a larger one.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It cannot be opened.
        TooLarge: It is over the limit; no more than that is ever read.
    """
    limit = limit_mib * 2**20
    try:
        with path.open("rb") as file:
            # A sparse file may be larger than the memory: its size is looked at before its bytes.
            size = os.fstat(file.fileno()).st_size
            data = b"" if size > limit else file.read(limit + 1)
    except FileNotFoundError:
        raise NotFound("There is no such file.", where=shown(path), advice="Check the path.") from None
    except OSError as fault:
        raise InvalidInput(
            f"It cannot be read: {fault.strerror}.", where=shown(path), advice="Check its name and rights."
        ) from None
    if max(size, len(data)) > limit:
        raise TooLarge(f"It is larger than {limit_mib} MiB.", where=shown(path), advice=advice)
    return data


def check_target(to: Path, option: str = "--to") -> None:
    """Refuse a file that cannot be written before the work rather than after it.

    Raises:
        InvalidInput: It is a folder, its folder is not there, or it leads nowhere.
    """
    if to == STDOUT:
        return
    try:
        kind = to.stat().st_mode
    except FileNotFoundError:
        kind = stat.S_IFREG
    except OSError as fault:
        raise _unwritable(to, fault, option) from None
    if stat.S_ISDIR(kind):
        raise InvalidInput(f"{shown(to)} is a folder.", where=option, advice="Name a file in it.")
    if not _target(to).parent.is_dir():
        raise InvalidInput(
            f"{shown(to)} lies in a folder that is not there.",
            where=option,
            advice="Name a file in a folder that exists.",
        )


def write_whole(to: Path, data: bytes, option: str = "--to") -> None:
    """Write a file whole or not at all; a device or a pipe as it comes.

    A link is followed. A file that is there keeps its rights; a new one has those that the umask leaves.

    Raises:
        InvalidInput: It cannot be written.
        Unavailable: The disk is full.
    """
    if to == STDOUT:
        say(data)
        return
    try:
        if to.exists() and not to.is_file():
            to.write_bytes(data)
        else:
            _replace(_target(to), data)
    except OSError as fault:
        raise _unwritable(to, fault, option) from None


def _target(to: Path) -> Path:
    """What a link leads to; the file itself when it is none."""
    return Path(os.path.realpath(to))


def _replace(target: Path, data: bytes) -> None:
    """Write beside the file and rename over it; nothing is left behind when that fails or is interrupted."""
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _unwritable(to: Path, fault: OSError, option: str) -> InvalidInput | Unavailable:
    what = f"{shown(to)} cannot be written: {fault.strerror}."
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Unavailable(what, where=option, advice="Free some room, or name a file on another disk.")
    return InvalidInput(what, where=option, advice="Name a file in a folder that you may write to.")
