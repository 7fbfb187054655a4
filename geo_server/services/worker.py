"""Reading a drawing in a process of its own, so that a hostile or broken file can at worst end that process.

Limits are the kernel's: memory, CPU time and a clock on the wall. Bytes go in; steps come out, and then a result or a
refusal. What else the child may not do is in :mod:`geo_server.services.sandbox`.
"""

import contextlib
import gc
import io
import multiprocessing
import os
import pickle
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, EnumType
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from geo_server.domain.errors import GeoServerError, TooLarge, UnreadableFile
from geo_server.domain.progress import Step
from geo_server.services.sandbox import confine

if TYPE_CHECKING:
    from geo_server.ingest.result import ImportResult


_OWN = ("geo_server.domain.", "geo_server.ingest.")
_OTHERS = {("uuid", "UUID"), ("shapely.io", "from_wkb")}

_NO_MEMORY = "std::bad_alloc"
"""What GEOS says when memory is used up."""

ANEW = multiprocessing.get_context("spawn")
"""Starts each child as a program of its own."""

LOOK_S = 0.2
"""Seconds after which whoever follows a reading is asked again whether it is to go on."""

Follow = Callable[[Step | None], None]
"""Told each step of a reading, and None several times a second. What it raises ends the reading, child and all."""


def unfollowed(_step: Step | None) -> None:
    """Nobody follows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader may use.

    Args:
        memory_bytes: Address space.
        cpu_s: Seconds of CPU time.
        wall_s: Seconds until it is stopped, whatever it is doing.
    """

    memory_bytes: int = 2 * 2**30
    cpu_s: int = 60
    wall_s: float = 180.0


@dataclass(frozen=True, slots=True)
class _Bug:
    traceback: str


class ReadOptions(TypedDict, total=False):
    """What a person may say about a file, as ``read_plan`` takes it."""

    metres_per_unit: float | None
    ordinal: int | None
    level_name: str | None
    crs: str | None
    beside: Mapping[str, bytes] | None
    mapping: Mapping[str, str] | None


def read_in_worker(
    data: bytes,
    name: str,
    limits: Limits | None = None,
    follow: Follow = unfollowed,
    starting: SpawnContext | ForkServerContext = ANEW,
    **options: Unpack[ReadOptions],
) -> "ImportResult":
    """What ``read_plan`` makes of a file, read in a child process.

    Args:
        data: The file.
        name: Its name, for messages.
        limits: What the child may use.
        follow: Told how far it has come; may end it by raising.
        starting: How the child is started.
        **options: Passed on to ``read_plan``.

    Raises:
        UnreadableFile: The file is refused, or ended the reader.
        TooLarge: Reading it takes more memory or time than the limits allow.
        RuntimeError: A bug in the reader; carries its traceback.
    """
    limits = limits or Limits()
    ours, theirs = starting.Pipe(duplex=False)
    child = starting.Process(target=_read, args=(theirs, data, name, options, limits), name="geo-server reader")
    end = time.monotonic() + limits.wall_s
    with ours:
        child.start()
        theirs.close()
        try:
            answer = _wait(ours, limits.wall_s, follow)
            if time.monotonic() < end:  # it has answered, or has ended by itself in a way that its exit code tells
                child.join(1.0)
        finally:
            child.kill()
            child.join()
        exit_code = child.exitcode
        child.close()
    if answer is None:
        raise _why(name, exit_code, limits)
    if isinstance(answer, GeoServerError):
        raise answer
    if isinstance(answer, _Bug):
        raise RuntimeError(f"The reader of {name} failed:\n{answer.traceback}")  # noqa: TRY004 - a bug, of any type
    result: ImportResult = answer
    return result


def _wait(ours: Connection, seconds: float, follow: Follow = unfollowed) -> Any:  # noqa: ANN401 - what the child sent
    """The answer, or None when the child ended without one or the time is up; steps that come before it are told."""
    end = time.monotonic() + seconds
    with contextlib.suppress(EOFError):
        while (left := end - time.monotonic()) > 0:
            if ours.poll(min(left, LOOK_S)):
                answer = _Answer(io.BytesIO(ours.recv_bytes())).load()
                if not isinstance(answer, Step):
                    return answer
                follow(answer.checked())
            else:
                follow(None)
    return None


