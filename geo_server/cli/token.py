"""``geo-server token``: lets a person or a program in."""

from enum import StrEnum
from typing import Annotated

import typer

from geo_server.cli.address import find_address, web_address
from geo_server.cli.opening import DataDir, open_database
from geo_server.cli.output import say, tell
from geo_server.domain.errors import InvalidInput
from geo_server.domain.roles import Role
from geo_server.services.access import create_api_token, create_sign_in_link
from geo_server.settings import Settings, load_settings
from geo_server.store.migrate import check_migrated
from geo_server.store.sites import load_site

LONGEST_NAME = 100


class Kind(StrEnum):
    """What to print."""

    SIGN_IN = "sign-in"
    API = "api"


def token(
    site: Annotated[str, typer.Argument(help="The site's name in addresses.")],
    role: Annotated[Role, typer.Option(metavar="ROLE", help=f"What the person is on that site: {', '.join(Role)}.")],
    name: Annotated[
        str | None, typer.Option(help="The person's or program's name; the role's sample person without.")
    ] = None,
    kind: Annotated[Kind, typer.Option(help="A link for a browser, or a token for a program.")] = Kind.SIGN_IN,
    data_dir: DataDir = None,
) -> None:
    """Print a sign-in link that works once within a day, or an API token that is good for a year.

    The link names the public URL of the settings, else the address of the server that runs on the data folder, else
    that of the settings; stderr says so when no server runs.

    A person of that name who is on the site already gets the role in place of the one they had.
    """
    settings = load_settings(data_dir=data_dir)
    who = (f"Sample {role}" if name is None else name).strip()
    if not (0 < len(who) <= LONGEST_NAME and who.isprintable()):
        raise InvalidInput(
            f"{who[:LONGEST_NAME]!r} is not a name.",
            where="--name",
            advice=f"Give 1 to {LONGEST_NAME} printable characters.",
        )
    with open_database(settings, lambda _: None) as database:
        check_migrated(database)
        with database.snapshot() as connection:
            place = load_site(connection, site)
        if kind is Kind.API:
            secret = create_api_token(database, place.id, role, name=who)
        else:
            secret = create_sign_in_link(database, place.id, role, name=who, base_url=_address(settings))
    say(secret)


def _address(settings: Settings) -> str:
    """What people type."""
    running = None if settings.public_url else find_address(settings)
    address = running or web_address(settings, settings.port)
    if running is None and not settings.public_url:
        tell(f"No server runs from {settings.data_dir}. The link names {address}, as the settings have it.")
    return address
