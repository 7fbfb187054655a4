"""From files to a published campus on a real PostGIS; what is refused leaves nothing half-written."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import shapely
from sqlalchemy import select, update

from geo_server.domain.errors import Conflict, InvalidInput, NotFound, UnreadableFile
from geo_server.domain.frame import Placement
from geo_server.domain.places import Site
from geo_server.domain.progress import Stage, Step
from geo_server.domain.states import ImportState, RevisionState
from geo_server.ingest.result import ImportResult
from geo_server.services import reading
from geo_server.services.drawings import DrawingFile, read_files
from geo_server.services.imports import DAYS_KEPT, cancel, find_site_import, receive, retry
from geo_server.services.reading import MOST_ATTEMPTS, Reader
from geo_server.services.retention import forget_abandoned_files
from geo_server.services.revisions import place_revision, publish_revision
from geo_server.store.audit import verify_audit
from geo_server.store.database import Connection, Database
from geo_server.store.import_files import has_files
from geo_server.store.imports import begin_import, list_imports
from geo_server.store.revisions import list_revisions
from geo_server.store.sites import list_buildings
from geo_server.store.tables import audit, imports
from tests.services.bringing import do_job, import_drawing
from tests.services.buildings import shed
from tests.services.school import corners, drawing, published

BROKEN = DrawingFile("x.dxf", b"0\nSECTION\n2\nnothing")


def leading_out() -> bytes:
    """An archive whose only member would be written outside of it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("../plan.dxf", b"0")
    return held.getvalue()


def audited(c: Connection, site: Site) -> list[str]:
    return list(c.scalars(select(audit.c.action).where(audit.c.site_id == site.id).order_by(audit.c.seq)))


def test_a_file_in_lon_lat_becomes_a_placed_draft_and_can_bepublished(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "Shed", [shed(leads_out=True)], by=None)
    assert (draft.number, draft.state, draft.placed) == (1, RevisionState.DRAFT, True)
    assert published(database, site).zones == ()
    with pytest.raises(Conflict, match="says itself where"):
        place_revision(database, site, draft.id, corners(), by=None)
    assert publish_revision(database, site, draft.id, by=None) == 1
    (zone,) = published(database, site).zones
    assert zone.name == "Shed"
    assert zone.polygon.area == pytest.approx(50, rel=1e-3)
    assert zone.polygon.centroid.distance(shapely.Point(5, 2.5)) < 0.05
    with pytest.raises(Conflict, match="only a draft"):
        place_revision(database, site, draft.id, corners(), by=None)


def test_a_zone_without_a_way_out_needs_a_signature_that_is_kept(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "Shed", [shed(leads_out=False)], by=None)
    with pytest.raises(Conflict, match=r"1 occupied zones have no way out: Shed") as refusal:
        publish_revision(database, site, draft.id, by=None)
    assert "signed_by" in (refusal.value.advice or "")
    publish_revision(database, site, draft.id, by=None, signed_by="J. Doe, facilities")
    with database.snapshot() as c:
        (revision,) = list_revisions(c, site.id)
    assert revision.signed_by == "J. Doe, facilities"


def test_a_drawing_is_placed_by_control_points_before_it_can_bepublished(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "School", [drawing()], by=None)
    assert not draft.placed
    with pytest.raises(Conflict, match="not placed"):
        publish_revision(database, site, draft.id, by=None)
    with pytest.raises(InvalidInput, match="2 times as large"):
        place_revision(database, site, draft.id, corners(scale=2.0), by=None)
    with pytest.raises(NotFound):
        place_revision(database, site, uuid4(), corners(), by=None)
    placed = place_revision(database, site, draft.id, corners(), by=None)
    assert placed.placement is not None
    assert placed.placement.rotation_deg == pytest.approx(10, abs=0.01)
    publish_revision(database, site, draft.id, by=None)
    lobby = next(z for z in published(database, site).zones if "LOBBY" in f"{z.name} {z.alias}".upper())
    drawn = Placement(10.0, 20.0, 0.0).place_coordinates([(84 * 0.3048, 16 * 0.3048)])[0]
    assert lobby.polygon.centroid.distance(shapely.Point(drawn)) < 0.3


def test_an_unreadable_file_is_on_record_and_leaves_no_building(database: Database, site: Site) -> None:
    with pytest.raises(UnreadableFile):
        import_drawing(database, site, "Shed", [BROKEN], by=None)
    with database.snapshot() as c:
        (note,) = list_imports(c, site.id)
        assert list_buildings(c, site.id) == []
        assert not has_files(c, note.id), "a file that is refused is not kept"
    assert note.state is ImportState.REFUSED
    assert note.problem is not None
    assert note.problem.what


@pytest.mark.parametrize(
    "file",
    [DrawingFile("x.dxf", b""), DrawingFile("x.dxf", b"\x00\x01nothing"), DrawingFile("x.zip", leading_out())],
)
def test_what_can_be_told_at_once_is_refused_at_once_and_leaves_nothing(
    database: Database, site: Site, file: DrawingFile
) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        receive(database, site, "Shed", [file], by=None)
    assert refusal.value.where == file.name
    with database.snapshot() as c:
        assert list_imports(c, site.id) == []


