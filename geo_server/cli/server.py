"""``geo-server up``, ``serve`` and ``migrate``: the server's life.

Order of a start: the port is taken first, so that a port in use is refused before anything else is started; then the
database, the schema, the sample campus; the address and links are printed once connections are accepted.
Ctrl-C and SIGTERM are how a server ends, so they end it with exit code 0, after everything was closed.
"""

import os
import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

import geo_server
from geo_server.cli.address import find_address, noted, web_address
from geo_server.cli.opening import DataDir, open_database
from geo_server.cli.output import say, tell
from geo_server.cli.progress import Progress, Shown, show_progress
from geo_server.domain.errors import Conflict, Unavailable
from geo_server.domain.places import Site
from geo_server.domain.wording import counted
from geo_server.services.access import create_sign_in_links
from geo_server.services.protocols import load_pack
from geo_server.settings import Settings, find_unknown_settings, load_settings
from geo_server.store.database import Database
from geo_server.store.machine import listen
from geo_server.store.migrate import check_migrated, pending, upgrade
from geo_server.store.sites import list_sites

_SAMPLE = Path("data/floorplans/sample_campus.toml")
_GRACE_S = 5

Host = Annotated[str | None, typer.Option(help="Address to listen on [GEO_SERVER_HOST].")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one [GEO_SERVER_PORT].")]
Empty = Annotated[bool, typer.Option("--empty", help="Do not import the sample campus.")]


def up(host: Host = None, port: Port = None, data_dir: DataDir = None, empty: Empty = False) -> None:
    """Start everything: database, schema, the sample campus when there is no site yet, server. Ctrl-C stops it."""
    settings = _load_settings(host=host, port=port, data_dir=data_dir)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        listener = stack.enter_context(_listen(settings))
        address = web_address(settings, listener.getsockname()[1])
        with show_progress() as progress:
            database = stack.enter_context(open_database(settings, progress, own=True))
            _migrate(database, progress)
            sites = _list_sites(database)
            if not sites and not empty:
                sites = [_import_sample(database, progress)]
            progress("Starting the server")
            links = "".join(_links(database, site, address) for site in sites)
        stack.enter_context(noted(settings, address))
        _run(settings, listener, f"geo-server is running at {address}\n{links}")


def serve(host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Serve, changing nothing: for service managers. Refused while migrations are behind."""
    settings = _load_settings(host=host, port=port, data_dir=data_dir)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        listener = stack.enter_context(_listen(settings))
        address = web_address(settings, listener.getsockname()[1])
        with show_progress() as progress:
            check_migrated(stack.enter_context(open_database(settings, progress, own=True)))
        stack.enter_context(noted(settings, address))
        _run(settings, listener, f"geo-server is running at {address}")


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to the schema of this program."""
    settings = load_settings(data_dir=data_dir)
    with show_progress() as progress, open_database(settings, progress) as database:
        done = _migrate(database, progress)
    say(f"{counted(done, 'migration')} applied." if done else "Nothing to do: all migrations are applied.")


def _load_settings(**given: object) -> Settings:
    """The settings, with a word about every variable that was meant to be one.

    Raises:
        InvalidInput: A setting cannot be, or the protocol pack cannot be read.
    """
    for sentence in find_unknown_settings(os.environ):
        tell(f"geo-server: warning: {sentence}")
    settings = load_settings(**given)
    load_pack(settings.data_dir)  # one that cannot be read is refused before anything is begun
    return settings


def _listen(settings: Settings) -> socket.socket:
    """The socket to serve on.

    Raises:
        Conflict: The port is in use; says so when it is this server that runs already.
        GeoServerError: The port cannot be had.
    """
    try:
        return listen(settings.host, settings.port)
    except Conflict:
        address = find_address(settings)
        if address is None:
            raise
        raise Conflict(
            f"geo-server runs already, at {address}.",
            advice="Open that address (`geo-server token SITE --role ROLE` prints a new sign-in link), or stop it first: "
            "Ctrl-C where it was started.",
        ) from None


def _migrate(database: Database, progress: Progress) -> int:
    """Apply what is missing; how many migrations that were."""
    behind = pending(database)
    if behind:
        progress("Preparing the database's tables")
        upgrade(database)
    return len(behind)


def _list_sites(database: Database) -> list[Site]:
    with database.snapshot() as connection:
        return list(list_sites(connection))


def _import_sample(database: Database, progress: Shown) -> Site:
    """Bring in the sample campus as any campus comes in."""
    from geo_server.services.campuses import import_site_file  # noqa: PLC0415 - loads the CAD libraries

    progress("Importing the sample campus")
    return import_site_file(database, _sample_file(), by=None, progress=progress, follow=progress.follow)


def _sample_file() -> Path:
    """The sample campus: inside the package in a wheel, beside it in a checkout."""
    package = Path(geo_server.__file__).parent
    inside = package / _SAMPLE
    return inside if inside.exists() else package.parent / _SAMPLE


def _links(database: Database, site: Site, address: str) -> str:
    """One sign-in link for each role, a line each."""
    links = create_sign_in_links(database, site.id, address)
    lines = [f"  {role.value:<11} {link}" for role, link in links.items()]
    return "\n".join([f"\nSign-in links for {site.name}; each works once:", *lines, ""])


class _Server(uvicorn.Server):
    """A server that says when it accepts connections."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so; when nobody reads that, serve all the same."""
        await super().startup(sockets)
        if self.started:
            with suppress(typer.Exit, Unavailable):
                say(self._greeting)


def _run(settings: Settings, listener: socket.socket, greeting: str) -> None:
    """Serve until told to stop.

    The access log is off: addresses of sign-in links carry secrets.

    Raises:
        Unavailable: The server did not start.
    """
    from geo_server.api.app import create_app  # noqa: PLC0415 - loads the web framework

    config = uvicorn.Config(
        create_app(settings),
        lifespan="on",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = _Server(config, greeting)
    with suppress(SystemExit):  # how uvicorn ends when the application does not start
        server.run(sockets=[listener])
    if not server.started:
        raise Unavailable("The server did not start.", advice="The reason stands above.")
