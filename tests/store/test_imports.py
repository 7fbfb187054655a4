from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, update

from geo_server.domain.errors import Conflict, NotFound, UnreadableFile
from geo_server.domain.places import Building, Site
from geo_server.domain.states import ImportState
from geo_server.store.access import add_person
from geo_server.store.database import Connection, Database
from geo_server.store.imports import (
    Import,
    Problem,
    add_import,
    fail_silent_imports,
    finish_import,
    list_imports,
    load_import,
    note_step,
)
from geo_server.store.tables import imports
from tests.store.samples import SHA256, draft, found

REFUSAL = UnreadableFile("The file ends in the middle.", where="plan.dxf, line 7", advice="Save it again.")


def begun(c: Connection, site: Site, building: Building | None = None) -> Import:
    return add_import(
        c,
        site_id=site.id,
        building_id=None if building is None else building.id,
        file_name="plan.dxf",
        size_bytes=4096,
        sha256=SHA256,
        started_by=add_person(c, "Ann"),
    )


def test_an_import_can_be_followed_from_its_start_to_its_draft(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        started = begun(c, site, building)
        note_step(c, [started.id], "joining walls")
        running = load_import(c, site.id, started.id)
        revision = draft(c, site, building)
        finished = finish_import(c, started.id, result=revision.id)
        note_step(c, [started.id], "too late")
        assert load_import(c, site.id, started.id) == finished
    assert (started.state, started.step, started.finished_at) == (ImportState.RUNNING, "received", None)
    assert (running.state, running.step) == (ImportState.RUNNING, "joining walls")
    assert (finished.state, finished.revision_id, finished.problem) == (ImportState.FINISHED, revision.id, None)
    assert finished.step == "joining walls"
    assert finished.finished_at is not None


def test_an_import_that_failed_says_why(database: Database) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        failed = finish_import(c, begun(c, site).id, result=REFUSAL)
    assert failed.state == ImportState.FAILED
    assert failed.problem == Problem("The file ends in the middle.", "plan.dxf, line 7", "Save it again.")


def test_an_import_ends_once(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        started = begun(c, site)
        finish_import(c, started.id, result=REFUSAL)
        with pytest.raises(Conflict, match="not running"):
            finish_import(c, started.id, result=draft(c, site, building).id)
        with pytest.raises(Conflict):
            finish_import(c, uuid4(), result=REFUSAL)


def test_running_imports_that_fell_silent_are_failed_and_no_others(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        silent, heard, ended = (begun(c, site, building) for _ in range(3))
        finish_import(c, ended.id, result=draft(c, site, building).id)
        c.execute(update(imports).values(heard_at=func.clock_timestamp() - timedelta(minutes=1)))
        note_step(c, [heard.id], "joining walls")
        assert fail_silent_imports(c, 30.0, REFUSAL) == 1
        assert fail_silent_imports(c, 30.0, REFUSAL) == 0
        states = {one.id: one.state for one in list_imports(c, site.id)}
        assert load_import(c, site.id, silent.id).problem == Problem(REFUSAL.what, REFUSAL.where, REFUSAL.advice)
    assert states == {
        silent.id: ImportState.FAILED,
        heard.id: ImportState.RUNNING,
        ended.id: ImportState.FINISHED,
    }


def test_imports_are_listed_latest_first_and_only_on_their_site(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        first, second = begun(c, north), begun(c, north)
        assert [item.id for item in list_imports(c, north.id)] == [second.id, first.id]
        assert list_imports(c, south.id) == []
        with pytest.raises(NotFound):
            load_import(c, south.id, first.id)
