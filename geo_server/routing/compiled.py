"""A floorplan as arrays, made once a revision. Threats and closures only change weights.

Nodes are numbered in the order of their names, so that ties go to the smaller number wherever the plan is made. Edges
are sorted by tail, head and key; those that join the same two nodes (two ways between the same doors) form a group,
because the shortest-path routines of scipy want one weight for each pair.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import networkx as nx
import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, Level
from geo_server.domain.routes import Destination
from geo_server.routing.all_zones import AllZones, list_zones
from geo_server.routing.chase import Chase, build_chase, node_sides, side_names
from geo_server.routing.digest import floorplan_digest
from geo_server.routing.edges import KINDS, LEVEL, check_weights
from geo_server.routing.ends import find_ends
from geo_server.routing.fences import build_grounds
from geo_server.routing.flows import flows
from geo_server.routing.graph import Ways, ground_places, join_ways
from geo_server.routing.grounds import Grounds
from geo_server.routing.nodes import NodeKind, read_node
from geo_server.routing.passages import Passages, list_passages
from geo_server.routing.profiles import Profile
from geo_server.routing.safe_side import take_safely
from geo_server.routing.scenes import Scenery
from geo_server.routing.sparse import Pattern, build_pattern
from geo_server.routing.visibility import Bools, Floats, Ints, Vertex
from geo_server.routing.workings import Drawer, Workings
from geo_server.routing.zones import ZoneWays

LOCK_S = 10.0
"""Seconds that people are given to close and lock a door that they stand at. An assumption: no published figure was found."""


@dataclass(frozen=True, eq=False)
class CompiledFloorplan:
    """A floorplan ready to plan on: n nodes, m edges, p pairs of joined nodes.

    Args:
        ways: The graph and geometry that it was made from.
        nodes: Names of the nodes, shape (n,).
        keys: Zone or transition that each edge goes through, or ``outdoors``.
        tails: Tail of each edge, shape (m,).
        heads: Head of each edge, shape (m,).
        kinds: Position in :data:`KINDS` of each edge, shape (m,).
        occupant_m: Metres for people, shape (m,).
        threat_m: Metres for a threat, shape (m,).
        threat_s: Further seconds for a threat, shape (m,).
        locks: Doors that people lock on each edge, shape (m,).
        groups: First edge of each pair, shape (p,).
        exits: Whether a node is an exit, shape (n,).
        digest: Hash of the floorplan as far as planning sees it.
    """

    floorplan: Floorplan
    ways: Ways
    nodes: tuple[str, ...]
    keys: tuple[str, ...]
    tails: Ints
    heads: Ints
    kinds: Ints
    occupant_m: Floats
    threat_m: Floats
    threat_s: Floats
    locks: Ints
    groups: Ints
    exits: Bools
    digest: str

    @property
    def graph(self) -> nx.MultiDiGraph:
        """The networkx graph."""
        return self.ways.graph

    @property
    def zones(self) -> Mapping[UUID, ZoneWays]:
        """Zones with their geometry, by id."""
        return self.ways.zones

    @cached_property
    def index(self) -> dict[str, int]:
        """Number of each node."""
        return {node: number for number, node in enumerate(self.nodes)}

    @cached_property
    def chase(self) -> Chase:
        """How a threat moves."""
        sides = node_sides(self.floorplan, self.nodes)
        return build_chase(sides, side_names(self.floorplan, self.keys), self.tails, self.heads)

    @cached_property
    def workings(self) -> Workings:
        """What was worked out on it for earlier plans."""
        return Workings()

    @cached_property
    def all_zones(self) -> AllZones:
        """Its zones as arrays."""
        return list_zones(self.zones, self.zone_nodes, self.chase)

    @cached_property
    def scenery(self) -> Scenery:
        """What can be seen through on its levels."""
        return Scenery(self.floorplan, self.ways.zones)

    @cached_property
    def held(self) -> Bools:
        """Whether an end of ways is one whatever the threat does later, shape (n,): all exits, and what can be locked."""
        return np.array([self.graph.nodes[node].get("held", True) for node in self.nodes], dtype=np.bool_)

    @cached_property
    def ground(self) -> dict[str, LineString | Point]:
        """Where the open is entered and left, by node."""
        return ground_places(self.graph, self.floorplan)

    @cached_property
    def ground_around(self) -> Grounds:
        """The open ground around its buildings, each level laid over the others."""
        return build_grounds(self.floorplan, tuple(self.ground.values()))

    def ground_on(self, level: Level) -> list[BaseGeometry]:
        """The same places in the coordinates of a level."""
        return [shapely.transform(place, lambda xy: xy - level.shift_m) for place in self.ground.values()]

    @cached_property
    def _named(self) -> list[tuple[NodeKind, UUID]]:
        return list(map(read_node, self.nodes))

    @cached_property
    def node_kinds(self) -> tuple[NodeKind, ...]:
        """What each node is."""
        return tuple(kind for kind, _ in self._named)

    @cached_property
    def subjects(self) -> tuple[UUID, ...]:
        """The opening, transition, assembly point or zone of each node."""
        return tuple(subject_id for _, subject_id in self._named)

    def of_kind(self, kind: NodeKind) -> Bools:
        """Whether each node is of a kind, shape (n,)."""
        return np.array([one is kind for one in self.node_kinds], dtype=np.bool_)

    @cached_property
    def nodes_of(self) -> dict[UUID, list[int]]:
        """The nodes of each opening or transition."""
        found: dict[UUID, list[int]] = {}
        for number, subject in enumerate(self.subjects):
            found.setdefault(subject, []).append(number)
        return found

    @cached_property
    def edges_through(self) -> dict[str, list[int]]:
        """The edges that have each key."""
        found: dict[str, list[int]] = {}
        for edge, key in enumerate(self.keys):
            found.setdefault(key, []).append(edge)
        return found

    @cached_property
    def zone_nodes(self) -> dict[UUID, list[int]]:
        """Numbers of each zone's terminals, in their order there."""
        return {zone_id: [self.index[node] for node in ways.nodes] for zone_id, ways in self.zones.items()}

    @cached_property
    def edges_to_points(self) -> list[int]:
        """The edges from exits to assembly points."""
        points = self.of_kind(NodeKind.ASSEMBLY_POINT)
        found: list[int] = np.flatnonzero(self.exits[self.tails] & points[self.heads]).tolist()
        return found

    @cached_property
    def pair_tails(self) -> Ints:
        """Tail of each pair."""
        return self.tails[self.groups]

    @cached_property
    def pair_heads(self) -> Ints:
        """Head of each pair."""
        return self.heads[self.groups]

    @cached_property
    def pair_number(self) -> dict[tuple[int, int], int]:
        """Number of the pair that joins two nodes."""
        return {pair: n for n, pair in enumerate(zip(self.pair_tails.tolist(), self.pair_heads.tolist(), strict=True))}

    @cached_property
    def pair_keys(self) -> Ints:
        """Tail times n plus head of each pair: they grow."""
        return self.pair_tails * len(self.nodes) + self.pair_heads

    @cached_property
    def passages(self) -> Passages:
        """What people queue at on it."""
        flights = ~np.isin(self.kinds, [KINDS.index(kind) for kind in sorted(LEVEL)])
        return list_passages(self.subjects, self.of_kind(NodeKind.OPENING), flows(self.floorplan), flights)

    @cached_property
    def places(self) -> list[tuple[Vertex, UUID]]:
        """Where each node is, and on which level."""
        told = (self.graph.nodes[node] for node in self.nodes)
        return [((node["x"], node["y"]), UUID(node["level_id"])) for node in told]

    def occupant_s(self, profile: Profile) -> Floats:
        """Seconds that people need for each edge, at most; infinite where they cannot go. Shape (m,), not to be changed."""
        return self.workings.of(TIMES).get(profile, lambda: self._occupant_s(profile))

    def _occupant_s(self, profile: Profile) -> Floats:
        level = profile.level_mps
        speeds = [level, profile.stairs_up_mps, profile.stairs_down_mps, profile.ramp_mps, 0.0, level, level]
        speed = np.array(speeds)[self.kinds]
        seconds = np.divide(self.occupant_m, speed, out=np.full(len(speed), np.inf), where=speed > 0)
        return self.checked("occupant", seconds + LOCK_S * self.locks)

    def threat_seconds(self, speed_mps: float) -> Floats:
        """Seconds that a threat needs for each pair of states, at least (see :mod:`geo_server.routing.chase`)."""
        return self.workings.of(TIMES).get(
            speed_mps,
            lambda: self.chase.paired(self.checked("threat", self.threat_m / speed_mps + self.threat_s)),
        )

    def checked(self, whose: str, weights: Floats) -> Floats:
        """The weights, if each is a number that is not negative (see :func:`check_weights`)."""
        return check_weights(
            whose, weights, lambda edge: (self.nodes[self.tails[edge]], self.nodes[self.heads[edge]], self.keys[edge])
        )

    def paired(self, weights: Floats) -> Floats:
        """Least weight of each pair, shape (p,)."""
        least: Floats = weights[self.groups]
        np.minimum.at(least, self._further[0], weights[self._further[1]])
        return least

    @cached_property
    def _further(self) -> tuple[Ints, Ints]:
        """The pairs of edges that are not the first of theirs, and those edges: few."""
        further = np.setdiff1d(np.arange(len(self.tails)), self.groups)
        return np.searchsorted(self.groups, further, side="right") - 1, further

    @cached_property
    def ends(self) -> Bools:
        """Whether no least way of people goes on through a node, shape (n,)."""
        return find_ends(self.tails, self.heads, self.keys, self.occupant_m, self.exits)

    @cached_property
    def onward(self) -> Ints:
        """The pairs whose head is no end."""
        return np.flatnonzero(~self.ends[self.pair_heads])

    @cached_property
    def neighbours(self) -> list[list[tuple[int, int]]]:
        """The nodes that each leads to, with the number of the pair, for passes in Python."""
        return _list_heads(self.pair_tails, self.pair_heads, len(self.nodes))

    @cached_property
    def leaving(self) -> list[list[tuple[int, int]]]:
        """The nodes that each leads to, with the number of the edge, for passes that ask more than which is the quickest."""
        return _list_heads(self.tails, self.heads, len(self.nodes))

    @cached_property
    def backward_by_any(self) -> Pattern:
        """:attr:`backward` for weights by which a least way may go on through an end: all but seconds and metres."""
        return build_pattern(self.pair_heads, self.pair_tails, np.zeros_like(self.ends))

    @cached_property
    def backward(self) -> Pattern:
        """The pairs turned round: from head to tail, as who looks for ways to an exit starts at the exits."""
        return build_pattern(self.pair_heads, self.pair_tails, self.ends)


