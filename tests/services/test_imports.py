"""From files to a published campus on a real PostGIS; what is refused leaves nothing half-written."""

import subprocess
import sys
import time
from collections.abc import Sequence
from uuid import uuid4

import pytest
import shapely

from geo_server.domain.errors import Conflict, InvalidInput, NotFound, UnreadableFile
from geo_server.domain.frame import Placement
from geo_server.domain.places import Site
from geo_server.domain.states import ImportState, RevisionState
from geo_server.ingest.result import ImportResult
from geo_server.services import imports
from geo_server.services.drawings import DrawingFile, Progress, read_files
from geo_server.services.imports import fail_abandoned, import_drawing, list_site_imports
from geo_server.services.revisions import place_revision, publish_revision
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.imports import Problem, list_imports
from geo_server.store.revisions import list_revisions
from geo_server.store.sites import list_buildings
from tests.services.buildings import shed
from tests.services.school import corners, drawing, published
from tests.store.conftest import until


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
        import_drawing(database, site, "Shed", [DrawingFile("x.dxf", b"\x00\x01nothing")], by=None)
    with database.snapshot() as c:
        (note,) = list_imports(c, site.id)
        assert list_buildings(c, site.id) == []
    assert note.state is ImportState.FAILED
    assert note.problem is not None
    assert note.problem.what


def test_an_import_that_meets_a_mistake_of_ours_does_not_seem_to_run_for_ever(
    database: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(imports, "read_files", fail)
    with pytest.raises(RuntimeError):
        import_drawing(database, site, "Shed", [DrawingFile("x.dxf", b"x")], by=None)
    with database.snapshot() as c:
        (note,) = list_imports(c, site.id)
    assert note.state is ImportState.FAILED
    assert note.problem is not None
    assert "mistake" in note.problem.what


READS_FOR_EVER = """
import sys
from geo_server.services import imports
from geo_server.services.drawings import DrawingFile
from geo_server.store.database import Database
from geo_server.store.sites import load_site

def read(files, tell):
    tell("Reading")
    print("reads", flush=True)
    sys.stdin.read()

imports.BEAT_S = 0.1
imports.read_files = read
database = Database(sys.argv[1])
with database.snapshot() as c:
    site = load_site(c, sys.argv[2])
imports.import_drawing(database, site, "Shed", [DrawingFile("x.dxf", b"x")], by=None)
"""


def test_an_import_whose_process_was_killed_is_seen_to_have_failed_and_a_running_one_is_not(
    database: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "LEASE_S", 1.0)
    command = [sys.executable, "-c", READS_FOR_EVER, database.url, site.slug]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reads\n"
        began = time.monotonic()
        until(lambda: time.monotonic() > began + 1.5)
        (running,) = list_site_imports(database, site)
        process.kill()
    assert (running.state, running.step) == (ImportState.RUNNING, "Reading")
    until(lambda: list_site_imports(database, site)[0].state is ImportState.FAILED)
    (note,) = list_site_imports(database, site)
    assert note.problem == Problem("The server was stopped while it read this file.", None, "Send the file again.")
    assert note.finished_at is not None


def test_a_draft_of_an_import_that_was_given_up_meanwhile_is_not_kept(
    database: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = read_files

    def slowly(files: Sequence[DrawingFile], tell: Progress) -> list[ImportResult]:
        results = read(files, tell)
        monkeypatch.setattr(imports, "LEASE_S", 0.0)
        assert fail_abandoned(database) == 1
        return results

    monkeypatch.setattr(imports, "read_files", slowly)
    with pytest.raises(Conflict, match="nothing was heard of it") as refusal:
        import_drawing(database, site, "Shed", [shed(leads_out=True)], by=None)
    assert refusal.value.advice == "Send the file again."
    with database.snapshot() as c:
        assert list_revisions(c, site.id) == []
        assert verify_audit(c, site.id) is None


def test_files_of_one_building_that_disagree_on_their_unit_are_refused(database: Database, site: Site) -> None:
    other = DrawingFile("b.dxf", drawing(1).data, 1, metres_per_unit=1.0)
    with pytest.raises(InvalidInput, match="disagree on their unit"):
        import_drawing(database, site, "School", [drawing(0), other], by=None)
