"""Objects and blocks of a DXF document: where ezdxf puts them, ours are, too."""

import math

import numpy as np
import pytest
import shapely
from ezdxf.document import Drawing as Document
from ezdxf.entities.insert import Insert
from ezdxf.filemanagement import new
from ezdxf.xclip import XClip
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_server.ingest.dxf.drawing import Reason
from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.sniff import open_document
from tests.ingest.dxf.drawn import ezdxf_leaves, ezdxf_lines, lines_of, read, written

SAGITTA = 1 - math.cos(math.radians(5))
"""By how much of its radius a curve that is sampled each 10 degrees may be off."""


def room_block(document: Document, name: str = "ROOM") -> None:
    """A block with a line, arcs, a bulge, an ellipse, a spline and a wide polyline, off its base point."""
    block = document.blocks.new(name, base_point=(1, 2))
    block.add_line((0, 0), (4, 0))
    block.add_arc((0, 0), 1, 20, 130)
    block.add_circle((3, 2), 0.5)
    block.add_lwpolyline([(0, 0, 0.4), (2, 1, 0), (3, 3, -0.3)], format="xyb", close=True)
    block.add_ellipse((1, 1), (2, 0.5), 0.4, 0.3, 2.5)
    block.add_open_spline([(0, 0), (1, 2), (3, 1), (4, 3)])
    block.add_arc((2, 0), 1.5, 10, 90, dxfattribs={"extrusion": (0, 0, -1)})


def assert_drawn_alike(document: Document, size: float) -> None:
    ours, theirs = lines_of(read(document)), ezdxf_lines(document)
    assert shapely.hausdorff_distance(ours, theirs, densify=0.1) < 1.2 * SAGITTA * size


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(-3, 3).filter(lambda v: abs(v) > 0.1),
    y=st.floats(-3, 3).filter(lambda v: abs(v) > 0.1),
    angle=st.floats(-180, 180),
    flipped=st.booleans(),
)
def test_a_block_is_drawn_where_it_is_used_however_it_is_scaled_turned_and_mirrored(
    x: float, y: float, angle: float, flipped: bool
) -> None:
    document = new("R2010")
    room_block(document)
    extrusion = (0, 0, -1 if flipped else 1)
    attributes = {"xscale": x, "yscale": y, "zscale": x, "rotation": angle, "extrusion": extrusion}
    document.modelspace().add_blockref("ROOM", (10, 5), dxfattribs=attributes)
    assert_drawn_alike(document, 4 * max(abs(x), abs(y)))


def test_a_block_in_a_block_in_a_turned_grid_is_drawn_in_every_cell() -> None:
    document = new("R2010")
    room_block(document)
    document.blocks.new("WING").add_blockref("ROOM", (1, 1), dxfattribs={"rotation": 30, "xscale": -1})
    grid = {"row_count": 2, "column_count": 3, "row_spacing": 9, "column_spacing": 7, "rotation": 20}
    document.modelspace().add_blockref("WING", (3, 4), dxfattribs=grid)
    assert_drawn_alike(document, 4)
    assert len(read(document).strokes) == 6 * 7


def test_objects_of_a_tilted_plane_are_seen_from_above() -> None:
    document = new("R2010")
    space = document.modelspace()
    tilted = {"extrusion": (0.3, -0.2, 0.8)}
    space.add_circle((1, 2, 3), 2, dxfattribs=tilted)
    space.add_lwpolyline([(0, 0), (4, 0), (4, 3)], dxfattribs={**tilted, "elevation": 2.0})
    space.add_line((0, 0, 5), (3, 1, -2))
    space.add_polyline3d([(0, 0, 1), (2, 2, 4), (5, 1, 0)])
    assert_drawn_alike(document, 4)


