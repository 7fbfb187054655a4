"""Recommended ways that stay as they were, as long as they are safe and nothing much shorter is.

People who are told another way at every new sighting lose time at each turn. So the way that a zone was sent before is kept
while it is safe by the new plan, unless the new one takes less than :data:`GAIN` of its time.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from uuid import UUID

from geo_server.domain.routes import SAFE, RouteStatus
from geo_server.routing.choosing import Chosen, Judgement
from geo_server.routing.fields import EPSILON_S
from geo_server.routing.network import Network
from geo_server.routing.trails import Trail, find_trail

GAIN = 0.85


def keep(judge: Judgement, zone_id: UUID, chosen: Chosen) -> Chosen:
    """The way that a zone was sent before, if it still is to be taken; else the one chosen now."""
    passed = (judge.request.previous or {}).get(zone_id)
    if not passed or chosen.status not in SAFE or chosen.trail is None:
        return chosen
    before = find_passed(judge.ends.fields.network, zone_id, passed)
    if before is None or before.nodes == chosen.trail.nodes or not judge.is_safe(before):
        return chosen
    if chosen.trail.seconds < GAIN * before.seconds:
        return chosen
    longer = before.seconds > chosen.trail.seconds + EPSILON_S
    return replace(chosen, status=RouteStatus.SAFE_DETOUR if longer else chosen.status, trail=before, kept=True)


def find_passed(network: Network, zone_id: UUID, passed: Sequence[UUID]) -> Trail | None:
    """The way of a zone by the openings and transitions that it passes; None where it cannot be gone any more.

    Args:
        network: What people can use now.
        zone_id: The zone.
        passed: Ids in order, up to the exit.
    """
    compiled = network.compiled
    nodes: list[int] = []
    for subject_id in passed:
        found = compiled.nodes_of.get(subject_id, [])
        if len(found) == 2 and not _joined(network, zone_id, nodes, found[0]):
            found = found[::-1]
        for node in found:
            if not _joined(network, zone_id, nodes, node):
                return None
            nodes.append(node)
    if not nodes or not network.sinks[nodes[-1]]:
        return None
    return find_trail(network, zone_id, tuple(nodes))


def _joined(network: Network, zone_id: UUID, nodes: Sequence[int], node: int) -> bool:
    """Whether people can go on to a node, or begin with it."""
    if not nodes:
        return any(start.node == node for start in network.starts.get(zone_id, ()))
    pair = network.compiled.pair_number.get((nodes[-1], node))
    return pair is not None and isfinite(network.pair_seconds[pair])
