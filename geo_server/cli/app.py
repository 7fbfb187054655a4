"""The command line's one application. How it ends: ``cli.ending``."""

import errno
import signal
import sys
from importlib import import_module
from typing import Annotated

import typer

from geo_server import __version__
from geo_server.cli.ending import exit_code
from geo_server.cli.output import READER_GONE, say, unwritable_stdout

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("server", "up"),
    "serve": ("server", "serve"),
    "migrate": ("server", "migrate"),
    "doctor": ("doctor", "doctor"),
    "token": ("token", "token"),
    "phone": ("phone", "phone"),
    "audit": ("audit", "audit"),
    "source": ("source", "source"),
    "export": ("export", "export"),
    "inspect": ("inspect", "inspect"),
    "plan": ("plan", "plan"),
    "enter": ("enter", "enter"),
    "what-if": ("what_if", "what_if"),
    "import": ("imports", "import_site"),
}
"""Module of each command, and its function or its group of commands. Only the one that is run is imported: the libraries behind all take seconds."""


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"geo-server {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
]


def build_app(only: str | None = None) -> typer.Typer:
    """The application.

    Args:
        only: The one command to load; None or an unknown name loads all.
    """
    app = typer.Typer(
        name="geo-server",
        help="A map-first situational-awareness server for schools and campuses.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_group)
    for name in [only] if only in COMMANDS else COMMANDS:
        module, attribute = COMMANDS[name]
        command = getattr(import_module(f"geo_server.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _group(_version: Version = False) -> None:
    """A map-first situational-awareness server for schools and campuses."""


def main() -> None:
    """Run a command. SIGTERM ends it as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(exit_code(_run))


def _run() -> object:
    only = sys.argv[1] if len(sys.argv) > 1 else None
    app = build_app(only)
    try:
        return app(prog_name="geo-server", standalone_mode=False)
    except SystemExit:
        return READER_GONE  # Typer writes the help itself, and ends so when nobody reads it any more.
    except OSError as fault:
        if fault.errno in {errno.EBADF, errno.ENOSPC} and fault.filename is None:
            raise unwritable_stdout(fault) from None
        raise
