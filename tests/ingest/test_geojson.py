"""GeoJSON of any making: properties are found by name and overruled by a person, and what is missing is said."""

from collections import Counter

import numpy as np
import orjson
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box, mapping

from geo_server.domain.errors import GeoServerError, InvalidInput, TooLarge, UnreadableFile
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame, SiteFrame
from geo_server.domain.places import AssetCategory, ZoneCategory
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.geojson import features as features_module
from geo_server.ingest.geojson.mapping import ordinal_of, suggest_mapping
from geo_server.ingest.pipeline import read_plan
from geo_server.ingest.result import ImportResult

FRAME = SiteFrame(13.4, 52.5)

Feature = dict[str, object]


def _feature(geometry: shapely.Geometry, **properties: object) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": mapping(FRAME.to_lonlat(geometry))}


def as_geojson(*features: object, **top: object) -> bytes:
    return orjson.dumps({"type": "FeatureCollection", "features": list(features), **top})


def _codes(result: ImportResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


def school_features() -> list[Feature]:
    return [
        _feature(box(0, 3, 6, 8), ROOM_NO="101", RoomName="Art", FLOOR="Ground floor", USE_TYPE="Classroom", SEATS=30),
        _feature(box(6, 3, 9, 8), ROOM_NO="102", RoomName="", FLOOR="Ground floor", USE_TYPE="WC"),
        _feature(box(0, 0, 9, 3), ROOM_NO="C1", RoomName=None, FLOOR="Ground floor", USE_TYPE="Corridor"),
        _feature(box(0, 0, 9, 8), ROOM_NO="201", RoomName="Hall", FLOOR="2nd floor", USE_TYPE="Classroom"),
        _feature(LineString([(2, 3), (2.9, 3)]), FLOOR="Ground floor", USE_TYPE="door"),
        _feature(Point(7, 3), FLOOR="Ground floor", USE_TYPE="door", WIDTH="80"),
        _feature(Point(0, 1.5), FLOOR="Ground floor", USE_TYPE="door"),
        _feature(LineString([(4, 0), (4, 1)]), FLOOR="Ground floor", USE_TYPE="A-WALL"),
        _feature(Point(1, 1), FLOOR="Ground floor", USE_TYPE="AED"),
    ]


@pytest.fixture(scope="module")
def school() -> ImportResult:
    return read_plan(as_geojson(*school_features()), "school.geojson")


def test_properties_are_recognised_by_their_names(school: ImportResult) -> None:
    zones = {zone.name: zone for zone in school.floorplan.zones}
    assert school.format == "geojson"
    assert zones.keys() == {"101", "102", "C1", "201"}
    assert (zones["101"].alias, zones["101"].category, zones["101"].capacity) == ("Art", ZoneCategory.ROOM, 30)
    assert zones["102"].category is ZoneCategory.RESTROOM
    assert zones["C1"].category is ZoneCategory.CORRIDOR
    assert [(level.ordinal, level.name) for level in school.floorplan.levels] == [(0, "Ground floor"), (2, "2nd floor")]
    (told,) = [finding for finding in school.findings if finding.code == "properties-mapped"]
    assert "name from ROOM_NO" in told.message
    assert "--map" in told.advice


def test_lines_and_points_named_for_doors_join_the_spaces_beside_them(school: ImportResult) -> None:
    plan = school.floorplan
    names = {zone.id: zone.name for zone in plan.zones}
    joined = {frozenset(names[z] if z else "out" for z in opening.zones): opening for opening in plan.openings}
    assert joined.keys() == {frozenset({"101", "C1"}), frozenset({"102", "C1"}), frozenset({"C1", "out"})}
    assert joined[frozenset({"101", "C1"})].width_m == pytest.approx(0.9, abs=0.01)
    assert joined[frozenset({"102", "C1"})].width_m == pytest.approx(0.8)
    assert [opening.exit for opening in joined.values()].count(True) == 1
    assert [asset.category for asset in plan.assets] == [AssetCategory.AED]


def test_a_person_overrules_what_names_suggest() -> None:
    result = read_plan(
        as_geojson(*school_features()), "school.geojson", mapping={"name": "RoomName", "alias": "", "level": ""}
    )
    assert "Art" in {zone.name for zone in result.floorplan.zones}
    assert [level.ordinal for level in result.floorplan.levels] == [0]
    assert _codes(result)["level-guessed"] == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [({"nome": "ROOM_NO"}, "no field 'nome'"), ({"name": "ROOM_NUMBER"}, "no object has a property 'ROOM_NUMBER'")],
)
def test_a_mapping_that_cannot_be_is_refused_with_what_there_is(told: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_plan(as_geojson(*school_features()), "school.geojson", mapping=told)
    assert words.lower() in refusal.value.what.lower()
    assert "name" in (refusal.value.advice or "").lower() or "ROOM_NO" in (refusal.value.advice or "")


def test_rooms_that_share_edges_without_doors_are_told_once_a_level() -> None:
    rooms = [_feature(box(4 * i, 0, 4 * i + 4, 4), name=f"R{i}") for i in range(5)]
    result = read_plan(as_geojson(*rooms), "rooms.geojson")
    (told,) = [finding for finding in result.findings if finding.code == "doors-unknown"]
    assert told.count == 5
    assert _codes(result)["no-exit"] == 1
    assert result.floorplan.openings == ()


def test_a_file_without_a_level_can_be_told_one() -> None:
    data = as_geojson(_feature(box(0, 0, 4, 4), name="R1"))
    plan = read_plan(data, "rooms.geojson", ordinal=2, level_name="Second").floorplan
    assert [(level.ordinal, level.name) for level in plan.levels] == [(2, "Second")]


def test_coordinates_of_a_named_reference_system_are_put_on_the_ground() -> None:
    east, north = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:25833", always_xy=True).transform(13.4, 52.5)
    room = {
        "type": "Feature",
        "properties": {"name": "R1"},
        "geometry": mapping(box(east, north, east + 10, north + 5)),
    }
    named = {"properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    for data, crs in ((as_geojson(room), "EPSG:25833"), (as_geojson(room, crs=named), None)):
        plan = read_plan(data, "rooms.geojson", crs=crs).floorplan
        (zone,) = plan.zones
        assert isinstance(plan.frame, SiteFrame)
        assert zone.polygon.area == pytest.approx(50, rel=2e-3)
        assert plan.frame.to_lonlat(zone.polygon).distance(Point(13.4, 52.5)) < 1e-6


def test_a_reference_system_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no coordinate reference system"):
        read_plan(as_geojson(_feature(box(0, 0, 4, 4))), "rooms.geojson", crs="EPSG:999999")


def test_coordinates_that_are_no_degrees_stay_a_drawing() -> None:
    room = {"type": "Feature", "properties": {"name": "R1"}, "geometry": mapping(box(0, 0, 4000, 5000))}
    unsure = read_plan(as_geojson(room), "rooms.geojson")
    assert _codes(unsure)["scale-unsure"] == 1
    sure = read_plan(as_geojson(room), "rooms.geojson", metres_per_unit=0.001)
    assert sure.floorplan.frame == DrawingFrame(0.001)
    assert sure.floorplan.zones[0].polygon.area == pytest.approx(20)
    assert _codes(sure)["scale-unsure"] == 0


def test_polygons_that_cross_themselves_are_mended_and_told() -> None:
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    result = read_plan(as_geojson(_feature(bow, name="Bow")), "bow.geojson")
    assert _codes(result)["area-repaired"] == 1
    assert sum(zone.polygon.area for zone in result.floorplan.zones) == pytest.approx(50, rel=1e-3)


def test_overlaps_are_cut_and_told() -> None:
    result = read_plan(
        as_geojson(_feature(box(0, 0, 10, 10), name="Hall"), _feature(box(2, 2, 4, 4), name="Kiosk")), "hall.geojson"
    )
    zones = {zone.name: zone.polygon for zone in result.floorplan.zones}
    assert zones["Hall"].area == pytest.approx(96, rel=1e-3)
    assert zones["Hall"].intersection(zones["Kiosk"]).area < 1e-9
    assert _codes(result)["areas-overlap"] == 1


def test_ours_is_still_read_as_ours(school: ImportResult) -> None:
    plan = school.floorplan
    again = read_plan(orjson.dumps(floorplan_document(plan)), "ours.geojson")
    assert again.format == "floorplan"
    assert {z.id: (z.name, z.alias, z.category) for z in again.floorplan.zones} == {
        z.id: (z.name, z.alias, z.category) for z in plan.zones
    }
    assert {o.id: o.zones for o in again.floorplan.openings} == {o.id: o.zones for o in plan.openings}


def test_the_same_file_gives_the_same_ids(school: ImportResult) -> None:
    again = read_plan(as_geojson(*school_features()), "other name.geojson")
    assert again.floorplan.zones == school.floorplan.zones
    assert again.floorplan.openings == school.floorplan.openings


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("0", 0),
        ("-1", -1),
        ("2.0", 2),
        ("EG", 0),
        ("1. OG", 1),
        ("L3", 3),
        ("3rd floor", 3),
        ("attic", None),
        ("999", None),
    ],
)
def test_levels_are_understood_as_people_write_them(text: str, ordinal: int | None) -> None:
    assert ordinal_of(text) == ordinal


