"""IFC models become levels, zones, doors and stairs; what is missing is said, and a server without the extra says so."""

import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import ifcopenshell
import pyproj
import pytest
from shapely.geometry import box

from geo_server.domain.errors import GeoServerError, Unavailable, UnreadableFile
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import OpeningCategory, TransitionCategory, ZoneCategory
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.ifc.reader import read_ifc
from geo_server.ingest.pipeline import read_plan
from geo_server.ingest.result import ImportResult
from geo_server.services.worker import read_in_worker

Entity = Any
Box = tuple[float, float, float, float, float, float]
"""West, south, low, east, north, high, in metres."""


class Draft:
    """A model under construction: boxes for everything.

    Args:
        unit: Prefix of the metre that lengths are in, or None.
    """

    def __init__(self, unit: str | None = None) -> None:
        self.factor = {None: 1.0, "MILLI": 1000.0}[unit]
        self.file: Any = ifcopenshell.file(schema="IFC4")
        self.context = self.file.createIfcGeometricRepresentationContext(
            None, "Model", 3, 1e-5, self._axes((0.0, 0.0, 0.0)), None
        )
        metre = self.file.createIfcSIUnit(None, "LENGTHUNIT", unit, "METRE")
        units = self.file.createIfcUnitAssignment([metre])
        self.project = self.file.createIfcProject(_guid(), None, "Test", None, None, None, None, [self.context], units)
        self.building = self.file.createIfcBuilding(_guid(), None, "North wing")
        self._whole(self.project, [self.building])

    def storey(self, name: str, height: float) -> Entity:
        """A storey of the building."""
        storey = self.file.create_entity("IfcBuildingStorey", _guid(), None, name, Elevation=height * self.factor)
        self._whole(self.building, [storey])
        return storey

    def space(self, storey: Entity, name: str, title: str, at: Box) -> Entity:
        """A space that fills a box."""
        space = self.file.create_entity("IfcSpace", _guid(), None, name, LongName=title, **self._shaped(at))
        self._whole(storey, [space])
        return space

    def element(self, kind: str, storey: Entity, at: Box, **more: object) -> Entity:
        """A door or stairs that fill a box; a door whose longer side is north-south is turned that way."""
        along = (0.0, 1.0, 0.0) if at[4] - at[1] > at[3] - at[0] else (1.0, 0.0, 0.0)
        element = self.file.create_entity(kind, _guid(), None, kind, **self._shaped(at, along), **more)
        self.file.createIfcRelContainedInSpatialStructure(_guid(), None, None, None, [element], storey)
        return element

    def virtual(self, *spaces: Entity) -> None:
        """A boundary between spaces that is no wall."""
        element = self.file.createIfcVirtualElement(_guid())
        for space in spaces:
            self.file.createIfcRelSpaceBoundary(_guid(), None, None, None, space, element, None, "VIRTUAL", "INTERNAL")

    def bytes(self) -> bytes:
        """The file."""
        return str(self.file.to_string()).encode()

    def _whole(self, whole: Entity, parts: list[Entity]) -> None:
        self.file.createIfcRelAggregates(_guid(), None, None, None, whole, parts)

    def _axes(self, at: tuple[float, float, float], along: tuple[float, float, float] = (1.0, 0.0, 0.0)) -> Entity:
        return self.file.createIfcAxis2Placement3D(
            self.file.createIfcCartesianPoint([value * self.factor for value in at]),
            self.file.createIfcDirection((0.0, 0.0, 1.0)),
            self.file.createIfcDirection(along),
        )

    def _shaped(self, at: Box, along: tuple[float, float, float] = (1.0, 0.0, 0.0)) -> dict[str, Entity]:
        """Placement and body of a box: its own x axis runs along ``along``."""
        west, south, low, east, north, high = at
        size = (north - south, east - west) if along[1] else (east - west, north - south)
        middle = ((west + east) / 2, (south + north) / 2, low)
        flat = self.file.createIfcAxis2Placement2D(self.file.createIfcCartesianPoint((0.0, 0.0)))
        profile = self.file.createIfcRectangleProfileDef(
            "AREA", None, flat, size[0] * self.factor, size[1] * self.factor
        )
        up = self.file.createIfcDirection((0.0, 0.0, 1.0))
        solid = self.file.createIfcExtrudedAreaSolid(
            profile, self._axes((0.0, 0.0, 0.0)), up, (high - low) * self.factor
        )
        body = self.file.createIfcShapeRepresentation(self.context, "Body", "SweptSolid", [solid])
        return {
            "ObjectPlacement": self.file.createIfcLocalPlacement(None, self._axes(middle, along)),
            "Representation": self.file.createIfcProductDefinitionShape(None, None, [body]),
        }


