"""A floorplan as it is while doors are propped open and locks broken: neither holds a threat, and what has a broken lock is no
place to hide. Geometry stays as it was compiled.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from uuid import UUID

from geo_server.domain.places import Floorplan, Opening, Zone
from geo_server.routing.compiled import VARIANTS, CompiledFloorplan, compile_ways
from geo_server.routing.graph import Ways
from geo_server.routing.nodes import opening_node
from geo_server.routing.zones import ZoneWays


def with_lock_faults(
    compiled: CompiledFloorplan, propped: AbstractSet[UUID], broken: AbstractSet[UUID]
) -> CompiledFloorplan:
    """A floorplan whose locks are as people found them; its digest is still that of the map. What is made once stays with the
    floorplan.

    Args:
        compiled: The floorplan.
        propped: Openings that are held open, or zones all of whose doors are.
        broken: Openings that do not lock, or zones that do not.
    """
    known = compiled.floorplan.opening_by_id.keys() | compiled.floorplan.zone_by_id.keys()
    faults = frozenset(propped & known), frozenset(broken & known)
    if not any(faults):
        return compiled
    return compiled.workings.of(VARIANTS).get(faults, lambda: _with_faults(compiled, *faults))


def _with_faults(
    compiled: CompiledFloorplan, propped: AbstractSet[UUID], broken: AbstractSet[UUID]
) -> CompiledFloorplan:
    floorplan = compiled.floorplan
    weak = {opening.id for opening in floorplan.openings if _is_at(opening, propped | broken)}
    unlockable = {zone_id for o in floorplan.openings if o.id in broken for zone_id in o.zones if zone_id} | broken
    openings = tuple(replace(o, lock_delay_s=0.0) if o.id in weak else o for o in floorplan.openings)
    zones = tuple(replace(zone, lockable=False) if zone.id in unlockable else zone for zone in floorplan.zones)
    as_found = replace(floorplan, openings=openings, zones=zones)
    nodes = {opening_node(opening_id) for opening_id in weak}
    graph = compiled.graph.copy()
    for node in nodes:
        graph.nodes[node]["lock_delay_s"] = 0.0
        for _, _, told in graph.out_edges(node, data=True):
            told["threat_s"] = 0.0
    ways = {one.zone_id: _as_found(one, as_found.zone_by_id[one.zone_id], nodes) for one in compiled.zones.values()}
    found = Ways(graph, ways, compiled.ways.flags, _words(floorplan, unlockable))
    return compile_ways(as_found, found, compiled.digest)


def _is_at(opening: Opening, subjects: AbstractSet[UUID]) -> bool:
    return opening.id in subjects or any(zone_id in subjects for zone_id in opening.zones)


def _as_found(ways: ZoneWays, zone: Zone, weak: AbstractSet[str]) -> ZoneWays:
    lock_s = tuple(0.0 if node in weak else held for node, held in zip(ways.nodes, ways.lock_s, strict=True))
    return replace(ways, zone=zone, lock_s=lock_s)


def _words(floorplan: Floorplan, unlockable: AbstractSet[UUID]) -> tuple[str, ...]:
    return tuple(
        f"Zone {zone.name} ({zone.id}) is said to be lockable, but a lock of it was found broken."
        for zone in sorted(floorplan.zones, key=lambda zone: str(zone.id))
        if zone.id in unlockable and zone.lockable is True
    )
