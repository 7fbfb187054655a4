"""``geo-server source``: lets systems outside report by signed webhooks."""

from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from geo_server.cli.files import read_whole, shown
from geo_server.cli.opening import DataDir, open_database
from geo_server.cli.output import say
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL
from geo_server.domain.signatures import secret_text
from geo_server.domain.sources import USUALLY, DevicePlace, Source, SourceKind
from geo_server.services import sources
from geo_server.services.protocols import load_pack
from geo_server.settings import load_settings
from geo_server.store.migrate import check_migrated
from geo_server.store.sites import load_site

LONGEST_NAME = 100
FILE_MIB = 4

source = typer.Typer(help="Systems outside that report by signed webhooks.", no_args_is_help=True)
SiteName = Annotated[str, typer.Argument(help="The site's name in addresses.")]


class _Device(BaseModel):
    model_config = ConfigDict(extra="forbid")

    zone_id: UUID | None = None
    at: (
        tuple[
            Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)],
            Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)],
        ]
        | None
    ) = None
    ordinal: Annotated[int, Field(ge=LOWEST_ORDINAL, le=HIGHEST_ORDINAL)] = 0
    building: str | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> "_Device":
        if (self.zone_id is None) == (self.at is None):
            raise ValueError("give zone_id, or at")
        return self


_Devices: TypeAdapter[dict[Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)], _Device]] = TypeAdapter(
    dict[Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)], _Device]
)


@source.callback()
def _group() -> None:
    """Systems outside that report by signed webhooks."""


@source.command()
def add(
    site: SiteName,
    *,
    name: Annotated[str, typer.Option(help="What people call it.")],
    kind: Annotated[SourceKind, typer.Option(help="What it is.")],
    reports: Annotated[
        str | None, typer.Option(help="Kind of incident of the protocol pack; what suits its kind without.")
    ] = None,
    confidence: Annotated[
        float | None, typer.Option(min=0, max=1, help="How sure its reports are; what suits its kind without.")
    ] = None,
    devices: Annotated[
        Path | None, typer.Option(help="JSON file: where each of its devices is (docs/formats/webhooks.md).")
    ] = None,
    opens_incidents: Annotated[
        bool, typer.Option("--opens-incidents", help="It may open an incident by itself; else officers decide.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Let a system report; prints the path to deliver to and the secret to sign with, which is shown to nobody again."""
    settings = load_settings(data_dir=data_dir)
    if not (0 < len(name.strip()) <= LONGEST_NAME and name.isprintable()):
        raise InvalidInput(
            f"{name[:LONGEST_NAME]!r} is not a name.",
            where="--name",
            advice=f"Give 1 to {LONGEST_NAME} printable characters.",
        )
    usual = USUALLY[kind]
    made = Source(
        id=uuid4(),
        name=name.strip(),
        kind=kind,
        reports=reports or usual.kind,
        confidence=usual.confidence if confidence is None else confidence,
        opens_incidents=opens_incidents,
        devices=_read_devices(devices) if devices else {},
    )
    with open_database(settings, lambda _: None) as database:
        check_migrated(database)
        with database.snapshot() as c:
            place = load_site(c, site)
        key = sources.add_source(database, load_pack(settings.data_dir), place, made)
    say(f"/api/sources/{made.id}/deliveries\n{secret_text(key)}")


@source.command("list")
def list_all(site: SiteName, data_dir: DataDir = None) -> None:
    """The sources of a site, one a line: name, kind, what it reports, number of devices, and whether it opens incidents."""
    with open_database(load_settings(data_dir=data_dir), lambda _: None) as database:
        check_migrated(database)
        with database.snapshot() as c:
            place = load_site(c, site)
        listed = sources.list_sources(database, place)
    lines = [
        "\t".join(
            (
                one.name,
                one.kind,
                one.reports,
                str(len(one.devices)),
                "opens" if one.opens_incidents else "tells",
                str(one.id),
            )
        )
        for one in listed
    ]
    say("\n".join(lines) or "The site has no source.")


@source.command()
def revoke(
    site: SiteName,
    name: Annotated[str, typer.Argument(help="As it was added.")],
    data_dir: DataDir = None,
) -> None:
    """Take nothing from a source any more. To replace its secret, revoke it and add it anew."""
    with open_database(load_settings(data_dir=data_dir), lambda _: None) as database:
        check_migrated(database)
        with database.snapshot() as c:
            place = load_site(c, site)
        sources.revoke_source(database, place, name)


def _read_devices(path: Path) -> dict[str, DevicePlace]:
    data = read_whole(path, FILE_MIB, "Give only devices and their places.")
    try:
        read = _Devices.validate_json(data)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"] if step != "[key]")
        raise InvalidInput(
            f"{place or 'It'}: {first['msg']}.",
            where=shown(path),
            advice='Give an object such as {"PB-17": {"zone_id": "<id of a zone>"}}.',
        ) from None
    return {device: DevicePlace(said.zone_id, said.at, said.ordinal, said.building) for device, said in read.items()}