def _guid() -> str:
    return str(ifcopenshell.guid.new())


def make_model(unit: str | None = None) -> Draft:
    """A classroom on a hall with a stairwell, walls of 0.2 m; a room and a landing above."""
    draft = Draft(unit)
    cellar, ground, first = (draft.storey(n, h) for n, h in (("Cellar", -3.0), ("Ground", 0.0), ("First", 3.0)))
    draft.space(cellar, "U1", "Storage", (0, 0, -3, 5, 3, 0))
    draft.space(ground, "101", "Classroom", (0, 3.2, 0, 6, 8, 3))
    hall = draft.space(ground, "H", "Corridor", (0, 0, 0, 12, 3, 3))
    foyer = draft.space(ground, "F", "Foyer", (12, 0, 0, 16, 3, 3))
    draft.space(first, "201", "Landing", (0, 0, 3, 12, 8, 6))
    width = draft.factor
    draft.element("IfcDoor", ground, (2, 3, 0, 2.9, 3.2, 2), OverallWidth=0.9 * width)
    draft.element("IfcDoor", ground, (16, 1, 0, 16.2, 2.2, 2), OverallWidth=1.2 * width)
    draft.element("IfcDoor", first, (12, 1, 3, 12.2, 2, 5), OverallWidth=1.0 * width)
    draft.element("IfcStair", ground, (8, 1, 0, 11, 2, 3))
    draft.virtual(hall, foyer)
    return draft


