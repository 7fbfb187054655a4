"""``geo-server phone``: whose telephone number is whose."""

from typing import Annotated

import typer

from geo_server.cli.opening import DataDir, open_database
from geo_server.cli.output import say
from geo_server.domain.errors import InvalidInput
from geo_server.services.phones import set_number
from geo_server.settings import load_settings
from geo_server.store.migrate import check_migrated
from geo_server.store.sites import load_site


def phone(
    site: Annotated[str, typer.Argument(help="The site's name in addresses.")],
    name: Annotated[str, typer.Option(help="The person's name, as given to `geo-server token`.")],
    number: Annotated[str | None, typer.Option(help="Their number with its country, such as +1 555 010 0199.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Forget their number.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Say which number a person sends status reports from by text message, or forget it.

    Only a hash of the number is kept.
    """
    if (number is None) is not remove:
        raise InvalidInput(
            "Neither a number nor --remove, or both.", where="--number", advice="Give --number NUMBER, or --remove."
        )
    with open_database(load_settings(data_dir=data_dir), lambda _: None) as database:
        check_migrated(database)
        with database.snapshot() as connection:
            place = load_site(connection, site)
        set_number(database, place, name.strip(), number)
    say(f"The number of {name.strip()} is {'forgotten' if remove else 'known'} on {place.slug}.")
