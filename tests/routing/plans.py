"""Floorplans for the tests of routing: hand-made ones of known lengths, and generated ones."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5

from shapely import LineString, Point, Polygon, box

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.incidents import Closure, ClosureReason, Threat
from geo_server.domain.places import (
    AssemblyPoint,
    Floorplan,
    Level,
    Opening,
    OpeningCategory,
    Transition,
    TransitionCategory,
    Wall,
    Zone,
    ZoneCategory,
)
from geo_server.domain.routes import RouteStatus

NAMESPACE = UUID("00000000-0000-0000-0000-00000000aaaa")
SAFE = {RouteStatus.SAFE_SHORTEST, RouteStatus.SAFE_DETOUR}
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Line = Sequence[tuple[float, float]]


def uid(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


@dataclass
class Sketch:
    """A floorplan under construction. Names stand for ids."""

    levels: list[Level] = field(default_factory=lambda: [Level(uid("L0"), None, 0, "Ground")])
    zones: list[Zone] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    points: list[AssemblyPoint] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)

    def level(self, ordinal: int) -> None:
        self.levels.append(Level(uid(f"L{ordinal}"), None, ordinal, f"Level {ordinal}"))

    def zone(
        self,
        name: str,
        polygon: Polygon | tuple[float, float, float, float],
        ordinal: int = 0,
        category: ZoneCategory = ZoneCategory.ROOM,
        lockable: bool | None = None,
    ) -> None:
        shape = polygon if isinstance(polygon, Polygon) else box(*polygon)
        self.zones.append(Zone(uid(name), uid(f"L{ordinal}"), shape, name, category, lockable=lockable))

    def door(
        self,
        name: str,
        line: Line,
        zones: tuple[str, str | None],
        *,
        ordinal: int = 0,
        out: bool = False,
        number: str | None = None,
        lock_delay_s: float = 0.0,
        width_m: float = 0.9,
        category: OpeningCategory = OpeningCategory.DOOR,
    ) -> None:
        sides = (uid(zones[0]), uid(zones[1]) if zones[1] else None)
        self.openings.append(
            Opening(
                uid(name),
                uid(f"L{ordinal}"),
                LineString(line),
                sides,
                category,
                exit=out,
                number=number,
                lock_delay_s=lock_delay_s,
                width_m=width_m,
            )
        )

    def stairs(
        self,
        name: str,
        line: Line,
        zones: tuple[str, str],
        length_m: float,
        category: TransitionCategory = TransitionCategory.STAIRS,
    ) -> None:
        lower = next(zone for zone in self.zones if zone.id == uid(zones[0]))
        geometry = LineString(line) if len(line) > 1 else Point(line[0])
        self.transitions.append(
            Transition(uid(name), lower.level_id, geometry, (uid(zones[0]), uid(zones[1])), category, length_m)
        )

    def wall(self, name: str, line: Line, *, thickness_m: float = 0.0, transparent: bool = False) -> None:
        self.walls.append(Wall(uid(name), uid("L0"), LineString(line), thickness_m, transparent))

    def build(self) -> Floorplan:
        return Floorplan(
            DrawingFrame(),
            levels=tuple(self.levels),
            zones=tuple(self.zones),
            openings=tuple(self.openings),
            transitions=tuple(self.transitions),
            assembly_points=tuple(self.points),
            walls=tuple(self.walls),
        )


def threat(
    x: float, y: float, *, ordinal: int = 0, radius_m: float = 0.0, speed_mps: float = 2.0, name: str = "threat"
) -> Threat:
    return Threat(uid(name), "intruder", uid(f"L{ordinal}"), Point(x, y), radius_m, speed_mps, NOW)


def closure(name: str) -> Closure:
    return Closure(uid(f"closure of {name}"), uid(name), ClosureReason.LOCKED, "test", NOW)


def corridor_40m() -> Floorplan:
    """A corridor of 40 by 2 m with its exit across its whole end: whoever starts at the far wall walks 40 m."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 40, 2), category=ZoneCategory.CORRIDOR)
    sketch.door("exit", [(40, 0), (40, 2)], ("corridor", None), out=True, number="1")
    return sketch.build()


