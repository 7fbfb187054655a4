"""Floors drawn in ways that no drawing at hand shows, each by one function; rooms and doors are known by construction.

On layers with AIA names, in metres unless a function says otherwise.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import shapely
from ezdxf.document import Drawing as Document
from ezdxf.math import Matrix44
from shapely import LineString, box

from tests.ingest.dxf.door_pens import DOOR, DOORS, arc_and_line, chopped
from tests.ingest.dxf.drawings import Drawn, add_treads, rings, start
from tests.ingest.dxf.floor import Door, Floor, Spot, Wall, school_floor
from tests.ingest.dxf.floors import wing_floor
from tests.ingest.dxf.glass import curtain, revolving_in_glass
from tests.ingest.dxf.pens import NAME, WALL, WALLS, box_of, double_lines, plain_texts, three_lines
from tests.ingest.dxf.sheets import put_floor, put_text, renumbered, sheet
from tests.ingest.dxf.styles import Style


@dataclass(frozen=True)
class Paper(Style):
    """At the size of its sheet, in inches: so many metres in one of the sheet's."""

    ratio: float = 96.0

    @property
    def metres(self) -> float:
        """Length of its unit."""
        return self.ratio * 0.0254


def _only(floor: Floor, doors: tuple[Door, ...]) -> Floor:
    return replace(floor, doors=doors)


def _inside(floor: Floor) -> tuple[tuple[Door, ...], tuple[Door, ...]]:
    """Doors between rooms with one leaf, and the others."""
    single = tuple(d for d in floor.doors if d.leaves == 1 and "" not in d.sides)
    return single, tuple(d for d in floor.doors if d not in single)


def _panel(door: Door, first: float, last: float, off: float, thick: float = 0.04) -> list[Spot]:
    """A box along a doorway from one share of its width to another, so far to the left of its middle line."""
    (a, b), (c, d) = door.hinge, door.latch
    ux, uy = (c - a) / door.width, (d - b) / door.width
    at = [(a + (c - a) * share - uy * off, b + (d - b) * share + ux * off) for share in (first, last)]
    return box_of(Wall(at[0], at[1], thick))


def pocket(first: float, last: float, off: float, *, dashed: bool = False) -> Drawn:
    """Doors between rooms as a panel that stands anywhere along the wall, in its middle or before its face."""
    floor = school_floor()
    document, space = start(floor, doors=False)
    single, others = _inside(floor)
    arc_and_line(_only(floor, others), space)
    for door in single:
        line = space.add_lwpolyline(_panel(door, first, last, off), close=True, dxfattribs=DOOR)
        if dashed:
            line.dxf.linetype = "DASHED"
    return Drawn(document, floor)


def stacked_mtext(*form: str) -> Drawn:
    """Number, use and area in one MTEXT."""
    floor = school_floor()
    document, space = start(floor, names=False)
    for name, room in floor.rooms.items():
        at = shapely.maximum_inscribed_circle(room, tolerance=0.05).coords[0]
        said = {"name": name, "area": f"{room.area:.1f}", "feet": f"{room.area / 0.09290304:.0f}", "use": "CLASSROOM"}
        lines = [line for line in form if name.isdigit() or "{use}" not in line]
        words = "\\P".join(line.format(**said) for line in lines)
        space.add_mtext(words, dxfattribs={**NAME, "char_height": 0.22, "insert": at, "attachment_point": 5})
    return Drawn(document, floor)


def on_paper(ratio: float, words: str, header: int = 1) -> Drawn:
    """A plan at the size of its sheet, with the scale below it and dimensions whose texts are feet and inches."""
    floor, style = school_floor(), Paper(ratio=ratio)
    document, space = start(floor)
    put_text(space, "GROUND FLOOR PLAN", (16, -5))
    put_text(space, words, (16, -7), 0.5)
    for a, b, at in ((0.0, 32.0, -2.0), (0.0, 23.0, -1.2)):
        feet, inches = divmod(round((b - a) / 0.0254), 12)
        space.add_linear_dim(
            base=(0, at), p1=(a, 0), p2=(b, 0), text=f"{feet}'-{inches}\"", dxfattribs={"layer": "A-ANNO-DIMS"}
        ).render()
    for entity in list(space):
        entity.transform(style.place)
    document.header["$INSUNITS"] = header
    return Drawn(document, floor, style)


