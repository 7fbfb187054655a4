"""``geo-server import``: a campus from its site file."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from geo_server.cli.opening import DataDir, open_database
from geo_server.cli.output import say
from geo_server.cli.progress import show_progress
from geo_server.domain.roles import Role
from geo_server.services.site_file import read_site_file
from geo_server.settings import load_settings
from geo_server.store.migrate import upgrade

SiteFileArgument = Annotated[Path, typer.Argument(help="The site file (TOML); see docs/formats/site-file.md.")]


def import_site(site_file: SiteFileArgument, data_dir: DataDir = None) -> None:
    """Bring in a campus: its buildings from their drawings, placed and published as its site file says."""
    from geo_server.services.campuses import import_site_file  # noqa: PLC0415 - loads the geometry libraries

    settings = load_settings(data_dir=data_dir)
    read_site_file(site_file)  # What is wrong with it is told before a database is started for it.
    with show_progress() as progress, open_database(settings, progress) as database:
        upgrade(database)
        site = import_site_file(database, site_file, by=None, progress=progress, follow=progress.follow)
    let_in = ["geo-server", "token", site.slug, "--role", Role.ADMIN]
    if data_dir is not None:
        let_in += ["--data-dir", data_dir]
    say(f"{site.name} is at /sites/{site.slug}\nTo let somebody in: {shlex.join(let_in)}")
