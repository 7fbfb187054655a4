"""Floors unlike the school's: a round one, one with a wing that is turned, one round a yard, a small house. In metres."""

import math
from itertools import pairwise

from tests.ingest.dxf.floor import INNER, OUTER, THIN, Door, Floor, Spot, Wall

STUD, FACADE = 0.115, 0.17


def _polar(radius: float, angle_deg: float) -> Spot:
    angle = math.radians(angle_deg)
    return radius * math.cos(angle), radius * math.sin(angle)


def _ring(radius: float, thick: float) -> Wall:
    """A round wall about the origin, in pieces of four degrees."""
    spots = [_polar(radius, 4.0 * i) for i in range(91)]
    return Wall(spots[0], spots[-1], thick, tuple(spots[1:-1]))


def _in_ring(radius: float, angle_deg: float, width: float) -> tuple[Spot, Spot]:
    """A straight line across an opening in a round wall."""
    half, deep = math.degrees(width / 2 / radius), radius * math.cos(width / 2 / radius)
    (x, y), turn = _polar(deep, angle_deg), math.radians(angle_deg)
    step = deep * math.tan(math.radians(half))
    return (x + step * math.sin(turn), y - step * math.cos(turn)), (
        x - step * math.sin(turn),
        y + step * math.cos(turn),
    )


def round_floor() -> Floor:
    """Eight rooms round a hall with a round wall; one of them is the way in."""
    outer, inner, cut = 16.0, 7.5, 0.2
    angles = [10.0 + 45.0 * i for i in range(8)]
    walls = [_ring(outer, OUTER), _ring(inner, INNER)]
    walls += [Wall(_polar(inner, a), _polar(outer, a), THIN) for a in angles]
    names: dict[str, Spot] = {"ROTUNDA": (0.0, 0.0)}
    doors, windows = [], []
    for number, angle in enumerate(angles):
        entrance, middle = number == 6, angle + 22.5
        name = "ENTRANCE" if entrance else f"{201 + number}"
        names[name] = _polar(11.5, middle)
        hinge, latch = _in_ring(inner, middle, 1.8 if entrance else 0.9)
        leaves = 2 if entrance else 1
        doors.append(Door(hinge, latch, INNER + cut, (name, "ROTUNDA"), 1 if entrance else -1, leaves))
        start, end = _in_ring(outer, middle, 1.8)
        if entrance:
            doors.append(Door(start, end, OUTER + cut, (name, ""), -1, 2))
        else:
            windows.append(Wall(start, end, OUTER + cut))
    return Floor(tuple(walls), tuple(doors), tuple(windows), names)