def test_a_line_straight_up_has_no_length_from_above_and_is_counted_so() -> None:
    document = new("R2010")
    document.modelspace().add_line((1, 1, 0), (1, 1, 3))
    drawing = read(document)
    assert (drawing.strokes, drawing.left_out) == ((), {Reason.NO_LENGTH: 1})


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2010", "R2013", "R2018"])
def test_every_version_of_the_format_is_read_alike(version: str) -> None:
    document = new(version)
    space = document.modelspace()
    space.add_line((0, 0), (4, 0), dxfattribs={"layer": "A-WALL"})
    space.add_arc((0, 0), 1, 0, 90, dxfattribs={"layer": "A-DOOR"})
    space.add_polyline2d([(0, 0, 0, 0, 1), (2, 0)], format="xyseb", dxfattribs={"layer": "A-WALL"})
    space.add_text("Saal größe 5", dxfattribs={"height": 0.2, "layer": "TEXT"})
    drawing = read(document)
    assert sorted(stroke.layer for stroke in drawing.strokes) == ["A-DOOR", "A-WALL", "A-WALL"]
    assert max(s.points.max() for s in drawing.strokes if len(s.points) > 2) == pytest.approx(2, abs=1e-9)
    assert [label.text for label in drawing.labels] == ["Saal größe 5"]


def test_hatches_solids_and_multilines_are_passed_on_by_their_edges() -> None:
    document = new("R2010")
    space = document.modelspace()
    hatch = space.add_hatch(dxfattribs={"layer": "A-WALL"})
    hatch.paths.add_polyline_path([(0, 0), (4, 0), (4, 0.2), (0, 0.2)], is_closed=True)
    edges = hatch.paths.add_edge_path()
    edges.add_arc((10, 0), 2, 0, 360)
    space.add_solid([(0, 5), (1, 5), (0, 6), (1, 6)], dxfattribs={"layer": "A-COLS"})
    space.add_mline([(0, 10), (5, 10)], dxfattribs={"layer": "A-WALL", "scale_factor": 0.3})
    drawing = read(document)
    filled = [shapely.Polygon(stroke.points) for stroke in drawing.strokes if stroke.filled]
    assert [polygon.area for polygon in filled] == pytest.approx([0.8, 4 * math.pi, 1.0], rel=0.01)
    plain = [stroke for stroke in drawing.strokes if not stroke.filled]
    assert float(np.ptp([stroke.points[0, 1] for stroke in plain])) == pytest.approx(0.3)
    assert [stroke.layer for stroke in plain] == ["A-WALL", "A-WALL"]


def test_the_width_of_a_polyline_grows_with_its_block() -> None:
    document = new("R2010")
    block = document.blocks.new("WALL")
    block.add_lwpolyline([(0, 0), (4, 0)], dxfattribs={"const_width": 0.2})
    block.add_lwpolyline([(0, 0, 0.1, 0.3), (4, 0, 0, 0)], format="xyse")
    document.modelspace().add_blockref("WALL", (0, 0), dxfattribs={"xscale": 2, "yscale": 2, "zscale": 2})
    assert [stroke.width for stroke in read(document).strokes] == pytest.approx([0.4, 0])


def clipped(document: Document, **scale: float) -> Insert:
    block = document.blocks.new("GRID")
    for i in range(11):
        block.add_line((0, i), (10, i))
        block.add_text(f"R{i}", dxfattribs={"height": 0.1}).set_placement((9, i))
    return document.modelspace().add_blockref("GRID", (100, 50), dxfattribs=scale)


def test_what_a_clipping_boundary_hides_is_left_out() -> None:
    document = new("R2010")
    insert = clipped(document, rotation=90)
    XClip(insert).set_block_clipping_path([(2, 2.5), (6, 5.5)])
    drawing = read(document)
    assert sorted(round(float(np.ptp(s.points, axis=0).max()), 6) for s in drawing.strokes) == [4, 4, 4]
    assert {round(float(s.points[0, 0]), 6) for s in drawing.strokes} == {95, 96, 97}
    assert drawing.labels == ()
    assert drawing.left_out[Reason.CLIPPED] == 22 - 3
    assert [finding.code for finding in drawing.findings] == ["clipped-block"]


