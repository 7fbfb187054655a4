"""The command line's one application. How it ends: ``cli.ending``."""

import errno
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated

import typer

from geo_server import __version__
from geo_server.cli.ending import exit_code
from geo_server.cli.output import READER_GONE, say, unwritable_stdout

COMMANDS: dict[str, tuple[str, str, str]] = {
    "up": ("server", "up", "Start everything, and serve."),
    "serve": ("server", "serve", "Serve, changing nothing: for service managers."),
    "migrate": ("server", "migrate", "Bring the database to the schema of this program."),
    "doctor": ("doctor", "doctor", "Name what is wrong, and how to mend it."),
    "token": ("token", "token", "Print a sign-in link, or an API token."),
    "phone": ("phone", "phone", "Say which number a person reports from by text."),
    "audit": ("audit", "audit", "The record of who did what."),
    "source": ("source", "source", "Systems outside that report by signed webhooks."),
    "export": ("export", "export", "Write what is published on a site."),
    "inspect": ("inspect", "inspect", "Read drawings without a database: what was understood."),
    "plan": ("plan", "plan", "Plan the way out of every zone, ahead of the threats."),
    "enter": ("enter", "enter", "Say by which outside door responders come to a zone."),
    "what-if": ("what_if", "what_if", "Say which zones hang on one door."),
    "import": ("imports", "import_site", "Bring in a campus from its drawings."),
}
"""Module of each command, its function or its group of commands, and what it does in a few words. Only the one that is run is
imported: the libraries behind all take seconds."""


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
        only: The one command to load; the others are there by name, to be listed. None loads all.
    """
    app = typer.Typer(
        name="geo-server",
        help="A map-first situational-awareness server for schools and campuses.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_group)
    for name, (module, attribute, summary) in COMMANDS.items():
        command = _load(module, attribute) if only in {None, name} else _listed
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, short_help=summary)
        else:
            app.command(name, short_help=summary)(command)
    return app


def _load(module: str, attribute: str) -> Callable[..., object] | typer.Typer:
    command: Callable[..., object] | typer.Typer = getattr(import_module(f"geo_server.cli.{module}"), attribute)
    return command


def _listed() -> None:
    """Stands for a command that is not run."""
    raise RuntimeError("A command was run that had not been loaded.")


def _group(_version: Version = False) -> None:
    """A map-first situational-awareness server for schools and campuses."""


def main() -> None:
    """Run a command. SIGTERM ends it as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(exit_code(_run))


def _run() -> object:
    app = build_app(only=next((word for word in sys.argv[1:] if not word.startswith("-")), ""))
    try:
        return app(prog_name="geo-server", standalone_mode=False)
    except SystemExit:
        return READER_GONE  # Typer writes the help itself, and ends so when nobody reads it any more.
    except OSError as fault:
        if fault.errno in {errno.EBADF, errno.ENOSPC} and fault.filename is None:
            raise unwritable_stdout(fault) from None
        raise
