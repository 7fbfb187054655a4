"""A drawing that says where it is becomes a placed draft, which a person may check and correct."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import ControlPoint, Placement, SiteFrame
from geo_server.domain.places import Site
from geo_server.services.beside import files_beside, lay_beside
from geo_server.services.drawings import DrawingFile
from geo_server.services.revisions import place_revision, publish_revision
from geo_server.store.database import Database
from geo_server.store.floorplans import load_floorplan
from tests.services.bringing import import_drawing
from tests.services.buildings import add_north

SCHOOL = Path(__file__).parents[2] / "data/floorplans/school_level_0.dxf"
FRAME = SiteFrame(-73.98, 40.75)
US_FOOT = 1200 / 3937


@pytest.fixture
def site(database: Database) -> Site:
    return add_north(database, FRAME)


def world_file(scale: float = 1.0) -> bytes:
    """The school, drawn in feet, 10 m east of the site's origin, turned by 10 degrees, in state plane feet."""
    feet = np.array([(0.0, 0.0), (200.0, 150.0)])
    ground = Placement(10.0, 10.0, 0.0).place_coordinates(feet * 0.3048 * scale)
    lonlat = FRAME.coordinates_to_lonlat(ground)
    grid = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:2263", always_xy=True).transform(lonlat[:, 0], lonlat[:, 1])
    lines = [f"{x},{y} {e:.4f},{n:.4f}" for (x, y), e, n in zip(feet.tolist(), *grid, strict=True)]
    return "\n".join(lines).encode()


def school(scale: float = 1.0) -> DrawingFile:
    beside = {"wld": world_file(scale), "prj": pyproj.CRS("EPSG:2263").to_wkt("WKT1_ESRI").encode()}
    return DrawingFile(SCHOOL.name, SCHOOL.read_bytes(), 0, beside=beside)


def lobby(database: Database, site: Site) -> shapely.Point:
    with database.snapshot() as c:
        plan = load_floorplan(c, site)
    return next(z for z in plan.zones if "LOBBY" in f"{z.name} {z.alias}".upper()).polygon.centroid


def test_a_drawing_with_a_world_file_is_a_placed_draft_that_nobody_has_verified(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "School", [school()], by=None)
    assert draft.placed
    assert draft.placement is not None
    assert not draft.placement.verified
    assert draft.placement.rotation_deg == pytest.approx(10, abs=0.01)
    assert draft.placement.scale_check == pytest.approx(1, abs=1e-3)
    told = [finding for finding in draft.findings if finding.code == "georeferenced"]
    assert "EPSG:2263" in told[0].message
    publish_revision(database, site, draft.id, by=None)
    drawn = Placement(10.0, 10.0, 0.0).place_coordinates([(84 * 0.3048, 16 * 0.3048)])[0]
    assert lobby(database, site).distance(shapely.Point(drawn)) < 0.4


def test_control_points_replace_what_the_file_says(database: Database, site: Site) -> None:
    draft = import_drawing(database, site, "School", [school()], by=None)
    xy = [(0.0, 0.0), (60.0, 0.0), (60.0, 45.0)]
    lonlat = FRAME.coordinates_to_lonlat(Placement(30.0, 500.0, 0.0).place_coordinates(xy))
    points = [ControlPoint(x, y, float(lon), float(lat)) for (x, y), (lon, lat) in zip(xy, lonlat, strict=True)]
    placed = place_revision(database, site, draft.id, points, by=None)
    assert placed.placement is not None
    assert placed.placement.rotation_deg == pytest.approx(30, abs=0.01)
    assert placed.placement.verified


def test_a_world_file_that_contradicts_the_unit_leaves_the_draft_unplaced_and_says_so(
    database: Database, site: Site
) -> None:
    draft = import_drawing(database, site, "School", [school(scale=2.0)], by=None)
    assert not draft.placed
    assert any("times as large" in f.message for f in draft.findings if f.code == "georeference-unusable")


def test_only_files_of_the_drawings_own_name_are_taken_from_beside_it(tmp_path: Path) -> None:
    for name in ("plan.dxf", "PLAN.WLD", "plan.prj", "other.wld", "plan.txt"):
        (tmp_path / name).write_bytes(name.encode())
    assert files_beside(tmp_path / "plan.dxf") == {"wld": b"PLAN.WLD", "prj": b"plan.prj"}


def test_files_that_were_sent_together_lie_beside_the_drawing_of_their_name() -> None:
    sent = [("b.prj", b"3"), ("A.dxf", b"1"), ("a.WLD", b"2"), (".", b"4"), ("b.dwg", b"5")]
    assert list(lay_beside(sent)) == [
        (("A.dxf", b"1"), {"wld": b"2"}),
        ((".", b"4"), {}),
        (("b.dwg", b"5"), {"prj": b"3"}),
    ]
    with pytest.raises(InvalidInput, match=r"what c\.wld is called"):
        list(lay_beside([*sent, ("c.wld", b"")]))
