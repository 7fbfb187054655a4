from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect, text

from geo_server.domain.errors import Conflict, Unavailable
from geo_server.store.database import Database
from geo_server.store.migrate import downgrade, pending, upgrade
from tests.conftest import MakeDatabase


def table_names(database: Database) -> set[str]:
    with database.snapshot() as connection:
        return set(inspect(connection).get_table_names()) - {"spatial_ref_sys", "alembic_version"}


def test_an_empty_database_lacks_every_migration_and_a_migrated_one_none(empty_database: Database) -> None:
    behind = pending(empty_database)
    assert len(behind) > 1
    assert behind == sorted(behind)
    upgrade(empty_database)
    assert pending(empty_database) == []
    assert "sites" in table_names(empty_database)


def test_a_database_one_step_behind_lacks_the_last_migration(database: Database) -> None:
    downgrade(database, "-1")
    behind = pending(database)
    assert len(behind) == 1
    upgrade(database)
    assert pending(database) == []


def test_two_that_migrate_at_once_both_succeed(empty_database: Database) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: upgrade(empty_database), range(2)))
    assert pending(empty_database) == []


def test_a_migration_that_fails_in_the_middle_leaves_nothing(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        connection.execute(text("CREATE TABLE zones (in_the_way int)"))
    with pytest.raises(Exception, match="already exists"):
        upgrade(empty_database)
    assert table_names(empty_database) == {"zones"}


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    for attempt in (pending, upgrade):
        with pytest.raises(Conflict, match="newer geo-server"):
            attempt(database)


def test_a_database_without_postgis_is_refused_before_anything_is_made(make_database: MakeDatabase) -> None:
    database = Database(make_database("template0"))
    with pytest.raises(Unavailable, match="has no PostGIS"):
        upgrade(database)
    assert table_names(database) == set()
    database.close()
