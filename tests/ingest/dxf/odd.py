"""Drawings with one thing in them that is odd, and usual all the same: courts on the floor of a gymnasium, names outside of
the building with leaders, doors without a swing. On layers with AIA names, in metres.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise

import ezdxf
from ezdxf.document import Drawing as Document
from ezdxf.math import Vec2
from ezdxf.render.mleader import ConnectionSide
from shapely import Polygon, box

from tests.ingest.dxf.door_pens import DOOR, arc_and_line
from tests.ingest.dxf.floor import INNER, OUTER, THIN, Door, Floor, Spot, Wall, school_floor
from tests.ingest.dxf.pens import NAME, Space, box_of, double_lines, plain_texts, three_lines
from tests.ingest.dxf.sheets import sheet

Drawn = tuple[Document, Floor]


def gym_floor() -> Floor:
    """A gymnasium with two changing rooms and a store."""
    corners = [(0.0, 0.0), (36.0, 0.0), (36.0, 32.0), (0.0, 32.0), (0.0, 0.0)]
    walls = [*(Wall(a, b, OUTER) for a, b in pairwise(corners)), Wall((0, 24), (36, 24), INNER)]
    walls += [Wall((x, 24), (x, 32), INNER) for x in (12, 24)]
    names: dict[str, Spot] = {"GYM": (18, 12), "BOYS": (6, 28), "GIRLS": (18, 28), "STORAGE": (30, 28)}
    doors = (
        Door((5, 24), (6, 24), INNER, ("BOYS", "GYM"), -1),
        Door((18, 24), (19, 24), INNER, ("GIRLS", "GYM"), -1),
        Door((28, 24), (29.8, 24), INNER, ("STORAGE", "GYM"), 1, 2),
        Door((36, 10), (36, 11.8), OUTER, ("GYM", ""), -1, 2),
    )
    return Floor(tuple(walls), doors, (), names)


def _plain(floor: Floor, *, doors: bool = True, names: bool = True) -> tuple[Document, Space]:
    document = sheet()
    space = document.modelspace()
    double_lines(floor, space, True)
    three_lines(floor, space)
    for a, b in floor.treads:
        space.add_line(a, b, dxfattribs={"layer": "A-FLOR-STRS"})
    if doors:
        arc_and_line(floor, space)
    if names:
        plain_texts(floor, space)
    return document, space


def _ring(space: Space, shape: Polygon, layer: str) -> None:
    space.add_lwpolyline(list(shape.exterior.coords)[:-1], close=True, dxfattribs={"layer": layer})


def court(layer: str) -> Drawn:
    """A court with its middle line and circle, on a layer that is for something else, or for nothing."""
    floor = gym_floor()
    document, space = _plain(floor)
    _ring(space, box(5, 4, 31, 20), layer)
    space.add_line((18, 4), (18, 20), dxfattribs={"layer": layer})
    space.add_circle((18, 12), 1.8, dxfattribs={"layer": layer})
    return document, floor


def bleachers() -> Drawn:
    """Benches along a wall of the gymnasium, as thin lines on the layer of the walls."""
    floor = gym_floor()
    document, space = _plain(floor)
    for row in range(6):
        space.add_line((3, 2 + 0.75 * row), (33, 2 + 0.75 * row), dxfattribs={"layer": "A-WALL"})
    for x in (3, 13, 23, 33):
        space.add_line((x, 2), (x, 2 + 0.75 * 5), dxfattribs={"layer": "A-WALL"})
    return document, floor


def columns() -> Drawn:
    """Columns that stand free in rooms and in the corridor, a doorway's width from the walls."""
    floor = school_floor()
    document, space = _plain(floor)
    for x in (4, 9, 14, 20, 25, 29):
        for y in (3, 8.2, 12.5):
            _ring(space, box(x - 0.2, y - 0.2, x + 0.2, y + 0.2), "S-COLS")
    return document, floor


def beams() -> Drawn:
    """Beams above, dashed, on the layer of the walls."""
    floor = school_floor()
    document, space = _plain(floor)
    for x in (3.0, 3.3, 10.0, 10.3, 20.0, 20.3, 29.0, 29.3):
        space.add_line((x, 0.2), (x, 15.8), dxfattribs={"layer": "A-WALL", "linetype": "DASHED"})
    return document, floor


