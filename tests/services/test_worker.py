"""The process that reads drawings: what it may use, and that what it sends back is taken for values and nothing else."""

import multiprocessing
import os
import pickle
import subprocess
import time
from pathlib import Path

import pytest

from geo_server.domain.errors import GeoServerError, TooLarge, UnreadableFile
from geo_server.domain.places import ZoneCategory
from geo_server.domain.progress import Stage, Step
from geo_server.ingest.pipeline import read_plan
from geo_server.services.worker import Limits, _wait, read_in_worker
from tests.services.buildings import shed
from tests.services.school import drawing


class Evil:
    """Asks whoever reads it to call something."""

    def __init__(self, deed: object, *arguments: object) -> None:
        self._call = (deed, arguments)

    def __reduce__(self) -> tuple[object, ...]:
        return self._call


@pytest.mark.parametrize("deed", [os.system, subprocess.run, eval, __import__, Path])
def test_a_reader_that_was_taken_over_cannot_have_the_server_call_anything(deed: object) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    theirs.send(Evil(deed, "true"))
    with pytest.raises(pickle.UnpicklingError, match="The reader sent"):
        _wait(ours, 5.0)


@pytest.mark.parametrize("asked", [(Path, "home"), (ZoneCategory, "mro"), (ZoneCategory, "__init__"), ("", "format")])
def test_a_reader_that_was_taken_over_cannot_reach_into_what_it_may_name(asked: tuple[object, str]) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    theirs.send(Evil(getattr, *asked))
    with pytest.raises(pickle.UnpicklingError, match="The reader sent"):
        _wait(ours, 5.0)


def test_a_category_arrives_as_every_python_sends_it() -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    theirs.send([ZoneCategory.CORRIDOR, Evil(getattr, ZoneCategory, "STAIRS"), Evil(ZoneCategory, "ramp")])
    assert _wait(ours, 5.0) == [ZoneCategory.CORRIDOR, ZoneCategory.STAIRS, ZoneCategory.RAMP]


@pytest.mark.parametrize("name", ["barcelona_pavilion.dxf", "georeferenced_geodata.dxf", "ifc_duplex_arch.ifc"])
def test_what_is_read_of_a_drawing_arrives_as_it_was_read(shared_floorplans: Path, name: str) -> None:
    data = (shared_floorplans / name).read_bytes()
    assert read_in_worker(data, name) == read_plan(data, name)


def test_a_refusal_arrives_with_all_its_parts() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_in_worker(b"rubbish", "rubbish.dxf")
    assert caught.value.where
    assert caught.value.advice


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    file, started = drawing(), time.monotonic()
    with pytest.raises(TooLarge, match=r"longer than 0\.01 s"):
        read_in_worker(file.data, file.name, Limits(wall_s=0.01))
    assert time.monotonic() - started < 10


def test_a_reader_that_takes_too_much_memory_says_so() -> None:
    file = drawing()
    with pytest.raises(TooLarge, match="of memory") as refusal:
        read_in_worker(file.data, file.name, Limits(memory_bytes=64 * 2**20))
    assert refusal.value.where == file.name


def test_a_refusal_comes_out_of_the_worker_with_its_three_parts() -> None:
    with pytest.raises(GeoServerError) as refusal:
        read_in_worker(b"<osm></osm>", "empty.osm")
    assert refusal.value.where == "empty.osm"
    assert refusal.value.advice


def test_reading_leaves_no_process_and_no_open_pipe_behind() -> None:
    before = open_files()
    read_in_worker(shed(leads_out=True).data, "shed.geojson")
    assert open_files() <= before + 1, "the resource tracker of the standard library keeps one pipe"


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_reading_tells_its_steps_in_their_order_and_its_share_only_grows() -> None:
    file, told = drawing(), list[Step]()
    read_in_worker(file.data, file.name, follow=lambda step: told.append(step) if step else None)
    assert [(step.stage, step.done, step.total) for step in told] == [
        (Stage.OPENING, 0, 0),
        (Stage.WALLS, 0, 1),
        (Stage.ROOMS, 0, 1),
        (Stage.LABELS, 0, 1),
    ]
    shares = [step.share for step in told]
    assert shares == sorted(set(shares))
    assert shares[-1] < 1


def test_whoever_follows_a_reading_can_end_it_and_its_process() -> None:
    class Enough(Exception):
        pass

    def stop(_: Step | None) -> None:
        raise Enough

    file = drawing()
    with pytest.raises(Enough):
        read_in_worker(file.data, file.name, follow=stop)
    assert "geo-server reader" not in {child.name for child in multiprocessing.active_children()}


@pytest.mark.parametrize("odd", [Step(Stage.WALLS, 3, 2), Step(Stage.WALLS, share=2.0), Step("dancing", 1, 2)])  # type: ignore[arg-type]
def test_a_reader_that_was_taken_over_cannot_tell_odd_steps(odd: Step) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    theirs.send(odd)
    with pytest.raises(ValueError, match=r"odd counts|dancing"):
        _wait(ours, 5.0)
