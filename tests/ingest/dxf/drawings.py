"""A drawing beside the floor that it shows, and what most drawings begin with. On layers with AIA names, in metres."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from ezdxf.document import Drawing as Document
from shapely.geometry.base import BaseGeometry

from tests.ingest.dxf.door_pens import arc_and_line
from tests.ingest.dxf.floor import Floor, Spot
from tests.ingest.dxf.pens import Space, double_lines, plain_texts, three_lines
from tests.ingest.dxf.sheets import sheet
from tests.ingest.dxf.styles import Style

PLAIN = Style()


@dataclass(frozen=True)
class Drawn:
    """A drawing, what it shows, and where."""

    document: Document
    floor: Floor
    style: Style = PLAIN


def start(floor: Floor, *, doors: bool = True, names: bool = True, windows: bool = True) -> tuple[Document, Space]:
    document = sheet()
    space = document.modelspace()
    double_lines(floor, space, True)
    if windows:
        three_lines(floor, space)
    add_treads(floor, space)
    if doors:
        arc_and_line(floor, space)
    if names:
        plain_texts(floor, space)
    return document, space


def add_treads(floor: Floor, space: Space) -> None:
    for a, b in floor.treads:
        space.add_line(a, b, dxfattribs={"layer": "A-FLOR-STRS"})


def rings(body: BaseGeometry) -> Iterator[list[Spot]]:
    for part in shapely.get_parts(shapely.normalize(body)):
        for ring in (part.exterior, *part.interiors):
            yield [(x, y) for x, y in ring.coords]
