"""Tiles out of PostGIS, beside the same worked out with shapely and pyproj alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyproj
import pytest
import shapely
from shapely import Point, box
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo_server.domain.frame import Placement
from geo_server.domain.places import AssemblyPoint, Building, Floorplan, Site
from geo_server.store.database import Database
from geo_server.store.floorplans import place_draft
from geo_server.store.sites import add_assembly_point
from geo_server.store.tiles import list_ordinals, load_bounds, load_tile
from geo_server.tiles.grid import TileAddress, tile_at
from geo_server.tiles.layers import ID, LAYERS
from tests.store.samples import FRAME, a_floorplan, an_id, draft, found, published

HALF_ROUND_M = 20037508.342789244
TO_3857 = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
Features = dict[str, dict[str, Any]]


@pytest.fixture
def school(database: Database) -> tuple[Site, Floorplan]:
    site, building = found(database)
    floorplan = a_floorplan()
    with database.transaction() as c:
        published(c, site, building, floorplan)
        add_assembly_point(c, site.id, AssemblyPoint(an_id("yard"), Point(-5, 3), "North yard"), FRAME)
    return site, floorplan


def tile_of(database: Database, site: Site, address: TileAddress) -> dict[str, Features]:
    with database.snapshot() as c:
        data = load_tile(c, site_id=site.id, ordinal=address.ordinal, z=address.z, x=address.x, y=address.y)
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return {
        name: {feature["properties"]["id"]: feature for feature in layer["features"]} for name, layer in layers.items()
    }


def around(x: float, y: float, z: int, ordinal: int = 0) -> TileAddress:
    lon, lat = FRAME.coordinates_to_lonlat([(x, y)])[0]
    return tile_at(lon, lat, z, ordinal)


def expected(geometry: BaseGeometry, address: TileAddress) -> BaseGeometry:
    """A site-metres geometry in a tile's units, cut at 64 units around it."""
    side = 2 * HALF_ROUND_M / 2**address.z
    west, north = address.x * side - HALF_ROUND_M, HALF_ROUND_M - address.y * side

    def to_units(lonlat: Any) -> Any:
        x, y = TO_3857.transform(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack([(x - west) / side * 4096, (north - y) / side * 4096])

    units = shapely.transform(FRAME.to_lonlat(geometry), to_units)
    return units.intersection(box(-64, -64, 4160, 4160))


@pytest.mark.parametrize("z", [17, 18, 20, 22])
def test_zones_lie_where_shapely_and_pyproj_put_them(
    database: Database, school: tuple[Site, Floorplan], z: int
) -> None:
    site, floorplan = school
    address = around(4, 3, z)
    zones = tile_of(database, site, address)["zones"]
    on_level = [zone for zone in floorplan.zones if floorplan.ordinal(zone.level_id) == 0]
    wanted = {str(zone.id): expected(zone.polygon, address) for zone in on_level}
    assert zones.keys() == {key for key, geometry in wanted.items() if geometry.area > 0}
    for key, feature in zones.items():
        assert shape(feature["geometry"]).hausdorff_distance(wanted[key]) <= 1.0


@pytest.mark.parametrize(
    ("layer", "pick"),
    [
        ("openings", lambda plan: {o.id: o.line for o in plan.openings if plan.ordinal(o.level_id) == 0}),
        ("walls", lambda plan: {w.id: w.line for w in plan.walls}),
    ],
)
def test_lines_lie_where_shapely_and_pyproj_put_them(
    database: Database,
    school: tuple[Site, Floorplan],
    layer: str,
    pick: Callable[[Floorplan], dict[Any, BaseGeometry]],
) -> None:
    site, floorplan = school
    address = around(4, 3, 19)
    found_lines = tile_of(database, site, address)[layer]
    wanted = {str(key): expected(line, address) for key, line in pick(floorplan).items()}
    assert found_lines.keys() == {key for key, line in wanted.items() if not line.is_empty}
    for key, feature in found_lines.items():
        assert shape(feature["geometry"]).hausdorff_distance(wanted[key]) <= 1.5


def test_every_attribute_is_in_the_registry_and_known_ones_are_right(
    database: Database, school: tuple[Site, Floorplan]
) -> None:
    site, floorplan = school
    tile = tile_of(database, site, around(4, 3, 18))
    for layer in LAYERS:
        allowed = {ID.name, *(attribute.name for attribute in layer.attributes)}
        for feature in tile.get(layer.name, {}).values():
            assert feature["properties"].keys() <= allowed
    library = next(zone for zone in floorplan.zones if zone.name == "Library")
    building = tile["zones"][str(library.id)]["properties"].pop("building")
    assert tile["zones"][str(library.id)]["properties"] == {
        "id": str(library.id),
        "name": "Library",
        "category": "room",
        "confidence": 0.81,
        "confidence_reasons": "edge-drawn,name-inside",
    }
    assert building == str(an_id("north Main"))
    assert tile["zone_labels"][str(library.id)]["properties"] == {
        "id": str(library.id),
        "name": "Library",
        "alias": "Reading room",
        "category": "room",
        "area_m2": pytest.approx(48.0, abs=0.1),
    }
    way_out = next(o for o in floorplan.openings if o.exit)
    assert tile["openings"][str(way_out.id)]["properties"] == {
        "id": str(way_out.id),
        "category": "emergency_exit",
        "exit": True,
        "number": "7",
    }


def test_a_zone_says_how_sure_its_outline_is_and_why_where_that_was_weighed(
    database: Database, school: tuple[Site, Floorplan]
) -> None:
    site, floorplan = school
    told = {
        zone_id: feature["properties"]
        for ordinal in (0, 1)
        for zone_id, feature in tile_of(database, site, around(4, 3, 18, ordinal))["zones"].items()
    }
    weighed = [zone for zone in floorplan.zones if zone.confidence and str(zone.id) in told]
    assert weighed
    for zone in floorplan.zones:
        if str(zone.id) in told and zone.confidence is None:
            assert not {"confidence", "confidence_reasons"} & told[str(zone.id)].keys()
    for zone in weighed:
        assert zone.confidence is not None
        codes = ",".join(one.reason for one in zone.confidence.reasons)
        assert told[str(zone.id)]["confidence"] == zone.confidence.value
        assert told[str(zone.id)]["confidence_reasons"] == codes == "edge-drawn,name-inside"


def test_a_label_lies_inside_its_zone(database: Database, school: tuple[Site, Floorplan]) -> None:
    site, floorplan = school
    address = around(4, 3, 18)
    labels = tile_of(database, site, address)["zone_labels"]
    zones = {str(zone.id): expected(zone.polygon, address) for zone in floorplan.zones}
    assert labels
    for key, feature in labels.items():
        assert zones[key].buffer(1).contains(shape(feature["geometry"]))


def test_each_level_has_its_own_things_and_stairs_are_on_both(
    database: Database, school: tuple[Site, Floorplan]
) -> None:
    site, floorplan = school
    below, above = (tile_of(database, site, around(20, 3, 18, ordinal)) for ordinal in (0, 1))
    assert below["zones"].keys().isdisjoint(above["zones"].keys())
    assert "assets" not in below
    assert [f["properties"]["name"] for f in above["assets"].values()] == ["AED by the stairs"]
    assert below["transitions"].keys() == above["transitions"].keys() == {str(t.id) for t in floorplan.transitions}
    stairs = str(an_id("main stairs"))
    foot, head = expected(Point(18, 1), around(20, 3, 18)), expected(Point(22, 4), around(20, 3, 18))
    assert shape(below["transitions"][stairs]["geometry"]).distance(foot) <= 1.0
    assert shape(above["transitions"][stairs]["geometry"]).distance(head) <= 1.0


def test_assembly_points_are_on_every_level(database: Database, school: tuple[Site, Floorplan]) -> None:
    site, _ = school
    for ordinal in (-1, 0, 1):
        assert tile_of(database, site, around(-5, 3, 18, ordinal))["assembly_points"].keys() == {str(an_id("yard"))}


def test_layers_come_in_at_their_own_zoom(database: Database, school: tuple[Site, Floorplan]) -> None:
    site, _ = school
    for z in (12, 13, 15, 16, 17):
        found_layers = set(tile_of(database, site, around(4, 3, z)))
        allowed = {layer.name for layer in LAYERS if layer.min_zoom <= z}
        assert found_layers <= allowed
        assert ("zones" in found_layers) == (z >= 13)


def test_what_is_in_the_buffer_is_in_the_tile(database: Database, school: tuple[Site, Floorplan]) -> None:
    """Two tiles that meet inside a zone both hold it, so that its outline is drawn without a seam."""
    site, floorplan = school
    library = floorplan.zones[0]
    tiles = {around(x, 3, 22) for x in (0.5, 7.5)}
    assert len(tiles) == 2
    for address in tiles:
        assert str(library.id) in tile_of(database, site, address)["zones"]


def test_a_tile_without_anything_is_empty(database: Database, school: tuple[Site, Floorplan]) -> None:
    site, _ = school
    assert tile_of(database, site, TileAddress(0, 18, 0, 0)) == {}


@pytest.mark.usefixtures("school")
def test_a_draft_is_not_shown_and_neither_is_another_site(database: Database) -> None:
    other, building = found(database, "south")
    with database.transaction() as c:
        place_draft(c, draft(c, other, building).id, a_floorplan("south"), Placement(0, 0, 0))
    assert tile_of(database, other, around(4, 3, 18)) == {}
    with database.snapshot() as c:
        assert load_bounds(c, other.id) is None
        assert list_ordinals(c, other.id) == []


def test_a_new_revision_replaces_the_old_one(database: Database, school: tuple[Site, Floorplan]) -> None:
    site, floorplan = school
    building = Building(an_id("north Main"), "Main")
    renamed = replace(floorplan.zones[0], name="Media centre")
    with database.transaction() as c:
        published(c, site, building, replace(floorplan, zones=(renamed, *floorplan.zones[1:])))
    zones = tile_of(database, site, around(4, 3, 18))["zones"]
    assert zones[str(renamed.id)]["properties"]["name"] == "Media centre"
    assert len(zones) == 3


def test_bounds_and_levels_are_those_of_what_is_published(database: Database, school: tuple[Site, Floorplan]) -> None:
    site, floorplan = school
    with database.snapshot() as c:
        bounds = load_bounds(c, site.id)
        assert list_ordinals(c, site.id) == [0, 1]
    lonlat = FRAME.to_lonlat(shapely.union_all([zone.polygon for zone in floorplan.zones]))
    assert bounds == pytest.approx(lonlat.bounds, abs=1e-9)
