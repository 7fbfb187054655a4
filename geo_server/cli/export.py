"""``geo-server export``: what is published on a site, as a file."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from geo_server.cli.files import check_target, shown, write_whole
from geo_server.cli.opening import DataDir, open_database
from geo_server.cli.progress import show_progress
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Site
from geo_server.services.exports import floorplan_export, graphml_export, map_export, node_link_export
from geo_server.settings import load_settings
from geo_server.store.database import Database
from geo_server.store.migrate import check_migrated
from geo_server.store.sites import load_site


class Format(StrEnum):
    """What to write."""

    GEOJSON = "geojson"
    HTML = "html"
    GRAPHML = "graphml"
    NODE_LINK = "node-link"


_ENDINGS = {
    ".geojson": (Format.GEOJSON,),
    ".json": (Format.GEOJSON, Format.NODE_LINK),
    ".html": (Format.HTML,),
    ".htm": (Format.HTML,),
    ".graphml": (Format.GRAPHML,),
}
"""What a file's ending may mean; the first when nothing else is said."""


def export(
    site: Annotated[str, typer.Argument(help="The site's name in addresses.")],
    to: Annotated[Path, typer.Option("--to", help="File to write; - is the standard output.")],
    file_format: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="The floorplan document, a page that needs no network, or the graph that routes are found on; without "
            "it, what the file's ending says, else the document.",
        ),
    ] = None,
    with_plan: Annotated[
        bool, typer.Option("--with-plan", help="Show threats and ways out of an open incident on the page.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write what is published on a site. The file appears whole or not at all."""
    check_target(to)
    chosen = _format(to, file_format, with_plan)
    with show_progress() as progress, open_database(load_settings(data_dir=data_dir), progress) as database:
        check_migrated(database)
        with database.snapshot() as c:
            place = load_site(c, site)
        progress(f"Writing {shown(to)}")
        write_whole(to, _WRITERS[chosen](database, place, with_plan))


def _format(to: Path, given: Format | None, with_plan: bool) -> Format:
    """What is asked for; refused where the parts of the command contradict one another."""
    by_ending = _ENDINGS.get(to.suffix.lower(), ())
    chosen = given or next(iter(by_ending), Format.GEOJSON)
    if by_ending and chosen not in by_ending:
        raise InvalidInput(
            f"{shown(to)} is by its ending {by_ending[0]}, and {chosen} is asked for.",
            where="--format",
            advice="Leave --format out, or name the file otherwise.",
        )
    if with_plan and chosen is not Format.HTML:
        raise InvalidInput(
            f"The plan is shown on a page, and {chosen} is asked for.",
            where="--with-plan",
            advice="Write a page: --to NAME.html.",
        )
    return chosen


def _geojson(database: Database, site: Site, _with_plan: bool) -> bytes:
    return orjson.dumps(floorplan_export(database, site), option=orjson.OPT_APPEND_NEWLINE)


def _html(database: Database, site: Site, with_plan: bool) -> bytes:
    return map_export(database, site, with_plan=with_plan).encode()


def _graphml(database: Database, site: Site, _with_plan: bool) -> bytes:
    return graphml_export(database, site)


def _node_link(database: Database, site: Site, _with_plan: bool) -> bytes:
    return node_link_export(database, site)


_WRITERS: dict[Format, Callable[[Database, Site, bool], bytes]] = {
    Format.GEOJSON: _geojson,
    Format.HTML: _html,
    Format.GRAPHML: _graphml,
    Format.NODE_LINK: _node_link,
}
