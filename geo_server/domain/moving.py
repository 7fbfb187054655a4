"""A floorplan carried from one frame to another, or given ids of its own; everything else stays as it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from shapely import LineString, Point

from geo_server.domain.frame import Placement, SiteFrame
from geo_server.domain.places import Building, Floorplan, Transition

Shift = tuple[float, float]

Move = Callable[[Any, Shift], Any]
"""A geometry in the new frame, of the same type, given the shift of its level in metres."""

NO_SHIFT: Shift = (0.0, 0.0)


def place_floorplan(floorplan: Floorplan, placement: Placement, frame: SiteFrame) -> Floorplan:
    """A floorplan in drawing metres, put on the ground: each level shifted over the others, then all placed."""
    moved = _moved(floorplan, frame, placement.place)
    return replace(moved, levels=tuple(replace(level, shift_m=NO_SHIFT) for level in moved.levels))


def change_frame(floorplan: Floorplan, frame: SiteFrame) -> Floorplan:
    """A placed floorplan in the metres of another site.

    Raises:
        TypeError: It is in drawing metres.
    """
    old = floorplan.frame
    if not isinstance(old, SiteFrame):
        raise TypeError("A floorplan in drawing metres has no place on the ground.")
    if old == frame:
        return floorplan
    return _moved(floorplan, frame, lambda geometry, _shift: frame.to_metres(old.to_lonlat(geometry)))


def give_to_building(floorplan: Floorplan, building: Building) -> Floorplan:
    """The same floorplan as the one of a building, with ids made from the building's and the old ones.

    Two buildings that are made from one file, or from files that number things alike, never share an id, and the same
    file gives the same building the same ids again.
    """
    renamed = with_ids(floorplan, lambda old: uuid5(building.id, str(old)))
    return replace(
        renamed,
        levels=tuple(replace(level, building_id=building.id) for level in renamed.levels),
        buildings=(building,),
        site=None,
    )


def with_ids(floorplan: Floorplan, new: Callable[[UUID], UUID]) -> Floorplan:
    """The same floorplan with other ids for all that lies in it, and in every place that names one of them.

    Args:
        floorplan: Of one building; the building keeps its id.
        new: The id to have, for each that is there. Two ids must not become one.
    """

    def ends(zones: tuple[UUID | None, UUID | None]) -> tuple[UUID | None, UUID | None]:
        one, two = zones
        return (None if one is None else new(one), None if two is None else new(two))

    return replace(
        floorplan,
        levels=tuple(replace(level, id=new(level.id)) for level in floorplan.levels),
        zones=tuple(replace(z, id=new(z.id), level_id=new(z.level_id)) for z in floorplan.zones),
        openings=tuple(
            replace(o, id=new(o.id), level_id=new(o.level_id), zones=ends(o.zones)) for o in floorplan.openings
        ),
        transitions=tuple(
            replace(t, id=new(t.id), level_id=new(t.level_id), zones=(new(t.zones[0]), new(t.zones[1])))
            for t in floorplan.transitions
        ),
        walls=tuple(replace(w, id=new(w.id), level_id=new(w.level_id)) for w in floorplan.walls),
        assets=tuple(replace(a, id=new(a.id), level_id=new(a.level_id)) for a in floorplan.assets),
        assembly_points=tuple(replace(p, id=new(p.id)) for p in floorplan.assembly_points),
        outlines={new(level_id): outline for level_id, outline in floorplan.outlines.items()},
    )


def _moved(floorplan: Floorplan, frame: SiteFrame, move: Move) -> Floorplan:
    shifts = {level.id: level.shift_m for level in floorplan.levels}
    zones, walls, assets = floorplan.zones, floorplan.walls, floorplan.assets
    return replace(
        floorplan,
        frame=frame,
        zones=tuple(replace(zone, polygon=move(zone.polygon, shifts[zone.level_id])) for zone in zones),
        openings=tuple(replace(o, line=move(o.line, shifts[o.level_id])) for o in floorplan.openings),
        transitions=tuple(_moved_transition(floorplan, transition, move) for transition in floorplan.transitions),
        walls=tuple(replace(wall, line=move(wall.line, shifts[wall.level_id])) for wall in walls),
        assets=tuple(replace(asset, point=move(asset.point, shifts[asset.level_id])) for asset in assets),
        assembly_points=tuple(replace(p, point=move(p.point, NO_SHIFT)) for p in floorplan.assembly_points),
        outlines={level_id: move(outline, shifts[level_id]) for level_id, outline in floorplan.outlines.items()},
    )


def _moved_transition(floorplan: Floorplan, transition: Transition, move: Move) -> Transition:
    """The head of a flight of stairs moves with the upper level, the rest with the lower one."""
    lower, upper = (floorplan.level_by_id[floorplan.zone_by_id[zone_id].level_id] for zone_id in transition.zones)
    below = move(transition.geometry, lower.shift_m)
    if isinstance(below, Point) or lower.shift_m == upper.shift_m:
        return replace(transition, geometry=below)
    above = move(transition.geometry, upper.shift_m)
    return replace(transition, geometry=LineString([*below.coords[:-1], above.coords[-1]]))
