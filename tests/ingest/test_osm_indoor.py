"""OpenStreetMap indoor data becomes zones, doors, exits and stairs; what cannot is said."""

from collections import Counter
from pathlib import Path

import orjson
import pytest
import shapely
from shapely import LineString
from shapely.geometry import box, mapping

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.faults import find_faults
from geo_server.domain.findings import Severity
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Floorplan, OpeningCategory, TransitionCategory, ZoneCategory
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.osm.indoor import is_osm_indoor, read_osm_indoor
from geo_server.ingest.osm.levels import levels_of, parse_levels, rises_of
from geo_server.ingest.osm.tags import mend_text, read_metres
from geo_server.ingest.result import ImportResult

REPO = Path(__file__).parents[2]
TUD = REPO / "data/floorplans/tud_apb.geojson"
FRAME = SiteFrame(10.0, 50.0)

Feature = dict[str, object]


def _feature(geometry: shapely.Geometry, fid: str, **tags: str) -> Feature:
    """A feature given in metres around 10° E, 50° N."""
    return {
        "type": "Feature",
        "id": fid,
        "properties": {key.replace("__", ":"): value for key, value in tags.items()},
        "geometry": mapping(FRAME.to_lonlat(geometry)),
    }


def _read(*features: Feature) -> ImportResult:
    return read_osm_indoor(orjson.dumps({"type": "FeatureCollection", "features": list(features)}), "test.geojson")


