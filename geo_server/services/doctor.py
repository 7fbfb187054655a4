"""What is wrong with this installation, and how to mend it.

Each examination returns a sentence when all is well and raises a refusal when not: the same refusals, with the same
advice, that the server itself would end with. What touches the machine is measured in ``store``.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput, Unavailable
from geo_server.services.audits import verify_audits
from geo_server.services.protocols import load_pack
from geo_server.store import machine
from geo_server.store.database import Database
from geo_server.store.embedded import check_place, find_owner, find_server_binaries, has_cluster
from geo_server.store.migrate import check_migrated, pending
from geo_server.store.opening import open_database
from geo_server.store.row_security import LET_USE_INDEX, check_row_security

_LEAST_FREE_BYTES = 1_000_000_000
"""Room for the write-ahead log (512 MB) and a large drawing; PostgreSQL stops when its disk is full."""
_MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)
"""This program is younger; a clock that says otherwise has lost its battery."""
_CLOCK_TOLERANCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Args:
        name: What was looked at, in one or two words.
        ok: Whether it is as it should be.
        message: One sentence: what was found.
        advice: One sentence: how to mend it; None when it is well.
    """

    name: str
    ok: bool
    message: str
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Installation:
    """Where an installation keeps what.

    Args:
        data_dir: The data folder.
        database_url: A PostGIS elsewhere; None for the embedded one.
        host: Address to listen on.
        port: Port to listen on.
        vendor: Folder of the page's map library.
        unknown_settings: What is wrong with variables that look like settings and are none, a sentence each.
    """

    data_dir: Path
    database_url: str | None
    host: str
    port: int
    vendor: Path
    unknown_settings: tuple[str, ...] = ()


def examine(here: Installation) -> Iterator[Check]:
    """Look at everything, one check after the other; a database that cannot be opened ends the checks that need it."""
    yield _check("settings", lambda: _settings(here.unknown_settings))
    yield _check("data folder", lambda: f"{machine.check_writable(here.data_dir)} is writable.")
    yield _check("disk space", lambda: _disk(here.data_dir))
    yield _check("clock", lambda: _clock(datetime.now(UTC)))
    yield _check("port", lambda: _port(here))
    yield _check("map library", lambda: _library(here.vendor))
    yield _check("protocol pack", lambda: f"{load_pack(here.data_dir).name!r} can be read.")
    if here.database_url is None:
        yield _check("PostGIS programs", _programs)
    with ExitStack() as stack:
        opened: list[Database] = []
        yield _check("database", lambda: _open(here, stack, opened))
        for database in opened:
            yield _check("schema", partial(_schema, database))
            yield _check("separation of sites", partial(_separation, database))
            yield _check("audit log", partial(_audit, database))
            yield _check("database clock", partial(_database_clock, database))


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, message=look())
    except GeoServerError as refusal:
        place = f"{refusal.where}: " if refusal.where else ""
        return Check(name, ok=False, message=f"{place}{refusal.what}", advice=refusal.advice)


def _settings(unknown: Sequence[str]) -> str:
    if unknown:
        raise InvalidInput(" ".join(unknown), advice="Correct or unset it; until then it does nothing.")
    return "Every GEO_SERVER_ variable is a setting."


def _disk(data_dir: Path) -> str:
    free = machine.free_bytes(data_dir)
    if free < _LEAST_FREE_BYTES:
        raise Unavailable(
            f"Only {free / 1e9:.2f} GB are free; the database stops when the disk is full.",
            where=str(data_dir),
            advice=f"Free at least {_LEAST_FREE_BYTES / 1e9:.0f} GB, or set GEO_SERVER_DATA_DIR to a larger disk.",
        )
    return f"{free / 1e9:.0f} GB are free."


def _clock(now: datetime) -> str:
    if now < _MADE_AT:
        raise Unavailable(
            f"The clock says {now:%Y-%m-%d}, before this program was made.", advice="Set it: timedatectl set-ntp true"
        )
    return f"{now:%Y-%m-%d %H:%M:%S} UTC."


def _port(here: Installation) -> str:
    try:
        machine.listen(here.host, here.port).close()
    except Conflict:
        owner = find_owner(here.data_dir)
        if owner is None:
            raise
        return f"Port {here.port} is in use; geo-server itself runs: {owner}."
    return f"Port {here.port} of {here.host} is free."


def _library(vendor: Path) -> str:
    if not (vendor / "maplibre-gl.mjs").is_file():
        raise Unavailable(
            "The page's map library is missing, so browsers see no map.",
            where=str(vendor),
            advice="In a checkout run: python hatch_build.py. Otherwise install the wheel again; it carries the library.",
        )
    return f"It is in {vendor}."


def _programs() -> str:
    found = find_server_binaries()
    return f"PostgreSQL {found.major} with PostGIS {found.postgis} in {found.folder}."


def _open(here: Installation, stack: ExitStack, opened: list[Database]) -> str:
    """Open the database for the checks that need it; an embedded one that was never made is not made now."""
    if here.database_url is None and not has_cluster(here.data_dir):
        check_place(here.data_dir)
        return "There is none yet; `geo-server up` makes it."
    database = stack.enter_context(open_database(here.database_url, here.data_dir, pool_size=1))
    version = database.check()
    opened.append(database)
    return f"It answers and has PostGIS {version}."


def _schema(database: Database) -> str:
    check_migrated(database)
    return "All migrations are applied."


def _separation(database: Database) -> str:
    """That the database keeps sites apart by itself."""
    if pending(database):
        return "It is looked at once all migrations are applied."
    apart = "The database itself keeps the rows of each site apart"
    if check_row_security(database):
        return f"{apart}."
    return f"{apart}, at the price of slower tiles until a superuser runs in it: {LET_USE_INDEX};"


def _audit(database: Database) -> str:
    """Every seal of every site."""
    if pending(database):
        return "It is looked at once all migrations are applied."
    broken = [state for state in verify_audits(database) if state.first_bad is not None]
    if broken:
        raise Conflict(
            f"Entry {broken[0].first_bad} of the audit log is changed, missing or out of place.",
            where=f"site {broken[0].slug}",
            advice="Somebody wrote to the database by hand: compare it with a backup.",
        )
    return "Every entry is as it was recorded."


def _database_clock(database: Database) -> str:
    ahead = machine.clock_ahead(database)
    if abs(ahead) > _CLOCK_TOLERANCE:
        raise Unavailable(
            f"This machine's clock is {abs(ahead)} {'ahead of' if ahead > timedelta() else 'behind'} the database's.",
            advice="Let both follow a time server: timedatectl set-ntp true",
        )
    return f"It agrees with this machine's to {abs(ahead).total_seconds():.3f} s{_newest(database)}."


def _newest(database: Database) -> str:
    """The newest event, as evidence; refused when it lies in the future.

    Raises:
        Unavailable: The clock was set back since.
    """
    if pending(database):
        return ""
    newest_at = machine.newest_event_at(database)
    if newest_at is None:
        return ""
    if newest_at > datetime.now(UTC) + _CLOCK_TOLERANCE:
        raise Unavailable(
            f"The newest event was recorded at {newest_at:%Y-%m-%d %H:%M:%S} UTC, which this clock has not reached.",
            advice="The clock was set back: set it right, or ages on the map are wrong.",
        )
    return f"; the newest event is of {newest_at:%Y-%m-%d %H:%M:%S} UTC"
