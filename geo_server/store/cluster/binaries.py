"""Which PostgreSQL server programs on this machine can run a PostGIS database."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo_server.domain.errors import Unavailable

_DEBIAN_HOME = Path("/usr/lib/postgresql")
_OLDEST_MAJOR = 13
_QUIETLY = (
    "sudo mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' | "
    "sudo tee /etc/postgresql-common/createcluster.conf && "
)
"""Keeps the package from starting a database server of its own on port 5432."""
_ELSEWHERE = "Or set GEO_SERVER_DATABASE_URL to a PostGIS that runs elsewhere."


def _install(packages: str, *, first: bool) -> str:
    """What to run on Debian or Ubuntu.

    Args:
        packages: Their names.
        first: Whether they bring the machine's first PostgreSQL.
    """
    quietly = _QUIETLY if first else ""
    install = "sudo apt-get install --yes --no-install-recommends -o Dpkg::Options::=--force-confold"
    return f"On Debian or Ubuntu run: {quietly}{install} {packages}."


@dataclass(frozen=True, slots=True)
class ServerBinaries:
    """PostgreSQL server programs that have the PostGIS extension beside them.

    Args:
        folder: Holds ``postgres`` and ``initdb``.
        major: Major version of PostgreSQL, such as 15.
        postgis: Version of the extension, such as ``3.3.2``.
    """

    folder: Path
    major: int
    postgis: str

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a cluster."""
        return self.folder / "initdb"


def find_server_binaries(major: int | None = None) -> ServerBinaries:
    """The newest server programs that can run PostGIS.

    Args:
        major: Only this major version: what an existing cluster needs. None takes the newest.

    Raises:
        Unavailable: There are none, with the commands that install them.
    """
    usable = [found for folder in _folders() if (found := _examine(folder)) and major in {None, found.major}]
    if usable:
        return max(usable, key=lambda found: found.major)
    if major is not None:
        raise Unavailable(
            f"The data folder was made by PostgreSQL {major}, whose server or PostGIS is not on this machine.",
            advice=_install(f"postgresql-{major} postgresql-{major}-postgis-3", first=not _servers()),
        )
    there = bool(_servers())
    advice = f"{_install('postgresql postgresql-postgis', first=not there)} {_ELSEWHERE}"
    if there:
        raise Unavailable("PostgreSQL is on this machine, but its PostGIS extension is not.", advice=advice)
    raise Unavailable("There is no PostgreSQL server with PostGIS on this machine.", advice=advice)


def _servers() -> list[Path]:
    """Server programs of PostgreSQL, with or without PostGIS."""
    return [program for folder in _folders() if (program := folder / "postgres").exists()]


def _folders() -> list[Path]:
    """Folders that may hold server programs, each once."""
    debian = sorted(_DEBIAN_HOME.glob("*/bin"))
    on_path = shutil.which("pg_config")
    other = [Path(value)] if on_path and (value := _ask(Path(on_path), "--bindir")) else []
    return list(dict.fromkeys([*debian, *other]))


def _examine(folder: Path) -> ServerBinaries | None:
    """What a folder holds, or None when a program or the extension is missing."""
    if not all((folder / program).exists() for program in ("postgres", "initdb")):
        return None
    said = _ask(folder / "postgres", "--version")
    number = re.search(r"\b(\d+)(?:\.\d+)*", said or "")
    if number is None or int(number[1]) < _OLDEST_MAJOR:
        return None
    postgis = next(filter(None, map(_extension_version, _share_folders(folder, int(number[1])))), None)
    return ServerBinaries(folder, int(number[1]), postgis) if postgis else None


def _share_folders(folder: Path, major: int) -> Iterator[Path]:
    """Where the extensions of the server in ``folder`` may be described."""
    yield Path(f"/usr/share/postgresql/{major}")
    pg_config = folder / "pg_config"
    if pg_config.exists() and (value := _ask(pg_config, "--sharedir")):
        yield Path(value)


def _extension_version(share: Path) -> str | None:
    control = share / "extension" / "postgis.control"
    if not control.is_file():
        return None
    version = re.search(r"^default_version\s*=\s*'([\d.]+)", control.read_text(encoding="utf-8"), re.MULTILINE)
    return version[1] if version else None


def _ask(program: Path, question: str) -> str | None:
    """One line that a program prints, or None when it cannot be run."""
    try:
        answer = subprocess.run([program, question], capture_output=True, text=True, timeout=10, check=True)  # noqa: S603 - fixed programs
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
