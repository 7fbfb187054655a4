"""Stairs and ramps of a model as transitions between the spaces at their two ends, and shafts that lie over each other."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from shapely import LineString, Point

from geo_server.domain.findings import Finding
from geo_server.domain.places import Level, Transition, TransitionCategory
from geo_server.domain.rises import RISER_M, TREAD_M, transition_length
from geo_server.ingest.codes import make_finding
from geo_server.ingest.identity import IdMaker
from geo_server.ingest.ifc.footprint import foot_and_head
from geo_server.ingest.ifc.model import Entity, Model, Shape, storey_of
from geo_server.ingest.levels import find_transitions
from geo_server.ingest.spaces.values import Space

REACH_M = 1.5
"""A space this near to an end of stairs is the one that they lead to: landings are often drawn as part of the stairs."""

_KINDS = {"IfcStair": TransitionCategory.STAIRS, "IfcRamp": TransitionCategory.RAMP}


def transitions_of(
    model: Model, levels: Sequence[Level], spaces: Sequence[Space]
) -> tuple[list[Transition], list[Finding]]:
    """Transitions of all stairs, ramps and shafts, and findings for stairs that lead nowhere."""
    drawn: list[Transition] = []
    loose: list[Finding] = []
    order = sorted(levels, key=lambda level: level.ordinal)
    for kind, category in _KINDS.items():
        for entity in model.all(kind):
            way = _transition(model, entity, category, order, spaces)
            if way is None:
                loose.append(make_finding("stairs-unjoined", handle=str(entity.GlobalId)))
            else:
                drawn.append(way)
    known = {(way.zones, way.category) for way in drawn}
    stacked = find_transitions(levels, [space.zone for space in spaces], IdMaker())
    return drawn + [way for way in stacked if (way.zones, way.category) not in known], loose


def _transition(
    model: Model, entity: Entity, category: TransitionCategory, order: Sequence[Level], spaces: Sequence[Space]
) -> Transition | None:
    shapes = [shape for part in (entity, *_parts(entity)) if (shape := model.shape(part)) is not None]
    storey = storey_of(entity)
    lower = next((level for level in order if storey is not None and level.id == model.uuid(storey)), None)
    upper = next((above for below, above in pairwise(order) if below is lower), None)
    if not shapes or lower is None or upper is None:
        return None
    foot, head = _ends(shapes)
    below, above = _nearest(spaces, lower, foot), _nearest(spaces, upper, head)
    if below is None or above is None:
        return None
    is_stairs = category is TransitionCategory.STAIRS
    return Transition(
        model.uuid(entity),
        lower.id,
        LineString([foot, head]) if foot.distance(head) > 0 else foot,
        (below.zone.id, above.zone.id),
        category,
        transition_length(category, upper.ordinal - lower.ordinal, foot.distance(head)),
        RISER_M if is_stairs else None,
        TREAD_M if is_stairs else None,
        step_free=not is_stairs,
    )


def _parts(entity: Entity) -> Iterator[Entity]:
    """Flights and landings that stairs consist of."""
    for relation in getattr(entity, "IsDecomposedBy", None) or ():
        yield from relation.RelatedObjects


def _ends(shapes: Sequence[Shape]) -> tuple[Point, Point]:
    """Foot of the lowest part and head of the highest."""
    lowest = min(shapes, key=lambda shape: float(shape.points[:, 2].min()))
    highest = max(shapes, key=lambda shape: float(shape.points[:, 2].max()))
    return foot_and_head(lowest)[0], foot_and_head(highest)[1]


def _nearest(spaces: Sequence[Space], level: Level, point: Point) -> Space | None:
    near = [
        (space.zone.polygon.distance(point), rank)
        for rank, space in enumerate(spaces)
        if space.zone.level_id == level.id
    ]
    distance, rank = min(near, default=(REACH_M + 1, 0))
    return spaces[rank] if distance <= REACH_M else None
