"""``geo-server doctor``: what is wrong with this installation, and how to mend it."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import geo_server
from geo_server.cli.ending import REFUSED
from geo_server.cli.opening import DataDir
from geo_server.cli.output import say
from geo_server.services.doctor import Check, Installation, examine
from geo_server.settings import find_unknown_settings, load_settings

_VENDOR = Path(geo_server.__file__).parent / "web" / "static" / "vendor"


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Look at everything that the server needs; name what is wrong and how to mend it. Exit code 2 when something is."""
    settings = load_settings(data_dir=data_dir)
    here = Installation(
        settings.data_dir,
        settings.database_url,
        settings.host,
        settings.port,
        _VENDOR,
        tuple(find_unknown_settings(os.environ)),
    )
    checks: list[Check] = []
    for check in examine(here):
        checks.append(check)
        if not as_json:
            say(_line(check))
    ok = all(check.ok for check in checks)
    if as_json:
        say(json.dumps({"ok": ok, "checks": [asdict(check) for check in checks]}, indent=2))
    if not ok:
        raise typer.Exit(REFUSED)


def _line(check: Check) -> str:
    advice = f"\n       {'':<17} {check.advice}" if check.advice else ""
    return f"{'  ok' if check.ok else 'FAIL'}   {check.name:<17} {check.message}{advice}"
