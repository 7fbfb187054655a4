"""Other ends of ways than exits: assembly points, shelters, and rooms that can be locked.

A refuge is one more node, behind each door of its zone. People are there once they are in and, where it is to be locked,
have locked every door, one after the other. A threat is there as soon as it is at any of its doors from outside, or if it
may be in the zone from the first: so a refuge that people reach before the threat has its doors locked before the threat
is at any of them. Nothing else of the proofs changes (``docs/routing.md``).

Nodes: ``refuge:<id of the zone>``
    kind: ``refuge``       exit: true, and false of all other nodes
    held: all doors of the zone can be locked, so that it holds when the threat comes later

Edges (from the doors to the refuge; the key is the id of the zone):
    kind: ``refuge``       occupant_m: metres walked inside, from door to door       threat_m: 0
    locks: doors that are locked on it
    line: vertices of the way from door to door
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import networkx as nx
import numpy as np
import shapely
from shapely import Point

from geo_server.domain.incidents import Closure
from geo_server.domain.places import Floorplan, OpeningCategory, Zone, ZoneCategory
from geo_server.domain.routes import Destination
from geo_server.routing.compiled import VARIANTS, CompiledFloorplan, compile_ways
from geo_server.routing.graph import LEAST_M
from geo_server.routing.network import Network, build_network
from geo_server.routing.nodes import NodeKind, read_node, refuge_node
from geo_server.routing.profiles import Profile
from geo_server.routing.visibility import Vertex
from geo_server.routing.zones import ZoneWays


def meant_ends(
    compiled: CompiledFloorplan, to: Destination, profile: Profile, closures: Sequence[Closure], *, threatened: bool
) -> tuple[CompiledFloorplan, Destination]:
    """A floorplan whose ends of ways are those that are asked for, and which those are.

    Where nobody can walk to any assembly point, ways end at the exits and a flag says so: nobody is without a way because
    nobody drew where to gather, or because all of it is closed.

    Args:
        compiled: The floorplan.
        to: Where people go.
        profile: How they walk.
        closures: What they cannot use.
        threatened: Whether there is any threat; without one nobody has to lock a shelter.
    """
    if to is Destination.EXITS:
        return compiled, to
    meant = with_destinations(compiled, to, threatened=threatened)
    if to is Destination.ASSEMBLY_POINTS and not _is_reached(build_network(meant, profile, closures)):
        return compiled.workings.of(VARIANTS).get(
            (Destination.EXITS, False), lambda: _to_exits(compiled)
        ), Destination.EXITS
    return meant, to


def _is_reached(network: Network) -> bool:
    """Whether a way leads from a door of any zone to any end."""
    doors = network.all_starts.nodes
    return bool((np.isfinite(network.distances[doors]) & ~network.sinks[doors]).any())


def with_destinations(compiled: CompiledFloorplan, to: Destination, *, threatened: bool) -> CompiledFloorplan:
    """A floorplan whose ends of ways are others than the exits. What is made once stays with the floorplan."""
    variants = compiled.workings.of(VARIANTS)
    if to is Destination.ASSEMBLY_POINTS:
        return variants.get((to, False), lambda: _to_points(compiled))
    locked = threatened or to is Destination.LOCKABLE
    return variants.get((to, locked), lambda: _to_refuges(compiled, to, locked=locked))


def _to_refuges(compiled: CompiledFloorplan, to: Destination, *, locked: bool) -> CompiledFloorplan:
    graph = compiled.graph.copy()
    nx.set_node_attributes(graph, False, "exit")
    flags = list(compiled.ways.flags)
    refuges = [ways for ways in compiled.zones.values() if _is_meant(ways.zone, to)]
    for ways in refuges:
        held = can_be_locked(compiled.floorplan, ways)
        if to is Destination.LOCKABLE and not held:
            words = (
                f"Zone {ways.zone.name} ({ways.zone_id}) is said to be lockable, but not all ways into it are doors."
            )
            flags.append(words)
            continue
        _add_refuge(graph, compiled.floorplan, ways, held=held, locked=locked and held)
    if not any(exits for _, exits in graph.nodes(data="exit")):
        flags.append(_NONE[to])
    ways_to = replace(compiled.ways, graph=graph, flags=tuple(flags))
    return compile_ways(compiled.floorplan, ways_to, compiled.digest)


def _to_points(compiled: CompiledFloorplan) -> CompiledFloorplan:
    graph = compiled.graph.copy()
    for _, told in graph.nodes(data=True):
        told["exit"] = told["kind"] == NodeKind.ASSEMBLY_POINT
    return compile_ways(compiled.floorplan, replace(compiled.ways, graph=graph), compiled.digest)


def _to_exits(compiled: CompiledFloorplan) -> CompiledFloorplan:
    """Ways that end at the exits although people were to go on."""
    return replace(compiled, ways=replace(compiled.ways, flags=(*compiled.ways.flags, NO_POINTS)))


NO_POINTS = "There is no assembly point that is open and can be walked to: ways end at the exits."
_NONE = {
    Destination.SHELTER: "No zone of the floorplan is a shelter.",
    Destination.LOCKABLE: "No zone of the floorplan is known to be lockable with all its doors.",
}


def _is_meant(zone: Zone, to: Destination) -> bool:
    if to is Destination.SHELTER:
        return zone.category is ZoneCategory.SHELTER
    return zone.lockable is True and zone.category is not ZoneCategory.OUTDOOR


def can_be_locked(floorplan: Floorplan, ways: ZoneWays) -> bool:
    """Whether a zone is known to be lockable, and every way into it is a door that people can walk to from any other."""
    if ways.zone.lockable is not True or not ways.nodes or ways.dangling:
        return False
    doors = [floorplan.opening_by_id.get(read_node(node)[1]) for node in ways.nodes]
    if any(door is None or door.category is OpeningCategory.GAP for door in doors):
        return False
    count = len(doors)
    return all(walk is not None for walk in ways.starts) and all(
        (i, j) in ways.walks for i in range(count) for j in range(count) if i != j
    )


def _add_refuge(graph: nx.MultiDiGraph, floorplan: Floorplan, ways: ZoneWays, *, held: bool, locked: bool) -> None:
    zone, node = ways.zone, refuge_node(ways.zone_id)
    x, y = inner_place(ways)
    graph.add_node(
        node,
        kind=NodeKind.REFUGE.value,
        subject_id=str(zone.id),
        level_id=str(zone.level_id),
        ordinal=floorplan.ordinal(zone.level_id),
        x=x,
        y=y,
        exit=True,
        held=held,
        outside=False,
        number="",
        lock_delay_s=0.0,
    )
    for position in range(len(ways.nodes)):
        usable = position not in ways.dangling
        line = tuple(_round(ways, position)) if locked else tuple(_step(ways, graph.nodes[ways.nodes[position]]))
        graph.add_edge(
            ways.nodes[position],
            node,
            key=str(zone.id),
            kind="refuge",
            occupant_m=max(float(shapely.LineString(line).length), LEAST_M) if usable else float("inf"),
            threat_m=0.0,
            threat_s=0.0,
            locks=len(ways.nodes) if locked else 0,
            clear=False,
            line=line,
        )


def inner_place(ways: ZoneWays) -> Vertex:
    """Where whoever stays in a zone is: the place that its ways are measured from, or any when it has no doors."""
    walk = next((walk for walk in ways.starts if walk is not None), None)
    if walk is not None:
        return walk.line[0]
    inside = ways.zone.polygon.representative_point()
    return (float(inside.x), float(inside.y))


def _step(ways: ZoneWays, door: dict[str, float]) -> Iterator[Vertex]:
    """From the middle of a door to where it meets the zone."""
    centre = Point(door["x"], door["y"])
    yield (door["x"], door["y"])
    edge = shapely.get_coordinates(shapely.shortest_line(ways.zone.polygon, centre))[0]
    yield (float(edge[0]), float(edge[1]))


def _round(ways: ZoneWays, position: int) -> Iterator[Vertex]:
    """From door to door of a zone, each time to the nearest that was not visited: some way past all of them.

    Whatever its order, a round that can be walked is an upper bound.
    """
    left = set(range(len(ways.nodes))) - {position}
    here = ways.starts[position]
    assert here is not None, "a zone that can be locked can be walked"
    yield here.line[-1]
    if not left:
        yield here.line[-1]
    while left:
        nearest = min(left, key=lambda other: (ways.walks[position, other].metres, other))
        yield from ways.walks[position, nearest].line[1:]
        left.remove(nearest)
        position = nearest