def wing_floor(angle_deg: float = 30.0) -> Floor:
    """A wing that goes on from another at an angle, with one bent corridor."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))

    def turned(x: float, y: float) -> Spot:
        """A place in the turned wing, whose x axis starts at (24, 0)."""
        return 24 + (x - 24) * cos - y * sin, (x - 24) * sin + y * cos

    def bend(y: float) -> Spot:
        """Where lines at one height in both wings meet."""
        (u, v), x = turned(24, y), 0.0
        x = (y - v) / sin
        return u + x * cos, y

    walls = [Wall((0, 0), turned(46, 0), OUTER, ((24, 0),)), Wall((0, 0), (0, 14), OUTER)]
    walls += [Wall((0, 14), turned(46, 14), OUTER, (bend(14),)), Wall(turned(46, 0), turned(46, 14), OUTER)]
    walls += [Wall((0, y), turned(46, y), INNER, (bend(y),)) for y in (6.0, 8.2)]
    walls += [Wall(bend(6), (24, 0), INNER), Wall(bend(8.2), bend(14), INNER)]
    walls += [Wall((x, 0), (x, 6), THIN) for x in (6, 12, 18)] + [Wall((x, 8.2), (x, 14), THIN) for x in (5, 11, 17)]
    walls += [Wall(turned(x, 0), turned(x, 6), THIN) for x in (31, 38)]
    walls += [Wall(turned(x, 8.2), turned(x, 14), THIN) for x in (33, 39)]
    names: dict[str, Spot] = {"CORRIDOR": (10, 7.1)}
    doors = [Door((0, 6.6), (0, 7.6), OUTER, ("CORRIDOR", ""), 1)]
    doors.append(Door(turned(46, 6.4), turned(46, 7.9), OUTER, ("CORRIDOR", ""), -1, 2))
    windows = []
    below = [(3, 4), (9, 10), (15, 16), (20.5, 20), (28, 28.5), (34, 36), (42, 43)]
    above = [(2.5, 1), (8, 6), (14, 12), (19, 18), (30, 30), (36, 37), (42, 44)]
    for first, row, deep, facade, swing in ((101, below, 6.0, 0.0, -1), (201, above, 8.2, 14.0, 1)):
        for number, (middle, hinge) in enumerate(row):
            at = turned if middle > 24 else lambda x, y: (x, y)
            name = f"{first + number}"
            names[name] = at(middle, (deep + facade) / 2)
            doors.append(Door(at(hinge, deep), at(hinge + 0.9, deep), INNER, (name, "CORRIDOR"), swing))
            windows.append(Wall(at(middle - 0.9, facade), at(middle + 0.9, facade), OUTER))
    return Floor(tuple(walls), tuple(doors), tuple(windows), names)


def yard_floor() -> Floor:
    """Thirty rooms on a corridor that goes round a yard and a gymnasium."""
    ring = [(7.0, 7.0), (47.0, 7.0), (47.0, 33.0), (7.0, 33.0), (7.0, 7.0)]
    yard = [(9.6, 9.6), (30.0, 9.6), (30.0, 30.4), (9.6, 30.4), (9.6, 9.6)]
    hall = [(32.4, 9.6), (44.4, 9.6), (44.4, 30.4), (32.4, 30.4), (32.4, 9.6)]
    outline = [(0.0, 0.0), (54.0, 0.0), (54.0, 40.0), (0.0, 40.0), (0.0, 0.0)]
    walls = [
        Wall(a, b, thick)
        for spots, thick in ((outline, OUTER), (ring, INNER), (yard, OUTER), (hall, INNER))
        for a, b in pairwise(spots)
    ]
    names: dict[str, Spot] = {"CORRIDOR": (20, 8.3), "YARD": (20, 20), "GYM": (38, 20)}
    doors = [
        Door((32.4, 15), (32.4, 16.8), INNER, ("GYM", "CORRIDOR"), -1, 2),
        Door((44.4, 24), (44.4, 25.8), INNER, ("GYM", "CORRIDOR"), 1, 2),
        Door((9.6, 20), (9.6, 21), OUTER, ("YARD", "CORRIDOR"), -1),
        Door((30, 20), (30, 21), OUTER, ("YARD", "CORRIDOR"), 1),
    ]
    windows = [Wall((x, y), (x + 2, y), OUTER) for y in (9.6, 30.4) for x in (12, 16, 20, 24)]
    for first, facade, deep, swing in ((100, 0.0, 7.0, -1), (200, 40.0, 33.0, 1)):
        _add_long_side(first, facade, deep, swing, (walls, doors, windows, names))
    for first, facade, deep, swing in ((300, 0.0, 7.0, 1), (400, 54.0, 47.0, -1)):
        _add_short_side(first, facade, deep, swing, (walls, doors, windows, names))
    return Floor(tuple(walls), tuple(doors), tuple(windows), names)


_Parts = tuple[list[Wall], list[Door], list[Wall], dict[str, Spot]]


def _add_long_side(first: int, facade: float, deep: float, swing: int, parts: _Parts) -> None:
    """Ten rooms in a row; those at the corners open to their neighbours."""
    walls, doors, windows, names = parts
    for number, (a, b) in enumerate(pairwise((0, 7, 13, 19, 22, 25, 31, 37, 40, 47, 54))):
        middle, name = (a + b) / 2, f"{first + number}"
        names[name] = middle, (facade + deep) / 2
        windows.append(Wall((middle - 0.9, facade), (middle + 0.9, facade), OUTER))
        if b < 54:
            walls.append(Wall((b, facade), (b, deep), INNER if b in {7, 47} else THIN))
        if 7 <= a < 47:
            doors.append(Door((a + 0.6, deep), (a + 1.5, deep), INNER, (name, "CORRIDOR"), swing))
    y = (facade + deep) / 2
    for x, corner, neighbour, side in ((7, 0, 1, -1), (47, 9, 8, 1)):
        doors.append(Door((x, y), (x, y + 0.9), INNER, (f"{first + corner}", f"{first + neighbour}"), side))


def _add_short_side(first: int, facade: float, deep: float, swing: int, parts: _Parts) -> None:
    """Four rooms, one of them with a way out."""
    walls, doors, windows, names = parts
    walls += [Wall((facade, y), (deep, y), INNER if y in {7, 33} else THIN) for y in (7, 14, 20, 26, 33)]
    for number, (a, b) in enumerate(pairwise((7, 14, 20, 26, 33))):
        middle, name = (a + b) / 2, f"{first + number}"
        names[name] = (facade + deep) / 2, middle
        doors.append(Door((deep, middle - 0.5), (deep, middle + 0.4), INNER, (name, "CORRIDOR"), swing))
        if number == 1:
            doors.append(Door((facade, middle - 1), (facade, middle + 1), OUTER, (name, ""), swing, 2))
        else:
            windows.append(Wall((facade, middle - 1), (facade, middle + 1), OUTER))


def house() -> Floor:
    """A house of stud walls with small rooms and a closet."""
    walls = [
        *(Wall(a, b, FACADE) for a, b in pairwise([(0, 0), (14, 0), (14, 9), (0, 9), (0, 0)])),
        *(Wall((0, 5), (9, 5), STUD), Wall((9, 0), (9, 9), STUD), Wall((4, 5), (4, 9), STUD)),
        *(Wall((4, 6.2), (9, 6.2), STUD), Wall((6.6, 6.2), (6.6, 9), STUD), Wall((3.2, 0), (3.2, 5), STUD)),
        *(Wall((0, 1.2), (3.2, 1.2), STUD), Wall((9, 4.2), (14, 4.2), STUD)),
    ]
    names = {
        "BED 1": (1.6, 3.0),
        "CLOSET": (1.5, 0.6),
        "LIVING": (6.0, 2.5),
        "BED 2": (2.0, 7.0),
        "HALL": (6.5, 5.6),
        "BATH": (5.3, 7.6),
        "LAUNDRY": (7.8, 7.6),
        "KITCHEN": (11.5, 6.6),
        "GARAGE": (11.5, 2.0),
    }
    doors = [
        Door((3.2, 3), (3.2, 3.8), STUD, ("BED 1", "LIVING"), 1),
        Door((0.9, 1.2), (2.1, 1.2), STUD, ("CLOSET", "BED 1"), 1, 2),
        Door((4, 5.2), (4, 6.0), STUD, ("BED 2", "HALL"), 1),
        Door((5, 6.2), (5.7, 6.2), STUD, ("BATH", "HALL"), 1),
        Door((7.2, 6.2), (8, 6.2), STUD, ("LAUNDRY", "HALL"), 1),
        Door((7, 5), (7.9, 5), STUD, ("HALL", "LIVING"), -1),
        Door((9, 5.2), (9, 6.05), STUD, ("HALL", "KITCHEN"), -1),
        Door((10, 4.2), (10.8, 4.2), STUD, ("GARAGE", "KITCHEN"), 1),
        Door((6, 0), (6.95, 0), FACADE, ("LIVING", ""), 1),
        Door((14, 6), (14, 7.8), FACADE, ("KITCHEN", ""), 1, 2),
    ]
    windows = [
        *(Wall((1, 9), (2.4, 9), FACADE), Wall((4.8, 9), (5.6, 9), FACADE), Wall((10, 9), (12, 9), FACADE)),
        *(Wall((0, 2.4), (0, 3.8), FACADE), Wall((4, 0), (5.4, 0), FACADE)),
    ]
    return Floor(tuple(walls), tuple(doors), tuple(windows), names)


def ring_floor() -> Floor:
    """Four rooms back to back, and a corridor all round them with the only way out."""
    outline = [(0.0, 0.0), (25.0, 0.0), (25.0, 16.0), (0.0, 16.0), (0.0, 0.0)]
    core = [(2.6, 2.6), (22.4, 2.6), (22.4, 13.4), (2.6, 13.4), (2.6, 2.6)]
    walls = [Wall(a, b, thick) for spots, thick in ((outline, OUTER), (core, INNER)) for a, b in pairwise(spots)]
    walls += [Wall((2.6, 8), (22.4, 8), INNER), Wall((12.5, 2.6), (12.5, 13.4), THIN)]
    names: dict[str, Spot] = {"1": (7, 5), "2": (18, 5), "3": (7, 11), "4": (18, 11), "CORRIDOR": (12, 1.3)}
    doors = [
        Door((x, y), (x + 0.9, y), INNER, (name, "CORRIDOR"), swing)
        for name, x, y, swing in (("1", 5, 2.6, 1), ("2", 17, 2.6, 1), ("3", 5, 13.4, -1), ("4", 17, 13.4, -1))
    ]
    doors.append(Door((0, 7), (0, 8.8), OUTER, ("CORRIDOR", ""), 1, 2))
    windows = [Wall((x, 0), (x + 1.8, 0), OUTER) for x in (4, 10, 16)]
    return Floor(tuple(walls), tuple(doors), tuple(windows), names)
