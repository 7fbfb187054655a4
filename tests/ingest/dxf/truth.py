"""What an intake found beside what was drawn."""

from dataclasses import dataclass

import shapely
from ezdxf.math import Vec3
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan
from geo_server.ingest.pipeline import ImportResult
from tests.ingest.dxf.floor import Floor
from tests.ingest.dxf.styles import Style

ALIKE = 0.8
"""Intersection over union from which a zone is a room."""
NEAR_M = 0.5
"""How far an opening may lie from the doorway that it is."""


@dataclass(frozen=True)
class Outcome:
    """How an intake did.

    Args:
        rooms: Names of rooms that no zone is.
        names: Names of rooms whose zone is called otherwise.
        doors: Doorways without an opening between the same two rooms.
        spurious: Zones that are no room.
        ways: Openings where there is none.
        unit: Whether the unit is right.
    """

    rooms: tuple[str, ...]
    names: tuple[str, ...]
    doors: tuple[str, ...]
    spurious: int
    ways: int
    unit: bool

    @property
    def perfect(self) -> bool:
        """Nothing is missing or made up."""
        return self == Outcome((), (), (), 0, 0, True)

    def __str__(self) -> str:
        parts = [
            f"rooms missing {' '.join(self.rooms)}" if self.rooms else "",
            f"misnamed {' '.join(self.names)}" if self.names else "",
            f"doors missing {' '.join(self.doors)}" if self.doors else "",
            f"{self.spurious} spurious" if self.spurious else "",
            f"{self.ways} made-up ways" if self.ways else "",
            "" if self.unit else "UNIT WRONG",
        ]
        return "; ".join(p for p in parts if p) or "all right"


def compare(result: ImportResult, floor: Floor, style: Style, *, named: bool = True) -> Outcome:
    """What an intake missed of a floor that was drawn in a style."""
    plan = result.floorplan
    metres = result.scale.metres_per_unit
    unit = abs(metres / style.metres - 1) < 1e-9

    def placed(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(
            geometry, lambda xy: [[p.x * metres, p.y * metres] for p in style.place.transform_vertices(Vec3.list(xy))]
        )

    rooms = {name: placed(room) for name, room in floor.rooms.items()}
    zone_of = {name: _zone_like(plan, room) for name, room in rooms.items()}
    found = {name: i for name, i in zone_of.items() if i is not None}
    ids = {plan.zones[i].id: name for name, i in found.items()} | {None: ""}
    seen: set[int] = set()
    missing = []
    for door in floor.doors:
        at = placed(door.gap).centroid
        fits = [
            i
            for i, o in enumerate(plan.openings)
            if o.line.distance(at) <= NEAR_M
            and {ids.get(side, "?") for side in o.zones} == set(door.sides)
            and o.exit == ("" in door.sides)
        ]
        seen |= set(fits)
        if not fits:
            missing.append("-".join(s or "out" for s in door.sides))
    return Outcome(
        tuple(sorted(set(rooms) - set(found))),
        tuple(n for n, i in found.items() if named and n not in {plan.zones[i].name, plan.zones[i].alias}),
        tuple(missing),
        len(plan.zones) - len(set(found.values())),
        len(plan.openings) - len(seen),
        unit,
    )


def _zone_like(plan: Floorplan, room: Polygon) -> int | None:
    likeness = [z.polygon.intersection(room).area / z.polygon.union(room).area for z in plan.zones]
    best = max(range(len(likeness)), key=likeness.__getitem__, default=None)
    return best if best is not None and likeness[best] >= ALIKE else None
