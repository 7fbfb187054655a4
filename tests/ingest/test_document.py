"""Reading the floorplan document: what cannot be is refused with the feature's index and id, and what to do."""

import copy
import json
import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
import shapely

from geo_server.domain.errors import GeoServerError, InvalidInput, TooLarge, UnreadableFile
from geo_server.domain.frame import DrawingFrame, SiteFrame
from geo_server.ingest.document import geometry
from geo_server.ingest.document.reader import parse_document, read_document

Document = dict[str, Any]
Change = Callable[[Document], object]


def thing_id(number: int) -> str:
    return str(UUID(int=number))


def feature(number: int, kind: str, geometry: Document | None, **properties: object) -> Document:
    return {
        "type": "Feature",
        "id": thing_id(number),
        "geometry": geometry,
        "properties": {"feature_type": kind, **properties},
    }


def square(x: float, y: float, size: float) -> Document:
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def line(*positions: list[float]) -> Document:
    return {"type": "LineString", "coordinates": list(positions)}


REASONS = [{"code": "edge-drawn", "measure": 0.97, "words": "Nobody reads this."}, {"code": "name-inside"}]
METRES: Document = {
    "type": "FeatureCollection",
    "frame": "drawing-metres",
    "metres_per_unit": 0.01,
    "features": [
        feature(1, "level", None, ordinal=0, name="Ground"),
        feature(2, "zone", square(0, 0, 8), ordinal=0, name="101", confidence=0.9, confidence_reasons=REASONS),
        feature(3, "zone", square(8, 0, 8), ordinal=0, name="102"),
        feature(4, "opening", line([8, 2], [8, 3]), ordinal=0, zones=[thing_id(2), thing_id(3)]),
        feature(5, "opening", line([0, 2], [0, 3]), ordinal=0, zones=[thing_id(2), None], exit=True),
    ],
}
LONLAT: Document = {
    "type": "FeatureCollection",
    "features": [feature(2, "zone", square(13.0, 51.0, 0.0001), ordinal=0, name="101")],
}


def changed(document: Document, change: Change) -> Document:
    new = copy.deepcopy(document)
    change(new)
    return new


def refusal(document: object) -> GeoServerError:
    with pytest.raises(GeoServerError) as caught:
        read_document(document)  # type: ignore[arg-type]
    assert caught.value.advice, "a refusal says what to do"
    return caught.value


def test_drawing_metres_stay_as_they_are() -> None:
    floorplan = read_document(METRES)
    assert floorplan.frame == DrawingFrame(0.01)
    assert floorplan.zones[0].polygon.equals(shapely.box(0, 0, 8, 8))
    assert [o.exit for o in floorplan.openings] == [False, True]


def test_an_opening_without_a_width_is_as_wide_as_it_is_drawn() -> None:
    assert read_document(METRES).openings[0].width_m == pytest.approx(1.0)


def test_lonlat_without_a_site_is_measured_from_the_centre_of_its_bounds() -> None:
    floorplan = read_document(LONLAT)
    assert floorplan.frame == SiteFrame(13.00005, 51.00005)
    west, south, east, north = floorplan.zones[0].polygon.bounds
    assert (east - west, north - south) == pytest.approx((7.02, 11.13), abs=0.02)
    assert west == pytest.approx(-east, abs=0.01)


def test_lonlat_with_a_site_is_measured_from_the_origin_of_the_site() -> None:
    site = feature(9, "site", {"type": "Point", "coordinates": [13.001, 51.001]}, name="School", slug="school")
    floorplan = read_document(changed(LONLAT, lambda d: d["features"].append(site)))
    assert floorplan.frame == SiteFrame(13.001, 51.001)
    assert floorplan.site is not None
    assert floorplan.site.timezone == "UTC"


def test_levels_that_nobody_describes_are_made_from_the_ordinals_and_keep_their_ids() -> None:
    floorplan = read_document(LONLAT)
    assert [(level.ordinal, level.name) for level in floorplan.levels] == [(0, "Level 0")]
    assert read_document(LONLAT).levels == floorplan.levels


def test_a_height_is_dropped() -> None:
    high = changed(METRES, lambda d: d["features"][3]["geometry"].update(coordinates=[[8, 2, 5], [8, 3, 5]]))
    assert read_document(high).openings[0].line.equals(shapely.LineString([(8, 2), (8, 3)]))