def broken(gap: float, both: bool) -> Drawn:
    """Lines of walls broken where dimension lines and furniture pass through them, on one face or on both."""
    floor = school_floor()
    document = sheet()
    space = document.modelspace()
    marks = [LineString([(x, -3), (x, 19)]) for x in (3.9, 9.6, 19.4, 22.2, 24.6, 30.4)]
    marks += [LineString([(-3, y), (35, y)]) for y in (2.3, 5.4, 10.9, 14.6)]
    holes = shapely.union_all([m.buffer(gap / 2, cap_style="flat") for m in marks])
    keep = shapely.union_all([d.gap.buffer(0.45) for d in floor.doors])
    for number, ring in enumerate(rings(floor.body)):
        for k, (a, b) in enumerate(pairwise(ring)):
            line = LineString([a, b])
            cut = line - (holes - keep) if both or (number + k) % 2 else line
            for part in shapely.get_parts(cut):
                if part.length > 0:
                    space.add_line(part.coords[0], part.coords[-1], dxfattribs=WALL)
    for mark in marks:
        space.add_line(mark.coords[0], mark.coords[-1], dxfattribs={"layer": "A-ANNO-DIMS"})
    three_lines(floor, space)
    add_treads(floor, space)
    arc_and_line(floor, space)
    plain_texts(floor, space)
    return Drawn(document, floor)


def nested(deep: int) -> Drawn:
    """Walls and doors in a block that six others hold, each stretched, and some mirrored; one end is a bound reference."""
    floor = school_floor()
    document = sheet()
    space = document.modelspace()
    three_lines(floor, space)
    add_treads(floor, space)
    plain_texts(floor, space)
    inner = document.blocks.new("SITE$0$PLAN")
    double_lines(floor, inner, True)
    chopped(floor, inner)
    total, name = Matrix44(), "SITE$0$PLAN"
    for level in range(deep):
        scales = {"xscale": 2.0 if level % 2 else -0.5, "yscale": 1.5 if level % 3 else 0.8, "zscale": 1.0}
        at = (3.0 * level, -2.0)
        host = space if level == deep - 1 else document.blocks.new(f"X{level}$0$HOST")
        host.add_blockref(name, at, dxfattribs={**scales, "layer": "0"})
        total @= Matrix44.scale(scales["xscale"], scales["yscale"], 1) @ Matrix44.translate(*at, 0)
        name = f"X{level}$0$HOST"
    total.inverse()
    for entity in list(inner):
        entity.transform(total)
    return Drawn(document, floor)


def flipped(walls: str, doors: str) -> Drawn:
    """Every object seen from below: its plane of drawing is turned over (extrusion 0, 0, -1)."""
    old = school_floor()
    document = sheet()
    space = document.modelspace()
    WALLS[walls](old, space, True)
    DOORS[doors](old, space)
    three_lines(old, space)
    add_treads(old, space)
    plain_texts(old, space)
    for entity in list(space):
        entity.transform(Matrix44.scale(-1, 1, 1))
    return Drawn(document, _mirrored(old))


def _mirrored(floor: Floor) -> Floor:
    def turn(at: Spot) -> Spot:
        return -at[0], at[1]

    walls = tuple(Wall(turn(w.start), turn(w.end), w.thick) for w in floor.walls)
    windows = tuple(Wall(turn(w.start), turn(w.end), w.thick) for w in floor.windows)
    doors = tuple(replace(d, hinge=turn(d.hinge), latch=turn(d.latch), swing=-d.swing) for d in floor.doors)
    return Floor(walls, doors, windows, {name: turn(at) for name, at in floor.names.items()})


