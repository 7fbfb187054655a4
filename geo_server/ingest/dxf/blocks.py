"""Blocks of a DXF document: counted before they are expanded, known by the names that people gave them.

A file of 26 kB can name 10^9 objects by nesting blocks, and ezdxf would try. So the number of objects is first computed
by arithmetic over the graph of blocks; cycles and nesting deeper than 16 are refused.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ezdxf.document import Drawing as Document
from ezdxf.dynblkhelper import get_dynamic_block_definition

from geo_server.domain.errors import TooLarge, UnreadableFile
from geo_server.ingest.dxf.entities import Entity
from geo_server.ingest.dxf.plain_lines import PlainLines

DEEPEST = 16
MOST_OBJECTS = 300_000


def count_objects(document: Document, plain: PlainLines, name: str) -> int:
    """Number of objects that model space expands to, by arithmetic alone.

    Args:
        document: Trusted in nothing.
        plain: Lines that are not in it.
        name: What to call it in a refusal.

    Raises:
        TooLarge: More than 300,000.
        UnreadableFile: Blocks contain themselves, or nest deeper than 16.
    """
    count = _Census(document, plain, name).weigh("", document.modelspace(), ()).objects
    if count > MOST_OBJECTS:
        raise TooLarge(
            f"The drawing expands to {count:,} objects; the limit is {MOST_OBJECTS:,}.",
            where=name,
            advice="Delete furniture, planting and hatching, PURGE, and export again.",
        )
    return count


class _Weight(NamedTuple):
    """What a block holds: objects once expanded, and levels of blocks below it."""

    objects: int
    height: int


class _Census:
    """Weighs each block once."""

    def __init__(self, document: Document, plain: PlainLines, name: str) -> None:
        self.document = document
        self.plain = plain
        self.name = name
        self.weights: dict[str, _Weight] = {}

    def weigh(self, key: str, entities: Iterable[Entity], path: tuple[str, ...]) -> _Weight:
        """The weight of a layout or block that was come to along a path of blocks."""
        count, height = len(self.plain.get(key, ())), 0
        for entity in entities:
            if entity.dxftype() == "INSERT":
                inside = self._weigh_use(entity, path)
                count, height = count + inside.objects, max(height, inside.height)
            else:
                count += 1
        return _Weight(count, height)

    def _weigh_use(self, insert: Entity, path: tuple[str, ...]) -> _Weight:
        key = str(insert.dxf.get("name", "")).lower()
        known = self.weights.get(key, _Weight(0, 0))
        if key in path:
            raise self._refusal(key, "contains itself")
        if len(path) + known.height >= DEEPEST:
            raise self._refusal(key, f"nests deeper than {DEEPEST} blocks")
        if key not in self.weights:
            layout: Iterable[Entity] = self.document.blocks.get(key) or ()
            known = self.weights[key] = self.weigh(key, layout, (*path, key))
        return _Weight(1 + copies(insert) * (known.objects + len(insert.attribs)), known.height + 1)

    def _refusal(self, block: str, fault: str) -> UnreadableFile:
        return UnreadableFile(
            f"Block {block[:60]!r} {fault}.", where=self.name, advice="Explode or repair the block in a CAD program."
        )


def copies(insert: Entity) -> int:
    """How often a block use draws its block: 1, or the cells of its grid."""
    return max(1, int(insert.dxf.get("row_count", 1))) * max(1, int(insert.dxf.get("column_count", 1)))


def true_name(insert: Entity) -> str:
    """The name that the author of a block gave it; a dynamic block is kept under made-up ones such as ``*U12``."""
    name = str(insert.dxf.get("name", ""))
    if not name.startswith("*"):
        return name
    definition = get_dynamic_block_definition(insert)
    return str(definition.name) if definition is not None else name
