"""From files to a published campus on a real PostGIS; what is refused leaves nothing half-written."""

import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import shapely
from sqlalchemy import select

from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput, NotFound, TooLarge, UnreadableFile
from geo_server.domain.events import EventKind
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import ControlPoint, Placement
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, Site, ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.domain.states import ImportState, RevisionState
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.result import ImportResult
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from geo_server.services import imports
from geo_server.services.campuses import import_site_file
from geo_server.services.drawings import DrawingFile, Progress, read_files
from geo_server.services.imports import fail_abandoned, import_drawing, list_site_imports
from geo_server.services.revisions import place_revision, publish_revision
from geo_server.services.worker import Limits, read_in_worker
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.events import list_events
from geo_server.store.floorplans import load_floorplan
from geo_server.store.imports import Problem, list_imports
from geo_server.store.revisions import list_revisions
from geo_server.store.sites import add_site, find_site, floorplan_rev, list_buildings
from geo_server.store.tables import audit
from tests.conftest import MakeDatabase
from tests.services.buildings import FRAME, shed
from tests.store.conftest import until

REPO = Path(__file__).parents[2]
FLOORPLANS = REPO / "data/floorplans"
SAMPLE = FLOORPLANS / "sample_campus.toml"
ESCALDES = REPO.parent / "shared/floorplans/school_escaldes_5floors.dxf"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def campus(make_database: MakeDatabase, migrated_template: str) -> Iterator[tuple[Database, Site, list[str]]]:
    """The sample campus, brought in once for this module, with the progress that was told."""
    database = Database(make_database(migrated_template), pool_size=4)
    told: list[str] = []
    yield database, import_site_file(database, SAMPLE, by=None, progress=told.append), told
    database.close()


@pytest.fixture
def site(database: Database) -> Site:
    """A site without buildings."""
    site = Site(uuid4(), "north", "North", FRAME)
    with database.transaction() as c:
        add_site(c, site)
    return site


def _school_level(ordinal: int = 0) -> DrawingFile:
    name = f"school_level_{ordinal}.dxf"
    return DrawingFile(name, (FLOORPLANS / name).read_bytes(), ordinal)


def _corners(scale: float = 1.0) -> list[ControlPoint]:
    """Corners of the school in drawing metres, turned by 10 degrees and put 20 m east of the origin."""
    xy = [(-25.6, 0.0), (59.1, 0.0), (59.1, 47.5)]
    lonlat = FRAME.coordinates_to_lonlat(Placement(10.0, 20.0, 0.0).place_coordinates(xy) * scale)
    return [ControlPoint(x, y, float(lon), float(lat)) for (x, y), (lon, lat) in zip(xy, lonlat, strict=True)]


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _published(database: Database, site: Site) -> Floorplan:
    with database.snapshot() as c:
        return load_floorplan(c, site)


def test_the_sample_campus_is_published_whole(campus: tuple[Database, Site, list[str]]) -> None:
    database, site, _ = campus
    floorplan = _published(database, site)
    assert sorted(b.name for b in floorplan.buildings) == [
        "Andreas-Pfitzmann-Bau",
        "Barcelona Pavilion",
        "Maple Grove Middle School",
    ]
    assert find_faults(floorplan) == []
    assert len(floorplan.zones) > 550
    assert len(floorplan.assembly_points) == 3
    with database.snapshot() as c:
        assert floorplan_rev(c, site.id) == 3
        kinds = [event.kind for event in list_events(c, site.id, 0)]
        assert kinds == [EventKind.FLOORPLAN_PUBLISHED] * 3
        assert verify_audit(c, site.id) is None
        assert {i.state for i in list_imports(c, site.id)} == {ImportState.FINISHED}
        recorded = Counter(c.execute(select(audit.c.action).where(audit.c.site_id == site.id)).scalars())
    assert recorded == {
        "site_added": 1,
        "assembly_points_set": 1,
        "building_added": 3,
        "floorplan_imported": 3,
        "floorplan_placed": 2,
        "floorplan_published": 3,
    }


def test_buildings_of_the_sample_campus_stand_beside_each_other(campus: tuple[Database, Site, list[str]]) -> None:
    database, site, _ = campus
    floorplan = _published(database, site)
    hulls = []
    for building in floorplan.buildings:
        levels = {level.id for level in floorplan.levels if level.building_id == building.id}
        own = [zone.polygon for zone in floorplan.zones if zone.level_id in levels]
        hulls.append(shapely.convex_hull(shapely.union_all(own)))
    for i, one in enumerate(hulls):
        assert all(one.distance(two) > 5 for two in hulls[i + 1 :])
        assert all(one.distance(point.point) > 5 for point in floorplan.assembly_points)


