"""Drawings that other people made, when they are beside the checkout: a floor under what is found in each."""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import Point, Polygon, STRtree
from shapely.geometry import shape

from geo_server.domain.faults import find_faults
from geo_server.domain.findings import Severity
from geo_server.domain.places import TransitionCategory, ZoneCategory
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.pipeline import ImportResult, read_plan


@lru_cache(maxsize=32)
def read(path: Path) -> ImportResult:
    return read_plan(path.read_bytes(), path.name)


def matches(truth: list[Polygon], found: list[Polygon]) -> int:
    """Rooms that a zone of their own covers, at intersection over union 0.6 or better."""
    tree = STRtree(found)
    pairs = []
    for i, room in enumerate(truth):
        for j in tree.query(room).tolist():
            shared = room.intersection(found[j]).area
            pairs.append((shared / (room.area + found[j].area - shared), i, j))
    rooms: set[int] = set()
    zones: set[int] = set()
    for likeness, i, j in sorted(pairs, reverse=True):
        if likeness >= 0.6 and i not in rooms and j not in zones:
            rooms.add(i)
            zones.add(j)
    return len(rooms)


@pytest.mark.parametrize(
    ("drawing", "truth", "unit", "least"),
    [
        ("medialab_f3.dxf", "medialab_f3", 0.01, 104),
        ("medialab_f4.dxf", "medialab_f4", 0.01, 75),
        ("learning_center_lyon.dxf", "learning_center_lyon", 0.001, 93),
        ("medialab_f3.walls.dxf", "medialab_f3", 0.01, 93),
        ("medialab_f4.walls.dxf", "medialab_f4", 0.01, 66),
        ("learning_center_lyon.walls.dxf", "learning_center_lyon", 0.001, 65),
    ],
)
def test_rooms_that_a_person_drew_are_found(
    shared_floorplans: Path, drawing: str, truth: str, unit: float, least: int
) -> None:
    result = read(shared_floorplans / drawing)
    document = json.loads((shared_floorplans / "truth" / f"{truth}.geojson").read_text())
    rooms = [shape(feature["geometry"]).buffer(0) for feature in document["features"]]
    zones = [zone.polygon for zone in result.floorplan.zones]
    assert result.scale.metres_per_unit == unit
    assert matches(rooms, zones) >= least
    hull = shapely.convex_hull(shapely.union_all(rooms))
    assert not [zone for zone in zones if zone.area < 2 and hull.contains(zone) and not matches([zone], rooms)]


@pytest.mark.parametrize(
    ("drawing", "unit", "fewest", "most"),
    [
        ("school_escaldes_5floors.dxf", 1.0, 115, 140),
        ("us_house_aia.dxf", 0.0254, 15, 20),
        ("office_london_gf.dxf", 1.0, 15, 24),
        ("cucs_ground.dxf", 0.01, 26, 36),
        ("hackerspace_aalborg.dxf", 0.01, 12, 16),
        ("cucs_level1.dxf", 0.01, 21, 31),
        ("cucs_level2.dxf", 0.01, 16, 26),
        ("barcelona_pavilion.dxf", 1.0, 4, 9),
    ],
)
def test_as_many_zones_are_found_as_a_person_counts(
    shared_floorplans: Path, drawing: str, unit: float, fewest: int, most: int
) -> None:
    result = read(shared_floorplans / drawing)
    assert result.scale.metres_per_unit == unit
    assert fewest <= len(result.floorplan.zones) <= most


@pytest.mark.parametrize("drawing", ["school_escaldes_5floors.dxf", "office_london_gf.dxf", "medialab_f3.walls.dxf"])
def test_what_is_found_contradicts_itself_nowhere(shared_floorplans: Path, drawing: str) -> None:
    result = read(shared_floorplans / drawing)
    plan = result.floorplan
    assert find_faults(plan) == []
    assert result.totals["entities"] == sum(result.totals[kind] for kind in ("used", "ignored", "finding"))
    for level in plan.levels:
        polygons = [zone.polygon for zone in plan.zones if zone.level_id == level.id]
        assert all(polygon.is_valid and polygon.area > 0 for polygon in polygons)
        one, other = STRtree(polygons).query(polygons, predicate="overlaps")
        shared = [polygons[i].intersection(polygons[j]).area for i, j in zip(one, other, strict=True) if i < j]
        assert max(shared, default=0.0) < 1e-3


def test_the_areas_written_in_a_school_are_found(shared_floorplans: Path) -> None:
    result = read(shared_floorplans / "derived_school_encamp_1f.dxf")
    labels = json.loads((shared_floorplans / "truth" / "derived_school_encamp_1f.areas.json").read_text())
    polygons = [zone.polygon for zone in result.floorplan.zones]
    found = [
        label
        for label in labels
        if any(
            abs(p.area / label["area_m2"] - 1) <= 0.1 and p.distance(Point(label["x"], label["y"])) <= 3
            for p in polygons
        )
    ]
    assert len(found) >= 24


def test_five_levels_of_a_school_are_joined_and_everybody_can_get_out(shared_floorplans: Path) -> None:
    result = read(shared_floorplans / "school_escaldes_5floors.dxf")
    plan = result.floorplan
    assert [(level.ordinal, level.name) for level in plan.levels] == [
        (-1, "SCHOOL YARD FLOOR"),
        (0, "GROUND FLOOR"),
        (1, "1ST FLOOR"),
        (2, "2ND FLOOR"),
        (3, "TOP FLOOR"),
    ]
    cores = [
        shapely.transform(z.polygon, lambda xy, s=plan.level_by_id[z.level_id].shift_m: xy + np.array(s)).centroid
        for z in plan.zones
        if z.category is ZoneCategory.STAIRS
    ]
    bounds = shapely.MultiPoint(cores).bounds
    assert bounds[2] - bounds[0] < 80
    stairs = {plan.ordinal(t.level_id) for t in plan.transitions if t.category is TransitionCategory.STAIRS}
    assert stairs == {-1, 0, 1, 2}
    assert sum(opening.exit for opening in plan.openings) >= 3
    assert len(zones_without_way_out(plan)) <= 1
    assert result.count_findings()[Severity.ERROR] <= 12
