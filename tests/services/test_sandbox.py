"""The fences around the process that reads drawings, tried from inside."""

import multiprocessing
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from geo_server.services.sandbox import confine


def _attempt(answers: Connection, deed: Callable[[str], object], argument: str) -> None:
    confine()
    try:
        deed(argument)
    except OSError as fault:
        answers.send(type(fault).__name__)
    else:
        answers.send("done")
    answers.close()


def attempt(deed: Callable[[str], object], argument: str = "") -> str:
    """What comes of a deed in a process that is fenced in."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_attempt, args=(theirs, deed, argument))
    child.start()
    theirs.close()
    answer: str = ours.recv()
    child.join()
    child.close()
    ours.close()
    return answer


def call(address: str) -> None:
    socket.create_connection(("127.0.0.1", int(address)), timeout=2).close()


def run(program: str) -> None:
    subprocess.run([program], check=False)


def write(path: str) -> None:
    Path(path).write_text("x", encoding="utf-8")


def write_scratch(_: str) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")


def read(path: str) -> None:
    Path(path).read_bytes()


def fork(_: str) -> None:
    if os.fork() == 0:
        os._exit(0)


def move_out(path: str) -> None:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        Path(file.name).rename(path)


def link_out(path: str) -> None:
    with tempfile.NamedTemporaryFile() as file:
        os.link(file.name, path)


def point_out(path: str) -> None:
    Path(path).symlink_to(tempfile.gettempdir())


def test_no_network_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert attempt(call, str(server.getsockname()[1])) == "PermissionError"


@pytest.mark.parametrize(("deed", "argument"), [(run, "/bin/true"), (fork, "")])
def test_no_program_can_be_started(deed: Callable[[str], object], argument: str) -> None:
    assert attempt(deed, argument) == "PermissionError"


def test_no_file_can_be_written_or_removed_but_a_temporary_one() -> None:
    target = Path("/var/tmp") / f"geo-server-written-{os.getpid()}"
    assert attempt(write, str(target)) == "PermissionError"
    assert attempt(write, f"{tempfile.gettempdir()}/../etc/written_by_a_reader.txt") == "PermissionError"
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as kept:
        assert attempt(os.remove, kept.name) == "PermissionError"
    assert attempt(write_scratch) == "done"
    assert not target.exists()


@pytest.mark.parametrize("deed", [move_out, link_out, point_out])
def test_nothing_temporary_gets_a_name_elsewhere(deed: Callable[[str], object]) -> None:
    target = Path("/var/tmp") / f"geo-server-test-{os.getpid()}"
    assert attempt(deed, str(target)) == "PermissionError"
    assert not target.exists()


def test_libraries_can_be_read() -> None:
    assert attempt(read, __file__) == "done"
