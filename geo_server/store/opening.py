"""The database that an installation uses: a PostGIS elsewhere when one is named, else the embedded one."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from geo_server.store.database import Database
from geo_server.store.embedded import open_cluster


def _silent(_: str) -> None:
    """Report nothing."""


@contextlib.contextmanager
def open_database(
    url: str | None,
    data_dir: Path,
    progress: Callable[[str], None] = _silent,
    *,
    own: bool = False,
    pool_size: int = 10,
) -> Iterator[Database]:
    """A database for as long as the block runs. One elsewhere is not connected to before it is used.

    Args:
        url: A PostGIS elsewhere; None for the embedded one, which is started when nobody runs it.
        data_dir: The data folder, where the embedded one lies.
        progress: Told what is being done, in a few words, before each step that takes time.
        own: Be the one server of the embedded one; without meaning for a database elsewhere.
        pool_size: Connections kept open.

    Raises:
        GeoServerError: The URL is not one of PostgreSQL, or the embedded one cannot be made, started or joined.
    """
    with contextlib.ExitStack() as stack:
        if url is None:
            database = Database(
                stack.enter_context(open_cluster(data_dir, progress, own=own)),
                pool_size=pool_size,
                embedded_in=data_dir,
            )
        else:
            database = Database(url, pool_size=pool_size)
        stack.callback(database.close)
        yield database
