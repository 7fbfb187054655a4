from uuid import uuid4

import pytest

from geo_server.domain.errors import Conflict, NotFound, UnreadableFile
from geo_server.domain.places import Building, Site
from geo_server.domain.states import ImportState
from geo_server.store.access import add_person
from geo_server.store.database import Connection, Database
from geo_server.store.imports import Import, Problem, add_import, finish_import, list_imports, load_import, note_step
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
        note_step(c, started.id, "joining walls")
        running = load_import(c, site.id, started.id)
        revision = draft(c, site, building)
        finished = finish_import(c, started.id, result=revision.id)
        note_step(c, started.id, "too late")
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


def test_imports_are_listed_latest_first_and_only_on_their_site(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        first, second = begun(c, north), begun(c, north)
        assert [item.id for item in list_imports(c, north.id)] == [second.id, first.id]
        assert list_imports(c, south.id) == []
        with pytest.raises(NotFound):
            load_import(c, south.id, first.id)
