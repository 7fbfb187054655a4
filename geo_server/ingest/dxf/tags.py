"""The text of a DXF file to tags, quicker than ezdxf's own loader, and without what nobody draws or what is read here.

Terminology:
    tag: a code and a value, on two lines; code 0 begins an object.
    layout: the block of model space or of a sheet, which is drawn without being used.

A good part of many files are blocks that no object uses, because nobody purged them. Their objects are left out before
ezdxf makes anything of them; the blocks stay, empty. Lines and light polylines are most of what is left of most files;
those that are simple are read without ezdxf too.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ezdxf.lldxf.types import BINARY_DATA, POINT_CODES, TYPE_TABLE, DXFBinaryTag, DXFTag, DXFVertex

from geo_server.ingest.dxf.plain_lines import PLAIN_KINDS, PlainLine, read_plain

_COMMENT = 999
CHUNK = 2**20
"""Characters that are split into lines at once, so that a large file is not held a second time in small pieces."""
_OBJECT = re.compile(r"\n *0 *\n *([A-Za-z]\w*) *(?=\n)")
"""What begins an object, after the end of a line. A value of 0 has a number on the line after it."""
_CASTS = {code: kind for code, kind in TYPE_TABLE.items() if code not in POINT_CODES}
_USERS = frozenset({"INSERT", "DIMENSION"})
"""What names a block that is read with it: a block use, and a dimension the block with its words."""
_LAYOUTS = ("*model_space", "*paper_space", "$model_space", "$paper_space")
"""How the names of layouts begin, in files of today and of R12."""


def read_tags(text: str, plain: dict[str, list[PlainLine]] | None = None) -> Iterator[DXFTag]:
    """The tags of a text, as ezdxf's ``tag_compiler`` makes them.

    Args:
        text: Whose lines end with a line feed alone.
        plain: Takes the lines and light polylines that are simple, by block, in place of their tags; None takes none.

    Raises:
        ValueError: A line is not what it must be; ezdxf's own loader says which one.
        IndexError: It breaks off within a point, or begins no object.
    """
    text = f"\n{text}"
    objects = [(match.start() + 1, match[1]) for match in _OBJECT.finditer(text)]
    if text[: objects[0][0]].strip():
        raise ValueError("it begins with something else than an object")
    unused, blocks = _blocks(text, objects)
    begin, block = objects[0][0], ""
    for (at, kind), (following, _) in pairwise([*objects, (len(text), "")]):
        if at in unused or at - begin > CHUNK or kind == "EOF":
            yield from _compiled(text[begin:at].split("\n"))
            begin = unused.get(at, at)
        if kind == "EOF":
            yield DXFTag(0, kind)
            return
        block = blocks.get(at, block)
        if plain is None or kind not in PLAIN_KINDS or at < begin or block.startswith(_LAYOUTS):
            continue
        line = read_plain(kind, text[at:following])
        if line is not None:
            plain.setdefault(block, []).append(line)
            if begin < at:
                yield from _compiled(text[begin:at].split("\n"))
            begin = following


def _blocks(text: str, objects: Sequence[tuple[int, str]]) -> tuple[dict[int, int], dict[int, str]]:
    """From where to where in the text the objects of each block stand that nothing drawn uses, and where in the text
    which block begins, or none.
    """
    uses: dict[str, list[str]] = defaultdict(list)
    contents: list[tuple[str, int, int]] = []
    begins: dict[int, str] = {}
    block, first = "", 0
    for (at, kind), (following, _) in pairwise(objects):
        if kind == "BLOCK":
            block, first = _name(text[at:following]), following
            begins[at] = block
        elif kind == "ENDBLK":
            contents.append((block, first, at))
            block = begins[at] = ""
        elif kind in _USERS:
            uses[block].append(_name(text[at:following]))
    drawn, ahead = set(), ["", *(name for name, _, _ in contents if name.startswith(_LAYOUTS))]
    while ahead:
        if (name := ahead.pop()) not in drawn:
            drawn.add(name)
            ahead += uses[name]
    unused = {first: last for name, first, last in contents if name not in drawn and first < last}
    return unused, begins


def _name(text: str) -> str:
    """The name that an object is or that it uses, as ezdxf compares them; empty when there is none."""
    lines = text.split("\n")
    return next(
        (value.lower() for code, value in zip(lines[::2], lines[1::2], strict=False) if code.strip() == "2"), ""
    )


def _compiled(lines: Sequence[str]) -> Iterator[DXFTag]:
    """Tags of some lines with values of their types; the lines of a point are one tag."""
    codes, values = list(map(int, lines[:-1:2])), lines[1::2]
    at, stop = 0, len(codes)
    while at < stop:
        code, value = codes[at], values[at]
        at += 1
        cast = _CASTS.get(code)
        if cast is not None:
            yield DXFTag(code, _number(cast, value))
        elif code in POINT_CODES:
            if codes[at] != code + 10:
                raise ValueError("a point without a second coordinate")
            if at + 1 < stop and codes[at + 1] == code + 20:
                yield DXFVertex(code, (float(value), float(values[at]), float(values[at + 1])))
                at += 2
            else:
                yield DXFVertex(code, (float(value), float(values[at])))
                at += 1
        elif code in BINARY_DATA:
            yield DXFBinaryTag.from_string(code, value)
        elif code != _COMMENT:
            yield DXFTag(code, value if code else value.strip())


def _number(cast: type[int | float], value: str) -> int | float:
    """A value as a number; some programs write whole numbers as floats."""
    try:
        return cast(value)
    except ValueError:
        return cast(float(value))