def two_exits() -> Floorplan:
    """A corridor along the x axis from 0 to 60 with an exit at either end, and a room 4 by 4 m above it at x = 20..24."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 60, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (20, 2, 24, 6))
    sketch.door("room door", [(21.5, 2), (22.5, 2)], ("room", "corridor"))
    sketch.door("west", [(0, 0.5), (0, 1.5)], ("corridor", None), out=True, number="W")
    sketch.door("east", [(60, 0.5), (60, 1.5)], ("corridor", None), out=True, number="E")
    sketch.points.append(AssemblyPoint(uid("field"), Point(-30, 1), "Field"))
    return sketch.build()


def grid_building(seed: int, columns: int = 4, rows: int = 3, size: float = 6.0, wall: float = 0.2) -> Floorplan:
    """Rooms in a grid with walls of some thickness between them, doors at random, some concave rooms, some exits.

    Every room has a door to at least one neighbour that was there before it, so that all are joined.
    """
    rng = random.Random(seed)
    sketch = Sketch()
    for column in range(columns):
        for row in range(rows):
            sketch.zone(f"r{column}.{row}", _room(rng, column * (size + wall), row * (size + wall), size))
    for column in range(columns):
        for row in range(rows):
            _doors(rng, sketch, column, row, size, wall)
    for row in range(rows):
        if row == 0 or rng.random() < 0.4:
            y = row * (size + wall) + rng.uniform(0.2, 0.9)
            sketch.door(f"west {row}", [(-0.1, y), (-0.1, y + 1)], (f"r0.{row}", None), out=True)
    x, y = columns * (size + wall) - wall + 0.1, rng.uniform(0.2, 0.9)
    sketch.door("east", [(x, y), (x, y + 1)], (f"r{columns - 1}.0", None), out=True)
    return sketch.build()


def _room(rng: random.Random, x: float, y: float, size: float) -> Polygon:
    """A square, sometimes with a notch in its upper right corner, sometimes with a column."""
    kind = rng.random()
    if kind < 0.3:
        a, b = rng.uniform(1.5, 3.0), rng.uniform(1.5, 3.0)
        return Polygon(
            [
                (x, y),
                (x + size, y),
                (x + size, y + size - b),
                (x + size - a, y + size - b),
                (x + size - a, y + size),
                (x, y + size),
            ]
        )
    if kind < 0.5:
        column = box(x + 2.5, y + 2.5, x + 3.5, y + 3.5)
        return Polygon(box(x, y, x + size, y + size).exterior, [column.exterior])
    return box(x, y, x + size, y + size)


def _doors(rng: random.Random, sketch: Sketch, column: int, row: int, size: float, wall: float) -> None:
    """Doors to the left and lower neighbour: in their lower and left thirds, where no notch is."""
    here = f"r{column}.{row}"
    x, y = column * (size + wall), row * (size + wall)
    left, below = column > 0, row > 0
    both = rng.random() < 0.6
    first = rng.random() < 0.5
    if left and (both or first or not below):
        at = y + rng.uniform(0.1, 2.0)
        sketch.door(f"h{column}.{row}", [(x - wall / 2, at), (x - wall / 2, at + 0.9)], (f"r{column - 1}.{row}", here))
    if below and (both or not first or not left):
        at = x + rng.uniform(0.1, 2.0)
        sketch.door(f"v{column}.{row}", [(at, y - wall / 2), (at + 0.9, y - wall / 2)], (f"r{column}.{row - 1}", here))


def school(rooms: int, levels: int = 3) -> Floorplan:
    """A school of long corridors with rooms on both sides and stairs at both ends, for measurements."""
    sketch = Sketch(levels=[])
    a_side = rooms // (2 * levels)
    length = a_side * 7.0
    for ordinal in range(levels):
        sketch.level(ordinal)
        hall = f"hall {ordinal}"
        sketch.zone(hall, (0, 0, length, 3), ordinal, ZoneCategory.CORRIDOR)
        for k in range(a_side):
            for side, (low, high, wall_y) in {"n": (3.2, 10.2, 3.1), "s": (-7.2, -0.2, -0.1)}.items():
                name = f"{ordinal}{k:02d}{side}"
                sketch.zone(name, (k * 7.0 + 0.1, low, k * 7.0 + 6.9, high), ordinal)
                line = [(k * 7.0 + 1, wall_y), (k * 7.0 + 2, wall_y)]
                sketch.door(f"door {name}", line, (name, hall), ordinal=ordinal)
        if ordinal:
            for end, x in (("west", 1.0), ("east", length - 1.0)):
                sketch.stairs(f"{end} stairs {ordinal}", [(x, 1.5)], (f"hall {ordinal - 1}", hall), 8.0)
    sketch.door("west", [(0, 1), (0, 2)], ("hall 0", None), out=True, number="1")
    sketch.door("east", [(length, 1), (length, 2)], ("hall 0", None), out=True, number="2")
    return sketch.build()
