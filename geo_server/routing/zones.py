"""One zone with its terminals: how far it is between them, for people (at most) and for a threat (at least).

Terminology:
    terminal: an opening of the zone, or the foot or head of a transition in it.
    region: the part of the zone's polygon at which a terminal is entered: a door's line laid onto the zone's edge. A
        threat may use any point of it, without clearance, and the thickness of the wall costs it nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Zone
from geo_server.routing.visibility import Floats, Space, build_space
from geo_server.routing.walks import Walk, build_walker

ALONG_M = 0.05
"""Between places of a terminal at which it is looked how far its zone is."""

FARTHEST_JOIN_M = 1.5
"""A terminal farther from its zone than this dangles: people are not sent through it."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a zone is left.

    Args:
        node: Its node in the graph.
        geometry: The opening's line, or a transition's foot or head, in metres.
        lock_s: Seconds that it holds a threat that comes in through it.
        usable: Whether people may be sent through it. A threat may come through it in any case.
    """

    node: str
    geometry: LineString | Point
    lock_s: float = 0.0
    usable: bool = True

    @property
    def centre(self) -> Point:
        """Where people pass."""
        if isinstance(self.geometry, Point):
            return self.geometry
        return self.geometry.interpolate(0.5, normalized=True)


@dataclass(frozen=True)
class ZoneWays:
    """What routing knows of a zone.

    Args:
        nodes: Nodes of its k terminals.
        space: Its polygon without clearance, with n corners.
        regions: Where a threat enters the terminals, k geometries.
        threat_m: Least metres between terminals, shape (k, k); infinite where there is no way.
        corners_m: Least metres from terminals to corners, shape (k, n).
        walks: Walks of people between terminals, by their positions.
        lock_s: Seconds that the terminals hold a threat that comes in, k numbers.
        starts: Walk to each terminal from the zone's start; None when it cannot be walked to.
        spread_m: By how much the way to each terminal from elsewhere in the zone can be longer than from its start.
        dangling: Positions of terminals that people are not sent through: too far from the zone, or not usable.
    """

    zone: Zone
    nodes: tuple[str, ...]
    space: Space
    regions: npt.NDArray[np.object_]
    threat_m: Floats
    corners_m: Floats
    lock_s: tuple[float, ...]
    walks: dict[tuple[int, int], Walk]
    starts: tuple[Walk | None, ...]
    spread_m: tuple[float, ...]
    dangling: tuple[int, ...]

    @property
    def zone_id(self) -> UUID:
        """Id of the zone."""
        return self.zone.id


def build_zone_ways(zone: Zone, terminals: list[Terminal]) -> ZoneWays:
    """Join a zone's terminals door to door."""
    space = build_space(zone.polygon)
    regions = np.asarray([_region(space, terminal.geometry) for terminal in terminals], dtype=object)
    sights = space.sights(regions)
    corners_m = space.to_corners(sights)
    far = [
        k
        for k, terminal in enumerate(terminals)
        if not terminal.usable or zone.polygon.distance(terminal.centre) > FARTHEST_JOIN_M
    ]
    near = [k for k in range(len(terminals)) if k not in far]
    walker = build_walker(zone.polygon, space)
    centres = [terminals[k].centre for k in near]
    walks = {(near[i], near[j]): walk for (i, j), walk in walker.walks(centres).items()}
    starts: list[Walk | None] = [None] * len(terminals)
    spread_m = [0.0] * len(terminals)
    if centres:
        for k, start, metres in zip(near, *walker.starts(centres), strict=True):
            starts[k], spread_m[k] = start, metres
    return ZoneWays(
        zone,
        tuple(terminal.node for terminal in terminals),
        space,
        regions,
        _walked_too(_least_metres(space, regions, sights, corners_m), walks),
        corners_m,
        tuple(terminal.lock_s for terminal in terminals),
        walks,
        tuple(starts),
        tuple(spread_m),
        tuple(far),
    )


