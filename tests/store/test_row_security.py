"""The database holds a transaction to its site, whatever the statement asks for."""

import random
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo_server.domain.errors import Conflict
from geo_server.domain.events import EventKind
from geo_server.domain.roles import Role
from geo_server.store.access import add_person, grant_role
from geo_server.store.audit import record_audit
from geo_server.store.database import Database
from geo_server.store.events import record_event
from geo_server.store.reports import Kept, add_closure, add_directive, add_status_reports
from geo_server.store.row_security import check_row_security
from geo_server.store.tables import metadata
from geo_server.store.threats import add_sighting
from tests.conftest import MakeDatabase
from tests.store import samples

SLUGS = ("north", "south", "east")
QUERIES = 100_000
TOGETHER = 100
"""Queries in one transaction."""
OWN = {table.name: "id" if table.name == "sites" else "site_id" for table in metadata.tables.values()}
OF_NO_SITE = {"people", "tokens"}
SHAPES = (
    "SELECT {own} FROM {table}",
    "SELECT {own} FROM {table} WHERE {own} = {foreign}",
    "SELECT {own} FROM {table} WHERE {own} <> {site}",
    "SELECT {own} FROM {table} WHERE {own} = {foreign} OR true LIMIT 3",
    "SELECT t.{own} FROM {table} t, {other} o WHERE o.{other_own} = {foreign} LIMIT 5",
    "SELECT {own} FROM {table} UNION ALL SELECT {other_own} FROM {other}",
    "SELECT {own} FROM {table} WHERE EXISTS (SELECT FROM {other} o WHERE o.{other_own} = {foreign})",
    "SELECT max({own}::text)::uuid FROM {table}",
    "WITH all_rows AS (SELECT * FROM {table}) SELECT {own} FROM all_rows ORDER BY random() LIMIT 2",
)
ON_THE_MAP = (
    "SELECT site_id FROM {table} WHERE geom_3857 && ST_TileEnvelope(0, 0, 0)",
    "SELECT a.site_id FROM {table} a JOIN zones b ON a.geom && ST_Expand(b.geom, 1)",
)


@pytest.fixture(scope="module")
def sites(make_database: MakeDatabase, migrated_template: str) -> Iterator[tuple[Database, dict[str, UUID]]]:
    """Three sites with rows of every kind that a school has in an emergency."""
    database = Database(make_database(migrated_template))
    ids = {slug: _fill(database, slug) for slug in SLUGS}
    yield database, ids
    database.close()


def _fill(database: Database, slug: str) -> UUID:
    site, incident, threat = samples.in_incident(database, slug)
    with database.transaction(site.id) as c:
        zone_id = c.scalar(text("SELECT id FROM zones LIMIT 1"))
        assert isinstance(zone_id, UUID)
        record_event(c, site.id, EventKind.INCIDENT_OPENED, {})
        record_audit(c, site_id=site.id, person_id=None, action="tried", subject=slug, detail={})
        add_sighting(c, samples.a_sighting(incident, threat), samples.FRAME)
        add_status_reports(c, site.id, [Kept(samples.a_report(incident, zone_id), None)])
        add_closure(c, site.id, samples.a_closure(zone_id), None)
        add_directive(c, site.id, samples.a_directive(incident, "hold", zone_id))
        grant_role(c, add_person(c, f"Somebody of {slug}"), site.id, Role.STAFF)
    return site.id


def _questions(rng: random.Random, site: UUID, foreign: UUID) -> Iterator[sql.Composed]:
    tables = [name for name in metadata.tables if name not in OF_NO_SITE]
    drawn = [table.name for table in metadata.tables.values() if "geom_3857" in table.c]
    for _ in range(TOGETHER):
        table, other = rng.choice(tables), rng.choice(tables)
        shape = rng.choice(SHAPES)
        if rng.random() < 0.2:
            shape, table = rng.choice(ON_THE_MAP), rng.choice(drawn)
        yield sql.SQL(shape).format(
            table=sql.Identifier(table),
            own=sql.Identifier(OWN[table]),
            other=sql.Identifier(other),
            other_own=sql.Identifier(OWN[other]),
            site=sql.Literal(site),
            foreign=sql.Literal(foreign),
        )


def test_of_a_hundred_thousand_queries_at_random_none_sees_a_row_of_another_site(
    sites: tuple[Database, dict[str, UUID]],
) -> None:
    database, ids = sites
    rng = random.Random(20260302)
    seen = 0
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True, prepare_threshold=None) as connection:
        for _ in range(QUERIES // TOGETHER):
            site, foreign = rng.sample(list(ids.values()), 2)
            with connection.transaction(), connection.cursor() as cursor, connection.pipeline():
                cursor.execute("SELECT set_config('geo_server.site', %s, true)", [str(site)])
                answers = [connection.execute(question, binary=True) for question in _questions(rng, site, foreign)]
            for answer in answers:
                rows = {row[0] for row in answer} - {None}
                assert rows <= {site}
                seen += len(rows)
    assert seen > QUERIES // 4, "the queries have to find something, or the test says nothing"


def test_a_connection_that_says_nothing_sees_nothing_and_fails_on_nothing(
    sites: tuple[Database, dict[str, UUID]],
) -> None:
    database, ids = sites
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM zones").fetchone() == (0,)
        with connection.transaction():
            connection.execute("SELECT set_config('geo_server.site', %s, true)", [str(ids["north"])])
            assert connection.execute("SELECT count(*) > 0 FROM zones").fetchone() == (True,)
        # PostgreSQL leaves '' where a setting was local, which is no UUID.
        assert connection.execute("SELECT current_setting('geo_server.site')").fetchone() == ("",)
        assert connection.execute("SELECT count(*) FROM zones").fetchone() == (0,)


def test_a_row_of_another_site_is_neither_written_nor_changed_nor_removed(
    sites: tuple[Database, dict[str, UUID]],
) -> None:
    database, ids = sites
    foreign = {"site": ids["south"]}
    with database.transaction(ids["north"]) as c:
        assert c.execute(text("UPDATE zones SET name = 'Taken' WHERE site_id = :site"), foreign).rowcount == 0
        assert c.execute(text("DELETE FROM status_reports WHERE site_id = :site"), foreign).rowcount == 0
    with pytest.raises(DBAPIError, match="row-level security"), database.transaction(ids["north"]) as c:
        c.execute(text("UPDATE roles SET site_id = :site"), foreign)


def test_work_of_no_site_sees_all(sites: tuple[Database, dict[str, UUID]]) -> None:
    database, ids = sites
    with database.snapshot() as c:
        assert set(c.scalars(text("SELECT DISTINCT site_id FROM zones"))) == set(ids.values())


def test_the_role_of_the_server_is_held_to_the_policies_and_no_table_is_without(database: Database) -> None:
    assert check_row_security(database), "spatial indexes are used all the same"
    with database.transaction() as c:
        c.execute(text("ALTER TABLE zones NO FORCE ROW LEVEL SECURITY"))
        c.execute(text("DROP POLICY own_site ON walls"))
    with pytest.raises(Conflict, match="off for walls, zones"):
        check_row_security(database)
    with database.transaction() as c:
        c.execute(text("SELECT keep_rows_to_their_site()"))
    check_row_security(database)
