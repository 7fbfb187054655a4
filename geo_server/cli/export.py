"""``geo-server export``: what is published on a site, as a file."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from geo_server.cli.files import check_target, shown, write_whole
from geo_server.cli.opening import DataDir, open_database, show_progress
from geo_server.domain.places import Site
from geo_server.services.exports import floorplan_export, map_export
from geo_server.settings import load_settings
from geo_server.store.database import Database
from geo_server.store.migrate import check_migrated
from geo_server.store.sites import load_site


class Format(StrEnum):
    """What to write."""

    GEOJSON = "geojson"
    HTML = "html"


def export(
    site: Annotated[str, typer.Argument(help="The site's name in addresses.")],
    to: Annotated[Path, typer.Option("--to", help="File to write; - is the standard output.")],
    file_format: Annotated[
        Format, typer.Option("--format", help="The floorplan document, or a page that needs no network.")
    ] = Format.GEOJSON,
    with_plan: Annotated[
        bool, typer.Option("--with-plan", help="Show threats and ways out of an open incident on the page.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write what is published on a site. The file appears whole or not at all."""
    check_target(to)
    with show_progress() as progress, open_database(load_settings(data_dir=data_dir), progress) as database:
        check_migrated(database)
        with database.snapshot() as c:
            place = load_site(c, site)
        progress(f"Writing {shown(to)}")
        write_whole(to, _WRITERS[file_format](database, place, with_plan))


def _geojson(database: Database, site: Site, _with_plan: bool) -> bytes:
    return orjson.dumps(floorplan_export(database, site), option=orjson.OPT_APPEND_NEWLINE)


def _html(database: Database, site: Site, with_plan: bool) -> bytes:
    return map_export(database, site, with_plan=with_plan).encode()


_WRITERS: dict[Format, Callable[[Database, Site, bool], bytes]] = {Format.GEOJSON: _geojson, Format.HTML: _html}
