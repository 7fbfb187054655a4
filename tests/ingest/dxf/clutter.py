"""What stands in drawings beside walls, doors and windows: furniture, paving, axes, dimensions, borders, sections, trees.

On layers with AIA names, in metres.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import shapely
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from tests.ingest.dxf.floor import Floor
from tests.ingest.dxf.pens import Space


def furniture(floor: Floor, space: Space) -> None:
    """Desks with chairs in rows, chairs as blocks with rounded backs, cupboards along walls."""
    own = {"layer": "A-FURN"}
    chair = space.doc.blocks.new("CH-1")
    chair.add_lwpolyline([(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)], close=True, dxfattribs={"layer": "0"})
    chair.add_arc((0, 0.1), 0.25, 30, 150, dxfattribs={"layer": "0"})
    for room in floor.rooms.values():
        inner = room.buffer(-0.9)
        low_x, low_y, high_x, high_y = inner.bounds if not inner.is_empty else (0, 0, 0, 0)
        for i in range(int((high_x - low_x) / 1.8)):
            for j in range(int((high_y - low_y) / 1.6)):
                x, y = low_x + 1.8 * i, low_y + 1.6 * j
                if inner.contains(box(x, y, x + 1.3, y + 1.1)):
                    _ring(space, box(x, y, x + 1.3, y + 0.65), own)
                    space.add_blockref("CH-1", (x + 0.65, y + 0.9), dxfattribs=own)
        spot = room.representative_point()
        shelf = box(room.bounds[0] + 0.02, spot.y - 0.6, room.bounds[0] + 0.42, spot.y + 0.6)
        if room.contains(shelf):
            _ring(space, shelf, own)
            space.add_line((shelf.bounds[0], spot.y), (shelf.bounds[2], spot.y), dxfattribs=own)


def round_tables(floor: Floor, space: Space) -> None:
    """Circles and half circles, and basins of quarter arcs."""
    own = {"layer": "A-FURN"}
    for room in floor.rooms.values():
        at = shapely.maximum_inscribed_circle(room, tolerance=0.05).coords[0]
        space.add_circle((at[0] + 0.9, at[1] + 0.9), 0.6, dxfattribs=own)
        space.add_arc((at[0] - 0.9, at[1] + 0.9), 0.8, 0, 90, dxfattribs=own)
        space.add_arc((at[0] - 0.9, at[1] - 0.9), 0.4, 0, 180, dxfattribs=own)


def paving(floor: Floor, space: Space) -> None:
    """Tiles in the corridor and the hall as lines."""
    for name in ("CORRIDOR", "HALL"):
        room = floor.rooms[name]
        low_x, low_y, high_x, high_y = room.bounds
        for i in range(1, int((high_x - low_x) / 0.6)):
            _lines(space, shapely.LineString([(low_x + 0.6 * i, low_y), (low_x + 0.6 * i, high_y)]).intersection(room))
        for j in range(1, int((high_y - low_y) / 0.6)):
            _lines(space, shapely.LineString([(low_x, low_y + 0.6 * j), (high_x, low_y + 0.6 * j)]).intersection(room))


def _lines(space: Space, parts: BaseGeometry) -> None:
    for part in shapely.get_parts(parts):
        space.add_line(part.coords[0], part.coords[-1], dxfattribs={"layer": "A-FLOR-PATT"})


def floor_hatches(floor: Floor, space: Space) -> None:
    """A patterned hatch in every second room."""
    for room in list(floor.rooms.values())[::2]:
        hatch = space.add_hatch(dxfattribs={"layer": "A-FLOR-PATT"})
        hatch.set_pattern_fill("ANSI31", scale=0.1)
        hatch.paths.add_polyline_path(list(room.exterior.coords)[:-1], is_closed=True)


def axes(floor: Floor, space: Space) -> None:
    """Grid lines across everything, with bubbles."""
    own = {"layer": "A-GRID"}
    low_x, low_y, high_x, high_y = floor.solid.bounds
    for number, x in enumerate((0, 7, 13, 23, 32)):
        space.add_line((x, low_y - 3), (x, high_y + 3), dxfattribs=own)
        _bubble(space, x, high_y + 3.5, str(number + 1))
    for number, y in enumerate((0, 7, 9.4, 16)):
        space.add_line((low_x - 3, y), (high_x + 3, y), dxfattribs=own)
        _bubble(space, low_x - 3.5, y, "ABCD"[number])


def _bubble(space: Space, x: float, y: float, words: str) -> None:
    space.add_circle((x, y), 0.5, dxfattribs={"layer": "A-GRID"})
    text = space.add_text(words, height=0.4, dxfattribs={"layer": "A-GRID"})
    text.set_placement((x - 0.15, y - 0.2))


def dimensions(_: Floor, space: Space) -> None:
    """Chains of dimensions, exploded: lines, ticks and numbers."""
    own = {"layer": "A-ANNO-DIMS"}
    stops = [0.0, 5.0, 8.0, 15.0, 18.2, 23.0, 32.0]
    for y, rows in ((-1.6, stops), (-2.4, [0.0, 32.0])):
        space.add_line((rows[0], y), (rows[-1], y), dxfattribs=own)
        for x in rows:
            space.add_line((x, -0.4), (x, y - 0.2), dxfattribs=own)
            space.add_line((x - 0.12, y - 0.12), (x + 0.12, y + 0.12), dxfattribs=own)
        for a, b in pairwise(rows):
            space.add_text(f"{b - a:.2f}", height=0.2, dxfattribs=own).set_placement(((a + b) / 2, y + 0.05))
    for a, b, y in ((0.18, 6.94, 11.0), (8.06, 14.9, 5.5)):
        space.add_line((a, y), (b, y), dxfattribs=own)
        space.add_text(f"{b - a:.2f}", height=0.2, dxfattribs=own).set_placement(((a + b) / 2, y + 0.05))


def border(floor: Floor, space: Space) -> None:
    """A border around the sheet, and a title block with lines and words."""
    own = {"layer": "A-ANNO-TTLB"}
    low_x, low_y, high_x, high_y = floor.solid.bounds
    for margin in (6.0, 6.5):
        _ring(space, box(low_x - margin, low_y - margin - 4, high_x + margin, high_y + margin), own)
    x, y = high_x - 8, low_y - 9.5
    for k in range(5):
        space.add_line((x, y + 0.8 * k), (x + 14, y + 0.8 * k), dxfattribs=own)
    for off in (0.0, 3.0, 9.0, 14.0):
        space.add_line((x + off, y), (x + off, y + 3.2), dxfattribs=own)
    for row, words in enumerate(("PROJECT 4711", "SCALE 1:100", "DRAWN BY NN", "SHEET A-101")):
        space.add_text(words, height=0.3, dxfattribs=own).set_placement((x + 0.2, y + 0.2 + 0.8 * row))


def section(floor: Floor, space: Space) -> None:
    """A section of the building below the plan: floors, roof, walls cut and seen."""
    _, low_y, high_x, _ = floor.solid.bounds
    base, own = low_y - 22, {"layer": "A-WALL"}
    for level in range(3):
        y = base + 3.4 * level
        for off in (0.0, 0.3):
            space.add_line((-0.2, y + off), (high_x, y + off), dxfattribs=own)
    for x in (0.0, 7.0, 13.0, 23.0, 32.0):
        for off in (-0.1, 0.1):
            for level in range(2):
                space.add_line((x + off, base + 3.4 * level + 0.3), (x + off, base + 3.4 * (level + 1)), dxfattribs=own)
    space.add_text("SECTION A-A", height=0.5, dxfattribs={"layer": "A-ANNO-TEXT"}).set_placement((12, base - 1.5))


def trees(floor: Floor, space: Space) -> None:
    """Trees of arcs, a road, and a parked car outside."""
    own = {"layer": "L-PLNT"}
    low_x, low_y, high_x, high_y = floor.solid.bounds
    for k in range(6):
        x, y = low_x + 6 * k, high_y + 5
        space.add_circle((x, y), 1.5, dxfattribs=own)
        for i in range(8):
            space.add_arc((x, y), 0.9, 45 * i, 45 * i + 40, dxfattribs=own)
            at = x + 1.5 * math.cos(0.785 * i), y + 1.5 * math.sin(0.785 * i)
            space.add_line((x, y), at, dxfattribs=own)
    for off in (0.0, 6.0):
        space.add_line((low_x - 30, low_y - 12 - off), (high_x + 30, low_y - 12 - off), dxfattribs={"layer": "C-ROAD"})


def toilets(floor: Floor, space: Space) -> None:
    """Bowls and basins as blocks along a wall of the restroom."""
    block = space.doc.blocks.new("WC-1")
    block.add_lwpolyline([(-0.2, 0), (0.2, 0), (0.2, 0.2), (-0.2, 0.2)], close=True, dxfattribs={"layer": "0"})
    block.add_ellipse((0, 0.42), (0, 0.25), 0.7, dxfattribs={"layer": "0"})
    low_x, low_y, _, _ = floor.rooms["WC"].bounds
    for k in range(3):
        space.add_blockref("WC-1", (low_x + 0.5 + 0.8 * k, low_y + 0.02), dxfattribs={"layer": "P-FIXT"})


def _ring(space: Space, shape: Polygon, own: Mapping[str, str]) -> None:
    space.add_lwpolyline(list(shape.exterior.coords)[:-1], close=True, dxfattribs=own)


def lockers(floor: Floor, space: Space) -> None:
    """Boxes with a diagonal along the walls of the corridor, away from its doors."""
    own, room = {"layer": "A-FURN"}, floor.rooms["CORRIDOR"]
    doorways = shapely.union_all([door.gap for door in floor.doors])
    for wall in floor.walls:
        for a, b in pairwise(wall.path.coords):
            size = math.dist(a, b)
            ux, uy = (b[0] - a[0]) / size, (b[1] - a[1]) / size
            for k, side in ((k, side) for k in range(int(size / 0.3)) for side in (1, -1)):
                off, deep = side * wall.thick / 2, side * (wall.thick / 2 + 0.4)
                x, y, u, v = (
                    a[0] + 0.3 * k * ux,
                    a[1] + 0.3 * k * uy,
                    a[0] + 0.3 * (k + 1) * ux,
                    a[1] + 0.3 * (k + 1) * uy,
                )
                shape = Polygon(
                    [
                        (x - off * uy, y + off * ux),
                        (u - off * uy, v + off * ux),
                        (u - deep * uy, v + deep * ux),
                        (x - deep * uy, y + deep * ux),
                    ]
                )
                if room.buffer(0.01).contains(shape) and shape.distance(doorways) > 0.6:
                    _ring(space, shape, own)
                    space.add_line(shape.exterior.coords[0], shape.exterior.coords[2], dxfattribs=own)


def leaders(floor: Floor, space: Space) -> None:
    """Notes with bent lines that point from them into every second room, across walls."""
    own = {"layer": "A-ANNO-NOTE"}
    for room in list(floor.rooms.values())[::2]:
        x, y = shapely.maximum_inscribed_circle(room, tolerance=0.05).coords[0]
        for start, end in (((x, y), (x + 2, y + 2)), ((x + 2, y + 2), (x + 3, y + 2))):
            space.add_line(start, end, dxfattribs=own)
        words = "SEE DETAIL 4/A-501\\PGYP. BD. TYP."
        space.add_mtext(words, dxfattribs={**own, "char_height": 0.15, "insert": (x + 3.05, y + 2.15)})


def site_edges(floor: Floor, space: Space) -> None:
    """The edges of a path all round the building."""
    for off in (2.0, 4.0):
        _ring(space, box(*floor.solid.bounds).buffer(off, join_style="mitre"), {"layer": "C-SITE"})


CLUTTER: Mapping[str, Callable[[Floor, Space], None]] = {
    "furniture": furniture,
    "round tables": round_tables,
    "paving": paving,
    "floor hatches": floor_hatches,
    "axes": axes,
    "dimensions": dimensions,
    "border": border,
    "section": section,
    "trees": trees,
    "toilets": toilets,
    "lockers": lockers,
    "leaders": leaders,
    "site edges": site_edges,
}
