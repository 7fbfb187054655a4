"""Settings: environment variables with the prefix ``GEO_SERVER_``. Read once by a face, handed down as values."""

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo_server.domain.errors import InvalidInput

PREFIX = "GEO_SERVER_"


def default_data_dir() -> Path:
    """Where data is kept when nobody says otherwise.

    ``/var/lib/geo-server`` for root, because the database server drops to a user who cannot enter root's home;
    else ``$XDG_DATA_HOME/geo-server``, by default ``~/.local/share/geo-server``. A relative ``XDG_DATA_HOME`` is
    disregarded, as the XDG Base Directory Specification says.

    Raises:
        InvalidInput: This user has no home.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/geo-server")
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    if given.is_absolute():
        return given / "geo-server"
    try:
        return Path.home() / ".local" / "share" / "geo-server"
    except RuntimeError:
        raise InvalidInput(
            "This user has no home folder, so there is no place for the data.",
            where="GEO_SERVER_DATA_DIR",
            advice="Set it to a folder.",
        ) from None


def _folder(value: str | Path) -> Path:
    """A folder that has a name; one without is the current folder, which nobody means by it."""
    if not str(value).strip():
        raise PydanticCustomError("no_folder", "Give the path of a folder")
    return Path(value)


def _origin(value: str) -> str:
    """A web address as browsers send it for an origin: scheme, host and, where it is not the usual one, port."""
    try:
        url = HttpUrl(value)
    except ValidationError:
        url = None
    if url is None or (url.username, url.password, url.path, url.query, url.fragment) != (None, None, "/", None, None):
        raise PydanticCustomError(
            "no_origin", "Give http:// or https:// and a host alone, as in https://map.example.org"
        )
    return str(url).removesuffix("/")


class Settings(BaseSettings):
    """All settings. Each is an environment variable: ``GEO_SERVER_`` and its name in capitals; an empty one counts as unset."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    data_dir: Annotated[
        Path,
        BeforeValidator(_folder),
        Field(description="Folder of the embedded database, uploads and the protocol pack."),
    ] = Field(default_factory=default_data_dir)
    database_url: Annotated[
        str | None, Field(description="A PostGIS 3.3 or newer to use instead of the embedded one: postgresql://…")
    ] = None
    host: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")] = 8080
    public_url: Annotated[
        Annotated[str, AfterValidator(_origin)] | None,
        Field(
            description="Address that people type, when it differs (behind a proxy): `https://HOST`, without a path."
        ),
    ] = None
    session_hours: Annotated[int, Field(ge=1, le=24 * 90, description="How long a sign-in lasts, in hours.")] = 24 * 30
    responder_link_hours: Annotated[
        int,
        Field(
            ge=0,
            le=24,
            description="How long responder links hold after the all-clear, in hours; a day in all at most.",
        ),
    ] = 1
    events_kept_days: Annotated[
        int, Field(ge=1, le=3650, description="How long live events are kept for clients that resume, in days.")
    ] = 30
    concerns_kept_days: Annotated[
        int, Field(ge=1, le=3650, description="How long a concern is kept after it was closed, in days.")
    ] = 365
    upload_limit_mb: Annotated[int, Field(ge=1, le=1024, description="Largest drawing accepted, in MiB.")] = 50


def find_unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that looks like a setting and is none: a misspelt one would silently do nothing."""
    known = [name.upper() for name in Settings.model_fields]
    given = sorted(name for name in environment if name.upper().startswith(PREFIX))
    return [_about_unknown(name, known) for name in given if name.upper().removeprefix(PREFIX) not in known]


def _about_unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
    meant = [f"{PREFIX}{one}" for one in near or known]
    return f"{name} is not a setting; {'did you mean ' + meant[0] + '?' if near else 'there are: ' + ', '.join(meant) + '.'}"


def load_settings(**given: object) -> Settings:
    """Settings from the environment, with values given on the command line on top.

    Args:
        **given: Settings by name; None means not given.

    Raises:
        InvalidInput: A value that cannot be, named with its variable.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as fault:
        first = fault.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise InvalidInput(
            f"{first['msg']}, not {first['input']!r}.", where=name, advice="Change or unset the variable."
        ) from None
