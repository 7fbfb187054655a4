"""The command as a person starts it: a process of its own."""

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest


class Command:
    """A running ``geo-server`` command.

    Args:
        first: Python to run in its process before it.
    """

    def __init__(self, data_dir: Path, *words: str, first: str = "", **variables: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GEO_SERVER_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{first}\nfrom geo_server.cli import main; main()", *words],
            env={**environment, "GEO_SERVER_DATA_DIR": str(data_dir), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self.said = ""
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, pattern: str, seconds: float = 120.0) -> re.Match[str]:
        """Wait until it has said something that matches."""
        while not (found := re.search(pattern, self.said)):
            try:
                line = self._lines.get(timeout=seconds)
            except queue.Empty:
                raise AssertionError(f"no {pattern!r} in: {self.said}") from None
            assert line, f"it ended without {pattern!r}: {self.said}"
            self.said += line
        return found

    def end(self, signal_number: int | None = None) -> int:
        """Wait for its end, after a signal when one is given; its exit code."""
        if signal_number is not None:
            self.process.send_signal(signal_number)
        code = self.process.wait(timeout=120)
        self._reader.join()
        while line := self._lines.get():
            self.said += line
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                self._lines.put(line)
        self._lines.put("")


Start = Callable[..., Command]


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    """Starts a command on the test's own data folder: ``start("up", "--port", "0")``."""
    with ExitStack() as stack:

        def begin(*words: str, first: str = "", **variables: str) -> Command:
            command = Command(data_dir, *words, first=first, **variables)
            stack.callback(_stop, command)
            return command

        yield begin


def _stop(command: Command) -> None:
    if command.process.poll() is None:
        command.end(15)