VARIANTS: Drawer[tuple[object, object], CompiledFloorplan] = Drawer(len(Destination) * 2 + 2)
"""The same floorplan with other ends of ways (see :mod:`geo_server.routing.refuges`), or with locks as they were found
(:mod:`geo_server.routing.locks`): with all ends, and with the locks of today and of a moment ago."""

TIMES: Drawer[Profile | float, Floats] = Drawer(8)
"""Seconds of people and of threats, by profile or speed: each kind of incident has its own."""


def _list_heads(tails: Ints, heads: Ints, nodes: int) -> list[list[tuple[int, int]]]:
    """Of each node the heads of what begins there, with the number of each."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for number, (tail, head) in enumerate(zip(tails.tolist(), heads.tolist(), strict=True)):
        found[tail].append((head, number))
    return found


def compile_floorplan(floorplan: Floorplan) -> CompiledFloorplan:
    """Join a floorplan up and put it into arrays.

    Raises:
        InvalidInput: Nothing can be planned with the floorplan.
    """
    return compile_ways(take_safely(floorplan).floorplan, join_ways(floorplan), floorplan_digest(floorplan))


def compile_ways(floorplan: Floorplan, ways: Ways, digest: str) -> CompiledFloorplan:
    """Put a floorplan's graph into arrays, with the hash that it is known by."""
    nodes = tuple(sorted(ways.graph.nodes))
    index = {node: number for number, node in enumerate(nodes)}
    edges = sorted(
        ((index[tail], index[head], key, data) for tail, head, key, data in ways.graph.edges(keys=True, data=True)),
        key=lambda edge: edge[:3],
    )
    tails = np.array([edge[0] for edge in edges], dtype=np.int64)
    heads = np.array([edge[1] for edge in edges], dtype=np.int64)
    first = np.ones(len(edges), dtype=bool)
    first[1:] = (np.diff(tails) != 0) | (np.diff(heads) != 0)

    def column(name: str) -> Floats:
        return np.array([edge[3][name] for edge in edges], dtype=np.float64)

    return CompiledFloorplan(
        floorplan=floorplan,
        ways=ways,
        nodes=nodes,
        keys=tuple(edge[2] for edge in edges),
        tails=tails,
        heads=heads,
        kinds=np.array([KINDS.index(edge[3]["kind"]) for edge in edges], dtype=np.int64),
        occupant_m=column("occupant_m"),
        threat_m=column("threat_m"),
        threat_s=column("threat_s"),
        locks=np.array([edge[3].get("locks", 0) for edge in edges], dtype=np.int64),
        groups=np.flatnonzero(first),
        exits=np.array([ways.graph.nodes[node]["exit"] for node in nodes], dtype=np.bool_),
        digest=digest,
    )
