"""IMDF archives become levels, zones, openings and stairs; hostile ones are refused."""

import io
import random
import zipfile
from collections import Counter
from collections.abc import Mapping
from uuid import UUID, uuid5

import orjson
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box, mapping

from geo_server.domain.errors import GeoServerError, TooLarge, UnreadableFile
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import AssetCategory, OpeningCategory, TransitionCategory, ZoneCategory
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.export.geojson import floorplan_document
from geo_server.ingest import archive
from geo_server.ingest.document.reader import read_document
from geo_server.ingest.pipeline import read_plan
from geo_server.ingest.result import ImportResult

FRAME = SiteFrame(-122.0, 37.3)

Feature = dict[str, object]
Archive = dict[str, list[Feature]]


def _id(word: str) -> str:
    return str(uuid5(UUID(int=0), word))


def _feature(word: str, kind: str, geometry: shapely.Geometry | None, **properties: object) -> Feature:
    return {
        "type": "Feature",
        "id": _id(word),
        "feature_type": kind,
        "geometry": None if geometry is None else mapping(FRAME.to_lonlat(geometry)),
        "properties": properties,
    }


def _unit(word: str, geometry: shapely.Geometry, category: str, level: str = "ground", **more: object) -> Feature:
    properties = {"category": category, "level_id": _id(level), "name": {"en": word}, "restriction": None, **more}
    return _feature(word, "unit", geometry, **properties)


def _opening(word: str, line: LineString, category: str = "pedestrian", level: str = "ground") -> Feature:
    return _feature(word, "opening", line, category=category, level_id=_id(level), name=None)


def school_features() -> Archive:
    """Two rooms and a stairwell on a walkway, walls of 0.2 m drawn as units; the stairwell again above."""
    return {
        "building": [_feature("main", "building", None, name={"en": "Main hall", "de": "Haupthaus"})],
        "level": [
            _feature(word, "level", box(0, 0, 20, 8), ordinal=ordinal, name=name, building_ids=[_id("main")])
            for word, ordinal, name in (("ground", 0, {"en": "Ground", "de": "Erdgeschoss"}), ("first", 1, None))
        ],
        "unit": [
            _unit("101", box(0, 3.2, 6, 8), "classroom", alt_name={"en": "Art"}),
            _unit("WC", box(6.2, 3.2, 9, 8), "restroom.female", restriction="employeesonly"),
            _unit("Stairs", box(16, 3.2, 20, 8), "stairs"),
            _unit("Walk", box(0, 0, 20, 3), "walkway"),
            _unit("wall", box(0, 3, 20, 3.2), "concrete"),
            _unit("Stairs up", box(16, 3.2, 20, 8), "stairs", level="first"),
            _unit("201", box(0, 0, 15.8, 8), "office", level="first"),
        ],
        "opening": [
            _opening("a", LineString([(2, 3.1), (2.9, 3.1)])),
            _opening("b", LineString([(7, 3.1), (7.8, 3.1)])),
            _opening("c", LineString([(17, 3.1), (18.5, 3.1)])),
            _opening("d", LineString([(0, 1), (0, 2.6)]), "pedestrian.principal"),
            _opening("e", LineString([(20, 1), (20, 2)]), "emergencyexit"),
            _opening("car", LineString([(10, 0), (13, 0)]), "automobile"),
            _opening("f", LineString([(15.9, 5), (15.9, 6)]), level="first"),
        ],
        "amenity": [
            _feature("aed", "amenity", shapely.Point(3, 1), category="defibrillator", unit_ids=[_id("Walk")], name=None)
        ],
    }


