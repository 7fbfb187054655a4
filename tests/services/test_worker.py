"""What the process that reads drawings sends back is taken for values and nothing else."""

import multiprocessing
import os
import pickle
import subprocess
from pathlib import Path

import pytest

from geo_server.domain.errors import UnreadableFile
from geo_server.ingest.pipeline import read_plan
from geo_server.services.worker import _wait, read_in_worker


class Evil:
    """Asks whoever reads it to call something."""

    def __init__(self, deed: object, argument: object) -> None:
        self._call = (deed, (argument,))

    def __reduce__(self) -> tuple[object, ...]:
        return self._call


@pytest.mark.parametrize("deed", [os.system, subprocess.run, eval, __import__, Path])
def test_a_reader_that_was_taken_over_cannot_have_the_server_call_anything(deed: object) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    theirs.send(Evil(deed, "true"))
    with pytest.raises(pickle.UnpicklingError, match="The reader sent"):
        _wait(ours, 5.0)


@pytest.mark.parametrize("name", ["barcelona_pavilion.dxf", "georeferenced_geodata.dxf", "ifc_duplex_arch.ifc"])
def test_what_is_read_of_a_drawing_arrives_as_it_was_read(shared_floorplans: Path, name: str) -> None:
    data = (shared_floorplans / name).read_bytes()
    assert read_in_worker(data, name) == read_plan(data, name)


def test_a_refusal_arrives_with_all_its_parts() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_in_worker(b"rubbish", "rubbish.dxf")
    assert caught.value.where
    assert caught.value.advice
