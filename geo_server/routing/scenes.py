"""What can be seen through on a level: zones, joined where one can see from one into the next.

Terminology:
    pane: where sight passes from zone to zone: a gap, or a transparent wall. Doors are taken to be shut, so a door is a
        pane only where a transparent wall lies on it: a glazed door.
    scene: zones that panes join, with the panes, less the walls that stand in them. Nothing is seen from one into another.

Zones may share an edge, and then that edge is a wall; so zones are made smaller by a hair before they are joined.
Windows to open ground that is no zone are no panes: nobody walks there.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, Opening, OpeningCategory
from geo_server.routing.nodes import opening_node
from geo_server.routing.sightlines import Outlook
from geo_server.routing.visibility import Vertex
from geo_server.routing.zones import ZoneWays

SEAM_M = 1e-3
"""Half the thickness of a wall that is drawn without one."""

LAP_M = 0.05
"""A transparent wall joins zones that are this far from its faces: drawings are not exact."""


@dataclass(frozen=True)
class Pane:
    """Where sight passes.

    Args:
        shape: From zone to zone.
        zone_ids: The zones that it lies on.
    """

    shape: BaseGeometry
    zone_ids: frozenset[UUID]


@dataclass(frozen=True, eq=False)
class Scene:
    """Zones among which one can see.

    Args:
        zone_ids: Its zones.
        outlooks: Its parts: opaque walls may divide it.
    """

    zone_ids: frozenset[UUID]
    outlooks: tuple[Outlook, ...]

    def seen_from(self, polygon: Polygon, place: Point) -> BaseGeometry:
        """What is seen from the place of a zone that is nearest to one; empty where there is none.

        Args:
            polygon: The zone.
            place: Where somebody is, or near which.
        """
        inner = polygon.buffer(-2 * SEAM_M, join_style="mitre")
        parts = [(outlook, part) for outlook in self.outlooks if (part := outlook.polygon.intersection(inner))]
        if not parts:
            return Polygon()
        outlook, part = min(parts, key=lambda pair: float(pair[1].distance(place)))
        return outlook.seen_from(*_onto(part, place))


class Scenery:
    """The scenes of a floorplan, each made when it is first asked for.

    Args:
        floorplan: The floorplan.
        zones: Its zones, joined up.
    """

    def __init__(self, floorplan: Floorplan, zones: dict[UUID, ZoneWays]) -> None:
        self._floorplan = floorplan
        self._zones = zones
        self._made: dict[UUID, Scene] = {}

    @cached_property
    def _panes(self) -> dict[UUID, list[Pane]]:
        """By zone."""
        found: defaultdict[UUID, list[Pane]] = defaultdict(list)
        for pane in (*self._gaps(), *self._transparent_walls()):
            for zone_id in pane.zone_ids:
                found[zone_id].append(pane)
        return found

    def _gaps(self) -> Iterator[Pane]:
        for opening in sorted(self._floorplan.openings, key=lambda opening: str(opening.id)):
            zone_ids = frozenset(zone_id for zone_id in opening.zones if zone_id is not None)
            if opening.category is OpeningCategory.GAP and len(zone_ids) == 2:
                yield Pane(self._through(opening, zone_ids), zone_ids)

    def _through(self, opening: Opening, zone_ids: frozenset[UUID]) -> BaseGeometry:
        """From edge to edge of the zones that an opening joins."""
        node = opening_node(opening.id)
        ways = [self._zones[zone_id] for zone_id in sorted(zone_ids, key=str)]
        regions = [one.regions[one.nodes.index(node)] for one in ways]
        hull = shapely.union_all([opening.line, *regions]).convex_hull
        return hull.buffer(2 * SEAM_M, join_style="mitre", cap_style="square")

    def _transparent_walls(self) -> Iterator[Pane]:
        zones = sorted(self._zones.values(), key=lambda ways: str(ways.zone_id))
        tree = shapely.STRtree([ways.zone.polygon for ways in zones])
        for wall in sorted(self._floorplan.walls, key=lambda wall: str(wall.id)):
            if wall.transparent:
                shape = wall.line.buffer(wall.thickness_m / 2 + LAP_M, cap_style="flat", join_style="mitre")
                lies_on = (zones[n] for n in sorted(tree.query(shape, predicate="intersects").tolist()))
                zone_ids = frozenset(ways.zone_id for ways in lies_on if ways.zone.level_id == wall.level_id)
                yield Pane(shape, zone_ids)

    def of(self, zone_id: UUID) -> Scene:
        """The scene that a zone belongs to."""
        if zone_id not in self._made:
            scene = self._build(zone_id)
            self._made.update(dict.fromkeys(scene.zone_ids, scene))
        return self._made[zone_id]

    def _build(self, zone_id: UUID) -> Scene:
        zone_ids, waiting = {zone_id}, [zone_id]
        while waiting:
            beyond = {other for pane in self._panes.get(waiting.pop(), []) for other in pane.zone_ids} - zone_ids
            zone_ids |= beyond
            waiting += sorted(beyond, key=str)
        ordered = sorted(zone_ids, key=str)
        panes = shapely.union_all([pane.shape for zone in ordered for pane in self._panes.get(zone, [])])
        rooms = [self._zones[zone].zone.polygon.buffer(-SEAM_M, join_style="mitre") for zone in ordered]
        shape = shapely.union_all([*rooms, panes]) - self._walls(ordered, panes)
        parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and part.area > SEAM_M]
        return Scene(frozenset(zone_ids), tuple(Outlook(part) for part in parts))

    def _walls(self, zone_ids: list[UUID], panes: BaseGeometry) -> BaseGeometry:
        """Opaque walls on the levels of some zones, but not where a pane says that one can see."""
        levels = {self._zones[zone_id].zone.level_id for zone_id in zone_ids}
        walls = [w.line for w in self._floorplan.walls if w.level_id in levels and not w.transparent]
        return (shapely.union_all(walls) - panes).buffer(SEAM_M, cap_style="square", join_style="mitre")


def _onto(shape: BaseGeometry, place: Point) -> Vertex:
    """The place of a shape that is nearest to one."""
    x, y = shapely.get_coordinates(shapely.shortest_line(shape, place))[0].tolist()
    return x, y
