"""Lines and light polylines that are read straight from a file's text are those that ezdxf reads."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

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
from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.drawn import written
from tests.ingest.mutations import damaged
from tests.ingest.prove import OWN
from tests.ingest.sketch import ROOMS, Sketch

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


def edited(data: bytes, kind: str, edit: Callable[[list[str]], Sequence[str]]) -> bytes:
    """A file once the lines of each object of a kind were edited; its first line is the code 0."""
    found, lines = list[str](), data.decode().split("\n")
    begins = [i for i in range(0, len(lines) - 1, 2) if lines[i].strip() == "0"]
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        own = lines[begin:end]
        found += edit(own) if own[1] == kind else own
    return "\n".join(found).encode()


def furnished() -> bytes:
    """A sketch with a block in use, whose end is the last of all blocks."""
    sketch = Sketch().draw()
    block = sketch.document.blocks.new("ZZ-LAST")
    block.add_line((0, 0), (1, 0))
    sketch.document.modelspace().add_blockref("ZZ-LAST", (1, 1), dxfattribs={"layer": "A-FURN"})
    return sketch.bytes()


def test_a_last_block_without_an_end_takes_no_line_from_model_space_and_is_told() -> None:
    lines = furnished().decode().split("\n")
    end = max(i for i, line in enumerate(lines) if line == "ENDBLK")
    stop = next(i for i in range(end, len(lines)) if lines[i] == "ENDSEC") - 1
    data = "\n".join([*lines[: end - 1], *lines[stop:]]).encode()
    result = read_plan(data, "endless.dxf")
    assert {zone.name for zone in result.floorplan.zones} == set(ROOMS)
    told = [finding.message for finding in result.findings if finding.code == "file-repaired"]
    assert len(told) == 1
    assert "block 'zz-last' has no end" in told[0]


STRAY = ["0", "LINE", "8", "STRAY", "10", "0", "20", "0", "11", "9", "21", "9"]


@pytest.mark.parametrize("place", ["SECTION BLOCKS", "SECTION ENTITIES", "BLOCK", "ENDBLK"])
def test_a_line_where_no_lines_are_drawn_is_none(place: str) -> None:
    kind, _, name = place.partition(" ")
    data = edited(furnished(), kind, lambda own: [*own, *STRAY] if not name or own[3] == name else own)
    assert assert_same_or_both_refused(data)


@pytest.mark.parametrize("gap", ["\t0", "+0", " 00", "\x0b0"])
def test_what_begins_an_object_is_seen_however_its_code_is_written(gap: str) -> None:
    assert_alike(edited(furnished(), "INSERT", lambda own: [gap, *own[1:]]))
    assert_alike(edited(furnished(), "ENDBLK", lambda own: [gap, *own[1:]]))


def test_a_face_behind_a_line_takes_nothing_from_it() -> None:
    document = new("R2010")
    document.modelspace().add_line((0, 0), (4, 0), dxfattribs={"layer": "LINE"})
    document.modelspace().add_3dface([(7, 7), (8, 7), (8, 8), (7, 8)], dxfattribs={"layer": "FACE"})
    document.modelspace().add_line((0, 1), (4, 1), dxfattribs={"layer": "LINE"})
    document.modelspace().add_line((0, 2), (4, 2), dxfattribs={"layer": "LINE"})
    data = written(document)
    assert_alike(data)
    assert sorted(stroke.layer for stroke in both_ways(data)[0].strokes) == ["FACE", "LINE", "LINE", "LINE"]


def behind(code: int, *more: str) -> Callable[[list[str]], list[str]]:
    """Lines put in behind the last value of a code."""

    def edit(own: list[str]) -> list[str]:
        at = max(i for i in range(0, len(own), 2) if own[i].strip() == str(code)) + 2
        return [*own[:at], *more, *own[at:]]

    return edit


def without(*codes: int) -> Callable[[list[str]], list[str]]:
    """Lines of some codes taken out."""
    return lambda own: [
        line for i in range(0, len(own) - 1, 2) if own[i].strip() not in map(str, codes) for line in own[i : i + 2]
    ]


ODD: dict[str, Callable[[list[str]], Sequence[str]]] = {
    "a layer of another program": behind(5, "102", "{TEST", "8", "NOT-THIS", "40", "9", "102", "}"),
    "reactors behind the owner": behind(330, "102", "{ACAD_REACTORS", "330", "1B", "102", "}"),
    "a remark": behind(8, "999", "nobody reads this"),
    "a second layer": behind(8, "8", "OTHER"),
    "a part of another class": behind(21, "100", "AcDbOther", "8", "OTHER", "10", "5.0", "20", "6.0"),
    "an embedded object": behind(21, "101", "Embedded Object", "10", "5.0", "20", "6.0"),
    "a picture by proxy": behind(8, "92", "4", "310", "00000000"),
    "data of another program": behind(21, "1001", "ACAD", "1010", "7.0", "1020", "7.0", "1030", "7.0", "1000", "8"),
    "a flag of paper": behind(8, "67", "1"),
    "hidden": behind(8, "60", "1"),
    "no handle": without(5),
    "no owner": without(330),
    "no handle and no owner": without(5, 330),
    "no classes": without(100),
    "a plane of its own": behind(21, "210", "0.0", "220", "0.0", "230", "-1.0"),
    "half a plane": behind(21, "210", "0.0"),
    "a linetype that is not there": behind(8, "6", "NOWHERE"),
    "a layer that is not there": behind(8, "8", "0"),
}


@pytest.mark.parametrize("version", ["R12", "R2000", "R2018"])
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_what_is_odd_about_lines_is_read_as_ezdxf_reads_it(odd: Callable[[list[str]], list[str]], version: str) -> None:
    document = new(version)
    block = document.blocks.new("PART")
    for space in (document.modelspace(), block):
        space.add_line((0, 0, 0), (4, 0, 2), dxfattribs={"layer": "L"})
        if version != "R12":
            space.add_lwpolyline([(0, 2), (4, 2), (4, 4)], dxfattribs={"layer": "P"})
    document.modelspace().add_blockref("PART", (9, 9))
    for kind in ("LINE", "LWPOLYLINE"):
        if b"\n" + kind.encode() + b"\n" in (data := written(document)):
            assert_same_or_both_refused(edited(data, kind, lambda own: odd(own) if fits(odd, own) else own))


def fits(odd: Callable[[list[str]], object], own: list[str]) -> bool:
    """Whether a line has what an edit looks for."""
    try:
        odd(own)
    except ValueError:
        return False
    return True


def assert_same_or_both_refused(data: bytes) -> bool:
    """What ezdxf reads as it stands we read with the same strokes; whether it does.

    Handles that are not written are made up by ezdxf, so they are not compared.
    """
    text = data.decode("utf-8", errors="surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
    try:
        document = read_by_ezdxf(io.StringIO(text))
        theirs = read_drawing(Opened(document), "lines.dxf")
    except Exception:  # noqa: BLE001 - damage makes ezdxf raise nearly anything
        return False
    opened, _ = open_document(data, "lines.dxf")
    ours = read_drawing(opened, "lines.dxf")
    assert nameless(ours) == nameless(theirs)
    assert (ours.entities, ours.left_out, ours.damaged) == (theirs.entities, theirs.left_out, theirs.damaged)
    return True


def nameless(drawing: Drawing) -> list[tuple[object, ...]]:
    """What is said of strokes but for their handles."""
    return sorted(said[1:] for said in said_of(drawing))


@pytest.fixture(scope="module")
def files(shared_floorplans: Path) -> list[bytes]:
    names = ("medialab_f2.dxf", "national_gallery_jps.dxf", "cucs_ground.dxf", "us_house_aia.dxf")
    own = [OWN / "barcelona_pavilion.dxf", *(shared_floorplans / name for name in names)]
    return [furnished(), *(path.read_bytes() for path in own)]


def test_real_drawings_have_the_strokes_that_ezdxf_reads(files: list[bytes]) -> None:
    assert all(assert_same_or_both_refused(data) for data in files)


def test_damaged_drawings_have_the_strokes_that_ezdxf_reads_as_long_as_it_reads_them(files: list[bytes]) -> None:
    read = [assert_same_or_both_refused(damaged(files[seed % len(files)], seed)[1]) for seed in range(60)]
    assert sum(read) >= 5


def test_objects_that_changed_places_have_the_strokes_that_ezdxf_reads_as_long_as_it_reads_them() -> None:
    begins = furnished().decode().split("\n  0\n")
    first = next(i for i, part in enumerate(begins) if part.startswith("SECTION\n  2\nBLOCKS"))
    read = 0
    for seed in range(40):
        dice, parts = Random(seed), list(begins)
        for _ in range(dice.randint(1, 3)):
            parts.insert(dice.randrange(first, len(parts)), parts.pop(dice.randrange(first, len(parts))))
        read += assert_same_or_both_refused("\n  0\n".join(parts).encode())
    assert read >= 5