def test_a_clipping_boundary_in_a_block_moves_with_that_block() -> None:
    document = new("R2010")
    insert = clipped(document)
    XClip(insert).set_block_clipping_path([(0, 0), (10, 0), (10, 4.5)])
    wing = document.blocks.new("WING")
    document.modelspace().move_to_layout(insert, wing)
    document.modelspace().add_blockref("WING", (-100, -50), dxfattribs={"xscale": 2, "yscale": 2, "zscale": 2})
    hull = shapely.box(*lines_of(read(document)).bounds)
    assert hull.equals_exact(shapely.box(100, 50, 120, 58), 0.01)


def test_a_clipping_boundary_that_is_off_hides_nothing() -> None:
    document = new("R2010")
    xclip = XClip(clipped(document))
    xclip.set_block_clipping_path([(2, 2.5), (6, 5.5)])
    xclip.disable_clipping()
    assert len(read(document).strokes) == 11


def test_a_dynamic_block_is_known_by_the_name_that_its_author_gave_it() -> None:
    document = new("R2010")
    for appid in ("AcDbBlockRepETag", "AcDbBlockRepBTag", "AcDbDynamicBlockGUID"):
        document.appids.add(appid)
    definition = document.blocks.new("DOOR - 90 CM")
    definition.block_record.set_xdata("AcDbDynamicBlockGUID", [(1000, "{0}")])
    drawn = document.blocks.new("*U7")
    drawn.add_arc((0, 0), 0.9, 0, 90)
    handle = definition.block_record.dxf.handle
    drawn.block_record.set_xdata("AcDbBlockRepBTag", [(1070, 1), (1005, handle)])
    document.modelspace().add_blockref("*U7", (3, 4))
    drawing = read(document)
    assert [block.name for block in drawing.blocks] == ["DOOR - 90 CM"]
    assert [stroke.block for stroke in drawing.strokes] == ["DOOR - 90 CM"]


def test_a_door_in_a_block_of_the_whole_plan_stays_a_door() -> None:
    document = new("R2010")
    document.blocks.new("LEAF").add_line((0, 0), (0, 0.9))
    door = document.blocks.new("DOOR-90")
    door.add_arc((0, 0), 0.9, 0, 90)
    door.add_blockref("LEAF", (0, 0))
    document.blocks.new("FIRE-EXTINGUISHER", base_point=(1, 1)).add_circle((1, 1), 0.1)
    plan = document.blocks.new("GROUND")
    plan.add_line((0, 0), (9, 0))
    plan.add_blockref("DOOR-90", (5, 5))
    plan.add_blockref("FIRE-EXTINGUISHER", (2, 2))
    document.modelspace().add_blockref("GROUND", (10, 0))
    drawing = read(document)
    assert sorted(s.block for s in drawing.strokes) == ["DOOR-90", "DOOR-90", "FIRE-EXTINGUISHER", "GROUND"]
    assert ("FIRE-EXTINGUISHER", (12, 2)) in [(block.name, block.at) for block in drawing.blocks]


def test_a_reference_to_another_file_is_named() -> None:
    document = new("R2010")
    document.add_xref_def("..\\struct\\Columns.dwg", "COLUMNS")
    document.modelspace().add_blockref("COLUMNS", (0, 0))
    (finding,) = read(document).findings
    assert finding.code == "xref-unresolved"
    assert "'Columns.dwg'" in finding.message
    assert "struct" not in finding.message


def test_objects_on_layer_0_take_the_layer_of_the_nearest_block_use_that_has_one() -> None:
    document = new("R2010")
    inner = document.blocks.new("INNER")
    inner.add_line((0, 0), (1, 0), dxfattribs={"layer": "0"})
    inner.add_line((0, 1), (1, 1), dxfattribs={"layer": "OWN"})
    document.blocks.new("OUTER").add_blockref("INNER", (0, 0), dxfattribs={"layer": "0"})
    document.modelspace().add_blockref("OUTER", (0, 0), dxfattribs={"layer": "A-WALL"})
    assert [stroke.layer for stroke in read(document).strokes] == ["A-WALL", "OWN"]