def test_a_building_may_be_named_by_its_name() -> None:
    def two_buildings(document: Document) -> None:
        document["features"] += [
            feature(20, "building", None, name="Annex"),
            feature(21, "building", None, name="Hall"),
        ]
        document["features"].append(feature(22, "level", None, ordinal=0, name="Annex 0", building="Annex"))
        document["features"].append(feature(23, "zone", square(40, 0, 5), ordinal=0, building="Annex", name="A1"))
        for thing in document["features"][:5]:
            thing["properties"]["building"] = "Hall"

    floorplan = read_document(changed(METRES, two_buildings))
    assert floorplan.zone_by_id[UUID(int=23)].level_id == UUID(int=22)
    assert floorplan.level_by_id[UUID(int=22)].building_id == UUID(int=20)


def replace_in(index: int, **properties: object) -> Change:
    return lambda document: document["features"][index]["properties"].update(properties)


def reshape(index: int, **geometry: object) -> Change:
    return lambda document: document["features"][index]["geometry"].update(geometry)


BOW_TIE = [[[0, 0], [8, 8], [8, 0], [0, 8], [0, 0]]]
DEEP: list[Any] = []
for _ in range(900):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("change", "words", "index"),
    [
        (replace_in(1, feature_type="unit"), "feature_type is 'unit'", 1),
        (replace_in(1, category="lounge"), "category is 'lounge'", 1),
        (replace_in(1, name=""), "name is ''", 1),
        (replace_in(1, name="x" * 201), "name is 'xxxx", 1),
        (replace_in(1, name="a\u202eb"), "name is", 1),
        (replace_in(1, name="a\x00b"), "name is", 1),
        (replace_in(1, name=7), "name is 7", 1),
        (replace_in(1, ordinal="ground"), "ordinal is 'ground'", 1),
        (replace_in(1, ordinal=None), "ordinal is missing", 1),
        (replace_in(1, ordinal=3), "No level has ordinal 3", 1),
        (replace_in(1, building="Nowhere"), "No building is called 'Nowhere'", 1),
        (replace_in(1, level=thing_id(77)), "Level 00000000-0000-0000-0000-00000000004d is not given", 1),
        (replace_in(1, lockable="yes"), "lockable is 'yes'", 1),
        (replace_in(1, capacity=-1), "capacity is -1", 1),
        (replace_in(1, confidence=1.1), "confidence is 1.1", 1),
        (replace_in(1, confidence_reasons="walls"), "confidence_reasons is 'walls'", 1),
        (replace_in(1, confidence_reasons=[{"code": "edge-drawn"}] * 51), "confidence_reasons is", 1),
        (replace_in(3, width_m=math.nan), "width_m is nan", 3),
        (replace_in(3, width_m="1 m"), "width_m is '1 m'", 3),
        (replace_in(3, zones=[thing_id(2)]), "zones is", 3),
        (replace_in(3, zones=[thing_id(2), "103"]), "zones is '103'", 3),
        (replace_in(3, zones=[thing_id(2), thing_id(99)]), "joins zone 00000000-0000-0000-0000-000000000063", 3),
        (replace_in(3, zones=[None, None]), "has no zone on either side", 3),
        (reshape(1, type="Point", coordinates=[0, 0]), "The geometry is Point", 1),
        (reshape(1, type="Circle"), "The geometry is Circle", 1),
        (reshape(1, coordinates=[[[0, 0], [8, 0], [8, 8], [0, 8]]]), "A ring is not closed", 1),
        (reshape(1, coordinates=BOW_TIE), "The Polygon is not valid: Self-intersection", 1),
        (reshape(1, coordinates=[]), "The coordinates hold a list of 0", 1),
        (reshape(1, coordinates=None), "The coordinates hold None", 1),
        (reshape(1, coordinates=DEEP), "The coordinates hold a list of 1", 1),
        (reshape(3, coordinates=[[8, 2], [8, math.nan]]), "is not a position", 3),
        (reshape(3, coordinates=[[8, 2], [8, math.inf]]), "is not a position", 3),
        (reshape(3, coordinates=[[8, 2], [8, True]]), "is not a position", 3),
        (reshape(3, coordinates=[[8, 2], [8, "3"]]), "is not a position", 3),
        (reshape(3, coordinates=[[8, 2], [8]]), "is not a position", 3),
        (reshape(3, coordinates=[[8, 2], [8, 2]]), "The LineString is not valid", 3),
        (reshape(3, coordinates=[[8, 2], [1e9, 2]]), "farther than 10,000 km", 3),
    ],
)
def test_a_feature_that_cannot_be_is_named(change: Change, words: str, index: int) -> None:
    fault = refusal(changed(METRES, change))
    assert words in fault.what
    assert fault.where == f"features[{index}] (id {thing_id(index + 1)})"


