"""OpenStreetMap indoor data becomes zones, doors, exits and stairs; what cannot is said."""

from pathlib import Path

import orjson
import pytest
import shapely
from shapely import LineString
from shapely.geometry import box

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.faults import find_faults
from geo_server.domain.findings import Severity
from geo_server.domain.places import OpeningCategory, ZoneCategory
from geo_server.ingest.osm.indoor import is_osm_indoor, read_osm_indoor
from geo_server.ingest.osm.levels import levels_of, parse_levels, rises_of
from geo_server.ingest.osm.tags import mend_text, read_metres
from tests.ingest.osm_features import codes, feature, read, room_and_hall

REPO = Path(__file__).parents[2]
TUD = REPO / "data/floorplans/tud_apb.geojson"


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


def test_levels_are_called_what_the_map_calls_them() -> None:
    result = read(
        feature(box(0, 0, 5, 5), "way/1", indoor="room", level="1"),
        feature(box(0, 0, 9, 9), "way/2", indoor="level", level="1", name="Mezzanine"),
    )
    assert [level.name for level in result.floorplan.levels] == ["Mezzanine"]


def test_a_room_whose_outline_is_open_is_told() -> None:
    result = read(*room_and_hall(), feature(LineString([(30, 0), (35, 0), (35, 5)]), "way/9", indoor="room"))
    assert [f.handle for f in result.findings if f.code == "outline-open"] == ["way/9"]


def test_a_level_whose_doors_nobody_mapped_is_told_once() -> None:
    rooms = [feature(box(4 * i, 0, 4 * i + 4, 4), f"way/{i}", indoor="room", level="0") for i in range(5)]
    result = read(*rooms)
    (told,) = [finding for finding in result.findings if finding.code == "doors-unknown"]
    assert (told.count, told.ordinal) == (5, 0)
    assert codes(result)["zone-without-door"] == 0


@pytest.mark.parametrize(("name", "rooms"), [("osm_gare_de_lest.geojson", 81), ("osm_caserne_mall.geojson", 59)])
def test_stations_and_malls_of_the_world_keep_their_rooms(shared_floorplans: Path, name: str, rooms: int) -> None:
    data = (shared_floorplans / name).read_bytes()
    mapped = sum(feature["properties"].get("indoor") == "room" for feature in orjson.loads(data)["features"])
    assert mapped == rooms
    result = read_osm_indoor(data, name)
    lost = codes(result)["outline-open"]
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
    result = read(*room_and_hall())
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
    result = read(
        feature(box(0, 0, 5, 5), "way/1", indoor="room", level="0"),
        feature(box(0, 5.4, 5, 8), "way/2", indoor="room", level="0"),
        feature(shapely.Point(2, 5.2), "node/1", door="yes", level="0"),
    )
    one, two = result.floorplan.zones
    assert set(result.floorplan.openings[0].zones) == {one.id, two.id}


def test_a_room_drawn_on_a_hall_is_cut_out_of_it() -> None:
    result = read(
        feature(box(0, 0, 20, 10), "way/1", indoor="area", level="0", name="Hall"),
        feature(box(5, 3, 9, 7), "way/2", indoor="room", level="0", name="Kiosk"),
    )
    hall, kiosk = result.floorplan.zones
    assert hall.polygon.intersection(kiosk.polygon).area < 1e-6
    assert hall.polygon.area == pytest.approx(184, abs=0.1)
    assert codes(result)["areas-overlap"] == 1


def test_corridors_that_share_an_edge_are_open_to_each_other_and_rooms_are_not() -> None:
    result = read(
        feature(box(0, 0, 5, 3), "way/1", indoor="corridor", level="0"),
        feature(box(5, 0, 9, 3), "way/2", indoor="corridor", level="0"),
        feature(box(0, 3, 9, 6), "way/3", indoor="room", level="0"),
    )
    (gap,) = result.floorplan.openings
    assert gap.category is OpeningCategory.GAP
    assert gap.width_m == pytest.approx(3, abs=0.05)
    assert codes(result)["opening-assumed"] == 1


def test_a_door_to_nowhere_that_is_no_entrance_is_not_an_exit() -> None:
    features = room_and_hall()[:2]
    result = read(*features, feature(shapely.Point(0, 2), "node/9", door="yes", level="0"))
    assert not any(opening.exit for opening in result.floorplan.openings)
    assert codes(result)["door-one-zone"] == 1
    assert codes(result)["no-exit"] == 1


def test_a_room_without_a_door_is_told() -> None:
    result = read(*room_and_hall(), feature(box(10, 0, 15, 5), "way/5", indoor="room", level="0", name="Vault"))
    told = [finding for finding in result.findings if finding.code == "zone-without-door"]
    assert [finding.handle for finding in told] == ["way/5"]
    assert told[0].severity is Severity.ERROR


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
