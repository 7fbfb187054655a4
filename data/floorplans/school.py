"""The sample school as its architect knows it: rooms, doors and windows in feet, level by level.

``draw_school.py`` draws it as DXF; the tests hold what the intake makes of those drawings against this list. Room
polygons run along wall centre lines, so neighbours share edges; ``clear`` is the floor between the wall faces.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import shapely
import shapely.ops
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

EXTERIOR_FT = 1.0
INTERIOR_FT = 0.5

Rectangle = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True)
class Room:
    """A room: its stamp, its kind (a zone category) and its outline along wall centre lines."""

    number: str
    name: str
    kind: str
    outline: Polygon

    @property
    def stamp_at(self) -> tuple[float, float]:
        """Where its stamp stands: the middle of a rectangle, else a point well inside."""
        spot = self.outline.centroid
        if not self.outline.buffer(-3).contains(spot):
            spot = shapely.maximum_inscribed_circle(self.outline).interpolate(0)
        return (round(spot.x, 1), round(spot.y, 1))


@dataclass(frozen=True)
class Door:
    """A door on a wall centre line.

    Args:
        rooms: Room numbers on its two sides; None is outside. It swings into the second one.
        tag: Exterior door number.
        pair: Two leaves.
        emergency: For emergencies only.
        sliding: An elevator's door: no leaf, no arc.
    """

    at: tuple[float, float]
    rooms: tuple[str, str | None]
    width: float = 3.0
    tag: str | None = None
    pair: bool = False
    emergency: bool = False
    sliding: bool = False


@dataclass(frozen=True)
class Storey:
    """One level."""

    ordinal: int
    rooms: tuple[Room, ...]
    doors: tuple[Door, ...]
    windows: tuple[LineString, ...] = field(default=())

    @property
    def footprint(self) -> Polygon:
        """Outline along the centre lines of the exterior walls."""
        outline = shapely.union_all([room.outline for room in self.rooms])
        if not isinstance(outline, Polygon):
            raise TypeError(f"Level {self.ordinal} falls into pieces.")
        return outline

    @property
    def exterior_band(self) -> BaseGeometry:
        """Floor that exterior walls stand on."""
        half = EXTERIOR_FT / 2
        outer = self.footprint.buffer(half, join_style="mitre")
        return outer - self.footprint.buffer(-half, join_style="mitre")

    @property
    def wall_band(self) -> BaseGeometry:
        """Floor that all walls stand on, doors and windows not taken out."""
        lines = shapely.union_all([room.outline.exterior for room in self.rooms])
        partitions = lines.buffer(INTERIOR_FT / 2, join_style="mitre", cap_style="square")
        return shapely.union_all([self.exterior_band, partitions & self.footprint], grid_size=2**-10)

    def clear(self, room: Room) -> Polygon:
        """The floor of a room between its wall faces."""
        floor = room.outline - self.wall_band
        if not isinstance(floor, Polygon):
            raise TypeError(f"Room {room.number} falls into pieces.")
        return floor

    def wall_of(self, door: Door) -> LineString:
        """The stretch of wall centre line that a door takes up."""
        room = next(room for room in self.rooms if room.number == door.rooms[0])
        return stretch(room.outline, Point(door.at), door.width)

    def is_exterior(self, line: LineString) -> bool:
        """Whether a stretch lies in an exterior wall."""
        return bool(self.footprint.exterior.distance(line.interpolate(0.5, normalized=True)) < 1e-6)


def stretch(outline: Polygon, at: Point, width: float) -> LineString:
    """A piece of an outline's edge, ``width`` long and centred on ``at``."""
    corners = list(outline.exterior.coords)
    for (x0, y0), (x1, y1) in pairwise(corners):
        if LineString([(x0, y0), (x1, y1)]).distance(at) < 1e-6:
            half = width / 2
            if x0 == x1:
                return LineString([(x0, at.y - half), (x0, at.y + half)])
            return LineString([(at.x - half, y0), (at.x + half, y0)])
    raise ValueError(f"No wall at {at.x}, {at.y}.")


def _room(number: str, name: str, kind: str, *parts: Rectangle) -> Room:
    return Room(number, name, kind, shapely.union_all([box(*part) for part in parts]).normalize())


def _windows(rooms: tuple[Room, ...], doors: tuple[Door, ...], footprint: Polygon) -> tuple[LineString, ...]:
    """Six-foot windows every ten feet in the exterior walls of rooms where people sit, clear of doors."""
    taken = shapely.union_all([Point(door.at).buffer(door.width / 2 + 5) for door in doors])
    found = []
    for room in rooms:
        if room.kind not in {"room", "assembly"} or room.number == "143":
            continue
        shared = shapely.line_merge(room.outline.exterior & footprint.exterior)
        for run in shapely.get_parts(shared):
            corners = list(run.coords)
            for one, two in pairwise(corners):
                found += [w for w in _row(LineString([one, two])) if not w.intersects(taken)]
    return tuple(found)


