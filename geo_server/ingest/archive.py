"""Zip archives from strangers, read in memory: nothing is written, and nothing expands without end.

A bomb of 42 kB can claim to hold petabytes; what a member claims is not believed, and reading stops at the limit.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

from geo_server.domain.errors import TooLarge, UnreadableFile

MOST_MEMBERS = 1_000
MOST_BYTES = 400 * 2**20
"""Of all members together, unpacked."""
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


def is_archive(data: bytes) -> bool:
    """Whether the bytes are a zip archive."""
    return data.startswith(_MAGIC)


def list_members(data: bytes, name: str) -> list[str]:
    """Paths of the members of an archive, nothing unpacked.

    Raises:
        UnreadableFile: As for :func:`read_members`.
        TooLarge: As for :func:`read_members`.
    """
    seen: list[str] = []

    def note(path: str) -> bool:
        seen.append(path)
        return False

    read_members(data, name, note)
    return seen


def read_members(data: bytes, name: str, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The members of an archive, by their path in it, in their order.

    Args:
        data: The archive.
        name: What to call it in refusals.
        wanted: Which members to unpack, by their path; folders, hidden files and what macOS adds are never asked for.

    Raises:
        UnreadableFile: Damaged, encrypted, or a member's path leads out of the archive.
        TooLarge: Too many members, or too much in them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return dict(_unpack(archive, name, wanted))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as fault:
        words = " ".join(str(fault).split()).rstrip(".")[:120] or type(fault).__name__
        raise UnreadableFile(
            f"The archive is damaged or encrypted: {words}.", where=name, advice="Pack it again as a plain zip file."
        ) from None


def _unpack(archive: zipfile.ZipFile, name: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise TooLarge(
            f"The archive has {len(members):,} members; the limit is {MOST_MEMBERS:,}.",
            where=name,
            advice="Pack the plans of one building alone.",
        )
    room = MOST_BYTES
    for member in members:
        path = member.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or ":" in path[:2]:
            raise UnreadableFile(
                f"The member {path[:80]!r} leads out of the archive.", where=name, advice="Pack it again."
            )
        if member.is_dir() or _is_clutter(path) or not wanted(path):
            continue
        with archive.open(member) as stream:
            content = stream.read(room + 1)
        room -= len(content)
        if room < 0:
            raise TooLarge(
                f"The archive unpacks to more than {MOST_BYTES // 2**20} MiB.",
                where=f"{name}: {path[:80]}",
                advice="Pack the plans of one building alone.",
            )
        yield path, content


def _is_clutter(path: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.split("/"))
