"""What a command does meanwhile, on the terminal."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol

import rich.progress
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.text import Text

from geo_server.cli.output import tell
from geo_server.domain.progress import Step

Progress = Callable[[str], None]


class Shown(Protocol):
    """Where a command shows what it does."""

    def __call__(self, words: str) -> None:
        """Show the next thing that is done, in a few words, before it begins."""

    def follow(self, step: Step | None) -> None:
        """Show how far the reading of drawings has come; None is no news."""


@contextlib.contextmanager
def show_progress() -> Iterator[Shown]:
    """Tell on stderr what is being done: a spinner and a bar with what is done above it, or plain lines without a terminal."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn()
    with rich.progress.Progress(*columns, console=console, transient=True) as live:
        bar = _Bar(live)
        yield bar
        bar.end()


class _Lines:
    def __call__(self, words: str) -> None:
        tell(words)

    def follow(self, step: Step | None) -> None:
        """Counts are for those who watch."""


class _Bar:
    def __init__(self, live: rich.progress.Progress) -> None:
        self._live = live
        self._doing: str | None = None
        self._task = live.add_task("", total=None)

    def __call__(self, words: str) -> None:
        self.end()
        self._doing = words
        self._live.update(self._task, description=f"{words} …")

    def follow(self, step: Step | None) -> None:
        if step is not None:
            self._live.update(self._task, total=1.0, completed=step.share)

    def end(self) -> None:
        """Put what was done among what is behind."""
        if self._doing is not None:
            self._live.console.print(Text(f"✓ {self._doing}", style="green"))
