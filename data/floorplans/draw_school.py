"""Draws the sample school as an architect would hand it over: one DXF a level, AIA layers, feet, no place on the ground.

Run ``python data/floorplans/draw_school.py`` after changing ``school.py``; the same design gives the same bytes.
"""

from itertools import pairwise
from math import atan2, degrees
from pathlib import Path

import ezdxf
import shapely
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace
from school import EXTERIOR_FT, INTERIOR_FT, Door, Room, Storey, storey
from school_furniture import define_furniture, furnish
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

LAYERS = {
    "A-WALL-FULL": 7,
    "A-WALL-PRTN": 8,
    "A-DOOR": 1,
    "A-DOOR-IDEN": 1,
    "A-GLAZ": 4,
    "A-FLOR-STRS": 3,
    "A-FLOR-EVTR": 3,
    "A-FLOR-TPTN": 9,
    "A-AREA-IDEN": 2,
    "A-ANNO-DIMS": 6,
    "A-ANNO-TEXT": 2,
    "A-FIRE": 1,
    "F-PROT": 1,
    "A-FURN": 9,
    "S-GRID": 8,
    "G-ANNO-TTLB": 7,
}

STAIRS = {"ST-A": (0.0, 44.0, 14.0, 76.0), "ST-B": (162.0, 32.0, 194.0, 46.0)}


def draw(design: Storey) -> Drawing:
    """One level as a DXF document in feet."""
    doc = ezdxf.new("R2013", setup=["linetypes", "styles"])
    doc.header["$INSUNITS"] = 2
    doc.header["$MEASUREMENT"] = 0
    for name in ("ACDBPLACEHOLDER", "LAYOUT"):  # ezdxf would add them in the order of a set, which changes by the run.
        doc.classes.add_class(name)
    for name, color in LAYERS.items():
        doc.layers.add(name, color=color)
    _define_blocks(doc)
    msp = doc.modelspace()
    _draw_walls(msp, design)
    for door in design.doors:
        _draw_door(msp, design, door)
    for window in design.windows:
        _draw_window(msp, window)
    for room in design.rooms:
        _stamp(msp, room)
        furnish(msp, design, room)
    _draw_stairs(msp, design.ordinal)
    _draw_elevator(msp)
    _draw_fire_protection(msp, design.ordinal)
    _draw_dimensions(msp, design)
    _draw_grid(msp, design)
    _draw_sheet(msp, design.ordinal)
    return doc


def _define_blocks(doc: Drawing) -> None:
    for width in (3.0, 3.5):
        block = doc.blocks.new(f"DOOR-{round(width * 12)}")
        _draw_leaf(block, 0, width, 1)
    pair = doc.blocks.new("DOOR-PAIR-72")
    _draw_leaf(pair, 0, 3, 1)
    _draw_leaf(pair, 6, 3, -1)
    sliding = doc.blocks.new("DOOR-ELEV-42")
    for x0, x1, y in ((0, 1.8, 0.08), (1.7, 3.5, -0.08)):
        sliding.add_line((x0, y), (x1, y), {"layer": "A-DOOR"})
    window = doc.blocks.new("WINDOW-72")
    half = EXTERIOR_FT / 2
    for y in (-half, 0.0, half):
        window.add_line((0, y), (6, y), {"layer": "A-GLAZ"})
    tag = doc.blocks.new("ROOM-TAG")
    tag.add_lwpolyline(
        [(-2.5, -1.8), (2.5, -1.8), (2.5, -0.2), (-2.5, -0.2)], close=True, dxfattribs=_on("A-AREA-IDEN")
    )
    tag.add_attdef("NAME", (0, 0.9), dxfattribs={"height": 0.8, **_on("A-AREA-IDEN")})
    tag.add_attdef("NUMBER", (0, -1.0), dxfattribs={"height": 0.8, **_on("A-AREA-IDEN")})
    number = doc.blocks.new("DOOR-TAG")
    number.add_circle((0, 0), 1.6, _on("A-DOOR-IDEN"))
    number.add_attdef("DOOR_NO", (0, 0), dxfattribs={"height": 0.9, **_on("A-DOOR-IDEN")})
    for name, layer in (("FE-CAB", "F-PROT"), ("AED", "A-FIRE"), ("KNOX-BOX", "A-FIRE"), ("PULL-STATION", "F-PROT")):
        symbol = doc.blocks.new(name)
        symbol.add_circle((0, 0), 0.5, _on(layer))
        symbol.add_text({"FE-CAB": "FE", "PULL-STATION": "F"}.get(name, name), height=0.4, dxfattribs=_on(layer))
    define_furniture(doc.blocks)


