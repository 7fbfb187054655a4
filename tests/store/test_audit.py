import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from geo_server.domain.errors import NotFound
from geo_server.store.access import add_person
from geo_server.store.audit import record_audit, verify_audit
from geo_server.store.database import Connection, Database
from geo_server.store.tables import audit
from tests.conftest import MakeDatabase
from tests.store.samples import found

WITHOUT_TRIGGER = text("ALTER TABLE audit DISABLE TRIGGER append_only")


def record(c: Connection, site_id: UUID, n: int = 0, detail: dict[str, object] | None = None) -> None:
    record_audit(c, site_id=site_id, person_id=None, action="tested", subject=f"row {n}", detail=detail or {"n": n})


def with_rows(database: Database, rows: int = 5) -> UUID:
    site, _ = found(database)
    with database.transaction() as c:
        for n in range(rows):
            record(c, site.id, n)
    return site.id


@pytest.fixture(scope="module")
def audited(make_database: MakeDatabase, migrated_template: str) -> Iterator[tuple[Database, UUID]]:
    """A site with five rows, for tests that undo what they do."""
    database = Database(make_database(migrated_template))
    yield database, with_rows(database)
    database.close()


def test_what_was_recorded_verifies(database: Database) -> None:
    site_id = with_rows(database)
    with database.transaction() as c:
        ann = add_person(c, "Ann")
        record_audit(
            c, site_id=site_id, person_id=ann, action="floorplan_published", subject="Main", detail={"rev": [1, None]}
        )
        assert verify_audit(c, site_id) is None
        assert verify_audit(c, uuid4()) is None


def test_a_seal_can_be_computed_by_hand(database: Database) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        record(c, site.id, detail={"b": 2, "a": "é"})
        row = c.execute(select(audit)).one()
    at = row.at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
    line = f'["{site.id}",1.0,"{at}",null,"tested","row 0",{{"a":"é","b":2.0}}]'
    assert row.previous_hash == bytes(32)
    assert row.hash == hashlib.sha256(bytes(32) + line.encode()).digest()


@pytest.mark.parametrize("statement", ["UPDATE audit SET subject = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_nobody_changes_or_removes_a_row(audited: tuple[Database, UUID], statement: str) -> None:
    database, site_id = audited
    with pytest.raises(ProgrammingError, match="append-only"), database.transaction() as c:
        c.execute(text(statement))
    with database.snapshot() as c:
        assert c.scalar(select(func.count()).select_from(audit)) == 5
        assert verify_audit(c, site_id) is None


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit SET subject = 'someone else' WHERE seq = 3", 3),
        ("UPDATE audit SET detail = '{\"n\": 99}' WHERE seq = 2", 2),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE seq = 4", 4),
        ("UPDATE audit SET hash = sha256('x') WHERE seq = 5", 5),
        ("UPDATE audit SET previous_hash = sha256('x') WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET seq = 7 WHERE seq = 5", 5),
        (
            "INSERT INTO audit SELECT site_id, 6, at, person_id, action, subject, detail, hash, hash FROM audit WHERE seq = 5",
            6,
        ),
    ],
)
def test_a_row_that_was_tampered_with_is_named(audited: tuple[Database, UUID], statement: str, first_bad: int) -> None:
    database, site_id = audited
    with database.transaction() as c:
        c.execute(WITHOUT_TRIGGER)
        c.execute(text(statement))
        assert verify_audit(c, site_id) == first_bad
        c.rollback()


def test_recording_goes_on_after_a_row_was_removed_and_the_gap_stays_visible(database: Database) -> None:
    site_id = with_rows(database)
    with database.transaction() as c:
        c.execute(WITHOUT_TRIGGER)
        c.execute(text("DELETE FROM audit WHERE seq = 5"))
        record(c, site_id, 6)
        assert verify_audit(c, site_id) == 5


def test_sites_have_chains_of_their_own(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        for site in (north, south, north):
            record(c, site.id)
        c.execute(WITHOUT_TRIGGER)
        c.execute(update(audit).where(audit.c.site_id == south.id).values(action="forged"))
        assert (verify_audit(c, north.id), verify_audit(c, south.id)) == (None, 1)
    with pytest.raises(NotFound), database.transaction() as c:
        record(c, uuid4())


def test_rows_that_are_recorded_at_once_make_one_chain(database: Database) -> None:
    site, _ = found(database)

    def write(n: int) -> None:
        with database.transaction() as c:
            record(c, site.id, n)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(24)))
    with database.snapshot() as c:
        assert list(c.scalars(select(audit.c.seq).order_by(audit.c.seq))) == list(range(1, 25))
        assert verify_audit(c, site.id) is None


characters = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(characters)
)
details: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.text(characters),
    st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(characters), inner)),
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=details)
def test_whatever_the_detail_is_it_verifies_after_the_database_has_rewritten_it(
    database: Database, detail: dict[str, Any]
) -> None:
    with database.transaction() as c:
        site_id = uuid4()
        c.execute(
            text("INSERT INTO sites (id, slug, name, timezone, lon, lat) VALUES (:id, :slug, 'x', 'UTC', 0, 0)"),
            {"id": site_id, "slug": site_id.hex},
        )
        record(c, site_id, detail=detail)
        assert verify_audit(c, site_id) is None