def test_a_draft_comes_once_of_an_import_however_often_it_is_read(database: Database, site: Site) -> None:
    received = receive(database, site, "Shed", [shed(leads_out=True)], by=None)
    finished, draft = do_job(database, site, received)
    again = do_job(database, site, received)
    assert draft is not None
    assert again == (finished, draft)
    assert (finished.state, finished.attempts, finished.revision_id) == (ImportState.FINISHED, 1, draft.id)
    assert finished.step == Step(Stage.STORING, share=1.0)
    with database.snapshot() as c:
        assert len(list_revisions(c, site.id)) == 1
        assert not has_files(c, finished.id)
        assert verify_audit(c, site.id) is None


def test_an_import_that_meets_a_mistake_of_ours_has_failed_and_can_be_tried_again(
    database: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake")

    received = receive(database, site, "Shed", [shed(leads_out=True)], by=None)
    with monkeypatch.context() as patched:
        patched.setattr(reading, "read_files", fail)
        failed, nothing = do_job(database, site, received)
    assert (failed.state, nothing) == (ImportState.FAILED, None)
    assert failed.problem is not None
    assert "mistake" in failed.problem.what
    finished, draft = do_job(database, site, retry(database, site, failed.id, by=None))
    assert (finished.state, finished.problem) == (ImportState.FINISHED, None)
    assert draft is not None


def test_a_cancelled_import_is_not_read_until_somebody_tries_again(database: Database, site: Site) -> None:
    received = receive(database, site, "Shed", [shed(leads_out=True)], by=None)
    cancelled = cancel(database, site, received.id, by=None)
    assert cancelled.state is ImportState.CANCELLED
    assert do_job(database, site, received) == (cancelled, None)
    with pytest.raises(Conflict, match="has ended"):
        cancel(database, site, received.id, by=None)
    again = retry(database, site, received.id, by=None)
    assert again.job_id != received.job_id
    _, draft = do_job(database, site, again)
    assert draft is not None
    with pytest.raises(Conflict, match="neither failed nor was cancelled"):
        retry(database, site, received.id, by=None)
    with database.snapshot() as c:
        assert [done for done in audited(c, site) if done.startswith("import_")] == [
            "import_cancelled",
            "import_retried",
        ]
        assert verify_audit(c, site.id) is None


def test_files_of_an_import_that_came_to_nothing_go_after_a_week(database: Database, site: Site) -> None:
    old, young = (receive(database, site, name, [shed(leads_out=True)], by=None) for name in ("Shed", "Barn"))
    waiting = receive(database, site, "Mill", [shed(leads_out=True)], by=None)
    for one in (old, young):
        cancel(database, site, one.id, by=None)
    with database.transaction() as c:
        ages = {old.id: timedelta(days=DAYS_KEPT, minutes=1), young.id: timedelta(days=DAYS_KEPT, minutes=-1)}
        for import_id, age in ages.items():
            c.execute(update(imports).where(imports.c.id == import_id).values(finished_at=datetime.now(UTC) - age))
    assert forget_abandoned_files(database) == 1
    with pytest.raises(Conflict, match="not kept any more"):
        retry(database, site, old.id, by=None)
    assert retry(database, site, young.id, by=None).state is ImportState.WAITING
    with database.snapshot() as c:
        assert has_files(c, waiting.id)


def test_a_reading_that_is_stopped_with_its_server_waits_as_if_it_had_not_begun(database: Database, site: Site) -> None:
    received = receive(database, site, "Shed", [shed(leads_out=True)], by=None)
    assert received.job_id is not None
    Reader(database).read(received.id, received.job_id, lambda: True)
    waiting, _ = find_site_import(database, site, received.id)
    assert (waiting.state, waiting.attempts, waiting.step) == (ImportState.WAITING, 0, Step(Stage.RECEIVED))
    finished, _ = do_job(database, site, received)
    assert finished.state is ImportState.FINISHED


def test_an_import_that_ends_every_server_is_given_up_and_says_what_to_do(database: Database, site: Site) -> None:
    received = receive(database, site, "Shed", [shed(leads_out=True)], by=None)
    assert received.job_id is not None
    with database.transaction() as c:
        begun = [begin_import(c, received.id, received.job_id) for _ in range(MOST_ATTEMPTS)]
    assert [one.attempts for one in begun if one] == [1, 2, 3]
    failed, _ = do_job(database, site, received)
    assert failed.state is ImportState.FAILED
    assert failed.problem is not None
    assert "3 times" in failed.problem.what
    assert failed.problem.advice
    _, draft = do_job(database, site, retry(database, site, received.id, by=None))
    assert draft is not None


def test_a_server_that_was_taken_for_dead_makes_no_second_draft(
    database: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = receive(database, site, "Shed", [shed(leads_out=True)], by=None)

    def read_meanwhile(files: Sequence[DrawingFile], **_: object) -> list[ImportResult]:
        with monkeypatch.context() as patched:
            patched.setattr(reading, "read_files", read_files)
            do_job(database, site, received)
        return read_files(files)

    monkeypatch.setattr(reading, "read_files", read_meanwhile)
    do_job(database, site, received)
    with database.snapshot() as c:
        assert [one.attempts for one in list_imports(c, site.id)] == [2]
        assert len(list_revisions(c, site.id)) == 1


def test_files_of_one_building_that_disagree_on_their_unit_are_refused(database: Database, site: Site) -> None:
    other = DrawingFile("b.dxf", drawing(1).data, 1, metres_per_unit=1.0)
    with pytest.raises(InvalidInput, match="disagree on their unit"):
        import_drawing(database, site, "School", [drawing(0), other], by=None)