def thick() -> Drawn:
    """Walls of an old house: a metre of stone outside, and more than half a metre inside."""
    floor, thickness = school_floor(), {OUTER: 1.0, INNER: 0.6, THIN: 0.3}
    walls = tuple(Wall(w.start, w.end, thickness[w.thick]) for w in floor.walls)
    doors = tuple(Door(d.hinge, d.latch, thickness[d.thick], d.sides, d.swing, d.leaves) for d in floor.doors)
    windows = tuple(Wall(w.start, w.end, thickness[w.thick]) for w in floor.windows)
    old = Floor(walls, doors, windows, floor.names, floor.treads)
    return _plain(old)[0], old


def leaders() -> Drawn:
    """Names above and below the building, and leaders from them into the rooms."""
    floor = school_floor()
    document, space = _plain(floor, names=False)
    for name, room in floor.rooms.items():
        inside = room.representative_point()
        at = (inside.x, 20.0 if inside.y > 8 else -4.0)
        text = space.add_text(name, height=0.25, dxfattribs=NAME)
        text.set_placement(at, align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)
        tail = at[0], at[1] - 0.4 if at[1] > 0 else at[1] + 0.4
        space.add_leader([(inside.x, inside.y), tail], dxfattribs=NAME)
    note = space.add_mtext("GYP. BD. TYP.", dxfattribs={**NAME, "char_height": 0.25, "insert": (40, 18)})
    note.dxf.attachment_point = 5
    space.add_leader([(3, 13), (40, 17.6)], dxfattribs=NAME)
    return document, floor


def tags() -> Drawn:
    """Numbers of doors in circles beside them, a keynote and a finish in each room."""
    floor = school_floor()
    document, space = _plain(floor)
    for number, door in enumerate(floor.doors):
        middle, (tip, hinge) = Vec2(door.hinge).lerp(Vec2(door.latch)), (Vec2(p) for p in door.leaf_places()[0][2::-2])
        at = middle - (tip - hinge).normalize(0.9)
        space.add_circle(at, 0.25, dxfattribs={"layer": "A-ANNO-SYMB"})
        _small(space, f"{100 + number}A", at)
    for room in floor.rooms.values():
        spot = room.representative_point()
        _small(space, "12", Vec2(spot.x - 0.6, spot.y - 1.5))
        _small(space, "CPT-1", Vec2(spot.x + 0.6, spot.y - 1.5))
    return document, floor


def under_names(words: str) -> Drawn:
    """The same words below the name of each room: a finish, a height, a count."""
    floor = school_floor()
    document, space = _plain(floor)
    for name in list(space.query("TEXT")):
        at = name.get_placement()[1]
        text = space.add_text(words, height=0.25, dxfattribs=NAME)
        text.set_placement((at.x, at.y - 0.45), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)
    return document, floor


def stamps() -> Drawn:
    """Stamp blocks with attributes, of which those for the finish and the count of people come before the number."""
    floor = school_floor()
    document, space = _plain(floor, names=False)
    block = document.blocks.new("ROOM-TAG")
    for row, tag in enumerate(("FLOOR_FIN", "OCCUPANTS", "ROOM_NO", "AREA")):
        block.add_attdef(tag, (0, -0.4 * row), dxfattribs={"height": 0.25})
    for count, (name, room) in enumerate(floor.rooms.items()):
        spot = room.representative_point()
        use = space.add_blockref("ROOM-TAG", (spot.x, spot.y), dxfattribs=NAME)
        said = {"FLOOR_FIN": "CPT-1", "OCCUPANTS": str(20 + count), "ROOM_NO": name, "AREA": f"{room.area:.1f} m2"}
        use.add_auto_attribs(said)
    return document, floor


def office_floor() -> Floor:
    """A large office and two rooms beside it."""
    corners = [(0.0, 0.0), (30.0, 0.0), (30.0, 18.0), (0.0, 18.0), (0.0, 0.0)]
    walls = [*(Wall(a, b, OUTER) for a, b in pairwise(corners)), Wall((20, 0), (20, 18), INNER)]
    walls.append(Wall((20, 9), (30, 9), INNER))
    names: dict[str, Spot] = {"OPEN OFFICE": (1.7, 9), "201": (25, 4), "202": (25, 14)}
    doors = (
        Door((20, 4), (20, 4.9), INNER, ("201", "OPEN OFFICE"), 1),
        Door((20, 13), (20, 13.9), INNER, ("202", "OPEN OFFICE"), 1),
        Door((0, 8), (0, 9.8), OUTER, ("OPEN OFFICE", ""), 1, 2),
    )
    return Floor(tuple(walls), doors, (), names)