class _Answer(pickle.Unpickler):
    """What a child may send: values of ours, and what they are made of. A reader that a file has taken over, native code and
    all, must not be able to name anything else for the server to call."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as the base class has it
        """The class of that name, if it is one of ours.

        Raises:
            UnpicklingError: It is not.
        """
        if (module, name) == ("builtins", "getattr"):
            return _member
        ours = module.startswith(_OWN) or module == __name__
        found = super().find_class(module, name) if ours or (module, name) in _OTHERS else None
        if found is None or (ours and not isinstance(found, type) and name != "_rebuild"):
            raise pickle.UnpicklingError(f"The reader sent {module}.{name}.")
        return found


def _member(kind: object, name: str) -> Enum:
    """A member of an enumeration, which Python before 3.11.4 sends as an attribute of its class, by name.

    Raises:
        UnpicklingError: Some other attribute is asked for.
    """
    if not (isinstance(kind, EnumType) and name in kind.__members__):
        raise pickle.UnpicklingError(f"The reader sent getattr of {kind!r:.60}.")
    return kind.__members__[name]


def _why(name: str, exit_code: int | None, limits: Limits) -> GeoServerError:
    if exit_code == -signal.SIGXCPU:
        what = f"Reading it takes more than {limits.cpu_s} s of computing time."
    elif exit_code == -signal.SIGKILL:
        what = f"Reading it takes longer than {limits.wall_s:g} s, or more memory than this machine has."
    elif exit_code == -signal.SIGABRT:  # so ends a library that is told to make room for more than there is
        return _damaged(name, "a length in it cannot be true, on which its reader gave up")
    else:
        return _damaged(name, f"its reader broke off (exit code {exit_code})")
    return _too_large(name, what)


def _damaged(name: str, what: str) -> UnreadableFile:
    advice = "Open it in a CAD program, run AUDIT, and save it as DXF (R2013)."
    return UnreadableFile(f"The file is damaged: {what}.", where=name, advice=advice)


def _read(theirs: Connection, data: bytes, name: str, options: ReadOptions, limits: Limits) -> None:
    """The child: read within the limits, send what came of it."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # What libraries mutter is no part of a one-line refusal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # Looking for cycles costs a sixth of the reading, and all of this ends with the process anyway.
    with contextlib.suppress(BrokenPipeError):
        theirs.send(_answer(data, name, options, limits, theirs.send))
    theirs.close()


def _answer(data: bytes, name: str, options: ReadOptions, limits: Limits, tell: Callable[[Step], None]) -> object:
    try:
        from geo_server.ingest.pipeline import read_plan  # noqa: PLC0415 - the CAD libraries belong to the child
        from geo_server.ingest.telling import told_to  # noqa: PLC0415

        confine()
        with told_to(tell), _limited(limits):
            return read_plan(data, name, **options)
    except Exception as fault:  # noqa: BLE001 - a bug is reported whole by the parent
        if _is_caused_by(fault, MemoryError) or _NO_MEMORY in str(fault):
            gibibytes = limits.memory_bytes / 2**30
            return _too_large(name, f"Reading it takes more than {gibibytes:.3g} GiB of memory.")
        if _is_caused_by(fault, RecursionError):
            return _too_large(name, "Its blocks are nested too deep.")
        return fault if isinstance(fault, GeoServerError) else _Bug(traceback.format_exc())


@contextlib.contextmanager
def _limited(limits: Limits) -> Iterator[None]:
    """Limits while reading; memory is given back afterwards, so that there is room for the answer."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _is_caused_by(fault: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether a fault is of a kind, or was raised because of one that is: repairs catch nearly anything."""
    while fault is not None:
        if isinstance(fault, kind):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _too_large(name: str, what: str) -> TooLarge:
    return TooLarge(what, where=name, advice="Give one level a file, and purge what is no part of the plan.")