def test_a_property_stands_for_one_field_only() -> None:
    assert suggest_mapping([{"name": "A", "floor": 1}]) == {"name": "name", "level": "floor"}
    assert suggest_mapping([{"Raum-Nr.": "1.02", "Raumname": "Büro", "Geschoß": "EG"}]) == {
        "name": "Raum-Nr.",
        "alias": "Raumname",
        "level": "Geschoß",
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            as_geojson({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": []}}),
            "usable",
        ),
        (as_geojson(_feature(box(0, 0, 4, 4), layer="A-WALL")), "No polygon is a space"),
        (b'{"type":"FeatureCollection","features":[{"geometry":{"type":"Polygon","coordinates":[[[NaN', "not JSON"),
        ('{"type":"FeatureCollection","features":[{"n":"Büro"'.encode("latin-1"), "not JSON"),
    ],
)
def test_files_without_a_space_are_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_plan(data, "bad.geojson")
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_more_vertices_than_any_building_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features_module, "MOST_VERTICES", 1000)
    with pytest.raises(TooLarge, match="vertices"):
        read_plan(as_geojson(_feature(Point(0, 0).buffer(5, quad_segs=400))), "round.geojson")


def test_a_million_vertices_are_read() -> None:
    angles = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.column_stack([13.4 + 3e-4 * np.cos(angles), 52.5 + 2e-4 * np.sin(angles)])
    ring = np.vstack([ring, ring[:1]])
    feature = {
        "type": "Feature",
        "properties": {"name": "Round"},
        "geometry": {"type": "Polygon", "coordinates": [ring.tolist()]},
    }
    (zone,) = read_plan(as_geojson(feature), "round.geojson").floorplan.zones
    assert zone.polygon.area == pytest.approx(np.pi * (3e-4 * 67_900) * (2e-4 * 111_270), rel=0.01)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=80)
