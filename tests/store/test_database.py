from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from geo_server.domain.errors import InvalidInput, Unavailable
from geo_server.store.database import Database
from tests.conftest import MakeDatabase
from tests.store.conftest import until


def test_a_database_with_postgis_tells_its_version(empty_database: Database) -> None:
    with empty_database.snapshot() as connection:
        said = connection.scalar(text("SELECT postgis_lib_version()"))
    assert empty_database.check() == said


def test_a_database_without_postgis_is_refused_with_what_to_do(make_database: MakeDatabase) -> None:
    database = Database(make_database("template0"))
    with pytest.raises(Unavailable) as refusal:
        database.check()
    database.close()
    assert "has no PostGIS" in refusal.value.what
    assert refusal.value.advice is not None
    assert "CREATE EXTENSION postgis" in refusal.value.advice


def test_an_old_postgis_is_refused_with_how_to_upgrade(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_server.store.database._OLDEST_POSTGIS", (99, 0))
    with pytest.raises(Unavailable, match="is too old"):
        empty_database.check()


def test_a_database_that_is_not_there_is_unavailable_not_a_bug(tmp_path: Path) -> None:
    database = Database(f"postgresql://nobody@/nothing?host={tmp_path}")
    with pytest.raises(Unavailable, match="cannot be reached"):
        database.check()


def test_a_database_name_that_does_not_exist_is_unavailable(cluster_url: str) -> None:
    database = Database(make_url(cluster_url).set(database="nothing").render_as_string())
    with pytest.raises(Unavailable, match='database "nothing" does not exist'):
        database.check()


@pytest.mark.parametrize("url", ["mysql://a@b/c", "nonsense", "postgresql://host:port/name"])
def test_a_url_that_is_not_postgresql_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Database(url)
    assert refusal.value.where == "GEO_SERVER_DATABASE_URL"


def test_a_password_never_shows_in_messages() -> None:
    database = Database("postgres://someone:secret@localhost/name")
    assert "secret" not in database.name
    assert "secret" in database.url


def test_a_transaction_that_raises_writes_nothing(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        connection.execute(text("CREATE TABLE kept (n int)"))

    def write_then_fail() -> None:
        with empty_database.transaction() as connection:
            connection.execute(text("INSERT INTO kept VALUES (1)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_then_fail()
    with empty_database.snapshot() as connection:
        assert connection.scalar(text("SELECT count(*) FROM kept")) == 0


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        connection.execute(text("CREATE TABLE counted (n int)"))
    with empty_database.snapshot() as reader:
        assert reader.scalar(text("SELECT count(*) FROM counted")) == 0
        with empty_database.transaction() as writer:
            writer.execute(text("INSERT INTO counted VALUES (1)"))
        assert reader.scalar(text("SELECT count(*) FROM counted")) == 0


def test_a_snapshot_refuses_writes_as_a_bug(empty_database: Database) -> None:
    with pytest.raises(Exception, match="read-only transaction"), empty_database.snapshot() as connection:
        connection.execute(text("CREATE TABLE never (n int)"))


def test_a_statement_that_waits_too_long_is_given_up_and_the_next_one_works(empty_database: Database) -> None:
    with empty_database.transaction() as c:
        c.execute(text("CREATE TABLE things (id int)"))
    with empty_database.transaction() as holder:
        holder.execute(text("LOCK TABLE things IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Unavailable, match="did not answer in time"), empty_database.snapshot(patience_s=0.2) as c:
            c.scalar(text("SELECT count(*) FROM things"))
    with empty_database.snapshot(patience_s=0.2) as c:
        assert c.scalar(text("SELECT count(*) FROM things")) == 0


def test_a_connection_lost_in_the_middle_is_unavailable_and_the_next_transaction_works(
    empty_database: Database,
) -> None:
    def lose_the_connection() -> None:
        with empty_database.transaction() as victim:
            pid = victim.scalar(text("SELECT pg_backend_pid()"))
            with empty_database.transaction() as killer:
                killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            victim.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        lose_the_connection()
    with empty_database.transaction() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_connection_that_is_in_use_when_all_are_closed_is_closed_once_it_is_given_back(
    empty_database: Database,
) -> None:
    late = Database(empty_database.url)
    with late.snapshot() as c:
        pid = c.scalar(text("SELECT pg_backend_pid()"))
        late.close()
        assert c.scalar(text("SELECT 1")) == 1, "what is in use goes on"

    gone = text("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = :pid)")

    def is_gone() -> bool:
        with empty_database.snapshot() as c:
            return bool(c.scalar(gone, {"pid": pid}))

    until(is_gone)
