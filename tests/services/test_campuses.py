"""A campus from its site file to a published map, all of it or nothing."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from sqlalchemy import select

from geo_server.domain.errors import Conflict
from geo_server.domain.events import EventKind
from geo_server.domain.faults import find_faults
from geo_server.domain.places import Site
from geo_server.domain.states import ImportState, RevisionState
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.services.campuses import import_site_file
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.events import list_events
from geo_server.store.imports import list_imports
from geo_server.store.revisions import list_revisions
from geo_server.store.sites import find_site, floorplan_rev
from geo_server.store.tables import audit
from tests.conftest import MakeDatabase
from tests.services.buildings import shed
from tests.services.school import published

REPO = Path(__file__).parents[2]
FLOORPLANS = REPO / "data/floorplans"
SAMPLE = FLOORPLANS / "sample_campus.toml"


@pytest.fixture(scope="module")
def campus(make_database: MakeDatabase, migrated_template: str) -> Iterator[tuple[Database, Site, list[str]]]:
    """The sample campus, brought in once for this module, with the progress that was told."""
    database = Database(make_database(migrated_template), pool_size=4)
    told: list[str] = []
    yield database, import_site_file(database, SAMPLE, by=None, progress=told.append), told
    database.close()


def test_the_sample_campus_is_published_whole(campus: tuple[Database, Site, list[str]]) -> None:
    database, site, _ = campus
    floorplan = published(database, site)
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
    floorplan = published(database, site)
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
    floorplan = published(database, site)
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
    before = {zone.id for zone in published(database, site).zones}
    again = import_site_file(database, SAMPLE, by=None)
    assert again == site
    assert {zone.id for zone in published(database, site).zones} == before
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