def _codes(result: ImportResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


@pytest.fixture(scope="module")
def two_storeys() -> ImportResult:
    return read_plan(make_model().bytes(), "school.ifc")


def test_spaces_become_zones_with_number_name_and_use(two_storeys: ImportResult) -> None:
    zones = {zone.name: zone for zone in two_storeys.floorplan.zones}
    assert two_storeys.format == "ifc"
    assert zones.keys() == {"U1", "101", "H", "F", "201"}
    assert (zones["101"].alias, zones["101"].category) == ("Classroom", ZoneCategory.ROOM)
    assert zones["H"].category is ZoneCategory.CORRIDOR
    assert zones["101"].polygon.symmetric_difference(box(0, 3.2, 6, 8)).area < 0.01


def test_the_storey_at_height_zero_is_that_of_the_main_entrance(two_storeys: ImportResult) -> None:
    levels = [(level.ordinal, level.name) for level in two_storeys.floorplan.levels]
    assert levels == [(-1, "Cellar"), (0, "Ground"), (1, "First")]
    assert [building.name for building in two_storeys.floorplan.buildings] == ["North wing"]


def test_doors_join_what_lies_on_their_two_sides(two_storeys: ImportResult) -> None:
    plan = two_storeys.floorplan
    names = {zone.id: zone.name for zone in plan.zones}
    found = {frozenset(names[z] if z else "out" for z in o.zones): o for o in plan.openings}
    assert found.keys() == {frozenset(p) for p in (("101", "H"), ("F", "out"), ("201", "out"), ("H", "F"))}
    assert found[frozenset({"101", "H"})].width_m == pytest.approx(0.9)
    assert found[frozenset({"F", "out"})].exit
    assert not found[frozenset({"201", "out"})].exit, "a door in the air leads to a balcony"
    assert found[frozenset({"H", "F"})].category is OpeningCategory.GAP
    assert found[frozenset({"H", "F"})].width_m == pytest.approx(3, abs=0.05)
    assert _codes(two_storeys)["door-one-zone"] == 1


def test_stairs_join_the_storeys_at_their_two_ends(two_storeys: ImportResult) -> None:
    plan = two_storeys.floorplan
    (stairs,) = plan.transitions
    assert stairs.category is TransitionCategory.STAIRS
    assert [plan.zone_by_id[zone].name for zone in stairs.zones] == ["H", "201"]
    assert [zone.name for zone in zones_without_way_out(plan)] == ["U1"]
    assert [f.message for f in two_storeys.findings if f.code == "zone-without-door"] == [
        "Zone U1 on level -1 has no way out."
    ]


def test_a_model_in_millimetres_gives_the_same_metres(two_storeys: ImportResult) -> None:
    plan = read_plan(make_model("MILLI").bytes(), "school.ifc").floorplan
    assert plan.frame == DrawingFrame(0.001)
    ours = {zone.name: zone.polygon.area for zone in plan.zones}
    assert ours == pytest.approx({zone.name: zone.polygon.area for zone in two_storeys.floorplan.zones}, rel=1e-3)
    assert sorted(o.width_m for o in plan.openings) == pytest.approx(
        sorted(o.width_m for o in two_storeys.floorplan.openings), abs=0.01
    )


@pytest.mark.parametrize("scale", [None, 0.001])
def test_a_map_conversion_puts_the_model_on_the_ground(scale: float | None) -> None:
    draft = make_model("MILLI")
    to_lonlat = pyproj.Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
    crs = draft.file.createIfcProjectedCRS("EPSG:25832")
    draft.file.createIfcMapConversion(draft.context, crs, 500_000.0, 5_500_000.0, 0.0, 0.0, 1.0, scale)
    georeference = read_ifc(draft.bytes(), "school.ifc").georeference
    assert georeference is not None
    assert georeference.source == "IfcMapConversion"
    for point in georeference.control_points:
        east, north = 500_000 - point.y_m, 5_500_000 + point.x_m
        assert (point.lon, point.lat) == pytest.approx(to_lonlat.transform(east, north), abs=1e-8)


def test_the_latitude_of_a_site_puts_the_model_on_the_ground() -> None:
    draft = make_model()
    draft.file.create_entity("IfcSite", _guid(), None, "Site", RefLatitude=(48, 30, 0, 0), RefLongitude=(-9, -15, 0, 0))
    georeference = read_ifc(draft.bytes(), "school.ifc").georeference
    assert georeference is not None
    corner = min(georeference.control_points, key=lambda point: (point.x_m, point.y_m))
    assert (corner.x_m, corner.y_m) == pytest.approx((0, 0), abs=1e-6)
    assert (corner.lon, corner.lat) == pytest.approx((-9.25, 48.5), abs=1e-7)


def test_a_reference_system_that_is_none_is_told() -> None:
    draft = make_model()
    crs = draft.file.createIfcProjectedCRS("Local grid")
    draft.file.createIfcMapConversion(draft.context, crs, 0.0, 0.0, 0.0)
    result = read_ifc(draft.bytes(), "school.ifc")
    assert result.georeference is None
    assert _codes(result)["georeference-unusable"] == 1


def test_a_space_without_a_shape_is_told() -> None:
    draft = make_model()
    space = draft.file.create_entity("IfcSpace", _guid(), None, "Ghost")
    draft.file.createIfcRelAggregates(_guid(), None, None, None, draft.file.by_type("IfcBuildingStorey")[0], [space])
    assert _codes(read_ifc(draft.bytes(), "school.ifc"))["shape-missing"] == 1


def test_the_duplex_gives_its_21_spaces_and_14_doors(shared_floorplans: Path) -> None:
    result = read_plan((shared_floorplans / "ifc_duplex_arch.ifc").read_bytes(), "duplex.ifc")
    plan = result.floorplan
    doors = [opening for opening in plan.openings if opening.category is OpeningCategory.DOOR]
    assert (len(plan.zones), len(doors), len(plan.transitions)) == (21, 14, 2)
    assert sum(opening.exit for opening in doors) == 4
    assert [zone.name for zone in zones_without_way_out(plan)] == ["R301"], "the roof"
    assert find_faults(plan) == []


def test_a_model_without_spaces_says_what_to_do() -> None:
    draft = Draft()
    draft.storey("Ground", 0.0)
    with pytest.raises(UnreadableFile, match="no IfcSpace") as refusal:
        read_plan(draft.bytes(), "empty.ifc")
    assert "export" in (refusal.value.advice or "")


def test_a_server_without_the_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ifcopenshell", None)
    with pytest.raises(Unavailable, match="not installed") as refusal:
        read_plan(make_model().bytes(), "school.ifc")
    assert "geo-server[ifc]" in (refusal.value.advice or "")


@pytest.mark.parametrize(
    "data", [b"ISO-10303-21;", b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n#1=IFCSPACE(", b"ISO-10303-21;\n\xff\xfe"]
)
def test_a_broken_model_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_in_worker(data, "broken.ifc")
    assert refusal.value.where == "broken.ifc"
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_model_is_read_or_refused(seed: int) -> None:
    data = bytearray(make_model().bytes())
    chance = random.Random(seed)
    for _ in range(25):
        data[chance.randrange(len(data))] = chance.randrange(32, 127)
    outcome = _read_or_refusal(bytes(data))
    assert outcome.where if isinstance(outcome, GeoServerError) else find_faults(outcome.floorplan) == []


def _read_or_refusal(data: bytes) -> ImportResult | GeoServerError:
    try:
        return read_in_worker(data, "damaged.ifc")
    except GeoServerError as refusal:
        return refusal