def _codes(result: ImportResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


def _room_and_hall() -> list[Feature]:
    return [
        _feature(box(0, 0, 5, 5), "way/1", indoor="room", level="0", ref="101", name="Art"),
        _feature(box(0, 5, 20, 8), "way/2", indoor="corridor", level="0"),
        _feature(shapely.Point(2, 5), "node/1", door="hinged", level="0", width="1.1"),
        _feature(shapely.Point(20, 6.5), "node/2", entrance="emergency", level="0", ref="7"),
    ]


@pytest.fixture(scope="module")
def dresden() -> Floorplan:
    return read_osm_indoor(TUD.read_bytes(), TUD.name).floorplan


@pytest.mark.parametrize(
    ("text", "ordinals"),
    [
        ("0", (0,)),
        ("0;1", (0, 1)),
        ("-1-3", (-1, 0, 1, 2, 3)),
        ("-2--1", (-2, -1)),
        ("0.5", (0,)),
        ("-0.5", (-1,)),
        ("1, 3", (1, 3)),
        ("ground", ()),
        ("0-999999", ()),
        ("", ()),
    ],
)
def test_a_level_tag_names_ordinals(text: str, ordinals: tuple[int, ...]) -> None:
    assert parse_levels(text) == ordinals


def test_repeat_on_adds_levels_and_shifts_stairs() -> None:
    assert levels_of({"level": "0", "repeat_on": "2-3"}) == (0, 2, 3)
    assert rises_of({"level": "0-1", "repeat_on": "1;2"}) == ((0, 1), (1, 2), (2, 3))


def test_an_elevator_that_passes_a_level_joins_the_levels_where_it_stops() -> None:
    assert rises_of({"level": "-1;0;2"}) == ((-1, 0), (0, 2))
    result = _read(
        _feature(box(0, 0, 6, 6), "way/1", indoor="area", level="0;2", name="Hall"),
        _feature(shapely.Point(3, 3), "node/1", highway="elevator", level="0;2"),
    )
    (elevator,) = result.floorplan.transitions
    assert elevator.length_m == pytest.approx(2 * 3.5)
    ordinals = [result.floorplan.ordinal(result.floorplan.zone_by_id[z].level_id) for z in elevator.zones]
    assert ordinals == [0, 2]


def test_two_flights_and_an_elevator_between_two_corridors_are_three_ways() -> None:
    """A threat may take any of them, and so may people when one is closed."""
    result = _read(
        _feature(box(0, 0, 40, 3), "way/1", indoor="corridor", level="0;1"),
        _feature(LineString([(1, 1), (5, 1)]), "way/2", highway="steps", level="0;1", incline="up"),
        _feature(LineString([(30, 1), (35, 1)]), "way/3", highway="steps", level="0;1", incline="up"),
        _feature(shapely.Point(20, 1), "node/4", highway="elevator", level="0;1"),
    )
    ways = result.floorplan.transitions
    assert [way.category for way in ways] == ["stairs", "stairs", "elevator"]
    assert len({way.id for way in ways}) == 3
    assert len({way.zones for way in ways}) == 1
    assert find_faults(result.floorplan) == []


def test_steps_drawn_in_a_stairwell_are_that_stairwell_and_an_elevator_in_it_is_not() -> None:
    result = _read(
        _feature(box(0, 0, 6, 6), "way/1", indoor="room", stairs="yes", level="0;1"),
        _feature(LineString([(1, 1), (5, 1)]), "way/2", highway="steps", level="0;1", incline="up"),
        _feature(shapely.Point(3, 5), "node/3", highway="elevator", level="0;1"),
    )
    stairs, elevator = result.floorplan.transitions
    assert (stairs.category, elevator.category) == ("stairs", "elevator")
    assert stairs.geometry.length == pytest.approx(4, abs=0.01)


def test_steps_without_an_incline_are_joined_the_way_round_that_fits() -> None:
    result = _read(
        _feature(box(0, 0, 3, 3), "way/1", indoor="area", level="0", name="Low"),
        _feature(box(5, 0, 8, 3), "way/2", indoor="area", level="1", name="High"),
        _feature(LineString([(6, 1), (1, 1)]), "way/3", highway="steps", level="0;1"),
    )
    (stairs,) = result.floorplan.transitions
    assert [result.floorplan.zone_by_id[zone_id].name for zone_id in stairs.zones] == ["Low", "High"]
    assert stairs.geometry.coords[0][0] < stairs.geometry.coords[-1][0]


def test_an_area_of_steps_is_a_stairwell_and_a_mapped_wall_is_a_wall() -> None:
    result = _read(
        _feature(box(0, 0, 10, 10), "way/1", indoor="area", level="0"),
        _feature(box(10, 0, 13, 4), "way/2", highway="steps", level="0-1", area="yes"),
        _feature(LineString([(2, 2), (2, 8)]), "way/3", indoor="wall", level="0"),
    )
    assert Counter(z.category for z in result.floorplan.zones)[ZoneCategory.STAIRS] == 2
    straight = [wall.line for wall in result.floorplan.walls if len(wall.line.coords) == 2]
    assert [line.length for line in straight if abs(line.length - 6) < 0.01] == [pytest.approx(6, abs=0.01)]


def test_levels_are_called_what_the_map_calls_them() -> None:
    result = _read(
        _feature(box(0, 0, 5, 5), "way/1", indoor="room", level="1"),
        _feature(box(0, 0, 9, 9), "way/2", indoor="level", level="1", name="Mezzanine"),
    )
    assert [level.name for level in result.floorplan.levels] == ["Mezzanine"]


def test_a_room_whose_outline_is_open_is_told() -> None:
    result = _read(*_room_and_hall(), _feature(LineString([(30, 0), (35, 0), (35, 5)]), "way/9", indoor="room"))
    assert [f.handle for f in result.findings if f.code == "outline-open"] == ["way/9"]


def test_a_level_whose_doors_nobody_mapped_is_told_once() -> None:
    rooms = [_feature(box(4 * i, 0, 4 * i + 4, 4), f"way/{i}", indoor="room", level="0") for i in range(5)]
    result = _read(*rooms)
    (told,) = [finding for finding in result.findings if finding.code == "doors-unknown"]
    assert (told.count, told.ordinal) == (5, 0)
    assert _codes(result)["zone-without-door"] == 0


@pytest.mark.parametrize(("name", "rooms"), [("osm_gare_de_lest.geojson", 81), ("osm_caserne_mall.geojson", 59)])
def test_stations_and_malls_of_the_world_keep_their_rooms(shared_floorplans: Path, name: str, rooms: int) -> None:
    data = (shared_floorplans / name).read_bytes()
    mapped = sum(feature["properties"].get("indoor") == "room" for feature in orjson.loads(data)["features"])
    assert mapped == rooms
    result = read_osm_indoor(data, name)
    lost = _codes(result)["outline-open"]
    kept = {zone.id for zone in result.floorplan.zones if zone.category is not ZoneCategory.CORRIDOR}
    assert len(kept) >= rooms - lost
    assert find_faults(result.floorplan) == []


def test_a_file_without_indoor_spaces_says_so(shared_floorplans: Path) -> None:
    with pytest.raises(UnreadableFile, match="no indoor space"):
        read_osm_indoor((shared_floorplans / "osm_aachen_central.osm").read_bytes(), "osm_aachen_central.osm")


@pytest.mark.parametrize(
    ("text", "metres"),
    [("1.2", 1.2), ("90 cm", 0.9), ("3'", 0.9144), ("3'6\"", 1.0668), ("wide", None), (None, None)],
)
def test_lengths_are_read_in_their_unit(text: str | None, metres: float | None) -> None:
    assert read_metres(text) == (metres if metres is None else pytest.approx(metres))


def test_text_that_was_misread_as_a_dos_code_page_is_mended() -> None:
    assert mend_text("Fakultät".encode().decode("cp437")) == "Fakultät"
    assert mend_text("Fakultät") == "Fakultät"


def test_a_door_joins_the_spaces_on_both_sides_of_its_wall() -> None:
    result = _read(*_room_and_hall())
    room, hall = result.floorplan.zones
    door, exit_door = result.floorplan.openings
    assert (room.name, room.alias, hall.category) == ("101", "Art", ZoneCategory.CORRIDOR)
    assert set(door.zones) == {room.id, hall.id}
    assert door.width_m == pytest.approx(1.1)
    assert door.line.length == pytest.approx(1.1)
    assert abs(door.line.coords[0][1] - door.line.coords[1][1]) < 0.02, "it lies along the wall"
    assert set(exit_door.zones) == {hall.id, None}
    assert (exit_door.exit, exit_door.number) == (True, "7")
    assert exit_door.category is OpeningCategory.EMERGENCY_EXIT


def test_a_door_is_found_through_a_wall_with_thickness() -> None:
    result = _read(
        _feature(box(0, 0, 5, 5), "way/1", indoor="room", level="0"),
        _feature(box(0, 5.4, 5, 8), "way/2", indoor="room", level="0"),
        _feature(shapely.Point(2, 5.2), "node/1", door="yes", level="0"),
    )
    one, two = result.floorplan.zones
    assert set(result.floorplan.openings[0].zones) == {one.id, two.id}


def test_a_room_drawn_on_a_hall_is_cut_out_of_it() -> None:
    result = _read(
        _feature(box(0, 0, 20, 10), "way/1", indoor="area", level="0", name="Hall"),
        _feature(box(5, 3, 9, 7), "way/2", indoor="room", level="0", name="Kiosk"),
    )
    hall, kiosk = result.floorplan.zones
    assert hall.polygon.intersection(kiosk.polygon).area < 1e-6
    assert hall.polygon.area == pytest.approx(184, abs=0.1)
    assert _codes(result)["areas-overlap"] == 1


def test_corridors_that_share_an_edge_are_open_to_each_other_and_rooms_are_not() -> None:
    result = _read(
        _feature(box(0, 0, 5, 3), "way/1", indoor="corridor", level="0"),
        _feature(box(5, 0, 9, 3), "way/2", indoor="corridor", level="0"),
        _feature(box(0, 3, 9, 6), "way/3", indoor="room", level="0"),
    )
    (gap,) = result.floorplan.openings
    assert gap.category is OpeningCategory.GAP
    assert gap.width_m == pytest.approx(3, abs=0.05)
    assert _codes(result)["opening-assumed"] == 1


def test_a_door_to_nowhere_that_is_no_entrance_is_not_an_exit() -> None:
    features = _room_and_hall()[:2]
    result = _read(*features, _feature(shapely.Point(0, 2), "node/9", door="yes", level="0"))
    assert not any(opening.exit for opening in result.floorplan.openings)
    assert _codes(result)["door-one-zone"] == 1
    assert _codes(result)["no-exit"] == 1


def test_one_stairwell_on_three_levels_is_three_zones_and_two_flights() -> None:
    result = _read(_feature(box(0, 0, 3, 6), "way/1", indoor="room", stairs="yes", level="0-2"))
    assert [zone.category for zone in result.floorplan.zones] == [ZoneCategory.STAIRS] * 3
    assert [t.category for t in result.floorplan.transitions] == [TransitionCategory.STAIRS] * 2
    lower, upper = result.floorplan.transitions[0].zones
    zones = result.floorplan.zone_by_id
    assert result.floorplan.ordinal(zones[lower].level_id) + 1 == result.floorplan.ordinal(zones[upper].level_id)


def test_a_line_of_steps_runs_from_its_foot_to_its_head() -> None:
    steps = LineString([(1, 1), (6, 1)])
    result = _read(
        _feature(box(0, 0, 3, 3), "way/1", indoor="area", level="0", name="Low"),
        _feature(box(5, 0, 8, 3), "way/2", indoor="area", level="1", name="High"),
        _feature(steps, "way/3", highway="steps", level="0-1", incline="up"),
    )
    (stairs,) = result.floorplan.transitions
    names = [result.floorplan.zone_by_id[zone_id].name for zone_id in stairs.zones]
    assert names == ["Low", "High"]
    assert stairs.geometry.coords[0][0] < stairs.geometry.coords[1][0]


def test_a_room_without_a_door_is_told() -> None:
    result = _read(*_room_and_hall(), _feature(box(10, 0, 15, 5), "way/5", indoor="room", level="0", name="Vault"))
    told = [finding for finding in result.findings if finding.code == "zone-without-door"]
    assert [finding.handle for finding in told] == ["way/5"]
    assert told[0].severity is Severity.ERROR


def test_the_building_in_dresden_is_read_whole(dresden: Floorplan) -> None:
    assert [level.ordinal for level in dresden.levels] == [-1, 0, 1, 2, 3]
    assert len(dresden.zones) > 470
    assert find_faults(dresden) == []
    emergency = [o for o in dresden.openings if o.category is OpeningCategory.EMERGENCY_EXIT]
    assert len(emergency) == 16, "16 nodes carry entrance=emergency"
    assert {o.number for o in emergency if o.number} >= {"3", "4", "5", "6", "7", "8", "9"}


def test_every_room_in_dresden_but_the_one_without_a_door_has_a_way_out(dresden: Floorplan) -> None:
    assert [zone.name for zone in zones_without_way_out(dresden)] == ["1065"]


def test_zones_in_dresden_never_overlap(dresden: Floorplan) -> None:
    for level in dresden.levels:
        polygons = [zone.polygon for zone in dresden.zones if zone.level_id == level.id]
        left, right = shapely.STRtree(polygons).query(polygons, "intersects")
        pairs = [(i, j) for i, j in zip(left, right, strict=True) if i < j]
        assert all(polygons[i].intersection(polygons[j]).area < 1e-6 for i, j in pairs)


def test_doors_in_dresden_lie_on_the_outlines_of_what_they_join(dresden: Floorplan) -> None:
    for opening in dresden.openings:
        for zone_id in filter(None, opening.zones):
            outline = dresden.zone_by_id[zone_id].polygon.boundary
            assert outline.distance(opening.line.centroid) < 0.4


def test_the_same_bytes_give_the_same_floorplan(dresden: Floorplan) -> None:
    again = read_osm_indoor(TUD.read_bytes(), "other name").floorplan
    assert again.zones == dresden.zones
    assert again.openings == dresden.openings


OSM_XML = b"""<?xml version="1.0"?><osm version="0.6">
<node id="1" lon="10.0" lat="50.0"/><node id="2" lon="10.0001" lat="50.0"/>
<node id="3" lon="10.0001" lat="50.0001"><tag k="entrance" v="main"/></node><node id="4" lon="10.0" lat="50.0001"/>
<node id="5" lon="10.00005" lat="50.0"><tag k="entrance" v="main"/><tag k="level" v="0"/></node>
<way id="9"><nd ref="1"/><nd ref="5"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
<tag k="indoor" v="room"/><tag k="level" v="0"/><tag k="name" v="Shed"/></way></osm>"""


def test_osm_xml_says_the_same_as_geojson() -> None:
    plan = read_osm_indoor(OSM_XML, "shed.osm").floorplan
    assert [zone.name for zone in plan.zones] == ["Shed"]
    assert any(opening.exit for opening in plan.openings)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'<!DOCTYPE osm [<!ENTITY a "aa">]><osm>&a;</osm>', "document type"),
        ('<!DOCTYPE osm [<!ENTITY a "aa">]><osm>&a;</osm>'.encode("utf-16"), "JSON"),
        (b"<osm><node", "not XML"),
        (b"<html></html>", "<html>"),
        (b"{", "not JSON"),
        (b"[]", "not a GeoJSON object"),
        (b'{"type":"FeatureCollection"}', "list of features"),
        (b'{"features":[]}', "no indoor space"),
        (b'{"features":[null,{"properties":{"indoor":"room"},"geometry":{"type":"Polygon"}}]}', "no indoor space"),
    ],
)
def test_what_is_not_indoor_data_is_refused_in_one_line(data: bytes, word: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_osm_indoor(data, "bad.osm")
    assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_indoor_data_is_recognised_by_its_tags() -> None:
    assert is_osm_indoor(orjson.loads(TUD.read_bytes()))
    assert not is_osm_indoor({"type": "FeatureCollection", "features": [{"properties": {"feature_type": "zone"}}]})
    assert not is_osm_indoor([1])
