"""The floorplan document: what is written can be read back, and is what RFC 7946 and our schema say."""

import dataclasses
import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any
from uuid import UUID

import jsonschema
import orjson
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import Floorplan
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.document.reader import parse_document, read_document
from tests.export.floorplans import DRESDEN, floorplans, school, uid

SCHEMA = json.loads((files("geo_server.export") / "schemas" / "floorplan.schema.json").read_text())
validator = jsonschema.Draft202012Validator(SCHEMA)


def feature(document: dict[str, Any], thing_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in document["features"] if f["id"] == str(thing_id))
    return found


@settings(deadline=None, max_examples=60)
@given(floorplans())
def test_what_was_written_reads_back_as_it_was(floorplan: Floorplan) -> None:
    document = floorplan_document(floorplan)
    back = read_document(parse_document(orjson.dumps(document)))
    assert_same(back, floorplan)


@settings(deadline=None, max_examples=30)
@given(floorplans())
def test_every_document_keeps_the_schema(floorplan: Floorplan) -> None:
    validator.validate(floorplan_document(floorplan))


@settings(deadline=None, max_examples=30)
@given(floorplans())
def test_writing_twice_changes_nothing(floorplan: Floorplan) -> None:
    once = floorplan_document(read_document(floorplan_document(floorplan)))
    twice = floorplan_document(read_document(once))
    assert orjson.dumps(once) == orjson.dumps(twice)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_drawing_without_a_place_says_so_at_its_top() -> None:
    document = floorplan_document(school(DrawingFrame(0.01)))
    assert document["frame"] == "drawing-metres"
    assert document["metres_per_unit"] == 0.01
    assert feature(document, uid("d1"))["geometry"]["coordinates"] == [[3.0, 3.0], [4.0, 3.0]]


def test_a_placed_floorplan_is_in_longitude_and_latitude() -> None:
    document = floorplan_document(school())
    assert "frame" not in document
    lon, lat = feature(document, uid("yard"))["geometry"]["coordinates"]
    azimuth, _, length = pyproj.Geod(ellps="WGS84").inv(DRESDEN.lon, DRESDEN.lat, lon, lat)
    assert length == pytest.approx(40.311, abs=0.01)
    assert azimuth == pytest.approx(82.87, abs=0.05)


def test_outer_rings_run_counter_clockwise_and_coordinates_have_seven_decimals() -> None:
    document = floorplan_document(school())
    for f in document["features"]:
        geometry = shape(f["geometry"]) if f["geometry"] else None
        if isinstance(geometry, Polygon):
            assert geometry.exterior.is_ccw
        if geometry is not None:
            assert all(value == round(value, 7) for value in shapely.get_coordinates(geometry).ravel())


def test_a_thing_names_its_building_only_where_there_are_several() -> None:
    one = school()
    assert "building" not in feature(floorplan_document(one), uid("101"))["properties"]
    annex = dataclasses.replace(one.levels[1], id=uid("annex"), building_id=uid("annex building"), ordinal=0)
    building = dataclasses.replace(one.buildings[0], id=uid("annex building"), name="Annex")
    two = dataclasses.replace(one, levels=(*one.levels, annex), buildings=(*one.buildings, building))
    assert feature(floorplan_document(two), uid("101"))["properties"]["building"] == str(uid("main"))


def test_a_sliver_that_rounding_would_break_keeps_more_decimals() -> None:
    floorplan = school()
    sliver = Polygon([(0, 0), (0.004, 0.0), (0.004, 3), (0.002, 3)])
    thin = dataclasses.replace(floorplan.zones[0], polygon=sliver)
    short = dataclasses.replace(floorplan.openings[0], line=LineString([(3, 3), (3.0001, 3)]))
    odd = dataclasses.replace(floorplan, zones=(thin, *floorplan.zones[1:]), openings=(short, *floorplan.openings[1:]))
    assert_same(read_document(floorplan_document(odd)), odd)


def assert_same(found: Floorplan, wanted: Floorplan) -> None:
    """Equal but for the rounding of coordinates: 7 decimals of a degree, 3 of a metre."""
    tolerance = 0.0008 if isinstance(wanted.frame, DrawingFrame) else 0.012
    assert found.frame == wanted.frame
    assert found.site == wanted.site
    assert found.buildings == wanted.buildings
    assert found.levels == wanted.levels
    for name in ("zones", "openings", "transitions", "walls", "assets", "assembly_points"):
        assert_alike(getattr(found, name), getattr(wanted, name), tolerance)
    assert found.outlines.keys() == wanted.outlines.keys()
    for level_id, outline in wanted.outlines.items():
        assert near(found.outlines[level_id], outline, tolerance)


def assert_alike(found: Iterable[Any], wanted: Iterable[Any], tolerance: float) -> None:
    for one, other in zip(found, wanted, strict=True):
        for field in dataclasses.fields(other):
            value, expected = getattr(one, field.name), getattr(other, field.name)
            if isinstance(expected, BaseGeometry):
                assert near(value, expected, tolerance)
            else:
                assert value == expected, field.name


def near(found: BaseGeometry, wanted: BaseGeometry, tolerance: float) -> bool:
    return found.geom_type == wanted.geom_type and bool(found.hausdorff_distance(wanted) <= tolerance)