def test_a_reason_that_nobody_knows_is_named() -> None:
    reasons = [{"code": "edge-drawn", "measure": 0.9}, {"code": "feeling"}]
    fault = refusal(changed(METRES, replace_in(1, confidence=0.5, confidence_reasons=reasons)))
    assert fault.what == "code is 'feeling'."
    assert fault.where == f"features[1] (id {thing_id(2)}).confidence_reasons[1]"


def test_a_longitude_off_the_earth_hints_at_metres() -> None:
    fault = refusal(changed(LONLAT, reshape(0, coordinates=square(500, 0, 8)["coordinates"])))
    assert "is not a longitude and latitude" in fault.what
    assert "drawing-metres" in str(fault.advice)


def test_a_feature_far_from_the_site_is_named() -> None:
    swapped = feature(8, "assembly_point", {"type": "Point", "coordinates": [51.0, 13.0]}, name="Yard")
    site = feature(9, "site", None, name="School", slug="school", origin=[13.0, 51.0])
    fault = refusal(changed(LONLAT, lambda d: d["features"].extend([swapped, site])))
    assert "km from the site's origin" in fault.what
    assert fault.where == f"features[1] (id {thing_id(8)})"


def test_an_id_given_twice_names_both_features() -> None:
    fault = refusal(changed(METRES, lambda d: d["features"][3].update(id=thing_id(2))))
    assert fault.where == f"features[1] (id {thing_id(2)}) and features[3] (id {thing_id(2)})"


@pytest.mark.parametrize("bad", [None, 17, "101", ["x"]])
def test_an_id_that_is_no_uuid_is_refused(bad: object) -> None:
    fault = refusal(changed(METRES, lambda d: d["features"][2].update(id=bad)))
    assert fault.where == "features[2]"
    assert fault.what.startswith("id is")


def test_two_levels_with_one_ordinal_ask_for_the_building() -> None:
    twin = feature(30, "level", None, ordinal=0, name="Other")
    fault = refusal(changed(METRES, lambda d: d["features"].append(twin)))
    assert fault.what == "2 levels have ordinal 0."


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({}, "type"),
        ({"type": "Feature"}, "type"),
        ({"type": "FeatureCollection"}, "type"),
        ({"type": "FeatureCollection", "features": {}}, "type"),
        ({"type": "FeatureCollection", "frame": "feet", "features": []}, "frame"),
        ({"type": "FeatureCollection", "frame": [], "features": []}, "frame"),
        ({"type": "FeatureCollection", "features": []}, "features"),
        ({"type": "FeatureCollection", "features": [None]}, "features[0]"),
        (
            {"type": "FeatureCollection", "features": [{"type": "Feature", "id": thing_id(1)}]},
            f"features[0] (id {thing_id(1)})",
        ),
        ({**METRES, "metres_per_unit": 0}, "document"),
        ({**METRES, "metres_per_unit": "cm"}, "document"),
        ({**LONLAT, "origin": [13.0]}, "document"),
    ],
)
def test_what_is_not_a_floorplan_document_is_refused(document: Document, where: str) -> None:
    assert refusal(document).where == where


def test_a_document_with_too_many_vertices_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometry, "MAX_VERTICES", 9)
    assert isinstance(refusal(METRES), TooLarge)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "a list, not an object"),
        (b"0\nSECTION\n", "not JSON"),
    ],
)
def test_bytes_that_are_no_json_object_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as caught:
        parse_document(data, "plan.geojson")
    assert caught.value.where == "plan.geojson"
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_document(parse_document(b"\xef\xbb\xbf" + json.dumps(METRES).encode())).levels


def test_nothing_but_refusals_comes_of_any_broken_value() -> None:
    """Each value of the document replaced by each of a set of odd ones: read or refused, never a crash."""
    odd: list[object] = [None, True, 0, -1, 1e308, "", "x", [], {}, [[]], [None, None], {"type": "Point"}]
    text = orjson.dumps(METRES)
    for path in paths(METRES):
        for value in odd:
            document = orjson.loads(text)
            replace_at(document, path, value)
            try:
                read_document(document)
            except GeoServerError as fault:
                assert isinstance(fault, InvalidInput | TooLarge)  # noqa: PT017 - each of many


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [found for key, child in children for found in [(*path, key), *paths(child, (*path, key))]]


def replace_at(document: Any, path: tuple[str | int, ...], value: object) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value
