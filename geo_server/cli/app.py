"""The command line's one application, and how it ends.

Exit codes: 0 done, 1 a bug (with its traceback) or interrupted, 2 refused (one line on stderr says what, where and what to do;
or ``doctor`` found something wrong).
"""

import signal
import sys
from importlib import import_module

import typer

from geo_server.domain.errors import GeoServerError

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("server", "up"),
    "serve": ("server", "serve"),
    "migrate": ("server", "migrate"),
    "doctor": ("doctor", "doctor"),
    "token": ("token", "token"),
    "export": ("export", "export"),
    "inspect": ("inspect", "inspect"),
    "plan": ("plan", "plan"),
    "import": ("imports", "import_site"),
}
"""Module and function of each command. Only the one that is run is imported: the libraries behind all take seconds."""


def build_app(only: str | None = None) -> typer.Typer:
    """The application.

    Args:
        only: The one command to load; None or an unknown name loads all.
    """
    app = typer.Typer(
        name="geo-server",
        help="A map-first situational-awareness server for schools and campuses.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_group)
    for name in [only] if only in COMMANDS else COMMANDS:
        module, function = COMMANDS[name]
        app.command(name)(getattr(import_module(f"geo_server.cli.{module}"), function))
    return app


def _group() -> None:
    """A map-first situational-awareness server for schools and campuses."""


def main() -> None:
    """Run a command; a refusal is one line and exit code 2. SIGTERM ends it as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        build_app(sys.argv[1] if len(sys.argv) > 1 else None)()
    except GeoServerError as refusal:
        sys.stderr.write(f"geo-server: {refusal}\n")
        sys.exit(2)