def _draw_leaf(block: ezdxf.layouts.BlockLayout, hinge_x: float, width: float, side: int) -> None:
    """A leaf standing open at 90 degrees and the quarter circle that it sweeps; ``side`` 1 sweeps to the right."""
    block.add_line((hinge_x, 0), (hinge_x, width), _on("A-DOOR"))
    start = 0 if side > 0 else 90
    block.add_arc((hinge_x, 0), width, start, start + 90, dxfattribs=_on("A-DOOR"))


def _on(layer: str) -> dict[str, str]:
    return {"layer": layer}


def _draw_walls(msp: Modelspace, design: Storey) -> None:
    """Wall faces and jambs as lines, broken at every door and window."""
    cuts = [_gap(design, design.wall_of(door)) for door in design.doors]
    cuts += [_gap(design, window) for window in design.windows]
    solid = design.wall_band - shapely.union_all(cuts)
    exterior = design.exterior_band.buffer(0.01)
    for part in shapely.get_parts(solid):
        for ring in (part.exterior, *part.interiors):
            corners = [(round(x, 4), round(y, 4)) for x, y in shapely.remove_repeated_points(ring.simplify(0)).coords]
            for one, two in pairwise(corners):
                full = exterior.contains(LineString([one, two]))
                msp.add_line(one, two, _on("A-WALL-FULL" if full else "A-WALL-PRTN"))


def _gap(design: Storey, line: LineString) -> BaseGeometry:
    depth = EXTERIOR_FT if design.is_exterior(line) else INTERIOR_FT
    return line.buffer(depth / 2 + 0.01, cap_style="flat")


def _draw_door(msp: Modelspace, design: Storey, door: Door) -> None:
    """A door block with its hinge on the wall face that it opens towards."""
    wall = design.wall_of(door)
    (x0, y0), (x1, y1) = wall.coords
    target = next((room.outline for room in design.rooms if room.number == door.rooms[1]), None)
    home = next(room.outline for room in design.rooms if room.number == door.rooms[0])
    turn = degrees(atan2(y1 - y0, x1 - x0))
    left = (-(y1 - y0) / wall.length, (x1 - x0) / wall.length)
    probe = Point(door.at[0] + left[0], door.at[1] + left[1])
    opens_left = target.contains(probe) if target is not None else not home.contains(probe)
    side = 1 if opens_left else -1
    shift = 0 if door.sliding else side * (EXTERIOR_FT if design.is_exterior(wall) else INTERIOR_FT) / 2
    name = "DOOR-ELEV-42" if door.sliding else "DOOR-PAIR-72" if door.pair else f"DOOR-{round(door.width * 12)}"
    at = (x0 + left[0] * shift, y0 + left[1] * shift)
    msp.add_blockref(name, at, {"layer": "A-DOOR", "rotation": turn, "yscale": side})
    if door.tag:
        mark = (door.at[0] + left[0] * side * 6, door.at[1] + left[1] * side * 6)
        msp.add_blockref("DOOR-TAG", mark, _on("A-DOOR-IDEN")).add_auto_attribs({"DOOR_NO": door.tag})
    if door.emergency:
        words = (door.at[0] + left[0] * side * 9, door.at[1] + left[1] * side * 9)
        _write(msp, "EMERGENCY EXIT", words, 0.8, "A-DOOR-IDEN")


def _draw_window(msp: Modelspace, window: LineString) -> None:
    (x0, y0), (x1, y1) = window.coords
    msp.add_blockref("WINDOW-72", (x0, y0), {"layer": "A-GLAZ", "rotation": degrees(atan2(y1 - y0, x1 - x0))})


def _stamp(msp: Modelspace, room: Room) -> None:
    tag = msp.add_blockref("ROOM-TAG", room.stamp_at, _on("A-AREA-IDEN"))
    tag.add_auto_attribs({"NUMBER": room.number, "NAME": room.name})
    for attribute in tag.attribs:
        attribute.set_placement(attribute.dxf.insert, align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)


def _write(msp: Modelspace, words: str, at: tuple[float, float], height: float, layer: str) -> None:
    text = msp.add_text(words, height=height, dxfattribs=_on(layer))
    text.set_placement(at, align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)


def _draw_stairs(msp: Modelspace, ordinal: int) -> None:
    """Two flights side by side, a rail between them, an arrow that points up."""
    for number, (west, south, east, north) in STAIRS.items():
        upright = north - south > east - west
        run = (south if upright else west) + 8.0
        middle = (west + east) / 2 if upright else (south + north) / 2
        low, high = (west, east) if upright else (south, north)

        def spot(along: float, across: float, upright: bool = upright) -> tuple[float, float]:
            return (across, along) if upright else (along, across)

        for i in range(16):
            for one, two in ((low + 0.5, middle - 0.5), (middle + 0.5, high - 0.5)):
                msp.add_line(spot(run + i, one), spot(run + i, two), _on("A-FLOR-STRS"))
        for rail in (middle - 0.5, middle + 0.5):
            msp.add_line(spot(run, rail), spot(run + 15, rail), _on("A-FLOR-STRS"))
        lane = (middle + high) / 2
        tip = spot(run + 14, lane)
        msp.add_line(spot(run - 2, lane), tip, _on("A-FLOR-STRS"))
        for side in (-0.5, 0.5):
            msp.add_line(spot(run + 13, lane + side), tip, _on("A-FLOR-STRS"))
        _write(msp, "UP" if ordinal < 2 else "DN", spot(run - 3, lane), 0.8, "A-FLOR-STRS")
        _write(msp, f'{number} 16R @ 7"', spot(run - 5, middle), 0.6, "A-ANNO-TEXT")


