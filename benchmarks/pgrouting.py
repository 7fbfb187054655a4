"""pgRouting as a peer, where it is installed beside PostgreSQL (Debian: postgresql-15-pgrouting): in a private PostGIS, on the
same graph. Like every peer that has no run from several sources it starts at one more node that leads to all exits, which
is the quickest that it has. Its times are processor time of the server process that answers.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
from sqlalchemy import make_url

from geo_server.domain.errors import Unavailable
from geo_server.routing.network import Network
from geo_server.store.cluster.folder import SUPERUSER
from geo_server.store.embedded import open_cluster

NAME = "pgRouting, one run from all exits"
SKIPPED = "pgRouting is not installed here, so it is left out."
FARTHEST_S = 1e9

_RUN = (
    "SELECT count(*), max(agg_cost) FROM "
    "pgr_drivingDistance('SELECT id, source, target, cost FROM edges', %s::bigint, %s::float, true)"
)


@dataclass(frozen=True)
class PgRouting:
    """A connection to a database with pgRouting."""

    connection: psycopg.Connection

    def cpu_s(self) -> float:
        """Processor time of the server process so far, by Linux."""
        told = Path(f"/proc/{self.connection.info.backend_pid}/schedstat").read_text()
        return int(told.split()[0]) / 1e9

    def run_on(self, network: Network) -> Callable[[], None]:
        """Load a graph backwards; the answer runs from all its exits, and holds that against the distances known."""
        compiled, usable = network.compiled, np.isfinite(network.pair_s)
        tails, heads = compiled.pair_tails[usable].tolist(), compiled.pair_heads[usable].tolist()
        source = len(network.sinks)
        self.connection.execute("DROP TABLE IF EXISTS edges")
        self.connection.execute("CREATE TABLE edges (id bigint, source bigint, target bigint, cost float)")
        with self.connection.cursor().copy("COPY edges FROM STDIN") as copy:
            rows = list(zip(heads, tails, network.pair_s[usable].tolist(), strict=True))
            rows += [(source, sink, 0.0) for sink in np.flatnonzero(network.sinks).tolist()]
            for number, row in enumerate(rows):
                copy.write_row((number, *row))
        self.connection.execute("ANALYZE edges")
        reached = network.distances[np.isfinite(network.distances)]

        def run() -> None:
            row = self.connection.execute(_RUN, (source, FARTHEST_S)).fetchone()
            assert row is not None
            assert row[0] == len(reached) + 1
            assert abs(row[1] - reached.max()) < 1e-6

        return run


@contextmanager
def open_pgrouting() -> Iterator[PgRouting | None]:
    """A database with pgRouting; None where it is not installed, or there is no PostGIS."""
    folder = Path(tempfile.mkdtemp(prefix="geo-bench-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with open_cluster(folder) as url:
            address = make_url(url).set(drivername="postgresql", username=SUPERUSER).render_as_string()
            with psycopg.connect(address, autocommit=True) as connection:
                known = "SELECT 1 FROM pg_available_extensions WHERE name = 'pgrouting'"
                if connection.execute(known).fetchone() is None:
                    yield None
                    return
                connection.execute("CREATE EXTENSION pgrouting")
                yield PgRouting(connection)
    except Unavailable:
        yield None
    finally:
        shutil.rmtree(folder)
