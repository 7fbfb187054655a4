"""``geo-server audit``: the record of who did what."""

from typing import Annotated

import typer

from geo_server.cli.ending import REFUSED
from geo_server.cli.opening import DataDir, open_database
from geo_server.cli.output import say
from geo_server.domain.wording import counted
from geo_server.services.audits import AuditState, verify_audits
from geo_server.settings import load_settings
from geo_server.store.migrate import check_migrated

audit = typer.Typer(help="The record of who did what.", no_args_is_help=True)


@audit.callback()
def _group() -> None:
    """The record of who did what."""


@audit.command()
def verify(
    site: Annotated[str | None, typer.Argument(help="The site's name in addresses; all sites without.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Check that no entry of the audit log was changed, removed or inserted. Exit code 2 when one was."""
    with open_database(load_settings(data_dir=data_dir), lambda _: None) as database:
        check_migrated(database)
        states = verify_audits(database, site)
    say("\n".join(map(_line, states)) or "There is no site yet.")
    if any(state.first_bad is not None for state in states):
        raise typer.Exit(REFUSED)


def _line(state: AuditState) -> str:
    if state.first_bad is None:
        return f"  ok   {state.slug}: {counted(state.entries, 'entry')}, each as it was recorded."
    return f"FAIL   {state.slug}: entry {state.first_bad} of {state.entries} is changed, missing or out of place."
