"""Lines and light polylines that are read straight from a file's text are those that ezdxf reads."""

import io

import numpy as np
import pytest
from ezdxf.document import Drawing as Document
from ezdxf.filemanagement import new
from ezdxf.filemanagement import read as read_by_ezdxf
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_server.domain.errors import UnreadableFile
from geo_server.ingest.dxf.drawing import Drawing
from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.sniff import Opened, open_document
from tests.ingest.dxf.drawn import written

NUMBERS = st.floats(-1e5, 1e5)
ROWS = st.lists(
    st.tuples(NUMBERS, NUMBERS, st.sampled_from([0, 0.1, 0.3]), st.sampled_from([0, 0.1]), st.floats(-2, 2)), max_size=5
)


def both_ways(data: bytes) -> tuple[Drawing, Drawing]:
    """A drawing as we read it, and as we read it when ezdxf has read every object."""
    opened, _ = open_document(data, "lines.dxf")
    assert opened.plain
    document = read_by_ezdxf(io.StringIO(data.decode()))
    return read_drawing(opened, "lines.dxf"), read_drawing(Opened(document), "lines.dxf")


def said_of(drawing: Drawing) -> list[tuple[object, ...]]:
    """What of strokes does not hang on their order."""
    return sorted(
        (s.handle, s.layer, s.block, s.width, s.dashed, s.frozen, np.round(s.points, 6).tolist())
        for s in drawing.strokes
    )


def assert_alike(data: bytes) -> None:
    ours, theirs = both_ways(data)
    assert said_of(ours) == said_of(theirs)
    assert (ours.entities, ours.left_out, ours.damaged) == (theirs.entities, theirs.left_out, theirs.damaged)


@settings(max_examples=60, deadline=None)
@given(
    version=st.sampled_from(["R12", "R2000", "R2010", "R2018"]),
    ends=st.lists(st.tuples(*[NUMBERS] * 6), min_size=1, max_size=4),
    rows=ROWS,
    shut=st.booleans(),
    width=st.sampled_from([0.0, 0.25]),
    up=st.sampled_from([(0, 0, 1), (0, 0, -1), (1, 0, 1)]),
    linetype=st.sampled_from(["BYLAYER", "Continuous", "DASHED"]),
)
def test_lines_are_those_that_ezdxf_reads(
    version: str,
    ends: list[tuple[float, ...]],
    rows: list[tuple[float, ...]],
    shut: bool,
    width: float,
    up: tuple[float, ...],
    linetype: str,
) -> None:
    document = new(version, setup=True)
    block = document.blocks.new("Part")
    for space in (document.modelspace(), block):
        attributes = {"layer": "A-WALL", "linetype": linetype, "extrusion": up}
        for row in ends:
            space.add_line(row[:3], row[3:], dxfattribs=attributes)
        if version != "R12":
            space.add_lwpolyline(rows, close=shut, dxfattribs={**attributes, "elevation": 1.5})
            space.add_lwpolyline(rows, format="xy", dxfattribs={**attributes, "const_width": width})
    block.add_line((0, 0), (1, 1))
    document.modelspace().add_blockref("PART", (3, 4), dxfattribs={"rotation": 30, "xscale": -2})
    assert_alike(written(document))


def scribbled() -> Document:
    document = new("R2010")
    space = document.modelspace()
    space.add_line((0, 0), (4, 0), dxfattribs={"layer": "SEEN"})
    space.add_line((0, 1), (4, 1), dxfattribs={"layer": "HIDDEN", "invisible": 1})
    space.add_lwpolyline([(0, 2), (4, 2)], dxfattribs={"layer": "SEEN"})
    document.layout("Layout1").add_line((0, 3), (4, 3), dxfattribs={"layer": "PAPER"})
    tagged = space.add_line((0, 4), (4, 4), dxfattribs={"layer": "SEEN"})
    document.appids.new("TEST")
    tagged.set_xdata("TEST", [(1000, "8"), (1010, (9, 9, 9)), (1005, "FF")])
    tagged.set_reactors(["1F"])
    return document


def test_what_is_hidden_or_stands_on_paper_is_not_drawn_and_what_hangs_on_a_line_is_no_part_of_it() -> None:
    data = written(scribbled())
    assert_alike(data)
    assert {stroke.layer for stroke in both_ways(data)[0].strokes} == {"SEEN"}


@pytest.mark.parametrize("value", ["nan", "1e400"])
def test_a_line_that_is_nowhere_is_a_finding(value: str) -> None:
    document = new("R2010")
    document.modelspace().add_line((0, 0), (77.25, 0))
    document.modelspace().add_line((0, 1), (4, 1))
    opened, _ = open_document(written(document).replace(b"77.25", value.encode()), "lines.dxf")
    drawing = read_drawing(opened, "lines.dxf")
    assert (len(drawing.strokes), [finding.code for finding in drawing.findings]) == (1, ["not-finite"])


def test_a_line_whose_numbers_are_words_is_left_to_ezdxf_which_refuses_it() -> None:
    document = new("R2010")
    document.modelspace().add_line((0, 0), (77.25, 0))
    with pytest.raises(UnreadableFile, match="floating point"):
        open_document(written(document).replace(b"77.25", b"one"), "lines.dxf")
