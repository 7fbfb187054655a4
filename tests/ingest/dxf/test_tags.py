"""Tags are read as ezdxf reads them, but for objects of blocks that nothing draws."""

import io

import pytest
from ezdxf.document import Drawing as Document
from ezdxf.filemanagement import new
from ezdxf.lldxf.tagger import ascii_tags_loader, tag_compiler
from hypothesis import given
from hypothesis import strategies as st

from geo_server.ingest.dxf.tags import read_tags
from tests.ingest.sketch import Sketch


def text_of(document: Document) -> str:
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue()


def by_ezdxf(text: str) -> list[tuple[type, int, object]]:
    return [(type(tag), tag.code, tag.value) for tag in tag_compiler(ascii_tags_loader(io.StringIO(text)))]


def by_us(text: str) -> list[tuple[type, int, object]]:
    return [(type(tag), tag.code, tag.value) for tag in read_tags(text)]


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010", "R2018"])
def test_a_drawing_without_unused_blocks_gives_the_tags_that_ezdxf_gives(version: str) -> None:
    document = new(version)
    space = document.modelspace()
    document.blocks.new("DESK").add_line((0, 0, 1), (1, 2, 3))
    space.add_blockref("desk", (4, 5))
    space.add_text("room", dxfattribs={"height": 0.2})
    text = text_of(document)
    assert by_us(text) == by_ezdxf(text)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 5, 40, 62, 70, 290, 999, 1000, 1071]), st.integers(-9, 9).map(str) | st.just(" 7.0")
        )
    )
)
def test_tags_of_all_types_are_those_of_ezdxf(pairs: list[tuple[int, str]]) -> None:
    text = "0\nSECTION\n" + "".join(f"{code:3}\n{value}\n" for code, value in pairs) + "  0\nEOF\nwhat follows\n"
    assert by_us(text) == by_ezdxf(text)


def test_only_objects_of_blocks_that_nothing_draws_are_left_out() -> None:
    document = new("R2010")
    for name, inside in (("OUTER", "INNER"), ("LEFT", "LEFT-TOO")):
        document.blocks.new(inside).add_circle((0, 0), 1, dxfattribs={"layer": f"IN {inside}"})
        document.blocks.new(name).add_blockref(inside, (0, 0))
    document.blocks.new("ON-SHEET").add_circle((0, 0), 1)
    document.modelspace().add_blockref("outer", (0, 0))
    document.layout("Layout1").add_blockref("ON-SHEET", (0, 0))
    read = Document.from_tags(read_tags(text_of(document)))
    counts = {name: len(read.blocks.get(name)) for name in ("OUTER", "INNER", "LEFT", "LEFT-TOO", "ON-SHEET")}
    assert counts == {"OUTER": 1, "INNER": 1, "LEFT": 0, "LEFT-TOO": 0, "ON-SHEET": 1}


def test_of_the_picture_of_a_dimension_the_words_stay_and_nothing_else() -> None:
    document = new("R2010", setup=True)
    document.modelspace().add_linear_dim(base=(0, 2), p1=(0, 0), p2=(3, 0)).render()
    (dimension,) = Document.from_tags(read_tags(text_of(document))).modelspace()
    assert [e.dxftype() for e in dimension.get_geometry_block()] == ["MTEXT"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("damage", ["0\nLINE\n10\n1.0\n30\n2.0\n0\nEOF\n", "zero\nLINE\n0\nEOF\n", ""])
def test_what_is_no_dxf_is_an_error_of_a_kind_that_is_told(damage: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        list(read_tags(damage))


def test_the_sketch_has_the_same_objects_either_way() -> None:
    text = Sketch().draw().bytes().decode()
    ours, theirs = Document.from_tags(read_tags(text)), Document.read(io.StringIO(text))
    assert [str(e) for e in ours.modelspace()] == [str(e) for e in theirs.modelspace()]
