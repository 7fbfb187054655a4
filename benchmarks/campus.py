"""A campus as arrays, of any size, without its geometry: what the passes over the graph are measured on.

A building has four levels of 24 lengths of corridor with six doors each, doors between the lengths, stairs at both
ends and an exit at both ends of the lowest level. The numbers of doors
and the ways between them are those of a floorplan; only shapes and names are missing.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations
from uuid import UUID

import networkx as nx
import numpy as np

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import Floorplan
from geo_server.routing.chase import OPEN, build_chase
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.edges import KINDS
from geo_server.routing.graph import Ways
from geo_server.routing.nodes import opening_node

LEVELS, LENGTHS, DOORS = 4, 24, 6
LENGTH_M, WIDTH_M, APART_M, STAIRS_M = 12.0, 3.0, 400.0, 8.0

Place = tuple[float, float]


@dataclass
class _Drawn:
    """Nodes and edges as they come up."""

    places: list[Place]
    sides: list[tuple[str, str]]
    exits: list[bool]
    edges: list[tuple[int, int, str, str, float]]

    def node(self, x: float, y: float, one: str, other: str, *, leads_out: bool = False) -> int:
        self.places.append((x, y))
        self.sides.append((one, other))
        self.exits.append(leads_out)
        return len(self.places) - 1

    def metres(self, one: int, two: int) -> float:
        (ax, ay), (bx, by) = self.places[one], self.places[two]
        return float(np.hypot(ax - bx, ay - by)) + 0.01

    def join(self, nodes: list[int], zone: str) -> None:
        self.edges += [(a, b, zone, "walk", self.metres(a, b)) for a, b in permutations(nodes, 2)]


def campus(buildings: int) -> CompiledFloorplan:
    """A campus of some buildings, about 680 nodes each."""
    drawn = _Drawn([], [], [], [])
    columns = max(1, int(buildings**0.5))
    for number in range(buildings):
        _building(drawn, f"b{number}", number % columns * APART_M, number // columns * APART_M)
    outside = [node for node, leads_out in enumerate(drawn.exits) if leads_out]
    for a, b in combinations(outside, 2):
        metres = drawn.metres(a, b)
        drawn.edges += [(a, b, OPEN, "outdoors", metres), (b, a, OPEN, "outdoors", metres)]
    return _compiled(drawn)


def _building(drawn: _Drawn, name: str, x: float, y: float) -> None:
    flights: defaultdict[str, list[int]] = defaultdict(list)
    for level in range(LEVELS):
        zones = [f"{name}.{level}.{k}" for k in range(LENGTHS)]
        nodes = [_doors(drawn, zone, x + k * LENGTH_M, y) for k, zone in enumerate(zones)]
        for k, (left, right) in enumerate(pairwise(zones)):
            between = drawn.node(x + (k + 1) * LENGTH_M, y + WIDTH_M / 2, left, right)
            nodes[k].append(between)
            nodes[k + 1].append(between)
        for end, at in ((0, x), (LENGTHS - 1, x + LENGTHS * LENGTH_M)):
            if level == 0:
                nodes[end].append(drawn.node(at, y + 1, zones[end], OPEN, leads_out=True))
            for flight in {max(level - 1, 0), min(level, LEVELS - 2)}:
                key = f"{name}.{end}.{flight}"
                flights[key].append(drawn.node(at, y + 2, zones[end], key))
                nodes[end].append(flights[key][-1])
        for zone, inside in zip(zones, nodes, strict=True):
            drawn.join(inside, zone)
    for key, (foot, head) in flights.items():
        drawn.edges += [(foot, head, key, "stairs_up", STAIRS_M), (head, foot, key, "stairs_down", STAIRS_M)]


def _doors(drawn: _Drawn, zone: str, x: float, y: float) -> list[int]:
    return [
        drawn.node(x + (k // 2 + 0.5) * LENGTH_M * 2 / DOORS, y + k % 2 * WIDTH_M, zone, f"{zone}.{k}")
        for k in range(DOORS)
    ]


def _compiled(drawn: _Drawn) -> CompiledFloorplan:
    edges = sorted(drawn.edges, key=lambda edge: edge[:2])
    tails, heads = (np.array([edge[k] for edge in edges], dtype=np.int64) for k in (0, 1))
    metres = np.array([edge[4] for edge in edges])
    compiled = CompiledFloorplan(
        floorplan=Floorplan(DrawingFrame()),
        ways=Ways(nx.MultiDiGraph(), {}, ()),
        nodes=tuple(opening_node(UUID(int=number)) for number in range(len(drawn.places))),
        keys=tuple(edge[2] for edge in edges),
        tails=tails,
        heads=heads,
        kinds=np.array([KINDS.index(edge[3]) for edge in edges], dtype=np.int64),
        occupant_m=np.array([np.inf if edge[3] == "outdoors" else edge[4] for edge in edges]),
        threat_m=np.maximum(metres - 1.0, 0.0),
        threat_s=np.zeros(len(edges)),
        locks=np.zeros(len(edges), dtype=np.int64),
        groups=np.arange(len(edges)),
        exits=np.array(drawn.exits),
        digest="",
    )
    # Made from the sides that are known here: there is no floorplan to read them from.
    compiled.__dict__["chase"] = build_chase(drawn.sides, compiled.keys, tails, heads)
    return compiled