def dynamic_doors(name: str, layer: str, *, told: bool = True) -> Drawn:
    """Each leaf is a block without a name of its own, as dynamic blocks are saved, with the hidden lines of other states."""
    floor = school_floor()
    document, space = start(floor, doors=False)
    if told:
        document.blocks.new(name).add_line((0, 0), (0, 1))
        handle = document.blocks.get(name).block_record.dxf.handle
        document.appids.new("AcDbBlockRepBTag")
    for number, (hinge, latch, tip) in enumerate(leaf for door in floor.doors for leaf in door.leaf_places()):
        radius = math.dist(hinge, latch)
        block = document.blocks.new(f"*U{number + 7}")
        block.add_line((0, 0), (0, radius))
        block.add_arc((0, 0), radius, 0, 90)
        block.add_arc((0, 0), radius, 90, 180, dxfattribs={"invisible": 1})
        block.add_line((0, 0), (-radius, 0), dxfattribs={"invisible": 1})
        if told:
            block.block_record.set_xdata("AcDbBlockRepBTag", [(1070, 1), (1005, handle)])
        shut = math.atan2(latch[1] - hinge[1], latch[0] - hinge[0])
        left = (math.atan2(tip[1] - hinge[1], tip[0] - hinge[0]) - shut) % math.tau < math.pi
        turn = {"yscale": 1.0 if left else -1.0, "rotation": math.degrees(shut), "layer": layer}
        space.add_blockref(f"*U{number + 7}", hinge, dxfattribs=turn)
    return Drawn(document, floor)


def layered_walls() -> Drawn:
    """Walls of several leaves: two more lines between the faces of each."""
    floor = school_floor()
    document, space = start(floor)
    for wall in floor.walls:
        for part in shapely.get_parts(wall.path - shapely.union_all([d.gap for d in floor.doors])):
            for share in (0.25, -0.3):
                face = part.parallel_offset(abs(share) * wall.thick, "left" if share > 0 else "right")
                space.add_lwpolyline(list(face.coords), dxfattribs={"layer": "A-WALL-CORE"})
    return Drawn(document, floor)


