"""A small school wing drawn with ezdxf, whose rooms and doors are known beforehand.

Two classrooms and a library on a corridor, double-line walls of 0.2 m, a leaf and an arc for each door, a double door,
an exit, and windows on a layer of their own. The walls are what is left of a box when rooms and openings are taken out.
"""

import io
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import ezdxf
import shapely
from ezdxf.document import Drawing
from ezdxf.filemanagement import new
from shapely import Polygon, box

Point = tuple[float, float]

ROOMS: dict[str, Polygon] = {
    "101": box(0.2, 5.2, 5.9, 7.8),
    "102": box(6.1, 5.2, 11.8, 7.8),
    "LIBRARY": box(0.2, 0.2, 11.8, 3.0),
    "CORRIDOR": box(0.2, 3.2, 11.8, 5.0),
}
GAPS = (box(2, 5.0, 2.9, 5.2), box(8, 5.0, 8.9, 5.2), box(5, 3.0, 6.8, 3.2), box(11.8, 3.6, 12, 4.5))
WINDOWS = (box(2, 7.8, 4, 8), box(8, 7.8, 10, 8), box(2, 0, 4, 0.2))
WAYS = {
    ("101", "CORRIDOR"): 0.9,
    ("102", "CORRIDOR"): 0.9,
    ("CORRIDOR", "LIBRARY"): 1.8,
    ("CORRIDOR", "outside"): 0.9,
}
"""Names on both sides of each opening, and its width."""
SWINGS: tuple[tuple[Point, Point, Point], ...] = (
    ((2, 5.2), (2.9, 5.2), (2, 6.1)),
    ((8.9, 5.2), (8, 5.2), (8.9, 6.1)),
    ((5, 3.0), (5.9, 3.0), (5, 2.1)),
    ((6.8, 3.0), (5.9, 3.0), (6.8, 2.1)),
    ((12, 3.6), (12, 4.5), (12.9, 3.6)),
)
"""Hinge, latch, and the tip of the open leaf."""


@dataclass
class Sketch:
    """Draws the wing through a mapping of coordinates.

    Args:
        place: Metres of the design to drawing units.
        mirrored: The mapping turns left into right.
        jamb: Metres of wall beside each door that are drawn on the layer of the doors.
    """

    place: Callable[[float, float], Point] = lambda x, y: (x, y)
    mirrored: bool = False
    walls: str = "A-WALL"
    doors: str = "A-DOOR"
    arcs: str = "arc"
    units: int = 0
    jamb: float = 0.0
    document: Drawing = field(default_factory=lambda: new("R2010"))

    def draw(self, *, names: bool = True) -> "Sketch":
        """The whole wing."""
        self.document.header["$INSUNITS"] = self.units
        body = box(0, 0, 12, 8).difference(shapely.union_all([*ROOMS.values(), *GAPS, *WINDOWS]))
        beside = shapely.union_all([gap.buffer(self.jamb, join_style="mitre") for gap in GAPS if self.jamb])
        for layer, parts in ((self.walls, body.difference(beside)), (self.doors, body.intersection(beside))):
            for part in shapely.get_parts(parts):
                for ring in (part.exterior, *part.interiors):
                    self._ring(list(ring.coords), layer)
        for window in WINDOWS:
            self._window(window)
        for hinge, latch, tip in SWINGS:
            self.door(hinge, latch, tip)
        if names:
            for name, room in ROOMS.items():
                self.text(name, room.centroid.x, room.centroid.y)
        return self

    def line(self, start: Point, end: Point, layer: str) -> None:
        """One line."""
        self.document.modelspace().add_line(self.place(*start), self.place(*end), dxfattribs={"layer": layer})

    def text(self, words: str, x: float, y: float, layer: str = "A-AREA-IDEN", height: float = 0.25) -> None:
        """One text, its middle at a place."""
        size = math.dist(self.place(0, 0), self.place(1, 0))
        entity = self.document.modelspace().add_text(words, height=height * size, dxfattribs={"layer": layer})
        entity.set_placement(self.place(x, y), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)

    def bytes(self) -> bytes:
        """The file."""
        stream = io.StringIO()
        self.document.write(stream)
        return stream.getvalue().encode("utf-8")

    def _ring(self, points: list[Point], layer: str) -> None:
        for start, end in itertools.pairwise(points):
            self.line((start[0], start[1]), (end[0], end[1]), layer)

    def _window(self, frame: Polygon) -> None:
        low_x, low_y, high_x, high_y = frame.bounds
        for y in (low_y, (low_y + high_y) / 2, high_y):
            self.line((low_x, y), (high_x, y), "A-GLAZ")

    def door(self, hinge: Point, latch: Point, tip: Point) -> None:
        """A door: its leaf and its swing."""
        self.line(hinge, tip, self.doors)
        turn = (latch[0] - hinge[0]) * (tip[1] - hinge[1]) - (latch[1] - hinge[1]) * (tip[0] - hinge[0])
        bulge = math.tan(math.pi / 8) * (1 if turn > 0 else -1) * (-1 if self.mirrored else 1)
        ends = [(*self.place(*latch), bulge), (*self.place(*tip), 0.0)]
        space = self.document.modelspace()
        if self.arcs == "bulge":
            space.add_lwpolyline(ends, format="xyb", dxfattribs={"layer": self.doors})
        elif self.arcs == "spline":
            polyline = space.add_lwpolyline(ends, format="xyb")
            points = list(ezdxf.path.make_path(polyline).flattening(0.001))
            space.delete_entity(polyline)
            space.add_spline(points, dxfattribs={"layer": self.doors})
        else:
            polyline = space.add_lwpolyline(ends, format="xyb", dxfattribs={"layer": self.doors})
            polyline.explode()


def turned(angle_deg: float, x: float = 0.0, y: float = 0.0, scale: float = 1.0) -> Callable[[float, float], Point]:
    """A mapping that turns, scales and shifts."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return lambda u, v: ((u * cos - v * sin) * scale + x, (u * sin + v * cos) * scale + y)
