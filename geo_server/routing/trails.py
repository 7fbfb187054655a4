"""Routes as sequences of nodes, and what is true of them: length, times, and how far ahead of the threat they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from uuid import UUID

from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.courses import Course, find_course
from geo_server.routing.network import Network
from geo_server.routing.nodes import NodeKind
from geo_server.routing.walks import Walk
from geo_server.routing.workings import Drawer


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """One way out of a zone, with its times.

    Args:
        course: The way as it lies.
        arrive_s: Seconds from departure at which each node is reached from the start, at the latest.
        spread_s: By how much people from elsewhere in the zone can be later than that.
        queue_s: What of that they wait at doors and stairs, at most (see :mod:`geo_server.routing.crowds`).
    """

    course: Course
    arrive_s: tuple[float, ...]
    spread_s: float
    queue_s: float = 0.0

    @property
    def compiled(self) -> CompiledFloorplan:
        """The floorplan."""
        return self.course.compiled

    @property
    def zone_id(self) -> UUID:
        """The zone."""
        return self.course.zone_id

    @property
    def walk(self) -> Walk:
        """From the start to the first node."""
        return self.course.walk

    @property
    def nodes(self) -> tuple[int, ...]:
        """Numbers of its nodes in order; the last is an exit."""
        return self.course.nodes

    @property
    def edges(self) -> tuple[int, ...]:
        """Numbers of the edges between them."""
        return self.course.edges

    @property
    def metres(self) -> float:
        """Its length."""
        return self.course.metres

    @property
    def exit(self) -> int:
        """Number of the exit."""
        return self.course.exit

    @property
    def way_out(self) -> int:
        """The node of the exit that is left by: where the way ends or, of one to an assembly point, the node before that."""
        nodes = self.course.nodes
        to_point = self.compiled.node_kinds[nodes[-1]] is NodeKind.ASSEMBLY_POINT
        return nodes[-2] if to_point and len(nodes) > 1 else nodes[-1]

    @property
    def seconds(self) -> float:
        """How long it takes, at most."""
        return self.arrive_s[-1]

    @property
    def latest_s(self) -> float:
        """How long everybody of its zone needs, at most: from wherever in it they are."""
        return self.seconds + self.spread_s

    @property
    def way(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Its nodes and edges: the same of two trails of a zone that are one way."""
        return self.nodes, self.edges

    def slack(self, arrivals: Sequence[float]) -> tuple[float, int]:
        """The latest departure at which no threat is first anywhere, wherever in the zone people leave from; and the
        node that decides it."""
        least, node = min((arrivals[node] - at, node) for node, at in zip(self.nodes, self.arrive_s, strict=True))
        return least - self.spread_s, node


TRAILS: Drawer[tuple[UUID, tuple[int, ...]], Trail] = Drawer(20_000)
"""Trails that stay with a network, by zone and nodes: from one sighting to the next most zones keep theirs."""


def find_trail(network: Network, zone_id: UUID, nodes: tuple[int, ...]) -> Trail:
    """The trail of a zone along given nodes, by the quickest edges; the first is one of its first nodes."""

    def make() -> Trail:
        return build_trail(network, zone_id, nodes, tuple(network.edge(tail, head) for tail, head in pairwise(nodes)))

    return network.workings.of(TRAILS).get((zone_id, nodes), make)


def build_trail(network: Network, zone_id: UUID, nodes: tuple[int, ...], edges: tuple[int, ...]) -> Trail:
    """The trail of a zone along given nodes and the edges between them."""
    start = next(start for start in network.starts[zone_id] if start.node == nodes[0])
    course = find_course(network.compiled, zone_id, start.walk, nodes, edges)
    return timed_trail(network, course, start.spread_s)


def timed_trail(network: Network, course: Course, spread_s: float) -> Trail:
    """A way with the times of a network's people."""
    walked_s = course.walk.metres / network.profile.level_mps
    seconds = (network.edge_seconds[edge] for edge in course.edges)
    return Trail(course, tuple(accumulate(seconds, initial=walked_s)), spread_s)


def follow(following: Sequence[int], node: int) -> tuple[int, ...]:
    """The nodes from one to the sink that it leads to."""
    nodes = [node]
    while following[nodes[-1]] != nodes[-1]:
        nodes.append(following[nodes[-1]])
    return tuple(nodes)