def _draw_elevator(msp: Modelspace) -> None:
    car = [(107.0, 46.0), (115.0, 46.0), (115.0, 53.0), (107.0, 53.0)]
    msp.add_lwpolyline(car, close=True, dxfattribs=_on("A-FLOR-EVTR"))
    msp.add_line(car[0], car[2], _on("A-FLOR-EVTR"))
    msp.add_line(car[1], car[3], _on("A-FLOR-EVTR"))


def _draw_fire_protection(msp: Modelspace, ordinal: int) -> None:
    spots = [("FE-CAB", (40, 33)), ("FE-CAB", (100, 43)), ("FE-CAB", (151, 72)), ("FE-CAB", (161, 146))]
    spots += [("AED", (76, 43)), ("PULL-STATION", (2, 33)), ("PULL-STATION", (151, 154))]
    if ordinal == 0:
        spots += [
            ("FE-CAB", (-2, 20)),
            ("FE-CAB", (82, 46)),
            ("AED", (-2, 60)),
            ("AED", (95, 3)),
            ("KNOX-BOX", (88, -2)),
        ]
    for name, at in spots:
        msp.add_blockref(name, at, _on("A-FIRE" if name in {"AED", "KNOX-BOX"} else "F-PROT"))


def _draw_dimensions(msp: Modelspace, design: Storey) -> None:
    west, _, east, north = design.footprint.bounds
    for base, one, two, angle in (
        ((west, -18), (west, 0), (east, 0), 0),
        ((0, -12), (0, 0), (48, 0), 0),
        ((0, -12), (124, 0), (154, 0), 0),
        ((east + 12, 0), (east, 0), (east, north), 90),
    ):
        feet = abs(two[0] - one[0]) if angle == 0 else abs(two[1] - one[1])
        style = {"dimtxt": 1.2, "dimasz": 0.8, "dimexo": 0.5, "dimexe": 0.5}
        msp.add_linear_dim(
            base=base,
            p1=one,
            p2=two,
            angle=angle,
            text=f"{feet:.0f}'-0\"",
            override=style,
            dxfattribs=_on("A-ANNO-DIMS"),
        ).render()


def _draw_grid(msp: Modelspace, design: Storey) -> None:
    west, south, east, north = design.footprint.bounds
    for name, x in (("A", 0.0), ("B", 48.0), ("C", 124.0), ("D", 194.0)):
        msp.add_line((x, south - 24), (x, north + 10), {"layer": "S-GRID", "linetype": "CENTER"})
        msp.add_circle((x, south - 26), 2, _on("S-GRID"))
        _write(msp, name, (x, south - 26), 1.2, "S-GRID")
    msp.add_line((west - 14, 44), (east + 20, 44), {"layer": "S-GRID", "linetype": "CENTER"})


def _draw_sheet(msp: Modelspace, ordinal: int) -> None:
    frame = [(-130.0, -60.0), (300.0, -60.0), (300.0, 190.0), (-130.0, 190.0)]
    msp.add_lwpolyline(frame, close=True, dxfattribs=_on("G-ANNO-TTLB"))
    msp.add_lwpolyline([(240, -60), (300, -60), (300, -20), (240, -20)], close=True, dxfattribs=_on("G-ANNO-TTLB"))
    for i, words in enumerate(("MAPLE GROVE MIDDLE SCHOOL", f"LEVEL {ordinal} FLOOR PLAN", f"SHEET A10{ordinal}")):
        _write(msp, words, (270, -26 - 10 * i), 2.0, "G-ANNO-TTLB")
    _write(msp, f"LEVEL {ordinal}", (80, -40), 3.0, "A-ANNO-TEXT")
    _write(msp, 'SCALE: 1/8" = 1\'-0"', (80, -46), 1.5, "A-ANNO-TEXT")


def main() -> None:
    """Write the three levels beside this script."""
    ezdxf.options.write_fixed_meta_data_for_testing = True
    for ordinal in range(3):
        draw(storey(ordinal)).saveas(Path(__file__).with_name(f"school_level_{ordinal}.dxf"))


if __name__ == "__main__":
    main()
