"""A floor whose rooms and doors are known beforehand: a double-loaded corridor, an L-shaped hall, a stair, exits.

It is designed by the middle lines of its walls, so that every way of drawing starts from the same values. In metres.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import shapely
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

Spot = tuple[float, float]


@dataclass(frozen=True)
class Wall:
    """A wall by its middle line.

    Args:
        bends: Where the middle line bends, when it is not straight.
    """

    start: Spot
    end: Spot
    thick: float
    bends: tuple[Spot, ...] = ()

    @property
    def path(self) -> LineString:
        """Its middle line."""
        return LineString([self.start, *self.bends, self.end])

    @property
    def body(self) -> Polygon:
        """What it fills, half its thickness longer at both ends, so that corners are full."""
        return self.path.buffer(self.thick / 2, cap_style="square")


@dataclass(frozen=True)
class Door:
    """A doorway in the middle of a wall, and its leaves.

    Args:
        hinge: On the middle line of the wall; the other jamb is at ``latch``.
        swing: 1 when it opens to the left of the way from hinge to latch, -1 to the right.
        sides: Names of the rooms that it joins; empty for outside.
    """

    hinge: Spot
    latch: Spot
    thick: float
    sides: tuple[str, str]
    swing: int = 1
    leaves: int = 1

    @property
    def gap(self) -> Polygon:
        """What it takes out of its wall."""
        return LineString([self.hinge, self.latch]).buffer(self.thick / 2 + 0.001, cap_style="flat")

    @property
    def width(self) -> float:
        """Clear width."""
        return math.dist(self.hinge, self.latch)

    def leaf_places(self) -> list[tuple[Spot, Spot, Spot]]:
        """Hinge, latch and tip of the open leaf of each leaf, on the face of the wall that it opens to."""
        ux, uy = (self.latch[0] - self.hinge[0]) / self.width, (self.latch[1] - self.hinge[1]) / self.width
        nx, ny = -uy * self.swing, ux * self.swing
        off = self.thick / 2
        one = self.hinge[0] + nx * off, self.hinge[1] + ny * off
        other = self.latch[0] + nx * off, self.latch[1] + ny * off
        if self.leaves == 1:
            return [(one, other, (one[0] + nx * self.width, one[1] + ny * self.width))]
        half, middle = self.width / 2, ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
        return [(h, middle, (h[0] + nx * half, h[1] + ny * half)) for h in (one, other)]


@dataclass(frozen=True)
class Floor:
    """Walls, what is taken out of them, and the rooms that they enclose.

    Args:
        names: A place in each room, by its name.
        windows: Middle lines of windows, and the thickness of their wall.
        treads: Edges of the steps of a stair.
    """

    walls: tuple[Wall, ...]
    doors: tuple[Door, ...]
    windows: tuple[Wall, ...]
    names: Mapping[str, Spot]
    treads: tuple[tuple[Spot, Spot], ...] = ()
    rooms: Mapping[str, Polygon] = field(init=False)

    def __post_init__(self) -> None:
        body = self.solid
        free = shapely.get_parts(shapely.union_all([Polygon(p.exterior) for p in shapely.get_parts(body)]) - body)
        rooms = {name: next(p for p in free if p.contains(Point(at))) for name, at in self.names.items()}
        object.__setattr__(self, "rooms", rooms)

    @property
    def solid(self) -> BaseGeometry:
        """All walls, without openings."""
        return shapely.union_all([wall.body for wall in self.walls])

    @property
    def body(self) -> BaseGeometry:
        """All walls, doorways and windows taken out."""
        return self.solid - shapely.union_all([d.gap for d in self.doors] + [_pane(w) for w in self.windows])

    @property
    def built(self) -> BaseGeometry:
        """All walls, doorways taken out."""
        return self.solid - shapely.union_all([d.gap for d in self.doors])

    def pieces(self, *, windows: bool) -> list[Wall]:
        """Walls in straight pieces between the openings, by their middle lines."""
        holes = [d.gap.buffer(0.01) for d in self.doors] + (
            [_pane(w).buffer(0.01) for w in self.windows] if windows else []
        )
        out = []
        for wall in self.walls:
            rest = wall.path - shapely.union_all([h.buffer(-0.01) for h in holes])
            for part in shapely.get_parts(rest):
                for (a, b), (c, d) in pairwise(part.coords):
                    if math.dist((a, b), (c, d)) > 0.01:
                        out.append(Wall((a, b), (c, d), wall.thick))
        return out


def _pane(window: Wall) -> Polygon:
    return LineString([window.start, window.end]).buffer(window.thick / 2 + 0.001, cap_style="flat")


OUTER, INNER, THIN = 0.36, 0.2, 0.12


def school_floor() -> Floor:
    """Ten rooms: six along a corridor and a stair, an L-shaped hall at its end, and an office in the crook of the L."""
    walls = [
        Wall((0, 0), (32, 0), OUTER),
        Wall((32, 0), (32, 16), OUTER),
        Wall((32, 16), (0, 16), OUTER),
        Wall((0, 16), (0, 0), OUTER),
        Wall((0, 7), (23, 7), INNER),
        Wall((0, 9.4), (27.4, 9.4), INNER),
        Wall((23, 0), (23, 16), INNER),
        Wall((27.4, 9.4), (27.4, 16), INNER),
        Wall((7, 9.4), (7, 16), THIN),
        Wall((13, 9.4), (13, 16), THIN),
        Wall((16.2, 9.4), (16.2, 16), THIN),
        Wall((5, 0), (5, 7), THIN),
        Wall((8, 0), (8, 7), THIN),
        Wall((15, 0), (15, 7), INNER),
        Wall((18.2, 0), (18.2, 7), INNER),
    ]
    names = {
        "101": (3, 12),
        "102": (10, 12),
        "OFFICE": (14.6, 12),
        "103": (20, 12),
        "104": (2.5, 3),
        "WC": (6.5, 3),
        "105": (11, 3),
        "STAIR": (16.6, 3.5),
        "106": (20.5, 3),
        "CORRIDOR": (11, 8.2),
        "HALL": (29, 4),
        "ADMIN": (25, 12.5),
    }
    doors = [
        Door((5.2, 9.4), (6.1, 9.4), INNER, ("101", "CORRIDOR"), 1),
        Door((8.3, 9.4), (7.4, 9.4), INNER, ("102", "CORRIDOR"), -1),
        Door((14, 9.4), (14.9, 9.4), INNER, ("OFFICE", "CORRIDOR"), 1),
        Door((17.5, 9.4), (18.4, 9.4), INNER, ("103", "CORRIDOR"), 1),
        Door((2.0, 7), (2.9, 7), INNER, ("104", "CORRIDOR"), -1),
        Door((6.0, 7), (6.8, 7), INNER, ("WC", "CORRIDOR"), -1),
        Door((11.9, 7), (11, 7), INNER, ("105", "CORRIDOR"), 1),
        Door((16.1, 7), (17.1, 7), INNER, ("STAIR", "CORRIDOR"), -1),
        Door((21.4, 7), (20.5, 7), INNER, ("106", "CORRIDOR"), 1),
        Door((23, 7.4), (23, 9.0), INNER, ("CORRIDOR", "HALL"), -1, 2),
        Door((25.9, 9.4), (25, 9.4), INNER, ("ADMIN", "HALL"), -1),
        Door((26, 0), (27.8, 0), OUTER, ("HALL", ""), -1, 2),
        Door((0, 7.7), (0, 8.7), OUTER, ("CORRIDOR", ""), 1),
    ]
    windows = [
        *(Wall((x, 16), (x + 1.8, 16), OUTER) for x in (1.0, 4.2, 8.6, 13.7, 17.5, 20.3, 24.3, 29)),
        *(Wall((x, 0), (x + 1.6, 0), OUTER) for x in (1.6, 9, 12, 20)),
        Wall((32, 3), (32, 7), OUTER),
    ]
    treads = tuple(((15.1, 1.6 + 0.29 * i), (16.55, 1.6 + 0.29 * i)) for i in range(12)) + tuple(
        ((16.65, 1.6 + 0.29 * i), (18.1, 1.6 + 0.29 * i)) for i in range(12)
    )
    return Floor(tuple(walls), tuple(doors), tuple(windows), names, treads)


def frame_of(floor: Floor) -> Polygon:
    """The box around a floor."""
    return box(*floor.solid.bounds)
