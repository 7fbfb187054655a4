"""A real building of OpenStreetMap, read whole."""

from pathlib import Path

import pytest
import shapely

from geo_server.domain.faults import find_faults
from geo_server.domain.places import Floorplan, OpeningCategory
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.osm.indoor import read_osm_indoor

REPO = Path(__file__).parents[2]
TUD = REPO / "data/floorplans/tud_apb.geojson"


@pytest.fixture(scope="module")
def dresden() -> Floorplan:
    return read_osm_indoor(TUD.read_bytes(), TUD.name).floorplan


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