def in_its_grounds(*, layer: str = "C-BLDG") -> Drawn:
    """The floor on a plan of its site: nine neighbours as outlines with names, roads, trees, the border of the land."""
    floor = school_floor()
    document, space = start(floor)
    for k in range(9):
        x, y = -60 + 50 * (k % 3), 45 + 30 * (k // 3)
        block = box(x, y, x + 30 + 4 * k, y + 14)
        space.add_lwpolyline(list(block.exterior.coords)[:-1], close=True, dxfattribs={"layer": layer})
        put_text(space, f"BUILDING {'ABCDEFGHI'[k]}", (x + 14, y + 7))
    border = box(-80, -30, 140, 140)
    space.add_lwpolyline(list(border.exterior.coords)[:-1], close=True, dxfattribs={"layer": "C-PROP"})
    for y in (-12, -18):
        space.add_line((-80, y), (140, y), dxfattribs={"layer": "C-ROAD"})
    for k in range(40):
        space.add_circle((-75 + 5 * k, -24), 1.5, dxfattribs={"layer": "L-PLNT"})
    return Drawn(document, floor)


def wings(angle_deg: float, walls: str, doors: str) -> Drawn:
    """Two wings at an angle that is no multiple of anything."""
    floor = wing_floor(angle_deg)
    document = sheet()
    space = document.modelspace()
    WALLS[walls](floor, space, True)
    DOORS[doors](floor, space)
    three_lines(floor, space)
    plain_texts(floor, space)
    return Drawn(document, floor)


def _renumbered(door: Door, first: str) -> Door:
    one, other = (first + side[1:] if side.isdigit() else side for side in door.sides)
    return replace(door, sides=(one, other))


def side_by_side(*titles: str) -> tuple[Document, list[tuple[Floor, Spot]]]:
    """Levels wherever there was room for them, each with an origin of its own."""
    document = sheet()
    spots = [(0.0, 0.0), (61.3, 7.7), (13.4, -41.9), (-58.6, 11.2)]
    drawn = []
    for number, (title, at) in enumerate(zip(titles, spots, strict=False)):
        floor = renumbered(school_floor(), str(number + 1))
        floor = replace(floor, doors=tuple(_renumbered(door, str(number + 1)) for door in floor.doors))
        put_floor(document.modelspace(), floor, at, title)
        drawn.append((floor, at))
    return document, drawn


UNSEEN: Mapping[str, Callable[[], Drawn]] = {
    "pocket doors, half open": partial(pocket, -0.5, 0.5, 0.0),
    "pocket doors, open": partial(pocket, -1.0, 0.05, 0.0),
    "pocket doors, open and dashed": partial(pocket, -1.0, 0.05, 0.0, dashed=True),
    "sliding doors before the wall": partial(pocket, -0.05, 1.05, 0.14),
    "sliding doors before the wall, half open": partial(pocket, -0.6, 0.5, 0.14),
    "curtain walls": curtain,
    "curtain walls without mullions": partial(curtain, mullions=False),
    "curtain walls on the layer of windows": partial(curtain, layer="A-GLAZ"),
    "a revolving door in a curtain wall": revolving_in_glass,
    **{
        f"curtain walls on a layer called {layer}": partial(curtain, layer=layer, mullions=mullions)
        for layer, mullions in (("XYZ", True), ("PEN_13", False))
    },
    "a revolving door in a curtain wall on a layer called XYZ": partial(revolving_in_glass, "XYZ"),
    "number and use in one text": partial(stacked_mtext, "{name}", "{use}"),
    "number, use and area in one text": partial(stacked_mtext, "{name}", "{use}", "{area} m²"),
    "use, number and square feet in one text": partial(stacked_mtext, "{use}", "{name}", "{feet} SF"),
    "formatted number, use and square feet": partial(
        stacked_mtext, "{{\\fArial|b1|i0;{use}}}", "{{\\H0.8x;\\C3;{name}}}", "{feet} SQ. FT."
    ),
    "a sheet at an eighth of an inch": partial(on_paper, 96.0, 'SCALE: 1/8" = 1\'-0"'),
    "a sheet at a quarter of an inch": partial(on_paper, 48.0, 'SCALE: 1/4" = 1\'-0"'),
    "a sheet at a quarter of an inch without a header": partial(on_paper, 48.0, '1/4"=1\'-0"', 0),
    "walls broken on one face": partial(broken, 0.3, both=False),
    "walls broken on both faces": partial(broken, 0.12, both=True),
    "walls broken wide on both faces": partial(broken, 0.4, both=True),
    "blocks six deep, stretched and mirrored": partial(nested, 6),
    **{
        f"seen from below: {walls}, {doors}": partial(flipped, walls, doors)
        for walls, doors in (
            ("closed bodies", "bulge"),
            ("blocks", "blocks"),
            ("hatches", "arc"),
            ("solids", "thick leaf"),
        )
    },
    "dynamic blocks of doors": partial(dynamic_doors, "Door - Single", "A-DOOR"),
    "dynamic blocks of doors on layer 0": partial(dynamic_doors, "Door - Single", "0"),
    "blocks of doors without a name": partial(dynamic_doors, "", "A-DOOR", told=False),
    "blocks of doors without a name on layer 0": partial(dynamic_doors, "", "0", told=False),
    **{
        f"wings at {angle} degrees: {walls}, {doors}": partial(wings, angle, walls, doors)
        for angle, walls, doors in (
            (27.0, "double lines", "arc"),
            (27.0, "multilines", "blocks"),
            (13.5, "hatches", "bulge"),
        )
    },
    "walls of several leaves": layered_walls,
    "a floor in its grounds": in_its_grounds,
    "a floor in its grounds, neighbours on the layer of walls": partial(in_its_grounds, layer="A-WALL"),
}
