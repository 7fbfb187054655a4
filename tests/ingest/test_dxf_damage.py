"""Damaged and hostile drawings: refused in one line, or read with findings, and never without end."""

import io
import math

import pytest
from ezdxf.document import Drawing
from ezdxf.filemanagement import new

from geo_server.domain.errors import TooLarge, UnreadableFile
from geo_server.ingest.dxf.uses import read_use
from geo_server.ingest.pipeline import read_plan
from tests.ingest.sketch import ROOMS, Sketch


def written(document: Drawing) -> bytes:
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue().encode("utf-8")


def nested(depth: int, fan: int) -> bytes:
    document = new("R2010")
    document.blocks.new("B0").add_line((0, 0), (1, 0))
    for level in range(1, depth):
        block = document.blocks.new(f"B{level}")
        for i in range(fan):
            block.add_blockref(f"B{level - 1}", (i, 0))
    document.modelspace().add_blockref(f"B{depth - 1}", (0, 0))
    return written(document)


def test_a_billion_objects_by_nesting_are_refused_before_any_is_made() -> None:
    with pytest.raises(TooLarge, match=r"expands to [\d,]+ objects"):
        read_plan(nested(10, 10), "bomb.dxf")


def test_a_grid_of_a_billion_blocks_is_refused_before_any_is_made() -> None:
    document = new("R2010")
    document.blocks.new("DOT").add_line((0, 0), (1, 0))
    attributes = {"row_count": 30000, "column_count": 30000, "row_spacing": 1, "column_spacing": 1}
    document.modelspace().add_blockref("DOT", (0, 0), dxfattribs=attributes)
    with pytest.raises(TooLarge):
        read_plan(written(document), "bomb.dxf")


@pytest.mark.parametrize("depth", [40, 2000])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(UnreadableFile, match="deeper than 16"):
        read_plan(nested(depth, 1), "deep.dxf")


def test_blocks_that_contain_themselves_are_refused() -> None:
    document = new("R2010")
    one, other = document.blocks.new("ONE"), document.blocks.new("OTHER")
    one.add_blockref("OTHER", (0, 0))
    other.add_blockref("ONE", (0, 0))
    document.modelspace().add_blockref("ONE", (0, 0))
    with pytest.raises(UnreadableFile, match="contains itself"):
        read_plan(written(document), "cycle.dxf")


@pytest.mark.parametrize("bad", [1e308, math.nan, math.inf])
def test_coordinates_that_are_no_places_are_dropped_and_reported(bad: float) -> None:
    sketch = Sketch().draw()
    sketch.document.modelspace().add_circle((0, 0), bad, dxfattribs={"layer": "A-WALL"})
    sketch.document.modelspace().add_line((bad, 0), (1, 1), dxfattribs={"layer": "A-WALL"})
    result = read_plan(sketch.bytes(), "wing.dxf")
    assert {zone.name for zone in result.floorplan.zones} == set(ROOMS)
    assert any(finding.code in {"not-finite", "curve-unreadable"} for finding in result.findings)


@pytest.mark.parametrize("data", [b"", b"\x00\x01rubbish", b"PK\x03\x04", b"%PDF-1.7"])
def test_what_is_no_drawing_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_plan(data, "plan.dxf")
    assert "\n" not in str(refusal.value)
    assert refusal.value.where == "plan.dxf"
    assert refusal.value.advice


def test_a_binary_drawing_reads_like_a_text_one() -> None:
    stream = io.BytesIO()
    Sketch().draw().document.write(stream, fmt="bin")
    names = {zone.name for zone in read_plan(stream.getvalue(), "wing.dxf").floorplan.zones}
    assert names == set(ROOMS)


def test_a_missing_block_is_reported_and_the_rest_is_read() -> None:
    sketch = Sketch().draw()
    sketch.document.modelspace().add_blockref("NOT-HERE", (0, 0))
    result = read_plan(sketch.bytes(), "wing.dxf")
    assert "xref-unresolved" in {finding.code for finding in result.findings}
    assert {zone.name for zone in result.floorplan.zones} == set(ROOMS)


def test_windows_line_endings_and_a_byte_order_mark_do_no_harm() -> None:
    data = b"\xef\xbb\xbf" + Sketch().draw().bytes().replace(b"\n", b"\r\n")
    assert len(read_plan(data, "wing.dxf").floorplan.zones) == len(ROOMS)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes_or_refused(share: float) -> None:
    data = Sketch().draw().bytes()
    cut = data[: int(share * len(data))]
    try:
        codes = {finding.code for finding in read_plan(cut, "cut.dxf").findings}
    except UnreadableFile:
        return
    assert "file-repaired" in codes


def test_a_file_that_was_cut_off_before_its_first_object_is_refused_by_the_line_in_which_it_ends() -> None:
    data = Sketch().draw().bytes()
    cut = data[: data.index(b"ENTITIES")]
    lines = len(cut.splitlines())
    with pytest.raises(UnreadableFile, match=rf"no objects\. The file breaks off in line {lines:,},"):
        read_plan(cut, "cut.dxf")


def test_a_drawing_with_nothing_in_model_space_is_refused() -> None:
    document = new("R2010")
    document.paperspace().add_line((0, 0), (1, 0))
    with pytest.raises(UnreadableFile, match=r"sheet\.dxf: Model space holds no objects"):
        read_plan(written(document), "sheet.dxf")


def test_a_block_use_without_a_name_is_a_finding_and_the_rest_is_read() -> None:
    sketch = Sketch().draw()
    space = sketch.document.modelspace()
    sketch.document.blocks.new("STAMP").add_attdef("NAME", (0, 0))
    space.add_blockref("STAMP", (1, 1)).add_auto_attribs({"NAME": "101"})
    lines = written(sketch.document).decode().splitlines()
    at = next(i for i in range(len(lines)) if lines[i] == "INSERT")
    name = next(i for i in range(at, len(lines)) if lines[i].strip() == "2" and lines[i + 1] == "STAMP")
    result = read_plan("\n".join([*lines[:name], *lines[name + 2 :]]).encode(), "nameless.dxf")
    assert len(result.floorplan.zones) == len(ROOMS)
    assert {"xref-unresolved", "file-repaired"} & {finding.code for finding in result.findings}


@pytest.mark.parametrize("kind", ["LAYER", "DICTIONARY", "MATERIAL"])
def test_what_is_not_drawn_among_what_is_drawn_is_a_finding_and_the_rest_is_read(kind: str) -> None:
    sketch = Sketch().draw()
    sketch.document.modelspace().add_circle((1, 1), 0.2, dxfattribs={"layer": "A-FURN"})
    result = read_plan(written(sketch.document).replace(b"\nCIRCLE\n", f"\n{kind}\n".encode(), 1), "odd.dxf")
    totals = result.totals
    assert len(result.floorplan.zones) == len(ROOMS)
    assert totals["entities"] == totals["used"] + totals["ignored"] + totals["finding"]


def test_an_attribute_that_ezdxf_destroyed_while_loading_says_nothing() -> None:
    document = new("R2010")
    use = document.modelspace().add_blockref("STAMP", (1, 1))
    gone = use.add_attrib("NAME", "101", (1, 1))
    gone.destroy()
    use.attribs.append(gone)
    assert read_use(use).attributes == ()
