"""Drawings with holes knocked into them, so that some zones come out wrong and confidence has something to tell apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree

from geo_server.domain.places import Zone
from geo_server.ingest.dxf.drawing import Drawing, Stroke
from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.ground import Ground
from geo_server.ingest.dxf.reader import read_values
from geo_server.ingest.dxf.sniff import open_document

RIGHT = 0.6
"""Intersection over union from which a zone is a room: the measure by which rooms that were read are scored."""
HOLE_M = (0.4, 1.6)
"""Radii of holes."""


def read_with_holes(data: bytes, name: str, metres_per_unit: float, count: int, seed: int) -> tuple[Zone, ...]:
    """The zones of a drawing after some round holes were knocked into its lines.

    Args:
        count: How many holes.
        seed: Where.
    """
    drawing = read_drawing(open_document(data, name)[0], name)
    strokes = tuple(_holed(drawing.strokes, count, Random(seed), metres_per_unit))
    holed: Drawing = replace(drawing, strokes=strokes)
    result = read_values(holed, "dxf", findings=[], place=None, ground=Ground(), metres_per_unit=metres_per_unit)
    return result.floorplan.zones


def _holed(strokes: Sequence[Stroke], count: int, dice: Random, unit: float) -> Iterator[Stroke]:
    holes = []
    for _ in range(count):
        points = strokes[dice.randrange(len(strokes))].points
        at = points[dice.randrange(len(points))]
        holes.append(Point(at).buffer(dice.uniform(*HOLE_M) / unit))
    tree, gone = STRtree(holes), shapely.union_all(holes)
    for stroke in strokes:
        line = LineString(stroke.points)
        if len(tree.query(line, predicate="intersects")) == 0:
            yield stroke
            continue
        for part in shapely.get_parts(line.difference(gone)):
            if isinstance(part, LineString) and part.length > 0.01 / unit:
                yield replace(stroke, points=np.asarray(part.coords))


@dataclass
class Tally:
    """How often zones of a confidence are right.

    Args:
        judged: The confidence of each zone that lies where rooms are known, and whether it is one of them.
    """

    judged: list[tuple[float, bool]]

    def add(self, zones: Sequence[Zone], rooms: Sequence[Polygon]) -> None:
        """Judge the zones of a floorplan by its rooms, one to one."""
        known = shapely.union_all(list(rooms))
        polygons = [zone.polygon for zone in zones]
        matched = _matched(rooms, polygons)
        for index, zone in enumerate(zones):
            assert zone.confidence is not None
            if zone.polygon.intersection(known).area > 0.5 * zone.polygon.area:
                self.judged.append((zone.confidence.value, index in matched))

    def right(self, low: float, high: float) -> tuple[int, float]:
        """How many zones have a confidence from low to below high, and the share of them that is right."""
        found = [right for value, right in self.judged if low <= value < high]
        return len(found), sum(found) / max(len(found), 1)


def _matched(rooms: Sequence[Polygon], zones: Sequence[Polygon]) -> set[int]:
    tree = STRtree(list(rooms))
    pairs = []
    for index, zone in enumerate(zones):
        for room in tree.query(zone).tolist():
            shared = zone.intersection(rooms[room]).area
            pairs.append((shared / (zone.area + rooms[room].area - shared), room, index))
    taken: set[int] = set()
    matched: set[int] = set()
    for likeness, room, index in sorted(pairs, reverse=True):
        if likeness >= RIGHT and room not in taken and index not in matched:
            taken.add(room)
            matched.add(index)
    return matched
