"""Several drawings in one model space: a floor drawn again, buildings apart, elevations. On layers with AIA names, in metres."""

from collections.abc import Callable
from itertools import pairwise

import ezdxf
from ezdxf.document import Drawing as Document
from ezdxf.filemanagement import new
from ezdxf.math import Matrix44
from shapely import box

from tests.ingest.dxf.door_pens import arc_and_line
from tests.ingest.dxf.floor import OUTER, Door, Floor, Spot, Wall, school_floor
from tests.ingest.dxf.pens import Space, double_lines, plain_texts, three_lines

TITLE = {"layer": "A-ANNO-TTLB"}


def sheet() -> Document:
    """An empty drawing in metres."""
    document = new("R2010", setup=True)
    document.header["$INSUNITS"] = 6
    return document


def put_floor(space: Space, floor: Floor, at: Spot = (0.0, 0.0), title: str = "", *, names: bool = True) -> None:
    """A floor with its title below, somewhere on a sheet."""
    before = set(space)
    double_lines(floor, space, True)
    arc_and_line(floor, space)
    three_lines(floor, space)
    for a, b in floor.treads:
        space.add_line(a, b, dxfattribs={"layer": "A-FLOR-STRS"})
    if names:
        plain_texts(floor, space)
    low_x, low_y, high_x, _ = floor.solid.bounds
    if title:
        put_text(space, title, ((low_x + high_x) / 2, low_y - 4))
    for entity in [e for e in space if e not in before]:
        entity.transform(Matrix44.translate(*at, 0))


def put_text(space: Space, words: str, at: Spot, height: float = 0.8) -> None:
    """A title."""
    text = space.add_text(words, height=height, dxfattribs=TITLE)
    text.set_placement(at, align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)


def renumbered(floor: Floor, first: str) -> Floor:
    """A floor whose rooms have numbers that begin otherwise."""
    names = {(first + name[1:] if name.isdigit() else name): at for name, at in floor.names.items()}
    return Floor(floor.walls, floor.doors, floor.windows, names, floor.treads)


def hut(name: str) -> Floor:
    """A building of one room."""
    corners = [(0.0, 0.0), (9.0, 0.0), (9.0, 7.0), (0.0, 7.0), (0.0, 0.0)]
    walls = tuple(Wall(a, b, OUTER) for a, b in pairwise(corners))
    return Floor(walls, (Door((3, 0), (3.9, 0), OUTER, (name, ""), -1),), (), {name: (4.5, 3.5)})


def twice(
    first: str, second: str, *, again: Callable[[Floor], Floor] = lambda floor: floor, names: bool = True
) -> Document:
    """The school's floor, and beside it the same walls again."""
    document = sheet()
    put_floor(document.modelspace(), school_floor(), title=first)
    put_floor(document.modelspace(), again(school_floor()), (45.0, 0.0), second, names=names)
    return document


def with_huts(*names: str) -> Document:
    """The school's floor, and small buildings behind it."""
    document = sheet()
    put_floor(document.modelspace(), school_floor())
    for number, name in enumerate(names):
        put_floor(document.modelspace(), hut(name), (13.0 * number, 30.0))
    return document


def put_elevation(space: Space, base: float, title: str) -> None:
    """A front of a building with three storeys: slabs, walls and windows as closed outlines."""
    for storey in range(3):
        low = base + 3.5 * storey
        _outline(space, (0, low, 40, low + 3.5), "A-WALL")
        for x in range(2, 38, 4):
            _outline(space, (x, low + 1, x + 1.6, low + 2.5), "A-GLAZ")
    _outline(space, (18, base, 20, base + 2.4), "A-DOOR")
    put_text(space, title, (20, base - 2))


def elevations(*titles: str, plan: bool = False) -> Document:
    """Fronts of a building below each other, and perhaps its floor above them."""
    document = sheet()
    for number, title in enumerate(titles):
        put_elevation(document.modelspace(), -25.0 * (number + 1), title)
    if plan:
        put_floor(document.modelspace(), school_floor(), (0.0, 8.0), "GROUND FLOOR")
    return document


def _outline(space: Space, bounds: tuple[float, float, float, float], layer: str) -> None:
    space.add_lwpolyline(list(box(*bounds).exterior.coords)[:-1], close=True, dxfattribs={"layer": layer})


def with_detail(title: str, size: float, part: Floor, floor_title: str = "GROUND FLOOR PLAN 1:100") -> Document:
    """The school's floor with its title, and beside it a part of it again, so many times as large."""
    document = sheet()
    space = document.modelspace()
    put_floor(space, school_floor(), title=floor_title)
    before = set(space)
    put_floor(space, part)
    for entity in [e for e in space if e not in before]:
        entity.transform(Matrix44.scale(size, size, size) @ Matrix44.translate(45, 0, 0))
    if title:
        put_text(space, title, (45 + 4.5 * size, -4))
    return document
