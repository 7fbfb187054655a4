from uuid import uuid4

import pytest

from geo_server.domain.errors import Conflict, NotFound, UnreadableFile
from geo_server.domain.places import Building, Site
from geo_server.domain.progress import Stage, Step
from geo_server.domain.states import ImportState
from geo_server.store.access import add_person
from geo_server.store.database import Connection, Database
from geo_server.store.import_files import StoredFile, add_files, forget_files, has_files, load_files
from geo_server.store.imports import (
    Import,
    Problem,
    Source,
    Target,
    add_import,
    begin_import,
    cancel_import,
    fail_import,
    finish_import,
    list_imports,
    load_import,
    lock_running,
    note_step,
    put_back,
    reopen_import,
    set_job,
)
from tests.store.samples import SHA256, draft, found

REFUSAL = UnreadableFile("The file ends in the middle.", where="plan.dxf, line 7", advice="Save it again.")
HALF = Step(Stage.ROOMS, 1, 2, 0.5)


def received(c: Connection, site: Site, building: Building | None = None, job_id: int = 7) -> Import:
    target = Target("Main", None if building is None else building.id)
    added = add_import(c, site.id, target, Source("plan.dxf", 4096, SHA256), started_by=add_person(c, "Ann"))
    set_job(c, added.id, job_id)
    return added


def begun(c: Connection, site: Site, building: Building | None = None) -> Import:
    running = begin_import(c, received(c, site, building).id, 7)
    assert running is not None
    return running


def test_an_import_can_be_followed_from_its_start_to_its_draft(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        waiting = received(c, site, building)
        running = begin_import(c, waiting.id, 7)
        assert running is not None
        noted = note_step(c, running, HALF)
        assert load_import(c, site.id, waiting.id) == noted
        revision = draft(c, site, building)
        finished = finish_import(c, waiting.id, revision.id)
        assert note_step(c, running, HALF) is None, "too late"
        assert load_import(c, site.id, waiting.id) == finished
    assert noted is not None
    assert (waiting.state, waiting.attempts, waiting.step) == (ImportState.WAITING, 0, Step(Stage.RECEIVED))
    assert (running.state, running.attempts, running.finished_at) == (ImportState.RUNNING, 1, None)
    assert noted.step == HALF
    assert (finished.state, finished.revision_id, finished.problem) == (ImportState.FINISHED, revision.id, None)
    assert finished.step == Step(Stage.ROOMS, 1, 2, 1.0)
    assert finished.finished_at is not None


@pytest.mark.parametrize(("refused", "state"), [(True, ImportState.REFUSED), (False, ImportState.FAILED)])
def test_an_import_that_came_to_nothing_says_why(database: Database, refused: bool, state: ImportState) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        failed = fail_import(c, begun(c, site).id, REFUSAL, refused=refused)
    assert failed.state == state
    assert failed.problem == Problem(
        "The file ends in the middle.", "plan.dxf, line 7", "Save it again.", "unreadable-file"
    )


def test_an_import_ends_once(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        started = begun(c, site)
        fail_import(c, started.id, REFUSAL, refused=True)
        with pytest.raises(Conflict, match="has ended"):
            finish_import(c, started.id, draft(c, site, building).id)
        with pytest.raises(Conflict):
            cancel_import(c, started.id)
        with pytest.raises(Conflict):
            cancel_import(c, uuid4())
        assert begin_import(c, started.id, 7) is None
        assert reopen_import(c, started.id) is None, "what was refused is not tried again"


def test_of_two_attempts_only_the_later_one_changes_anything(database: Database) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        first = begun(c, site)
        second = begin_import(c, first.id, 7)
        assert second is not None
        assert (note_step(c, first, HALF), put_back(c, first), lock_running(c, first)) == (None, None, False)
        assert lock_running(c, second)
        assert note_step(c, second, HALF) is not None
        waiting = put_back(c, second)
        assert begin_import(c, first.id, 8) is None, "another job's"
    assert waiting is not None
    assert (waiting.state, waiting.attempts, waiting.step) == (ImportState.WAITING, 1, Step(Stage.RECEIVED))


@pytest.mark.parametrize("cancelled", [True, False])
def test_an_import_that_was_not_refused_can_be_opened_again(database: Database, cancelled: bool) -> None:
    site, _ = found(database)
    with database.transaction() as c:
        running = begun(c, site)
        ended = cancel_import(c, running.id) if cancelled else fail_import(c, running.id, REFUSAL, refused=False)
        again = reopen_import(c, ended.id)
    assert again is not None
    assert (again.state, again.attempts, again.problem, again.finished_at) == (ImportState.WAITING, 0, None, None)


def test_files_are_kept_as_they_were_sent_until_they_are_forgotten(database: Database) -> None:
    site, _ = found(database)
    files = [StoredFile("low.dxf", bytes(range(256)) * 9, {"ordinal": 0}), StoredFile("high.dxf", b"", {"ordinal": 1})]
    with database.transaction() as c:
        one, other = received(c, site), received(c, site)
        add_files(c, site.id, one.id, files)
        add_files(c, site.id, other.id, files[:1])
        assert load_files(c, one.id) == files
        forget_files(c, one.id)
        assert (has_files(c, one.id), has_files(c, other.id)) == (False, True)


def test_imports_are_listed_latest_first_and_only_on_their_site(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        first, second = received(c, north), received(c, north)
        assert [item.id for item in list_imports(c, north.id)] == [second.id, first.id]
        assert list_imports(c, south.id) == []
        with pytest.raises(NotFound):
            load_import(c, south.id, first.id)
