"""What commands share: progress on the terminal, and the database that the settings name."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from geo_server.cli.output import tell
from geo_server.settings import Settings
from geo_server.store import opening
from geo_server.store.database import Database

Progress = Callable[[str], None]
DataDir = Annotated[str | None, typer.Option(help="Folder of the embedded database [GEO_SERVER_DATA_DIR].")]


@contextlib.contextmanager
def show_progress() -> Iterator[Progress]:
    """Tell on stderr what is being done: a spinner with the steps done above it, or plain lines without a terminal.

    Yields:
        Called with each step, in a few words, before it begins.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield tell
        return
    done: list[str] = []
    with console.status("") as status:

        def begin(step: str) -> None:
            if done:
                console.print(Text(f"✓ {done[-1]}", style="green"))
            done.append(step)
            status.update(Text(f"{step} …"))

        yield begin
        if done:
            console.print(Text(f"✓ {done[-1]}", style="green"))


@contextlib.contextmanager
def open_database(settings: Settings, progress: Progress, *, own: bool = False) -> Iterator[Database]:
    """The database that the settings name: a PostGIS elsewhere, else the embedded one, started when nobody runs it.

    Args:
        settings: The settings.
        progress: Told what is being done.
        own: Be the one server of the embedded cluster; without meaning for a database elsewhere.

    Raises:
        GeoServerError: It cannot be opened, or has no PostGIS; says why and what to do.
    """
    if settings.database_url is not None:
        progress("Connecting to the database")
    with opening.open_database(settings.database_url, settings.data_dir, progress, own=own) as database:
        database.check()
        yield database
