"""A real PostGIS for every test that wants one: a private cluster a run (a worker), a fresh database a test."""

import gc
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import forkserver
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from geo_server.services import drawings
from geo_server.services.collecting import AT_ONCE, begin_to_collect_seldom
from geo_server.services.planners import Planners
from geo_server.services.worker import read_in_worker
from geo_server.store.database import Database
from geo_server.store.embedded import open_cluster
from geo_server.store.migrate import upgrade
from tests.ingest.prove import warm
from tests.routing.plans import school

gc.set_threshold(AT_ONCE)  # to look for cycles as often as Python does is a fifth of what it takes to collect the tests
_numbers = itertools.count()
MakeDatabase = Callable[[str], str]


def pytest_collection_finish() -> None:
    """What is there now stays; a server looks as seldom for cycles of what nobody uses any more."""
    begin_to_collect_seldom()


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """URL of an empty database with PostGIS in a private cluster, as its owner ``geo_server``.

    It never waits for the disk: what outlives a power cut is tested on clusters of its own.
    """
    data_dir = short_folder()
    try:
        with open_cluster(data_dir) as url:
            administer(url, "ALTER ROLE geo_server SET synchronous_commit = off")
            for setting in ("fsync", "full_page_writes"):
                administer(url, f"ALTER SYSTEM SET {setting} = off")
            administer(url, "SELECT pg_reload_conf()")
            yield url
    finally:
        shutil.rmtree(data_dir)


@pytest.fixture(scope="session")
def make_database(cluster_url: str) -> Iterator[MakeDatabase]:
    """Makes a database as a copy of another one (of the same cluster, by name) and returns its URL.

    Its files are copied. To copy it page by page, as PostgreSQL 15 and newer do of themselves, takes more work, and twice
    more when it is dropped.
    """
    made: list[str] = []
    as_files = "STRATEGY file_copy" if _version(cluster_url) >= 150000 else ""

    def make(template: str) -> str:
        name = f"test_{next(_numbers)}"
        administer(cluster_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER geo_server {as_files}')
        made.append(make_url(cluster_url).set(database=name).render_as_string())
        return made[-1]

    yield make
    for url in made:
        drop(url)


@pytest.fixture(scope="session")
def migrated_template(make_database: MakeDatabase) -> str:
    """Name of a database with the newest schema and no rows, to copy from."""
    url = make_database("geo_server")
    database = Database(url)
    upgrade(database)
    database.close()
    return make_url(url).database or ""


@pytest.fixture(scope="session")
def loaded_once() -> Iterator[None]:
    """Planners, and readers of drawings, are copies of one process of the run (a worker) that has loaded what both need.

    To begin as a program of its own costs a reader more than most files of tests do; `tests/services/test_worker.py` and the
    commands begin theirs so. What a reader may do and use is the same: it fences itself in after it was started.
    """
    starting = warm()
    forkserver.ensure_running()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawings, "read_in_worker", partial(read_in_worker, starting=starting))
        yield


@pytest.fixture(scope="session")
def planners(loaded_once: None) -> Iterator[Planners]:  # noqa: ARG001 -- what they are copied from
    """The planners of a run (a worker): they keep nothing but floorplans. What they are forked from has begun."""
    with Planners() as made:
        made.prepare(school(2, levels=1))
        yield made


@pytest.fixture
def database(make_database: MakeDatabase, migrated_template: str) -> Iterator[Database]:
    """A migrated database of the test's own, without rows."""
    yield from _for_one_test(make_database(migrated_template))


@pytest.fixture
def empty_database(make_database: MakeDatabase) -> Iterator[Database]:
    """A database of the test's own with PostGIS and no tables."""
    yield from _for_one_test(make_database("geo_server"))


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder of the test's own, for a cluster of its own."""
    folder = short_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pristine_cluster() -> Iterator[Path]:
    """A data folder with a cluster that nobody touches, to copy from; its database is migrated."""
    folder = short_folder()
    with open_cluster(folder) as url:
        database = Database(url)
        upgrade(database)
        database.close()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def stopped_cluster(pristine_cluster: Path, data_dir: Path) -> Iterator[Path]:
    """A data folder with a cluster that nobody runs; whatever runs on it at the end is stopped."""
    subprocess.run(["cp", "-a", f"{pristine_cluster}/.", str(data_dir)], check=True)
    yield data_dir
    with open_cluster(data_dir):
        pass


def _for_one_test(url: str) -> Iterator[Database]:
    """A database that is dropped after the test: a thousand of them would fill the disk."""
    database = Database(url, pool_size=4)
    yield database
    database.close()
    drop(url)


def drop(url: str) -> None:
    """Drop a database, whoever is connected to it; nothing happens when it is gone already."""
    administer(url, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def short_folder() -> Path:
    """A folder in /tmp: pytest's own are too deep for a socket, and closed to the user that the server drops to."""
    folder = Path(tempfile.mkdtemp(prefix="geo-test-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


def administer(url: str, statement: str) -> None:
    """Run one statement as the cluster's superuser, in its ``postgres`` database."""
    place = make_url(url).set(drivername="postgresql", username="postgres", database="postgres")
    with psycopg.connect(place.render_as_string(), autocommit=True) as connection:
        connection.execute(statement.encode())


def _version(url: str) -> int:
    """Of the server, such as 150014 for 15.14."""
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string()) as connection:
        return connection.info.server_version


@pytest.fixture(scope="session")
def shared_floorplans() -> Path:
    """Where the real drawings are, when they are beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "floorplans"
    if not folder.is_dir():
        pytest.skip("real drawings not beside the checkout")
    return folder