def _row(edge: LineString) -> list[LineString]:
    count = int((edge.length - 4) // 10)
    first = edge.length / 2 - (count - 1) * 5
    return [shapely.ops.substring(edge, first + 10 * i - 3, first + 10 * i + 3) for i in range(count)]


def _shared_rooms(ordinal: int) -> tuple[Room, ...]:
    """Rooms that are in the same place on all levels."""
    n = ordinal + 1
    return (
        _room("ST-A", "STAIR A", "stairs", (0, 44, 14, 76)),
        _room("ST-B", "STAIR B", "stairs", (162, 32, 194, 46)),
        _room("EL-1", "ELEVATOR", "elevator", (104, 44, 118, 56)),
        _room(f"{n}50", "CORRIDOR", "corridor", (0, 32, 162, 44), (150, 32, 162, 156)),
        _room(f"{n}51", "BOYS", "restroom", (48, 12, 60, 32)),
        _room(f"{n}52", "GIRLS", "restroom", (60, 12, 72, 32)),
        _room(f"{n}53", "BOYS", "restroom", (162, 106, 194, 116)),
        _room(f"{n}54", "GIRLS", "restroom", (162, 116, 194, 126)),
        _room(f"{n}55", "STORAGE", "service", (48, 0, 72, 12)),
    )


def _shared_doors(ordinal: int) -> tuple[Door, ...]:
    n = ordinal + 1
    corridor = f"{n}50"
    return (
        Door((7, 44), (corridor, "ST-A"), 3.5),
        Door((162, 39), (corridor, "ST-B"), 3.5),
        Door((111, 44), (corridor, "EL-1"), 3.5, sliding=True),
        Door((54, 32), (corridor, f"{n}51")),
        Door((66, 32), (corridor, f"{n}52")),
        Door((162, 111), (corridor, f"{n}53")),
        Door((162, 121), (corridor, f"{n}54")),
    )


def _wing_rooms(numbers: dict[str, str]) -> tuple[Room, ...]:
    """The classrooms of the north wing; ``numbers`` gives each spot its number."""
    spots: dict[str, Rectangle] = {
        "east1": (162, 46, 194, 76),
        "east2": (162, 76, 194, 106),
        "east3": (162, 126, 194, 156),
        "west1": (118, 44, 150, 76),
        "west2": (118, 76, 150, 106),
        "west3": (118, 106, 150, 136),
    }
    return tuple(_room(numbers[spot], "CLASSROOM", "room", part) for spot, part in spots.items())


def _wing_doors(numbers: dict[str, str], corridor: str) -> tuple[Door, ...]:
    at: dict[str, tuple[float, float]] = {
        "east1": (162, 52),
        "east2": (162, 82),
        "east3": (162, 132),
        "west1": (150, 52),
        "west2": (150, 82),
        "west3": (150, 112),
    }
    return tuple(Door(spot, (corridor, numbers[name])) for name, spot in at.items())


def _ground() -> tuple[tuple[Room, ...], tuple[Door, ...]]:
    wing = {"east1": "103", "east2": "104", "east3": "105", "west1": "106", "west2": "107", "west3": "108"}
    rooms = (
        _room("100", "LOBBY", "corridor", (72, 0, 96, 32)),
        _room("101", "CLASSROOM", "room", (124, 0, 154, 32)),
        _room("102", "SCIENCE LAB", "room", (154, 0, 194, 32)),
        _room("110", "MAIN OFFICE", "room", (96, 0, 112, 32)),
        _room("111", "PRINCIPAL", "room", (112, 0, 124, 14)),
        _room("112", "NURSE", "room", (112, 14, 124, 32)),
        _room("120", "LIBRARY", "room", (0, 0, 48, 32)),
        _room("130", "CAFETERIA", "assembly", (14, 44, 80, 92)),
        _room("131", "KITCHEN", "service", (80, 44, 104, 76)),
        _room("132", "RECEIVING", "service", (80, 76, 104, 92)),
        _room("133", "CUSTODIAL", "service", (104, 56, 118, 76)),
        _room("140", "GYMNASIUM", "assembly", (-84, 16, 0, 76)),
        _room("141", "BOYS LOCKER ROOM", "room", (-84, 0, -56, 16)),
        _room("142", "GIRLS LOCKER ROOM", "room", (-56, 0, -28, 16)),
        _room("143", "PE STORAGE", "service", (-28, 0, 0, 16)),
        _room("156", "STAFF WORKROOM", "room", (118, 136, 150, 156)),
        *_wing_rooms(wing),
    )
    doors = (
        Door((84, 0), ("100", None), 6, tag="D1", pair=True),
        Door((-84, 46), ("140", None), 6, tag="D2", pair=True, emergency=True),
        Door((-42, 76), ("140", None), 6, tag="D3", pair=True, emergency=True),
        Door((7, 76), ("ST-A", None), 3.5, tag="D4", emergency=True),
        Door((47, 92), ("130", None), 6, tag="D5", pair=True),
        Door((96, 92), ("132", None), 3.5, tag="D6"),
        Door((156, 156), ("150", None), 6, tag="D7", pair=True),
        Door((194, 39), ("ST-B", None), 3.5, tag="D8", emergency=True),
        Door((0, 38), ("150", "140"), 6, pair=True),
        Door((-70, 16), ("140", "141")),
        Door((-42, 16), ("140", "142")),
        Door((-14, 16), ("140", "143"), 6, pair=True),
        Door((30, 44), ("150", "130"), 6, pair=True),
        Door((64, 44), ("150", "130"), 6, pair=True),
        Door((80, 60), ("130", "131")),
        Door((92, 44), ("150", "131")),
        Door((88, 76), ("131", "132"), 3.5),
        Door((104, 66), ("131", "133")),
        Door((24, 32), ("150", "120"), 6, pair=True),
        Door((48, 6), ("120", "155")),
        Door((79, 32), ("150", "100"), 6, pair=True),
        Door((89, 32), ("150", "100"), 6, pair=True),
        Door((96, 16), ("100", "110")),
        Door((106, 32), ("150", "110")),
        Door((112, 7), ("110", "111")),
        Door((112, 23), ("110", "112")),
        Door((118, 32), ("150", "112")),
        Door((130, 32), ("150", "101")),
        Door((158, 32), ("150", "102")),
        Door((150, 142), ("150", "156")),
        *_wing_doors(wing, "150"),
    )
    return rooms, doors


def _upper(ordinal: int) -> tuple[tuple[Room, ...], tuple[Door, ...]]:
    n = ordinal + 1
    wing = {spot: f"{n}{9 + i:02}" for i, spot in enumerate(["east1", "east2", "east3", "west1", "west2", "west3"])}
    corridor = f"{n}50"
    first = ordinal == 1
    rooms = (
        _room(f"{n}01", "ART ROOM" if first else "MUSIC ROOM", "room", (0, 0, 48, 32)),
        _room(f"{n}02", "COUNSELING" if first else "COMPUTER LAB", "room", (72, 14, 98, 32)),
        _room(f"{n}02A", "CONFERENCE" if first else "SERVER ROOM", "room" if first else "service", (72, 0, 98, 14)),
        _room(f"{n}03", "CLASSROOM", "room", (98, 0, 124, 32)),
        _room(f"{n}04", "CLASSROOM", "room", (124, 0, 154, 32)),
        _room(f"{n}05", "SCIENCE LAB", "room", (154, 0, 182, 32)),
        _room(f"{n}05A", "PREP ROOM", "service", (182, 0, 194, 32)),
        *(_room(f"{n}0{6 + i}", "CLASSROOM", "room", (14 + 30 * i, 44, 44 + 30 * i, 76)) for i in range(3)),
        _room(f"{n}56", "STORAGE", "service", (104, 56, 118, 76)),
        _room(f"{n}57", "TEACHERS LOUNGE" if first else "SMALL GROUP", "room", (118, 136, 150, 156)),
        *_wing_rooms(wing),
    )
    doors = (
        Door((36, 32), (corridor, f"{n}01")),
        Door((48, 6), (f"{n}01", f"{n}55")),
        Door((85, 32), (corridor, f"{n}02")),
        Door((85, 14), (f"{n}02", f"{n}02A")),
        Door((111, 32), (corridor, f"{n}03")),
        Door((139, 32), (corridor, f"{n}04")),
        Door((158, 32), (corridor, f"{n}05")),
        Door((182, 16), (f"{n}05", f"{n}05A")),
        *(Door((20 + 30 * i, 44), (corridor, f"{n}0{6 + i}")) for i in range(3)),
        Door((104, 66), (f"{n}08", f"{n}56")),
        Door((150, 142), (corridor, f"{n}57")),
        *_wing_doors(wing, corridor),
    )
    return rooms, doors


def storey(ordinal: int) -> Storey:
    """Level 0 (ground), 1 or 2 of the school."""
    own_rooms, own_doors = _ground() if ordinal == 0 else _upper(ordinal)
    rooms = (*_shared_rooms(ordinal), *own_rooms)
    doors = (*_shared_doors(ordinal), *own_doors)
    bare = Storey(ordinal, rooms, doors)
    return Storey(ordinal, rooms, doors, _windows(rooms, doors, bare.footprint))
