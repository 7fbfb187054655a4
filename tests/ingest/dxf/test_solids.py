"""Solids, regions and meshes: their edges are walls like others, and what cannot be read is told of each."""

from collections.abc import Callable
from typing import Any

import pytest
import shapely
from ezdxf.acis.dxf import export_dxf
from ezdxf.acis.mesh import body_from_mesh
from ezdxf.entities.acis import Body
from ezdxf.math import Vec3
from ezdxf.render.mesh import MeshBuilder, MeshTransformer

from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.door_pens import arc_and_line
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.pens import WALL, Space, box_of, double_lines, plain_texts, three_lines
from tests.ingest.dxf.sheets import put_text, sheet
from tests.ingest.dxf.styles import Style, as_bytes
from tests.ingest.dxf.test_styles import ALL_RIGHT
from tests.ingest.dxf.truth import compare

Draw = Callable[[Space, list[tuple[float, float]]], Any]


def _box(corners: list[tuple[float, float]], *, tall: bool = True) -> MeshTransformer:
    """A wall of 3 m on corners in order, or its base alone."""
    builder = MeshBuilder()
    base = [Vec3(x, y, 0) for x, y in corners]
    top = [Vec3(x, y, 3) for x, y in corners]
    builder.add_face(base)
    if tall:
        builder.add_face(top)
        for i in range(4):
            builder.add_face([base[i - 1], base[i], top[i], top[i - 1]])
    return MeshTransformer.from_builder(builder)


def _solid(space: Space, corners: list[tuple[float, float]]) -> None:
    export_dxf(space.add_3dsolid(dxfattribs=WALL), [body_from_mesh(_box(corners))])


def _body(space: Space, corners: list[tuple[float, float]]) -> None:
    export_dxf(space.add_body(dxfattribs=WALL), [body_from_mesh(_box(corners, tall=False))])


def _mesh(space: Space, corners: list[tuple[float, float]]) -> None:
    _box(corners).render_mesh(space, dxfattribs=WALL)


def _polyface(space: Space, corners: list[tuple[float, float]]) -> None:
    _box(corners).render_polyface(space, dxfattribs=WALL)


@pytest.mark.parametrize("pen", [_solid, _body, _mesh, _polyface])
def test_walls_of_flat_bodies_enclose_the_same_rooms_as_lines(pen: Draw) -> None:
    floor, document = school_floor(), sheet()
    space = document.modelspace()
    for piece in floor.pieces(windows=True):
        pen(space, box_of(piece))
    three_lines(floor, space)
    arc_and_line(floor, space)
    for a, b in floor.treads:
        space.add_line(a, b, dxfattribs={"layer": "A-FLOR-STRS"})
    plain_texts(floor, space)
    result = read_plan(as_bytes(document), "solids.dxf")
    assert compare(result, floor, Style()) == ALL_RIGHT


def test_the_diagonals_of_a_triangulated_floor_cut_no_room() -> None:
    floor, document = school_floor(), sheet()
    space = document.modelspace()
    double_lines(floor, space, True)
    builder = MeshBuilder()
    for room in floor.rooms.values():
        for part in shapely.get_parts(shapely.constrained_delaunay_triangles(room)):
            builder.add_face([Vec3(x, y, 0) for x, y in part.exterior.coords[:-1]])
    builder.optimize_vertices().render_mesh(space, dxfattribs=WALL)
    arc_and_line(floor, space)
    three_lines(floor, space)
    result = read_plan(as_bytes(document), "floors.dxf")
    assert len(result.floorplan.zones) == len(floor.rooms)


@pytest.mark.parametrize("kind", ["REGION", "3DSOLID", "BODY", "SURFACE"])
def test_a_solid_that_cannot_be_read_is_told_with_its_layer_and_handle(kind: str) -> None:
    document = sheet()
    space = document.modelspace()
    entities = [space.new_entity(kind, {"layer": "A-WALL-CURV"}) for _ in range(2)]
    for entity in entities:
        assert isinstance(entity, Body)
        entity.sat = ["700 1 1 0", "not a body"]
    put_text(space, "GROUND FLOOR", (0, 0))
    result = read_plan(as_bytes(document), "solids.dxf")
    told = [f for f in result.findings if f.code == "solid-unread"]
    assert [(f.layer, f.handle, f.count) for f in told] == [("A-WALL-CURV", entities[0].dxf.handle, 2)]
    assert kind in told[0].message
    totals = result.totals
    assert totals["entities"] == totals["used"] + totals["ignored"] + totals["finding"]
    assert totals["finding"] == 2
