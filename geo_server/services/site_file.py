"""The site file: one TOML text that says which drawings make a campus and where they stand.

Documented in ``docs/formats/site-file.md``. Paths are relative to the file.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from geo_server.domain.errors import InvalidInput, NotFound, TooLarge
from geo_server.domain.places import HIGHEST_ORDINAL, LOWEST_ORDINAL

MAX_BYTES = 2**20
"""Size of a site file. A campus of a hundred buildings takes 100 kB."""

Text = Annotated[str, Field(min_length=1, max_length=200)]
LonLat = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-85, le=85)]]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SitePart(_Table):
    """``[site]``.

    Attributes:
        origin: Longitude and latitude that the site's metres count from; near its middle.
    """

    name: Text
    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]
    timezone: str = "UTC"
    origin: LonLat

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"there is no time zone {value!r}")
        return value


class AssemblyPart(_Table):
    """``[[assembly_points]]``: where people gather."""

    name: Text
    at: LonLat


class LevelPart(_Table):
    """``[[buildings.levels]]``: a drawing, of one level when it has an ordinal, else of as many as it shows."""

    file: Text
    ordinal: Annotated[int, Field(ge=LOWEST_ORDINAL, le=HIGHEST_ORDINAL)] | None = None
    name: Text | None = None


class ControlPart(_Table):
    """``[[buildings.control_points]]``: one spot named twice, in drawing metres and in degrees."""

    x_m: Finite
    y_m: Finite
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-85, le=85)]


class BuildingPart(_Table):
    """``[[buildings]]``.

    Attributes:
        metres_per_unit: Length of a drawing unit; None leaves it to the intake.
        crs: Projected reference system that the drawings' coordinates are in, such as ``EPSG:2263``, or None.
        publish: Whether it goes into force at once; else it stays a draft.
        signed_by: Who takes responsibility for zones without a way out; None refuses to publish those.
    """

    name: Text
    levels: Annotated[tuple[LevelPart, ...], Field(min_length=1)]
    metres_per_unit: Annotated[float, Field(gt=0, le=10_000)] | None = None
    crs: Text | None = None
    control_points: tuple[ControlPart, ...] = ()
    publish: bool = False
    signed_by: Text | None = None

    @model_validator(mode="after")
    def _distinct_ordinals(self) -> Self:
        ordinals = [level.ordinal for level in self.levels if level.ordinal is not None]
        if len(set(ordinals)) < len(ordinals):
            raise ValueError("two levels have the same ordinal")
        if len(self.levels) > 1 and len(ordinals) < len(self.levels):
            raise ValueError("each of several levels needs an ordinal")
        return self


class SiteFile(_Table):
    """The whole file."""

    site: SitePart
    buildings: Annotated[tuple[BuildingPart, ...], Field(min_length=1)]
    assembly_points: tuple[AssemblyPart, ...] = ()

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        for what, names in (
            ("buildings", [building.name for building in self.buildings]),
            ("assembly points", [point.name for point in self.assembly_points]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"two {what} have the same name")
        return self


def read_site_file(path: Path) -> SiteFile:
    """A site file, checked.

    Raises:
        NotFound: There is no such file, or a drawing that it names is missing.
        TooLarge: Larger than any site file.
        InvalidInput: Not TOML, a key missing, unknown or impossible; ``where`` names the file and the key.
    """
    raw = _read_toml(path)
    try:
        site_file = SiteFile.model_validate(raw)
    except ValidationError as fault:
        first = fault.errors()[0]
        raise InvalidInput(
            f"{first['msg']}.", where=f"{path.name}: {_key(first['loc'])}", advice="See docs/formats/site-file.md."
        ) from None
    for building in site_file.buildings:
        for level in building.levels:
            if not (path.parent / level.file).is_file():
                raise NotFound(
                    f"The drawing {level.file!r} of {building.name!r} is not there.",
                    where=path.name,
                    advice="Paths are relative to the site file.",
                )
    return site_file


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise TooLarge(
                f"It is larger than {MAX_BYTES // 2**20} MiB.", where=str(path), advice="Give the path of a site file."
            )
        return tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", advice="Give the path of a site file.") from None
    except OSError as fault:
        raise InvalidInput(
            f"It cannot be read: {fault.strerror}.", where=str(path), advice="Check its name and rights."
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise InvalidInput(
            f"It cannot be read as TOML: {fault}.", where=str(path), advice="See docs/formats/site-file.md."
        ) from None


def _key(loc: Sequence[str | int]) -> str:
    """A place in the file as people write it: ``buildings[0].levels[1].file``."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return words.lstrip(".") or "the file"