def cubicles(layer: str, thick: float = 0.06, *, front: bool = True, numbers: bool = False) -> Drawn:
    """Two rows of places of work back to back behind low partitions, open for 0.9 m or on a whole side."""
    floor = office_floor()
    document, space = _plain(floor)

    def partition(*ends: Spot) -> None:
        wall = Wall(ends[0], ends[1], thick)
        shape = box_of(wall) if thick else list(ends)
        space.add_lwpolyline(shape, close=bool(thick), dxfattribs={"layer": layer})

    for y, k, side in ((y, k, side) for y in (3.7, 13.2) for k in range(5) for side in (1, -1)):
        x, far = 4 + 2.4 * k, y + 2.2 * side
        partition((x, y), (x + 2.4, y))
        partition((x, y), (x, far))
        if k == 4:
            partition((x + 2.4, y), (x + 2.4, far))
        if front:
            partition((x, far), (x + 1.5, far))
        if numbers:
            _small(space, f"{10 * k + side + 1:03d}", Vec2(x + 1.2, y + side))
    return document, floor


def _all_on_zero(drawn: Drawn) -> Drawn:
    document, floor = drawn
    for entity in document.entitydb.values():
        if entity.dxf.is_supported("layer") and entity.dxf.hasattr("layer"):
            entity.dxf.layer = "0"
    return document, floor


def tables() -> Drawn:
    """Tables and benches with round sides, pushed to walls and into corners, on the one layer that there is."""
    floor = school_floor()
    document, space = _plain(floor)
    for x, y, first in ((0.18, 15.82, 270), (6.94, 15.82, 180), (13.06, 15.82, 270), (23.1, 0.18, 0), (27.5, 0.18, 0)):
        space.add_arc((x, y), 0.9, first, first + 90)
    for x, way in ((0.18, 0.9), (6.94, -0.9)):
        space.add_line((x, 15.82), (x + way, 15.82))
        space.add_line((x, 15.82), (x, 14.92))
    space.add_arc((10, 15.82), 0.8, 180, 360)
    space.add_arc((10.64, 9.1), 0.8, 0, 90)
    return _all_on_zero((document, floor))


def escape_routes(*, pieces: bool = False) -> Drawn:
    """Ways out as lines with arrowheads, from each room through its door, on the one layer that there is."""
    floor = school_floor()
    document, space = _plain(floor)
    for door in floor.doors:
        name = next((side for side in door.sides if side not in {"", "CORRIDOR", "HALL"}), None)
        if name is None:
            continue
        (x, y), middle = floor.names[name], Vec2(door.hinge).lerp(Vec2(door.latch))
        out = [(26.9, 6.0), (26.9, -2.0)] if "HALL" in door.sides else [(middle.x, 8.2), (-2.0, 8.2)]
        line = space.add_lwpolyline([(x + 0.4, y + (0.6 if y < middle.y else -0.6)), middle, *out])
        if pieces:
            line.explode()
    for x in (-2, 1, 5, 9, 13, 17):
        space.add_lwpolyline([(x + 0.4, 8.4), (x, 8.2), (x + 0.4, 8.0)])
    return _all_on_zero((document, floor))


def _small(space: Space, words: str, at: Vec2) -> None:
    text = space.add_text(words, height=0.15, dxfattribs={"layer": "A-ANNO-SYMB"})
    text.set_placement(at, align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)


def multileaders() -> Drawn:
    """Names of small rooms as multileaders, in the middle of other rooms."""
    floor = school_floor()
    document, space = _plain(floor, names=False)
    plain_texts(
        Floor(floor.walls, (), (), {n: at for n, at in floor.names.items() if n not in {"WC", "OFFICE"}}), space
    )
    for name, at in (("WC", (2.5, 5.0)), ("OFFICE", (20.0, 14.5))):
        pointing = space.add_multileader_mtext("Standard", dxfattribs=NAME)
        pointing.set_content(name, char_height=0.25)
        tip = floor.rooms[name].representative_point()
        pointing.add_leader_line(ConnectionSide.left, [Vec2(tip.x, tip.y)])
        pointing.build(insert=Vec2(at))
    return document, floor