def pack(features: Archive, language: str = "en", folder: str = "", others: Mapping[str, bytes] | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{folder}manifest.json", orjson.dumps({"version": "1.0.0", "language": language}))
        for kind, content in features.items():
            document = {"type": "FeatureCollection", "features": content}
            packed.writestr(f"{folder}{kind}.geojson", orjson.dumps(document))
        for path, data in (others or {}).items():
            packed.writestr(path, data)
    return stream.getvalue()


def _codes(result: ImportResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


@pytest.fixture(scope="module")
def two_storeys() -> ImportResult:
    return read_plan(pack(school_features()), "school.zip")


def test_units_become_zones_that_keep_their_ids_and_names(two_storeys: ImportResult) -> None:
    zones = {zone.name: zone for zone in two_storeys.floorplan.zones}
    assert two_storeys.format == "imdf"
    assert zones.keys() == {"101", "WC", "Stairs", "Walk", "Stairs up", "201"}, "walls are no zones"
    assert str(zones["101"].id) == _id("101")
    assert zones["101"].alias == "Art"
    assert zones["WC"].category is ZoneCategory.RESTROOM
    assert zones["101"].polygon.area == pytest.approx(6 * 4.8, rel=1e-3)
    assert _codes(two_storeys)["restriction-dropped"] == 1


def test_openings_join_the_units_on_both_sides_of_a_thick_wall(two_storeys: ImportResult) -> None:
    plan = two_storeys.floorplan
    names = {zone.id: zone.name for zone in plan.zones}
    joined = {frozenset(names.get(z, "out") if z else "out" for z in o.zones): o for o in plan.openings}
    assert joined.keys() == {
        frozenset(pair) for pair in (("101", "Walk"), ("WC", "Walk"), ("Stairs", "Walk"), ("Walk", "out"))
    } | {frozenset({"201", "Stairs up"})}
    assert joined[frozenset({"101", "Walk"})].width_m == pytest.approx(0.9, abs=0.01)
    exits = {str(o.id): o.category for o in plan.openings if o.exit}
    assert exits == {_id("d"): OpeningCategory.DOOR, _id("e"): OpeningCategory.EMERGENCY_EXIT}


def test_stairs_over_each_other_join_the_levels_of_a_building(two_storeys: ImportResult) -> None:
    plan = two_storeys.floorplan
    (stairs,) = plan.transitions
    assert stairs.category is TransitionCategory.STAIRS
    assert [plan.zone_by_id[zone].name for zone in stairs.zones] == ["Stairs", "Stairs up"]
    assert zones_without_way_out(plan) == ()
    assert [building.name for building in plan.buildings] == ["Main hall"]
    assert find_faults(plan) == []


def test_labels_are_taken_in_the_language_of_the_archive() -> None:
    plan = read_plan(pack(school_features(), language="de-AT"), "school.zip").floorplan
    assert [building.name for building in plan.buildings] == ["Haupthaus"]
    assert [level.name for level in plan.levels] == ["Erdgeschoss", "Level 1"]


def test_amenities_that_responders_look_for_become_assets(two_storeys: ImportResult) -> None:
    (asset,) = two_storeys.floorplan.assets
    assert asset.category is AssetCategory.AED


def test_what_was_read_is_the_same_after_a_round_through_the_document(two_storeys: ImportResult) -> None:
    plan = two_storeys.floorplan
    again = read_document(orjson.loads(orjson.dumps(floorplan_document(plan))))
    assert {z.id: (z.name, z.category, z.level_id) for z in again.zones} == {
        z.id: (z.name, z.category, z.level_id) for z in plan.zones
    }
    assert {o.id: (o.zones, o.exit) for o in again.openings} == {o.id: (o.zones, o.exit) for o in plan.openings}
    assert {t.id for t in again.transitions} == {t.id for t in plan.transitions}


def test_an_archive_may_have_its_files_in_a_folder() -> None:
    assert len(read_plan(pack(school_features(), folder="school/"), "school.zip").floorplan.zones) == 6


def test_a_unit_that_crosses_itself_is_mended_and_told() -> None:
    features = school_features()
    bow = shapely.Polygon([(0, 20), (10, 30), (10, 20), (0, 30)])
    features["unit"].append(_unit("bow", bow, "room"))
    result = read_plan(pack(features), "school.zip")
    assert _codes(result)["area-repaired"] == 1
    pieces = [zone for zone in result.floorplan.zones if zone.name == "bow"]
    assert sum(zone.polygon.area for zone in pieces) == pytest.approx(50, rel=1e-2)


def test_units_of_a_level_that_is_not_there_are_told_and_left_out() -> None:
    features = school_features()
    features["unit"].append(_unit("lost", box(0, 0, 3, 3), "room", level="attic"))
    result = read_plan(pack(features), "school.zip")
    assert [f.handle for f in result.findings if f.code == "level-unknown"] == [_id("lost")]


def _member(path: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(path, b"{}")
    return stream.getvalue()


@pytest.mark.parametrize("path", ["../level.geojson", "/etc/passwd", "C:\\unit.geojson", "a/../../b.geojson"])
def test_an_archive_whose_members_lead_out_of_it_is_refused(path: str) -> None:
    with pytest.raises(UnreadableFile, match="leads out"):
        read_plan(_member(path), "evil.zip")


def test_a_bomb_is_stopped_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2**20)
    features = school_features() | {"unit": []}
    bomb = pack(features, others={"fixture.geojson": bytes(8 * 2**20)})
    assert len(bomb) < 2**15
    with pytest.raises(TooLarge, match="unpacks to more"):
        read_plan(bomb, "bomb.zip")


def test_an_archive_with_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    with pytest.raises(TooLarge, match="members"):
        read_plan(pack(school_features()), "many.zip")


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ({"level": [], "unit": []}, "no unit, or no level"),
        ({"venue": []}, "is no IMDF"),
        ({"level": school_features()["level"], "unit": [None, 3, {"type": "Feature"}]}, "no unit"),
    ],
)
def test_archives_without_a_building_are_refused(features: Archive, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_plan(pack(features), "empty.zip")


def test_a_file_in_the_archive_that_is_no_json_is_named() -> None:
    data = pack({"level": school_features()["level"]}, others={"unit.geojson": "Büro".encode("latin-1")})
    with pytest.raises(UnreadableFile, match=r"school\.zip: unit\.geojson"):
        read_plan(data, "school.zip")


def test_damaged_archives_are_refused_or_read_never_more() -> None:
    good = pack(school_features())
    chance = random.Random(7)
    for _ in range(60):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        outcome = _read_or_refusal(bytes(data[: chance.randrange(len(data) // 2, len(data) + 1)]))
        assert isinstance(outcome, ImportResult) or outcome.where


def _read_or_refusal(data: bytes) -> ImportResult | GeoServerError:
    try:
        return read_plan(data, "damaged.zip")
    except GeoServerError as refusal:
        return refusal


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-300, 300) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(kind=st.sampled_from(["unit", "level", "opening", "building", "amenity"]), value=_JSON, at=st.integers(0, 5))
def test_whatever_one_feature_says_the_others_are_read_or_the_archive_refused(
    kind: str, value: object, at: int
) -> None:
    features = school_features()
    victim = features[kind][at % len(features[kind])]
    assert isinstance(victim["properties"], dict)
    for key in victim["properties"]:
        victim["properties"][key] = value
    outcome = _read_or_refusal(pack(features))
    assert isinstance(outcome, GeoServerError) or find_faults(outcome.floorplan) == []