def test_control_points_of_the_sample_campus_fit_to_the_decimetre(campus: tuple[Database, Site, list[str]]) -> None:
    database, site, _ = campus
    with database.snapshot() as c:
        placements = [revision.placement for revision in list_revisions(c, site.id) if revision.placement]
    assert len(placements) == 2
    for placement in placements:
        assert max(placement.residuals_m) < 0.1
        assert placement.scale_check == pytest.approx(1, abs=0.002)
        assert placement.verified


def test_every_occupied_zone_of_the_school_has_a_way_out_over_the_stairs(
    campus: tuple[Database, Site, list[str]],
) -> None:
    database, site, _ = campus
    floorplan = _published(database, site)
    school = next(b for b in floorplan.buildings if b.name.startswith("Maple"))
    levels = {level.id for level in floorplan.levels if level.building_id == school.id}
    assert [zone.name for zone in zones_without_way_out(floorplan) if zone.level_id in levels] == []
    with database.snapshot() as c:
        (revision,) = [r for r in list_revisions(c, site.id) if r.building_id == school.id]
    assert revision.signed_by is None


def test_progress_names_each_file_and_what_was_found(campus: tuple[Database, Site, list[str]]) -> None:
    *_, told = campus
    assert sum(1 for step in told if step.startswith("Reading ")) == 5
    assert any(step.startswith("Andreas-Pfitzmann-Bau: 5 levels, 476 zones") for step in told)


def test_a_campus_that_is_brought_in_again_gets_new_revisions_with_the_same_ids(
    campus: tuple[Database, Site, list[str]], tmp_path: Path
) -> None:
    database, site, _ = campus
    before = {zone.id for zone in _published(database, site).zones}
    again = import_site_file(database, SAMPLE, by=None)
    assert again == site
    assert {zone.id for zone in _published(database, site).zones} == before
    with database.snapshot() as c:
        states = sorted((r.number, r.state) for r in list_revisions(c, site.id))
        assert states == [(1, RevisionState.SUPERSEDED)] * 3 + [(2, RevisionState.PUBLISHED)] * 3
    moved = tmp_path / "moved.toml"
    moved.write_text(SAMPLE.read_text(encoding="utf-8").replace("[13.7237,", "[13.7240,"), encoding="utf-8")
    for drawing in FLOORPLANS.glob("*.*"):
        if drawing.suffix in {".dxf", ".geojson"}:
            shutil.copy(drawing, tmp_path)
    with pytest.raises(Conflict, match="origin"):
        import_site_file(database, moved, by=None)


def test_a_campus_that_cannot_be_published_whole_is_not_written_at_all(database: Database, tmp_path: Path) -> None:
    (tmp_path / "shed.geojson").write_bytes(shed(leads_out=False).data)
    path = tmp_path / "site.toml"
    path.write_text(
        '[site]\nname = "S"\nslug = "s"\norigin = [10, 50]\n[[buildings]]\nname = "Shed"\npublish = true\n'
        'levels = [{ file = "shed.geojson" }]\n',
        encoding="utf-8",
    )
    with pytest.raises(Conflict, match="no way out"):
        import_site_file(database, path, by=None)
    with database.snapshot() as c:
        assert find_site(c, "s") is None


def test_a_file_in_lon_lat_becomes_a_placed_draft_and_can_be_published(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "Shed", [shed(leads_out=True)], by=None)
    assert (draft.number, draft.state, draft.placed) == (1, RevisionState.DRAFT, True)
    assert _published(database, site).zones == ()
    with pytest.raises(Conflict, match="says itself where"):
        place_revision(database, site, draft.id, _corners(), by=None)
    assert publish_revision(database, site, draft.id, by=None) == 1
    (zone,) = _published(database, site).zones
    assert zone.name == "Shed"
    assert zone.polygon.area == pytest.approx(50, rel=1e-3)
    assert zone.polygon.centroid.distance(shapely.Point(5, 2.5)) < 0.05
    with pytest.raises(Conflict, match="only a draft"):
        place_revision(database, site, draft.id, _corners(), by=None)


