"""What stands in the open: fences and walls; and the ground between them and the buildings.

Terminology:
    yard: a zone in the open. It is fenced unless an exit leads from indoors into it or stands beside it: then whoever is in it
        is out, and its edge is no fence.
    fence: the edge of a fenced yard, or a wall that was drawn in the open. Nobody walks through either, but by an opening in it.
"""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, Opening, Zone
from geo_server.routing.grounds import Grounds, build_footprint, free_ground, ground_line, ground_zones
from geo_server.routing.outline import TOUCH_M, WALL_M
from geo_server.routing.visibility import build_space

SMALLEST_M2 = 1.0
"""Ground that is closed all round and smaller than this is none."""

Laid = tuple[Zone, BaseGeometry]
"""A zone with its shape laid over the ground."""


def build_grounds(floorplan: Floorplan, doors: Sequence[BaseGeometry]) -> Grounds:
    """The ground of a floorplan, first that which is connected with the world outside: yards with a fence by their gates.

    Args:
        floorplan: The floorplan.
        doors: Its ways to the outside, laid over the ground.
    """
    footprint = build_footprint(floorplan, doors)
    exits = [opening for opening in floorplan.openings if opening.exit]
    yards = fenced_yards(floorplan, exits)
    edges = shapely.union_all([shape.boundary for _, shape in yards])
    gates = shapely.union_all([ground_line(floorplan, opening).buffer(WALL_M / 2) for opening in floorplan.openings])
    fences = shapely.union(edges, free_walls(floorplan, footprint)) - gates
    # Edges along a facade are no fence of their own.
    fences = fences - footprint.buffer(TOUCH_M)
    free = free_ground(shapely.union(footprint, fences))
    if free is None:
        return Grounds(None)
    parts = sorted((part for part in free if part.area > SMALLEST_M2), key=lambda part: -float(part.area))
    return Grounds(tuple(build_space(part) for part in parts), fences)


def fenced_yards(floorplan: Floorplan, exits: Sequence[Opening]) -> list[Laid]:
    """The yards that are taken to have a fence, with their shapes on the ground."""
    from_indoors = [door for door in exits if any(map(floorplan.is_indoors, door.zones))]
    lines = [ground_line(floorplan, door) for door in from_indoors]

    def is_out(yard: Zone, shape: BaseGeometry) -> bool:
        return any(
            yard.id in door.zones or shapely.distance(shape, shapely.points(line.coords)).max() <= WALL_M + TOUCH_M
            for door, line in zip(from_indoors, lines, strict=True)
        )

    return [(yard, shape) for yard, shape in ground_zones(floorplan, outdoor=True) if not is_out(yard, shape)]


def free_walls(floorplan: Floorplan, footprint: BaseGeometry) -> BaseGeometry:
    """Walls in the open: what lies off the buildings, with what joins it to them. Facades are thinner than that."""
    levels = {opening.level_id for opening in floorplan.openings if opening.exit or None in opening.zones}
    lines = [
        shapely.transform(wall.line, lambda xy, at=wall.level_id: xy + floorplan.level_by_id[at].shift_m)
        for wall in floorplan.walls
        if wall.level_id in levels
    ]
    off = shapely.get_parts(shapely.line_merge(shapely.union_all(lines) - footprint)) if lines else []
    beside = footprint.buffer(WALL_M)
    return shapely.union_all([line for line in off if not beside.covers(line)])
