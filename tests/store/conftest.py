"""Processes that hold a cluster open, and what it takes to ill-treat them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

_HOLD = """
import signal, sys
from pathlib import Path
from geo_server.store.embedded import open_cluster
signal.signal(signal.SIGTERM, signal.default_int_handler)
with open_cluster(Path(sys.argv[1]), own=sys.argv[2] == "own") as url:
    print(url, flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that holds a cluster open until told otherwise."""

    def __init__(self, folder: Path, *, own: bool) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(folder), "own" if own else "join"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        """Wait until it is in, and return the URL that it got."""
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        assert url, self.process.communicate(timeout=10)[1]
        return url

    def send(self, signal_number: int) -> int:
        """Send a signal and wait for the end; its exit code."""
        self.process.send_signal(signal_number)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def leave(self) -> None:
        """Let it leave of its own accord."""
        self.process.communicate(timeout=60)

    def __enter__(self) -> "Holder":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.send(signal.SIGTERM)


Hold = Callable[..., Holder]


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Starts a process that holds a cluster open: ``hold(folder, own=True)``."""
    with ExitStack() as stack:
        yield lambda folder, *, own=False: stack.enter_context(Holder(folder, own=own))


def server_pid(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def lives(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def kill_server(folder: Path) -> int:
    pid = server_pid(folder)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not lives(pid))
    return pid


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def ask(url: str, question: str) -> str:
    """The first value that a query gives, over a connection of its own."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return str(row[0])


def run(url: str, statement: str) -> None:
    """Run a statement, over a connection of its own."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())
