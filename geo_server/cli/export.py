"""``geo-server export``: what is published on a site, as a file."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from geo_server.cli.opening import open_database, show_progress
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Site
from geo_server.services.exports import floorplan_export, map_export
from geo_server.settings import load_settings
from geo_server.store.database import Database
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
) -> None:
    """Write what is published on a site. The file appears whole or not at all."""
    _check_target(to)
    with show_progress() as progress, open_database(load_settings(), progress) as database:
        with database.snapshot() as c:
            place = load_site(c, site)
        progress(f"Writing {to}")
        _write(to, _WRITERS[file_format](database, place, with_plan))


def _geojson(database: Database, site: Site, _with_plan: bool) -> bytes:
    return orjson.dumps(floorplan_export(database, site), option=orjson.OPT_APPEND_NEWLINE)


def _html(database: Database, site: Site, with_plan: bool) -> bytes:
    return map_export(database, site, with_plan=with_plan).encode()


_WRITERS: dict[Format, Callable[[Database, Site, bool], bytes]] = {Format.GEOJSON: _geojson, Format.HTML: _html}


def _check_target(to: Path) -> None:
    """Refuse before the work rather than after it.

    Raises:
        InvalidInput: Its folder is not there, or it is a folder.
    """
    if to.is_dir() or not to.parent.is_dir():
        wrong = "is a folder" if to.is_dir() else "lies in a folder that is not there"
        raise InvalidInput(f"{to} {wrong}.", where="--to", advice="Name a file in a folder that exists.")


def _write(to: Path, data: bytes) -> None:
    if str(to) == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        handle, name = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")
        temporary = Path(name)
        with contextlib.ExitStack() as undo:
            undo.callback(temporary.unlink, missing_ok=True)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            temporary.chmod(0o640)
            temporary.replace(to)
    except OSError as fault:
        raise InvalidInput(
            f"{to} cannot be written: {fault.strerror}.", where="--to", advice="Name a folder that you may write to."
        ) from fault
