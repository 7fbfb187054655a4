"""Where on the ground a drawing says that it is: GEODATA, world files, and coordinates of a national grid."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
from ezdxf.document import Drawing as Document
from ezdxf.filemanagement import new

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame, fit_placement
from geo_server.ingest.pipeline import ImportResult, read_plan
from tests.ingest.dxf.drawn import written
from tests.ingest.sketch import Sketch, turned

US_FOOT = 1200 / 3937
"""Metres, by the law of 1893."""


def codes(result: ImportResult) -> list[str]:
    return [finding.code for finding in result.findings if finding.code.startswith("georef")]


def ground_of(result: ImportResult, x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place in drawing metres, through the site's frame as a draft is placed."""
    assert result.georeference is not None
    points = result.georeference.control_points
    frame = SiteFrame(points[0].lon, points[0].lat)
    placement = fit_placement(points, frame)
    assert max(placement.residuals_m) < 0.05, "a grid is up to 4 in 10,000 larger or smaller than the ground"
    ((lon, lat),) = frame.coordinates_to_lonlat(placement.place_coordinates([(x_m, y_m)])).tolist()
    return lon, lat


def surveyed(crs: str, lon: float, lat: float) -> tuple[float, float]:
    """Grid coordinates of a place, by pyproj alone."""
    x, y = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return x, y


def test_the_geodata_of_a_drawing_places_it(shared_floorplans: Path) -> None:
    path = shared_floorplans / "georeferenced_geodata.dxf"
    result = read_plan(path.read_bytes(), path.name)
    assert ground_of(result, 23448.14 * 0.0254, 4967.10 * 0.0254) == pytest.approx((-0.1256, 51.4983), abs=1e-4)
    assert codes(result) == ["georeferenced"]
    assert result.georeference is not None
    assert (result.georeference.source, result.georeference.accuracy_m) == ("GEODATA", 2.0)
    assert result.scale.metres_per_unit == 0.0254


@pytest.mark.parametrize(
    ("crs", "lonlat", "unit"),
    [("EPSG:2263", (-73.98, 40.75), US_FOOT), ("EPSG:25831", (1.52, 42.5), 1.0), ("EPSG:27700", (-0.12, 51.5), 1.0)],
)
def test_a_drawing_in_the_coordinates_of_a_grid_is_placed_by_naming_the_grid(
    crs: str, lonlat: tuple[float, float], unit: float
) -> None:
    x, y = surveyed(crs, *lonlat)
    result = read_plan(Sketch(place=turned(25, x, y, 1 / unit)).draw().bytes(), "wing.dxf", crs=crs)
    assert result.scale.metres_per_unit == pytest.approx(unit, rel=1e-12)
    assert len(result.floorplan.zones) == 4
    lon, lat = ground_of(result, x * unit, y * unit)
    east, north = SiteFrame(*lonlat).coordinates_to_metres([(lon, lat)])[0]
    assert float(np.hypot(east, north)) < 0.05


def test_survey_feet_are_told_from_feet_by_the_grid_because_they_are_metres_apart_at_large_coordinates() -> None:
    x, y = surveyed("EPSG:2263", -73.98, 40.75)
    drawing = Sketch(place=turned(0, x, y, 1 / 0.3048), units=2).draw().bytes()
    result = read_plan(drawing, "wing.dxf", crs="EPSG:2263")
    assert result.scale.metres_per_unit == pytest.approx(US_FOOT, rel=1e-12)
    assert x * abs(US_FOOT - 0.3048) > 0.5


def test_grid_north_is_not_taken_for_true_north() -> None:
    x, y = surveyed("EPSG:27700", -0.12, 51.5)
    result = read_plan(Sketch(place=turned(0, x, y)).draw().bytes(), "wing.dxf", crs="EPSG:27700")
    assert result.georeference is not None
    points = result.georeference.control_points
    convergence = pyproj.Proj("EPSG:27700").get_factors(-0.12, 51.5).meridian_convergence
    placement = fit_placement(points, SiteFrame(-0.12, 51.5))
    assert abs(convergence) > 1.4
    assert abs(placement.rotation_deg) == pytest.approx(abs(convergence), abs=0.02)


def test_a_millimetre_drawing_in_grid_coordinates_keeps_its_unit() -> None:
    x, y = surveyed("EPSG:25831", 1.52, 42.5)
    drawing = Sketch(place=turned(0, x * 1000, y * 1000, 1000)).draw().bytes()
    result = read_plan(drawing, "wing.dxf", crs="EPSG:25831")
    assert result.scale.metres_per_unit == 0.001
    assert ground_of(result, x, y) == pytest.approx((1.52, 42.5), abs=1e-6)