def test_a_zone_without_a_way_out_needs_a_signature_that_is_kept(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "Shed", [shed(leads_out=False)], by=None)
    with pytest.raises(Conflict, match=r"1 occupied zones have no way out: Shed") as refusal:
        publish_revision(database, site, draft.id, by=None)
    assert "signed_by" in (refusal.value.advice or "")
    publish_revision(database, site, draft.id, by=None, signed_by="J. Doe, facilities")
    with database.snapshot() as c:
        (revision,) = list_revisions(c, site.id)
    assert revision.signed_by == "J. Doe, facilities"


def test_a_drawing_is_placed_by_control_points_before_it_can_be_published(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "School", [_school_level()], by=None)
    assert not draft.placed
    with pytest.raises(Conflict, match="not placed"):
        publish_revision(database, site, draft.id, by=None)
    with pytest.raises(InvalidInput, match="2 times as large"):
        place_revision(database, site, draft.id, _corners(scale=2.0), by=None)
    with pytest.raises(NotFound):
        place_revision(database, site, uuid4(), _corners(), by=None)
    placed = place_revision(database, site, draft.id, _corners(), by=None)
    assert placed.placement is not None
    assert placed.placement.rotation_deg == pytest.approx(10, abs=0.01)
    publish_revision(database, site, draft.id, by=None)
    lobby = next(z for z in _published(database, site).zones if "LOBBY" in f"{z.name} {z.alias}".upper())
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
    other = DrawingFile("b.dxf", _school_level(1).data, 1, metres_per_unit=1.0)
    with pytest.raises(InvalidInput, match="disagree on their unit"):
        import_drawing(database, site, "School", [_school_level(0), other], by=None)


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    file, started = _school_level(), time.monotonic()
    with pytest.raises(TooLarge, match=r"longer than 0\.01 s"):
        read_in_worker(file.data, file.name, Limits(wall_s=0.01))
    assert time.monotonic() - started < 10


def test_a_reader_that_takes_too_much_memory_says_so() -> None:
    file = _school_level()
    with pytest.raises(TooLarge, match="of memory") as refusal:
        read_in_worker(file.data, file.name, Limits(memory_bytes=64 * 2**20))
    assert refusal.value.where == file.name


def test_a_refusal_comes_out_of_the_worker_with_its_three_parts() -> None:
    with pytest.raises(GeoServerError) as refusal:
        read_in_worker(b"<osm></osm>", "empty.osm")
    assert refusal.value.where == "empty.osm"
    assert refusal.value.advice


def test_reading_leaves_no_process_and_no_open_pipe_behind() -> None:
    before = _open_files()
    read_in_worker(shed(leads_out=True).data, "shed.geojson")
    assert _open_files() <= before + 1, "the resource tracker of the standard library keeps one pipe"


@pytest.mark.skipif(not ESCALDES.exists(), reason="the real school is not on this machine")
def test_the_real_school_goes_from_drawing_to_routes(database: Database, site: Site) -> None:
    """Levels split, zones found, placed, published, a threat in the main corridor, routes out."""
    draft = import_drawing(database, site, "School", [DrawingFile(ESCALDES.name, ESCALDES.read_bytes())], by=None)
    corners = [(0.0, 0.0), (60.0, 0.0), (60.0, 30.0)]
    lonlat = FRAME.coordinates_to_lonlat(corners)
    points = [ControlPoint(x, y, float(lon), float(lat)) for (x, y), (lon, lat) in zip(corners, lonlat, strict=True)]
    placed = place_revision(database, site, draft.id, points, by=None)
    assert placed.placed
    publish_revision(database, site, draft.id, by=None, signed_by="The test")
    floorplan = _published(database, site)
    assert len(floorplan.levels) == 5
    assert 100 <= len(floorplan.zones) <= 160
    corridors = [zone for zone in floorplan.zones if zone.category is ZoneCategory.CORRIDOR]
    main = max(corridors, key=lambda zone: zone.polygon.area)
    spot = main.polygon.representative_point()
    threat = Threat(uuid4(), "armed_assailant", main.level_id, spot, 2.0, 3.0, NOON)
    answer = plan(compile_floorplan(floorplan), PlanRequest(threats=(threat,), now=NOON))
    statuses = {route.status for route in answer.routes}
    assert len(answer.routes) > 50
    assert statuses & {RouteStatus.SAFE_SHORTEST, RouteStatus.SAFE_DETOUR}
