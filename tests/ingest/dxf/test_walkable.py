"""Drawings that outline where people can walk: the outline without its obstacles is a zone, and exits lead out."""

from pathlib import Path

import pytest
import shapely
from ezdxf.filemanagement import new
from shapely import Polygon, box

from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.sniff import open_document
from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.drawn import written


def outline(polygon: Polygon) -> list[tuple[float, float]]:
    return [(x, y) for x, y, *_ in polygon.exterior.coords]


def test_the_walkable_area_of_a_hall_without_its_obstacles_is_a_zone_with_the_exits_that_are_drawn() -> None:
    document = new("R2010")
    space = document.modelspace()
    hall, column = box(0, 0, 30, 20), box(10, 10, 11, 11)
    space.add_lwpolyline(outline(hall), close=True, dxfattribs={"layer": "jps-walkablearea"})
    space.add_lwpolyline(outline(column), close=True, dxfattribs={"layer": "jps-obstacles_1"})
    space.add_circle((20, 5), 1, dxfattribs={"layer": "jps-obstacles"})
    space.add_lwpolyline(outline(box(29.5, 8, 30, 11)), close=True, dxfattribs={"layer": "jps-exits"})
    space.add_line((3, 0), (5, 0), dxfattribs={"layer": "jps-exits"})
    plan = read_plan(written(document), "hall.dxf", metres_per_unit=1.0).floorplan
    (zone,) = plan.zones
    free = hall.difference(shapely.union_all([column, shapely.Point(20, 5).buffer(1)]))
    assert zone.polygon.symmetric_difference(free).area < 0.1
    assert sorted(round(opening.width_m, 1) for opening in plan.openings) == [2.3, 3.3]
    assert all(opening.exit and opening.zones == (zone.id, None) for opening in plan.openings)


def test_the_walkable_area_of_a_real_museum_is_found_whole(shared_floorplans: Path) -> None:
    path = shared_floorplans / "national_gallery_jps.dxf"
    drawing = read_drawing(open_document(path.read_bytes(), path.name)[0], path.name)
    rings = {
        kind: shapely.union_all([Polygon(s.points).buffer(0) for s in drawing.strokes if kind in s.layer and s.closed])
        for kind in ("walkable", "obstacles")
    }
    free = rings["walkable"].difference(rings["obstacles"])
    plan = read_plan(path.read_bytes(), path.name, metres_per_unit=1.0).floorplan
    found = shapely.union_all([zone.polygon for zone in plan.zones])
    assert found.symmetric_difference(free).area == pytest.approx(0, abs=0.01 * free.area)
    assert sum(opening.exit for opening in plan.openings) >= 1
