"""Documents to bytes and to drawings, and what ezdxf itself makes of them: an oracle that shares no code with ours."""

import io
from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from ezdxf.document import Drawing as Document
from ezdxf.path import make_path
from shapely.geometry.base import BaseGeometry

from geo_server.ingest.dxf.drawing import Drawing
from geo_server.ingest.dxf.entities import Entity
from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.sniff import open_document


def written(document: Document, *, fmt: str = "asc") -> bytes:
    """The file that a document makes."""
    if fmt == "bin":
        binary = io.BytesIO()
        document.write(binary, fmt="bin")
        return binary.getvalue()
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue().encode(document.output_encoding, errors="dxfreplace")


def read(document: Document) -> Drawing:
    """What our reader makes of a document once it was a file."""
    reread, _ = open_document(written(document), "test.dxf")
    return read_drawing(reread, "test.dxf")


def ezdxf_leaves(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Every object that ezdxf says is drawn, block uses expanded by ezdxf, one copy at a time."""
    for entity in entities:
        if entity.dxftype() != "INSERT":
            yield entity
            continue
        if entity.block() is None or entity.block().block.is_xref:
            yield entity
            continue
        for single in entity.multi_insert() if entity.mcount > 1 else [entity]:
            yield from ezdxf_leaves(single.virtual_entities())
            yield from single.attribs


def ezdxf_lines(document: Document) -> BaseGeometry:
    """Every curve of model space as ezdxf flattens it, seen from above."""
    lines = []
    for entity in ezdxf_leaves(document.modelspace()):
        points = [(v.x, v.y) for v in make_path(entity).flattening(1e-4)]
        if len(points) > 1:
            lines.append(shapely.LineString(points))
    return shapely.union_all(lines)


def lines_of(drawing: Drawing) -> BaseGeometry:
    """Every stroke of a drawing."""
    return shapely.union_all([shapely.LineString(np.asarray(stroke.points)) for stroke in drawing.strokes])