@pytest.mark.parametrize("ending", ["wld", "wld3"])
def test_a_world_file_with_two_lines_and_its_projection_place_a_drawing(ending: str) -> None:
    crs = pyproj.CRS("EPSG:2263")
    grid_x, grid_y = surveyed("EPSG:2263", -73.98, 40.75)
    place = turned(30, grid_x, grid_y, 1 / US_FOOT)
    between = " " if ending == "wld" else ",0 "
    after = "" if ending == "wld" else ",0"
    lines = [f"{x},{y}{between}{','.join(map(str, place(x, y)))}{after}" for x, y in [(0, 0), (12, 8)]]
    beside = {ending: "\r\n".join(lines).encode(), "prj": crs.to_wkt("WKT1_ESRI").encode()}
    result = read_plan(Sketch().draw().bytes(), "wing.dxf", beside=beside)
    assert result.georeference is not None
    assert result.georeference.source == f"wing.{ending}"
    assert result.scale.metres_per_unit == 1.0
    for at in [(0, 0), (12, 0), (5, 8)]:
        lon, lat = ground_of(result, *at)
        assert surveyed("EPSG:2263", lon, lat) == pytest.approx(place(*at), abs=0.1)


def test_a_person_is_believed_before_the_files_and_the_files_before_the_drawing(shared_floorplans: Path) -> None:
    path = shared_floorplans / "georeferenced_geodata.dxf"
    beside = {"wld": b"0,0 530000,180000\n100,0 530002.54,180000", "prj": pyproj.CRS("EPSG:27700").to_wkt().encode()}
    by_file = read_plan(path.read_bytes(), "a.dxf", beside=beside)
    assert by_file.georeference is not None
    assert by_file.georeference.source == "a.wld"


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({"wld": b"1,2 3,4"}, "projection file"),
        ({"wld": b"nonsense", "prj": b"EPSG:27700"}, "no CAD world file"),
        ({"wld": b"1,2 nan,4", "prj": b"EPSG:27700"}, "no number"),
        ({"wld": b"1,2 3,4\n1,2 9,9", "prj": b"EPSG:27700"}, "one place"),
        ({"wld": b"1,2 3,4", "prj": b"+proj=tmerc +nadgrids=/etc/passwd"}, "no coordinate reference system"),
        ({"wld": b"1,2 3,4", "prj": b"EPSG:4326"}, "in degrees"),
        ({"wld": b"1,2 " + b"3" * 20_000, "prj": b"EPSG:27700"}, "bytes"),
        ({"wld": b"0,0 9e9,9e9", "prj": b"EPSG:27700"}, "outside of the area"),
    ],
)
def test_a_world_file_that_cannot_be_used_is_a_finding_and_the_drawing_is_read(
    beside: dict[str, bytes], said: str
) -> None:
    result = read_plan(Sketch().draw().bytes(), "wing.dxf", beside=beside)
    assert codes(result) == ["georeference-unusable"]
    assert said in " ".join(finding.message for finding in result.findings)
    assert result.georeference is None
    assert len(result.floorplan.zones) == 4


@pytest.mark.parametrize("crs", ["EPSG:999999", "EPSG:4326", "mars", "EPSG:2263"])
def test_a_reference_system_that_a_person_names_and_that_cannot_be_is_refused(crs: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_plan(Sketch().draw().bytes(), "wing.dxf", crs=crs)
    assert refusal.value.advice


def local_grid(document: Document, **changes: object) -> None:
    document.units = 6
    geodata = document.modelspace().new_geodata()
    geodata.setup_local_grid(design_point=(0, 0), reference_point=(0, 0), north_direction=(0, 1))
    for name, value in changes.items():
        geodata.dxf.set(name, value)


def test_geodata_in_degrees_places_a_drawing_around_that_place() -> None:
    sketch = Sketch().draw()
    local_grid(sketch.document, coordinate_type=3, reference_point=(1.52, 42.5), horizontal_unit_scale=1.0)
    result = read_plan(sketch.bytes(), "wing.dxf")
    assert ground_of(result, 0, 0) == pytest.approx((1.52, 42.5), abs=1e-7)


@pytest.mark.parametrize(
    "changes", [{"coordinate_type": 0}, {"horizontal_unit_scale": 0.0}, {"north_direction": (0, 0)}, {}]
)
def test_geodata_that_cannot_be_used_is_a_finding(changes: dict[str, object]) -> None:
    sketch = Sketch().draw()
    local_grid(sketch.document, **{"reference_point": (0, 0), **changes})
    geodata = sketch.document.modelspace().get_geodata()
    assert geodata is not None
    geodata.coordinate_system_definition = "<no xml"
    result = read_plan(sketch.bytes(), "wing.dxf")
    assert codes(result) == ["georeference-unusable"]
    assert len(result.floorplan.zones) == 4


def test_a_drawing_that_says_nothing_of_its_place_has_none() -> None:
    document = new("R2010")
    document.modelspace().add_line((0, 0), (5, 5), dxfattribs={"layer": "A-WALL"})
    result = read_plan(written(document), "line.dxf")
    assert result.georeference is None
    assert codes(result) == []
