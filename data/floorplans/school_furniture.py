"""Furniture of the sample school: what a drawing carries and an evacuation map does not need."""

from collections.abc import Callable

import shapely
from ezdxf.layouts import Modelspace
from ezdxf.sections.blocks import BlocksSection
from school import Room, Storey
from shapely import box

FURNITURE = {"layer": "A-FURN"}
CUBICLES = {"layer": "A-FLOR-TPTN"}


def furnish(msp: Modelspace, design: Storey, room: Room) -> None:
    """Draw what stands in a room."""
    if room.kind == "restroom":
        _cubicles(msp, room)
    elif room.name in _BY_NAME:
        _BY_NAME[room.name](msp, design, room)


def define_furniture(blocks: BlocksSection) -> None:
    """Blocks of a desk with its chair and of a round table with four stools."""
    desk = blocks.new("DESK")
    desk.add_lwpolyline([(-1.25, -0.8), (1.25, -0.8), (1.25, 0.8), (-1.25, 0.8)], close=True, dxfattribs=FURNITURE)
    desk.add_arc((0, -1.2), 0.7, 180, 360, dxfattribs=FURNITURE)
    table = blocks.new("TABLE")
    table.add_circle((0, 0), 2.5, FURNITURE)
    for x, y in ((3.2, 0), (-3.2, 0), (0, 3.2), (0, -3.2)):
        table.add_circle((x, y), 0.6, FURNITURE)


def _cubicles(msp: Modelspace, room: Room) -> None:
    """Partitions that end free of the opposite wall."""
    west, south, east, north = room.outline.bounds
    for i in range(3):
        if east - west > north - south:
            x = east - 4 - i * 3.5
            msp.add_line((x, south + 0.25), (x, south + 5), CUBICLES)
        else:
            y = south + 4 + i * 3.5
            msp.add_line((west + 0.25, y), (west + 5, y), CUBICLES)


def _desks(msp: Modelspace, _design: Storey, room: Room) -> None:
    west, south, *_ = room.outline.bounds
    for column in range(5):
        for row in range(4):
            msp.add_blockref("DESK", (west + 6 + column * 4.5, south + 6 + row * 5), FURNITURE)


def _tables(msp: Modelspace, _design: Storey, room: Room) -> None:
    west, south, *_ = room.outline.bounds
    for column in range(5):
        for row in range(3):
            msp.add_blockref("TABLE", (west + 10 + column * 11.5, south + 12 + row * 12), FURNITURE)


def _shelves(msp: Modelspace, _design: Storey, room: Room) -> None:
    west, south, *_ = room.outline.bounds
    for i in range(5):
        x = west + 6 + i * 6
        _outline(msp, (x, south + 5, x + 1.5, south + 20))


def _lockers(msp: Modelspace, _design: Storey, _room: Room) -> None:
    for x in range(119, 146):
        _outline(msp, (x, 42.75, x + 1, 43.75))


def _court(msp: Modelspace, design: Storey, room: Room) -> None:
    floor = design.clear(room).buffer(-6, join_style="mitre")
    _outline(msp, floor.bounds)
    middle = floor.centroid
    msp.add_circle((round(middle.x, 2), round(middle.y, 2)), 6, FURNITURE)


def _outline(msp: Modelspace, bounds: tuple[float, float, float, float]) -> None:
    corners = shapely.get_coordinates(box(*bounds))[:-1]
    msp.add_lwpolyline([(float(x), float(y)) for x, y in corners], close=True, dxfattribs=FURNITURE)


_BY_NAME: dict[str, Callable[[Modelspace, Storey, Room], None]] = {
    "CLASSROOM": _desks,
    "CAFETERIA": _tables,
    "LIBRARY": _shelves,
    "CORRIDOR": _lockers,
    "GYMNASIUM": _court,
}
