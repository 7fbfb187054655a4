"""``geo-server import``: a campus from its site file."""

from pathlib import Path
from typing import Annotated

import typer

from geo_server.cli.opening import DataDir, open_database, show_progress
from geo_server.cli.output import say
from geo_server.settings import load_settings
from geo_server.store.migrate import upgrade

SiteFileArgument = Annotated[Path, typer.Argument(help="The site file (TOML); see docs/formats/site-file.md.")]


def import_site(site_file: SiteFileArgument, data_dir: DataDir = None) -> None:
    """Bring in a campus: its buildings from their drawings, placed and published as its site file says."""
    from geo_server.services.campuses import import_site_file  # noqa: PLC0415 - loads the geometry libraries

    settings = load_settings(data_dir=data_dir)
    with show_progress() as progress, open_database(settings, progress) as database:
        upgrade(database)
        site = import_site_file(database, site_file, by=None, progress=progress)
    say(f"{site.name} is at /sites/{site.slug}")
