"""``geo-server audit verify``: a record that was tampered with is named, by a command that scripts can ask."""

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from geo_server.cli.app import build_app
from geo_server.domain.errors import NotFound
from geo_server.store.audit import record_audit
from geo_server.store.database import Database
from tests.store.samples import found


@pytest.fixture(autouse=True)
def two_sites(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites north and south with three entries each, in the database that the settings name."""
    monkeypatch.setenv("GEO_SERVER_DATABASE_URL", database.url)
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", str(tmp_path))
    for slug in ("north", "south"):
        site, _ = found(database, slug)
        with database.transaction() as c:
            for number in range(3):
                record_audit(c, site_id=site.id, person_id=None, action="tried", subject=str(number), detail={})


def verify(*words: str) -> Result:
    return CliRunner().invoke(build_app(), ["audit", "verify", *words], catch_exceptions=False)


def test_a_record_that_is_whole_is_said_to_be() -> None:
    done = verify()
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "  ok   north: 3 entries, each as it was recorded.",
        "  ok   south: 3 entries, each as it was recorded.",
    ]


def test_an_entry_that_was_changed_is_named_and_only_where_one_looks(database: Database) -> None:
    with database.transaction() as c:
        c.execute(text("ALTER TABLE audit DISABLE TRIGGER append_only"))
        c.execute(
            text(
                "UPDATE audit SET action = 'done' WHERE seq = 2 AND site_id = (SELECT id FROM sites WHERE slug = 'north')"
            )
        )
    assert verify().exit_code == 2
    assert "FAIL   north: entry 2 of 3 is changed, missing or out of place." in verify("north").output
    assert verify("south").exit_code == 0


def test_a_site_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound, match="nowhere"):
        verify("nowhere")