@given(
    value=_JSON,
    key=st.sampled_from(["ROOM_NO", "RoomName", "FLOOR", "USE_TYPE", "SEATS", "WIDTH"]),
    at=st.integers(0, 8),
)
def test_whatever_a_property_says_the_file_is_read(value: object, key: str, at: int) -> None:
    features = school_features()
    properties = features[at]["properties"]
    assert isinstance(properties, dict)
    properties[key] = value
    try:
        data = as_geojson(*features)
    except TypeError:
        return
    plan = read_plan(data, "odd.geojson").floorplan
    assert find_faults(plan) == []
    assert len(plan.zones) >= 3


@settings(deadline=None, max_examples=80)
@given(geometry=_JSON, at=st.integers(0, 8))
def test_whatever_a_geometry_is_the_others_are_read(geometry: object, at: int) -> None:
    features = school_features()
    features[at]["geometry"] = {"type": "Polygon", "coordinates": geometry}
    try:
        data = as_geojson(*features)
    except TypeError:
        return
    outcome = _read_or_refusal(data)
    assert outcome.where if isinstance(outcome, GeoServerError) else find_faults(outcome.floorplan) == []


def _read_or_refusal(data: bytes) -> ImportResult | GeoServerError:
    try:
        return read_plan(data, "odd.geojson")
    except GeoServerError as refusal:
        return refusal
