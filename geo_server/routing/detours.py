"""Ways round a crowd, for zones whose way is no longer in time once people are in each other's way.

A zone takes another way only if that is safe with all waits on it, its own people's included, and no other zone loses a safe
way by it. Few ways are tried: what is found is a way that is safe, not the best of all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from uuid import UUID

import numpy as np

from geo_server.routing.choosing import Fields, Judgement, build_fields, choose, choose_end, find_largest_margin
from geo_server.routing.egress import Crowd
from geo_server.routing.network import Network
from geo_server.routing.trails import Trail, find_trail
from geo_server.routing.visibility import Floats
from geo_server.routing.zones import ZoneWays

NEAREST = 8
"""Ends that are tried, each by the shortest way to it."""

TRIES = 32
"""Searches and ways tried in one plan: a count and no time, so that the same question has the same answer everywhere."""

STOPPED = "the search for ways round queues was cut short: a way may be safe that was not tried, for zones to the number of {}"


@dataclass(frozen=True, eq=False)
class Detours:
    """Other ways of zones.

    Args:
        judge: Tells what is safe.
        crowd: People on their ways.
    """

    judge: Judgement
    crowd: Crowd

    def find(self, ways: ZoneWays) -> list[Trail]:
        """Ways of a zone, each once, the best without anybody in it first; nothing is said of how good they are."""
        ends, request = self.judge.ends, self.judge.request
        chosen = choose_end(ends, ways, request.reaction_s, request.margin_s)
        if chosen.trail is None:
            return []
        taken = self.crowd.of_zone.get(ways.zone_id, ())
        found = [chosen.trail, *(self.crowd.groups[position].trail for position in taken)]
        round_it = choose(self._crowded, ways, request.reaction_s, request.margin_s).trail
        if round_it is not None:
            found.append(find_trail(ends.held.network, ways.zone_id, round_it.nodes))
            found.append(find_largest_margin(ends.held, ways))
        trees = ends.held_trees
        seconds = trees.seconds(ways)
        near = [k for k in np.argsort(seconds, kind="stable").tolist() if isfinite(seconds[k])][:NEAREST]
        found += [trees.trail(ways, k) for k in near]
        return list({trail.nodes: trail for trail in found}.values())

    def find_safe(self, ways: ZoneWays, crowd: Crowd) -> list[Trail]:
        """Those that are safe if all of the zone take them in a crowd, the quickest first."""
        hopeful = [trail for trail in self.find(ways) if self.judge.is_safe(trail)]
        timed = zip(crowd.delayed_if_taken(hopeful), hopeful, strict=True)
        safe = [(late.seconds, trail.nodes, trail) for late, trail in timed if self.judge.is_safe(late)]
        return [trail for *_, trail in sorted(safe, key=lambda one: one[:2])]

    @cached_property
    def _crowded(self) -> Fields:
        """What ways are read from if everybody waits as the crowd does: a measure of where to go, no bound."""
        fields = self.judge.ends.held
        network = replace(fields.network, edge_s=_with_waits(fields.network, self.crowd))
        return build_fields(network, np.asarray(fields.arrivals), self.judge.request.margin_s)


def _with_waits(network: Network, crowd: Crowd) -> Floats:
    """Seconds of each edge with the wait at its tail, at an end that it leads to, and on its flight, shape (m,)."""
    compiled = network.compiled
    passages = compiled.passages
    waits = crowd.wait_s[passages.of_node]
    doors = np.where(passages.doors, waits, 0.0)
    ends = np.where(network.sinks, doors, 0.0)
    flights = np.where(passages.flights[:-1], waits[compiled.heads], 0.0)
    seconds: Floats = network.edge_s + doors[compiled.tails] + ends[compiled.heads] + flights
    return seconds


@dataclass(frozen=True, slots=True)
class SentRound:
    """What :func:`send_round` came to.

    Args:
        crowd: People on their ways.
        not_tried: Zones left without a safe way for which no other, or not every other, was tried.
    """

    crowd: Crowd
    not_tried: int = 0

    def stated(self) -> dict[str, str]:
        """That, for the assumptions of a plan; nothing where every way was tried."""
        return {"detours": STOPPED.format(self.not_tried)} if self.not_tried else {}


def send_round(judge: Judgement, crowd: Crowd, zone_ids: Iterable[UUID], tries: int = TRIES) -> SentRound:
    """A crowd in which no fewer zones have a safe way: of some zones those that have none in it take another, where one is safe.

    Those with most people come first.

    Args:
        judge: Tells what is safe.
        crowd: People on their ways.
        zone_ids: The zones that may.
        tries: So many searches for ways and ways tried, together.
    """
    safe, not_tried = crowd.safe_zones(judge.are_safe), 0
    detours, zones = Detours(judge, crowd), judge.ends.fields.network.compiled.zones
    for zone_id in sorted(zone_ids, key=lambda one: (-judge.people.get(one, 0), str(one))):
        if zone_id in safe:
            continue
        trails = detours.find_safe(zones[zone_id], crowd) if tries > 0 else None
        tries -= 1
        for trail in (trails or [])[: max(tries, 0)]:
            moved = crowd.sent(trail)
            tries -= 1
            then = moved.safe_zones(judge.are_safe)
            # Nobody else may lose a safe way by it.
            if then >= {*safe, zone_id}:
                crowd, safe = moved, then
                break
        else:
            not_tried += trails is None or len(trails) > 0 >= tries
    return SentRound(crowd, not_tried)
