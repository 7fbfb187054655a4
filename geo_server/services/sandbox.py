"""What a process that reads a stranger's file may not do: reach a network, start programs, write files of others.

Three fences, each for what the others let through: limits of the kernel (size of files, no core dumps), a network
namespace of its own with nothing in it where the kernel permits one, and an audit hook (PEP 578), which Python asks
before it opens a file or a socket or starts a program. None of them can be taken down again by the process.
"""

import contextlib
import ctypes
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

LARGEST_FILE = 256 * 2**20
"""Bytes of a temporary file; the largest is a copy of what was uploaded."""
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
"""Flags of unshare(2)."""
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.kill",
    "ftplib.",
    "smtplib.",
    "urllib.",
)
_CHANGES = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
    "os.truncate",
)
_TWO_PATHS = ("os.rename", "os.link", "os.symlink")
"""Changes of a source and a target, which must both be temporary."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine() -> None:
    """Fence in the process that calls it, for good. Libraries should be imported before, to fail early if they cannot be."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    _leave_network()
    sys.addaudithook(_guard(Path(tempfile.gettempdir()).resolve()))


def _leave_network() -> None:
    """Move to a network namespace without interfaces; where the kernel permits none, the audit hook has to do."""
    with contextlib.suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None, use_errno=True).unshare
        if unshare(_NEW_NET) != 0:
            unshare(_NEW_USER | _NEW_NET)


def _guard(scratch: Path) -> Callable[[str, tuple[object, ...]], None]:
    def guard(event: str, details: tuple[object, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(f"The reader of drawings may not do {event}.")
        if event in _CHANGES or (event == "open" and _writes(details)):
            paths = details[:2] if event in _TWO_PATHS else details[:1]
            if any(isinstance(path, str | bytes) and not _is_scratch(os.fsdecode(path), scratch) for path in paths):
                raise PermissionError("The reader of drawings may write temporary files only.")

    return guard


def _writes(details: tuple[object, ...]) -> bool:
    """Whether an ``open`` event, which has a path, a mode or None, and flags, is about writing."""
    mode, flags = details[1], details[2]
    return (isinstance(mode, str) and bool(set(mode) & set("wax+"))) or (
        isinstance(flags, int) and bool(flags & _WRITING)
    )


def _is_scratch(path: str, scratch: Path) -> bool:
    return path == os.devnull or Path(path).resolve().is_relative_to(scratch)
