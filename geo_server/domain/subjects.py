"""Things of the map that people speak of by one id: what they are called and where they are."""

from dataclasses import dataclass
from uuid import UUID

from shapely import Point

from geo_server.domain.places import AssemblyPoint, Floorplan, Opening, Transition, Zone


@dataclass(frozen=True, slots=True)
class Subject:
    """An opening, a transition, a zone or an assembly point.

    Args:
        name: As the map calls it, never empty.
        level_id: Of a transition the lower level; None of an assembly point, which is outside.
        ordinal: Of an assembly point 0.
        building: Its name; empty where there is none.
        point: On or within it, in site metres.
    """

    name: str
    level_id: UUID | None
    ordinal: int
    building: str
    point: Point


def find_subject(floorplan: Floorplan, subject_id: UUID) -> Subject | None:
    """The thing of an id; None when the floorplan has no such opening, transition, zone or assembly point.

    Args:
        floorplan: In site metres.
        subject_id: Its id.
    """
    point: AssemblyPoint | None = floorplan.assembly_point_by_id.get(subject_id)
    if point is not None:
        return Subject(point.name or "Assembly point", None, 0, "", point.point)
    thing: Opening | Transition | Zone | None = (
        floorplan.opening_by_id.get(subject_id)
        or floorplan.zone_by_id.get(subject_id)
        or floorplan.transition_by_id.get(subject_id)
    )
    if thing is None:
        return None
    level = floorplan.level_by_id[thing.level_id]
    building = floorplan.building_by_id.get(level.building_id) if level.building_id else None
    return Subject(
        name=_name_of(floorplan, thing),
        level_id=level.id,
        ordinal=level.ordinal,
        building=building.name if building else "",
        point=_place_of(thing),
    )


def _place_of(thing: Opening | Transition | Zone) -> Point:
    if isinstance(thing, Zone):
        return thing.polygon.representative_point()
    if isinstance(thing, Opening):
        return thing.line.interpolate(0.5, normalized=True)
    return Point(thing.geometry.coords[0])


def _name_of(floorplan: Floorplan, thing: Opening | Transition | Zone) -> str:
    if isinstance(thing, Zone):
        return f"{thing.alias} {thing.name}" if thing.alias and thing.alias != thing.name else thing.name or "Zone"
    kind = thing.category.value.replace("_", " ").capitalize()
    if isinstance(thing, Opening) and thing.exit:
        if thing.number:
            return f"Exit {thing.number}"
        kind = "Exit"
    sides = [floorplan.zone_by_id[zone_id].name for zone_id in thing.zones if zone_id is not None]
    return " ".join([kind, " / ".join(side for side in sides if side)]).strip()
