"""Making floorplans ready for planning, each in a process that ends with that, or with what an earlier run made of it."""

import contextlib
import hashlib
import logging
import pickle
import signal
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import orjson

from geo_server.domain.errors import GeoServerError
from geo_server.domain.places import Floorplan
from geo_server.export.geojson import floorplan_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.digest import floorplan_digest
from geo_server.services.child import Child, EndedError, answer, going_down, value_of
from geo_server.store.ready_files import ReadyFiles

log = logging.getLogger(__name__)

PATIENCE_S = 1800.0


class Preparer:
    """Makes floorplans ready. Shared by threads.

    Args:
        kept: What earlier runs made ready; None keeps nothing.
    """

    def __init__(self, kept: ReadyFiles | None = None) -> None:
        self._kept = kept
        self._children: set[Child] = set()
        self._enough = threading.Event()

    def close(self) -> None:
        """Leave what is being made ready as it is, and begin no other."""
        self._enough.set()
        for child in tuple(self._children):
            child.kill()

    def prepare(self, floorplan: Floorplan) -> bytes:
        """A floorplan and what is compiled of it, packed.

        Raises:
            Unavailable: No more are to be made ready.
            RuntimeError: The floorplan cannot be compiled, or that takes too long.
        """
        if self._kept is None:
            return self._make(floorplan)
        key = ready_key(floorplan)
        packed = self._kept.find(key)
        if packed is None or not self._can_be_unpacked(packed):
            packed = self._make(floorplan)
            self._kept.keep(key, packed)
        return packed

    def _make(self, floorplan: Floorplan) -> bytes:
        packed: bytes = self._ask(prepare_one, floorplan)
        return packed

    def _can_be_unpacked(self, packed: bytes) -> bool:
        """Whether a planner can: looked at in a process that nothing else depends on."""
        try:
            self._ask(unpack_one, packed)
        except GeoServerError:
            raise
        except RuntimeError as fault:
            log.warning("A floorplan that was kept is made ready anew: %s", fault)
            return False
        return True

    def _ask(self, work: Callable[[Connection], None], question: object) -> Any:  # noqa: ANN401 - whatever the child makes
        child = Child("planner that prepares", work)
        self._children.add(child)
        if self._enough.is_set():  # by somebody who did not see this one yet
            child.kill()
        try:
            return value_of(child.ask(question, PATIENCE_S))
        except EndedError as ended:
            if self._enough.is_set():
                raise going_down() from None
            raise RuntimeError(f"A planner was ended while it made a floorplan ready: {ended}") from ended
        finally:
            self._children.discard(child)
            child.end()


def ready_key(floorplan: Floorplan) -> str:
    """Name of a floorplan that was made ready: another one for another in anything, to the last vertex."""
    seen = hashlib.sha256(floorplan_digest(floorplan).encode())
    seen.update(repr(floorplan.frame).encode())
    seen.update(orjson.dumps(floorplan_document(floorplan)))
    return seen.hexdigest()


def prepare_one(pipe: Connection) -> None:
    """The child that makes one floorplan ready, and ends."""
    _work_once(pipe, _pack)


def unpack_one(pipe: Connection) -> None:
    """The child that looks whether what was kept can be unpacked, and ends."""
    _work_once(pipe, _unpack)


def _work_once(pipe: Connection, work: Callable[[Any], object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError):
        pipe.send(answer(partial(work, pipe.recv())))


def _pack(floorplan: Floorplan) -> bytes:
    return pickle.dumps((floorplan, compile_floorplan(floorplan)), pickle.HIGHEST_PROTOCOL)


def _unpack(packed: bytes) -> None:
    pickle.loads(packed)  # noqa: S301 - from a folder that is the server's own