def test_attributes_are_read_unless_they_are_invisible_and_constant_ones_from_the_block() -> None:
    document = new("R2010")
    stamp = document.blocks.new("STAMP")
    stamp.add_attdef("NUMBER", (0, 0), dxfattribs={"height": 0.2})
    stamp.add_attdef("COST", (0, -1), dxfattribs={"height": 0.2, "flags": 1})
    stamp.add_attdef("KIND", (0, -2), text="Classroom", dxfattribs={"height": 0.2, "flags": 2})
    insert = document.modelspace().add_blockref("STAMP", (10, 10), dxfattribs={"xscale": 3, "yscale": 3, "zscale": 3})
    insert.add_auto_attribs({"NUMBER": "114", "COST": "9"})
    labels = read(document).labels
    assert {(label.tag, label.text) for label in labels} == {("NUMBER", "114"), ("KIND", "Classroom")}
    assert len({label.insert for label in labels}) == 1
    kind = next(label for label in labels if label.tag == "KIND")
    assert kind.at[1] == pytest.approx(10 - 6 + 0.3)
    assert kind.height == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("coded", "shown"),
    [
        ("%%uROOM%%u 12 %%c", "ROOM 12 Ø"),
        (r"{\fArial|b1;Aula}\PMagna \H2x;7", "Aula\nMagna 7"),
        (r"Caf\U+00E9", "Café"),
    ],
)
def test_texts_are_read_without_their_codes(coded: str, shown: str) -> None:
    document = new("R2010")
    if "\\P" in coded:
        document.modelspace().add_mtext(coded, dxfattribs={"char_height": 0.2})
    else:
        document.modelspace().add_text(coded, dxfattribs={"height": 0.2})
    assert [label.text for label in read(document).labels] == [shown]


def test_what_stands_on_a_frozen_layer_is_hidden_with_its_block_and_what_stands_on_one_that_is_off_is_not() -> None:
    document = new("R2010")
    document.blocks.new("B").add_line((0, 0), (1, 0), dxfattribs={"layer": "A-WALL"})
    document.layers.add("FROZEN").freeze()
    document.layers.add("OFF").off()
    for layer in ("FROZEN", "OFF"):
        document.modelspace().add_blockref("B", (0, 0), dxfattribs={"layer": layer})
    assert [stroke.frozen for stroke in read(document).strokes] == ["FROZEN", ""]


def test_an_object_of_another_program_is_read_by_its_stored_picture_or_named_with_advice() -> None:
    document = new("R2010")
    document.modelspace().add_line((0, 0), (1, 1))
    text = written(document).decode()
    proxy = "  0\nACAD_PROXY_ENTITY\n  5\nFFF1\n330\n1F\n100\nAcDbEntity\n  8\nA-WALL\n100\nAcDbProxyEntity\n 90\n498\n"
    wall = "  0\nAEC_WALL\n  5\nFFF2\n100\nAcDbEntity\n  8\nA-WALL\n100\nAecDbWall\n 40\n3.0\n"
    place = text.index("  0\nLINE\n")
    reread, _ = open_document((text[:place] + proxy + wall + text[place:]).encode(), "proxy.dxf")
    drawing = read_drawing(reread, "proxy.dxf")
    assert [(f.code, f.count, f.layer) for f in drawing.findings] == [("proxy-object", 2, "A-WALL")]
    assert "EXPORTTOAUTOCAD" in drawing.findings[0].advice
    assert len(drawing.strokes) == 1


def test_the_objects_of_a_drawing_add_up_to_those_that_ezdxf_sees() -> None:
    document = new("R2010")
    room_block(document)
    space = document.modelspace()
    for i in range(3):
        space.add_blockref("ROOM", (10 * i, 0))
    space.add_blockref("NOT-THERE", (0, 0))
    space.add_point((0, 0))
    space.add_text("", dxfattribs={"height": 1})
    space.add_circle((0, 0), math.inf)
    space.add_image(document.add_image_def("a.png", (10, 10)), (0, 0), (1, 1))
    drawing = read(document)
    sources = {s.source for s in drawing.strokes} | {label.source for label in drawing.labels}
    assert drawing.entities == len(list(ezdxf_leaves(space)))
    assert drawing.entities == len(sources) + sum(drawing.left_out.values()) + drawing.damaged
    assert {finding.code for finding in drawing.findings} == {"xref-unresolved", "not-finite", "picture-not-read"}
