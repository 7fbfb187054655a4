import re
from collections.abc import Iterator
from enum import StrEnum

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from geoalchemy2 import Geometry, alembic_helpers
from sqlalchemy import CheckConstraint, LargeBinary, Table, text

from geo_server.domain.concerns import ConcernKind, ConcernState
from geo_server.domain.conflicts import Decision
from geo_server.domain.drills import ProblemKind
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import ClosureReason, IncidentState, Status
from geo_server.domain.places import AssetCategory, OpeningCategory, TransitionCategory, ZoneCategory
from geo_server.domain.roles import Role
from geo_server.domain.rounds import FaultKind
from geo_server.domain.sources import SourceKind
from geo_server.domain.states import ImportState, RevisionState, TokenKind
from geo_server.store.database import Connection, Database
from geo_server.store.migrate import downgrade, pending, upgrade
from geo_server.store.tables import metadata
from tests.conftest import MakeDatabase

BELONG_TO_NO_SITE = {"sites", "people", "tokens"}

CATALOGUE = [
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
              pg_get_expr(d.adbin, d.adrelid)
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
             AND NOT a.attisdropped""",
]


@pytest.fixture(scope="module")
def schema(make_database: MakeDatabase, migrated_template: str) -> Iterator[Database]:
    """A migrated database to look at."""
    database = Database(make_database(migrated_template))
    yield database
    database.close()


def catalogue(c: Connection) -> set[tuple[object, ...]]:
    """Every constraint, index and column of our tables, as PostgreSQL itself describes them."""
    rows = {tuple(row) for query in CATALOGUE for row in c.execute(text(query))}
    return {row for row in rows if row[0] in metadata.tables}


def differences(database: Database) -> list[object]:
    with database.snapshot() as c:
        context = MigrationContext.configure(
            c,
            opts={
                "include_object": alembic_helpers.include_object,
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        return [
            difference for difference in compare_metadata(context, metadata) if "alembic_version" not in str(difference)
        ]


def names(database: Database) -> set[str]:
    """Everything that has a name: tables, indexes, sequences, functions, types."""
    query = """SELECT relname FROM pg_class UNION SELECT proname FROM pg_proc UNION SELECT typname FROM pg_type"""
    with database.snapshot() as c:
        return set(c.scalars(text(query)))


def test_the_migrations_go_up_down_and_up_again_and_leave_nothing_behind(empty_database: Database) -> None:
    before = names(empty_database)
    upgrade(empty_database)
    with empty_database.snapshot() as c:
        first = catalogue(c)
    downgrade(empty_database, "base")
    left = names(empty_database) - before
    upgrade(empty_database)
    with empty_database.snapshot() as c:
        second = catalogue(c)
    assert {name for name in left if "alembic_version" not in name} == set()
    assert first == second
    assert pending(empty_database) == []


def test_each_migration_can_be_undone_by_itself(empty_database: Database) -> None:
    steps = pending(empty_database)
    upgrade(empty_database)
    for undone in range(1, len(steps) + 1):
        downgrade(empty_database, "-1")
        assert pending(empty_database) == steps[-undone:]


def test_the_tables_equal_the_migrations_as_alembic_sees_them(schema: Database) -> None:
    assert differences(schema) == []


def test_the_tables_equal_the_migrations_as_postgresql_sees_them(schema: Database, empty_database: Database) -> None:
    with empty_database.transaction() as c:
        metadata.create_all(c)
        declared = catalogue(c)
    with schema.snapshot() as c:
        migrated = catalogue(c)
    assert declared == migrated
    assert len(declared) > 300


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_every_row_of_a_site_says_which_site(table: Table) -> None:
    if table.name in BELONG_TO_NO_SITE:
        assert "site_id" not in table.c
    else:
        assert not table.c.site_id.nullable
        assert table.c.site_id.foreign_keys


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_a_foreign_key_between_rows_of_a_site_stays_inside_the_site_or_the_revision(table: Table) -> None:
    anchors = {"site_id", "revision_id"}
    strays = [
        key.name
        for key in table.foreign_key_constraints
        if key.referred_table.name not in BELONG_TO_NO_SITE and not anchors & {column.name for column in key.columns}
    ]
    assert strays == []


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_a_place_is_kept_in_lon_lat_and_ready_for_tiles_with_an_index(table: Table) -> None:
    """What is drawn on the map is in ``geom``; where somebody stood or what they signed, ``*_geom``, is on record only."""
    if "geom" not in table.c:
        assert all(column.name.endswith("_geom") for column in table.c if isinstance(column.type, Geometry))
        return
    ready = table.c.geom_3857
    assert isinstance(table.c.geom.type, Geometry)
    assert isinstance(ready.type, Geometry)
    assert (table.c.geom.type.srid, ready.type.srid) == (4326, 3857)
    assert ready.computed is not None
    assert ready.computed.persisted
    assert any(list(index.columns) == [ready] for index in table.indexes)


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_moments_carry_their_zone_and_end_in_at(table: Table) -> None:
    for column in table.c:
        is_moment = "TIMESTAMP" in str(column.type)
        assert is_moment == (column.name == "at" or column.name.endswith("_at")), column
        assert not is_moment or getattr(column.type, "timezone", False)


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("zones", "category", ZoneCategory),
        ("openings", "category", OpeningCategory),
        ("transitions", "category", TransitionCategory),
        ("assets", "category", AssetCategory),
        ("floorplan_revisions", "state", RevisionState),
        ("incidents", "state", IncidentState),
        ("closures", "reason", ClosureReason),
        ("status_reports", "status", Status),
        ("conflicts", "decision", Decision),
        ("drill_problems", "kind", ProblemKind),
        ("events", "kind", EventKind),
        ("sources", "kind", SourceKind),
        ("concerns", "kind", ConcernKind),
        ("concerns", "state", ConcernState),
        ("checks", "fault", FaultKind),
        ("faults", "kind", FaultKind),
        ("roles", "role", Role),
        ("tokens", "kind", TokenKind),
        ("imports", "state", ImportState),
    ],
)
def test_a_column_of_kinds_takes_the_kinds_of_the_domain_and_no_other(
    schema: Database, table: str, column: str, values: type[StrEnum]
) -> None:
    query = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    with schema.snapshot() as c:
        rule = c.scalar(query, {"name": f"ck_{table}_{column}_known"})
    assert set(re.findall(r"'(\w+)'::text", rule)) == {value.value for value in values}


def test_no_column_could_hold_the_secret_of_a_token() -> None:
    tokens = metadata.tables["tokens"]
    secret = [column.name for column in tokens.c if "secret" in column.name]
    assert secret == ["secret_hash"]
    assert isinstance(tokens.c.secret_hash.type, LargeBinary)
    rules = [str(rule.sqltext) for rule in tokens.constraints if isinstance(rule, CheckConstraint)]
    assert "octet_length(secret_hash) = 32" in rules
