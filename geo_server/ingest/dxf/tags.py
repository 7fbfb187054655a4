"""The text of a DXF file to tags, quicker than ezdxf's own loader, and without what nobody draws or what is read here.

Terminology:
    tag: a code and a value, on two lines; code 0 begins an object.
    layout: the block of model space or of a sheet, which is drawn without being used.

A good part of many files are blocks that no object uses, because nobody purged them. Their objects are left out before
ezdxf makes anything of them; the blocks stay, empty. So are arrows and lines in the pictures of dimensions. Lines and light polylines are most of what is left of most files;
those that are simple are read without ezdxf too.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ezdxf.lldxf.types import BINARY_DATA, POINT_CODES, TYPE_TABLE, DXFBinaryTag, DXFTag, DXFVertex

from geo_server.ingest.dxf.plain_lines import PLAIN_KINDS, PlainLine, read_plain

_COMMENT = 999
CHUNK = 2**20
"""Characters that are split into lines at once, so that a large file is not held a second time in small pieces."""
_OBJECT = re.compile(r"\n[^\S\n]*[+-]?0+[^\S\n]*\n[^\S\n]*(\d*[A-Za-z_]\w*)[^\S\n]*(?=\n)")
"""What begins an object, after the end of a line. A value of 0 has a number on the line after it."""
_DRAWN = frozenset({"BLOCKS", "ENTITIES"})
"""Sections of what is drawn."""
_FOLLOWED = frozenset({"POLYLINE", "VERTEX", "INSERT", "ATTRIB"})
"""What has objects of its own behind it; that something else stands there is for ezdxf to see."""
_CASTS = {code: kind for code, kind in TYPE_TABLE.items() if code not in POINT_CODES}
_WORDS = frozenset({"TEXT", "MTEXT"})
"""All that is read of the block that a dimension names, which is its picture."""
_LAYOUTS = ("*model_space", "*paper_space", "$model_space", "$paper_space")
"""How the names of layouts begin, in files of today and of R12."""


def read_tags(text: str, plain: dict[str, list[PlainLine]] | None = None) -> Iterator[DXFTag]:
    """The tags of a text, as ezdxf's ``tag_compiler`` makes them.

    Args:
        text: Whose lines end with a line feed alone.
        plain: Takes the lines and light polylines that are simple, by block, in place of their tags; None takes none.

    Raises:
        BrokenStructure: Sections or blocks do not end where they must.
        ValueError: A line is not what it must be; ezdxf's own loader says which one.
        IndexError: It breaks off within a point, or begins no object.
    """
    text = f"\n{text}"
    objects = _objects(text)
    blocks = _Blocks.of(text, objects)
    unread = _unread(blocks, objects)
    begin, block, before = objects[0][0], None, ""
    for (at, kind), (following, _) in pairwise([*objects, (len(text), "")]):
        if at in unread or at - begin > CHUNK or kind == "EOF":
            yield from _compiled(text[begin:at].split("\n"))
            begin = unread.get(at, at)
        if kind == "EOF":
            yield DXFTag(0, kind)
            return
        block, follows, before = blocks.begins.get(at, block), before, kind
        if plain is None or block is None or at < begin or kind not in PLAIN_KINDS or follows in _FOLLOWED:
            continue
        line = None if block.startswith(_LAYOUTS) else read_plain(kind, text[at:following])
        if line is not None:
            plain.setdefault(block, []).append(line)
            if begin < at:
                yield from _compiled(text[begin:at].split("\n"))
            begin = following


def _objects(text: str) -> list[tuple[int, str]]:
    """Where each object begins up to the end of the file, and of which kind it is."""
    found = list[tuple[int, str]]()
    for match in _OBJECT.finditer(text):
        found.append((match.start() + 1, match[1]))
        if match[1] == "EOF":
            break
    if text[: found[0][0]].strip():
        raise ValueError("it begins with something else than an object")
    return found


class BrokenStructure(ValueError):
    """Sections or blocks of a file do not end where they must, so that what stands where is a guess."""


@dataclass
class _Blocks:
    """What the text holds of blocks.

    Args:
        contents: Name of each, and from where to where in the text its objects stand.
        begins: Where in the text which block begins; one without a name is model space, and None is neither.
        uses: Blocks that each uses; model space has no name.
        pictures: Blocks that the dimensions in each name.
    """

    contents: list[tuple[str, int, int]] = field(default_factory=list)
    begins: dict[int, str | None] = field(default_factory=dict)
    uses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    pictures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, text: str, objects: Sequence[tuple[int, str]]) -> "_Blocks":
        """Those of a text.

        Raises:
            BrokenStructure: A section or a block has no begin, no end or no name, or a section is there twice.
        """
        found, block, first = cls(), None, 0
        section, sections = "", set[str]()
        for (at, kind), (following, _) in pairwise([*objects, (len(text), "")]):
            if kind == "SECTION":
                _demand(not section, f"section {section!r} has no end")
                section = _name(text[at:following])
                _demand(section not in sections & _DRAWN, f"section {section!r} is there twice")
                sections.add(section)
                block = found.begins[at] = "" if section == "ENTITIES" else None
            elif kind == "ENDSEC":
                _demand(section != "BLOCKS" or block is None, f"block {block!r} has no end")
                section, block = "", None
                found.begins[at] = None
            elif kind == "BLOCK":
                _demand(section == "BLOCKS", "a block stands outside of the section of blocks")
                _demand(block is None, f"block {block!r} has no end")
                block, first = _key(text[at:following]), following
                _demand(block != "", "a block has no name")
                found.begins[at] = block
            elif kind == "ENDBLK":
                _demand(section == "BLOCKS" and block is not None, "a block ends that did not begin")
                found.contents.append((block or "", first, at))
                block = found.begins[at] = None
            elif kind == "INSERT" and block is not None:
                found.uses[block].append(_key(text[at:following]))
            elif kind == "DIMENSION" and block is not None:
                found.pictures[block].append(_key(text[at:following]))
        return found

    def drawn(self) -> set[str]:
        """Blocks that are drawn, layouts among them."""
        drawn, ahead = set(), ["", *(name for name, _, _ in self.contents if name.startswith(_LAYOUTS))]
        while ahead:
            if (name := ahead.pop()) not in drawn:
                drawn.add(name)
                ahead += self.uses[name]
        return drawn


def _unread(blocks: _Blocks, objects: Sequence[tuple[int, str]]) -> dict[int, int]:
    """From where to where in the text objects stand that nobody draws or reads."""
    drawn = blocks.drawn()
    read = {picture for name in drawn for picture in blocks.pictures[name]} - drawn
    unread = {first: last for name, first, last in blocks.contents if name not in drawn | read and first < last}
    block = None
    for (at, kind), (following, _) in pairwise(objects if read else ()):
        block = blocks.begins.get(at, block)
        if block in read and at not in blocks.begins and kind not in _WORDS:
            unread[at] = following
    return unread


def _demand(holds: bool, fault: str) -> None:
    if not holds:
        raise BrokenStructure(fault)


def _key(text: str) -> str:
    """The name that a block has or that an object uses, as ezdxf compares them; empty when there is none."""
    return _name(text).lower()


def _name(text: str) -> str:
    """The name that an object is or that it uses; empty when there is none."""
    lines = text.split("\n")
    return next((value for code, value in zip(lines[::2], lines[1::2], strict=False) if code.strip() == "2"), "")


def _compiled(lines: Sequence[str]) -> Iterator[DXFTag]:
    """Tags of some lines with values of their types; the lines of a point are one tag."""
    codes, values = _pairs(lines)
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


def _pairs(lines: Sequence[str]) -> tuple[list[int], Sequence[str]]:
    if len(lines) % 2 == 0:
        raise ValueError("a code without a value")
    return list(map(int, lines[:-1:2])), lines[1::2]


def _number(cast: type[int | float], value: str) -> int | float:
    """A value as a number; some programs write whole numbers as floats."""
    try:
        return cast(value)
    except ValueError:
        return cast(float(value))
