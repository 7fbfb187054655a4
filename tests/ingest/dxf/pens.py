"""Pens: one function for each way to draw walls, windows and room names, on layers with AIA names, in metres."""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

import ezdxf
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from tests.ingest.dxf.floor import Floor, Spot, Wall

Space: TypeAlias = Any
"""Model space or a block."""
WALL, GLASS, NAME = ({"layer": name} for name in ("A-WALL", "A-GLAZ", "A-AREA-IDEN"))


def _rings(body: BaseGeometry) -> Iterator[list[Spot]]:
    for part in shapely.get_parts(shapely.normalize(body)):
        for ring in (part.exterior, *part.interiors):
            yield [(x, y) for x, y in ring.coords]


def _cut(floor: Floor, windows: bool) -> BaseGeometry:
    return floor.body if windows else floor.built


def double_lines(floor: Floor, space: Space, windows: bool) -> None:
    """A line on each face."""
    for ring in _rings(_cut(floor, windows)):
        for a, b in pairwise(ring):
            space.add_line(a, b, dxfattribs=WALL)


def open_double_lines(floor: Floor, space: Space, windows: bool) -> None:
    """Both faces, but no line across the ends of walls."""
    thick = max(wall.thick for wall in floor.walls)
    caps = [d.gap.buffer(0.01) for d in floor.doors]
    for ring in _rings(_cut(floor, windows)):
        for a, b in pairwise(ring):
            middle = shapely.Point((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            if math.dist(a, b) > thick + 0.01 or not any(c.intersects(middle) for c in caps):
                space.add_line(a, b, dxfattribs=WALL)


def sloppy_lines(floor: Floor, space: Space, windows: bool) -> None:
    """Double lines that are broken where walls meet, by a few millimetres, and some of them drawn twice."""
    for number, (a, b) in enumerate(p for ring in _rings(_cut(floor, windows)) for p in pairwise(ring)):
        slip = 0.004 / math.dist(a, b) * (-1) ** number
        c = a[0] + slip * (b[0] - a[0]), a[1] + slip * (b[1] - a[1])
        middle = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
        space.add_line(c, middle, dxfattribs=WALL)
        space.add_line(b, middle, dxfattribs=WALL)
        if number % 3 == 0:
            space.add_line(a, b, dxfattribs=WALL)


def single_lines(floor: Floor, space: Space, windows: bool) -> None:
    """The middle lines."""
    for piece in floor.pieces(windows=windows):
        space.add_line(piece.start, piece.end, dxfattribs=WALL)


def _shortened(space: Space, lines: Iterator[tuple[Spot, Spot]]) -> None:
    """Lines that stop up to 5 cm short of their ends; short ones are drawn whole."""
    for number, (a, b) in enumerate(lines):
        slip = 0.05 * (number * 7 % 11) / 10 / math.dist(a, b) if math.dist(a, b) > 0.4 else 0.0
        step = slip * (b[0] - a[0]), slip * (b[1] - a[1])
        space.add_line((a[0] + step[0], a[1] + step[1]), (b[0] - step[0], b[1] - step[1]), dxfattribs=WALL)


def short_lines(floor: Floor, space: Space, windows: bool) -> None:
    """Double lines that do not meet at their corners."""
    _shortened(space, (pair for ring in _rings(_cut(floor, windows)) for pair in pairwise(ring)))


def short_single_lines(floor: Floor, space: Space, windows: bool) -> None:
    """Middle lines that do not meet at their corners."""
    _shortened(space, ((piece.start, piece.end) for piece in floor.pieces(windows=windows)))


def wide_polylines(floor: Floor, space: Space, windows: bool) -> None:
    """Polylines as wide as the wall."""
    for piece in floor.pieces(windows=windows):
        line = space.add_lwpolyline([piece.start, piece.end], dxfattribs=WALL)
        line.dxf.const_width = piece.thick


def multilines(floor: Floor, space: Space, windows: bool) -> None:
    """MLINEs, as they are drawn: none is trimmed where it meets another."""
    for piece in floor.pieces(windows=windows):
        space.add_mline([piece.start, piece.end], dxfattribs={**WALL, "scale_factor": piece.thick, "justification": 1})


def closed_bodies(floor: Floor, space: Space, windows: bool) -> None:
    """Closed polylines around what walls fill."""
    for ring in _rings(_cut(floor, windows)):
        space.add_lwpolyline(ring[:-1], close=True, dxfattribs=WALL)


def box_of(piece: Wall) -> list[Spot]:
    x, y = piece.end[0] - piece.start[0], piece.end[1] - piece.start[1]
    size = math.hypot(x, y)
    nx, ny = -y / size * piece.thick / 2, x / size * piece.thick / 2
    (a, b), (c, d) = piece.start, piece.end
    return [(a + nx, b + ny), (a - nx, b - ny), (c - nx, d - ny), (c + nx, d + ny)]


def boxes(floor: Floor, space: Space, windows: bool) -> None:
    """A closed rectangle for each piece of wall; they overlap where walls meet."""
    for piece in floor.pieces(windows=windows):
        space.add_lwpolyline(box_of(piece), close=True, dxfattribs=WALL)


def wall_blocks(floor: Floor, space: Space, windows: bool) -> None:
    """A block of unit size, stretched to each piece of wall."""
    block = space.doc.blocks.new("W1")
    block.add_lwpolyline([(0, -0.5), (1, -0.5), (1, 0.5), (0, 0.5)], close=True, dxfattribs={"layer": "0"})
    for piece in floor.pieces(windows=windows):
        x, y = piece.end[0] - piece.start[0], piece.end[1] - piece.start[1]
        scales = {"xscale": math.hypot(x, y), "yscale": piece.thick, "rotation": math.degrees(math.atan2(y, x))}
        space.add_blockref("W1", piece.start, dxfattribs={**WALL, **scales})


def hatched(floor: Floor, space: Space, windows: bool) -> None:
    """Solid hatches and nothing else."""
    for part in shapely.get_parts(_cut(floor, windows)):
        hatch = space.add_hatch(color=8, dxfattribs=WALL)
        hatch.paths.add_polyline_path(list(part.exterior.coords)[:-1], is_closed=True, flags=1)
        for ring in part.interiors:
            hatch.paths.add_polyline_path(list(ring.coords)[:-1], is_closed=True, flags=16)


def solids(floor: Floor, space: Space, windows: bool) -> None:
    """A SOLID for each piece of wall."""
    for piece in floor.pieces(windows=windows):
        a, b, c, d = box_of(piece)
        space.add_solid([a, b, d, c], dxfattribs=WALL)


def faces(floor: Floor, space: Space, windows: bool) -> None:
    """A 3DFACE for each piece of wall."""
    for piece in floor.pieces(windows=windows):
        space.add_3dface(box_of(piece), dxfattribs=WALL)


def lines_and_hatch(floor: Floor, space: Space, windows: bool) -> None:
    """Double lines with slanting strokes between them, on the layer of the walls."""
    double_lines(floor, space, windows)
    body = _cut(floor, windows)
    low_x, low_y, high_x, high_y = body.bounds
    for step in range(int((high_x - low_x + high_y - low_y) / 0.25)):
        x = low_x - (high_y - low_y) + 0.25 * step
        stroke = shapely.LineString([(x, low_y), (x + high_y - low_y, high_y)]).intersection(body)
        for part in shapely.get_parts(stroke):
            if part.length > 0.02:
                space.add_line(part.coords[0], part.coords[-1], dxfattribs=WALL)


WALLS: Mapping[str, Callable[[Floor, Space, bool], None]] = {
    "double lines": double_lines,
    "open double lines": open_double_lines,
    "sloppy lines": sloppy_lines,
    "single lines": single_lines,
    "short lines": short_lines,
    "short single lines": short_single_lines,
    "wide polylines": wide_polylines,
    "multilines": multilines,
    "closed bodies": closed_bodies,
    "boxes": boxes,
    "blocks": wall_blocks,
    "hatches": hatched,
    "solids": solids,
    "3d faces": faces,
    "lines and hatch": lines_and_hatch,
}


def nothing(floor: Floor, space: Space) -> None:
    """Gaps and no doors."""


def _panes(window: Wall, count: int) -> Iterator[tuple[Spot, Spot]]:
    x, y = window.end[0] - window.start[0], window.end[1] - window.start[1]
    size = math.hypot(x, y)
    for i in range(count):
        off = window.thick * (i / (count - 1) - 0.5) if count > 1 else 0.0
        nx, ny = -y / size * off, x / size * off
        yield (window.start[0] + nx, window.start[1] + ny), (window.end[0] + nx, window.end[1] + ny)


def three_lines(floor: Floor, space: Space) -> None:
    """Sill, pane and sill."""
    for window in floor.windows:
        for a, b in _panes(window, 3):
            space.add_line(a, b, dxfattribs=GLASS)


def one_line(floor: Floor, space: Space) -> None:
    """The pane only."""
    for window in floor.windows:
        for a, b in _panes(window, 1):
            space.add_line(a, b, dxfattribs=GLASS)


def window_blocks(floor: Floor, space: Space) -> None:
    """A block of unit size, stretched to each window."""
    block = space.doc.blocks.new("F1")
    block.add_lwpolyline([(0, -0.5), (1, -0.5), (1, 0.5), (0, 0.5)], close=True, dxfattribs={"layer": "0"})
    block.add_line((0, 0), (1, 0), dxfattribs={"layer": "0"})
    for window in floor.windows:
        x, y = window.end[0] - window.start[0], window.end[1] - window.start[1]
        scales = {"xscale": math.hypot(x, y), "yscale": window.thick, "rotation": math.degrees(math.atan2(y, x))}
        space.add_blockref("F1", window.start, dxfattribs={**GLASS, **scales})


WINDOWS: Mapping[str, Callable[[Floor, Space], None]] = {
    "lines": three_lines,
    "pane": one_line,
    "blocks": window_blocks,
    "over": three_lines,
    "none": nothing,
}


def _centre(room: Polygon) -> Spot:
    point = shapely.maximum_inscribed_circle(room, tolerance=0.05).coords[0]
    return float(point[0]), float(point[1])


def plain_texts(floor: Floor, space: Space) -> None:
    """A name in each room."""
    for name, room in floor.rooms.items():
        text = space.add_text(name, height=0.25, dxfattribs=NAME)
        text.set_placement(_centre(room), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)


def stacked_texts(floor: Floor, space: Space) -> None:
    """Name and area, one below the other."""
    for name, room in floor.rooms.items():
        x, y = _centre(room)
        for k, words in enumerate((name, f"{room.area:.1f} m2")):
            text = space.add_text(words, height=0.25, dxfattribs=NAME)
            text.set_placement((x, y - 0.4 * k), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)


def formatted_texts(floor: Floor, space: Space) -> None:
    """MTEXT with codes for fonts, heights and paragraphs."""
    for name, room in floor.rooms.items():
        words = "{\\fArial|b1|i0|c0|p34;\\H1.2x;\\C1;" + name + "}\\P{\\H0.7x;" + f"{room.area:.2f}" + " m\\S2^;}"
        space.add_mtext(words, dxfattribs={**NAME, "char_height": 0.25, "insert": _centre(room), "attachment_point": 5})


def boxed_texts(floor: Floor, space: Space) -> None:
    """A name in each room with a frame around it."""
    plain_texts(floor, space)
    for room in floor.rooms.values():
        x, y = _centre(room)
        frame = [(x - 0.8, y - 0.3), (x + 0.8, y - 0.3), (x + 0.8, y + 0.3), (x - 0.8, y + 0.3)]
        space.add_lwpolyline(frame, close=True, dxfattribs=NAME)


def attributes(floor: Floor, space: Space) -> None:
    """A stamp block with attributes in a frame."""
    block = space.doc.blocks.new("RS")
    block.add_lwpolyline([(-1, -0.5), (1, -0.5), (1, 0.5), (-1, 0.5)], close=True, dxfattribs={"layer": "0"})
    block.add_attdef("RNAME", (-0.9, 0.1), dxfattribs={"height": 0.25})
    block.add_attdef("RAREA", (-0.9, -0.4), dxfattribs={"height": 0.25})
    for name, room in floor.rooms.items():
        use = space.add_blockref("RS", _centre(room), dxfattribs=NAME)
        use.add_auto_attribs({"RNAME": name, "RAREA": f"{room.area:.1f} m²"})


TEXTS: Mapping[str, Callable[[Floor, Space], None]] = {
    "text": plain_texts,
    "stacked": stacked_texts,
    "mtext": formatted_texts,
    "boxed": boxed_texts,
    "attributes": attributes,
    "none": nothing,
}