def revolving() -> Drawn:
    """The main door as a circle with wings."""
    floor = school_floor()
    document, space = _plain(floor, doors=False)
    main = next(door for door in floor.doors if "" in door.sides and door.leaves == 2)
    arc_and_line(Floor(floor.walls, tuple(d for d in floor.doors if d is not main), (), floor.names), space)
    middle = Vec2(main.hinge).lerp(Vec2(main.latch))
    space.add_circle(middle, main.width / 2, dxfattribs=DOOR)
    for angle in (45, 135):
        wing = Vec2.from_deg_angle(angle, main.width / 2)
        space.add_line(middle - wing, middle + wing, dxfattribs=DOOR)
    return document, floor


def concertina() -> Drawn:
    """Doors that fold: a zigzag across each doorway."""
    floor = school_floor()
    document, space = _plain(floor, doors=False)
    for door in floor.doors:
        (x, y), (u, v) = door.hinge, door.latch
        across = (-(v - y) / door.width * 0.25, (u - x) / door.width * 0.25)
        spots = [
            (x + (u - x) * i / 8 + across[0] * (i % 2), y + (v - y) * i / 8 + across[1] * (i % 2)) for i in range(9)
        ]
        space.add_lwpolyline(spots, dxfattribs=DOOR)
    return document, floor


def both_ways() -> Drawn:
    """Leaves that swing to both sides."""
    floor = school_floor()
    document, space = _plain(floor)
    other = tuple(Door(d.hinge, d.latch, d.thick, d.sides, -d.swing, d.leaves) for d in floor.doors)
    arc_and_line(Floor(floor.walls, other, (), floor.names), space)
    return document, floor


def uneven() -> Drawn:
    """Double doors with a wide leaf and a narrow one."""
    floor = school_floor()
    document, space = _plain(floor, doors=False)
    arc_and_line(Floor(floor.walls, tuple(d for d in floor.doors if d.leaves == 1), (), floor.names), space)
    for door in (d for d in floor.doors if d.leaves == 2):
        (one, _, tip), (other, _, _) = door.leaf_places()
        along = (Vec2(other) - Vec2(one)).normalize()
        out = (Vec2(tip) - Vec2(one)).normalize()
        for hinge, way, size in ((Vec2(one), along, door.width * 2 / 3), (Vec2(other), -along, door.width / 3)):
            space.add_line(hinge, hinge + out * size, dxfattribs=DOOR)
            first, last = sorted([math.degrees(way.angle), math.degrees(out.angle)])
            if last - first > 180:
                first, last = last, first
            space.add_arc(hinge, size, first, last, dxfattribs=DOOR)
    return document, floor


UNDER = ("F2 / W1", "FL2 / WL1", "CPT-1", "F12", "3/2/1", "CH 2700", "OCC: 24", "H=2.70")
"""What is written under names of rooms and is neither a name nor a number."""

ODD: Mapping[str, Callable[[], Drawn]] = {
    "a court on the layer of walls": lambda: court("A-WALL"),
    "a court on a layer named for courts": lambda: court("COURT"),
    "benches on the layer of walls": bleachers,
    "free columns": columns,
    "dashed beams on the layer of walls": beams,
    "walls of a metre": thick,
    "names with leaders": leaders,
    "names with multileaders": multileaders,
    "tags of doors and keynotes": tags,
    **{f"{words} under each name": partial(under_names, words) for words in UNDER},
    "stamps with many attributes": stamps,
    "round tables at walls, all on one layer": tables,
    "escape routes, all on one layer": escape_routes,
    "escape routes in pieces, all on one layer": lambda: escape_routes(pieces=True),
    "cubicles on a layer of low walls": lambda: cubicles("A-WALL-PRHT"),
    "cubicles on the layer of walls": lambda: cubicles("A-WALL"),
    "cubicles without fronts": lambda: cubicles("A-WALL", front=False),
    "cubicles of single lines": lambda: cubicles("A-WALL", 0.0),
    "numbered cubicles": lambda: cubicles("A-WALL", numbers=True),
    "cubicles, all on one layer": lambda: _all_on_zero(cubicles("A-WALL")),
    "a revolving door": revolving,
    "folding doors": concertina,
    "doors that swing both ways": both_ways,
    "doors with leaves of two sizes": uneven,
}
