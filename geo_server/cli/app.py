"""The command line's one application, and how it ends.

Exit codes: 0 done, 1 a bug (with its traceback) or interrupted, 2 refused (one line on stderr says what, where and what to do;
or ``doctor`` found something wrong).
"""

import signal
import sys
from collections.abc import Callable

import typer

from geo_server.cli import doctor, export, imports, inspect, plan, server, token
from geo_server.domain.errors import GeoServerError


def build_app() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        name="geo-server",
        help="A map-first situational-awareness server for schools and campuses.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, command in _commands().items():
        app.command(name)(command)
    return app


def _commands() -> dict[str, Callable[..., None]]:
    return {
        "up": server.up,
        "serve": server.serve,
        "migrate": server.migrate,
        "doctor": doctor.doctor,
        "token": token.token,
        "export": export.export,
        "inspect": inspect.inspect,
        "plan": plan.plan,
        "import": imports.import_site,
    }


def main() -> None:
    """Run a command; a refusal is one line and exit code 2. SIGTERM ends it as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        build_app()()
    except GeoServerError as refusal:
        sys.stderr.write(f"geo-server: {refusal}\n")
        sys.exit(2)
