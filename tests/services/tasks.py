"""Tasks for planners under test, in a module of their own: a planner loads the module of its task."""

import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import orjson

from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Floorplan
from geo_server.export.plan import plan_document
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest


def document(request: PlanRequest, floorplan: Floorplan, compiled: CompiledFloorplan) -> bytes:
    return orjson.dumps(plan_document(plan(compiled, request), floorplan))


def process_id(_: Floorplan, __: CompiledFloorplan) -> int:
    return os.getpid()


def refuse(_: Floorplan, __: CompiledFloorplan) -> None:
    raise InvalidInput("That cannot be.", where="threats", advice="Say it otherwise.")


def stumble(_: Floorplan, __: CompiledFloorplan) -> None:
    raise ZeroDivisionError("as a bug does")


def end_yourself(_: Floorplan, __: CompiledFloorplan) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tell_and_wait(path: str, _: Floorplan, __: CompiledFloorplan) -> int:
    """The first who is here says who it is and never ends; the next one answers."""
    if Path(path).exists():
        return os.getpid()
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)
    return 0


def prepare_for_ever(path: str, _: Connection) -> None:
    """In place of making a floorplan ready: say that it has begun, and never end."""
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


def count_known(_: Floorplan, compiled: CompiledFloorplan) -> int:
    """Zones of which it was worked out already how far it is within them."""
    return len(vars(compiled.all_zones)["_farthest_m"])


class Ends:
    """Ends whatever process unpacks it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (3,)