def facing_m(ways: ZoneWays) -> Floats:
    """Least metres from terminals to corners as far as they are known, by ways too that cannot go on round the corner they lead
    to: never more than ``corners_m``, shape (k, n)."""
    if not ways.corners_m.size:
        return ways.corners_m
    corners = shapely.points(ways.space.corners)
    straight = ways.space.open_lengths(shapely.shortest_line(ways.regions[:, None], corners[None]))
    between = ways.space.open_lengths(shapely.shortest_line(corners[:, None], corners[None]))
    around = np.stack([(row[:, None] + between).min(axis=0) for row in ways.corners_m])
    return np.asarray(np.minimum(straight, around))


def _region(space: Space, geometry: BaseGeometry) -> BaseGeometry:
    """A terminal laid onto a zone: every vertex moved to the nearest place of the polygon.

    Where the edge of the zone is bent there, it is all of the zone that is as near as the door's farthest part.
    """
    vertices = shapely.points(shapely.get_coordinates(geometry))
    lines = shapely.shortest_line(space.polygon, vertices)
    onto = shapely.get_coordinates(shapely.get_point(lines, 0))
    if len(onto) == 1 or np.ptp(onto, axis=0).max() == 0:
        return Point(onto[0])
    laid = LineString(onto)
    if space.grown.covers(laid):
        return laid
    # Where the edge dips away, what is between two vertices is farther from it than they are.
    along = shapely.points(shapely.get_coordinates(shapely.segmentize(geometry, ALONG_M)))
    around_m = float(shapely.distance(space.polygon, along).max()) + ALONG_M
    return space.polygon.intersection(geometry.buffer(around_m))


def _least_metres(space: Space, regions: npt.NDArray[np.object_], sights: Floats, corners_m: Floats) -> Floats:
    """Least metres between regions, shape (k, k)."""
    k = len(regions)
    if not k:
        return np.zeros((0, 0))
    straight = space.open_lengths(shapely.shortest_line(regions[:, None], regions[None, :]))
    around = np.full((k, k), np.inf)
    if sights.shape[1]:
        around = np.stack([(sights + row[None]).min(axis=1) for row in corners_m])
    least: Floats = np.minimum(straight, np.minimum(around, around.T))
    shortest = shapely.distance(regions[:, None], regions[None, :])
    for i, j in zip(*np.nonzero(np.triu(shortest < least - 1e-9, 1)), strict=True):
        least[i, j] = least[j, i] = min(least[i, j], _other_straight(space, regions[i], regions[j]))
    np.fill_diagonal(least, 0.0)
    return least


def _walked_too(threat_m: Floats, walks: Mapping[tuple[int, int], Walk]) -> Floats:
    """Least metres of a threat, which walks wherever people do: however bent an edge is, never more than theirs."""
    least = threat_m.copy()
    for (i, j), walk in walks.items():
        least[i, j] = min(least[i, j], walk.metres)
    return np.minimum(least, least.T)


def _other_straight(space: Space, a: BaseGeometry, b: BaseGeometry) -> float:
    """The least open straight way between two regions, tried from their vertices and middles.

    Between parallel doors there are many shortest lines, and the one that was tried first may meet a column.
    """
    lines = np.asarray(
        [shapely.shortest_line(point, other) for one, other in ((a, b), (b, a)) for point in _samples(one)],
        dtype=object,
    )
    return float(space.open_lengths(lines).min())


def _samples(region: BaseGeometry) -> list[Point]:
    points = [Point(xy) for xy in shapely.get_coordinates(region)]
    if isinstance(region, LineString):
        points.append(region.interpolate(0.5, normalized=True))
    return points


def is_walkable(polygon: Polygon) -> bool:
    """Whether a polygon can be planned in: not empty, valid, of some area, and finite."""
    return bool(
        not polygon.is_empty
        and polygon.area > 0
        and np.isfinite(shapely.get_coordinates(polygon)).all()
        and shapely.is_valid(polygon)
    )
